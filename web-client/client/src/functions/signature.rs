//! What is known of a function before it is called: name, parameters in PySpark's order, defaults, a sentence.

use super::call::Bound;
use crate::{
    column::Column,
    error::Result,
    plan::{Expression, Literal},
};

/// A function of `pyspark.sql.functions`.
#[derive(Debug)]
pub struct Signature {
    /// Its name.
    pub name: &'static str,
    /// What it does, in a sentence or two.
    pub summary: &'static str,
    /// Its parameters, in order.
    pub parameters: &'static [Parameter],
    pub(super) action: Action,
}

/// What a call comes to.
#[derive(Debug)]
pub(super) enum Action {
    /// The function of a name on the server, over the arguments in their order.
    Function { name: &'static str, distinct: bool },
    /// Something of its own.
    Special(fn(Bound) -> Result<Column>),
    /// It takes a DataFrame and returns one.
    OfDataFrame,
}

/// A parameter of a function.
#[derive(Debug)]
pub struct Parameter {
    /// Its name, as PySpark's keyword.
    pub name: &'static str,
    /// What it takes.
    pub kind: ParameterKind,
    /// What holds without an argument.
    pub default: Default,
}

/// What a parameter takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParameterKind {
    /// A column or a column's name.
    Column,
    /// A column, a column's name, or a value that is not a text.
    Operand,
    /// A value or a column.
    Value,
    /// Any number of columns or names; also all of them in one list.
    Columns,
    /// Any number of values or columns.
    Values,
    /// A function of columns to a column.
    Lambda,
    /// A dictionary of options, or none.
    Options,
    /// A schema: a data type, its DDL text, or a column.
    Schema,
    /// A DataFrame.
    DataFrame,
}

impl ParameterKind {
    /// Whether it takes any number of arguments, as Python's `*name`.
    pub fn is_variadic(self) -> bool {
        matches!(self, Self::Columns | Self::Values)
    }
}

/// What holds without an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Default {
    /// There must be an argument.
    Required,
    /// `None`: the server gets no argument either.
    None,
    /// `None` in Python, and this for the server.
    NoneSent(Constant),
    /// This, in Python and for the server. An explicit `None` is a null.
    Constant(Constant),
    /// `None` in Python, and a number for the server that the caller draws.
    Seed,
}

/// The value of a default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Constant {
    /// A truth value.
    Bool(bool),
    /// A number.
    Int(i32),
    /// A text.
    Str(&'static str),
    /// The decimal number 0.
    DecimalZero,
    /// Null.
    Null,
}

impl Constant {
    pub(super) fn column(self) -> Column {
        Column::new(Expression::literal(match self {
            Self::Bool(value) => Literal::boolean(value),
            Self::Int(value) => Literal::integer(value),
            Self::Str(value) => Literal::string(value),
            Self::DecimalZero => Literal::decimal("0", 10, 0),
            Self::Null => Literal::null(),
        }))
    }
}

impl Default {
    /// The default as Python writes it, if there is one.
    pub fn python(self) -> Option<String> {
        match self {
            Self::Required => None,
            Self::None | Self::NoneSent(_) | Self::Seed => Some("None".to_owned()),
            Self::Constant(value) => Some(match value {
                Constant::Bool(true) => "True".to_owned(),
                Constant::Bool(false) => "False".to_owned(),
                Constant::Int(value) => value.to_string(),
                Constant::Str(value) => format!("'{value}'"),
                Constant::DecimalZero => "Decimal('0')".to_owned(),
                Constant::Null => "None".to_owned(),
            }),
        }
    }

    /// What the server gets without an argument.
    pub(super) fn sent(self) -> Option<Column> {
        match self {
            Self::Required | Self::None | Self::Seed => None,
            Self::NoneSent(value) | Self::Constant(value) => Some(value.column()),
        }
    }
}

impl Signature {
    /// Whether the function needs a random number from the caller when it gets no seed, as `rand()`.
    pub fn draws_seed(&self) -> bool {
        self.parameters.iter().any(|p| p.default == Default::Seed)
    }

    /// Whether it takes a DataFrame and returns one, as `broadcast`; such a function is a method of the DataFrame.
    pub fn is_of_data_frame(&self) -> bool {
        matches!(self.action, Action::OfDataFrame)
    }

    /// The call over arguments that are columns already, in the order of the parameters.
    pub(super) fn assemble(&self, slots: Vec<Vec<Column>>) -> Column {
        let (name, distinct) = match self.action {
            Action::Function { name, distinct } => (name, distinct),
            Action::Special(_) | Action::OfDataFrame => (self.name, false),
        };
        let mut arguments = Vec::new();
        for (parameter, slot) in self.parameters.iter().zip(slots) {
            let default = if slot.is_empty() {
                parameter.default.sent()
            } else {
                None
            };
            arguments.extend(slot.into_iter().chain(default).map(Column::into_expression));
        }
        let kind = crate::plan::Kind::Function {
            name: name.to_owned(),
            distinct,
        };
        Column::new(Expression::new(kind, arguments))
    }
}
