//! Which cells are here and which to ask for: at most one question at a time, the newest wish next.

use std::{collections::VecDeque, ops::Range};

use engine_api::{Cell, Window};

/// Windows that are kept, the newest first: those around the visible one, for the way back.
const KEPT: usize = 6;

/// Columns asked for beyond each side of the visible ones.
const COLUMN_MARGIN: u32 = 6;

/// Some rows and columns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Area {
    pub(crate) rows: Range<u64>,
    pub(crate) columns: Range<u32>,
}

impl Area {
    fn is_empty(&self) -> bool {
        self.rows.is_empty() || self.columns.is_empty()
    }

    fn is_within(&self, window: &Window) -> bool {
        window.rows.start <= self.rows.start
            && self.rows.end <= window.rows.end
            && window.columns.start <= self.columns.start
            && self.columns.end <= window.columns.end
    }

    /// As many rows more on each side as the area has, times `share`, and some columns.
    fn grown(&self, share: f64, whole: &Self) -> Self {
        let rows = ((self.rows.end - self.rows.start) as f64 * share) as u64;
        let columns = (f64::from(COLUMN_MARGIN) * share) as u32;
        Self {
            rows: self.rows.start.saturating_sub(rows)..(self.rows.end + rows).min(whole.rows.end),
            columns: self.columns.start.saturating_sub(columns)
                ..(self.columns.end + columns).min(whole.columns.end),
        }
    }
}

/// The cells that are here, and the question that is under way.
#[derive(Debug, Default)]
pub(crate) struct Loader {
    windows: VecDeque<Window>,
    /// The last question, so that an answer that is not enough is not asked for again and again.
    asked: Area,
    waiting: bool,
    gone: bool,
}

impl Loader {
    /// A cell, if it is here.
    pub(crate) fn cell(&self, row: u64, column: u32) -> Option<&Cell> {
        self.windows.iter().find_map(|window| window.cell(row, column))
    }

    /// All windows that are here.
    pub(crate) fn windows(&self) -> impl Iterator<Item = &Window> {
        self.windows.iter()
    }

    /// What to ask for now so that the visible area of the whole, and some of what is around it, is here.
    /// None while an answer is awaited; ask again when it has come.
    pub(crate) fn ask(&mut self, visible: &Area, whole: &Area) -> Option<Area> {
        if self.waiting || self.gone || visible.is_empty() {
            return None;
        }
        let needed = visible.grown(0.5, whole);
        if self.windows.iter().any(|window| needed.is_within(window)) {
            return None;
        }
        let area = visible.grown(1.0, whole);
        if area == self.asked {
            return None;
        }
        self.asked = area.clone();
        self.waiting = true;
        Some(area)
    }

    /// Takes the answer to the last question; none when the result is no longer held.
    pub(crate) fn answer(&mut self, window: Option<Window>) {
        self.waiting = false;
        let Some(window) = window else {
            self.gone = true;
            return;
        };
        self.windows.retain(|old| {
            let area = Area {
                rows: old.rows.clone(),
                columns: old.columns.clone(),
            };
            !area.is_within(&window)
        });
        self.windows.push_front(window);
        self.windows.truncate(KEPT);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine_api::CellKind;

    fn area(rows: Range<u64>, columns: Range<u32>) -> Area {
        Area { rows, columns }
    }

    fn window(area: Area) -> Window {
        let cell = Cell {
            text: String::new(),
            kind: CellKind::Whole,
        };
        let cells = (area.rows.end - area.rows.start) as usize * area.columns.len();
        Window {
            cells: vec![cell; cells],
            rows: area.rows,
            columns: area.columns,
        }
    }

    #[test]
    fn one_question_at_a_time_the_newest_wish_next() {
        let whole = area(0..1_000_000, 0..50);
        let mut loader = Loader::default();
        let first = loader.ask(&area(0..20, 0..10), &whole);
        assert_eq!(first, Some(area(0..40, 0..16)));
        for row in [100, 200, 300] {
            assert_eq!(loader.ask(&area(row..row + 20, 0..10), &whole), None);
        }
        loader.answer(first.map(window));
        assert_eq!(
            loader.ask(&area(300..320, 0..10), &whole),
            Some(area(280..340, 0..16))
        );
    }

    #[test]
    fn a_few_rows_further_nothing_is_asked() {
        let whole = area(0..1_000_000, 0..50);
        let mut loader = Loader::default();
        let asked = loader.ask(&area(500..520, 20..30), &whole).unwrap();
        loader.answer(Some(window(asked)));
        for row in 490..=510 {
            assert_eq!(loader.ask(&area(row..row + 20, 20..30), &whole), None, "{row}");
        }
        assert!(loader.ask(&area(511..531, 20..30), &whole).is_some());
        assert!(loader.cell(480, 14).is_some() && loader.cell(479, 14).is_none());
    }

    #[test]
    fn rows_that_arrive_are_asked_for_until_the_view_is_full() {
        let mut loader = Loader::default();
        let first = loader.ask(&area(0..5, 0..4), &area(0..5, 0..4)).unwrap();
        assert_eq!(first, area(0..5, 0..4));
        loader.answer(Some(window(first)));
        assert_eq!(loader.ask(&area(0..5, 0..4), &area(0..5, 0..4)), None);
        let more = loader.ask(&area(0..20, 0..4), &area(0..8_000, 0..4)).unwrap();
        loader.answer(Some(window(more)));
        assert_eq!(loader.ask(&area(0..20, 0..4), &area(0..9_000, 0..4)), None);
    }

    #[test]
    fn an_answer_that_is_not_enough_is_not_asked_for_again() {
        let whole = area(0..100, 0..4);
        let mut loader = Loader::default();
        assert!(loader.ask(&area(0..20, 0..4), &whole).is_some());
        loader.answer(Some(window(area(0..3, 0..4))));
        assert_eq!(loader.ask(&area(0..20, 0..4), &whole), None);
        assert!(loader.ask(&area(1..21, 0..4), &whole).is_some());
    }

    #[test]
    fn a_result_that_is_gone_is_left_alone_and_its_cells_stay() {
        let whole = area(0..100, 0..4);
        let mut loader = Loader::default();
        loader.answer(Some(window(area(0..30, 0..4))));
        assert!(loader.ask(&area(50..70, 0..4), &whole).is_some());
        loader.answer(None);
        assert_eq!(loader.ask(&area(80..100, 0..4), &whole), None);
        assert!(loader.cell(7, 1).is_some());
    }

    #[test]
    fn few_windows_are_kept() {
        let mut loader = Loader::default();
        for i in 0..20 {
            loader.answer(Some(window(area(i * 10..i * 10 + 10, 0..2))));
        }
        assert_eq!(loader.windows().count(), KEPT);
        assert!(loader.cell(195, 0).is_some() && loader.cell(5, 0).is_none());
        loader.answer(Some(window(area(0..200, 0..2))));
        assert_eq!(loader.windows().count(), 1);
    }

    #[test]
    fn nothing_visible_nothing_asked() {
        let mut loader = Loader::default();
        assert_eq!(loader.ask(&area(0..0, 0..4), &area(0..0, 0..4)), None);
        assert_eq!(loader.ask(&area(0..9, 0..0), &area(0..9, 0..0)), None);
    }
}
