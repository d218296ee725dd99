//! A notebook, and the text in which it is kept.

use serde::{Deserialize, Serialize};

use super::{Cell, CellId};

/// The version of the kept text. A reader refuses a later one rather than lose what it does not know.
const FORMAT: u32 = 1;

/// A notebook: a title, a description and cells in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Notebook {
    /// Names the notebook in the browser's storage.
    pub(crate) id: String,
    /// The heading.
    pub(crate) title: String,
    /// A plain text below the heading; may be empty.
    #[serde(default)]
    pub(crate) description: String,
    /// The cells, in order.
    pub(crate) cells: Vec<Cell>,
    /// The id that the next new cell gets.
    next_cell: u32,
}

/// A kept text that is not a notebook, or one of a later version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unreadable {
    /// The text says that it is of a later version.
    #[error("The saved notebook was written by a later version of this page. Reload to get that version.")]
    Later,
    /// The text is broken.
    #[error("The saved notebook cannot be read ({0}). It is left as it is in this browser's storage.")]
    Broken(String),
}

#[derive(Serialize)]
struct Kept<'a> {
    format: u32,
    notebook: &'a Notebook,
}

#[derive(Deserialize)]
struct KeptFormat {
    format: u32,
}

#[derive(Deserialize)]
struct KeptNotebook {
    notebook: Notebook,
}

impl Notebook {
    /// A notebook without cells.
    pub(crate) fn new(id: impl Into<String>, title: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            title: title.into(),
            description: String::new(),
            cells: Vec::new(),
            next_cell: 1,
        }
    }

    /// An id that no cell of this notebook has had.
    pub(crate) fn fresh_id(&mut self) -> CellId {
        let id = CellId(self.next_cell);
        self.next_cell += 1;
        id
    }

    /// The cell of that name.
    pub(crate) fn cell(&self, id: CellId) -> Option<&Cell> {
        self.cells.iter().find(|cell| cell.id == id)
    }

    /// The cell of that name, to be changed by a command.
    pub(super) fn cell_mut(&mut self, id: CellId) -> Option<&mut Cell> {
        self.cells.iter_mut().find(|cell| cell.id == id)
    }

    /// Where the cell stands, from 0.
    pub(crate) fn position(&self, id: CellId) -> Option<usize> {
        self.cells.iter().position(|cell| cell.id == id)
    }

    /// Makes sure that new cells get ids of their own.
    pub(super) fn reserve(&mut self, id: CellId) {
        self.next_cell = self.next_cell.max(id.0.saturating_add(1));
    }

    /// The notebook as a text to be kept.
    pub(crate) fn to_text(&self) -> Result<String, Unreadable> {
        serde_json::to_string(&Kept {
            format: FORMAT,
            notebook: self,
        })
        .map_err(|error| Unreadable::Broken(error.to_string()))
    }

    /// The notebook of a kept text.
    pub(crate) fn from_text(text: &str) -> Result<Self, Unreadable> {
        let broken = |error: serde_json::Error| Unreadable::Broken(error.to_string());
        let KeptFormat { format } = serde_json::from_str(text).map_err(broken)?;
        if format > FORMAT {
            return Err(Unreadable::Later);
        }
        let KeptNotebook { mut notebook } = serde_json::from_str(text).map_err(broken)?;
        if let Some(last) = notebook.cells.iter().map(|cell| cell.id).max() {
            notebook.reserve(last);
        }
        Ok(notebook)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::CellKind;

    fn sample() -> Notebook {
        let mut notebook = Notebook::new("n", "Títle \u{1f680}");
        for source in ["SELECT 'a\u{0}\"\\'", "", "SELECT\n1"] {
            let id = notebook.fresh_id();
            notebook.cells.push(Cell::new(id, CellKind::Sql, source));
        }
        notebook
    }

    #[test]
    fn what_is_kept_comes_back() {
        let notebook = sample();
        assert_eq!(
            Notebook::from_text(&notebook.to_text().unwrap()).unwrap(),
            notebook
        );
    }

    #[test]
    fn a_later_format_is_refused_even_if_its_cells_are_unknown() {
        let later = r#"{"format":2,"notebook":{"cells":[{"kind":"hologram"}]}}"#;
        assert_eq!(Notebook::from_text(later), Err(Unreadable::Later));
    }

    #[test]
    fn broken_text_is_refused_with_the_reason() {
        for text in [
            "",
            "{}",
            "null",
            r#"{"format":1}"#,
            r#"{"format":1,"notebook":{"id":"n"}}"#,
        ] {
            assert!(
                matches!(Notebook::from_text(text), Err(Unreadable::Broken(_))),
                "{text}"
            );
        }
    }

    #[test]
    fn ids_are_not_given_twice_even_if_the_kept_counter_is_too_low() {
        let text = r#"{"format":1,"notebook":{"id":"n","title":"","next_cell":1,
            "cells":[{"id":7,"kind":"sql","source":""}]}}"#;
        assert_eq!(Notebook::from_text(text).unwrap().fresh_id(), CellId(8));
    }
}
