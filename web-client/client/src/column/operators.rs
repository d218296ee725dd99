//! Operators with PySpark's meaning: Rust's own where it has them, methods of PySpark's names where it has not.
//!
//! `==`, `<` and their kin give truth values in Rust, so they are methods here: `eq`, `ne`, `lt`, `le`, `gt`, `ge`.
//! `&`, `|` and `!` are and, or and not, as in PySpark.

use std::ops;

use super::{Column, IntoValue};
use crate::plan::Expression;

/// Rust's operators; the other side is a column or a value.
macro_rules! operators {
    ($($trait:ident $method:ident $name:literal;)*) => {
        $(
            impl<T: IntoValue> ops::$trait<T> for Column {
                type Output = Column;

                fn $method(self, other: T) -> Column {
                    self.binary($name, other)
                }
            }

            impl<T: IntoValue> ops::$trait<T> for &Column {
                type Output = Column;

                fn $method(self, other: T) -> Column {
                    self.clone().binary($name, other)
                }
            }
        )*
    };
}

operators! {
    Add add "+";
    Sub sub "-";
    Mul mul "*";
    Div div "/";
    Rem rem "%";
    BitAnd bitand "and";
    BitOr bitor "or";
}

/// Rust's operators with a number on the left.
macro_rules! reversed {
    ($($type:ty)*) => {
        $(
            reversed! { $type: Add add "+"; Sub sub "-"; Mul mul "*"; Div div "/"; Rem rem "%"; }
        )*
    };
    ($type:ty: $($trait:ident $method:ident $name:literal;)*) => {
        $(
            impl ops::$trait<Column> for $type {
                type Output = Column;

                fn $method(self, other: Column) -> Column {
                    self.into_value().binary($name, other)
                }
            }

            impl ops::$trait<&Column> for $type {
                type Output = Column;

                fn $method(self, other: &Column) -> Column {
                    self.into_value().binary($name, other)
                }
            }
        )*
    };
}

reversed! { i32 i64 f64 }

/// Rust's operators of one operand.
macro_rules! unary {
    ($($trait:ident $method:ident $name:literal;)*) => {
        $(
            impl ops::$trait for Column {
                type Output = Column;

                fn $method(self) -> Column {
                    self.unary($name)
                }
            }

            impl ops::$trait for &Column {
                type Output = Column;

                fn $method(self) -> Column {
                    self.clone().unary($name)
                }
            }
        )*
    };
}

unary! {
    Not not "not";
    Neg neg "negative";
}

/// Methods that name an operator.
macro_rules! methods {
    ($($(#[$doc:meta])* $method:ident $name:literal;)*) => {
        $(
            $(#[$doc])*
            pub fn $method(&self, other: impl IntoValue) -> Column {
                self.clone().binary($name, other)
            }
        )*
    };
}

#[allow(clippy::should_implement_trait)]
impl Column {
    methods! {
        /// Whether both are equal, `==` in PySpark; null if one is null.
        eq "==";
        /// Whether it is smaller, `<` in PySpark.
        lt "<";
        /// Whether it is smaller or equal, `<=` in PySpark.
        le "<=";
        /// Whether it is larger, `>` in PySpark.
        gt ">";
        /// Whether it is larger or equal, `>=` in PySpark.
        ge ">=";
        /// Whether both are equal, or both null, `Column.eqNullSafe`.
        eq_null_safe "<=>";
        /// It to the power of the other, `**` in PySpark.
        pow "power";
        /// The bits that both have, `Column.bitwiseAND`.
        bitwise_and "&";
        /// The bits that one of them has, `Column.bitwiseOR`.
        bitwise_or "|";
        /// The bits that exactly one of them has, `Column.bitwiseXOR`.
        bitwise_xor "^";
        /// Whether it holds another text, `Column.contains`.
        contains "contains";
        /// Whether it starts with another text, `Column.startswith`.
        starts_with "startsWith";
        /// Whether it ends in another text, `Column.endswith`.
        ends_with "endsWith";
        /// Whether it matches a pattern of SQL, `Column.like`.
        like "like";
        /// Whether it matches a pattern of SQL in any case, `Column.ilike`.
        ilike "ilike";
        /// Whether it matches a regular expression, `Column.rlike`.
        rlike "rlike";
    }

    /// Whether both differ, `!=` in PySpark; null if one is null.
    pub fn ne(&self, other: impl IntoValue) -> Column {
        self.eq(other).unary("not")
    }

    /// Whether it lies between two values, both included, `Column.between`.
    pub fn between(&self, lower: impl IntoValue, upper: impl IntoValue) -> Column {
        self.ge(lower) & self.le(upper)
    }

    /// Whether it is null, `Column.isNull`.
    pub fn is_null(&self) -> Column {
        self.clone().unary("isNull")
    }

    /// Whether it is not null, `Column.isNotNull`.
    pub fn is_not_null(&self) -> Column {
        self.clone().unary("isNotNull")
    }

    /// Whether it is not a number, `Column.isNaN`.
    pub fn is_nan(&self) -> Column {
        self.clone().unary("isNaN")
    }

    fn unary(self, name: &str) -> Column {
        Column::new(Expression::function(name, vec![self.into_expression()]))
    }

    fn binary(self, name: &str, other: impl IntoValue) -> Column {
        let arguments = vec![self.into_expression(), other.into_value().into_expression()];
        Column::new(Expression::function(name, arguments))
    }
}
