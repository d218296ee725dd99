//! What a user interface asks of an engine.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::{ConnectionId, RequestId, RunId};

/// A request to the engine. Each is answered by [`Event`](crate::Event)s, at once or over time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Command {
    /// Open a session. Answered by `Connected` or `ConnectFailed`.
    Connect {
        /// The connection's name from here on.
        connection: ConnectionId,
        /// Where the session is to be.
        endpoint: Endpoint,
    },
    /// Release the session on the server and forget the connection. Its results stay.
    Disconnect {
        /// The connection to end.
        connection: ConnectionId,
    },
    /// Run a cell. Answered by `Started`, then `Schema`, `Rows` and `Progress` in any number,
    /// and at last exactly one of `Finished` and `Failed`.
    Run(RunRequest),
    /// Stop a run: its stream is aborted and its operation interrupted on the server.
    /// The run ends with `Failed`, of kind `Cancelled`; rows received so far stay.
    Cancel {
        /// The run to stop.
        run: RunId,
    },
    /// Format a part of a result. Answered by `Window`; ranges beyond the result are cut to it.
    Window {
        /// The run whose result is meant.
        run: RunId,
        /// Comes back with the answer.
        request: RequestId,
        /// Rows, from 0.
        rows: Range<u64>,
        /// Columns, from 0.
        columns: Range<u32>,
    },
    /// Format one cell at length, nested values indented. Answered by `Value`.
    Value {
        /// The run whose result is meant.
        run: RunId,
        /// Comes back with the answer.
        request: RequestId,
        /// Row, from 0.
        row: u64,
        /// Column, from 0.
        column: u32,
        /// At most this many bytes of text come back.
        max_bytes: u32,
    },
    /// A part of a result as tab-separated text for the clipboard. Answered by `Copied`.
    Copy {
        /// The run whose result is meant.
        run: RunId,
        /// Comes back with the answer.
        request: RequestId,
        /// Rows, from 0.
        rows: Range<u64>,
        /// Columns, from 0.
        columns: Range<u32>,
        /// Whether the first line holds the columns' names.
        header: bool,
    },
    /// Summarise the columns of a result, for the header of a grid. Answered by `Statistics`.
    Statistics {
        /// The run whose result is meant.
        run: RunId,
        /// Comes back with the answer.
        request: RequestId,
        /// Columns, from 0.
        columns: Range<u32>,
    },
    /// Drop a result and free its memory; a run still under way is cancelled first.
    Close {
        /// The run whose result goes.
        run: RunId,
    },
    /// List what the catalog holds below a path: no part for catalogs, one for the schemas of a catalog,
    /// two for tables and views, three for columns. Answered by `Catalog`.
    Catalog {
        /// The connection to ask.
        connection: ConnectionId,
        /// Comes back with the answer.
        request: RequestId,
        /// Names from the catalog down.
        path: Vec<String>,
    },
    /// Ask what may stand at a place of a PySpark cell. Nothing runs. Answered by `Completions`.
    Complete {
        /// The connection whose variables are meant.
        connection: ConnectionId,
        /// Comes back with the answer.
        request: RequestId,
        /// The cell's source text.
        source: String,
        /// The place, in UTF-16 code units from the start.
        at: u32,
    },
    /// Ask for the unresolved plan that a cell would come to. Nothing runs. Answered by `Plan`.
    Plan {
        /// The connection whose variables and views are meant.
        connection: ConnectionId,
        /// Comes back with the answer.
        request: RequestId,
        /// What the source is written in.
        language: Language,
        /// The cell's source text.
        source: String,
    },
    /// Set how many bytes of results the engine may hold. Runs that would go beyond are stopped.
    Budget {
        /// Bytes of Arrow data over all results.
        bytes: u64,
    },
}

/// Where a session is to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoint {
    /// A connection string, `sc://host:port/;key=value`. Its host is the bridge's.
    pub connection_string: String,
}

/// One run of one cell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunRequest {
    /// The run's name from here on.
    pub run: RunId,
    /// The connection to run on.
    pub connection: ConnectionId,
    /// What the source is written in.
    pub language: Language,
    /// The cell's source text.
    pub source: String,
    /// How many rows a query may return. Commands are never limited.
    pub limit: RowLimit,
}

/// What a cell is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Language {
    /// Spark SQL.
    Sql,
    /// PySpark code. Its variables live as long as the connection.
    Python,
}

/// How many rows of a query are fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RowLimit {
    /// At most this many; the summary says whether there were more.
    Preview(u32),
    /// Every row, until the memory budget is reached.
    All,
}
