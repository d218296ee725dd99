//! The engine's state, and what each command does to it.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    ops::Range,
    rc::Rc,
};

use engine_api::{
    Command, ConnectionId, Endpoint, ErrorKind, ErrorReport, Event, Farewell, RequestId, RunId, Value, Window,
};
use futures::future::AbortHandle;
#[cfg(feature = "python")]
use futures::lock::Mutex;
use result_table::Table;
use spark_connect_client::{ConnectionString, Error, RetryPolicy, Session, Transport};

#[cfg(feature = "python")]
use crate::python::Python;
use crate::{catalog, columns, editing, report, run, task};

/// Bytes of results that are held unless the user interface says otherwise.
const DEFAULT_BUDGET: u64 = 1_000_000_000;
/// Bytes of text that a copy may have; more would stall the clipboard.
const MAX_COPY: usize = 64 << 20;
/// Rows that go into the statistics before other messages get their turn.
const STATISTICS_SLICE: usize = 20_000;

/// An engine. Lives on one thread.
pub struct Core {
    emit: Box<dyn Fn(Event)>,
    connections: RefCell<HashMap<ConnectionId, Connection>>,
    runs: RefCell<HashMap<RunId, Run>>,
    budget: Cell<u64>,
}

/// An open session.
#[derive(Clone)]
pub(crate) struct Connection {
    pub(crate) session: Session,
    pub(crate) time_zone: String,
    /// Runs PySpark cells, one at a time; it keeps their variables.
    #[cfg(feature = "python")]
    pub(crate) python: Rc<Mutex<Python>>,
}

/// A run, and its result.
#[derive(Default)]
struct Run {
    table: Option<Table>,
    /// Present while the run is under way.
    active: Option<Active>,
}

struct Active {
    abort: AbortHandle,
    session: Session,
    operation_id: Option<String>,
}

impl std::fmt::Debug for Core {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Core")
            .field("runs", &self.runs.borrow().len())
            .finish_non_exhaustive()
    }
}

impl Core {
    /// Starts an engine that answers through a function, beginning with `Ready`.
    pub fn start(emit: impl Fn(Event) + 'static) -> Rc<Self> {
        let core = Self {
            emit: Box::new(emit),
            connections: RefCell::default(),
            runs: RefCell::default(),
            budget: Cell::new(DEFAULT_BUDGET),
        };
        core.emit(Event::Ready);
        core.emit_memory();
        Rc::new(core)
    }

    /// Takes a command. Returns at once; events follow.
    pub fn receive(self: &Rc<Self>, command: Command) {
        match command {
            Command::Connect { connection, endpoint } => {
                let core = self.clone();
                task::spawn(async move { core.connect(connection, endpoint).await });
            }
            Command::Disconnect { connection } => self.disconnect(connection),
            Command::Run(request) => run::start(self, request),
            Command::Cancel { run } => self.cancel(run),
            Command::Window {
                run,
                request,
                rows,
                columns,
            } => self.window(run, request, rows, columns),
            Command::Value {
                run,
                request,
                row,
                column,
                max_bytes,
            } => {
                self.value(run, request, row, column, max_bytes);
            }
            Command::Copy {
                run,
                request,
                rows,
                columns,
                header,
            } => {
                self.copy(run, request, rows, columns, header);
            }
            Command::Statistics {
                run,
                request,
                columns,
            } => {
                let core = self.clone();
                task::spawn(async move { core.statistics(run, request, columns).await });
            }
            Command::Close { run } => {
                self.cancel(run);
                self.runs.borrow_mut().remove(&run);
                self.emit_memory();
            }
            Command::Catalog {
                connection,
                request,
                path,
            } => {
                let core = self.clone();
                task::spawn(async move {
                    let entries = match core.connection(connection) {
                        // Whoever looks at the catalog sees at once that the server is gone, and can ask again.
                        Some(open) => {
                            catalog::list(&open.session.with_retry_policy(RetryPolicy::quick()), &path)
                                .await
                                .map_err(|e| report::report(&e, "", 0))
                        }
                        None => Err(not_connected()),
                    };
                    core.emit(Event::Catalog {
                        connection,
                        request,
                        entries,
                    });
                });
            }
            Command::Complete {
                connection,
                request,
                source,
                at,
            } => {
                let core = self.clone();
                task::spawn(async move {
                    let (start, items) = match core.connection(connection) {
                        Some(open) => editing::complete(&open, &source, at).await,
                        None => (at, Vec::new()),
                    };
                    core.emit(Event::Completions {
                        request,
                        start,
                        items,
                    });
                });
            }
            Command::Plan {
                connection,
                request,
                language,
                source,
            } => {
                let core = self.clone();
                task::spawn(async move {
                    let plan = match core.connection(connection) {
                        Some(open) => editing::plan(&open, language, &source).await,
                        None => Err(not_connected()),
                    };
                    core.emit(Event::Plan { request, plan });
                });
            }
            Command::Budget { bytes } => {
                self.budget.set(bytes);
                self.emit_memory();
            }
        }
    }

