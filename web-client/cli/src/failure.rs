//! Why a command did not do what it was to do, and the exit status that says so.

use std::process::ExitCode;

use spark_connect_client::{ConnectionStringError, Error, ErrorKind};

/// Why a command ended early.
#[derive(Debug)]
pub(crate) enum Failure {
    /// What was asked for makes no sense, in a sentence.
    Usage(String),
    /// Spark or the client reports an error, perhaps of a statement.
    Query(Box<Error>, Option<Box<Statement>>),
    /// PySpark code raises an exception.
    Cell(Box<pyspark_cells::Failure>, Box<Statement>),
    /// A result cannot be written, in a sentence.
    Output(String),
    /// Nobody reads the output any more, which is no error.
    Closed,
    /// Someone asked to stop.
    Interrupted,
}

/// A statement and where it stands.
#[derive(Clone, Debug, Default)]
pub(crate) struct Statement {
    /// The text that it is in.
    pub(crate) source: String,
    /// The byte at which it begins.
    pub(crate) start: usize,
    /// What the text is called: a file, a cell.
    pub(crate) name: Option<String>,
    /// The number of the text's first line.
    pub(crate) first_line: usize,
}

impl Failure {
    /// The exit status, as `--help` lists it.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Closed => 0,
            Self::Query(error, _) => match error.kind {
                ErrorKind::Invalid => 2,
                ErrorKind::Unreachable | ErrorKind::DeadlineExceeded => 3,
                ErrorKind::Denied
                | ErrorKind::Cancelled
                | ErrorKind::Spark
                | ErrorKind::SessionLost
                | ErrorKind::TooLarge
                | ErrorKind::Unimplemented
                | ErrorKind::Protocol => 1,
            },
            Self::Cell(..) | Self::Output(_) => 1,
            Self::Usage(_) => 2,
            Self::Interrupted => INTERRUPTED,
        }
    }
}

/// The exit status of an interrupted command, which is a shell's own.
pub(crate) const INTERRUPTED: u8 = 130;

impl From<&Failure> for ExitCode {
    fn from(failure: &Failure) -> Self {
        Self::from(failure.exit_code())
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Query(Box::new(error), None)
    }
}

impl From<ConnectionStringError> for Failure {
    fn from(error: ConnectionStringError) -> Self {
        Self::Usage(error.to_string())
    }
}

impl From<result_table::Error> for Failure {
    fn from(error: result_table::Error) -> Self {
        Self::Output(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exit_statuses() {
        let query = |kind| Failure::from(Error::new(kind, "x")).exit_code();
        assert_eq!(query(ErrorKind::Spark), 1);
        assert_eq!(query(ErrorKind::SessionLost), 1);
        assert_eq!(query(ErrorKind::Cancelled), 1, "interrupted by someone else");
        assert_eq!(query(ErrorKind::Invalid), 2);
        assert_eq!(query(ErrorKind::Unreachable), 3);
        assert_eq!(query(ErrorKind::DeadlineExceeded), 3);
        assert_eq!(Failure::Usage(String::new()).exit_code(), 2);
        assert_eq!(Failure::Output(String::new()).exit_code(), 1);
        assert_eq!(Failure::Interrupted.exit_code(), 130);
        assert_eq!(Failure::Closed.exit_code(), 0);
    }
}
