//! Vertical scrolling of more rows than a browser can lay out.
//!
//! Browsers draw wrongly above some 3.5 million px, so the element that gives the scrollbar its size is never
//! higher than [`MAX_SPACER`]. Up to there, the scrollbar's position is the offset in the rows. Beyond, the two
//! part: small movements (wheel, touch) move the rows by as many pixels, large ones (the scrollbar's thumb) by
//! their share of the whole. Within [`EXACT`] of either end both are the same again. Once scrolling rests, the
//! scrollbar follows the rows, and before that if it could run against an end too early: see [`Scroll::settle`].

/// Height limit of the element that gives the scrollbar its size, in px.
pub(crate) const MAX_SPACER: f64 = 3_000_000.0;

/// How far from the ends scrollbar and rows move as one, in px.
const EXACT: f64 = 100_000.0;

/// Movements above this many viewports at once are those of the scrollbar's thumb, and so are those above
/// this share of what the thumb moves by one px.
const LEAP: (f64, f64) = (4.0, 0.4);

/// Where the rows are, and where the scrollbar is.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Scroll {
    /// Height of all rows, in px.
    content: f64,
    /// Height in which rows are visible, in px.
    viewport: f64,
    /// Px of rows above the viewport.
    offset: f64,
    /// The scrollbar's position as last seen or set.
    bar: f64,
}

impl Scroll {
    /// Px of rows above the viewport, whole.
    pub(crate) fn offset(&self) -> f64 {
        self.offset
    }

    /// Height of the element that stands for all rows, in px.
    pub(crate) fn spacer(&self) -> f64 {
        self.content.min(MAX_SPACER)
    }

    /// Takes new sizes. What is visible stays as far as it can; the scrollbar has to be settled.
    pub(crate) fn resize(&mut self, content: f64, viewport: f64) {
        self.content = content;
        self.viewport = viewport;
        self.offset = self.offset.min(self.max_offset());
    }

    /// Moves the rows. Returns where the scrollbar belongs.
    pub(crate) fn scroll_to(&mut self, offset: f64) -> f64 {
        self.offset = offset.round().clamp(0.0, self.max_offset());
        self.bar = self.bar_of(self.offset);
        self.bar
    }

    /// Moves the rows as little as possible to show the px from `top` to `bottom`.
    /// Returns where the scrollbar belongs, if something moved.
    pub(crate) fn reveal(&mut self, top: f64, bottom: f64) -> Option<f64> {
        let target = self
            .offset
            .max(bottom - self.viewport)
            .min(top)
            .clamp(0.0, self.max_offset());
        (target.round() != self.offset).then(|| self.scroll_to(target))
    }

    /// The browser did not put the scrollbar exactly where it was asked to.
    pub(crate) fn bar_is_at(&mut self, bar: f64) {
        self.bar = bar;
    }

    /// The user moved the scrollbar, directly or by scrolling.
    pub(crate) fn scrolled(&mut self, bar: f64) {
        let moved = bar - self.bar;
        if moved == 0.0 {
            return;
        }
        self.bar = bar;
        let viewport = self.viewport.max(100.0);
        let leap = (viewport * LEAP.0).min(self.spacer() / viewport * LEAP.1);
        let target = if moved.abs() > leap {
            self.offset_of(bar)
        } else {
            self.offset + moved
        };
        self.offset = target.round().clamp(0.0, self.max_offset());
    }

    /// Where the scrollbar belongs, if it has drifted from there: at all once scrolling rests, and before that
    /// half of the way to where it would run against an end.
    pub(crate) fn settle(&self, resting: bool) -> Option<f64> {
        let bar = self.bar_of(self.offset);
        let allowed = if resting {
            1.0
        } else {
            bar.min(self.max_bar() - bar) / 2.0
        };
        ((bar - self.bar).abs() > allowed.max(1.0)).then_some(bar)
    }

    fn max_offset(&self) -> f64 {
        (self.content - self.viewport).max(0.0)
    }

    fn max_bar(&self) -> f64 {
        (self.spacer() - self.viewport).max(0.0)
    }

    fn bar_of(&self, offset: f64) -> f64 {
        map(offset, self.max_offset(), self.max_bar())
    }

    fn offset_of(&self, bar: f64) -> f64 {
        map(bar, self.max_bar(), self.max_offset())
    }
}

