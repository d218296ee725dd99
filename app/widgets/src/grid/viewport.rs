//! What of the rows and columns is in view, and what is at a place of it.

use std::ops::Range;

use super::{HEADER, ROW, columns::Columns, selection::Place};

/// How far from a column's edge its width is grabbed, in px.
const GRIP: f64 = 5.0;

/// A part of the grid below the pointer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Spot {
    Place(Place),
    /// The right edge of a column, in the header.
    Edge(u32),
}

/// The part of the grid that is in view, in px.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Viewport {
    /// Of the columns, hidden to the left.
    pub(crate) left: f64,
    /// Of the scroller, without its scrollbars.
    pub(crate) width: f64,
    pub(crate) height: f64,
    /// Of the row numbers.
    pub(crate) gutter: f64,
}

impl Viewport {
    /// The height in which rows are seen.
    pub(crate) fn body_height(&self) -> f64 {
        (self.height - HEADER).max(0.0)
    }

    /// The rows that are seen, wholly or in part, of some rows of which `offset` px are hidden above.
    pub(crate) fn rows(&self, offset: f64, rows: u64) -> Range<u64> {
        let first = (offset / ROW).floor() as u64;
        let end = ((offset + self.body_height()) / ROW).ceil() as u64;
        first.min(rows)..end.min(rows)
    }

    /// The columns that are seen, wholly or in part, or not farther than `beyond` from that.
    pub(crate) fn columns(&self, columns: &Columns, beyond: f64) -> Range<u32> {
        columns.between(self.left - beyond, self.left + self.width - self.gutter + beyond)
    }

    /// The value of `left` nearest to the present one with which a column is seen.
    pub(crate) fn left_for(&self, columns: &Columns, column: u32) -> f64 {
        let (left, right) = (columns.left(column), columns.left(column + 1));
        self.left.max(right - (self.width - self.gutter)).min(left)
    }

    /// What is at a place, in px from the scroller's corner.
    pub(crate) fn spot(&self, columns: &Columns, offset: f64, rows: u64, x: f64, y: f64) -> Option<Spot> {
        if !(0.0..self.width).contains(&x) || !(0.0..self.height).contains(&y) {
            return None;
        }
        let across = x - self.gutter + self.left;
        let in_header = y < HEADER;
        let column = if x < self.gutter {
            None
        } else {
            Some(columns.at(across)?)
        };
        if let (true, Some(column)) = (in_header, column) {
            let near = |&column: &u32| (columns.left(column + 1) - across).abs() <= GRIP;
            if let Some(edge) = [Some(column), column.checked_sub(1)]
                .into_iter()
                .flatten()
                .find(near)
            {
                return Some(Spot::Edge(edge));
            }
        }
        if column.is_some() && across >= columns.total() {
            return None;
        }
        let row = ((y - HEADER + offset) / ROW).floor().max(0.0) as u64;
        match in_header {
            true => Some(Spot::Place(Place { row: None, column })),
            false => (row < rows).then_some(Spot::Place(Place {
                row: Some(row),
                column,
            })),
        }
    }

    /// The cell nearest to a place, in px from the scroller's corner.
    pub(crate) fn nearest(&self, columns: &Columns, offset: f64, rows: u64, x: f64, y: f64) -> Option<Place> {
        let x = x.clamp(self.gutter, self.width.max(self.gutter));
        let y = y.clamp(HEADER, self.height.max(HEADER));
        let row = ((y - HEADER + offset) / ROW).floor() as u64;
        let column = columns.at(x - self.gutter + self.left)?;
        Some(Place::cell(row.min(rows.checked_sub(1)?), column))
    }

