//! The one way in which a notebook changes.

use super::{Cell, CellId, CellKind, Notebook};

/// A change of a notebook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    /// Put a cell at a position, from 0; beyond the end means at the end.
    Insert {
        /// Where.
        index: usize,
        /// What.
        cell: Cell,
    },
    /// Take a cell out.
    Delete(CellId),
    /// Move a cell to a position, counted without the cell itself.
    Move {
        /// Which.
        cell: CellId,
        /// Where to.
        index: usize,
    },
    /// Replace the text of a cell.
    SetSource {
        /// Which.
        cell: CellId,
        /// The new text.
        source: String,
    },
    /// Change what a cell is written in. Its text stays.
    SetKind {
        /// Which.
        cell: CellId,
        /// The new kind.
        kind: CellKind,
    },
    /// Fold a cell's source, or unfold it.
    SetCollapsed {
        /// Which.
        cell: CellId,
        /// Whether it is folded.
        collapsed: bool,
    },
    /// Replace the title.
    SetTitle(String),
    /// Replace the description.
    SetDescription(String),
}

impl Command {
    /// Changes the notebook and gives the command that changes it back; `None` if there was nothing to change.
    pub(crate) fn apply(self, notebook: &mut Notebook) -> Option<Command> {
        match self {
            Self::Insert { index, cell } => {
                let id = cell.id;
                if notebook.position(id).is_some() {
                    return None;
                }
                notebook.reserve(id);
                notebook.cells.insert(index.min(notebook.cells.len()), cell);
                Some(Self::Delete(id))
            }
            Self::Delete(id) => {
                let index = notebook.position(id)?;
                Some(Self::Insert {
                    index,
                    cell: notebook.cells.remove(index),
                })
            }
            Self::Move { cell: id, index } => {
                let from = notebook.position(id)?;
                let to = index.min(notebook.cells.len() - 1);
                if from == to {
                    return None;
                }
                let cell = notebook.cells.remove(from);
                notebook.cells.insert(to, cell);
                Some(Self::Move {
                    cell: id,
                    index: from,
                })
            }
            Self::SetSource { cell: id, source } => {
                let old = replace(&mut notebook.cell_mut(id)?.source, source)?;
                Some(Self::SetSource {
                    cell: id,
                    source: old,
                })
            }
            Self::SetKind { cell: id, kind } => {
                let old = replace(&mut notebook.cell_mut(id)?.kind, kind)?;
                Some(Self::SetKind { cell: id, kind: old })
            }
            Self::SetCollapsed { cell: id, collapsed } => {
                let old = replace(&mut notebook.cell_mut(id)?.collapsed, collapsed)?;
                Some(Self::SetCollapsed {
                    cell: id,
                    collapsed: old,
                })
            }
            Self::SetTitle(title) => replace(&mut notebook.title, title).map(Self::SetTitle),
            Self::SetDescription(text) => replace(&mut notebook.description, text).map(Self::SetDescription),
        }
    }

    /// Whether undoing it is the notebook's work. Typing is undone by the editor that it went into.
    pub(crate) fn is_undoable(&self) -> bool {
        matches!(
            self,
            Self::Insert { .. } | Self::Delete(_) | Self::Move { .. } | Self::SetKind { .. }
        )
    }
}

/// The old value, if the new one is another.
fn replace<T: PartialEq>(place: &mut T, value: T) -> Option<T> {
    if *place == value {
        return None;
    }
    Some(std::mem::replace(place, value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::CellKind;

    fn notebook(sources: &[&str]) -> Notebook {
        let mut notebook = Notebook::new("n", "title");
        for source in sources {
            let id = notebook.fresh_id();
            notebook.cells.push(Cell::new(id, CellKind::Sql, *source));
        }
        notebook
    }

    fn order(notebook: &Notebook) -> String {
        notebook
            .cells
            .iter()
            .map(|cell| cell.source.as_str())
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// Applies a command to cells `a b c` (ids 1, 2, 3), compares, undoes, compares, redoes, compares.
    fn check(command: Command, expected: &str) {
        let mut notebook = notebook(&["a", "b", "c"]);
        let inverse = command.apply(&mut notebook).expect("a change");
        assert_eq!(order(&notebook), expected);
        let redo = inverse.apply(&mut notebook).expect("a change back");
        assert_eq!(order(&notebook), "a b c");
        redo.apply(&mut notebook).expect("the change again");
        assert_eq!(order(&notebook), expected);
    }

    #[test]
    fn every_change_of_cells_has_an_inverse() {
        let cell = |source: &str| Cell::new(CellId(9), CellKind::Sql, source);
        check(
            Command::Insert {
                index: 0,
                cell: cell("x"),
            },
            "x a b c",
        );
        check(
            Command::Insert {
                index: 99,
                cell: cell("x"),
            },
            "a b c x",
        );
        check(Command::Delete(CellId(2)), "a c");
        check(
            Command::Move {
                cell: CellId(1),
                index: 1,
            },
            "b a c",
        );
        check(
            Command::Move {
                cell: CellId(1),
                index: 99,
            },
            "b c a",
        );
        check(
            Command::Move {
                cell: CellId(3),
                index: 0,
            },
            "c a b",
        );
        check(
            Command::SetSource {
                cell: CellId(2),
                source: "B".into(),
            },
            "a B c",
        );
    }

    #[test]
    fn texts_and_folds_have_inverses() {
        let mut notebook = notebook(&["a"]);
        for command in [
            Command::SetTitle("other".into()),
            Command::SetDescription("about".into()),
            Command::SetCollapsed {
                cell: CellId(1),
                collapsed: true,
            },
            Command::SetKind {
                cell: CellId(1),
                kind: CellKind::Python,
            },
        ] {
            let before = notebook.clone();
            let inverse = command.apply(&mut notebook).expect("a change");
            assert_ne!(notebook, before);
            let mut back = notebook.clone();
            inverse.apply(&mut back);
            assert_eq!(back, before);
        }
    }

    #[test]
    fn what_changes_nothing_has_no_inverse() {
        for command in [
            Command::Delete(CellId(7)),
            Command::Move {
                cell: CellId(3),
                index: 2,
            },
            Command::Move {
                cell: CellId(7),
                index: 0,
            },
            Command::SetSource {
                cell: CellId(1),
                source: "a".into(),
            },
            Command::SetTitle("title".into()),
            Command::Insert {
                index: 0,
                cell: Cell::new(CellId(1), CellKind::Sql, "twice"),
            },
        ] {
            let mut changed = notebook(&["a", "b", "c"]);
            assert_eq!(command.clone().apply(&mut changed), None, "{command:?}");
            assert_eq!(changed, notebook(&["a", "b", "c"]), "{command:?}");
        }
    }

    #[test]
    fn a_cell_that_comes_back_keeps_its_id_to_itself() {
        let mut notebook = notebook(&["a", "b"]);
        let undo = Command::Delete(CellId(2)).apply(&mut notebook).expect("a change");
        assert_eq!(notebook.fresh_id(), CellId(3));
        undo.apply(&mut notebook);
        assert_eq!(notebook.fresh_id(), CellId(4));
    }
}
