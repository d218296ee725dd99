//! An engine as the page has one, natively: commands go in, events come out in the order in which they were sent.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    time::Duration,
};

use anyhow::{Context, Result, bail};
use engine_api::{
    Column, ColumnStats, Command, ConnectionId, Endpoint, ErrorReport, Event, Language, PlanNode, RequestId,
    RowLimit, RunId, RunRequest, Summary, Window,
};
use spark_connect_engine::Core;
use tokio::{sync::mpsc, task::LocalSet, time::timeout};

use crate::environment;

const CONNECTION: ConnectionId = ConnectionId(1);
/// No answer takes longer, not even on a machine that does other things as well.
const PATIENCE: Duration = Duration::from_secs(90);

/// An engine.
#[derive(Debug)]
pub struct Engine {
    core: Rc<Core>,
    events: RefCell<mpsc::UnboundedReceiver<Event>>,
    seen: RefCell<Vec<Event>>,
    ids: Cell<u32>,
}

/// What a run told, in the words of its events.
#[derive(Debug, Default)]
pub struct Told {
    /// The columns.
    pub columns: Vec<Column>,
    /// Every count of rows.
    pub rows: Vec<u64>,
    /// All that it printed.
    pub text: String,
    /// How many messages that took.
    pub texts: usize,
    /// The ids of its operations on the server, in order.
    pub operations: Vec<String>,
    /// How often it told of progress.
    pub progress: usize,
    /// How it ended; nothing while it goes on.
    pub end: Option<Result<Summary, ErrorReport>>,
}

impl Told {
    /// The summary of a good end.
    pub fn summary(self) -> Result<Summary> {
        match self.end {
            Some(Ok(summary)) => Ok(summary),
            end => bail!("the run did not finish: {end:?}"),
        }
    }

    /// The error of a bad end.
    pub fn error(self) -> Result<ErrorReport> {
        match self.end {
            Some(Err(error)) => Ok(error),
            end => bail!("the run did not fail: {end:?}"),
        }
    }
}

/// Runs a test with an engine, on one thread as in a worker.
pub async fn with_engine<F>(test: impl FnOnce(Engine) -> F) -> Result<()>
where
    F: Future<Output = Result<()>>,
{
    LocalSet::new()
        .run_until(async { test(Engine::start()).await })
        .await
}

/// Runs a test with an engine that has a session on the shared Spark.
pub async fn connected<F>(test: impl FnOnce(Engine) -> F) -> Result<()>
where
    F: Future<Output = Result<()>>,
{
    with_engine(async |engine| {
        engine.connect(&environment::spark_remote()?).await?;
        test(engine).await
    })
    .await
}

impl Engine {
    fn start() -> Self {
        let (sender, events) = mpsc::unbounded_channel();
        let core = Core::start(move |event| {
            // Nobody listens any more when the test is over.
            let _ = sender.send(event);
        });
        Self {
            core,
            events: RefCell::new(events),
            seen: RefCell::default(),
            ids: Cell::new(0),
        }
    }

    /// Sends a command.
    pub fn send(&self, command: Command) {
        self.core.receive(command);
    }

    /// A number that was not given before.
    pub fn id(&self) -> u32 {
        self.ids.set(self.ids.get() + 1);
        self.ids.get()
    }

    /// Waits for an event in which `find` finds something. Events in which it does not are kept for others.
    #[allow(clippy::await_holding_refcell_ref)]
    pub async fn wait<T>(&self, find: impl Fn(&Event) -> Option<T>) -> Result<T> {
        let kept = self.seen.borrow().iter().position(|event| find(event).is_some());
        if let Some(at) = kept {
            let event = self.seen.borrow_mut().remove(at);
            return find(&event).context("an event changed its mind");
        }
        loop {
            let next = timeout(PATIENCE, self.events.borrow_mut().recv()).await;
            let event = next
                .context("the engine says nothing")?
                .context("the engine is gone")?;
            if let Some(found) = find(&event) {
                return Ok(found);
            }
            self.seen.borrow_mut().push(event);
        }
    }

