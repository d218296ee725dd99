//! What can stand where a column is asked for. PySpark decides it by an argument's type, and so do these traits: some
//! parameters take a text for a column's name, others for a value.

use spark_connect_proto::connect as proto;

use super::Column;
use crate::{
    plan::{Expression, Literal},
    types,
};

/// A column, or a text that names one: PySpark's `ColumnOrName`.
pub trait IntoColumn {
    /// The column.
    fn into_column(self) -> Column;
}

/// A value, a text among them, or a column: what PySpark's `lit` takes.
pub trait IntoValue {
    /// The column of the value.
    fn into_value(self) -> Column;
}

/// A column, a text that names one, or a value of any other type.
pub trait IntoOperand {
    /// The column.
    fn into_operand(self) -> Column;
}

/// A schema: DDL text, a data type, or a column such as `schema_of_json` gives.
pub trait IntoSchema {
    /// The column of the schema.
    fn into_schema(self) -> Column;
}

impl IntoSchema for &str {
    fn into_schema(self) -> Column {
        self.into_value()
    }
}

impl IntoSchema for Column {
    fn into_schema(self) -> Column {
        self
    }
}

/// As JSON, in which the server reads it.
impl IntoSchema for &proto::DataType {
    fn into_schema(self) -> Column {
        types::json(self).into_value()
    }
}

impl IntoColumn for Column {
    fn into_column(self) -> Column {
        self
    }
}

impl IntoColumn for &Column {
    fn into_column(self) -> Column {
        self.clone()
    }
}

impl IntoColumn for &str {
    fn into_column(self) -> Column {
        Column::new(Expression::column(self))
    }
}

impl IntoColumn for String {
    fn into_column(self) -> Column {
        Column::new(Expression::column(self))
    }
}

impl IntoColumn for &String {
    fn into_column(self) -> Column {
        self.as_str().into_column()
    }
}

/// Columns are themselves wherever they stand.
macro_rules! columns {
    ($($type:ty)*) => {
        $(
            impl IntoValue for $type {
                fn into_value(self) -> Column {
                    self.into_column()
                }
            }

            impl IntoOperand for $type {
                fn into_operand(self) -> Column {
                    self.into_column()
                }
            }
        )*
    };
}

/// Texts are values here and names there.
macro_rules! texts {
    ($($type:ty)*) => {
        $(
            impl IntoValue for $type {
                fn into_value(self) -> Column {
                    Column::new(Expression::literal(Literal::string(self)))
                }
            }

            impl IntoOperand for $type {
                fn into_operand(self) -> Column {
                    self.into_column()
                }
            }
        )*
    };
}

/// Values are literals wherever they stand.
macro_rules! values {
    ($($type:ty)*) => {
        $(
            impl IntoValue for $type {
                fn into_value(self) -> Column {
                    Column::new(Expression::literal(self))
                }
            }

            impl IntoOperand for $type {
                fn into_operand(self) -> Column {
                    self.into_value()
                }
            }
        )*
    };
}

columns! { Column &Column }
texts! { &str String &String }
values! { Literal bool i8 i16 i32 i64 f32 f64 Vec<u8> }

/// Lists become arrays of their values, as `lit` takes a list.
impl<T: IntoValue, const N: usize> IntoValue for [T; N] {
    fn into_value(self) -> Column {
        let elements = self.map(|element| element.into_value().into_expression());
        Column::new(Expression::function("array", elements.into()))
    }
}

/// Optional arguments: `()` stands for none.
macro_rules! optional {
    ($($(#[$doc:meta])* $name:ident $method:ident = $required:ident $into:ident;)*) => {
        $(
            $(#[$doc])*
            pub trait $name {
                /// The column, if there is one.
                fn $method(self) -> Option<Column>;
            }

            impl<T: $required> $name for T {
                fn $method(self) -> Option<Column> {
                    Some(self.$into())
                }
            }

            impl<T: $required> $name for Option<T> {
                fn $method(self) -> Option<Column> {
                    self.map(T::$into)
                }
            }

            impl $name for () {
                fn $method(self) -> Option<Column> {
                    None
                }
            }
        )*
    };
}

optional! {
    /// What [`IntoColumn`] takes, or `()` for nothing.
    OptionalColumn into_optional_column = IntoColumn into_column;
    /// What [`IntoValue`] takes, or `()` for nothing.
    OptionalValue into_optional_value = IntoValue into_value;
    /// What [`IntoOperand`] takes, or `()` for nothing.
    OptionalOperand into_optional_operand = IntoOperand into_operand;
}
