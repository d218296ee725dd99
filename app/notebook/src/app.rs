//! Everything that the page's parts share, and what a user can do with it.

use engine_api::{Command as EngineCommand, ErrorKind, Event, RowLimit};
use leptos::{prelude::*, task::spawn_local};

use crate::{
    account::Account,
    browser::{self, setting},
    catalog::Catalog,
    connection::Connection,
    document::Document,
    editors::Editors,
    engine::{Engine, EngineState},
    model::{Cell, CellId, CellKind, Command, Notebook},
    run::{PREVIEW_ROWS, Runs},
    store::{SaveState, Saver},
};

const BUDGET: &str = "memory-budget";

/// Budgets for results to choose from, in bytes. The engine lives in 4 GB of address space.
pub(crate) const BUDGETS: [u64; 5] = [
    250_000_000,
    500_000_000,
    1_000_000_000,
    2_000_000_000,
    3_000_000_000,
];

/// A message that goes by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Toast {
    /// What happened.
    pub(crate) text: String,
    /// The cell whose deletion it tells of, and offers to take back.
    pub(crate) deleted: Option<CellId>,
}

/// The parts of the page and what they share.
#[derive(Clone, Copy)]
pub(crate) struct App {
    pub(crate) document: Document,
    pub(crate) engine: Engine,
    pub(crate) connection: Connection,
    pub(crate) account: Account,
    pub(crate) catalog: Catalog,
    pub(crate) runs: Runs,
    pub(crate) editors: Editors,
    pub(crate) saver: Saver,
    /// The cell that has the focus, or had it last.
    pub(crate) selected: RwSignal<Option<CellId>>,
    /// Bytes of results held, and bytes that may be held; once the engine told.
    pub(crate) memory: RwSignal<Option<(u64, u64)>>,
    /// The message that shows for a while.
    pub(crate) toast: RwSignal<Option<Toast>>,
    /// What assistive technology reads out.
    pub(crate) announcement: RwSignal<String>,
    /// The same of runs that start: the end of the run before is told at the same moment.
    pub(crate) started: RwSignal<String>,
    /// Whether the dialog of the connection is open.
    pub(crate) connection_dialog: RwSignal<bool>,
    /// Whether the rail is open, where it does not fit beside the cells.
    pub(crate) drawer: RwSignal<bool>,
}

impl App {
    /// The app of the page that a component is part of.
    pub(crate) fn get() -> Self {
        expect_context()
    }

    /// Starts the engine and opens the connection.
    pub(crate) fn start(self) {
        self.engine.start(move |event| self.on_event(event));
        self.send_budget();
        self.connection.connect();
        self.connection
            .release_on_leave(move || self.runs.active().get_untracked() > 0);
        Effect::watch(
            move || self.saver.state().get(),
            move |state, _, _| {
                if *state == SaveState::Behind {
                    self.catch_up();
                }
            },
            false,
        );
        let connection = self.connection.state();
        Effect::watch(
            move || connection.track(),
            move |(), _, _| self.runs.on_connection(),
            false,
        );
        self.account.refresh();
        Effect::watch(
            move || {
                connection.with(|state| state.error().is_some_and(|error| error.kind == ErrorKind::Denied))
            },
            move |denied, _, _| {
                if *denied {
                    self.account.refresh();
                }
            },
            false,
        );
        Effect::watch(
            move || self.engine.state().get(),
            move |state, _, _| {
                if let EngineState::Failed(reason) = state {
                    self.connection.on_engine_failed(reason);
                    self.runs.on_engine_failed(reason);
                    self.catalog.disconnect();
                    self.memory.set(None);
                }
            },
            false,
        );
    }

    /// Starts the engine anew after it ended.
    pub(crate) fn restart_engine(self) {
        self.engine.restart();
        self.send_budget();
        self.connection.connect();
    }

    fn on_event(self, event: Event) {
        match event {
            Event::Connected { .. } | Event::ConnectFailed { .. } => {
                if self.connection.on_event(&event) {
                    if matches!(event, Event::Connected { .. }) {
                        self.catalog.reload();
                        if self.runs.lose_variables() {
                            self.toast.set(Some(Toast {
                                text: "This is a new session: variables of PySpark cells and temporary views are gone. \
                                       Run their cells again."
                                    .to_owned(),
                                deleted: None,
                            }));
                        }
                    } else {
                        self.catalog.disconnect();
                    }
                }
            }
            Event::Farewell { connection, request } => self.connection.on_farewell(connection, request),
            Event::Memory { bytes, budget } => self.memory.set(Some((bytes, budget))),
            event => {
                if self.runs.on_event(event) {
                    self.catalog.refresh_soon();
                }
            }
        }
    }

