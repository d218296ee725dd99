//! Which columns' summaries are here, and when to ask for which: at most one question at a time.

use std::ops::Range;

use engine_api::ColumnStats;

/// While rows arrive, milliseconds between two questions.
const PAUSE: f64 = 1_200.0;

/// The summaries that are here, and when to ask for which.
#[derive(Debug)]
pub(crate) struct Summaries {
    known: Vec<Option<(u64, ColumnStats)>>,
    /// How many rows there were when a column was asked for last.
    asked: Vec<u64>,
    waiting: Option<Range<u32>>,
    asked_at: f64,
    none: bool,
}

impl Summaries {
    pub(crate) fn new(columns: usize) -> Self {
        Self {
            known: vec![None; columns],
            asked: vec![0; columns],
            waiting: None,
            asked_at: f64::NEG_INFINITY,
            none: false,
        }
    }

    /// What is known of a column, and over how many rows.
    pub(crate) fn get(&self, column: u32) -> Option<(u64, &ColumnStats)> {
        self.known
            .get(column as usize)?
            .as_ref()
            .map(|(rows, stats)| (*rows, stats))
    }

    /// The columns to ask for now. `now` is in milliseconds.
    pub(crate) fn ask(
        &mut self,
        visible: Range<u32>,
        rows: u64,
        complete: bool,
        now: f64,
    ) -> Option<Range<u32>> {
        if self.none || rows == 0 || self.waiting.is_some() {
            return None;
        }
        let may_refresh = complete || now - self.asked_at >= PAUSE;
        let stale = |column: &u32| {
            self.asked
                .get(*column as usize)
                .is_some_and(|&seen| seen == 0 || (seen < rows && may_refresh))
        };
        let range = visible.clone().find(stale)?..visible.rev().find(stale)? + 1;
        self.asked[range.start as usize..range.end as usize].fill(rows);
        self.asked_at = now;
        self.waiting = Some(range.clone());
        Some(range)
    }

    /// Milliseconds until it is worth asking again, if rows arrived since.
    pub(crate) fn wait(&self, now: f64) -> f64 {
        (self.asked_at + PAUSE - now).max(0.0)
    }

    /// Takes the answer to the last question; none when there are no summaries. Returns the columns it is about.
    pub(crate) fn answer(&mut self, answer: Option<(u64, Vec<ColumnStats>)>) -> Range<u32> {
        let Some(asked) = self.waiting.take() else {
            return 0..0;
        };
        let Some((rows, stats)) = answer else {
            self.none = true;
            return 0..0;
        };
        for (column, stats) in asked.clone().zip(stats) {
            if let Some(known) = self.known.get_mut(column as usize) {
                *known = Some((rows, stats));
            }
        }
        asked
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn summaries_are_asked_for_once_then_now_and_then_then_at_the_end() {
        let mut s = Summaries::new(10);
        let one = |rows, n| Some((rows, vec![ColumnStats::default(); n]));
        assert_eq!(s.ask(0..4, 0, false, 0.0), None);
        assert_eq!(s.ask(0..4, 20, false, 10.0), Some(0..4));
        assert_eq!(s.ask(0..4, 40, false, 20.0), None, "one at a time");
        assert_eq!(s.answer(one(20, 4)), 0..4);
        assert_eq!(s.ask(0..4, 60, false, 500.0), None, "too soon");
        assert_eq!(s.ask(0..6, 60, false, 500.0), Some(4..6), "new columns at once");
        s.answer(one(60, 2));
        assert_eq!(s.ask(0..6, 900, false, 2_000.0), Some(0..6));
        s.answer(one(900, 6));
        assert_eq!(s.ask(0..6, 950, true, 2_010.0), Some(0..6), "at the end at once");
        s.answer(one(950, 6));
        assert_eq!(s.ask(0..6, 950, true, 9_999.0), None);
        assert_eq!(s.get(5).map(|(rows, _)| rows), Some(950));
        assert_eq!(s.get(7), None);
    }

    #[test]
    fn a_source_without_summaries_is_asked_once() {
        let mut s = Summaries::new(3);
        assert!(s.ask(0..3, 5, true, 0.0).is_some());
        assert_eq!(s.answer(None), 0..0);
        assert_eq!(s.ask(0..3, 9, true, 9_999.0), None);
    }
}
