//! What a table hands out: rectangles of formatted cells, and one cell at length.

use std::ops::Range;

/// A rectangle of formatted cells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// The rows that are here, cut to the table.
    pub rows: Range<u64>,
    /// The columns that are here, cut to the table.
    pub columns: Range<u32>,
    /// Row after row: `(rows.end - rows.start) * (columns.end - columns.start)` cells.
    pub cells: Vec<Cell>,
}

/// One formatted cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// What is shown, on one line; at most 400 characters.
    pub text: String,
    /// How it is to be understood.
    pub kind: CellKind,
}

/// How the text of a cell is to be understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CellKind {
    /// The whole value.
    Whole,
    /// The beginning of a value that is longer.
    Cut,
    /// No value: SQL's null. The text is `null`.
    Null,
}

/// One cell at length.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// The text; nested values on several lines, indented.
    pub text: String,
    /// Bytes that the whole text would have; counting ends at 1 GiB.
    pub total_bytes: u64,
    /// Whether the value is null. The text is then `null`.
    pub null: bool,
}
