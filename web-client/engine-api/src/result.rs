//! What a user interface shows of a result: columns, windows of formatted cells, statistics.

use std::ops::Range;

use serde::{Deserialize, Serialize};

/// One column of a result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// The name; may be empty, and may occur twice.
    pub name: String,
    /// The type in Spark's words, for example `decimal(10,2)` or `array<string>`.
    pub data_type: String,
    /// What kind of values it holds, for a symbol and an alignment.
    pub kind: ColumnKind,
    /// Whether the schema allows null.
    pub nullable: bool,
}

/// What kind of values a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ColumnKind {
    /// Whole numbers.
    Integer,
    /// Floating point and decimal numbers.
    Fractional,
    /// True and false.
    Boolean,
    /// Text.
    Text,
    /// Bytes.
    Binary,
    /// Days.
    Date,
    /// Times of day, timestamps with and without a zone.
    Time,
    /// Durations.
    Interval,
    /// Arrays.
    Array,
    /// Structs.
    Struct,
    /// Maps.
    Map,
    /// Variants, and whatever has no kind of its own.
    Other,
}

/// Where the text of a cell stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Align {
    /// At the start of the line.
    Start,
    /// At its end, as numbers do.
    End,
}

impl ColumnKind {
    /// Numbers and intervals stand at the end of the line, all else at the start.
    pub fn align(self) -> Align {
        match self {
            Self::Integer | Self::Fractional | Self::Interval => Align::End,
            _ => Align::Start,
        }
    }
}

/// A rectangle of formatted cells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// The rows that are here, cut to the result.
    pub rows: Range<u64>,
    /// The columns that are here, cut to the result.
    pub columns: Range<u32>,
    /// Row after row: `(rows.end - rows.start) * (columns.end - columns.start)` cells.
    pub cells: Vec<Cell>,
}

impl Window {
    /// The cell at a row and a column of the result, if it is in the window.
    pub fn cell(&self, row: u64, column: u32) -> Option<&Cell> {
        if !self.rows.contains(&row) || !self.columns.contains(&column) {
            return None;
        }
        let width = (self.columns.end - self.columns.start) as usize;
        let index = (row - self.rows.start) as usize * width + (column - self.columns.start) as usize;
        self.cells.get(index)
    }
}

/// One formatted cell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cell {
    /// What is shown, on one line; cut if the value is long.
    pub text: String,
    /// How it is to be understood.
    pub kind: CellKind,
}

/// How the text of a cell is to be understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CellKind {
    /// The whole value.
    Whole,
    /// The beginning of a value that is longer.
    Cut,
    /// No value: SQL's null. The text is `null`.
    Null,
}

/// One cell at length.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Value {
    /// The text; nested values on several lines, indented.
    pub text: String,
    /// Bytes that the whole text would have.
    pub total_bytes: u64,
    /// Whether the value is null.
    pub null: bool,
}

/// A column's values, summarised over the rows received so far.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ColumnStats {
    /// Rows without a value.
    pub nulls: u64,
    /// Distinct values, approximate above 1,000; absent where it has no meaning.
    pub distinct: Option<u64>,
    /// The smallest value, formatted; absent for types without an order and for columns without values.
    pub min: Option<String>,
    /// The largest value, formatted.
    pub max: Option<String>,
    /// How the values are spread; absent for types without a picture.
    pub histogram: Option<Histogram>,
}

/// How values are spread.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Histogram {
    /// Counts in equal steps between the smallest and the largest value.
    Bins(Vec<u64>),
    /// The most frequent values with their counts, the most frequent first; the rest is `other`.
    Top {
        /// Values as formatted text, each with its count.
        values: Vec<(String, u64)>,
        /// Rows with any other value.
        other: u64,
    },
}
