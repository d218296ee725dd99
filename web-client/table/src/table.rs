//! The table: batches as they came, and what is asked of them.

use std::ops::Range;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;

use crate::error::Error;
use crate::format::{Beyond, Layout, Printer, Sink};
use crate::memory;
use crate::resolve::resolve;
use crate::statistics::{Statistics, Summary};
use crate::window::{Cell, CellKind, Value, Window};
use crate::zone::Zone;

/// Characters of a cell that are shown.
const CELL_CHARACTERS: usize = 400;

/// The rows of a result. It only grows, or is cut at its end.
#[derive(Debug)]
pub struct Table {
    schema: SchemaRef,
    zone: Zone,
    batches: Batches,
    bytes: u64,
    summary: Summary,
}

/// Batches one after the other.
#[derive(Debug, Default)]
pub(crate) struct Batches {
    /// Never without rows.
    batches: Vec<RecordBatch>,
    /// Where each batch ends, counted in rows from the first.
    ends: Vec<u64>,
    /// Bytes that each batch holds.
    bytes: Vec<u64>,
}

impl Table {
    /// A table without rows. Timestamps are shown in `time_zone`, which is what the session's
    /// `spark.sql.session.timeZone` says: a name of the IANA database, or an offset.
    pub fn new(schema: SchemaRef, time_zone: &str) -> Result<Table, Error> {
        let zone = Zone::parse(time_zone)?;
        let summary = Summary::new(&schema);
        Ok(Table {
            schema,
            zone,
            batches: Batches::default(),
            bytes: 0,
            summary,
        })
    }

    /// Adds rows at the end. The batch is kept as it is. Its types must be those of the schema; the names
    /// of its columns do not matter.
    pub fn push(&mut self, batch: RecordBatch) -> Result<(), Error> {
        let (expected, found) = (self.schema.fields(), batch.schema_ref().fields());
        if expected.len() != found.len() {
            return Err(Error::ColumnCount {
                expected: expected.len(),
                found: found.len(),
            });
        }
        for (column, (expected, found)) in expected.iter().zip(found).enumerate() {
            if !expected.data_type().equals_datatype(found.data_type()) {
                return Err(Error::ColumnType {
                    column,
                    name: expected.name().clone(),
                    expected: Box::new(expected.data_type().clone()),
                    found: Box::new(found.data_type().clone()),
                });
            }
        }
        if batch.num_rows() > 0 {
            let bytes = memory::held(&batch);
            self.bytes += bytes;
            self.batches.push(batch, bytes);
        }
        Ok(())
    }

    /// Drops all rows but the first `rows`. A batch that is cut in two stays in memory as a whole.
    /// Statistics that counted dropped rows begin anew.
    pub fn truncate(&mut self, rows: u64) {
        if rows >= self.rows() {
            return;
        }
        self.batches.truncate(rows);
        self.bytes = self.batches.bytes.iter().sum();
        if self.summary.rows() > rows {
            self.summary = Summary::new(&self.schema);
        }
    }

    /// The number of rows.
    pub fn rows(&self) -> u64 {
        self.batches.rows()
    }

    /// Bytes of memory that the batches hold. What several arrays of a batch share is counted once.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The schema.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// Formats a rectangle of cells, cut to the table.
    pub fn window(&self, rows: Range<u64>, columns: Range<u32>) -> Window {
        let (rows, columns) = (self.cut_rows(rows), self.cut_columns(columns));
        let mut cells = Vec::new();
        for (batch, row) in self.batches.iter(rows.clone()) {
            for column in columns.clone() {
                cells.push(self.cell(batch, row, column));
            }
        }
        Window { rows, columns, cells }
    }

    fn cell(&self, batch: &RecordBatch, row: usize, column: u32) -> Cell {
        let mut out = Sink::new(CELL_CHARACTERS, usize::MAX, Beyond::Stop);
        let mut printer = Printer::new(&mut out, &self.zone, Layout::Cell);
        // Writing fails only where the text is cut, and then there is a value.
        let some = printer.column(batch.column(column as usize), row).unwrap_or(true);
        let kind = match (some, out.is_cut()) {
            (false, _) => CellKind::Null,
            (true, true) => CellKind::Cut,
            (true, false) => CellKind::Whole,
        };
        Cell {
            text: out.into_text(),
            kind,
        }
    }

    /// One value at length: text as it is, nested values over several lines. The text is cut after
    /// `max_bytes`. `None` if the table has no such row or column.
    pub fn value(&self, row: u64, column: u32, max_bytes: usize) -> Option<Value> {
        if column as usize >= self.schema.fields().len() {
            return None;
        }
        let (batch, row) = self.batches.find(row)?;
        let mut out = Sink::new(usize::MAX, max_bytes, Beyond::Count);
        let mut printer = Printer::new(&mut out, &self.zone, Layout::Lines);
        let some = printer.column(batch.column(column as usize), row).unwrap_or(true);
        let total_bytes = out.total();
        Some(Value {
            text: out.into_text(),
            total_bytes,
            null: !some,
        })
    }

