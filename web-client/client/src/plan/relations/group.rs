//! Groups and what is computed of them.

use spark_connect_proto::connect::{
    self as pb,
    aggregate::{GroupType, GroupingSets, Pivot},
    relation::RelType,
};

use super::super::{Expression, Literal, LogicalPlan};

/// How rows form groups.
#[derive(Clone, Debug)]
pub enum Grouping {
    /// By equal values.
    By,
    /// By equal values, and with subtotals from the right.
    Rollup,
    /// By equal values, and with subtotals of every combination.
    Cube,
    /// By equal values, with a column for each value of another.
    Pivot {
        /// The other column.
        column: Expression,
        /// Its values; without any Spark looks for them first.
        values: Vec<Literal>,
    },
    /// By each of some lists of columns.
    Sets(Vec<Vec<Expression>>),
}

impl LogicalPlan {
    /// A row for each group, `Aggregate`.
    pub fn aggregate(&self, grouping: Grouping, keys: Vec<Expression>, aggregates: Vec<Expression>) -> Self {
        let (key_count, aggregate_count) = (keys.len(), aggregates.len());
        let mut expressions: Vec<Expression> = keys.into_iter().chain(aggregates).collect();
        let mut pivot_values: Option<Vec<pb::expression::Literal>> = None;
        let mut set_sizes = Vec::new();
        let group_type = match grouping {
            Grouping::By => GroupType::Groupby,
            Grouping::Rollup => GroupType::Rollup,
            Grouping::Cube => GroupType::Cube,
            Grouping::Pivot { column, values } => {
                expressions.push(column);
                pivot_values = Some(values.iter().map(|value| value.message().clone()).collect());
                GroupType::Pivot
            }
            Grouping::Sets(sets) => {
                set_sizes = sets.iter().map(Vec::len).collect();
                expressions.extend(sets.into_iter().flatten());
                GroupType::GroupingSets
            }
        };
        self.above(expressions, move |parts| {
            RelType::Aggregate(Box::new(pb::Aggregate {
                input: parts.input(),
                group_type: group_type.into(),
                grouping_expressions: parts.take(key_count),
                aggregate_expressions: parts.take(aggregate_count),
                pivot: pivot_values.as_ref().map(|values| Pivot {
                    col: parts.expression(),
                    values: values.clone(),
                }),
                grouping_sets: set_sizes
                    .iter()
                    .map(|size| GroupingSets {
                        grouping_set: parts.take(*size),
                    })
                    .collect(),
            }))
        })
    }
}