    pub(crate) fn emit(&self, event: Event) {
        (self.emit)(event);
    }

    pub(crate) fn emit_memory(&self) {
        self.emit(Event::Memory {
            bytes: self.bytes(),
            budget: self.budget.get(),
        });
    }

    fn bytes(&self) -> u64 {
        self.runs
            .borrow()
            .values()
            .filter_map(|run| run.table.as_ref())
            .map(Table::bytes)
            .sum()
    }

    /// The budget, if all results together go beyond it.
    pub(crate) fn exceeded_budget(&self) -> Option<u64> {
        let budget = self.budget.get();
        (self.bytes() > budget).then_some(budget)
    }

    async fn connect(self: Rc<Self>, connection: ConnectionId, endpoint: Endpoint) {
        match open(&endpoint).await {
            Ok((open, spark_version, farewell)) => {
                let (session_id, time_zone) = (open.session.session_id().to_owned(), open.time_zone.clone());
                let before = self.connections.borrow_mut().insert(connection, open);
                release(before);
                self.emit(Event::Connected {
                    connection,
                    spark_version,
                    session_id,
                    time_zone,
                });
                self.emit(Event::Farewell {
                    connection,
                    request: farewell,
                });
            }
            Err(error) => {
                self.emit(Event::ConnectFailed {
                    connection,
                    error: report::report(&error, "", 0),
                });
            }
        }
    }

    fn disconnect(&self, connection: ConnectionId) {
        release(self.connections.borrow_mut().remove(&connection));
    }

    pub(crate) fn connection(&self, connection: ConnectionId) -> Option<Connection> {
        self.connections.borrow().get(&connection).cloned()
    }

    pub(crate) fn begin(&self, run: RunId, abort: AbortHandle, session: Session) {
        let active = Some(Active {
            abort,
            session,
            operation_id: None,
        });
        self.runs.borrow_mut().insert(run, Run { table: None, active });
    }

    /// The run's operation has this id on the server.
    pub(crate) fn set_operation(&self, run: RunId, operation_id: &str) {
        if let Some(active) = self
            .runs
            .borrow_mut()
            .get_mut(&run)
            .and_then(|run| run.active.as_mut())
        {
            active.operation_id = Some(operation_id.to_owned());
        }
        self.emit(Event::Started {
            run,
            operation_id: operation_id.to_owned(),
        });
    }

    /// The run is over, well or not.
    pub(crate) fn end(&self, run: RunId) {
        if let Some(run) = self.runs.borrow_mut().get_mut(&run) {
            run.active = None;
        }
        self.emit_memory();
    }

    /// Works on the place of a run's result; nothing if the run was closed.
    pub(crate) fn with_table<T>(&self, run: RunId, work: impl FnOnce(&mut Option<Table>) -> T) -> Option<T> {
        self.runs
            .borrow_mut()
            .get_mut(&run)
            .map(|run| work(&mut run.table))
    }

    /// Interrupts the operation on the server and aborts the stream here. The run reports its end itself.
    fn cancel(&self, run: RunId) {
        let Some(active) = self
            .runs
            .borrow_mut()
            .get_mut(&run)
            .and_then(|run| run.active.take())
        else {
            return;
        };
        if let Some(operation_id) = active.operation_id {
            let session = active.session.with_retry_policy(RetryPolicy::quick());
            task::spawn(async move {
                // Releasing the operation, which follows, ends it as well; this only says why.
                let _ = session.interrupt_operation(&operation_id).await;
            });
        }
        active.abort.abort();
    }

