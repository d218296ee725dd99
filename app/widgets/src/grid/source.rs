//! Where a grid's cells come from.

use std::{ops::Range, rc::Rc};

use engine_api::{ColumnStats, ErrorReport, Value, Window};
use futures::future::LocalBoxFuture;

/// An answer that comes later, on the page's thread.
pub type Answer<T> = LocalBoxFuture<'static, T>;

/// Formatted cells of some rows and columns; see [`Source::window`].
pub type FormatCells = dyn Fn(Range<u64>, Range<u32>) -> Answer<Option<Window>>;

/// Some rows and columns as text, or why not; see [`Source::copy`].
pub type CopyCells = dyn Fn(Range<u64>, Range<u32>, bool) -> Answer<Result<String, ErrorReport>>;

/// Summaries of some columns, and how many rows went into them; see [`Source::statistics`].
pub type Summarise = dyn Fn(Range<u32>) -> Answer<Option<(u64, Vec<ColumnStats>)>>;

/// The functions that a grid asks for what it shows. Answers may come in any order and at any time;
/// `None` says that the result is no longer held. Rows and columns are counted from 0.
#[derive(Clone)]
pub struct Source {
    /// Formatted cells of some rows and columns.
    pub window: Rc<FormatCells>,
    /// One cell at length, by row and column. The source decides how much text is enough to read;
    /// 64 kB lay out without a pause.
    pub value: Rc<dyn Fn(u64, u32) -> Answer<Option<Value>>>,
    /// Rows and columns as tab-separated text, with the columns' names as first line or without.
    pub copy: Rc<CopyCells>,
    /// Summaries of some columns over the rows so far.
    pub statistics: Rc<Summarise>,
}
