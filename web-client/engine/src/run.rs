//! One run of one cell, from its source to the last row.

use std::{ops::Range, rc::Rc};

use engine_api::{
    ErrorKind, ErrorReport, Event, Language, Progress, RowLimit, RunId, RunRequest, Stage, Summary,
};
use futures::{
    StreamExt,
    future::{Abortable, Aborted},
};
use result_table::Table;
use spark_connect_client::{Error, Execution, Output, plan, platform, proto, statements};

#[cfg(not(feature = "python"))]
use crate::report::without_python;
use crate::{
    columns,
    core::{Connection, Core, not_connected},
    report::report,
    statement, task,
};

/// Milliseconds between two words on how many rows there are; four frames are not worth more.
const ROWS_EVERY: f64 = 50.0;
/// Milliseconds of work on batches before other messages get their turn.
const TURN: f64 = 12.0;

/// Begins a run.
pub(crate) fn start(core: &Rc<Core>, request: RunRequest) {
    let (run, connection) = (request.run, request.connection);
    let failed = |error| core.emit(Event::Failed { run, error });
    let Some(open) = core.connection(connection) else {
        return failed(not_connected());
    };
    if request.source.trim().is_empty() {
        return failed(ErrorReport::new(
            ErrorKind::Invalid,
            "The cell is empty: there is nothing to run.",
        ));
    }
    let (abort, registration) = futures::future::AbortHandle::new_pair();
    core.begin(run, abort, open.session.clone());
    let core = core.clone();
    task::spawn(async move {
        let result = Abortable::new(Run::new(core.clone(), open, request).go(), registration).await;
        match result {
            Ok(Ok(summary)) => {
                core.end(run);
                core.emit(Event::Finished { run, summary });
            }
            Ok(Err(error)) => {
                core.end(run);
                let lost = (error.kind == ErrorKind::SessionLost).then(|| error.clone());
                core.emit(Event::Failed { run, error });
                if let Some(error) = lost {
                    core.emit(Event::ConnectFailed { connection, error });
                }
            }
            Err(Aborted) => {
                core.end(run);
                core.emit(Event::Failed {
                    run,
                    error: ErrorReport::new(ErrorKind::Cancelled, "Stopped."),
                });
            }
        }
    });
}

/// A run under way.
pub(crate) struct Run {
    pub(crate) core: Rc<Core>,
    pub(crate) open: Connection,
    pub(crate) request: RunRequest,
    /// The operation that was last told of.
    operation: String,
    /// The statement that runs, bytes of the source.
    statement: Range<usize>,
    /// Which one it is, from 1, of how many.
    number: u32,
    count: u32,
    started: f64,
    first_rows: Option<f64>,
    told_rows: f64,
    turn: f64,
    schema: Option<proto::data_type::Struct>,
}

/// Why a result did not arrive as a whole.
pub(crate) enum Fault {
    /// Spark or the client says why.
    Spark(Error),
    /// It is put into words already.
    Told(ErrorReport),
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Spark(error)
    }
}

impl From<ErrorReport> for Fault {
    fn from(report: ErrorReport) -> Self {
        Self::Told(report)
    }
}

/// What the server made of the source.
enum Kind {
    Query(proto::Relation),
    Command(proto::Relation),
}

impl Run {
    fn new(core: Rc<Core>, open: Connection, request: RunRequest) -> Self {
        let started = platform::now();
        Self {
            core,
            open,
            request,
            operation: String::new(),
            statement: 0..0,
            number: 0,
            count: 0,
            started,
            first_rows: None,
            told_rows: f64::MIN,
            turn: started,
            schema: None,
        }
    }

    pub(crate) fn id(&self) -> RunId {
        self.request.run
    }

    async fn go(self) -> Result<Summary, ErrorReport> {
        match self.request.language {
            Language::Sql => self.sql().await,
            #[cfg(feature = "python")]
            Language::Python => self.python().await,
            #[cfg(not(feature = "python"))]
            Language::Python => Err(without_python()),
        }
    }

