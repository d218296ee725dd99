//! Where the focus is, how it moves, and which cells are selected.

use std::ops::Range;

/// A place in the grid. The header is the row, the row numbers are the column that has no number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) row: Option<u64>,
    pub(crate) column: Option<u32>,
}

impl Place {
    pub(crate) fn cell(row: u64, column: u32) -> Self {
        Self {
            row: Some(row),
            column: Some(column),
        }
    }
}

/// A movement of the focus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Motion {
    Left,
    Right,
    Up,
    Down,
    PageUp,
    PageDown,
    RowStart,
    RowEnd,
    ColumnStart,
    ColumnEnd,
    Start,
    End,
}

/// How large the grid is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Size {
    pub(crate) rows: u64,
    pub(crate) columns: u32,
    /// Rows that are visible at once.
    pub(crate) page: u64,
}

impl Place {
    /// Where a motion leads. `Up` reaches the header and `Left` the row numbers, unless `cells_only`.
    pub(crate) fn moved(self, motion: Motion, size: Size, cells_only: bool) -> Self {
        let last_row = size.rows.checked_sub(1);
        let last_column = size.columns.checked_sub(1);
        let mut to = self;
        match motion {
            Motion::Left => to.column = self.column.and_then(|c| c.checked_sub(1)),
            Motion::Right => to.column = self.column.map_or(Some(0), |c| Some(c + 1)),
            Motion::Up => to.row = self.row.and_then(|r| r.checked_sub(1)),
            Motion::Down => to.row = self.row.map_or(Some(0), |r| Some(r + 1)),
            Motion::PageUp => to.row = self.row.map(|r| r.saturating_sub(size.page)),
            Motion::PageDown => to.row = Some(self.row.unwrap_or(0) + size.page),
            Motion::RowStart => to.column = Some(0),
            Motion::RowEnd => to.column = last_column,
            Motion::ColumnStart => to.row = Some(0),
            Motion::ColumnEnd => to.row = last_row,
            Motion::Start => to = Self::cell(0, 0),
            Motion::End => {
                to = Self {
                    row: last_row,
                    column: last_column,
                }
            }
        }
        if cells_only {
            to.row = to.row.or(Some(0));
            to.column = to.column.or(Some(0));
        }
        Self {
            row: to.row.and_then(|r| Some(r.min(last_row?))),
            column: to.column.and_then(|c| Some(c.min(last_column?))),
        }
    }
}

/// A part of the rows or of the columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Span {
    /// All, also those that are still to come.
    All,
    /// From one to another, both included, in either order.
    Between(u64, u64),
}

impl Span {
    fn one(at: Option<u64>) -> Self {
        at.map_or(Self::All, |i| Self::Between(i, i))
    }

    fn extended(self, to: Option<u64>) -> Self {
        match (self, to) {
            (Self::Between(anchor, _), Some(to)) => Self::Between(anchor, to),
            (span, _) => span,
        }
    }

    fn range(self, all: u64) -> Range<u64> {
        match self {
            Self::All => 0..all,
            Self::Between(a, b) => a.min(b).min(all)..(a.max(b) + 1).min(all),
        }
    }
}

/// A rectangle of selected cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Selection {
    rows: Span,
    columns: Span,
}

impl Selection {
    /// A cell; from the header its column, from the row numbers its row, from the corner all.
    pub(crate) fn at(place: Place) -> Self {
        Self {
            rows: Span::one(place.row),
            columns: Span::one(place.column.map(u64::from)),
        }
    }

    /// Every cell.
    pub(crate) fn all() -> Self {
        Self::at(Place::default())
    }

    /// The rows of this selection in every column.
    pub(crate) fn whole_rows(self) -> Self {
        Self {
            columns: Span::All,
            ..self
        }
    }

    /// The columns of this selection in every row.
    pub(crate) fn whole_columns(self) -> Self {
        Self {
            rows: Span::All,
            ..self
        }
    }

    /// From the same start to another place. Whole rows stay whole rows, whole columns whole columns.
    pub(crate) fn extended(self, to: Place) -> Self {
        Self {
            rows: self.rows.extended(to.row),
            columns: self.columns.extended(to.column.map(u64::from)),
        }
    }

    /// The end that moves when the selection is extended, as far as it has one.
    pub(crate) fn head(&self) -> Place {
        let end = |span| match span {
            Span::All => None,
            Span::Between(_, head) => Some(head),
        };
        Place {
            row: end(self.rows),
            column: end(self.columns).map(|c| c as u32),
        }
    }

