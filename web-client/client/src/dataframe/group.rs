//! Groups of rows: PySpark's `GroupedData`.

use super::DataFrame;
use crate::{
    column::{Column, IntoColumn, IntoValue},
    error::{Error, Result},
    functions,
    plan::{Expression, Grouping, Literal},
    types::{self, StructType},
};

/// A DataFrame whose rows form groups.
#[derive(Clone, Debug)]
pub struct GroupedData {
    frame: DataFrame,
    grouping: Grouping,
    keys: Vec<Expression>,
}

impl DataFrame {
    /// Groups of equal values, `DataFrame.groupBy`; without columns one group of all rows.
    pub fn group_by(&self, cols: impl IntoIterator<Item = impl IntoColumn>) -> GroupedData {
        self.grouped(Grouping::By, cols)
    }

    /// Groups of equal values, with subtotals from the right, `DataFrame.rollup`.
    pub fn rollup(&self, cols: impl IntoIterator<Item = impl IntoColumn>) -> GroupedData {
        self.grouped(Grouping::Rollup, cols)
    }

    /// Groups of equal values, with subtotals of every combination, `DataFrame.cube`.
    pub fn cube(&self, cols: impl IntoIterator<Item = impl IntoColumn>) -> GroupedData {
        self.grouped(Grouping::Cube, cols)
    }

    /// Groups by each of some lists of columns, `DataFrame.groupingSets`.
    pub fn grouping_sets(
        &self,
        sets: Vec<Vec<Column>>,
        cols: impl IntoIterator<Item = impl IntoColumn>,
    ) -> GroupedData {
        let set = |set: Vec<Column>| set.into_iter().map(Column::into_expression).collect();
        self.grouped(Grouping::Sets(sets.into_iter().map(set).collect()), cols)
    }

    fn grouped(&self, grouping: Grouping, cols: impl IntoIterator<Item = impl IntoColumn>) -> GroupedData {
        let keys = cols.into_iter().map(|col| col.into_column().into_expression());
        GroupedData {
            frame: self.clone(),
            grouping,
            keys: keys.collect(),
        }
    }
}

/// What the numbers of a column come to, for all number columns at once.
#[derive(Clone, Copy, Debug)]
enum Numeric {
    Avg,
    Max,
    Min,
    Sum,
}

impl GroupedData {
    /// The DataFrame.
    pub fn frame(&self) -> &DataFrame {
        &self.frame
    }

    /// A row for each group with these aggregates, `GroupedData.agg`. Fails without any.
    pub fn agg(&self, exprs: impl IntoIterator<Item = Column>) -> Result<DataFrame> {
        let exprs: Vec<Expression> = exprs.into_iter().map(Column::into_expression).collect();
        if exprs.is_empty() {
            return Err(Error::invalid(
                "[CANNOT_BE_EMPTY] At least one exprs must be specified.",
            ));
        }
        Ok(self.aggregated(exprs))
    }

    /// A row for each group with a function, by name, of each column, by name, `GroupedData.agg` with a dictionary.
    /// Fails without any.
    pub fn agg_by_name(
        &self,
        exprs: impl IntoIterator<Item = (impl Into<String>, impl Into<String>)>,
    ) -> Result<DataFrame> {
        self.agg(exprs.into_iter().map(|(column, function)| {
            let column = functions::col(column).into_expression();
            Column::new(Expression::function(function, vec![column]))
        }))
    }

    fn aggregated(&self, exprs: Vec<Expression>) -> DataFrame {
        let plan = self.frame.plan();
        let plan = plan.aggregate(self.grouping.clone(), self.keys.clone(), exprs);
        self.frame.with(plan)
    }

    /// How many rows each group has, `GroupedData.count`.
    pub fn count(&self) -> DataFrame {
        let count = Expression::function("count", vec![1.into_value().into_expression()]);
        self.aggregated(vec![Column::new(count).alias("count").into_expression()])
    }