    /// Opens a session, or says why there is none.
    pub async fn try_connect(
        &self,
        connection: ConnectionId,
        remote: &str,
    ) -> Result<Result<Event, ErrorReport>> {
        let endpoint = Endpoint {
            connection_string: remote.to_owned(),
        };
        self.send(Command::Connect { connection, endpoint });
        self.wait(|event| match event {
            Event::Connected { connection: id, .. } if *id == connection => Some(Ok(event.clone())),
            Event::ConnectFailed {
                connection: id,
                error,
            } if *id == connection => Some(Err(error.clone())),
            _ => None,
        })
        .await
    }

    /// Opens the session on which [`run`](Self::run) runs, and returns its id.
    pub async fn connect(&self, remote: &str) -> Result<String> {
        match self.try_connect(CONNECTION, remote).await? {
            Ok(Event::Connected { session_id, .. }) => Ok(session_id),
            other => bail!("no session: {other:?}"),
        }
    }

    /// Begins a run.
    pub fn begin(&self, source: &str, limit: RowLimit) -> RunId {
        self.begin_on(CONNECTION, source, limit)
    }

    /// Begins a run on a connection.
    pub fn begin_on(&self, connection: ConnectionId, source: &str, limit: RowLimit) -> RunId {
        self.begin_in(Language::Sql, connection, source, limit)
    }

    fn begin_in(&self, language: Language, connection: ConnectionId, source: &str, limit: RowLimit) -> RunId {
        let run = RunId(self.id());
        self.send(Command::Run(RunRequest {
            run,
            connection,
            language,
            source: source.to_owned(),
            limit,
        }));
        run
    }

    /// Begins a run of PySpark code.
    pub fn begin_python(&self, source: &str) -> RunId {
        self.begin_in(Language::Python, CONNECTION, source, RowLimit::Preview(10_000))
    }

    /// Runs PySpark code to its end.
    pub async fn python(&self, source: &str) -> Result<(RunId, Told)> {
        let run = self.begin_python(source);
        Ok((run, self.end(run).await?))
    }

    /// The names that may stand at a place of PySpark code, in UTF-16 code units.
    pub async fn completions(&self, source: &str, at: u32) -> Result<Vec<String>> {
        let request = RequestId(self.id());
        self.send(Command::Complete {
            connection: CONNECTION,
            request,
            source: source.to_owned(),
            at,
        });
        self.wait(|event| match event {
            Event::Completions {
                request: id, items, ..
            } if *id == request => Some(items.iter().map(|item| item.name.clone()).collect()),
            _ => None,
        })
        .await
    }

    /// The plan of a source, a line for each relation: its level, its name, its properties.
    pub async fn plan(&self, language: Language, source: &str) -> Result<Vec<String>> {
        let request = RequestId(self.id());
        self.send(Command::Plan {
            connection: CONNECTION,
            request,
            language,
            source: source.to_owned(),
        });
        let plan = self.wait(|event| match event {
            Event::Plan { request: id, plan } if *id == request => Some(plan.clone()),
            _ => None,
        });
        let plan = plan
            .await?
            .map_err(|error| anyhow::anyhow!("no plan: {error:?}"))?;
        let line = |node: &PlanNode| {
            let properties = node.properties.iter().map(|(_, text)| format!(" {text}"));
            format!("{} {}{}", node.level, node.name, properties.collect::<String>())
        };
        Ok(plan.nodes.iter().map(line).collect())
    }

    /// Waits for the end of a run, and returns all that it told.
    pub async fn end(&self, run: RunId) -> Result<Told> {
        let end = self
            .wait(|event| match event {
                Event::Finished { run: id, summary } if *id == run => Some(Ok(summary.clone())),
                Event::Failed { run: id, error } if *id == run => Some(Err(error.clone())),
                _ => None,
            })
            .await?;
        let mut told = Told {
            end: Some(end),
            ..Told::default()
        };
        for event in self.seen.borrow().iter() {
            match event {
                Event::Schema { run: id, columns } if *id == run => told.columns.clone_from(columns),
                Event::Rows { run: id, rows, .. } if *id == run => told.rows.push(*rows),
                Event::Printed { run: id, text } if *id == run => {
                    told.text.push_str(text);
                    told.texts += 1;
                }
                Event::Progress { run: id, .. } if *id == run => told.progress += 1,
                Event::Started {
                    run: id,
                    operation_id,
                } if *id == run => told.operations.push(operation_id.clone()),
                _ => {}
            }
        }
        Ok(told)
    }

