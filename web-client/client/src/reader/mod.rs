//! Reading tables, files and other sources: PySpark's `SparkSession.read`, `table`, `range`.

mod sql;
mod tvf;

use std::collections::BTreeMap;

use spark_connect_proto::connect::{self as pb, parse::ParseFormat};

pub use self::tvf::TableValuedFunction;
use crate::{
    DataFrame, Session,
    error::{Error, Result},
    plan::{DataSource, LogicalPlan},
    types,
};

/// Reads a DataFrame, `SparkSession.read`.
#[derive(Clone, Debug)]
pub struct DataFrameReader {
    session: Session,
    format: Option<String>,
    schema: String,
    options: BTreeMap<String, String>,
}

/// A schema for a reader: DDL text, or a data type.
pub trait IntoReadSchema {
    /// The text that is sent.
    fn into_read_schema(self) -> String;
}

impl IntoReadSchema for &str {
    fn into_read_schema(self) -> String {
        self.to_owned()
    }
}

/// As JSON, in which the server reads it.
impl IntoReadSchema for &pb::DataType {
    fn into_read_schema(self) -> String {
        types::json(self)
    }
}

impl Session {
    /// Reads a DataFrame, `SparkSession.read`.
    pub fn read(&self) -> DataFrameReader {
        DataFrameReader {
            session: self.clone(),
            format: None,
            schema: String::new(),
            options: BTreeMap::new(),
        }
    }

    /// A table or a view, `SparkSession.table`.
    pub fn table(&self, name: &str) -> DataFrame {
        self.read().table(name)
    }

    /// Whole numbers from start up to end, by a step, `SparkSession.range`.
    pub fn range(&self, start: i64, end: i64, step: i64, num_partitions: Option<i32>) -> DataFrame {
        DataFrame::of(self.clone(), LogicalPlan::range(start, end, step, num_partitions))
    }
}

impl DataFrameReader {
    /// The format, such as `parquet`, `DataFrameReader.format`.
    pub fn format(mut self, source: impl Into<String>) -> Self {
        self.format = Some(source.into());
        self
    }

    /// The schema, so that the source need not be asked for it, `DataFrameReader.schema`.
    pub fn schema(mut self, schema: impl IntoReadSchema) -> Self {
        self.schema = schema.into_read_schema();
        self
    }

    crate::options::option_methods!(DataFrameReader);

    /// What is at some paths, or where the options say, `DataFrameReader.load`.
    pub fn load(self, paths: impl IntoIterator<Item = impl Into<String>>) -> DataFrame {
        let paths = paths.into_iter().map(Into::into).collect();
        self.source(paths, Vec::new())
    }

    fn source(self, paths: Vec<String>, predicates: Vec<String>) -> DataFrame {
        let source = DataSource {
            format: self.format,
            schema: Some(self.schema),
            options: self.options.into_iter().collect(),
            paths,
            predicates,
            source_name: None,
        };
        DataFrame::of(self.session, LogicalPlan::data_source(source, false))
    }

    /// A table or a view, `DataFrameReader.table`.
    pub fn table(self, name: impl Into<String>) -> DataFrame {
        let options = self.options.into_iter().collect();
        DataFrame::of(self.session, LogicalPlan::named_table(name, options, false))
    }

    /// The changes of a table, `DataFrameReader.changes`. Fails if a schema was given. Since Spark 4.2.
    pub fn changes(self, name: impl Into<String>) -> Result<DataFrame> {
        if !self.schema.is_empty() {
            return Err(Error::invalid(
                "[_LEGACY_ERROR_TEMP_1189] User specified schema not supported with `changes`.",
            ));
        }
        let options = self.options.into_iter().collect();
        let plan = LogicalPlan::relation_changes(name, options, false);
        Ok(DataFrame::of(self.session, plan))
    }

    /// CSV files, `DataFrameReader.csv`.
    pub fn csv(self, paths: impl IntoIterator<Item = impl Into<String>>) -> DataFrame {
        self.format("csv").load(paths)
    }

    /// JSON files, a document a line unless `multiLine` is set, `DataFrameReader.json`.
    pub fn json(self, paths: impl IntoIterator<Item = impl Into<String>>) -> DataFrame {
        self.format("json").load(paths)
    }

    /// ORC files, `DataFrameReader.orc`.
    pub fn orc(self, paths: impl IntoIterator<Item = impl Into<String>>) -> DataFrame {
        self.format("orc").load(paths)
    }

    /// Parquet files, `DataFrameReader.parquet`.
    pub fn parquet(self, paths: impl IntoIterator<Item = impl Into<String>>) -> DataFrame {
        self.format("parquet").load(paths)
    }

    /// Text files, a row a line, `DataFrameReader.text`.
    pub fn text(self, paths: impl IntoIterator<Item = impl Into<String>>) -> DataFrame {
        self.format("text").load(paths)
    }

    /// XML files, `DataFrameReader.xml`.
    pub fn xml(self, paths: impl IntoIterator<Item = impl Into<String>>) -> DataFrame {
        self.format("xml").load(paths)
    }

    /// A table of another database, `DataFrameReader.jdbc`; with conditions in SQL one partition for each.
    pub fn jdbc(self, url: &str, table: &str, predicates: Option<Vec<String>>) -> DataFrame {
        let reader = self.format("jdbc").option("url", url).option("dbtable", table);
        reader.source(Vec::new(), predicates.unwrap_or_default())
    }

    /// The rows of texts, each in a format, `DataFrameReader.csv`, `json` or `xml` of a DataFrame. The schema, if there is
    /// one, is a data type here: the server parses none in DDL.
    pub fn parse(self, texts: &DataFrame, format: ParseFormat, schema: Option<pb::DataType>) -> DataFrame {
        let options = self.options.into_iter().collect();
        DataFrame::of(self.session, texts.plan().parse(format, schema, options))
    }
}