    /// Runs the statements in order. The result is the last one's; those before it run for their effect.
    async fn sql(mut self) -> Result<Summary, ErrorReport> {
        let mut statements = statements::split(&self.request.source);
        self.count = u32::try_from(statements.len()).unwrap_or(u32::MAX);
        let last = statements.pop().unwrap_or_default();
        for statement in statements {
            self.statement = statement;
            self.number += 1;
            if let Kind::Query(relation) = self.look_at().await? {
                let execution = self.open.session.execute(plan::root(self.limited(relation).0));
                self.discard(execution).await?;
            }
        }
        self.statement = last;
        self.number += 1;
        let (relation, limit, command) = match self.look_at().await? {
            Kind::Command(relation) => (relation, None, true),
            Kind::Query(relation) => {
                let (relation, limit) = self.limited(relation);
                (relation, limit, false)
            }
        };
        let execution = self.open.session.execute(plan::root(relation));
        let cut = match self.receive(execution, limit).await {
            Ok(cut) => cut,
            Err(Fault::Spark(error)) => return Err(self.report(&error)),
            Err(Fault::Told(report)) => return Err(report),
        };
        self.summary(command, cut.then_some(limit).flatten())
    }

    /// How many rows the user interface asks for, unless it is all.
    pub(crate) fn preview(&self) -> Option<u32> {
        match self.request.limit {
            RowLimit::All => None,
            RowLimit::Preview(limit) => Some(limit),
        }
    }

    /// A query with the limit that the user interface asks for, if it does.
    fn limited(&self, relation: proto::Relation) -> (proto::Relation, Option<u32>) {
        let limit = self.preview();
        let relation = match limit {
            None => relation,
            Some(limit) => {
                // One row more tells whether there are more.
                let rows = i32::try_from(limit).unwrap_or(i32::MAX).saturating_add(1);
                plan::limit(relation, rows)
            }
        };
        (relation, limit)
    }

    fn text(&self) -> &str {
        &self.request.source[self.statement.clone()]
    }

    fn report(&self, error: &Error) -> ErrorReport {
        let mut report = report(error, &self.request.source, self.statement.start);
        report.statement = (self.count > 1).then_some((self.number, self.count));
        report
    }

    /// An operation of this id runs for it on the server.
    pub(crate) fn operation(&mut self, id: &str) {
        if self.operation != id {
            self.operation = id.to_owned();
            self.core.set_operation(self.id(), id);
        }
    }

    /// Has the server analyse the statement. A command has run when this returns.
    async fn look_at(&mut self) -> Result<Kind, ErrorReport> {
        let mut execution = self.open.session.execute(plan::sql_command(self.text()));
        self.operation(execution.operation_id());
        let mut result = None;
        while let Some(output) = execution.next().await {
            match output.map_err(|error| self.report(&error))? {
                Output::Sql(relation) => result = Some(*relation),
                output => self.tell(output),
            }
        }
        match result {
            Some(relation) if plan::is_command_result(&relation) => Ok(Kind::Command(relation)),
            Some(relation) => Ok(Kind::Query(relation)),
            None => Err(ErrorReport::new(
                ErrorKind::Internal,
                "The server gave no answer to the statement.",
            )),
        }
    }

    /// Runs a query whose rows nobody sees, for the errors that it may have.
    async fn discard(&mut self, mut execution: Execution) -> Result<(), ErrorReport> {
        self.operation(execution.operation_id());
        while let Some(output) = execution.next().await {
            self.tell(output.map_err(|error| self.report(&error))?);
        }
        Ok(())
    }

    /// Reads the result into the table. Whether it was cut at the limit.
    pub(crate) async fn receive(
        &mut self,
        mut execution: Execution,
        limit: Option<u32>,
    ) -> Result<bool, Fault> {
        self.operation(execution.operation_id());
        let mut limited = false;
        while let Some(output) = execution.next().await {
            match output? {
                Output::Schema(schema) => self.schema = Some(schema),
                Output::Batch(batch) => {
                    limited |= self.keep(batch, limit)?;
                    if platform::now() - self.turn > TURN {
                        task::pause().await;
                        self.turn = platform::now();
                    }
                }
                output => self.tell(output),
            }
        }
        Ok(limited)
    }

