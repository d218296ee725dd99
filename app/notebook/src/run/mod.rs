//! The runs of the page: which cell's output is which run's, the queue, and the clock that they share.

mod output;
mod queue;

use std::{collections::HashMap, sync::Arc};

use engine_api::{Command, ConnectionId, ErrorKind, ErrorReport, Event, RowLimit, RunId, RunRequest};
use gloo_timers::callback::Interval;
use leptos::prelude::*;

use crate::{
    browser,
    connection::{Connection, ConnectionState},
    engine::Engine,
    model::{Cell, CellId, CellKind},
};

pub(crate) use output::{Output, Phase, run_of};
use queue::Queue;

/// How many rows a query returns unless all are asked for.
pub(crate) const PREVIEW_ROWS: u32 = 10_000;

/// How often the elapsed time of a run is shown anew.
const TICK_MS: u32 = 100;

/// What a cell shows below its source.
pub(crate) type OutputSignal = ArcRwSignal<Option<Output>>;

/// All runs of the page.
#[derive(Clone, Copy)]
pub(crate) struct Runs {
    engine: Engine,
    connection: Connection,
    now: RwSignal<f64>,
    /// How many runs are not over.
    active: RwSignal<usize>,
    /// The cell whose run is under way.
    running: RwSignal<Option<CellId>>,
    /// Which run is under way, from 1, and of how many since none was left.
    place: RwSignal<(usize, usize)>,
    inner: StoredValue<Inner, LocalStorage>,
}

#[derive(Default)]
struct Inner {
    outputs: HashMap<CellId, OutputSignal>,
    cells: HashMap<RunId, (CellId, CellKind)>,
    queue: Queue,
    last_run: u32,
    /// Where the run under way was sent.
    sent_to: Option<ConnectionId>,
    /// Whether PySpark code ran in the session, and may have left variables there.
    has_variables: bool,
    clock: Option<Interval>,
}

impl Runs {
    /// No runs yet.
    pub(crate) fn new(engine: Engine, connection: Connection) -> Self {
        Self {
            engine,
            connection,
            now: RwSignal::new(browser::now_ms()),
            active: RwSignal::new(0),
            running: RwSignal::new(None),
            place: RwSignal::new((0, 0)),
            inner: StoredValue::new_local(Inner::default()),
        }
    }

    /// Milliseconds since the page was opened, moving on while a run is not over.
    pub(crate) fn now(self) -> Signal<f64> {
        self.now.into()
    }

    /// How many runs are not over.
    pub(crate) fn active(self) -> Signal<usize> {
        self.active.into()
    }

    /// The cell whose run is under way.
    pub(crate) fn running(self) -> Signal<Option<CellId>> {
        self.running.into()
    }

    /// Which run is under way, from 1, and of how many since none was left.
    pub(crate) fn place(self) -> Signal<(usize, usize)> {
        self.place.into()
    }

    /// What a cell shows.
    pub(crate) fn output(self, cell: CellId) -> OutputSignal {
        let found = self
            .inner
            .try_update_value(|inner| inner.outputs.entry(cell).or_default().clone());
        found.unwrap_or_default()
    }

    /// Runs a cell, in place of what it ran before.
    pub(crate) fn run(self, cell: &Cell, limit: RowLimit) {
        let (id, kind) = (cell.id, cell.kind);
        self.drop_result(id);
        let Some(run) = self.inner.try_update_value(|inner| {
            inner.last_run += 1;
            RunId(inner.last_run)
        }) else {
            return;
        };
        let mut output = Output::queued(run, Arc::from(cell.source.as_str()), limit);
        if !cell.has_code() {
            output.phase = Phase::Empty;
            self.output(id).set(Some(output));
            return;
        }
        self.output(id).set(Some(output));
        self.inner.update_value(|inner| {
            inner.cells.insert(run, (id, kind));
            inner.queue.push(run);
        });
        self.advance();
    }

    /// Stops a cell's run: at once if it waits, else as soon as the engine says so.
    pub(crate) fn stop(self, cell: CellId) {
        let output = self.output(cell);
        let Some((run, phase)) = output.with_untracked(|o| o.as_ref().map(|o| (o.run, o.phase.clone())))
        else {
            return;
        };
        match phase {
            Phase::Queued => {
                self.end(
                    run,
                    ErrorReport::new(ErrorKind::Cancelled, "Stopped before it started."),
                );
            }
            Phase::Running => {
                output.update(|output| output.iter_mut().for_each(Output::stop));
                self.engine.send(&Command::Cancel { run });
            }
            _ => {}
        }
    }