    /// How far a place lies outside the cells, to the right and down; negative to the left and up.
    pub(crate) fn outside(&self, x: f64, y: f64) -> (f64, f64) {
        let beyond = |at: f64, start: f64, end: f64| {
            if at < start {
                at - start
            } else {
                (at - end).max(0.0)
            }
        };
        (beyond(x, self.gutter, self.width), beyond(y, HEADER, self.height))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine_api::{Column, ColumnKind};

    const VIEWPORT: Viewport = Viewport {
        left: 30.0,
        width: 350.0,
        height: HEADER + 100.0,
        gutter: 50.0,
    };

    /// Five columns of 100 px.
    fn columns() -> Columns {
        let column = Column {
            name: String::new(),
            data_type: String::new(),
            kind: ColumnKind::Integer,
            nullable: false,
        };
        let mut columns = Columns::new(&vec![column; 5], &|_, _| 0.0);
        (0..5).for_each(|c| columns.set_width(c, 100.0));
        columns
    }

    fn place(row: Option<u64>, column: Option<u32>) -> Option<Spot> {
        Some(Spot::Place(Place { row, column }))
    }

    #[test]
    fn rows_and_columns_in_view() {
        assert_eq!(VIEWPORT.rows(0.0, 1_000), 0..4);
        assert_eq!(VIEWPORT.rows(10.0, 1_000), 0..5);
        assert_eq!(VIEWPORT.rows(250.0, 12), 10..12);
        assert_eq!(VIEWPORT.columns(&columns(), 0.0), 0..4);
        assert_eq!(VIEWPORT.columns(&columns(), 80.0), 0..5);
        assert_eq!(Viewport::default().rows(0.0, 9), 0..0);
    }

    #[test]
    fn columns_come_into_view_by_the_shortest_way() {
        for (column, left) in [(0, 0.0), (1, 30.0), (2, 30.0), (3, 100.0), (4, 200.0)] {
            assert_eq!(VIEWPORT.left_for(&columns(), column), left, "{column}");
        }
    }

    #[test]
    fn spots_are_what_is_seen_there() {
        let cases = [
            ((10.0, 10.0), place(None, None)),
            ((60.0, 10.0), place(None, Some(0))),
            ((10.0, HEADER + 30.0), place(Some(5), None)),
            ((60.0, HEADER), place(Some(4), Some(0))),
            ((200.0, HEADER + 99.0), place(Some(7), Some(1))),
            ((122.0, 10.0), Some(Spot::Edge(0))),
            ((118.0, 10.0), Some(Spot::Edge(0))),
            ((122.0, HEADER + 1.0), place(Some(4), Some(1))),
            ((360.0, 10.0), None),
            ((60.0, HEADER + 100.0), None),
        ];
        for ((x, y), expected) in cases {
            assert_eq!(
                VIEWPORT.spot(&columns(), 100.0, 1_000, x, y),
                expected,
                "{x}, {y}"
            );
        }
        assert_eq!(
            VIEWPORT.spot(&columns(), 0.0, 2, 60.0, HEADER + 60.0),
            None,
            "below the last row"
        );
        let right = Viewport {
            left: 300.0,
            ..VIEWPORT
        };
        assert_eq!(
            right.spot(&columns(), 0.0, 9, 300.0, HEADER),
            None,
            "right of the last column"
        );
    }

    #[test]
    fn drags_reach_the_nearest_cell() {
        let cases = [
            ((-50.0, -50.0), (4, 0)),
            ((900.0, 900.0), (8, 3)),
            ((200.0, HEADER + 30.0), (5, 1)),
        ];
        for ((x, y), (row, column)) in cases {
            let nearest = VIEWPORT.nearest(&columns(), 100.0, 1_000, x, y);
            assert_eq!(nearest, Some(Place::cell(row, column)), "{x}, {y}");
        }
        assert_eq!(VIEWPORT.nearest(&columns(), 0.0, 0, 60.0, 200.0), None);
        assert_eq!(VIEWPORT.outside(40.0, HEADER + 120.0), (-10.0, 20.0));
        assert_eq!(VIEWPORT.outside(60.0, HEADER + 20.0), (0.0, 0.0));
    }
}
