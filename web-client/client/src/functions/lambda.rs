//! Functions of columns, as higher-order functions such as `transform` take them.

use crate::{
    column::Column,
    plan::{Expression, Identity, Kind, Variable},
};

/// A function of one to three columns.
#[derive(Clone, Debug)]
pub struct Lambda(Column);

/// A function of columns whose body is yet to come: what makes it may wait.
#[derive(Clone, Debug)]
pub struct LambdaParameters(Vec<Variable>);

impl LambdaParameters {
    /// The parameters as columns, for the body to be made of.
    pub fn parameters(&self) -> Vec<Column> {
        let column =
            |variable: &Variable| Column::new(Expression::new(Kind::Variable(variable.clone()), Vec::new()));
        self.0.iter().map(column).collect()
    }

    /// The function with its body.
    pub fn end(self, body: &Column) -> Lambda {
        let body = vec![body.expression().clone()];
        Lambda(Column::new(Expression::new(Kind::Lambda(self.0), body)))
    }
}

/// PySpark's names for a lambda's variables.
const NAMES: [&str; 3] = ["x", "y", "z"];

impl Lambda {
    /// Begins a function of this many columns, at most three.
    pub fn begin(parameters: usize) -> LambdaParameters {
        let variable = |base: &&'static str| Variable {
            id: Identity::new(),
            base,
        };
        LambdaParameters(NAMES.iter().take(parameters).map(variable).collect())
    }

    /// What a function of this many columns comes to, at most three. Its error is passed on.
    pub fn of<E>(parameters: usize, body: impl FnOnce(&[Column]) -> Result<Column, E>) -> Result<Self, E> {
        let begun = Self::begin(parameters);
        let body = body(&begun.parameters())?;
        Ok(begun.end(&body))
    }

    /// A function of one column.
    pub fn unary(body: impl FnOnce(Column) -> Column) -> Self {
        Self::infallible(1, |x| body(x[0].clone()))
    }

    /// A function of two columns.
    pub fn binary(body: impl FnOnce(Column, Column) -> Column) -> Self {
        Self::infallible(2, |x| body(x[0].clone(), x[1].clone()))
    }

    /// A function of three columns.
    pub fn ternary(body: impl FnOnce(Column, Column, Column) -> Column) -> Self {
        Self::infallible(3, |x| body(x[0].clone(), x[1].clone(), x[2].clone()))
    }

    fn infallible(parameters: usize, body: impl FnOnce(&[Column]) -> Column) -> Self {
        match Self::of(parameters, |columns| {
            Ok::<_, std::convert::Infallible>(body(columns))
        }) {
            Ok(lambda) => lambda,
            Err(never) => match never {},
        }
    }

    /// The argument that it is.
    pub fn into_column(self) -> Column {
        self.0
    }
}
