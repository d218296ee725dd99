//! A table for a screen: as wide as its values, numbers to the right.
//!
//! The rows are held until the last one has come, since they make the columns as wide as they are.

use std::{borrow::Cow, io::Write};

use arrow_array::RecordBatch;
use arrow_schema::{Schema, SchemaRef};
use result_table::{Cell, CellKind, Kind, kind};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::{Rest, Text, Writer};
use crate::failure::Failure;

/// No column is made narrower than this for the table to fit.
const NARROWEST: usize = 8;

pub(super) struct Table<W> {
    out: Text<W>,
    rows: result_table::Table,
    /// Columns of the screen, if it is one.
    screen: Option<usize>,
}

impl<W: Write> Table<W> {
    pub(super) fn new(
        out: W,
        schema: &SchemaRef,
        zone: &str,
        screen: Option<usize>,
    ) -> Result<Self, Failure> {
        Ok(Self {
            out: Text::new(out),
            rows: result_table::Table::new(schema.clone(), zone)?,
            screen,
        })
    }
}

impl<W: Write> Writer for Table<W> {
    fn write(&mut self, batch: &RecordBatch) -> Result<(), Failure> {
        Ok(self.rows.push(batch.clone())?)
    }

    fn finish(&mut self, rest: Rest) -> Result<(), Failure> {
        if let Some(text) = page(&self.rows) {
            self.out.text.push_str(&text);
            return self.out.write_all();
        }
        let mut grid = Grid::new(self.rows.schema());
        let cells = self.rows.window(0..u64::MAX, 0..u32::MAX).cells;
        let cells: Vec<String> = cells.into_iter().map(shown).collect();
        let columns = grid.columns.len().max(1);
        cells.chunks(columns).for_each(|row| grid.widen(row));
        if let Some(screen) = self.screen {
            grid.fit(screen);
        }
        grid.rule(&mut self.out.text);
        grid.header(&mut self.out.text);
        grid.rule(&mut self.out.text);
        for row in cells.chunks(columns) {
            grid.row(row, &mut self.out.text);
            self.out.write_enough()?;
        }
        grid.rule(&mut self.out.text);
        self.out.text.push_str(&said(self.rows.rows(), rest));
        self.out.write_all()
    }
}

/// The only value of a result, if it is a text of several lines: a plan, the definition of a table. It is read as it
/// is, not in a cell.
fn page(rows: &result_table::Table) -> Option<String> {
    let [field] = rows.schema().fields().iter().as_slice() else {
        return None;
    };
    if rows.rows() != 1 || kind(field) != Kind::Text {
        return None;
    }
    let text = rows.value(0, 0, usize::MAX)?.text;
    let lines = text.trim_end().lines().map(|line| {
        // Nothing in a result moves the cursor of a terminal.
        let shown = line.chars().map(|c| {
            if c.is_control() && c != '\t' {
                '\u{fffd}'
            } else {
                c
            }
        });
        shown.chain(['\n']).collect::<String>()
    });
    text.trim_end().contains('\n').then(|| lines.collect())
}

/// What stands below a table that does not show everything.
fn said(rows: u64, rest: Rest) -> String {
    match rest {
        Rest::None => String::new(),
        Rest::Rows(more) => format!("{rows} of {} rows. --limit shows more.\n", rows + more),
        Rest::Some => format!("The first {rows} rows. There are more: --limit shows them.\n"),
    }
}

/// The columns of a table, and how wide each is drawn.
struct Grid {
    columns: Vec<Column>,
}

struct Column {
    name: String,
    width: usize,
    right: bool,
}

impl Grid {
    fn new(schema: &Schema) -> Self {
        let columns = schema.fields().iter().map(|field| {
            let name: String = field
                .name()
                .chars()
                .map(|c| if c.is_control() { ' ' } else { c })
                .collect();
            Column {
                width: name.width(),
                name,
                right: matches!(kind(field), Kind::Integer | Kind::Fractional),
            }
        });
        Self {
            columns: columns.collect(),
        }
    }

    /// Makes room for a row.
    fn widen(&mut self, row: &[String]) {
        for (column, cell) in self.columns.iter_mut().zip(row) {
            column.width = column.width.max(cell.width());
        }
    }

    /// Makes the widest columns narrower until a screen of this width has room for all.
    fn fit(&mut self, screen: usize) {
        let lines = 3 * self.columns.len() + 1;
        let room = |cap: usize| {
            self.columns
                .iter()
                .map(|column| column.width.min(cap))
                .sum::<usize>()
                + lines
        };
        let widest = self.columns.iter().map(|column| column.width).max().unwrap_or(0);
        let cap = (NARROWEST..=widest).rev().find(|cap| room(*cap) <= screen);
        let cap = cap.unwrap_or(NARROWEST);
        for column in &mut self.columns {
            column.width = column.width.min(cap);
        }
    }

