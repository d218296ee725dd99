//! Expressions of the builder: a small tree, with SQL text for everything else.

use serde::{Deserialize, Serialize};
use spark_connect_client::{
    plan::Literal,
    proto::expression::{Literal as Message, literal::LiteralType},
};

/// An expression.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case", deny_unknown_fields)]
pub enum Expression {
    /// A column.
    Column {
        /// Its name, quoted where needed; `*` for all.
        name: String,
        /// In the condition of a join: the side that it is of.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        side: Option<Side>,
    },
    /// A value.
    Literal {
        /// The value.
        value: Value,
    },
    /// Two sides compared.
    Comparison {
        /// How.
        operator: Comparison,
        /// What is compared.
        left: Box<Expression>,
        /// With what.
        right: Box<Expression>,
    },
    /// All of these hold.
    And {
        /// Two at least.
        parts: Vec<Expression>,
    },
    /// One of these holds.
    Or {
        /// Two at least.
        parts: Vec<Expression>,
    },
    /// This does not hold.
    Not {
        /// What.
        part: Box<Expression>,
    },
    /// There is no value.
    IsNull {
        /// Of what.
        part: Box<Expression>,
    },
    /// It is one of some values.
    In {
        /// What.
        part: Box<Expression>,
        /// The values.
        values: Vec<Expression>,
    },
    /// It lies between two values, those included.
    Between {
        /// What.
        part: Box<Expression>,
        /// From.
        low: Box<Expression>,
        /// To.
        high: Box<Expression>,
    },
    /// It is like a pattern of SQL, with `%` and `_`.
    Like {
        /// What.
        part: Box<Expression>,
        /// The pattern.
        pattern: String,
    },
    /// A function.
    Call {
        /// Its name.
        function: String,
        /// Its arguments.
        arguments: Vec<Expression>,
        /// Whether it sees equal arguments once.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        distinct: bool,
    },
    /// Two numbers.
    Arithmetic {
        /// What is done with them.
        operator: Arithmetic,
        /// The first.
        left: Box<Expression>,
        /// The second.
        right: Box<Expression>,
    },
    /// A value in another type.
    Cast {
        /// The value.
        part: Box<Expression>,
        /// The type, as SQL writes it.
        to: String,
    },
    /// SQL text.
    Sql {
        /// The text.
        text: String,
    },
}

/// A side of a join.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The query so far.
    Left,
    /// The other.
    Right,
}

/// How two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Comparison {
    /// `=`
    Equal,
    /// `<>`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

impl Comparison {
    /// The function of the plan, but for [`NotEqual`](Self::NotEqual), which is none of its own.
    pub(super) fn function(self) -> &'static str {
        match self {
            Self::Equal | Self::NotEqual => "==",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }

    pub(super) fn of_function(name: &str) -> Option<Self> {
        [
            Self::Equal,
            Self::Less,
            Self::LessOrEqual,
            Self::Greater,
            Self::GreaterOrEqual,
        ]
        .into_iter()
        .find(|comparison| comparison.function() == name)
    }
}

/// What is done with two numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Arithmetic {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `%`
    Remainder,
}

impl Arithmetic {
    pub(super) fn function(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Remainder => "%",
        }
    }

    pub(super) fn of_function(name: &str) -> Option<Self> {
        [
            Self::Add,
            Self::Subtract,
            Self::Multiply,
            Self::Divide,
            Self::Remainder,
        ]
        .into_iter()
        .find(|arithmetic| arithmetic.function() == name)
    }
}

/// A value. JSON has no room for some numbers, so they are texts there: long ones, and those that are none or infinite.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// No value.
    Null,
    /// A truth value.
    Boolean(bool),
    /// A whole number of four bytes.
    Integer(i32),
    /// A whole number of eight bytes, in digits.
    Long(#[serde(with = "text")] i64),
    /// A number with a point: `NaN`, `inf` and `-inf` too.
    Double(#[serde(with = "text")] Number),
    /// A text.
    String(String),
    /// Days since 1970-01-01.
    Date(i32),
    /// Microseconds since 1970-01-01T00:00:00Z, in digits.
    Timestamp(#[serde(with = "text")] i64),
    /// A decimal number, its digits.
    Decimal(String),
}

/// A floating-point number that is equal to itself, whatever it is.
#[derive(Clone, Copy, Debug)]
pub struct Number(pub f64);

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.0.to_bits() == other.0.to_bits() || (self.0.is_nan() && other.0.is_nan())
    }
}

impl std::fmt::Display for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl std::str::FromStr for Number {
    type Err = std::num::ParseFloatError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

/// Numbers as texts.
mod text {
    use std::{fmt::Display, str::FromStr};

    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<T: Display, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(value)
    }

    pub(super) fn deserialize<'de, T: FromStr<Err: Display>, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<T, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse()
            .map_err(|error| D::Error::custom(format!("{text:?} is no number: {error}")))
    }
}

impl Value {
    pub(super) fn literal(&self) -> Literal {
        match self {
            Self::Null => Literal::null(),
            Self::Boolean(value) => Literal::boolean(*value),
            Self::Integer(value) => Literal::integer(*value),
            Self::Long(value) => Literal::long(*value),
            Self::Double(value) => Literal::double(value.0),
            Self::String(text) => Literal::string(text.as_str()),
            Self::Date(days) => Literal::date(*days),
            Self::Timestamp(micros) => Literal::timestamp(*micros),
            Self::Decimal(digits) => Literal::decimal(digits.as_str(), 10, 0),
        }
    }

    /// The value that a literal is, if the builder has such.
    pub(super) fn of(literal: &Message) -> Option<Self> {
        let value = match literal.literal_type.as_ref()? {
            LiteralType::Null(_) => Self::Null,
            LiteralType::Boolean(value) => Self::Boolean(*value),
            LiteralType::Integer(value) => Self::Integer(*value),
            LiteralType::Long(value) => Self::Long(*value),
            LiteralType::Double(value) => Self::Double(Number(*value)),
            LiteralType::String(text) => Self::String(text.clone()),
            LiteralType::Date(days) => Self::Date(*days),
            LiteralType::Timestamp(micros) => Self::Timestamp(*micros),
            LiteralType::Decimal(decimal) => Self::Decimal(decimal.value.clone()),
            _ => return None,
        };
        // Types of nulls, digits of decimals: the value says all, or it is not the literal.
        let again = value.literal();
        let same =
            again.message() == literal || matches!(value, Self::Double(Number(number)) if number.is_nan());
        same.then_some(value)
    }
}