    /// Adds a batch to the table. Whether it was cut at the limit.
    fn keep(&mut self, batch: arrow_array::RecordBatch, limit: Option<u32>) -> Result<bool, ErrorReport> {
        let arrow = batch.schema();
        let fault = |e: result_table::Error| ErrorReport::new(ErrorKind::Internal, e.to_string());
        let time_zone = result_table::time_zone(&arrow)
            .unwrap_or(&self.open.time_zone)
            .to_owned();
        let kept = self.core.with_table(self.id(), |place| {
            let mut new = false;
            let table = match place {
                Some(table) => table,
                None => {
                    new = true;
                    place.insert(Table::new(arrow.clone(), &time_zone).map_err(fault)?)
                }
            };
            table.push(batch).map_err(fault)?;
            let limited = limit.is_some_and(|limit| table.rows() > u64::from(limit));
            if let Some(limit) = limit.filter(|_| limited) {
                table.truncate(u64::from(limit));
            }
            Ok((new, limited, table.rows(), table.bytes()))
        });
        let Some(kept) = kept else {
            return Err(ErrorReport::new(ErrorKind::Cancelled, "The result was closed."));
        };
        let (new, limited, rows, bytes) = kept?;
        let run = self.id();
        if new {
            let columns = columns::columns(&arrow, self.schema.as_ref());
            self.core.emit(Event::Schema { run, columns });
        }
        let now = platform::now();
        if rows > 0 && (self.first_rows.is_none() || now - self.told_rows > ROWS_EVERY) {
            self.first_rows.get_or_insert(now);
            self.told_rows = now;
            self.core.emit(Event::Rows { run, rows, bytes });
        }
        if let Some(budget) = self.core.exceeded_budget() {
            return Err(ErrorReport::new(
                ErrorKind::Budget,
                format!(
                    "All results together would take more than the {} MB that they may. The rows received so far \
                     are kept. Close other results, raise the budget, or select less.",
                    budget / 1_000_000
                ),
            ));
        }
        Ok(limited)
    }

    /// Tells the user interface what is not a row.
    pub(crate) fn tell(&self, output: Output) {
        let run = self.id();
        match output {
            Output::Progress(told) => self.core.emit(Event::Progress {
                run,
                progress: progress(&told),
            }),
            Output::Retrying {
                attempt,
                attempts,
                wait,
                error,
            } => self.core.emit(Event::Retrying {
                run,
                attempt,
                attempts,
                wait_ms: u64::try_from(wait.as_millis()).unwrap_or(u64::MAX),
                reason: error.sentence().to_owned(),
            }),
            _ => {}
        }
    }

    pub(crate) fn summary(&self, command: bool, limited_to: Option<u32>) -> Result<Summary, ErrorReport> {
        let facts = self.core.with_table(self.id(), |table| {
            table
                .as_ref()
                .map_or((0, 0, 0), |t| (t.rows(), t.bytes(), t.schema().fields().len()))
        });
        let (rows, bytes, width) = facts.unwrap_or_default();
        let since = |moment: f64| (moment - self.started).max(0.0) as u64;
        Ok(Summary {
            rows,
            bytes,
            limited_to,
            elapsed_ms: since(platform::now()),
            first_rows_ms: self.first_rows.map(since),
            message: (command && width == 0).then(|| statement::done(self.text())),
            statements: self.count,
        })
    }
}

fn progress(told: &proto::execute_plan_response::ExecutionProgress) -> Progress {
    let count = |number: i64| u64::try_from(number).unwrap_or(0);
    let stage = |stage: &proto::execute_plan_response::execution_progress::StageInfo| Stage {
        id: stage.stage_id,
        tasks: count(stage.num_tasks),
        completed_tasks: count(stage.num_completed_tasks),
        input_bytes: count(stage.input_bytes_read),
        done: stage.done,
    };
    Progress {
        stages: told.stages.iter().map(stage).collect(),
        inflight_tasks: count(told.num_inflight_tasks),
    }
}