    /// Runs a cell as it stands.
    pub(crate) fn run(self, cell: CellId) {
        self.editors.flush();
        let found = self
            .document
            .notebook()
            .with_untracked(|notebook| notebook.cell(cell).cloned());
        if let Some(cell) = found {
            crate::cell::hold_height(cell.id);
            self.runs.run(&cell, RowLimit::Preview(PREVIEW_ROWS));
        }
    }

    /// Runs a text as a cell's, for all its rows.
    pub(crate) fn run_for_all_rows(self, cell: CellId, source: &str) {
        let kind = self
            .document
            .notebook()
            .with_untracked(|notebook| notebook.cell(cell).map(|cell| cell.kind));
        if let Some(kind) = kind {
            crate::cell::hold_height(cell);
            self.runs.run(&Cell::new(cell, kind, source), RowLimit::All);
        }
    }

    /// Runs a cell and goes to the next, which is made if there is none.
    pub(crate) fn run_and_advance(self, cell: CellId) {
        self.run(cell);
        let Some(index) = self.document.position(cell) else {
            return;
        };
        match self.document.cell_at(index + 1) {
            Some(next) => self.editors.focus(next),
            None => self.add(index + 1, self.document.kind(cell)),
        }
    }

    /// Runs all cells that hold anything, in order.
    pub(crate) fn run_all(self) {
        self.editors.flush();
        let cells: Vec<CellId> = self.document.notebook().with_untracked(|notebook| {
            notebook
                .cells
                .iter()
                .filter(|cell| cell.has_code())
                .map(|cell| cell.id)
                .collect()
        });
        for cell in cells {
            self.run(cell);
        }
    }

    /// Adds an empty cell at a position and goes there.
    pub(crate) fn add(self, index: usize, kind: CellKind) {
        self.add_with(index, kind, "");
    }

    /// Adds a cell with a text at a position and goes there.
    pub(crate) fn add_with(self, index: usize, kind: CellKind, source: impl Into<String>) -> Option<CellId> {
        let cell = self.document.insert_new(index, kind, source);
        if let Some(cell) = cell {
            self.editors.focus(cell);
        }
        cell
    }

    /// Deletes a cell; the message that says so offers to undo it.
    pub(crate) fn delete(self, cell: CellId) {
        self.editors.flush();
        let Some(index) = self.document.position(cell) else {
            return;
        };
        if self.document.apply(Command::Delete(cell)) {
            // Its result goes with the message that offers to undo this.
            self.runs.stop(cell);
            let neighbour = self
                .document
                .cell_at(index)
                .or_else(|| self.document.cell_at(index.saturating_sub(1)));
            match neighbour {
                Some(neighbour) => crate::cell::focus(neighbour),
                None => self.settle_focus(),
            }
            self.toast.set(Some(Toast {
                text: format!("Cell {} deleted.", index + 1),
                deleted: Some(cell),
            }));
        }
    }

    /// Moves a cell by some places, up if negative.
    pub(crate) fn shift(self, cell: CellId, by: isize) {
        let Some(index) = self.document.position(cell) else {
            return;
        };
        let Some(index) = index.checked_add_signed(by) else {
            return;
        };
        let focused = crate::cell::Focused::note();
        if self.document.apply(Command::Move { cell, index }) {
            focused.restore(self.editors);
            self.announcement.set(format!("Moved to place {}.", index + 1));
            crate::cell::keep_in_view(cell);
        }
    }

    /// Puts a copy of a cell below it and goes there.
    pub(crate) fn duplicate(self, cell: CellId) {
        self.editors.flush();
        let Some(index) = self.document.position(cell) else {
            return;
        };
        let copied = self
            .document
            .notebook()
            .with_untracked(|n| n.cell(cell).map(|cell| (cell.kind, cell.source.clone())));
        if let Some((kind, source)) = copied {
            self.add_with(index + 1, kind, source);
        }
    }

    /// Takes the last change of the cells back.
    pub(crate) fn undo(self) {
        self.change_back(Document::undo, "Undone.");
        self.toast.set(None);
    }