    /// The means of number columns, of all if none is named, `GroupedData.avg`, or `GroupedData.mean`. Asks the server
    /// for the schema.
    pub async fn avg(&self, cols: &[&str]) -> Result<DataFrame> {
        self.numeric(Numeric::Avg, cols).await
    }

    /// The largest values of number columns, of all if none is named, `GroupedData.max`. Asks the server for the schema.
    pub async fn max(&self, cols: &[&str]) -> Result<DataFrame> {
        self.numeric(Numeric::Max, cols).await
    }

    /// The smallest values of number columns, of all if none is named, `GroupedData.min`. Asks the server for the schema.
    pub async fn min(&self, cols: &[&str]) -> Result<DataFrame> {
        self.numeric(Numeric::Min, cols).await
    }

    /// The sums of number columns, of all if none is named, `GroupedData.sum`. Asks the server for the schema.
    pub async fn sum(&self, cols: &[&str]) -> Result<DataFrame> {
        self.numeric(Numeric::Sum, cols).await
    }

    async fn numeric(&self, function: Numeric, cols: &[&str]) -> Result<DataFrame> {
        let schema = StructType::from(self.frame.schema().await?);
        let wrong: Vec<&str> = cols
            .iter()
            .copied()
            .filter(|name| !schema.is_numeric(name))
            .collect();
        if !wrong.is_empty() {
            let names = wrong.join("', '");
            return Err(Error::invalid(format!(
                "[NOT_NUMERIC_COLUMNS] Numeric aggregation function can only be applied on numeric columns, got ['{names}']."
            )));
        }
        let names: Vec<&str> = match cols {
            [] => {
                let fields = schema.fields().iter();
                let numeric = fields.filter(|field| field.data_type.as_ref().is_some_and(types::is_numeric));
                numeric.map(|field| field.name.as_str()).collect()
            }
            cols => cols.to_vec(),
        };
        let name = match function {
            Numeric::Avg => "avg",
            Numeric::Max => "max",
            Numeric::Min => "min",
            Numeric::Sum => "sum",
        };
        let aggregate = |column: &str| Expression::function(name, vec![Expression::column(column)]);
        Ok(self.aggregated(names.into_iter().map(aggregate).collect()))
    }

    /// A column for each value of another, `GroupedData.pivot`; without values Spark looks for them first. Fails on
    /// anything but plain groups.
    pub fn pivot(
        &self,
        pivot_col: &str,
        values: impl IntoIterator<Item = impl Into<Literal>>,
    ) -> Result<Self> {
        let operation = match self.grouping {
            Grouping::By => {
                return Ok(Self {
                    grouping: Grouping::Pivot {
                        column: self.frame.col(pivot_col).into_expression(),
                        values: values.into_iter().map(Into::into).collect(),
                    },
                    ..self.clone()
                });
            }
            Grouping::Pivot { .. } => "Repeated PIVOT operation",
            Grouping::Rollup => "PIVOT after ROLLUP",
            Grouping::Cube => "PIVOT after CUBE",
            Grouping::Sets(_) => "PIVOT after GROUPING_SETS",
        };
        Err(Error::invalid(format!(
            "[UNSUPPORTED_OPERATION] {operation} is not supported."
        )))
    }

    /// As PySpark's `repr` prints the groups. Asks the server for the schema.
    pub async fn repr(&self) -> Result<String> {
        let keys: Vec<String> = self.keys.iter().map(Expression::to_string).collect();
        let dtypes = self.frame.dtypes().await?;
        let values: Vec<String> = dtypes
            .iter()
            .map(|(name, kind)| format!("{name}: {kind}"))
            .collect();
        let kind = match self.grouping {
            Grouping::By => "GroupBy",
            Grouping::Rollup => "RollUp",
            Grouping::Cube => "Cube",
            Grouping::Sets(_) => "GroupingSets",
            Grouping::Pivot { .. } => "Pivot",
        };
        Ok(format!(
            "GroupedData[grouping expressions: [{}], value: [{}], type: {kind}]",
            keys.join(", "),
            values.join(", ")
        ))
    }
}
