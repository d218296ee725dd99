//! The visual builder's model: a plan as steps that a person fills in, one after the other.
//!
//! A model has a JSON form that notebooks keep. It becomes a plan ([`Model::to_plan`]), and a plan that has nothing but
//! such steps becomes a model ([`from_plan`]); both ways lose nothing. What a step lacks is told with its number.

mod condition;
mod from_plan;
mod to_plan;
mod values;

use serde::{Deserialize, Serialize};

pub use self::{
    condition::{Arithmetic, Comparison, Expression, Number, Side, Value},
    from_plan::from_plan,
};

/// Levels of an expression. Its JSON form must be readable again, and readers of JSON have limits.
const MAX_DEPTH: usize = 24;
/// Queries inside queries.
const MAX_QUERIES: usize = 12;

/// Functions that the model has other forms for.
const OPERATORS: [&str; 16] = [
    "==", "<", "<=", ">", ">=", "and", "or", "not", "isNull", "in", "like", "+", "-", "*", "/", "%",
];

/// The version of the JSON form.
pub const VERSION: u32 = 1;

/// A query as steps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// The version of this form, [`VERSION`].
    pub version: u32,
    /// The steps, the first of which says where rows come from.
    pub steps: Vec<Step>,
}

/// A step of a query.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case", deny_unknown_fields)]
pub enum Step {
    /// The rows of a table or a view.
    Table {
        /// Its name, quoted where needed.
        name: String,
    },
    /// The rows of a SQL query.
    Sql {
        /// Its text.
        query: String,
    },
    /// The rows of files.
    File {
        /// Their format, such as `parquet`.
        format: String,
        /// Where they are.
        path: String,
        /// Options of the reader, with their values.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        options: Vec<(String, String)>,
    },
    /// Whole numbers in a column `id`.
    Range {
        /// The first.
        start: i64,
        /// Where they end, without this one.
        end: i64,
        /// From one to the next.
        step_size: i64,
    },
    /// Rows that are written here.
    Values {
        /// The columns, each with its type.
        columns: Vec<(String, ValueType)>,
        /// The rows, each with a value for each column.
        rows: Vec<Vec<Value>>,
    },
    /// The rows for which a condition holds.
    Filter {
        /// The condition.
        condition: Expression,
    },
    /// These columns.
    Select {
        /// The columns.
        columns: Vec<Named>,
    },
    /// All columns, and one besides or instead.
    WithColumn {
        /// Its name.
        name: String,
        /// What it is.
        expression: Expression,
    },
    /// The rows beside those of another query.
    Join {
        /// The other query.
        right: Vec<Step>,
        /// Which rows stay.
        how: JoinKind,
        /// Which belong together.
        on: On,
    },
    /// A row for each group.
    Aggregate {
        /// What makes a group; one group of all rows without any.
        keys: Vec<Named>,
        /// What is computed of a group.
        aggregates: Vec<Named>,
    },
    /// A row for each group, with columns for the values of another column.
    Pivot {
        /// What makes a group.
        keys: Vec<Named>,
        /// The other column.
        column: String,
        /// Its values; Spark looks for them if there are none.
        values: Vec<Value>,
        /// What is computed.
        aggregates: Vec<Named>,
    },
    /// The rows in an order.
    Sort {
        /// By these, the first first.
        orders: Vec<Order>,
    },
    /// At most so many rows.
    Limit {
        /// How many.
        rows: i32,
    },
    /// The rows of another query below.
    Union {
        /// The other query.
        right: Vec<Step>,
        /// Whether columns belong together by their names, not by their places.
        by_name: bool,
        /// Whether columns that one lacks are null.
        allow_missing_columns: bool,
    },
    /// Each row once.
    Distinct,
    /// All columns, and a function over a window besides.
    Window {
        /// The column's name.
        name: String,
        /// The function.
        function: Expression,
        /// Rows with equal values form a partition.
        partition_by: Vec<Expression>,
        /// The order of the rows in a partition.
        order_by: Vec<Order>,
    },
}

/// A column, under a name if it is given one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Named {
    /// What it is.
    pub expression: Expression,
    /// Its name; without one Spark names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alias: Option<String>,
}

/// An order of rows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// By what.
    pub expression: Expression,
    /// The largest first.
    pub descending: bool,
    /// Nulls before everything else.
    pub nulls_first: bool,
}

/// The type of a column of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ValueType {
    /// Truth values.
    Boolean,
    /// Whole numbers of four bytes.
    Integer,
    /// Whole numbers of eight bytes.
    Long,
    /// Numbers with a point.
    Double,
    /// Texts.
    String,
    /// Days.
    Date,
    /// Points in time.
    Timestamp,
}

/// Which rows of a join stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JoinKind {
    /// Those with partners.
    Inner,
    /// All of the left.
    Left,
    /// All of the right.
    Right,
    /// All.
    Full,
    /// Those of the left with partners, without the partners.
    LeftSemi,
    /// Those of the left without partners.
    LeftAnti,
    /// Each with each.
    Cross,
}

/// Which rows of a join belong together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum On {
    /// Each with each.
    Nothing,
    /// Those that are equal in these columns.
    Columns(Vec<String>),
    /// Those for which a condition holds, whose columns may name their side.
    Condition(Expression),
}

impl Model {
    /// A model of these steps.
    pub fn new(steps: Vec<Step>) -> Self {
        Self {
            version: VERSION,
            steps,
        }
    }
}
