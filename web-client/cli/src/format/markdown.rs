//! A table for Markdown, as GitHub reads it. Its columns are not aligned, so that rows need not wait for each other.

use std::io::Write;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use result_table::{Formatter, Kind, kind};

use super::{Rest, Text, Writer};
use crate::failure::Failure;

pub(super) struct Markdown<W> {
    out: Text<W>,
    formatter: Formatter,
    value: String,
}

impl<W: Write> Markdown<W> {
    pub(super) fn new(out: W, schema: &SchemaRef, formatter: Formatter) -> Self {
        let mut out = Text::new(out);
        for field in schema.fields() {
            out.text.push_str("| ");
            escape(field.name(), &mut out.text);
            out.text.push(' ');
        }
        out.text.push_str("|\n");
        for field in schema.fields() {
            out.text.push_str(match kind(field) {
                Kind::Integer | Kind::Fractional => "| ---: ",
                _ => "| --- ",
            });
        }
        out.text.push_str("|\n");
        Self {
            out,
            formatter,
            value: String::new(),
        }
    }
}

impl<W: Write> Writer for Markdown<W> {
    fn write(&mut self, batch: &RecordBatch) -> Result<(), Failure> {
        for row in 0..batch.num_rows() {
            for column in batch.columns() {
                self.out.text.push_str("| ");
                self.value.clear();
                match self.formatter.text(column, row, &mut self.value) {
                    true => escape(&self.value, &mut self.out.text),
                    false => self.out.text.push_str("NULL"),
                }
                self.out.text.push(' ');
            }
            self.out.text.push_str("|\n");
            self.out.write_enough()?;
        }
        Ok(())
    }

    fn finish(&mut self, _: Rest) -> Result<(), Failure> {
        self.out.write_all()
    }
}

/// Text as it must be written to be read as it is: on one line, nothing in it taken for markup.
fn escape(text: &str, out: &mut String) {
    let mut before = None;
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            '\\' | '|' | '`' | '*' | '<' | '&' | '[' | '~' => out.extend(['\\', character]),
            // Inside of a word it means nothing, and names are full of it.
            '_' if before.is_some_and(char::is_alphanumeric)
                && rest.peek().is_some_and(|c| c.is_alphanumeric()) =>
            {
                out.push('_');
            }
            '_' => out.push_str("\\_"),
            '\r' if rest.peek() == Some(&'\n') => {}
            '\n' | '\r' => out.push_str("<br>"),
            _ => out.push(character),
        }
        before = Some(character);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        arguments::Format,
        format::tests::{sample, text},
    };

    #[test]
    fn every_kind_of_value() {
        insta::assert_snapshot!(text(Format::Markdown, &[sample()]));
    }

    #[test]
    fn markup_is_escaped() {
        for (value, expected) in [
            ("a_b __c_", "a_b \\_\\_c\\_"),
            ("<b>&amp;|`*~[x](y)\\", "\\<b>\\&amp;\\|\\`\\*\\~\\[x](y)\\\\"),
            ("a\r\nb\nc\rd", "a<br>b<br>c<br>d"),
            ("žluť 😀", "žluť 😀"),
        ] {
            let mut out = String::new();
            escape(value, &mut out);
            assert_eq!(out, expected, "{value:?}");
        }
    }
}
