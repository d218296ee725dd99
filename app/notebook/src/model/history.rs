//! Undo and redo of what a notebook's commands did to its cells.

use super::{Command, Notebook};

/// How many changes can be undone.
const DEPTH: usize = 200;

/// The changes that can be taken back, and those that can be made again.
#[derive(Debug, Default)]
pub(crate) struct History {
    undo: Vec<Command>,
    redo: Vec<Command>,
}

impl History {
    /// Applies a command and remembers how to undo it. Tells whether anything changed.
    pub(crate) fn apply(&mut self, command: Command, notebook: &mut Notebook) -> bool {
        let undoable = command.is_undoable();
        let Some(inverse) = command.apply(notebook) else {
            return false;
        };
        if undoable {
            self.redo.clear();
            push(&mut self.undo, inverse);
        }
        true
    }

    /// Takes the last change back. Tells whether there was one.
    pub(crate) fn undo(&mut self, notebook: &mut Notebook) -> bool {
        step(&mut self.undo, &mut self.redo, notebook)
    }

    /// Makes the last undone change again. Tells whether there was one.
    pub(crate) fn redo(&mut self, notebook: &mut Notebook) -> bool {
        step(&mut self.redo, &mut self.undo, notebook)
    }
}

fn step(from: &mut Vec<Command>, to: &mut Vec<Command>, notebook: &mut Notebook) -> bool {
    while let Some(command) = from.pop() {
        if let Some(inverse) = command.apply(notebook) {
            push(to, inverse);
            return true;
        }
    }
    false
}

fn push(stack: &mut Vec<Command>, command: Command) {
    if stack.len() == DEPTH {
        stack.remove(0);
    }
    stack.push(command);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Cell, CellId, CellKind};

    fn insert(id: u32) -> Command {
        Command::Insert {
            index: usize::MAX,
            cell: Cell::new(CellId(id), CellKind::Sql, ""),
        }
    }

    fn ids(notebook: &Notebook) -> Vec<u32> {
        notebook.cells.iter().map(|cell| cell.id.0).collect()
    }

    #[test]
    fn undo_and_redo_walk_the_changes() {
        let (mut history, mut notebook) = (History::default(), Notebook::new("n", ""));
        for id in 1..=3 {
            assert!(history.apply(insert(id), &mut notebook));
        }
        assert!(history.undo(&mut notebook) && history.undo(&mut notebook));
        assert_eq!(ids(&notebook), [1]);
        assert!(history.redo(&mut notebook));
        assert_eq!(ids(&notebook), [1, 2]);
        history.apply(insert(9), &mut notebook);
        assert!(
            !history.redo(&mut notebook),
            "a new change forgets what was undone"
        );
        assert_eq!(ids(&notebook), [1, 2, 9]);
    }

    #[test]
    fn what_was_typed_into_a_new_cell_survives_undo_and_redo() {
        let (mut history, mut notebook) = (History::default(), Notebook::new("n", ""));
        history.apply(insert(1), &mut notebook);
        history.apply(
            Command::SetSource {
                cell: CellId(1),
                source: "typed".into(),
            },
            &mut notebook,
        );
        history.undo(&mut notebook);
        assert!(notebook.cells.is_empty(), "typing is not the notebook's to undo");
        history.redo(&mut notebook);
        assert_eq!(notebook.cells[0].source, "typed");
    }

    #[test]
    fn the_oldest_changes_are_forgotten() {
        let (mut history, mut notebook) = (History::default(), Notebook::new("n", ""));
        for id in 1..=(DEPTH as u32 + 5) {
            history.apply(insert(id), &mut notebook);
        }
        while history.undo(&mut notebook) {}
        assert_eq!(ids(&notebook), [1, 2, 3, 4, 5]);
    }
}
