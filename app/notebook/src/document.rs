//! The open notebook as the page sees it: the model in one signal, changed only by commands, with its undo history.

use leptos::prelude::*;

use crate::model::{Cell, CellId, CellKind, Command, History, Notebook};

/// The open notebook.
#[derive(Clone, Copy)]
pub(crate) struct Document {
    notebook: RwSignal<Notebook>,
    history: StoredValue<History>,
    changes: RwSignal<u64>,
}

impl Document {
    /// Opens a notebook.
    pub(crate) fn new(notebook: Notebook) -> Self {
        Self {
            notebook: RwSignal::new(notebook),
            history: StoredValue::new(History::default()),
            changes: RwSignal::new(0),
        }
    }

    /// The notebook.
    pub(crate) fn notebook(self) -> Signal<Notebook> {
        self.notebook.into()
    }

    /// How often it was changed since it was opened.
    pub(crate) fn changes(self) -> Signal<u64> {
        self.changes.into()
    }

    /// Changes the notebook. Tells whether anything is different now.
    pub(crate) fn apply(self, command: Command) -> bool {
        self.change(|history, notebook| history.apply(command, notebook))
    }

    /// Takes the last change of the cells back. Tells whether there was one.
    pub(crate) fn undo(self) -> bool {
        self.change(History::undo)
    }

    /// Makes the last undone change again. Tells whether there was one.
    pub(crate) fn redo(self) -> bool {
        self.change(History::redo)
    }

    /// Opens another state of the notebook, which is not a change of it.
    pub(crate) fn replace(self, notebook: Notebook) {
        self.history.set_value(History::default());
        self.notebook.set(notebook);
    }

    /// Puts a new cell at a position, from 0.
    pub(crate) fn insert_new(
        self,
        index: usize,
        kind: CellKind,
        source: impl Into<String>,
    ) -> Option<CellId> {
        let id = self.notebook.try_update(Notebook::fresh_id)?;
        let cell = Cell::new(id, kind, source);
        self.apply(Command::Insert { index, cell }).then_some(id)
    }

    /// What a cell is written in; SQL if there is no such cell.
    pub(crate) fn kind(self, cell: CellId) -> CellKind {
        self.notebook
            .with_untracked(|notebook| notebook.cell(cell).map_or(CellKind::Sql, |cell| cell.kind))
    }

    /// The cells, in order.
    pub(crate) fn cells(self) -> Vec<CellId> {
        self.notebook
            .with_untracked(|notebook| notebook.cells.iter().map(|cell| cell.id).collect())
    }

    /// Where a cell stands, from 0.
    pub(crate) fn position(self, cell: CellId) -> Option<usize> {
        self.notebook.with_untracked(|notebook| notebook.position(cell))
    }

    /// The cell at a position.
    pub(crate) fn cell_at(self, index: usize) -> Option<CellId> {
        self.notebook
            .with_untracked(|notebook| notebook.cells.get(index).map(|cell| cell.id))
    }

    fn change(self, change: impl FnOnce(&mut History, &mut Notebook) -> bool) -> bool {
        let changed = self.history.try_update_value(|history| {
            let mut changed = false;
            self.notebook.maybe_update(|notebook| {
                changed = change(history, notebook);
                changed
            });
            changed
        });
        if changed == Some(true) {
            self.changes.update(|changes| *changes += 1);
        }
        changed == Some(true)
    }
}
