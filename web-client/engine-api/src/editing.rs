//! What an editor shows of a cell before it runs: completions, and the plan that it would come to.

use serde::{Deserialize, Serialize};

/// One thing that may stand at a place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Completion {
    /// The text.
    pub name: String,
    /// What it is.
    pub kind: CompletionKind,
    /// A word on it: a variable's or a column's type, a function's parameters. May be empty.
    pub detail: String,
}

/// What a completion is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CompletionKind {
    /// A variable of a cell.
    Variable,
    /// A function.
    Function,
    /// A method.
    Method,
    /// An attribute that is no method.
    Attribute,
    /// A type.
    Class,
    /// A module.
    Module,
    /// A column of a DataFrame.
    Column,
    /// A word of the language.
    Keyword,
}

/// An unresolved logical plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The relations from the top down: the inputs of one follow it, one level deeper.
    pub nodes: Vec<PlanNode>,
    /// The line of the source whose plan it is, from 1, if it is not that of the whole source.
    pub line: Option<u32>,
}

/// One relation of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanNode {
    /// How far it is below the top, from 0.
    pub level: u32,
    /// Its name in Spark's words, such as `Filter`.
    pub name: String,
    /// What it does: pairs of a word, perhaps empty, and a text such as a condition or a table's name.
    pub properties: Vec<(String, String)>,
}