    /// Makes the last undone change again.
    pub(crate) fn redo(self) {
        self.change_back(Document::redo, "Done again.");
    }

    /// Goes to the cell that is back, or to the one nearest to the cell that is gone if that had the focus.
    fn change_back(self, change: impl FnOnce(Document) -> bool, said: &str) {
        self.editors.flush();
        let before = self.document.cells();
        if !change(self.document) {
            return;
        }
        self.announcement.set(said.into());
        let after = self.document.cells();
        let back = after.iter().find(|cell| !before.contains(cell)).copied();
        let gone = before.iter().position(|cell| !after.contains(cell));
        let near = gone.and_then(|index| after.get(index).or(after.last()).copied());
        crate::cell::settle_focus(back, near.or(self.selected.get_untracked()));
    }

    /// Gives the focus to a cell if the control that had it is about to go.
    pub(crate) fn settle_focus(self) {
        crate::cell::settle_focus(None, self.selected.get_untracked());
    }

    /// Drops what cells ran that are gone, except one that may come back with its result.
    pub(crate) fn drop_orphans(self, kept: Option<CellId>) {
        let cells = self.document.cells();
        self.runs
            .retain(|cell| Some(cell) == kept || cells.contains(&cell));
    }

    /// Puts a text at the cursor of the cell that has the focus or had it last, or into a new cell.
    pub(crate) fn insert_text(self, text: &str) {
        let inserted = self
            .selected
            .get_untracked()
            .is_some_and(|cell| self.editors.insert(cell, text));
        if !inserted {
            self.add_with(usize::MAX, CellKind::Sql, text);
        }
    }

    /// Runs a query in a new cell below the present one.
    pub(crate) fn run_in_new_cell(self, source: String) {
        let present = self
            .selected
            .get_untracked()
            .and_then(|cell| self.document.position(cell));
        let index = present.map_or(usize::MAX, |index| index + 1);
        if let Some(cell) = self.add_with(index, CellKind::Sql, source) {
            self.run(cell);
            crate::cell::keep_in_view(cell);
        }
    }

    /// Sets how many bytes of results may be held, from now on and after a reload.
    pub(crate) fn set_budget(self, bytes: u64) {
        setting::set(BUDGET, &bytes.to_string());
        self.send_budget();
    }

    /// The next larger budget, if there is one.
    pub(crate) fn larger_budget(self) -> Option<u64> {
        let (_, present) = self.memory.get()?;
        BUDGETS.into_iter().find(|budget| *budget > present)
    }

    fn send_budget(self) {
        if let Some(bytes) = setting::get(BUDGET).and_then(|bytes| bytes.parse().ok()) {
            self.engine.send(&EngineCommand::Budget { bytes });
        }
    }

    /// Shows what another tab saved, in place of what this one holds.
    pub(crate) fn take_theirs(self) {
        self.editors.flush();
        spawn_local(async move {
            match self.saver.take_theirs().await {
                Ok(notebook) => {
                    self.show(notebook);
                    self.settle_focus();
                }
                Err(reason) => self.toast.set(Some(Toast {
                    text: reason,
                    deleted: None,
                })),
            }
        });
    }

    /// Shows what another tab saved while this one has no changes of its own. Whoever is typing here is asked first.
    fn catch_up(self) {
        self.editors.flush();
        if browser::is_typing() {
            return self.saver.let_choose();
        }
        spawn_local(async move {
            if let Some(notebook) = self.saver.catch_up().await {
                self.show(notebook);
            }
        });
    }

    /// Shows another version of the notebook. Texts that are the same keep their cursors.
    fn show(self, notebook: Notebook) {
        let old = self.document.notebook().get_untracked();
        let changed: Vec<_> = notebook
            .cells
            .iter()
            .filter(|cell| old.cell(cell.id).is_some_and(|old| old.source != cell.source))
            .map(|cell| (cell.id, cell.source.clone()))
            .collect();
        self.document.replace(notebook);
        for (cell, source) in changed {
            self.editors.replace(cell, &source, 0, u32::MAX);
        }
        self.drop_orphans(None);
    }

    /// Saves what this tab holds over what another one saved.
    pub(crate) fn keep_mine(self) {
        spawn_local(async move {
            match self.saver.keep_mine().await {
                Ok(()) => self.settle_focus(),
                Err(reason) => self.toast.set(Some(Toast {
                    text: reason,
                    deleted: None,
                })),
            }
        });
    }
}
