//! A DataFrame as the argument of a table-valued function: PySpark's `TableArg`.

use super::DataFrame;
use crate::{
    column::{Column, IntoColumn, ordered},
    error::{Error, Result},
    plan::{Expression, Kind, SubqueryRole},
};

/// A DataFrame as an argument, `DataFrame.asTable`.
#[derive(Clone, Debug)]
pub struct TableArg {
    frame: DataFrame,
    partitions: Vec<Expression>,
    orders: Vec<Expression>,
    single_partition: Option<bool>,
}

impl DataFrame {
    /// The DataFrame as an argument of a table-valued function, `DataFrame.asTable`.
    pub fn as_table(&self) -> TableArg {
        TableArg {
            frame: self.clone(),
            partitions: Vec::new(),
            orders: Vec::new(),
            single_partition: None,
        }
    }
}

impl TableArg {
    /// Equal rows go to the function together, `TableArg.partitionBy`. Fails the second time.
    pub fn partition_by(&self, cols: impl IntoIterator<Item = impl IntoColumn>) -> Result<Self> {
        self.unpartitioned("partitionBy()")?;
        let partitions = cols.into_iter().map(|col| col.into_column().into_expression());
        Ok(Self {
            partitions: partitions.collect(),
            ..self.clone()
        })
    }

    /// Their order, `TableArg.orderBy`. Fails unless they are divided before.
    pub fn order_by(&self, cols: impl IntoIterator<Item = impl IntoColumn>) -> Result<Self> {
        if self.partitions.is_empty() && self.single_partition.is_none() {
            return Err(Error::invalid(
                "[ILLEGAL_ARGUMENT] Please call partitionBy() or withSinglePartition() before orderBy().",
            ));
        }
        let orders = cols
            .into_iter()
            .map(|col| ordered(col.into_column()).into_expression());
        let mut ordered = self.clone();
        ordered.orders.extend(orders);
        Ok(ordered)
    }

    /// All rows go to the function together, `TableArg.withSinglePartition`. Fails if they are divided before.
    pub fn with_single_partition(&self) -> Result<Self> {
        self.unpartitioned("withSinglePartition()")?;
        Ok(Self {
            single_partition: Some(true),
            ..self.clone()
        })
    }

    fn unpartitioned(&self, method: &str) -> Result<()> {
        if self.partitions.is_empty() && self.single_partition.is_none() {
            return Ok(());
        }
        Err(Error::invalid(format!(
            "[ILLEGAL_ARGUMENT] Cannot call {method} after partitionBy() or withSinglePartition() has been called."
        )))
    }

    /// The argument.
    pub fn into_column(self) -> Column {
        let kind = Kind::Subquery {
            plan: self.frame.plan().clone(),
            role: SubqueryRole::Table {
                partitions: self.partitions.len(),
                single_partition: self.single_partition,
            },
        };
        let children = self.partitions.into_iter().chain(self.orders);
        Column::new(Expression::new(kind, children.collect()))
    }
}
