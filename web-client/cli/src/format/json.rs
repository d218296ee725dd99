//! JSON lines: an object per row.

use std::io::Write;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use result_table::{Formatter, write_json_string};

use super::{Rest, Text, Writer, distinct_names};
use crate::failure::Failure;

pub(super) struct Json<W> {
    out: Text<W>,
    formatter: Formatter,
    /// What stands before the value of each column: `{"a":`, `,"b":`.
    leads: Vec<String>,
}

impl<W: Write> Json<W> {
    pub(super) fn new(out: W, schema: &SchemaRef, formatter: Formatter) -> Result<Self, Failure> {
        distinct_names(schema)?;
        let lead = |(at, field): (usize, &arrow_schema::FieldRef)| {
            let mut lead = if at == 0 { "{" } else { "," }.to_owned();
            write_json_string(field.name(), &mut lead);
            lead + ":"
        };
        Ok(Self {
            leads: schema.fields().iter().enumerate().map(lead).collect(),
            out: Text::new(out),
            formatter,
        })
    }
}

impl<W: Write> Writer for Json<W> {
    fn write(&mut self, batch: &RecordBatch) -> Result<(), Failure> {
        for row in 0..batch.num_rows() {
            for (lead, column) in self.leads.iter().zip(batch.columns()) {
                self.out.text.push_str(lead);
                self.formatter.json(column, row, &mut self.out.text);
            }
            self.out.text.push_str("}\n");
            self.out.write_enough()?;
        }
        Ok(())
    }

    fn finish(&mut self, _: Rest) -> Result<(), Failure> {
        self.out.write_all()
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        arguments::Format,
        format::tests::{sample, text},
    };

    #[test]
    fn every_kind_of_value() {
        let lines = text(Format::Json, &[sample()]);
        for line in lines.lines() {
            serde_json::from_str::<serde_json::Value>(line).unwrap();
        }
        insta::assert_snapshot!(lines);
    }

    #[test]
    fn no_rows_are_no_lines() {
        assert_eq!(text(Format::Json, &[sample().slice(0, 0)]), "");
    }
}
