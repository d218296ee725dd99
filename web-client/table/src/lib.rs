//! The rows of a result: Arrow batches in, windows of formatted cells, copies and statistics out.
//!
//! A [`Table`] keeps batches as they came, without copying them, and formats only what is asked for, so
//! that the cost of a window does not depend on the size of the result. The text of a value is what Spark
//! prints for it, made fit for one line.
//!
//! What this crate leaves to others: where batches come from, what a type is called in Spark's words, and
//! how cells are drawn.

mod error;
mod export;
mod format;
mod kind;
mod memory;
mod resolve;
mod statistics;
mod table;
mod variant;
mod window;
mod zone;

pub use error::Error;
pub use export::{Formatter, write_json_string};
pub use kind::{Kind, kind};
pub use statistics::{ColumnStatistics, Histogram, Statistics};
pub use table::Table;
pub use window::{Cell, CellKind, Value, Window};
pub use zone::time_zone;
