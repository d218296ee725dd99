//! The messages between an engine (in a Web Worker) and a user interface (on the page's thread).
//!
//! Only data: no Spark, no Arrow, no browser. The user interface sends [`Command`]s and receives [`Event`]s;
//! both travel as the bytes of [`encode`]. Everything that takes time happens on the engine's side, so cells
//! of a result arrive already formatted, a window at a time.

mod command;
mod editing;
mod error;
mod event;
mod result;

pub use command::{Command, Endpoint, Language, RowLimit, RunRequest};
pub use editing::{Completion, CompletionKind, Plan, PlanNode};
pub use error::{ErrorKind, ErrorReport, Origin};
pub use event::{CatalogEntry, CatalogKind, Event, Farewell, Progress, Stage, Summary};
pub use result::{Align, Cell, CellKind, Column, ColumnKind, ColumnStats, Histogram, Value, Window};

use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// Names one connection of a user interface; chosen by the user interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ConnectionId(pub u32);

/// Names one run of one cell; chosen by the user interface, never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RunId(pub u32);

/// Pairs an answer with its question; chosen by the user interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RequestId(pub u32);

/// Bytes that are not a message of this version of the interface.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed(String);

impl std::fmt::Display for Malformed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "a message between page and engine cannot be read ({}); reload the page",
            self.0
        )
    }
}

impl std::error::Error for Malformed {}

/// A message as bytes, to be posted to the other side.
pub fn encode<T: Serialize>(message: &T) -> Result<Vec<u8>, Malformed> {
    postcard::to_stdvec(message).map_err(|e| Malformed(e.to_string()))
}

/// A message from the bytes of [`encode`].
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Malformed> {
    postcard::from_bytes(bytes).map_err(|e| Malformed(e.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_survive_the_journey() {
        let command = Command::Window {
            run: RunId(7),
            request: RequestId(9),
            rows: 10..60,
            columns: 0..12,
        };
        let bytes = encode(&command).unwrap();
        assert_eq!(decode::<Command>(&bytes).unwrap(), command);
    }

    #[test]
    fn foreign_bytes_are_refused_with_what_to_do() {
        let error = decode::<Event>(&[0xff; 3]).unwrap_err();
        assert!(error.to_string().contains("reload the page"), "{error}");
    }
}