    /// Stops everything that runs or waits.
    pub(crate) fn stop_all(self) {
        // What waits goes first, or the end of one run would start the next.
        let (waiting, running) = self.inner.with_value(|inner| {
            let waiting: Vec<_> = inner.queue.waiting().collect();
            (waiting, inner.queue.running())
        });
        for run in waiting.into_iter().chain(running) {
            if let Some(cell) = self.cell_of(run) {
                self.stop(cell);
            }
        }
    }

    /// Drops a cell's result and all that is known of its run.
    pub(crate) fn clear(self, cell: CellId) {
        self.drop_result(cell);
        self.output(cell).set(None);
    }

    /// Drops what all other cells ran, and all that is known of it.
    pub(crate) fn retain(self, keep: impl Fn(CellId) -> bool) {
        let gone: Vec<CellId> = self.inner.with_value(|inner| {
            inner
                .outputs
                .keys()
                .copied()
                .filter(|cell| !keep(*cell))
                .collect()
        });
        for cell in gone {
            self.drop_result(cell);
            self.inner.update_value(|inner| drop(inner.outputs.remove(&cell)));
        }
    }

    /// Drops the results of all runs that are over, except one cell's, to free memory. Their cells say so.
    pub(crate) fn free(self, except: Option<CellId>) {
        let kept = except.map(|cell| self.output(cell));
        for output in self
            .outputs()
            .into_iter()
            .filter(|output| Some(output) != kept.as_ref())
        {
            let ended = output.with_untracked(|output| {
                output
                    .as_ref()
                    .filter(|o| !o.phase.is_active() && o.columns.is_some())
                    .map(|o| o.run)
            });
            if let Some(run) = ended {
                self.engine.close(run);
                dropped(
                    &output,
                    "The result was dropped to free memory. Run the cell to get it again.",
                );
            }
        }
    }

    /// Takes in what the engine says of a run. Tells whether the catalog may be another because of it.
    pub(crate) fn on_event(self, event: Event) -> bool {
        let Some(run) = run_of(&event) else { return false };
        let Some(cell) = self.cell_of(run) else {
            return false;
        };
        let connection = self.connection.id();
        let present = self.inner.with_value(|inner| inner.sent_to == Some(connection));
        match &event {
            // It says nothing of the connection that has taken the place of its own.
            _ if !present => {}
            Event::Failed { error, .. } => {
                self.connection.on_run_failed(error);
                // What waits would meet the same, one long wait after the other.
                if error.kind == ErrorKind::Unreachable {
                    self.end_waiting(&ErrorReport::new(
                        ErrorKind::Unreachable,
                        "Not run: the connection to Spark broke before it was this cell’s turn.",
                    ));
                }
            }
            Event::Retrying { .. } => {}
            _ => self.connection.is_alive(),
        }
        let now = browser::now_ms();
        let output = self.output(cell);
        let told = output.try_update(|output| {
            let output = output.as_mut().filter(|output| output.run == run)?;
            output.apply(event, now);
            Some((!output.phase.is_active(), output.may_change_catalog()))
        });
        let (over, changed) = told.flatten().unwrap_or_default();
        if over {
            self.leave_queue(run);
            self.advance();
        }
        changed
    }

    /// The connection is another, or in another state: go on, or tell those who wait why not.
    pub(crate) fn on_connection(self) {
        match self.connection.state().get_untracked() {
            ConnectionState::Failed(error) => self.end_waiting(&error),
            _ => self.advance(),
        }
    }

    /// The session is another one. Tells whether variables went with the one before.
    pub(crate) fn lose_variables(self) -> bool {
        let lost = self
            .inner
            .try_update_value(|inner| std::mem::take(&mut inner.has_variables));
        lost.unwrap_or_default()
    }

    fn end_waiting(self, error: &ErrorReport) {
        let waiting = self.inner.try_update_value(|inner| inner.queue.drain_waiting());
        for run in waiting.unwrap_or_default() {
            self.end(run, error.clone());
        }
    }

