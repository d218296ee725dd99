//! Relations of two others, side by side.

pub use spark_connect_proto::connect::join::JoinType;
use spark_connect_proto::connect::{self as pb, relation::RelType};

use super::super::{Expression, LogicalPlan};

/// Which rows belong together.
#[derive(Clone, Debug, Default)]
pub enum JoinOn {
    /// All with all.
    #[default]
    Nothing,
    /// Those that are equal in these columns, which appear once.
    Columns(Vec<String>),
    /// Those for which a condition holds.
    Condition(Box<Expression>),
}

impl JoinOn {
    fn split(self) -> (Vec<String>, Option<Expression>) {
        match self {
            Self::Nothing => (Vec::new(), None),
            Self::Columns(names) => (names, None),
            Self::Condition(condition) => (Vec::new(), Some(*condition)),
        }
    }
}

/// What a join by the nearest key asks for, `AsOfJoin`.
#[derive(Clone, Debug)]
pub struct AsOfJoin {
    /// The key on the left.
    pub left_as_of: Expression,
    /// The key on the right.
    pub right_as_of: Expression,
    /// Which rows belong together besides.
    pub on: JoinOn,
    /// `inner` or `left`.
    pub join_type: String,
    /// How far the keys may lie apart.
    pub tolerance: Option<Expression>,
    /// Whether equal keys belong together.
    pub allow_exact_matches: bool,
    /// `backward`, `forward` or `nearest`.
    pub direction: String,
}

/// What a join with the nearest rows asks for, `NearestByJoin`. Since Spark 4.3.
#[derive(Clone, Debug)]
pub struct NearestByJoin {
    /// How near two rows are.
    pub ranking: Expression,
    /// How many rows of the right each of the left gets.
    pub num_results: i32,
    /// `inner` or `leftouter`.
    pub join_type: String,
    /// `approx` or `exact`.
    pub mode: String,
    /// `distance` or `similarity`: which is best, the smallest or the largest.
    pub direction: String,
}

impl LogicalPlan {
    /// Rows of both, side by side, `Join`.
    pub fn join(&self, right: &LogicalPlan, on: JoinOn, join_type: JoinType) -> Self {
        let (using_columns, condition) = on.split();
        let inputs = vec![self.clone(), right.clone()];
        Self::new(inputs, Vec::from_iter(condition), move |parts| {
            RelType::Join(Box::new(pb::Join {
                left: parts.input(),
                right: parts.input(),
                join_condition: parts.expression(),
                join_type: join_type.into(),
                using_columns: using_columns.clone(),
                join_data_type: None,
            }))
        })
    }

    /// Rows of both with the nearest keys, `AsOfJoin`.
    pub fn as_of_join(&self, right: &LogicalPlan, join: AsOfJoin) -> Self {
        let AsOfJoin {
            left_as_of,
            right_as_of,
            on,
            join_type,
            tolerance,
            allow_exact_matches,
            direction,
        } = join;
        let (using_columns, condition) = on.split();
        let (with_condition, with_tolerance) = (condition.is_some(), tolerance.is_some());
        let expressions = [left_as_of, right_as_of]
            .into_iter()
            .chain(condition)
            .chain(tolerance);
        let inputs = vec![self.clone(), right.clone()];
        Self::new(inputs, expressions.collect(), move |parts| {
            RelType::AsOfJoin(Box::new(pb::AsOfJoin {
                left: parts.input(),
                right: parts.input(),
                left_as_of: parts.expression(),
                right_as_of: parts.expression(),
                join_expr: parts.expression_if(with_condition),
                using_columns: using_columns.clone(),
                join_type: join_type.clone(),
                tolerance: parts.expression_if(with_tolerance),
                allow_exact_matches,
                direction: direction.clone(),
            }))
        })
    }

    /// Rows with those of a relation that may look at them, `LateralJoin`.
    pub fn lateral_join(
        &self,
        right: &LogicalPlan,
        condition: Option<Expression>,
        join_type: JoinType,
    ) -> Self {
        let inputs = vec![self.clone(), right.clone()];
        Self::new(inputs, Vec::from_iter(condition), move |parts| {
            RelType::LateralJoin(Box::new(pb::LateralJoin {
                left: parts.input(),
                right: parts.input(),
                join_condition: parts.expression(),
                join_type: join_type.into(),
            }))
        })
    }

    /// Rows with the nearest of another relation, `NearestByJoin`. Since Spark 4.3.
    pub fn nearest_by_join(&self, right: &LogicalPlan, join: NearestByJoin) -> Self {
        let NearestByJoin {
            ranking,
            num_results,
            join_type,
            mode,
            direction,
        } = join;
        Self::new(vec![self.clone(), right.clone()], vec![ranking], move |parts| {
            RelType::NearestByJoin(Box::new(pb::NearestByJoin {
                left: parts.input(),
                right: parts.input(),
                ranking_expression: parts.expression(),
                num_results,
                join_type: join_type.clone(),
                mode: mode.clone(),
                direction: direction.clone(),
            }))
        })
    }

    /// The first row with the first, the second with the second, `Zip`. Since Spark 4.3.
    pub fn zip(&self, right: &LogicalPlan) -> Self {
        Self::new(vec![self.clone(), right.clone()], Vec::new(), |parts| {
            RelType::Zip(Box::new(pb::Zip {
                left: parts.input(),
                right: parts.input(),
            }))
        })
    }

    /// The relation, with others that its expressions refer to, `WithRelations`.
    pub fn with_relations(&self, references: Vec<LogicalPlan>) -> Self {
        let inputs = std::iter::once(self.clone()).chain(references);
        Self::new(inputs.collect(), Vec::new(), |parts| {
            RelType::WithRelations(Box::new(pb::WithRelations {
                root: parts.input(),
                references: parts.inputs.by_ref().collect(),
            }))
        })
    }
}