    fn rule(&self, out: &mut String) {
        for column in &self.columns {
            out.push('+');
            out.extend(std::iter::repeat_n('-', column.width + 2));
        }
        out.push_str("+\n");
    }

    fn header(&self, out: &mut String) {
        let names: Vec<String> = self.columns.iter().map(|column| column.name.clone()).collect();
        self.row(&names, out);
    }

    fn row(&self, cells: &[String], out: &mut String) {
        for (column, cell) in self.columns.iter().zip(cells) {
            let cell = cut(cell, column.width);
            let blanks = std::iter::repeat_n(' ', column.width.saturating_sub(cell.width()));
            out.push_str("| ");
            if column.right {
                out.extend(blanks);
                out.push_str(&cell);
            } else {
                out.push_str(&cell);
                out.extend(blanks);
            }
            out.push(' ');
        }
        out.push_str("|\n");
    }
}

/// A cell as it is shown: null apart from a text `null`, and what is cut with a sign of it.
fn shown(cell: Cell) -> String {
    match cell.kind {
        CellKind::Whole => cell.text,
        CellKind::Cut => cell.text + "…",
        CellKind::Null => "NULL".to_owned(),
    }
}

/// The beginning of a text that is wider than there is room for.
fn cut(text: &str, width: usize) -> Cow<'_, str> {
    if text.width() <= width {
        return Cow::Borrowed(text);
    }
    let mut used = 1;
    let fits = text.char_indices().find(|(_, character)| {
        used += character.width().unwrap_or(0);
        used > width
    });
    let end = fits.map_or(text.len(), |(at, _)| at);
    Cow::Owned(format!("{}…", &text[..end]))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{ArrayRef, Int32Array, StringArray};

    use super::*;
    use crate::{
        arguments::Format,
        format::tests::{batch, sample, text, written},
    };

    #[test]
    fn every_kind_of_value() {
        insta::assert_snapshot!(text(Format::Table, &[sample()]));
    }

    #[test]
    fn wide_characters_take_two_columns() {
        let names: ArrayRef = Arc::new(StringArray::from(vec!["日本語", "é", "👍 ok", ""]));
        let numbers: ArrayRef = Arc::new(Int32Array::from(vec![1, 20, 300, -4]));
        insta::assert_snapshot!(text(Format::Table, &[batch(&[("名", names), ("n\n", numbers)])]));
    }

    #[test]
    fn the_widest_columns_give_way_to_the_screen() {
        let long =
            |text: &str| -> ArrayRef { Arc::new(StringArray::from(vec![text.repeat(30), text.into()])) };
        let columns = [
            ("id", Arc::new(Int32Array::from(vec![7, 8])) as ArrayRef),
            ("a", long("ab ")),
            ("b", long("日")),
            ("c", long("x")),
        ];
        let on = |screen| {
            let bytes = written(Format::Table, Some(screen), &[batch(&columns)], Rest::None);
            String::from_utf8(bytes).unwrap()
        };
        insta::assert_snapshot!(on(60));
        for screen in [40, 50, 61, 100, 119] {
            let widths: Vec<usize> = on(screen).lines().map(UnicodeWidthStr::width).collect();
            assert!(
                widths.iter().all(|width| width == &widths[0] && *width <= screen),
                "{screen}: {widths:?}"
            );
        }
        assert_eq!(on(500), text(Format::Table, &[batch(&columns)]));
    }

    #[test]
    fn a_text_of_several_lines_is_shown_as_it_is() {
        let texts = |texts: &[&str]| {
            let column: ArrayRef = Arc::new(StringArray::from(texts.to_vec()));
            text(Format::Table, &[batch(&[("plan", column)])])
        };
        assert_eq!(
            texts(&["a\n  b\tc\u{1b}[31m\r\n\nd\n\n"]),
            "a\n  b\tc\u{fffd}[31m\n\nd\n"
        );
        assert!(texts(&["a\n"]).starts_with("+----"));
        assert!(texts(&["a\nb", "c"]).starts_with("+----"));
    }

    #[test]
    fn what_is_not_shown_is_said() {
        let last = |rest| {
            let bytes = written(Format::Table, None, &[sample()], rest);
            String::from_utf8(bytes)
                .unwrap()
                .lines()
                .last()
                .unwrap_or_default()
                .to_owned()
        };
        assert!(last(Rest::None).starts_with('+'));
        assert_eq!(last(Rest::Rows(130)), "3 of 133 rows. --limit shows more.");
        assert_eq!(
            last(Rest::Some),
            "The first 3 rows. There are more: --limit shows them."
        );
    }
}
