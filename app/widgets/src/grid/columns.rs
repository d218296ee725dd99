//! How wide the columns are and where they stand.
//!
//! A column starts with a width from its type and name and gets its own from the first texts it shows. From then
//! on it only grows, with wider texts, until the user decides: see [`Columns::fit`].

use std::ops::Range;

use engine_api::{Align, Column, ColumnKind, Window};

use super::cell_text::{self, escaped, needs_quotes, weight};

/// Space left and right of a cell's text, together, in px; as in the style sheet.
pub(crate) const PADDING: f64 = 24.0;

/// Symbol before a column's name and the gap after it, in px; as in the style sheet.
const SYMBOL: f64 = 26.0;

/// Room beside the type for the share of nulls, in px; as in the style sheet.
const NULLS: f64 = 56.0;

/// What stands around a text with blanks at its ends.
const QUOTES: &str = "\"\"";

/// Space between a type and the share of nulls, in px; as in the style sheet, and some for the slant of the latter.
const GAP: f64 = 9.0;

/// What the header of a column of days says of them, in its longest usual form.
const DAYS: &str = "2026-01-01 – 12-31";

/// Limits of the widths that are chosen here, in px. A header's statistics need the least, a page the most;
/// numbers are never cut.
const CHOSEN: (f64, f64) = (88.0, 340.0);

/// Limits of the widths that users choose, in px.
const ALLOWED: (f64, f64) = (32.0, 4_000.0);

/// What a text is set in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Face {
    /// The column's name.
    Name,
    /// The type and the statistics.
    Small,
    /// The cells.
    Cell,
}

/// The width of a text in px.
pub(crate) type Measure<'a> = &'a dyn Fn(Face, &str) -> f64;

/// The columns' widths and places.
#[derive(Debug, Default)]
pub(crate) struct Columns {
    /// Left edges, and the right edge of the last column.
    edges: Vec<f64>,
    /// What else is known of each.
    each: Vec<One>,
}

/// What a column's width comes from.
#[derive(Debug)]
struct One {
    /// What the header needs, in px.
    header: f64,
    /// What the header would take, in px, so that nothing in it is cut.
    wish: f64,
    /// The most that its texts get, in px.
    most: f64,
    origin: Origin,
}

/// Where a width is from.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Origin {
    /// The type and the name.
    Guess,
    /// The texts that have been seen.
    Texts,
    /// The user; nothing else changes it.
    User,
}

impl Columns {
    pub(crate) fn new(columns: &[Column], measure: Measure) -> Self {
        let mut all = Self {
            edges: vec![0.0],
            each: Vec::new(),
        };
        let mut edge = 0.0;
        for column in columns {
            let name = measure(Face::Name, &column.name) + SYMBOL;
            // A nested type may be as long as a page; its tooltip has it whole.
            let data_type = measure(Face::Small, &column.data_type).min(96.0);
            let nulls = if column.nullable { NULLS } else { 0.0 };
            let days = if column.kind == ColumnKind::Date {
                measure(Face::Small, DAYS)
            } else {
                0.0
            };
            let header = name.max(data_type + nulls).max(days) + PADDING;
            edge += chosen(header.max(usual(column.kind)));
            all.each.push(One {
                header,
                wish: header,
                most: if column.kind.align() == Align::End {
                    ALLOWED.1
                } else {
                    CHOSEN.1
                },
                origin: Origin::Guess,
            });
            all.edges.push(edge);
        }
        all
    }

    /// How many there are.
    pub(crate) fn len(&self) -> u32 {
        self.each.len() as u32
    }

    /// The left edge of a column, in px from that of the first; of the number of columns: the right edge of the last.
    pub(crate) fn left(&self, column: u32) -> f64 {
        self.edges
            .get(column as usize)
            .copied()
            .unwrap_or_else(|| self.total())
    }

    /// The width of a column in px.
    pub(crate) fn width(&self, column: u32) -> f64 {
        self.left(column + 1) - self.left(column)
    }

    /// The width of all columns in px.
    pub(crate) fn total(&self) -> f64 {
        self.edges.last().copied().unwrap_or_default()
    }

    /// The columns that have a part between two places.
    pub(crate) fn between(&self, left: f64, right: f64) -> Range<u32> {
        let end = (self.edges.partition_point(|&edge| edge < right) as u32).min(self.len());
        let start = (self.edges.partition_point(|&edge| edge <= left) as u32).saturating_sub(1);
        start.min(end)..end
    }

    /// The column at a place; before the first and behind the last, the nearest. None without columns.
    pub(crate) fn at(&self, x: f64) -> Option<u32> {
        let right_of = self.edges.partition_point(|&edge| edge <= x) as u32;
        self.len()
            .checked_sub(1)
            .map(|last| right_of.saturating_sub(1).min(last))
    }

    /// Takes what a column's header says of its type and of its values: it is shown whole if there is room.
    pub(crate) fn wish(&mut self, column: u32, data_type: &str, nulls: &str, values: &str, measure: Measure) {
        let small = |text: &str| measure(Face::Small, text);
        let nulls = if nulls.is_empty() { 0.0 } else { small(nulls) + GAP };
        let wish = (small(data_type) + nulls).max(small(values)) + PADDING;
        if let Some(one) = self.each.get_mut(column as usize) {
            one.wish = wish.max(one.header).ceil().min(CHOSEN.1);
        }
    }

