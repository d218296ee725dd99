//! Writing DataFrames: PySpark's `DataFrame.write`, `writeTo` and `mergeInto`.

mod merge;
mod v2;

use std::collections::BTreeMap;

use spark_connect_proto::connect::{
    self as pb,
    command::CommandType,
    write_operation::{BucketBy, SaveMode, SaveTable, SaveType, save_table::TableSaveMethod},
};

pub use self::{
    merge::{MergeIntoWriter, WhenMatched, WhenNotMatched, WhenNotMatchedBySource},
    v2::DataFrameWriterV2,
};
use crate::{
    DataFrame,
    dataframe::Command,
    error::{Error, Result},
};

/// Writes a DataFrame to files or a table, `DataFrame.write`.
#[derive(Clone, Debug)]
pub struct DataFrameWriter {
    frame: DataFrame,
    source: Option<String>,
    mode: Option<String>,
    options: BTreeMap<String, String>,
    partition_columns: Vec<String>,
    sort_columns: Vec<String>,
    cluster_columns: Vec<String>,
    buckets: Option<BucketBy>,
}

impl DataFrame {
    /// Writes the DataFrame, `DataFrame.write`.
    pub fn write(&self) -> DataFrameWriter {
        DataFrameWriter {
            frame: self.clone(),
            source: None,
            mode: None,
            options: BTreeMap::new(),
            partition_columns: Vec::new(),
            sort_columns: Vec::new(),
            cluster_columns: Vec::new(),
            buckets: None,
        }
    }
}

fn strings(names: impl IntoIterator<Item = impl Into<String>>) -> Vec<String> {
    names.into_iter().map(Into::into).collect()
}

impl DataFrameWriter {
    /// What happens to what is there: `append`, `overwrite`, `error` or `ignore`, `DataFrameWriter.mode`.
    pub fn mode(mut self, mode: impl Into<String>) -> Self {
        self.mode = Some(mode.into());
        self
    }

    /// The format, such as `parquet`, `DataFrameWriter.format`.
    pub fn format(mut self, source: impl Into<String>) -> Self {
        self.source = Some(source.into());
        self
    }

    crate::options::option_methods!(DataFrameWriter);

    /// A directory for each value of columns, `DataFrameWriter.partitionBy`.
    pub fn partition_by(mut self, cols: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.partition_columns = strings(cols);
        self
    }

    /// So many files by hash of columns, `DataFrameWriter.bucketBy`.
    pub fn bucket_by(mut self, num_buckets: i32, cols: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.buckets = Some(BucketBy {
            bucket_column_names: strings(cols),
            num_buckets,
        });
        self
    }

    /// The order inside a bucket, `DataFrameWriter.sortBy`.
    pub fn sort_by(mut self, cols: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.sort_columns = strings(cols);
        self
    }

    /// Similar rows near each other, `DataFrameWriter.clusterBy`.
    pub fn cluster_by(mut self, cols: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.cluster_columns = strings(cols);
        self
    }

    /// Writes to a path, or where the options say, `DataFrameWriter.save`.
    pub fn save(self, path: Option<&str>) -> Command {
        self.command(path.map(|path| SaveType::Path(path.to_owned())))
    }

    /// Writes to a table, `DataFrameWriter.saveAsTable`.
    pub fn save_as_table(self, name: impl Into<String>) -> Command {
        self.table(name.into(), TableSaveMethod::SaveAsTable)
    }

    /// Adds to a table by the columns' places, `DataFrameWriter.insertInto`; in place of its rows, if said.
    pub fn insert_into(self, name: impl Into<String>, overwrite: Option<bool>) -> Command {
        let writer = match overwrite {
            Some(true) => self.mode("overwrite"),
            Some(false) => self.mode("append"),
            None => self,
        };
        writer.table(name.into(), TableSaveMethod::InsertInto)
    }

    fn table(self, table_name: String, method: TableSaveMethod) -> Command {
        self.command(Some(SaveType::Table(SaveTable {
            table_name,
            save_method: method.into(),
        })))
    }

    /// Writes CSV files, `DataFrameWriter.csv`.
    pub fn csv(self, path: &str) -> Command {
        self.format("csv").save(Some(path))
    }

    /// Writes JSON files, `DataFrameWriter.json`.
    pub fn json(self, path: &str) -> Command {
        self.format("json").save(Some(path))
    }

    /// Writes ORC files, `DataFrameWriter.orc`.
    pub fn orc(self, path: &str) -> Command {
        self.format("orc").save(Some(path))
    }

    /// Writes Parquet files, `DataFrameWriter.parquet`.
    pub fn parquet(self, path: &str) -> Command {
        self.format("parquet").save(Some(path))
    }

    /// Writes text files, `DataFrameWriter.text`.
    pub fn text(self, path: &str) -> Command {
        self.format("text").save(Some(path))
    }

    /// Writes XML files, `DataFrameWriter.xml`.
    pub fn xml(self, path: &str) -> Command {
        self.format("xml").save(Some(path))
    }

    /// Writes to a table of another database, `DataFrameWriter.jdbc`.
    pub fn jdbc(self, url: &str, table: &str) -> Command {
        self.format("jdbc")
            .option("url", url)
            .option("dbtable", table)
            .save(None)
    }

    fn command(self, save_type: Option<SaveType>) -> Command {
        let session = self.frame.session().clone();
        Command::new(
            session,
            self.operation(save_type).map(CommandType::WriteOperation),
        )
    }

    fn operation(self, save_type: Option<SaveType>) -> Result<pb::WriteOperation> {
        let mode = match self.mode.as_ref().map(|mode| mode.to_lowercase()).as_deref() {
            None => SaveMode::Unspecified,
            Some("append") => SaveMode::Append,
            Some("overwrite") => SaveMode::Overwrite,
            Some("error") => SaveMode::ErrorIfExists,
            Some("ignore") => SaveMode::Ignore,
            Some(mode) => {
                return Err(Error::invalid(format!(
                    "[UNSUPPORTED_OPERATION] {mode} is not supported. Use append, overwrite, error or ignore."
                )));
            }
        };
        Ok(pb::WriteOperation {
            input: Some(self.frame.relation()?),
            source: self.source,
            mode: mode.into(),
            sort_column_names: self.sort_columns,
            partitioning_columns: self.partition_columns,
            bucket_by: self.buckets.filter(|buckets| buckets.num_buckets > 0),
            options: self.options,
            clustering_columns: self.cluster_columns,
            with_schema_evolution: false,
            save_type,
        })
    }
}
