//! How large the grid is on the page, and how far it is scrolled.

use super::View;
use crate::grid::{
    BARE_HEADER, HEADER, HEIGHT, ROW,
    dom::{Dom, px},
    selection::Place,
};

/// Room for a scrollbar that may come, in px.
const SCROLLBAR: f64 = 16.0;

/// The largest row number that has its room from the start.
const USUAL_ROWS: u64 = 9_999_999;

impl View {
    /// Takes the scroller's position after the user scrolled.
    pub(crate) fn scrolled(&mut self) {
        self.viewport.left = f64::from(self.scroller.scroll_left());
        self.scroll.scrolled(f64::from(self.scroller.scroll_top()));
        self.resting = false;
        self.settle();
    }

    /// Takes note that the user has stopped scrolling.
    pub(crate) fn rest(&mut self) {
        self.resting = true;
        self.settle();
    }

    /// Puts the scrollbar where the rows are.
    fn settle(&mut self) {
        if let Some(bar) = self.scroll.settle(self.resting) {
            self.set_bar(bar);
        }
    }

    /// Scrolls by some px, as far as there is something.
    pub(crate) fn scroll_by(&mut self, x: f64, y: f64) {
        let bar = self.scroll.scroll_to(self.scroll.offset() + y);
        self.set_bar(bar);
        self.set_left(self.viewport.left + x);
    }

    /// The height that the user wants, in px; none for the usual one.
    pub(crate) fn set_height(&mut self, height: Option<f64>) {
        self.wanted_height = height;
    }

    /// The height of the scroller, in px.
    pub(crate) fn scroller_height(&self) -> f64 {
        self.told.scroller_height
    }

    /// The height at which every row is visible, in px.
    pub(crate) fn full_height(&self) -> f64 {
        if self.complete && self.rows == 0 {
            // One line says so.
            return BARE_HEADER + ROW;
        }
        HEADER + self.rows.max(1) as f64 * ROW
    }

    /// Takes the scroller's new size. A focused cell that was visible still is.
    pub(crate) fn resized(&mut self) -> Dom<()> {
        if self.viewport.width == 0.0 {
            self.measure()?;
            self.rejoin();
            return Ok(());
        }
        let focus = self.focus();
        let seen = focus.column.is_none_or(|column| self.seen().contains(&column))
            && focus.row.is_none_or(|row| self.visible().rows.contains(&row));
        self.measure()?;
        if self.place.is_some() && seen {
            self.scroll
                .resize(self.rows as f64 * ROW, self.viewport.body_height());
            self.reveal(focus)?;
        }
        Ok(())
    }

    /// Puts the scroller back to where the grid is: browsers forget that when they hide or move an element.
    pub(crate) fn rejoin(&mut self) {
        if self.resting {
            let bar = self.scroll.scroll_to(self.scroll.offset());
            self.set_bar(bar);
            self.set_left(self.viewport.left);
        }
    }

    /// Reads the scroller's size.
    fn measure(&mut self) -> Dom<()> {
        self.viewport.width = f64::from(self.scroller.client_width());
        let height = f64::from(self.scroller.client_height());
        self.scrollbar = f64::from(self.scroller.offset_height()) - height;
        if height != self.viewport.height {
            self.viewport.height = height;
            px(&self.layer, "height", height)?;
        }
        Ok(())
    }

    /// The heights and widths that depend on the number of rows and on the columns.
    pub(super) fn tell_sizes(&mut self) -> Dom<()> {
        let row_count = if self.complete { self.rows as i64 + 1 } else { -1 };
        if self.told.row_count.replace(row_count) != Some(row_count) {
            self.scroller
                .set_attribute("aria-rowcount", &row_count.to_string())?;
        }
        // The scrollbar below takes its height from the rows, unless there are more than fit.
        let height = (self.full_height() + self.scrollbar)
            .min(self.wanted_height.unwrap_or(HEIGHT + self.scrollbar))
            .round();
        if height != self.told.scroller_height {
            self.told.scroller_height = height;
            px(&self.scroller, "height", height)?;
            self.measure()?;
        }
        self.widen_gutter()?;
        if self
            .widths
            .use_room(self.viewport.width - self.viewport.gutter - SCROLLBAR)
        {
            self.place_columns()?;
        }
        self.scroll
            .resize(self.rows as f64 * ROW, self.viewport.body_height());
        let width = self.viewport.gutter + self.widths.total();
        let spacer = (
            width,
            self.full_height().min(HEADER + self.scroll.spacer().max(ROW)),
        );
        if spacer != self.told.spacer {
            self.told.spacer = spacer;
            px(&self.spacer, "width", spacer.0)?;
            px(&self.spacer, "height", spacer.1)?;
            self.measure()?;
        }
        self.settle();
        Ok(())
    }

    /// The row numbers' place is that of the largest number, as far as rows are usual; while more may come, that of
    /// the largest usual one. Beyond, it grows with the numbers that have been visible, and it never shrinks.
    fn widen_gutter(&mut self) -> Dom<()> {
        let expected = if self.complete { self.rows } else { u64::MAX };
        let last = expected.clamp(1_000, USUAL_ROWS).max(self.visible().rows.end);
        let digits = f64::from(last.ilog10() + 1);
        self.viewport.gutter = self.viewport.gutter.max((digits * 6.8 + 20.0).ceil());
        if self.viewport.gutter != self.told.gutter {
            self.told.gutter = self.viewport.gutter;
            px(&self.scroller, "--dg-gutter", self.viewport.gutter)?;
            self.place_columns()?;
        }
        Ok(())
    }

    /// Scrolls as little as possible to show a place.
    pub(super) fn reveal(&mut self, place: Place) -> Dom<()> {
        if let Some(row) = place.row {
            let top = row as f64 * ROW;
            if let Some(bar) = self.scroll.reveal(top, top + ROW) {
                self.set_bar(bar);
                // Longer row numbers take room from the columns.
                self.tell_sizes()?;
            }
        }
        if let Some(column) = place.column {
            let left = self.viewport.left_for(&self.widths, column);
            if left != self.viewport.left {
                self.set_left(left);
            }
        }
        Ok(())
    }

    fn set_bar(&mut self, bar: f64) {
        self.scroller.set_scroll_top(bar.round() as i32);
        self.scroll.bar_is_at(f64::from(self.scroller.scroll_top()));
    }

    pub(super) fn set_left(&mut self, left: f64) {
        self.scroller.set_scroll_left(left.round() as i32);
        self.viewport.left = f64::from(self.scroller.scroll_left());
    }
}