    /// Widens columns to what their headers would take, where all of them need less than `room` px; those that
    /// miss the least come first. Returns whether a column has changed.
    pub(crate) fn use_room(&mut self, room: f64) -> bool {
        let mut free = room - self.total();
        if free <= 0.0 {
            return false;
        }
        let missing = |column: u32| self.each[column as usize].wish - self.width(column);
        let mut short: Vec<(u32, f64)> = (0..self.len())
            .filter(|&column| self.each[column as usize].origin != Origin::User)
            .map(|column| (column, missing(column)))
            .filter(|(_, missing)| *missing > 0.0)
            .collect();
        short.sort_by(|a, b| a.1.total_cmp(&b.1));
        let mut changed = false;
        for (column, missing) in short {
            let more = missing.min(free).floor();
            if more > 0.0 {
                free -= more;
                changed = true;
                self.change(column, self.width(column) + more);
            }
        }
        changed
    }

    /// Gives a column the width that the user wants.
    pub(crate) fn set_width(&mut self, column: u32, width: f64) {
        if let Some(one) = self.each.get_mut(column as usize) {
            one.origin = Origin::User;
            self.change(column, width.round().clamp(ALLOWED.0, ALLOWED.1));
        }
    }

    /// Makes a column as wide as the widest of its texts in some windows, and its header; no wider than `room`.
    pub(crate) fn fit_one<'a>(
        &mut self,
        column: u32,
        windows: impl Iterator<Item = &'a Window>,
        room: f64,
        measure: Measure,
    ) {
        let Some(one) = self.each.get(column as usize) else {
            return;
        };
        let width = windows
            .map(|w| widest(w, column, measure))
            .fold(one.wish, f64::max);
        self.set_width(column, width.ceil().min(room).max(CHOSEN.0));
    }

    /// Gives the columns of a window the widths that their texts need, except those that the user has given one.
    /// What has been guessed may shrink unless it is among `seen`, the columns in view; all else only grows.
    /// Returns by how many px the columns in view moved to the right because of those before them.
    pub(crate) fn fit(&mut self, window: &Window, seen: Range<u32>, measure: Measure) -> f64 {
        let mut moved = 0.0;
        if window.rows.is_empty() {
            return moved;
        }
        for column in window.columns.clone() {
            let now = self.width(column);
            let Some(one) = self.each.get_mut(column as usize) else {
                continue;
            };
            if one.origin == Origin::User {
                continue;
            }
            let texts = widest(window, column, measure).ceil().min(one.most);
            let mut width = texts.max(chosen(one.header));
            if one.origin == Origin::Texts || seen.contains(&column) {
                width = width.max(now);
            }
            one.origin = Origin::Texts;
            let grown = self.change(column, width);
            moved += if column < seen.start { grown } else { 0.0 };
        }
        moved
    }

    fn change(&mut self, column: u32, width: f64) -> f64 {
        let grown = width - self.width(column);
        for edge in &mut self.edges[column as usize + 1..] {
            *edge += grown;
        }
        grown
    }
}

fn chosen(width: f64) -> f64 {
    width.ceil().clamp(CHOSEN.0, CHOSEN.1)
}

/// The width of a window's longest text in a column, with padding.
fn widest(window: &Window, column: u32, measure: Measure) -> f64 {
    let cells = window.rows.clone().filter_map(|row| window.cell(row, column));
    // One text is measured alone: measuring every one takes too long for many columns.
    let Some(longest) = cells.max_by_key(|cell| weight(&cell.text)) else {
        return PADDING;
    };
    let text = cell_text::text(longest);
    let quotes = if needs_quotes(&text) { QUOTES } else { "" };
    measure(Face::Cell, &escaped(&text)) + measure(Face::Cell, quotes) + PADDING
}

