//! One cell of a notebook.

use engine_api::Language;
use serde::{Deserialize, Serialize};

/// Names a cell within its notebook; never used twice in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct CellId(pub(crate) u32);

/// What a cell holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum CellKind {
    /// Spark SQL.
    Sql,
}

impl CellKind {
    /// The name on the cell.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Sql => "SQL",
        }
    }

    /// What the engine runs it as.
    pub(crate) fn language(self) -> Language {
        match self {
            Self::Sql => Language::Sql,
        }
    }
}

/// One cell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Cell {
    /// Its name.
    pub(crate) id: CellId,
    /// What the source is.
    pub(crate) kind: CellKind,
    /// The text.
    pub(crate) source: String,
    /// Whether the source is folded to its first line.
    #[serde(default)]
    pub(crate) collapsed: bool,
}

impl Cell {
    /// A cell with a text.
    pub(crate) fn new(id: CellId, kind: CellKind, source: impl Into<String>) -> Self {
        Self {
            id,
            kind,
            source: source.into(),
            collapsed: false,
        }
    }

    /// The first line that says something, for a folded cell.
    pub(crate) fn summary(&self) -> &str {
        self.source
            .lines()
            .map(str::trim)
            .find(|line| !line.is_empty())
            .unwrap_or("empty")
    }
}
