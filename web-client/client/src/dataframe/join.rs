//! Methods that put rows of two DataFrames side by side.

use super::DataFrame;
use crate::{
    column::Column,
    error::{Error, Result},
    plan::{AsOfJoin, JoinOn, JoinType, NearestByJoin},
};

/// Which joins there are, by PySpark's names without `_`, in small letters.
fn join_type(how: Option<&str>, lateral: bool) -> Result<JoinType> {
    let asked = how.unwrap_or("inner").to_lowercase().replace('_', "");
    Ok(match asked.as_str() {
        "inner" => JoinType::Inner,
        "leftouter" | "left" => JoinType::LeftOuter,
        "cross" => JoinType::Cross,
        "outer" | "full" | "fullouter" if !lateral => JoinType::FullOuter,
        "rightouter" | "right" if !lateral => JoinType::RightOuter,
        "leftsemi" | "semi" if !lateral => JoinType::LeftSemi,
        "leftanti" | "anti" if !lateral => JoinType::LeftAnti,
        _ => {
            let supported = match lateral {
                true => "'inner', 'leftouter', 'left', 'left_outer', 'cross'",
                false => {
                    "'inner', 'outer', 'full', 'fullouter', 'full_outer', 'leftouter', 'left', 'left_outer', \
                     'rightouter', 'right', 'right_outer', 'leftsemi', 'left_semi', 'semi', 'leftanti', \
                     'left_anti', 'anti', 'cross'"
                }
            };
            return Err(Error::invalid(format!(
                "[UNSUPPORTED_JOIN_TYPE] Unsupported join type '{asked}'. Supported join types include: {supported}."
            )));
        }
    })
}

/// What a join by the nearest key asks for.
#[derive(Clone, Debug)]
pub struct AsOf {
    /// Which rows belong together besides.
    pub on: JoinOn,
    /// `inner` or `left`.
    pub how: String,
    /// How far the keys may lie apart.
    pub tolerance: Option<Column>,
    /// Whether equal keys belong together.
    pub allow_exact_matches: bool,
    /// `backward`, `forward` or `nearest`.
    pub direction: String,
}

impl Default for AsOf {
    fn default() -> Self {
        Self {
            on: JoinOn::Nothing,
            how: "inner".to_owned(),
            tolerance: None,
            allow_exact_matches: true,
            direction: "backward".to_owned(),
        }
    }
}

impl DataFrame {
    /// Rows of both, side by side, `DataFrame.join`. `how` is PySpark's name of the join, inner without one; fails on a
    /// name that it does not know.
    pub fn join(&self, other: &Self, on: impl Into<JoinOn>, how: Option<&str>) -> Result<Self> {
        self.same_session(other)?;
        Ok(self.with(self.plan.join(&other.plan, on.into(), join_type(how, false)?)))
    }

    /// Each row with each of the other's, `DataFrame.crossJoin`.
    pub fn cross_join(&self, other: &Self) -> Result<Self> {
        self.join(other, JoinOn::Nothing, Some("cross"))
    }

    /// Rows with those of a DataFrame that may look at them, `DataFrame.lateralJoin`.
    pub fn lateral_join(&self, other: &Self, on: Option<Column>, how: Option<&str>) -> Result<Self> {
        self.same_session(other)?;
        let join_type = join_type(how, true)?;
        let on = on.map(Column::into_expression);
        Ok(self.with(self.plan.lateral_join(&other.plan, on, join_type)))
    }

    /// Rows with the nearest of another DataFrame, `DataFrame.nearestByJoin`. Fails as PySpark does on a number outside
    /// 1 to 100,000 and on words that it does not know.
    pub fn nearest_by_join(
        &self,
        other: &Self,
        ranking: Column,
        num_results: i32,
        mode: &str,
        direction: &str,
        join_type: &str,
    ) -> Result<Self> {
        self.same_session(other)?;
        if !(1..=100_000).contains(&num_results) {
            return Err(Error::invalid(format!(
                "[NEAREST_BY_JOIN.NUM_RESULTS_OUT_OF_RANGE] The number of results {num_results} must be between 1 \
                 and 100000."
            )));
        }
        let known = |word: &str, allowed: &[&str], class: &str| {
            if allowed.contains(&word.to_lowercase().replace('_', "").as_str()) {
                return Ok(());
            }
            let allowed = allowed.join("', '");
            Err(Error::invalid(format!(
                "[NEAREST_BY_JOIN.{class}] '{word}' is not supported. Supported: '{allowed}'."
            )))
        };
        known(
            join_type,
            &["inner", "leftouter", "left"],
            "UNSUPPORTED_JOIN_TYPE",
        )?;
        known(mode, &["approx", "exact"], "UNSUPPORTED_MODE")?;
        known(direction, &["distance", "similarity"], "UNSUPPORTED_DIRECTION")?;
        let join = NearestByJoin {
            ranking: ranking.into_expression(),
            num_results,
            join_type: join_type.to_owned(),
            mode: mode.to_owned(),
            direction: direction.to_owned(),
        };
        Ok(self.with(self.plan.nearest_by_join(&other.plan, join)))
    }

    /// Rows with those of the nearest key, which pandas on Spark calls `merge_asof`. A key that is a name is this, or
    /// the other, DataFrame's column.
    pub fn join_as_of(&self, other: &Self, left_key: Column, right_key: Column, join: AsOf) -> Result<Self> {
        self.same_session(other)?;
        let join = AsOfJoin {
            left_as_of: left_key.into_expression(),
            right_as_of: right_key.into_expression(),
            on: join.on,
            join_type: join.how,
            tolerance: join.tolerance.map(Column::into_expression),
            allow_exact_matches: join.allow_exact_matches,
            direction: join.direction,
        };
        Ok(self.with(self.plan.as_of_join(&other.plan, join)))
    }

    /// The first row with the first, the second with the second, `DataFrame.zip`.
    pub fn zip(&self, other: &Self) -> Result<Self> {
        self.same_session(other)?;
        Ok(self.with(self.plan.zip(&other.plan)))
    }
}

impl From<()> for JoinOn {
    fn from((): ()) -> Self {
        Self::Nothing
    }
}

impl From<&str> for JoinOn {
    fn from(name: &str) -> Self {
        Self::Columns(vec![name.to_owned()])
    }
}

impl<const N: usize> From<[&str; N]> for JoinOn {
    fn from(names: [&str; N]) -> Self {
        Self::Columns(names.map(str::to_owned).into())
    }
}

impl From<Vec<String>> for JoinOn {
    fn from(names: Vec<String>) -> Self {
        Self::Columns(names)
    }
}

impl From<Column> for JoinOn {
    fn from(condition: Column) -> Self {
        Self::Condition(Box::new(condition.into_expression()))
    }
}

/// Conditions that must all hold; without any all rows belong together.
impl From<Vec<Column>> for JoinOn {
    fn from(conditions: Vec<Column>) -> Self {
        match conditions.into_iter().reduce(|all, condition| all & condition) {
            Some(condition) => condition.into(),
            None => Self::Nothing,
        }
    }
}