    fn window(&self, run: RunId, request: RequestId, rows: Range<u64>, columns: Range<u32>) {
        let window = self.with_table(run, |table| {
            table.as_ref().map(|table| table.window(rows, columns))
        });
        let window = match window.flatten() {
            Some(window) => columns::window(window),
            None => Window {
                rows: 0..0,
                columns: 0..0,
                cells: Vec::new(),
            },
        };
        self.emit(Event::Window { run, request, window });
    }

    fn value(&self, run: RunId, request: RequestId, row: u64, column: u32, max_bytes: u32) {
        let value = self.with_table(run, |table| {
            table.as_ref()?.value(row, column, max_bytes as usize)
        });
        let value = match value.flatten() {
            Some(value) => Value {
                text: value.text,
                total_bytes: value.total_bytes,
                null: value.null,
            },
            None => Value {
                text: String::new(),
                total_bytes: 0,
                null: true,
            },
        };
        self.emit(Event::Value { run, request, value });
    }

    fn copy(&self, run: RunId, request: RequestId, rows: Range<u64>, columns: Range<u32>, header: bool) {
        let text = self.with_table(run, |table| {
            Some(table.as_ref()?.tab_separated(rows, columns, header, MAX_COPY))
        });
        let text = match text.flatten() {
            Some(text) => text.map_err(|e| ErrorReport::new(ErrorKind::Invalid, e.to_string())),
            None => Err(ErrorReport::new(
                ErrorKind::Invalid,
                "This result is closed. Run the cell again.",
            )),
        };
        self.emit(Event::Copied { run, request, text });
    }

    async fn statistics(&self, run: RunId, request: RequestId, columns: Range<u32>) {
        loop {
            let done = self.with_table(run, |table| {
                table
                    .as_mut()
                    .is_none_or(|table| table.advance_statistics(STATISTICS_SLICE))
            });
            if done.unwrap_or(true) {
                break;
            }
            task::pause().await;
        }
        let statistics = self.with_table(run, |table| table.as_ref().map(|table| table.statistics(columns)));
        let (rows, columns) = statistics.flatten().map_or((0, Vec::new()), columns::statistics);
        self.emit(Event::Statistics {
            run,
            request,
            rows,
            columns,
        });
    }
}

async fn open(endpoint: &Endpoint) -> Result<(Connection, String, Farewell), Error> {
    let connection = ConnectionString::parse(&endpoint.connection_string)?;
    let transport = Transport::connect(&connection)?;
    let session = Session::new(transport, &connection, RetryPolicy::interactive());
    let first = session.with_retry_policy(RetryPolicy::quick());
    let version = first.spark_version().await?;
    let time_zone = first.conf().get_option("spark.sql.session.timeZone").await?;
    let farewell = farewell(&session, &connection);
    Ok((
        Connection {
            #[cfg(feature = "python")]
            python: Rc::new(Mutex::new(Python::new(&session))),
            session,
            time_zone: time_zone.unwrap_or_else(|| "UTC".to_owned()),
        },
        version,
        farewell,
    ))
}

fn farewell(session: &Session, connection: &ConnectionString) -> Farewell {
    let (path, body) = session.release_request();
    let grpc_web = [
        ("content-type", "application/grpc-web+proto"),
        ("x-grpc-web", "1"),
    ];
    let grpc_web = grpc_web.map(|(name, value)| (name.to_owned(), value.to_owned()));
    Farewell {
        url: format!("{}{path}", connection.base_url()),
        headers: grpc_web.into_iter().chain(connection.request_headers()).collect(),
        body,
    }
}

fn release(connection: Option<Connection>) {
    if let Some(connection) = connection {
        let session = connection.session.with_retry_policy(RetryPolicy::quick());
        task::spawn(async move {
            // A server that cannot be told ends the session an hour after its last call.
            let _ = session.release().await;
        });
    }
}

pub(crate) fn not_connected() -> ErrorReport {
    ErrorReport::new(
        ErrorKind::Unreachable,
        "There is no connection to Spark. Connect, then run again.",
    )
}
