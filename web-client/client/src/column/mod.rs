//! Columns: PySpark's `Column`, an expression that users write. Nothing is resolved or checked here; Spark does that.

mod arguments;
mod methods;
mod operators;
mod window;

use std::fmt;

use spark_connect_proto::connect as pb;

pub use self::arguments::{
    IntoColumn, IntoOperand, IntoSchema, IntoValue, OptionalColumn, OptionalOperand, OptionalValue,
};
pub(crate) use self::window::ordered;
pub use self::window::{Window, WindowSpec};
use crate::plan::Expression;

/// A column that is computed, or will be, from others.
#[derive(Clone)]
pub struct Column(Expression);

impl Column {
    /// The column of an expression.
    pub fn new(expression: Expression) -> Self {
        Self(expression)
    }

    /// The expression.
    pub fn expression(&self) -> &Expression {
        &self.0
    }

    /// The expression, for another to be made of.
    pub fn into_expression(self) -> Expression {
        self.0
    }

    /// The same column, written at a place of the caller's source. Spark's errors about it name the place.
    pub fn with_origin(&self, origin: pb::Origin) -> Self {
        Self(self.0.with_origin(origin))
    }
}

/// As PySpark's `repr` prints a column.
impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Column<'{}'>", self.0)
    }
}

impl fmt::Debug for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