    /// Runs a source to its end.
    pub async fn run(&self, source: &str, limit: RowLimit) -> Result<(RunId, Told)> {
        let run = self.begin(source, limit);
        Ok((run, self.end(run).await?))
    }

    /// Waits for the first rows of a run.
    pub async fn first_rows(&self, run: RunId) -> Result<u64> {
        self.wait(|event| match event {
            Event::Rows { run: id, rows, .. } if *id == run => Some(Ok(*rows)),
            Event::Failed { run: id, error } if *id == run => Some(Err(error.clone())),
            _ => None,
        })
        .await?
        .map_err(|error| anyhow::anyhow!("no rows: {error:?}"))
    }

    /// A window of cells.
    pub async fn window(
        &self,
        run: RunId,
        rows: std::ops::Range<u64>,
        columns: std::ops::Range<u32>,
    ) -> Result<Window> {
        let request = RequestId(self.id());
        self.send(Command::Window {
            run,
            request,
            rows,
            columns,
        });
        self.wait(|event| match event {
            Event::Window {
                request: id, window, ..
            } if *id == request => Some(window.clone()),
            _ => None,
        })
        .await
    }

    /// The cells of a window as text, row by row.
    pub async fn texts(
        &self,
        run: RunId,
        rows: std::ops::Range<u64>,
        columns: std::ops::Range<u32>,
    ) -> Result<Vec<Vec<String>>> {
        let window = self.window(run, rows, columns).await?;
        let width = window.columns.len().max(1);
        let rows = window.cells.chunks(width);
        Ok(rows
            .map(|row| row.iter().map(|cell| cell.text.clone()).collect())
            .collect())
    }

    /// One cell at length.
    pub async fn value(
        &self,
        run: RunId,
        row: u64,
        column: u32,
        max_bytes: u32,
    ) -> Result<engine_api::Value> {
        let request = RequestId(self.id());
        self.send(Command::Value {
            run,
            request,
            row,
            column,
            max_bytes,
        });
        self.wait(|event| match event {
            Event::Value {
                request: id, value, ..
            } if *id == request => Some(value.clone()),
            _ => None,
        })
        .await
    }

    /// A part of a result as tab-separated text with a header.
    pub async fn copy(
        &self,
        run: RunId,
        rows: std::ops::Range<u64>,
        columns: std::ops::Range<u32>,
    ) -> Result<Result<String, ErrorReport>> {
        let request = RequestId(self.id());
        self.send(Command::Copy {
            run,
            request,
            rows,
            columns,
            header: true,
        });
        self.wait(|event| match event {
            Event::Copied {
                request: id, text, ..
            } if *id == request => Some(text.clone()),
            _ => None,
        })
        .await
    }

    /// Statistics of columns, and how many rows went into them.
    pub async fn statistics(
        &self,
        run: RunId,
        columns: std::ops::Range<u32>,
    ) -> Result<(u64, Vec<ColumnStats>)> {
        let request = RequestId(self.id());
        self.send(Command::Statistics {
            run,
            request,
            columns,
        });
        self.wait(|event| match event {
            Event::Statistics {
                request: id,
                rows,
                columns,
                ..
            } if *id == request => Some((*rows, columns.clone())),
            _ => None,
        })
        .await
    }

    /// What the catalog holds below a path: names and kinds.
    pub async fn catalog(&self, path: &[&str]) -> Result<Result<Vec<engine_api::CatalogEntry>, ErrorReport>> {
        let request = RequestId(self.id());
        self.send(Command::Catalog {
            connection: CONNECTION,
            request,
            path: path.iter().map(|name| (*name).to_owned()).collect(),
        });
        self.wait(|event| match event {
            Event::Catalog {
                request: id, entries, ..
            } if *id == request => Some(entries.clone()),
            _ => None,
        })
        .await
    }
}
