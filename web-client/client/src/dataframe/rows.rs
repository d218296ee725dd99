//! Methods that choose, order, divide or join rows of one kind.

use spark_connect_proto::connect::set_operation::SetOpType;

use super::DataFrame;
use crate::{
    column::{Column, IntoColumn, IntoValue, ordered},
    error::{Error, Result},
    functions,
    plan::{Dedup, Expression, Kind},
};

/// Conditions, of which a text is SQL.
pub trait IntoCondition {
    /// The column.
    fn into_condition(self) -> Column;
}

impl IntoCondition for Column {
    fn into_condition(self) -> Column {
        self
    }
}

impl IntoCondition for &str {
    fn into_condition(self) -> Column {
        functions::expr(self)
    }
}

fn positive(name: &str, value: i32) -> Result<i32> {
    if value > 0 {
        return Ok(value);
    }
    Err(Error::invalid(format!(
        "[VALUE_NOT_POSITIVE] Value for `{name}` must be positive, got '{value}'."
    )))
}

fn orders(cols: impl IntoIterator<Item = impl IntoColumn>) -> Vec<Expression> {
    cols.into_iter()
        .map(|col| ordered(col.into_column()).into_expression())
        .collect()
}

impl DataFrame {
    /// The rows for which a condition holds, a column or SQL text, `DataFrame.filter`, or `DataFrame.where`.
    pub fn filter(&self, condition: impl IntoCondition) -> Self {
        self.with(self.plan.filter(condition.into_condition().into_expression()))
    }

    /// At most so many rows, `DataFrame.limit`.
    pub fn limit(&self, rows: i32) -> Self {
        self.with(self.plan.limit(rows))
    }

    /// The rows without the first so many, `DataFrame.offset`.
    pub fn offset(&self, rows: i32) -> Self {
        self.with(self.plan.offset(rows))
    }

    /// The rows in an order, `DataFrame.sort`, or `DataFrame.orderBy`.
    pub fn sort(&self, cols: impl IntoIterator<Item = impl IntoColumn>) -> Self {
        self.with(self.plan.sort(orders(cols), true))
    }

    /// The rows of each partition in an order, `DataFrame.sortWithinPartitions`.
    pub fn sort_within_partitions(&self, cols: impl IntoIterator<Item = impl IntoColumn>) -> Self {
        self.with(self.plan.sort(orders(cols), false))
    }

    /// The rows, each once, `DataFrame.distinct`.
    pub fn distinct(&self) -> Self {
        self.with(self.plan.deduplicate(Dedup::All, false))
    }

    /// The rows, one of those that are equal in some columns, `DataFrame.dropDuplicates`.
    pub fn drop_duplicates(&self, subset: Dedup) -> Self {
        self.with(self.plan.deduplicate(subset, false))
    }

    /// The same as far back as the watermark, `DataFrame.dropDuplicatesWithinWatermark`.
    pub fn drop_duplicates_within_watermark(&self, subset: Dedup) -> Self {
        self.with(self.plan.deduplicate(subset, true))
    }

    /// About a share of the rows, `DataFrame.sample`. PySpark draws a seed where none is given; here the caller does,
    /// for example with [`platform::seed`](crate::platform::seed).
    pub fn sample(&self, with_replacement: bool, fraction: f64, seed: i64) -> Self {
        self.with(self.plan.sample(0.0..fraction, with_replacement, seed, false))
    }

    /// The rows in random parts of about these weights, `DataFrame.randomSplit`. Fails on negative weights, and if all
    /// are 0.
    pub fn random_split(&self, weights: &[f64], seed: i64) -> Result<Vec<Self>> {
        let wrong = |name: &str, value: f64| {
            let value = crate::plan::float_repr(value);
            Error::invalid(format!(
                "[VALUE_NOT_POSITIVE] Value for `{name}` must be positive, got '{value}'."
            ))
        };
        if let Some(weight) = weights.iter().find(|weight| **weight < 0.0) {
            return Err(wrong("weights", *weight));
        }
        let total: f64 = weights.iter().sum();
        if total <= 0.0 {
            return Err(wrong("sum(weights)", total));
        }
        let mut start = 0.0;
        let split = |weight: &f64| {
            let bounds = start..start + weight / total;
            start = bounds.end;
            self.with(self.plan.sample(bounds, false, seed, true))
        };
        Ok(weights.iter().map(split).collect())
    }

    /// The rows of both, by the columns' places, `DataFrame.union`, or `DataFrame.unionAll`.
    pub fn union(&self, other: &Self) -> Result<Self> {
        self.set(other, SetOpType::Union, true, false, false)
    }

    /// The rows of both, by the columns' names, `DataFrame.unionByName`; those that one lacks are null, if allowed.
    pub fn union_by_name(&self, other: &Self, allow_missing_columns: bool) -> Result<Self> {
        self.set(other, SetOpType::Union, true, true, allow_missing_columns)
    }

