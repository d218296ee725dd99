//! What an engine tells a user interface.

use serde::{Deserialize, Serialize};

use crate::{
    Column, ColumnStats, Completion, ConnectionId, ErrorReport, Plan, RequestId, RunId, Value, Window,
};

/// A message from the engine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// The engine is loaded and takes commands. The first event, once.
    Ready,
    /// A session is open.
    Connected {
        /// The connection.
        connection: ConnectionId,
        /// The server's version, for example `4.3.0`.
        spark_version: String,
        /// The session's id on the server.
        session_id: String,
        /// The session's time zone, `spark.sql.session.timeZone`.
        time_zone: String,
    },
    /// No session could be opened, or the open one is lost.
    ConnectFailed {
        /// The connection.
        connection: ConnectionId,
        /// Why.
        error: ErrorReport,
    },
    /// The server is asked to run the plan.
    Started {
        /// The run.
        run: RunId,
        /// The operation's id on the server.
        operation_id: String,
    },
    /// The result's columns are known. Comes before the first `Rows`, at most once a run.
    Schema {
        /// The run.
        run: RunId,
        /// The columns, in order.
        columns: Vec<Column>,
    },
    /// What is to be sent when the page goes away: it ends the session, and with it whatever still runs. The engine
    /// cannot do it, since its worker ends with the page. Follows `Connected`.
    Farewell {
        /// The connection.
        connection: ConnectionId,
        /// The request.
        request: Farewell,
    },
    /// The code printed something, or came to a value that is no table: text with its line ends, in the order in which
    /// it came.
    Printed {
        /// The run.
        run: RunId,
        /// What is added to the text so far.
        text: String,
    },
    /// More rows are there to be shown. Sent at once for the first batch, then at most every 50 ms.
    Rows {
        /// The run.
        run: RunId,
        /// Rows so far.
        rows: u64,
        /// Bytes of Arrow data held for them.
        bytes: u64,
    },
    /// The server's progress on the run.
    Progress {
        /// The run.
        run: RunId,
        /// How far it is.
        progress: Progress,
    },
    /// The connection broke; the run is taken up again where it stopped, without losing or repeating a row.
    Retrying {
        /// The run.
        run: RunId,
        /// Which try comes next, from 1; the count starts anew after every response.
        attempt: u32,
        /// After this many the run fails.
        attempts: u32,
        /// Milliseconds until then.
        wait_ms: u64,
        /// What broke, in a sentence.
        reason: String,
    },
    /// The run is complete.
    Finished {
        /// The run.
        run: RunId,
        /// What it did.
        summary: Summary,
    },
    /// The run ended early. Rows received before stay.
    Failed {
        /// The run.
        run: RunId,
        /// Why.
        error: ErrorReport,
    },
    /// The answer to `Command::Window`.
    Window {
        /// The run.
        run: RunId,
        /// The question.
        request: RequestId,
        /// The cells.
        window: Window,
    },
    /// The answer to `Command::Value`.
    Value {
        /// The run.
        run: RunId,
        /// The question.
        request: RequestId,
        /// The cell's text.
        value: Value,
    },
    /// The answer to `Command::Copy`.
    Copied {
        /// The run.
        run: RunId,
        /// The question.
        request: RequestId,
        /// Tab-separated text, or why there is none.
        text: Result<String, ErrorReport>,
    },
    /// The answer to `Command::Statistics`.
    Statistics {
        /// The run.
        run: RunId,
        /// The question.
        request: RequestId,
        /// How many rows went into the numbers.
        rows: u64,
        /// One entry a column asked for, in order.
        columns: Vec<ColumnStats>,
    },
    /// The answer to `Command::Catalog`.
    Catalog {
        /// The connection.
        connection: ConnectionId,
        /// The question.
        request: RequestId,
        /// What is below the path, or why it cannot be told.
        entries: Result<Vec<CatalogEntry>, ErrorReport>,
    },
    /// The answer to `Command::Complete`.
    Completions {
        /// The question.
        request: RequestId,
        /// Where what is typed already begins, in UTF-16 code units.
        start: u32,
        /// What may stand there, whatever is typed already.
        items: Vec<Completion>,
    },
    /// The answer to `Command::Plan`.
    Plan {
        /// The question.
        request: RequestId,
        /// The plan, or why there is none.
        plan: Result<Plan, ErrorReport>,
    },
    /// How much of the memory budget all results take.
    Memory {
        /// Bytes of Arrow data held.
        bytes: u64,
        /// Bytes that may be held.
        budget: u64,
    },
}

/// An HTTP request whose answer nobody waits for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Farewell {
    /// Where it is posted to.
    pub url: String,
    /// Its headers. They may be secret.
    pub headers: Vec<(String, String)>,
    /// Its body, well below the 64 KiB that a browser sends while it closes a page.
    pub body: Vec<u8>,
}

/// How far the server is with an operation, from `ExecutePlanResponse.ExecutionProgress`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// The operation's stages so far, in the order in which Spark numbers them.
    pub stages: Vec<Stage>,
    /// Tasks running at this moment.
    pub inflight_tasks: u64,
}

impl Progress {
    /// Tasks of all stages known so far.
    pub fn tasks(&self) -> u64 {
        self.stages.iter().map(|s| s.tasks).sum()
    }

    /// Completed tasks of all stages known so far.
    pub fn completed_tasks(&self) -> u64 {
        self.stages.iter().map(|s| s.completed_tasks).sum()
    }

    /// Bytes read by all stages so far.
    pub fn input_bytes(&self) -> u64 {
        self.stages.iter().map(|s| s.input_bytes).sum()
    }
}

/// One stage of an operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stage {
    /// Spark's number of the stage.
    pub id: i64,
    /// Its tasks.
    pub tasks: u64,
    /// Those that are done.
    pub completed_tasks: u64,
    /// Bytes read so far.
    pub input_bytes: u64,
    /// Whether the stage is over.
    pub done: bool,
}

/// What a completed run did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Rows held for the result.
    pub rows: u64,
    /// Bytes of Arrow data held for them.
    pub bytes: u64,
    /// The limit that cut the result, if there are more rows than it allowed.
    pub limited_to: Option<u32>,
    /// Milliseconds from the request to the end.
    pub elapsed_ms: u64,
    /// Milliseconds from the request to the first rows, if any came.
    pub first_rows_ms: Option<u64>,
    /// For a command: what it did, in a sentence.
    pub message: Option<String>,
    /// How many statements the source held. The result is the last one's.
    pub statements: u32,
}

/// One entry of the catalog.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogEntry {
    /// The name, unquoted.
    pub name: String,
    /// What it names.
    pub kind: CatalogKind,
    /// A column's type, in Spark's words; otherwise empty.
    pub data_type: String,
    /// The comment that the catalog holds, or empty.
    pub comment: String,
}

/// What an entry of the catalog names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CatalogKind {
    /// A catalog.
    Catalog,
    /// A schema (a database).
    Schema,
    /// A table.
    Table,
    /// A view, temporary or not.
    View,
    /// A column, whose kind picks its symbol.
    Column(crate::ColumnKind),
}
