//! Reading streams: PySpark's `SparkSession.readStream`.

use std::collections::BTreeMap;

use crate::{
    DataFrame, Session,
    error::{Error, Result},
    plan::{DataSource, LogicalPlan},
    reader::IntoReadSchema,
};

/// Reads a stream, `SparkSession.readStream`.
#[derive(Clone, Debug)]
pub struct DataStreamReader {
    session: Session,
    format: Option<String>,
    schema: String,
    options: BTreeMap<String, String>,
    name: Option<String>,
}

impl Session {
    /// Reads a stream, `SparkSession.readStream`.
    pub fn read_stream(&self) -> DataStreamReader {
        DataStreamReader {
            session: self.clone(),
            format: None,
            schema: String::new(),
            options: BTreeMap::new(),
            name: None,
        }
    }
}

/// Readers of files in a format.
macro_rules! formats {
    ($($(#[$doc:meta])* $name:ident;)*) => {
        $(
            $(#[$doc])*
            pub fn $name(self, path: &str) -> Result<DataFrame> {
                self.format(stringify!($name)).load(Some(path))
            }
        )*
    };
}

impl DataStreamReader {
    /// The format, such as `rate`, `DataStreamReader.format`.
    pub fn format(mut self, source: impl Into<String>) -> Self {
        self.format = Some(source.into());
        self
    }

    /// The schema, which files need, `DataStreamReader.schema`.
    pub fn schema(mut self, schema: impl IntoReadSchema) -> Self {
        self.schema = schema.into_read_schema();
        self
    }

    crate::options::option_methods!(DataStreamReader);

    /// A name by which a changed query knows the source again, `DataStreamReader.name`. Fails unless it is made of letters,
    /// digits and `_`. Since Spark 4.3.
    pub fn name(mut self, name: impl Into<String>) -> Result<Self> {
        let name = name.into();
        let fits = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if name.is_empty() || !name.chars().all(fits) {
            return Err(Error::invalid(format!(
                "[INVALID_STREAMING_SOURCE_NAME] Invalid streaming source name '{name}'. Use letters, digits and _."
            )));
        }
        self.name = Some(name);
        Ok(self)
    }

    /// The stream of a path, or of where the options say, `DataStreamReader.load`. Fails on an empty path.
    pub fn load(self, path: Option<&str>) -> Result<DataFrame> {
        if let Some(path) = path.filter(|path| path.trim().is_empty()) {
            return Err(Error::invalid(format!(
                "[VALUE_NOT_NON_EMPTY_STR] Value for `path` must be a non empty string, got '{path}'."
            )));
        }
        let source = DataSource {
            format: self.format,
            schema: Some(self.schema),
            options: self.options.into_iter().collect(),
            paths: path.map(str::to_owned).into_iter().collect(),
            predicates: Vec::new(),
            source_name: self.name,
        };
        Ok(DataFrame::of(
            self.session,
            LogicalPlan::data_source(source, true),
        ))
    }

    /// The stream of a table, `DataStreamReader.table`.
    pub fn table(self, name: impl Into<String>) -> DataFrame {
        let options = self.options.into_iter().collect();
        DataFrame::of(self.session, LogicalPlan::named_table(name, options, true))
    }

    /// The stream of a table's changes, `DataStreamReader.changes`. Fails if a schema was given. Since Spark 4.2.
    pub fn changes(self, name: impl Into<String>) -> Result<DataFrame> {
        if !self.schema.is_empty() {
            return Err(Error::invalid(
                "[_LEGACY_ERROR_TEMP_1189] User specified schema not supported with `changes`.",
            ));
        }
        let options = self.options.into_iter().collect();
        let plan = LogicalPlan::relation_changes(name, options, true);
        Ok(DataFrame::of(self.session, plan))
    }

    formats! {
        /// CSV files, `DataStreamReader.csv`.
        csv;
        /// JSON files, `DataStreamReader.json`.
        json;
        /// ORC files, `DataStreamReader.orc`.
        orc;
        /// Parquet files, `DataStreamReader.parquet`.
        parquet;
        /// Text files, `DataStreamReader.text`.
        text;
        /// XML files, `DataStreamReader.xml`.
        xml;
    }
}