    /// The rows that both have, each once, `DataFrame.intersect`.
    pub fn intersect(&self, other: &Self) -> Result<Self> {
        self.set(other, SetOpType::Intersect, false, false, false)
    }

    /// The rows that both have, as often as both have them, `DataFrame.intersectAll`.
    pub fn intersect_all(&self, other: &Self) -> Result<Self> {
        self.set(other, SetOpType::Intersect, true, false, false)
    }

    /// The rows that the other has not, each once, `DataFrame.subtract`.
    pub fn subtract(&self, other: &Self) -> Result<Self> {
        self.set(other, SetOpType::Except, false, false, false)
    }

    /// The rows that the other has not, as often as it lacks them, `DataFrame.exceptAll`.
    pub fn except_all(&self, other: &Self) -> Result<Self> {
        self.set(other, SetOpType::Except, true, false, false)
    }

    fn set(
        &self,
        other: &Self,
        operation: SetOpType,
        all: bool,
        by_name: bool,
        allow_missing_columns: bool,
    ) -> Result<Self> {
        self.same_session(other)?;
        let plan = self
            .plan
            .set_operation(&other.plan, operation, all, by_name, allow_missing_columns);
        Ok(self.with(plan))
    }

    /// Fewer partitions without moving rows between them, `DataFrame.coalesce`. Fails unless it is at least 1.
    pub fn coalesce(&self, num_partitions: i32) -> Result<Self> {
        let count = positive("numPartitions", num_partitions)?;
        Ok(self.with(self.plan.repartition(count, false)))
    }

    /// The rows in partitions, by columns if there are some, `DataFrame.repartition`. Fails unless it is at least 1.
    pub fn repartition(
        &self,
        num_partitions: Option<i32>,
        cols: impl IntoIterator<Item = impl IntoColumn>,
    ) -> Result<Self> {
        let cols: Vec<Expression> = cols
            .into_iter()
            .map(|col| col.into_column().into_expression())
            .collect();
        let count = num_partitions
            .map(|count| positive("numPartitions", count))
            .transpose()?;
        Ok(self.with(match count {
            Some(count) if cols.is_empty() => self.plan.repartition(count, true),
            count => self.plan.repartition_by_expression(cols, count),
        }))
    }

    /// The rows in partitions by ranges, `DataFrame.repartitionByRange`. Fails without columns, and unless the number is
    /// at least 1.
    pub fn repartition_by_range(
        &self,
        num_partitions: Option<i32>,
        cols: impl IntoIterator<Item = impl IntoColumn>,
    ) -> Result<Self> {
        let orders = orders(cols);
        let count = num_partitions
            .map(|count| positive("numPartitions", count))
            .transpose()?;
        if orders.is_empty() {
            return Err(Error::invalid(
                "[CANNOT_BE_EMPTY] At least one cols must be specified.",
            ));
        }
        Ok(self.with(self.plan.repartition_by_expression(orders, count)))
    }

    /// The rows in the partitions that a column numbers, `DataFrame.repartitionById`. Fails unless there is at least 1.
    pub fn repartition_by_id(&self, num_partitions: i32, id: impl IntoColumn) -> Result<Self> {
        let count = positive("numPartitions", num_partitions)?;
        let id = vec![id.into_column().into_expression()];
        let direct = Expression::new(Kind::DirectShufflePartitionId, id);
        Ok(self.with(self.plan.repartition_by_expression(vec![direct], Some(count))))
    }

    /// A hint to the optimizer, `DataFrame.hint`.
    pub fn hint(
        &self,
        name: impl Into<String>,
        parameters: impl IntoIterator<Item = impl IntoValue>,
    ) -> Self {
        let parameters = parameters
            .into_iter()
            .map(|parameter| parameter.into_value().into_expression());
        self.with(self.plan.hint(name, parameters.collect()))
    }

    /// The DataFrame, small enough to be sent to every executor for a join, `functions.broadcast`.
    pub fn broadcast(&self) -> Self {
        self.with(self.plan.hint("broadcast", Vec::new()))
    }

    /// How late events of a stream may come, `DataFrame.withWatermark`.
    pub fn with_watermark(&self, event_time: impl Into<String>, delay_threshold: impl Into<String>) -> Self {
        self.with(self.plan.with_watermark(event_time, delay_threshold))
    }

    /// The DataFrame, with metrics of all its rows on the way, `DataFrame.observe`. Fails without metrics.
    pub fn observe(
        &self,
        name: impl Into<String>,
        metrics: impl IntoIterator<Item = Column>,
    ) -> Result<Self> {
        let metrics: Vec<Expression> = metrics.into_iter().map(Column::into_expression).collect();
        if metrics.is_empty() {
            return Err(Error::invalid(
                "[CANNOT_BE_EMPTY] At least one exprs must be specified.",
            ));
        }
        Ok(self.with(self.plan.collect_metrics(name, metrics)))
    }
}