    /// The selected rows.
    pub(crate) fn rows(&self, size: Size) -> Range<u64> {
        self.rows.range(size.rows)
    }

    /// The selected columns.
    pub(crate) fn columns(&self, size: Size) -> Range<u32> {
        let range = self.columns.range(size.columns.into());
        range.start as u32..range.end as u32
    }

    /// Whether it is one cell and no more, as after a click.
    pub(crate) fn is_one(&self) -> bool {
        matches!((self.rows, self.columns), (Span::Between(a, b), Span::Between(c, d)) if a == b && c == d)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Motion::*;

    const SIZE: Size = Size {
        rows: 100,
        columns: 8,
        page: 10,
    };

    fn place(row: impl Into<Option<u64>>, column: impl Into<Option<u32>>) -> Place {
        Place {
            row: row.into(),
            column: column.into(),
        }
    }

    #[test]
    fn motions_lead_where_they_say_and_stop_at_the_edges() {
        let cases = [
            (place(5, 3), Left, place(5, 2)),
            (place(5, 0), Left, place(5, None)),
            (place(5, None), Left, place(5, None)),
            (place(5, None), Right, place(5, 0)),
            (place(5, 7), Right, place(5, 7)),
            (place(0, 3), Up, place(None, 3)),
            (place(None, 3), Up, place(None, 3)),
            (place(None, 3), Down, place(0, 3)),
            (place(99, 3), Down, place(99, 3)),
            (place(55, 3), PageUp, place(45, 3)),
            (place(5, 3), PageUp, place(0, 3)),
            (place(95, 3), PageDown, place(99, 3)),
            (place(None, 3), PageDown, place(10, 3)),
            (place(5, 3), RowStart, place(5, 0)),
            (place(5, 3), RowEnd, place(5, 7)),
            (place(5, 3), ColumnStart, place(0, 3)),
            (place(5, 3), ColumnEnd, place(99, 3)),
            (place(5, 3), Start, place(0, 0)),
            (place(5, 3), End, place(99, 7)),
            (place(None, 0), Left, place(None, None)),
        ];
        for (from, motion, to) in cases {
            assert_eq!(from.moved(motion, SIZE, false), to, "{from:?} {motion:?}");
        }
        assert_eq!(place(0, 0).moved(Up, SIZE, true), place(0, 0));
        assert_eq!(place(0, 0).moved(Left, SIZE, true), place(0, 0));
    }

    #[test]
    fn without_rows_the_focus_stays_in_the_header() {
        let size = Size {
            rows: 0,
            columns: 3,
            page: 10,
        };
        for motion in [Down, PageDown, ColumnEnd, Start, End] {
            assert_eq!(place(None, 1).moved(motion, size, false).row, None, "{motion:?}");
        }
        let nothing = Size::default();
        assert_eq!(Place::default().moved(End, nothing, true), Place::default());
    }

    #[test]
    fn selections_cover_what_they_should() {
        let cases = [
            (Selection::at(place(3, 2)), 3..4, 2..3),
            (Selection::at(place(3, 2)).extended(place(1, 4)), 1..4, 2..5),
            (Selection::at(place(3, None)), 3..4, 0..8),
            (Selection::at(place(3, None)).extended(place(6, 2)), 3..7, 0..8),
            (Selection::at(place(None, 2)), 0..100, 2..3),
            (
                Selection::at(place(None, 2)).extended(place(None, 0)),
                0..100,
                0..3,
            ),
            (Selection::at(place(3, 2)).whole_rows(), 3..4, 0..8),
            (Selection::at(place(3, 2)).whole_columns(), 0..100, 2..3),
            (Selection::all(), 0..100, 0..8),
        ];
        for (selection, rows, columns) in cases {
            assert_eq!(
                (selection.rows(SIZE), selection.columns(SIZE)),
                (rows, columns),
                "{selection:?}"
            );
        }
    }

    #[test]
    fn whole_columns_grow_with_the_rows() {
        let column = Selection::at(place(None, 2));
        assert_eq!(column.rows(Size { rows: 5_000, ..SIZE }), 0..5_000);
    }

    #[test]
    fn the_moving_end_is_the_last_one_reached() {
        let selection = Selection::at(place(3, 2)).extended(place(1, 4));
        assert_eq!(selection.head(), place(1, 4));
        assert!(!selection.is_one());
        assert!(Selection::at(place(3, 2)).is_one());
        assert!(!Selection::at(place(3, None)).is_one());
    }
}
