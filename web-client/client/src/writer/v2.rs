//! Writing to tables of a catalog: PySpark's `DataFrame.writeTo`.

use std::collections::BTreeMap;

use spark_connect_proto::connect::{self as pb, command::CommandType, write_operation_v2::Mode};

use super::strings;
use crate::{
    Column, DataFrame,
    column::IntoColumn,
    dataframe::Command,
    error::Result,
    plan::{self, Expression},
};

/// Writes a DataFrame to a table, `DataFrame.writeTo`.
#[derive(Clone, Debug)]
pub struct DataFrameWriterV2 {
    frame: DataFrame,
    table: String,
    provider: Option<String>,
    options: BTreeMap<String, String>,
    table_properties: BTreeMap<String, String>,
    partitions: Vec<Expression>,
    cluster_columns: Vec<String>,
}

impl DataFrame {
    /// Writes the DataFrame to a table, `DataFrame.writeTo`.
    pub fn write_to(&self, table: impl Into<String>) -> DataFrameWriterV2 {
        DataFrameWriterV2 {
            frame: self.clone(),
            table: table.into(),
            provider: None,
            options: BTreeMap::new(),
            table_properties: BTreeMap::new(),
            partitions: Vec::new(),
            cluster_columns: Vec::new(),
        }
    }
}

impl DataFrameWriterV2 {
    /// Who keeps the table, `DataFrameWriterV2.using`.
    pub fn using(mut self, provider: impl Into<String>) -> Self {
        self.provider = Some(provider.into());
        self
    }

    crate::options::option_methods!(DataFrameWriterV2);

    /// A property of a new table, `DataFrameWriterV2.tableProperty`.
    pub fn table_property(mut self, property: impl Into<String>, value: impl Into<String>) -> Self {
        self.table_properties.insert(property.into(), value.into());
        self
    }

    /// How a new table is divided, `DataFrameWriterV2.partitionedBy`: columns, or `functions::years` and its kin.
    pub fn partitioned_by(mut self, cols: impl IntoIterator<Item = impl IntoColumn>) -> Self {
        let cols = cols.into_iter().map(|col| col.into_column().into_expression());
        self.partitions = cols.collect();
        self
    }

    /// Similar rows near each other, `DataFrameWriterV2.clusterBy`.
    pub fn cluster_by(mut self, cols: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.cluster_columns = strings(cols);
        self
    }

    /// A new table; Spark refuses a name that is taken, `DataFrameWriterV2.create`.
    pub fn create(self) -> Command {
        self.command(Mode::Create, None)
    }

    /// In place of a table; Spark refuses a name that is not taken, `DataFrameWriterV2.replace`.
    pub fn replace(self) -> Command {
        self.command(Mode::Replace, None)
    }

    /// A new table, in place of another if there is one, `DataFrameWriterV2.createOrReplace`.
    pub fn create_or_replace(self) -> Command {
        self.command(Mode::CreateOrReplace, None)
    }

    /// Adds the rows, `DataFrameWriterV2.append`.
    pub fn append(self) -> Command {
        self.command(Mode::Append, None)
    }

    /// In place of the rows for which a condition holds, `DataFrameWriterV2.overwrite`.
    pub fn overwrite(self, condition: impl IntoColumn) -> Command {
        self.command(Mode::Overwrite, Some(condition.into_column()))
    }

    /// In place of the partitions that there are rows for, `DataFrameWriterV2.overwritePartitions`.
    pub fn overwrite_partitions(self) -> Command {
        self.command(Mode::OverwritePartitions, None)
    }

    fn command(self, mode: Mode, condition: Option<Column>) -> Command {
        let session = self.frame.session().clone();
        let operation = self.operation(mode, condition);
        Command::new(session, operation.map(CommandType::WriteOperationV2))
    }

    fn operation(self, mode: Mode, condition: Option<Column>) -> Result<pb::WriteOperationV2> {
        let partitions = self.partitions.len();
        let expressions = self
            .partitions
            .into_iter()
            .chain(condition.map(Column::into_expression));
        let expressions: Vec<Expression> = expressions.collect();
        let mut parts = plan::parts(
            self.frame.session().first_plan(),
            std::slice::from_ref(self.frame.plan()),
            &expressions,
        )?;
        Ok(pb::WriteOperationV2 {
            input: parts.input().map(|input| *input),
            table_name: self.table,
            provider: self.provider,
            partitioning_columns: parts.take(partitions),
            options: self.options,
            table_properties: self.table_properties,
            mode: mode.into(),
            overwrite_condition: parts.expression(),
            clustering_columns: self.cluster_columns,
            with_schema_evolution: false,
        })
    }
}
