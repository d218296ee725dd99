//! CSV by RFC 4180: a header, records that end with CR LF, quotes where a field needs them.
//!
//! Null is an empty field, an empty text is `""`, so that both stay what they are.

use std::io::Write;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use result_table::Formatter;

use super::{Rest, Text, Writer};
use crate::failure::Failure;

pub(super) struct Csv<W> {
    out: Text<W>,
    formatter: Formatter,
}

impl<W: Write> Csv<W> {
    pub(super) fn new(out: W, schema: &SchemaRef, formatter: Formatter) -> Self {
        let mut out = Text::new(out);
        for (at, field) in schema.fields().iter().enumerate() {
            let start = begin(&mut out.text, at);
            out.text.push_str(field.name());
            quote(&mut out.text, start);
        }
        out.text.push_str("\r\n");
        Self { out, formatter }
    }
}

impl<W: Write> Writer for Csv<W> {
    fn write(&mut self, batch: &RecordBatch) -> Result<(), Failure> {
        let text = &mut self.out;
        for row in 0..batch.num_rows() {
            for (at, column) in batch.columns().iter().enumerate() {
                let start = begin(&mut text.text, at);
                if self.formatter.text(column, row, &mut text.text) {
                    quote(&mut text.text, start);
                }
            }
            text.text.push_str("\r\n");
            text.write_enough()?;
        }
        Ok(())
    }

    fn finish(&mut self, _: Rest) -> Result<(), Failure> {
        self.out.write_all()
    }
}

/// Begins a field. Returns where.
fn begin(text: &mut String, column: usize) -> usize {
    if column > 0 {
        text.push(',');
    }
    text.len()
}

/// Puts the field that begins here into quotes, if it needs them.
fn quote(text: &mut String, start: usize) {
    let field = &text.as_bytes()[start..];
    let special = |byte: &u8| matches!(byte, b',' | b'"' | b'\r' | b'\n');
    if field.is_empty() || field.iter().any(special) {
        let field = text.split_off(start);
        text.push('"');
        text.push_str(&field.replace('"', "\"\""));
        text.push('"');
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{ArrayRef, Int64Array};

    use crate::{
        arguments::Format,
        format::tests::{batch, sample, text},
    };

    #[test]
    fn every_kind_of_value() {
        insta::assert_snapshot!(text(Format::Csv, &[sample(), sample().slice(1, 1)]).replace('\r', "␍"));
    }

    #[test]
    fn a_header_without_rows() {
        assert_eq!(
            text(Format::Csv, &[sample().slice(0, 0)]).matches("\r\n").count(),
            1
        );
    }

    #[test]
    fn nothing_is_lost_between_two_writes() {
        let numbers: ArrayRef = Arc::new(Int64Array::from_iter_values(0..50_000));
        let batch = batch(&[("n", numbers)]);
        let lines: Vec<String> = (0..50_000).map(|n| format!("{n}\r\n")).collect();
        assert_eq!(text(Format::Csv, &[batch]), format!("n\r\n{}", lines.concat()));
    }
}
