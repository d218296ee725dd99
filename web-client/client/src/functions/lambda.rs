//! Functions of columns, as higher-order functions such as `transform` take them.

use crate::{
    column::Column,
    plan::{Expression, Identity, Kind, Variable},
};

/// A function of one to three columns.
#[derive(Clone, Debug)]
pub struct Lambda(Column);

/// PySpark's names for a lambda's variables.
const NAMES: [&str; 3] = ["x", "y", "z"];

impl Lambda {
    /// What a function of this many columns comes to, at most three. Its error is passed on.
    pub fn of<E>(parameters: usize, body: impl FnOnce(&[Column]) -> Result<Column, E>) -> Result<Self, E> {
        let variables: Vec<Variable> = NAMES
            .iter()
            .take(parameters)
            .map(|base| Variable {
                id: Identity::new(),
                base,
            })
            .collect();
        let columns: Vec<Column> = variables
            .iter()
            .map(|variable| Column::new(Expression::new(Kind::Variable(variable.clone()), Vec::new())))
            .collect();
        let body = body(&columns)?.into_expression();
        Ok(Self(Column::new(Expression::new(
            Kind::Lambda(variables),
            vec![body],
        ))))
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