/// Maps 0..=from onto 0..=to: one to one within [`EXACT`] of the ends, proportionally between.
fn map(x: f64, from: f64, to: f64) -> f64 {
    let shortest = from.min(to);
    let exact = EXACT.min(shortest / 2.0);
    let x = x.clamp(0.0, from);
    if from == to || x <= exact {
        x.min(to)
    } else if from - x <= exact {
        to - (from - x)
    } else {
        exact + (x - exact) / (from - 2.0 * exact) * (to - 2.0 * exact)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROW: f64 = 25.0;

    fn scroll(rows: u64) -> Scroll {
        let mut scroll = Scroll::default();
        scroll.resize(rows as f64 * ROW, 350.0);
        scroll
    }

    #[test]
    fn few_rows_scroll_as_they_are() {
        let mut s = scroll(1_000);
        assert_eq!(s.spacer(), 25_000.0);
        for bar in [0.0, 1.0, 24_650.0, 12_000.0] {
            s.scrolled(bar);
            assert_eq!((s.offset(), s.settle(true)), (bar, None));
        }
    }

    #[test]
    fn the_spacer_is_capped_and_both_ends_are_reached() {
        let mut s = scroll(10_000_000);
        assert_eq!(s.spacer(), MAX_SPACER);
        s.scrolled(MAX_SPACER - 350.0);
        assert_eq!(s.offset(), 250_000_000.0 - 350.0);
        s.scrolled(0.0);
        assert_eq!(s.offset(), 0.0);
        s.scrolled((MAX_SPACER - 350.0) / 2.0);
        assert_eq!(s.offset(), (250_000_000.0f64 - 350.0) / 2.0);
    }

    #[test]
    fn small_movements_are_exact_anywhere() {
        let mut s = scroll(10_000_000);
        let bar = s.scroll_to(125_000_000.0);
        for step in 1..=1_000 {
            s.scrolled(bar + f64::from(step) * 100.0);
            assert_eq!(s.offset(), 125_000_000.0 + f64::from(step) * 100.0);
        }
        let settled = s.settle(true).unwrap();
        s.bar_is_at(settled);
        assert_eq!((s.offset(), s.settle(true)), (125_100_000.0, None));
    }

    #[test]
    fn small_movements_never_stop_before_the_ends() {
        let mut s = scroll(10_000_000);
        for (start, step) in [(150_000.0, -100.0), (50_000.0, -37.0), (249_700_000.0, 100.0)] {
            let mut bar = s.scroll_to(start);
            let mut corrections = 0;
            while s.offset() > 0.0 && s.offset() < 250_000_000.0 - 350.0 {
                assert!(bar > 0.0 && bar < MAX_SPACER - 350.0, "stuck at {}", s.offset());
                bar = (bar + step).clamp(0.0, MAX_SPACER - 350.0);
                s.scrolled(bar);
                if let Some(settled) = s.settle(false) {
                    corrections += 1;
                    bar = settled;
                    s.bar_is_at(bar);
                }
            }
            assert!(corrections < 10, "{corrections}");
            assert_eq!(s.settle(true), None);
        }
    }

    #[test]
    fn the_thumb_moves_by_share_even_by_half_a_pixel() {
        for viewport in [75.0, 350.0, 1_200.0] {
            let mut s = scroll(10_000_000);
            s.resize(250_000_000.0, viewport);
            let bar = s.scroll_to(125_000_000.0);
            let step = MAX_SPACER / viewport / 2.0;
            s.scrolled(bar + step);
            let share = (s.offset() - 125_000_000.0) / step;
            assert!(share > 80.0, "{share} at {viewport}");
        }
    }

    #[test]
    fn rows_that_arrive_move_nothing() {
        for rows in [10u64, 1_000, 200_000, 5_000_000] {
            let mut s = scroll(rows);
            s.scroll_to(rows as f64 * ROW * 0.4);
            let before = s.offset();
            s.resize(rows as f64 * ROW * 2.0, 350.0);
            if let Some(bar) = s.settle(true) {
                s.bar_is_at(bar);
            }
            assert_eq!((s.offset(), s.settle(true)), (before, None));
        }
    }

    #[test]
    fn fewer_rows_than_fit_do_not_scroll() {
        let mut s = scroll(3);
        s.scroll_to(1_000.0);
        assert_eq!((s.offset(), s.spacer(), s.settle(true)), (0.0, 75.0, None));
    }

    #[test]
    fn revealing_moves_as_little_as_needed() {
        let mut s = scroll(1_000);
        assert_eq!(s.reveal(100.0, 125.0), None);
        assert_eq!(s.reveal(350.0, 375.0), Some(25.0));
        assert_eq!(s.reveal(0.0, 25.0), Some(0.0));
        assert_eq!(s.reveal(24_975.0, 25_000.0), Some(24_650.0));
    }

    #[test]
    fn the_map_is_its_own_inverse() {
        let (a, b) = (249_999_650.0, 2_999_650.0);
        for i in 0..=1_000 {
            let x = a * f64::from(i) / 1_000.0;
            assert!((map(map(x, a, b), b, a) - x).abs() < 1e-3, "{x}");
        }
    }
}
