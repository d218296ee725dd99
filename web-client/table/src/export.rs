//! Whole values as text, for what is written to files: no table, no cut.

use arrow_array::Array;

use crate::error::Error;
use crate::format::{Layout, Printer, Sink};
use crate::resolve::resolve;
use crate::zone::Zone;

/// Writes whole values in the session's time zone.
#[derive(Clone, Debug)]
pub struct Formatter {
    zone: Zone,
}

impl Formatter {
    /// Timestamps are written in `time_zone`, which is what the session's `spark.sql.session.timeZone` says: a name of
    /// the IANA database, or an offset.
    pub fn new(time_zone: &str) -> Result<Formatter, Error> {
        let zone = Zone::parse(time_zone)?;
        Ok(Formatter { zone })
    }

    /// Appends the value in a row of a column as [`Table::tab_separated`](crate::Table::tab_separated) has it, without
    /// quotes: text as it is, nested values on one line. Says whether there is a value; for null nothing is appended.
    pub fn text(&self, column: &dyn Array, row: usize, out: &mut String) -> bool {
        let some = resolve(column, row).is_some();
        if some {
            self.print(out, Layout::Copy, |printer| {
                printer.column(column, row).map(|_| ())
            });
        }
        some
    }

    /// Appends the value in a row of a column as JSON without blanks: numbers with all their digits (what is no number
    /// as `"NaN"`, `"Infinity"`), timestamps by ISO 8601, with their offset if they are moments, bytes in base64, maps
    /// as objects, variants as what they hold, and everything else that JSON has no notation for as its text.
    pub fn json(&self, column: &dyn Array, row: usize, out: &mut String) {
        self.print(out, Layout::Json, |printer| printer.json(column, row));
    }

    fn print(
        &self,
        out: &mut String,
        layout: Layout,
        print: impl FnOnce(&mut Printer<'_>) -> std::fmt::Result,
    ) {
        let mut sink = Sink::onto(std::mem::take(out));
        // Only a sink that is full refuses text, and this one never is.
        let _ = print(&mut Printer::new(&mut sink, &self.zone, layout));
        *out = sink.into_text();
    }
}

/// Appends a text as a JSON string.
pub fn write_json_string(text: &str, out: &mut String) {
    // Writing to a string succeeds.
    let _ = crate::format::write_quoted(out, text);
}
