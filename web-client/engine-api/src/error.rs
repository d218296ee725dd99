//! What went wrong, for a person to read.

use serde::{Deserialize, Serialize};

/// An error as a user interface shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorReport {
    /// What kind of error it is.
    pub kind: ErrorKind,
    /// A sentence for people: what happened and what to do.
    pub message: String,
    /// Spark's error class, for example `UNRESOLVED_COLUMN.WITH_SUGGESTION`.
    pub error_class: Option<String>,
    /// The SQLSTATE, five characters.
    pub sql_state: Option<String>,
    /// The values that Spark put into its message, by name, sorted.
    pub parameters: Vec<(String, String)>,
    /// Where in the cell's source it is.
    pub origins: Vec<Origin>,
    /// The causes, outermost first, each with its class name and message.
    pub causes: Vec<String>,
    /// The server's stack trace, one frame a line.
    pub stack_trace: Option<String>,
    /// Which statement of the source failed, from 1, and how many there are; when there are several. Those before it
    /// ran, those after it did not.
    pub statement: Option<(u32, u32)>,
}

impl ErrorReport {
    /// An error that has nothing but a sentence.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            error_class: None,
            sql_state: None,
            parameters: Vec::new(),
            origins: Vec::new(),
            causes: Vec::new(),
            stack_trace: None,
            statement: None,
        }
    }
}

/// What kind of error it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ErrorKind {
    /// The user stopped it.
    Cancelled,
    /// The request cannot be understood: a connection string, an empty cell, a cell that is too large.
    Invalid,
    /// The bridge or the server cannot be reached; the same request may work later.
    Unreachable,
    /// The server refuses the user.
    Denied,
    /// The server ran the request and reports an error.
    Spark,
    /// The session on the server is gone, with its temporary views.
    SessionLost,
    /// The cell's code raised an exception that is not Spark's.
    Raised,
    /// The memory budget is spent.
    Budget,
    /// A fault of this software or of the server's protocol.
    Internal,
}

/// A part of the cell's source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// Start, in UTF-16 code units from the start of the source.
    pub start: u32,
    /// End, exclusive, in UTF-16 code units.
    pub end: u32,
    /// The line of the start, from 1.
    pub line: u32,
    /// The column of the start, from 1, in characters.
    pub column: u32,
}