/// A width for values that are not known yet, in px.
fn usual(kind: ColumnKind) -> f64 {
    match kind {
        ColumnKind::Integer | ColumnKind::Boolean => 88.0,
        ColumnKind::Fractional | ColumnKind::Date => 104.0,
        ColumnKind::Interval | ColumnKind::Binary => 136.0,
        ColumnKind::Text | ColumnKind::Time | ColumnKind::Other => 168.0,
        ColumnKind::Array | ColumnKind::Struct | ColumnKind::Map => 240.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine_api::{Cell, CellKind};

    fn measure(_: Face, text: &str) -> f64 {
        text.chars().count() as f64 * 7.0
    }

    fn columns(n: usize) -> Columns {
        of_kind(n, ColumnKind::Integer)
    }

    fn of_kind(n: usize, kind: ColumnKind) -> Columns {
        let column = |i| Column {
            name: format!("c{i}"),
            data_type: "int".into(),
            kind,
            nullable: false,
        };
        Columns::new(&(0..n).map(column).collect::<Vec<_>>(), &measure)
    }

    fn window(columns: Range<u32>, text: &str) -> Window {
        let cell = Cell {
            text: text.into(),
            kind: CellKind::Whole,
        };
        Window {
            rows: 0..1,
            cells: vec![cell; columns.len()],
            columns,
        }
    }

    #[test]
    fn places_and_columns_agree() {
        let c = columns(10);
        assert_eq!((c.len(), c.width(0), c.total()), (10, 88.0, 880.0));
        let cases = [
            ((0.0, 88.0), 0..1),
            ((0.0, 88.5), 0..2),
            ((88.0, 200.0), 1..3),
            ((870.0, 2_000.0), 9..10),
            ((900.0, 2_000.0), 10..10),
            ((-50.0, 10.0), 0..1),
        ];
        for ((left, right), expected) in cases {
            assert_eq!(c.between(left, right), expected, "{left}..{right}");
        }
        for (x, expected) in [(-5.0, 0), (0.0, 0), (87.9, 0), (88.0, 1), (5_000.0, 9)] {
            assert_eq!(c.at(x), Some(expected), "{x}");
        }
        assert_eq!(columns(0).at(3.0), None);
        assert_eq!(columns(0).between(0.0, 100.0), 0..0);
    }

    #[test]
    fn columns_grow_with_their_texts_and_never_shrink() {
        let mut c = columns(3);
        assert_eq!(c.fit(&window(0..3, "twenty characters..."), 0..0, &measure), 0.0);
        assert_eq!((c.width(0), c.total()), (164.0, 492.0));
        c.fit(&window(1..2, &"9".repeat(60)), 0..3, &measure);
        assert_eq!((c.width(0), c.width(1)), (164.0, 444.0), "numbers are never cut");
        c.fit(&window(0..3, "1"), 0..3, &measure);
        assert_eq!((c.width(0), c.width(1)), (164.0, 444.0));
    }

    #[test]
    fn a_guess_shrinks_unless_it_is_seen() {
        let mut c = of_kind(3, ColumnKind::Array);
        assert_eq!(c.width(0), 240.0);
        let moved = c.fit(&window(0..3, "[1]"), 1..2, &measure);
        assert_eq!((c.width(0), c.width(1), c.width(2)), (88.0, 240.0, 88.0));
        assert_eq!(moved, 88.0 - 240.0);
    }

    #[test]
    fn long_texts_do_not_make_endless_columns() {
        let mut c = of_kind(1, ColumnKind::Text);
        c.fit(&window(0..1, &"x".repeat(500)), 0..0, &measure);
        assert_eq!(c.width(0), 340.0);
    }

    #[test]
    fn columns_before_the_view_report_by_how_much_they_move_it() {
        let mut c = columns(10);
        let moved = c.fit(&window(0..10, "twenty characters..."), 4..6, &measure);
        assert_eq!(moved, 4.0 * (164.0 - 88.0));
        assert_eq!((c.width(3), c.width(4), c.width(6)), (164.0, 164.0, 164.0));
    }

    #[test]
    fn free_room_goes_to_the_headers() {
        let mut c = of_kind(3, ColumnKind::Integer);
        for (column, values) in [(0, "x".repeat(30)), (1, "x".repeat(12)), (2, "x".repeat(90))] {
            c.wish(column, "int", "2 % null", &values, &measure);
        }
        assert!(!c.use_room(264.0), "there is no room");
        c.set_width(2, 88.0);
        assert!(c.use_room(400.0));
        let widths = [c.width(0), c.width(1), c.width(2)];
        assert_eq!(
            widths,
            [202.0, 110.0, 88.0],
            "the least first; the user's own not at all"
        );
        assert!(c.use_room(900.0));
        assert_eq!((c.width(0), c.width(1)), (234.0, 110.0));
        assert!(!c.use_room(900.0), "all is shown");
    }

    #[test]
    fn a_window_without_rows_fixes_nothing() {
        let mut c = columns(1);
        c.fit(
            &Window {
                rows: 0..0,
                columns: 0..1,
                cells: vec![],
            },
            0..0,
            &measure,
        );
        c.fit(&window(0..1, "twenty characters..."), 0..0, &measure);
        assert_eq!(c.width(0), 164.0);
    }

    #[test]
    fn users_have_the_last_word_within_reason() {
        let mut c = columns(2);
        c.set_width(0, 300.0);
        c.fit(&window(0..2, "twenty characters..."), 0..0, &measure);
        assert_eq!((c.width(0), c.left(1)), (300.0, 300.0));
        c.set_width(0, -10.0);
        assert_eq!(c.width(0), 32.0);
        let windows = [
            window(0..2, "twenty characters..."),
            window(0..2, &"x".repeat(90)),
        ];
        c.fit_one(0, windows[..1].iter(), 500.0, &measure);
        assert_eq!(c.width(0), 164.0);
        c.fit_one(0, windows.iter(), 1_000.0, &measure);
        assert_eq!(c.width(0), 654.0);
        c.fit_one(0, windows.iter(), 500.0, &measure);
        assert_eq!(c.width(0), 500.0);
        c.set_width(7, 100.0);
        assert_eq!(c.len(), 2);
    }
}
