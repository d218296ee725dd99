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
    /// PySpark code.
    Python,
}

impl CellKind {
    /// All there are, in the order in which they are offered.
    pub(crate) const ALL: [Self; 2] = [Self::Sql, Self::Python];

    /// The name on the cell.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Sql => "SQL",
            Self::Python => "PySpark",
        }
    }

    /// What the editor and the page call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sql => "sql",
            Self::Python => "python",
        }
    }

    /// The kind of that name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// What an empty cell shows.
    pub(crate) fn placeholder(self) -> &'static str {
        match self {
            Self::Sql => "SELECT …",
            Self::Python => "spark.table(…)",
        }
    }

    /// What the engine runs it as.
    pub(crate) fn language(self) -> Language {
        match self {
            Self::Sql => Language::Sql,
            Self::Python => Language::Python,
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

    /// Whether it holds anything to run: more than space, comments and semicolons.
    pub(crate) fn has_code(&self) -> bool {
        match self.kind {
            CellKind::Sql => has_sql(&self.source),
            CellKind::Python => has_python(&self.source),
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

/// Whether a text holds any Python besides comments.
fn has_python(text: &str) -> bool {
    text.lines()
        .map(str::trim_start)
        .any(|line| !line.is_empty() && !line.starts_with('#'))
}

/// Whether a text holds any SQL besides comments. Spark's block comments nest.
fn has_sql(text: &str) -> bool {
    let mut rest = text;
    let mut depth = 0_usize;
    while let Some(character) = rest.chars().next() {
        if rest.starts_with("/*") {
            depth += 1;
            rest = &rest[2..];
        } else if depth > 0 && rest.starts_with("*/") {
            depth -= 1;
            rest = &rest[2..];
        } else if depth == 0 && rest.starts_with("--") {
            rest = rest.split_once('\n').map_or("", |(_, next)| next);
        } else if depth == 0 && !character.is_whitespace() && character != ';' {
            return true;
        } else {
            rest = &rest[character.len_utf8()..];
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_nothing_to_run() {
        for (text, expected) in [
            ("", false),
            (" \n\t", false),
            (";", false),
            ("-- only a note", false),
            ("-- a note\nSELECT 1", true),
            ("/* a /* nested */ note */", false),
            ("/* a note */ SELECT 1", true),
            ("/* not closed SELECT 1", false),
            ("*/", true),
            ("- 1", true),
            ("'--'", true),
            ("é", true),
        ] {
            assert_eq!(has_sql(text), expected, "{text:?}");
        }
        for (text, expected) in [
            ("", false),
            (" \n# note", false),
            ("# note\n  x", true),
            ("'#'", true),
        ] {
            assert_eq!(has_python(text), expected, "{text:?}");
        }
    }

    #[test]
    fn kinds_have_names() {
        for kind in CellKind::ALL {
            assert_eq!(CellKind::named(kind.name()), Some(kind));
        }
        assert_eq!(CellKind::named("scala"), None);
    }
}