    /// Formats a rectangle of cells, cut to the table, as spreadsheets paste it: columns end with a tab,
    /// rows with a newline, except for the last; a text with a tab, a line break or a quote stands in
    /// quotes, and its own quotes are doubled; null is empty. Values are whole. A text of more than
    /// `max_bytes` is an error.
    pub fn tab_separated(
        &self,
        rows: Range<u64>,
        columns: Range<u32>,
        header: bool,
        max_bytes: usize,
    ) -> Result<String, Error> {
        let (rows, columns) = (self.cut_rows(rows), self.cut_columns(columns));
        let mut text = String::new();
        let too_long = Error::TooLong { max_bytes };
        if header {
            for (place, column) in columns.clone().enumerate() {
                let name = self.schema.field(column as usize).name();
                append(&mut text, if place > 0 { "\t" } else { "" }, name, max_bytes)
                    .ok_or(too_long.clone())?;
            }
        }
        let mut new_line = header;
        for (batch, row) in self.batches.iter(rows) {
            let mut separator = if new_line { "\n" } else { "" };
            for column in columns.clone() {
                let array = batch.column(column as usize).as_ref();
                let mut out = Sink::new(usize::MAX, max_bytes.saturating_sub(text.len()), Beyond::Stop);
                if resolve(array, row).is_some() {
                    let mut printer = Printer::new(&mut out, &self.zone, Layout::Copy);
                    printer.column(array, row).map_err(|_| too_long.clone())?;
                }
                append(&mut text, separator, &out.into_text(), max_bytes).ok_or(too_long.clone())?;
                separator = "\t";
            }
            new_line = true;
        }
        Ok(text)
    }

    /// Adds up to `max_rows` rows to the statistics, and says whether all rows are in now.
    pub fn advance_statistics(&mut self, max_rows: usize) -> bool {
        self.summary.advance(&self.batches, max_rows)
    }

    /// The statistics of some columns, cut to the table, over the rows that are in so far.
    pub fn statistics(&self, columns: Range<u32>) -> Statistics {
        let columns = self.cut_columns(columns);
        let format = |row: u64, column: usize| {
            let (batch, row) = self.batches.find(row)?;
            Some(self.cell(batch, row, u32::try_from(column).ok()?).text)
        };
        self.summary
            .statistics(columns.start as usize..columns.end as usize, &format)
    }

    fn cut_rows(&self, rows: Range<u64>) -> Range<u64> {
        let end = rows.end.min(self.rows());
        rows.start.min(end)..end
    }

    fn cut_columns(&self, columns: Range<u32>) -> Range<u32> {
        let all = u32::try_from(self.schema.fields().len()).unwrap_or(u32::MAX);
        let end = columns.end.min(all);
        columns.start.min(end)..end
    }
}

/// Appends a cell to tab-separated text. `None` if the text becomes too long.
fn append(text: &mut String, separator: &str, value: &str, max_bytes: usize) -> Option<()> {
    text.push_str(separator);
    if value.contains(['\t', '\n', '\r', '"']) {
        text.push('"');
        text.push_str(&value.replace('"', "\"\""));
        text.push('"');
    } else {
        text.push_str(value);
    }
    (text.len() <= max_bytes).then_some(())
}

impl Batches {
    fn push(&mut self, batch: RecordBatch, bytes: u64) {
        self.ends.push(self.rows() + batch.num_rows() as u64);
        self.batches.push(batch);
        self.bytes.push(bytes);
    }

    /// Keeps `rows` rows, which are fewer than there are.
    fn truncate(&mut self, rows: u64) {
        let whole = self.ends.partition_point(|&end| end <= rows);
        let start = self.start(whole);
        let rest = self.batches.get(whole).filter(|_| rows > start);
        let cut = rest.map(|batch| batch.slice(0, (rows - start) as usize));
        let bytes = self.bytes.get(whole).copied();
        self.ends.truncate(whole);
        self.batches.truncate(whole);
        self.bytes.truncate(whole);
        if let (Some(batch), Some(bytes)) = (cut, bytes) {
            self.push(batch, bytes);
        }
    }

    pub(crate) fn rows(&self) -> u64 {
        self.ends.last().copied().unwrap_or(0)
    }

    /// The row at which a batch starts.
    fn start(&self, batch: usize) -> u64 {
        batch
            .checked_sub(1)
            .and_then(|before| self.ends.get(before))
            .copied()
            .unwrap_or(0)
    }

    /// The batch that has a row, and the row's place in it.
    pub(crate) fn find(&self, row: u64) -> Option<(&RecordBatch, usize)> {
        let place = self.ends.partition_point(|&end| end <= row);
        let batch = self.batches.get(place)?;
        Some((batch, (row - self.start(place)) as usize))
    }

    /// Rows, each as its batch and its place in it.
    fn iter(&self, rows: Range<u64>) -> impl Iterator<Item = (&RecordBatch, usize)> {
        self.pieces(rows)
            .flat_map(|(batch, rows)| rows.map(move |row| (batch, row)))
    }

    /// Rows, as pieces of batches.
    pub(crate) fn pieces(&self, rows: Range<u64>) -> impl Iterator<Item = (&RecordBatch, Range<usize>)> {
        let first = self.ends.partition_point(|&end| end <= rows.start);
        let mut start = self.start(first);
        self.batches.iter().skip(first).map_while(move |batch| {
            let end = start + batch.num_rows() as u64;
            let piece = rows.start.max(start)..rows.end.min(end);
            let within = (piece.start - start) as usize..(piece.end.max(start) - start) as usize;
            start = end;
            (piece.start < piece.end).then_some((batch, within))
        })
    }
}
