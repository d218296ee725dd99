//! Relations that choose, order, divide or print rows.

use spark_connect_proto::connect::{self as pb, relation::RelType, set_operation::SetOpType};

use super::super::{Expression, LogicalPlan, encode::sort_order};

/// Which rows count as repeated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Dedup {
    /// Those that are equal in all columns.
    All,
    /// Those that are equal in these columns.
    Columns(Vec<String>),
}

impl LogicalPlan {
    /// The rows for which a condition holds, `Filter`.
    pub fn filter(&self, condition: Expression) -> Self {
        self.above(vec![condition], |parts| {
            RelType::Filter(Box::new(pb::Filter {
                input: parts.input(),
                condition: parts.expression(),
            }))
        })
    }

    /// At most so many rows, the first, `Limit`.
    pub fn limit(&self, limit: i32) -> Self {
        self.above(Vec::new(), move |parts| {
            RelType::Limit(Box::new(pb::Limit {
                input: parts.input(),
                limit,
            }))
        })
    }

    /// The rows without the first so many, `Offset`.
    pub fn offset(&self, offset: i32) -> Self {
        self.above(Vec::new(), move |parts| {
            RelType::Offset(Box::new(pb::Offset {
                input: parts.input(),
                offset,
            }))
        })
    }

    /// At most so many rows, the last, `Tail`.
    pub fn tail(&self, limit: i32) -> Self {
        self.above(Vec::new(), move |parts| {
            RelType::Tail(Box::new(pb::Tail {
                input: parts.input(),
                limit,
            }))
        })
    }

    /// The rows in an order, over all partitions or inside each, `Sort`. Expressions that are no orders are ascending.
    pub fn sort(&self, orders: Vec<Expression>, is_global: bool) -> Self {
        self.above(orders, move |parts| {
            RelType::Sort(Box::new(pb::Sort {
                input: parts.input(),
                order: parts.rest().into_iter().map(sort_order).collect(),
                is_global: Some(is_global),
            }))
        })
    }

    /// The rows, each once, `Deduplicate`; in a stream, if asked for, only as far back as the watermark.
    pub fn deduplicate(&self, by: Dedup, within_watermark: bool) -> Self {
        self.above(Vec::new(), move |parts| {
            let (all, column_names) = match &by {
                Dedup::All => (true, Vec::new()),
                Dedup::Columns(names) => (false, names.clone()),
            };
            RelType::Deduplicate(Box::new(pb::Deduplicate {
                input: parts.input(),
                column_names,
                all_columns_as_keys: Some(all),
                within_watermark: Some(within_watermark),
            }))
        })
    }

    /// A random share of the rows, `Sample`: those whose number falls between the bounds.
    pub fn sample(
        &self,
        bounds: std::ops::Range<f64>,
        with_replacement: bool,
        seed: i64,
        deterministic_order: bool,
    ) -> Self {
        self.above(Vec::new(), move |parts| {
            RelType::Sample(Box::new(pb::Sample {
                input: parts.input(),
                lower_bound: bounds.start,
                upper_bound: bounds.end,
                with_replacement: Some(with_replacement),
                seed: Some(seed),
                deterministic_order,
            }))
        })
    }

    /// The rows of both, or those that both have, or those that only the first has, `SetOperation`.
    pub fn set_operation(
        &self,
        other: &LogicalPlan,
        operation: SetOpType,
        all: bool,
        by_name: bool,
        allow_missing_columns: bool,
    ) -> Self {
        Self::new(vec![self.clone(), other.clone()], Vec::new(), move |parts| {
            RelType::SetOp(Box::new(pb::SetOperation {
                left_input: parts.input(),
                right_input: parts.input(),
                set_op_type: operation.into(),
                is_all: Some(all),
                by_name: Some(by_name),
                allow_missing_columns: Some(allow_missing_columns),
            }))
        })
    }

    /// The rows in so many partitions, `Repartition`.
    pub fn repartition(&self, num_partitions: i32, shuffle: bool) -> Self {
        self.above(Vec::new(), move |parts| {
            RelType::Repartition(Box::new(pb::Repartition {
                input: parts.input(),
                num_partitions,
                shuffle: Some(shuffle),
            }))
        })
    }

    /// Equal rows in one partition, or, by orders, in ranges, `RepartitionByExpression`.
    pub fn repartition_by_expression(&self, by: Vec<Expression>, num_partitions: Option<i32>) -> Self {
        self.above(by, move |parts| {
            RelType::RepartitionByExpression(Box::new(pb::RepartitionByExpression {
                input: parts.input(),
                partition_exprs: parts.rest(),
                num_partitions,
            }))
        })
    }

    /// A hint to the optimizer, `Hint`.
    pub fn hint(&self, name: impl Into<String>, parameters: Vec<Expression>) -> Self {
        let name = name.into();
        self.above(parameters, move |parts| {
            RelType::Hint(Box::new(pb::Hint {
                input: parts.input(),
                name: name.clone(),
                parameters: parts.rest(),
            }))
        })
    }

    /// The relation under a name, `SubqueryAlias`.
    pub fn subquery_alias(&self, alias: impl Into<String>) -> Self {
        let alias = alias.into();
        self.above(Vec::new(), move |parts| {
            RelType::SubqueryAlias(Box::new(pb::SubqueryAlias {
                input: parts.input(),
                alias: alias.clone(),
                qualifier: Vec::new(),
            }))
        })
    }

    /// How late events of a stream may come, `WithWatermark`.
    pub fn with_watermark(&self, event_time: impl Into<String>, delay_threshold: impl Into<String>) -> Self {
        let (event_time, delay_threshold) = (event_time.into(), delay_threshold.into());
        self.above(Vec::new(), move |parts| {
            RelType::WithWatermark(Box::new(pb::WithWatermark {
                input: parts.input(),
                event_time: event_time.clone(),
                delay_threshold: delay_threshold.clone(),
            }))
        })
    }

    /// The relation, with metrics of all its rows on the way, `CollectMetrics`.
    pub fn collect_metrics(&self, name: impl Into<String>, metrics: Vec<Expression>) -> Self {
        let name = name.into();
        self.above(metrics, move |parts| {
            RelType::CollectMetrics(Box::new(pb::CollectMetrics {
                input: parts.input(),
                name: name.clone(),
                metrics: parts.rest(),
            }))
        })
    }

    /// The first rows as a text, drawn by the server, `ShowString`. With `truncate` 0 no value is cut.
    pub fn show_string(&self, num_rows: i32, truncate: i32, vertical: bool) -> Self {
        self.above(Vec::new(), move |parts| {
            RelType::ShowString(Box::new(pb::ShowString {
                input: parts.input(),
                num_rows,
                truncate,
                vertical,
            }))
        })
    }

    /// The first rows as an HTML table, `HtmlString`.
    pub fn html_string(&self, num_rows: i32, truncate: i32) -> Self {
        self.above(Vec::new(), move |parts| {
            RelType::HtmlString(Box::new(pb::HtmlString {
                input: parts.input(),
                num_rows,
                truncate,
            }))
        })
    }
}