    /// The engine ended, and all results with it.
    pub(crate) fn on_engine_failed(self, reason: &str) {
        let now = browser::now_ms();
        self.inner.update_value(|inner| {
            inner.queue = Queue::default();
            inner.cells.clear();
        });
        for output in self.outputs() {
            let Some(active) = output.with_untracked(|o| o.as_ref().map(|o| o.phase.is_active())) else {
                continue;
            };
            if active {
                let message = format!("The engine stopped ({reason}). Restart it, then run the cell again.");
                let error = ErrorReport::new(ErrorKind::Internal, message);
                output.update(|output| {
                    if let Some(output) = output {
                        output.fail(error, now);
                        output.columns = None;
                    }
                });
            } else if output.with_untracked(|o| o.as_ref().is_some_and(|o| o.columns.is_some())) {
                dropped(
                    &output,
                    "The result went with the engine that stopped. Run the cell to get it again.",
                );
            }
        }
        self.count();
    }

    /// Sends the next run, if it is its turn and there is a session; opens one if there is none.
    fn advance(self) {
        let state = self.connection.state();
        if state.with_untracked(ConnectionState::is_usable) {
            let next = self
                .inner
                .try_update_value(|inner| inner.queue.start_next())
                .flatten();
            if let Some(run) = next {
                self.send(run);
            }
        } else if state.with_untracked(|state| matches!(state, ConnectionState::Failed(_)))
            && self.inner.with_value(|inner| inner.queue.has_waiting())
        {
            self.connection.connect();
        }
        self.count();
    }

    fn send(self, run: RunId) {
        let Some((cell, kind)) = self.inner.with_value(|inner| inner.cells.get(&run).copied()) else {
            return;
        };
        let now = browser::now_ms();
        let connection = self.connection.id();
        self.inner.update_value(|inner| {
            inner.sent_to = Some(connection);
            inner.has_variables |= kind == CellKind::Python;
        });
        let output = self.output(cell);
        let request = output.try_update(|output| {
            let output = output.as_mut()?;
            output.send(now);
            Some(RunRequest {
                run,
                connection,
                language: kind.language(),
                source: output.source.to_string(),
                limit: output.limit,
            })
        });
        if let Some(request) = request.flatten() {
            self.engine.send(&Command::Run(request));
        }
    }

    /// Ends a run that the engine does not know.
    fn end(self, run: RunId, error: ErrorReport) {
        let Some(cell) = self.cell_of(run) else { return };
        let now = browser::now_ms();
        self.output(cell).update(|output| {
            if let Some(output) = output.as_mut().filter(|output| output.run == run) {
                output.fail(error, now);
            }
        });
        self.leave_queue(run);
        self.advance();
    }

    /// Ends a cell's run if it is not over, and frees its result.
    fn drop_result(self, cell: CellId) {
        let Some(run) = self.output(cell).with_untracked(|o| o.as_ref().map(|o| o.run)) else {
            return;
        };
        self.leave_queue(run);
        self.engine.close(run);
        self.advance();
    }

    fn leave_queue(self, run: RunId) {
        self.inner.update_value(|inner| {
            inner.queue.remove(run);
            inner.cells.remove(&run);
        });
    }

    fn cell_of(self, run: RunId) -> Option<CellId> {
        self.inner
            .with_value(|inner| inner.cells.get(&run).map(|(cell, _)| *cell))
    }

    fn outputs(self) -> Vec<OutputSignal> {
        self.inner
            .with_value(|inner| inner.outputs.values().cloned().collect())
    }

    /// Shows how many runs are not over, and lets the clock go only while there are any.
    fn count(self) {
        let Some((active, running, place)) = self.inner.try_update_value(|inner| {
            let active = inner.queue.len();
            if active == 0 {
                inner.clock = None;
            } else if inner.clock.is_none() {
                inner.clock = Some(Interval::new(TICK_MS, move || self.now.set(browser::now_ms())));
            }
            let running = inner.queue.running().and_then(|run| inner.cells.get(&run));
            (active, running.map(|(cell, _)| *cell), inner.queue.place())
        }) else {
            return;
        };
        self.now.set(browser::now_ms());
        if self.active.get_untracked() != active {
            self.active.set(active);
        }
        if self.running.get_untracked() != running {
            self.running.set(running);
        }
        if self.place.get_untracked() != place {
            self.place.set(place);
        }
    }
}

fn dropped(output: &OutputSignal, why: &'static str) {
    output.update(|output| {
        if let Some(output) = output {
            output.phase = Phase::Dropped(why);
            output.columns = None;
        }
    });
}
