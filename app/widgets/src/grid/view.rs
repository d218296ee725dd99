//! The grid's state and what follows from it: sizes, the visible area, focus, selection, what is on the page.
//!
//! Nothing here waits or listens; see `driver` for events, frames and the source's answers.

use std::{ops::Range, sync::Arc};

use engine_api::Column;
use leptos::prelude::document;
use web_sys::HtmlElement;

use super::{
    HEADER, HEIGHT, ROW,
    body::{Body, Scene},
    columns::Columns,
    dom::{Dom, div, focus, px},
    header::Header,
    loader::{Area, Loader},
    measure::Ruler,
    scroll::Scroll,
    selection::{Motion, Place, Selection, Size},
    summary::Summaries,
};

/// Px of columns beyond each side of the viewport that are on the page, so that scrolling finds them there.
const OVERSCAN: f64 = 240.0;

/// How far from a column's edge its width is grabbed, in px.
const GRIP: f64 = 5.0;

/// A part of the grid below the pointer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Spot {
    Place(Place),
    /// The right edge of a column, in the header.
    Edge(u32),
}

/// The grid.
pub(crate) struct View {
    pub(crate) columns: Arc<[Column]>,
    pub(crate) widths: Columns,
    pub(crate) loader: Loader,
    pub(crate) summaries: Summaries,
    pub(crate) scroll: Scroll,
    pub(crate) rows: u64,
    pub(crate) complete: bool,
    pub(crate) selection: Option<Selection>,
    /// Where the user has put the focus.
    place: Option<Place>,
    ruler: Ruler,
    scroller: HtmlElement,
    spacer: HtmlElement,
    layer: HtmlElement,
    header: Header,
    body: Body,
    /// Px of columns left of the viewport.
    left: f64,
    /// Size of the scroller without its scrollbars, in px.
    width: f64,
    height: f64,
    /// Height of the scrollbar below, in px.
    scrollbar: f64,
    /// What the user made of the height, in px.
    wanted_height: Option<f64>,
    gutter: f64,
    /// Whether the user is not scrolling at the moment.
    resting: bool,
    /// What the page has been told, so that it is told changes only.
    told: Told,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Told {
    scroller_height: f64,
    spacer: (f64, f64),
    gutter: f64,
    row_count: Option<i64>,
    tab_stop: Option<bool>,
}

impl View {
    /// A grid in an element that scrolls.
    pub(crate) fn new(scroller: HtmlElement, columns: Arc<[Column]>) -> Dom<Self> {
        let spacer = div("dg-spacer", "presentation")?;
        let layer = div("dg-layer", "presentation")?;
        let header = Header::new()?;
        let body = Body::new()?;
        layer.append_child(&header.element)?;
        layer.append_child(&body.element)?;
        spacer.append_child(&layer)?;
        scroller.append_child(&spacer)?;
        px(&scroller, "--dg-row", ROW)?;
        px(&scroller, "--dg-header", HEADER)?;
        scroller.set_attribute("aria-colcount", &(columns.len() + 1).to_string())?;
        let ruler = Ruler::new(&scroller)?;
        let widths = Columns::new(&columns, &|face, text| ruler.width(face, text));
        Ok(Self {
            summaries: Summaries::new(columns.len()),
            columns,
            widths,
            loader: Loader::default(),
            scroll: Scroll::default(),
            rows: 0,
            complete: false,
            selection: None,
            place: None,
            ruler,
            scroller,
            spacer,
            layer,
            header,
            body,
            left: 0.0,
            width: 0.0,
            height: 0.0,
            scrollbar: 0.0,
            wanted_height: None,
            gutter: 0.0,
            resting: true,
            told: Told::default(),
        })
    }

    /// Where the focus is, or would be.
    pub(crate) fn focus(&self) -> Place {
        let size = self.size();
        let place = self.place.unwrap_or(Place::cell(0, 0));
        Place {
            row: place.row.and_then(|row| Some(row.min(size.rows.checked_sub(1)?))),
            column: place
                .column
                .and_then(|column| Some(column.min(size.columns.checked_sub(1)?))),
        }
    }

    pub(crate) fn size(&self) -> Size {
        let page = (self.body_height() / ROW).floor() as u64;
        Size {
            rows: self.rows,
            columns: self.widths.len(),
            page: page.saturating_sub(1).max(1),
        }
    }

    /// The rows and columns of the selection, or else the focused cell.
    pub(crate) fn selected(&self) -> Area {
        let selection = self.selection.unwrap_or_else(|| Selection::at(self.focus()));
        let size = self.size();
        Area {
            rows: selection.rows(size),
            columns: selection.columns(size),
        }
    }

    /// The part of the result that is on the page.
    pub(crate) fn visible(&self) -> Area {
        let first = (self.scroll.offset() / ROW).floor() as u64;
        let end = ((self.scroll.offset() + self.body_height()) / ROW).ceil() as u64;
        Area {
            rows: first.min(self.rows)..end.min(self.rows),
            columns: self.widths.between(
                self.left - OVERSCAN,
                self.left + self.width - self.gutter + OVERSCAN,
            ),
        }
    }

    /// Everything that could be on the page.
    pub(crate) fn whole(&self) -> Area {
        Area {
            rows: 0..self.rows,
            columns: 0..self.widths.len(),
        }
    }

    /// Puts the focus somewhere and shows that place.
    pub(crate) fn move_to(&mut self, place: Place) -> Dom<()> {
        self.place = Some(place);
        self.reveal(self.focus())
    }

    /// Moves the focus; cells are selected on the way.
    pub(crate) fn step(&mut self, motion: Motion) -> Dom<()> {
        let place = self.focus().moved(motion, self.size(), false);
        self.selection = None;
        self.move_to(place)
    }

    /// Moves the end of the selection and shows it. The focus stays.
    pub(crate) fn extend(&mut self, motion: Motion) -> Dom<()> {
        let selection = self.selection.unwrap_or_else(|| Selection::at(self.focus()));
        let head = selection.head();
        let to = head.moved(motion, self.size(), true);
        self.selection = Some(selection.extended(to));
        self.place.get_or_insert(Place::cell(0, 0));
        self.reveal(Place {
            row: head.row.and(to.row),
            column: head.column.and(to.column),
        })
    }

    /// Moves the end of the selection to a place.
    pub(crate) fn extend_to(&mut self, place: Place) {
        let selection = self.selection.unwrap_or_else(|| Selection::at(self.focus()));
        self.selection = Some(selection.extended(place));
        self.place.get_or_insert(place);
    }

    /// Takes the scroller's position after the user scrolled.
    pub(crate) fn scrolled(&mut self) {
        self.left = f64::from(self.scroller.scroll_left());
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
        self.set_left(self.left + x);
    }

    /// What is at a place of the scroller, in px from its corner; outside, the nearest if `nearest`.
    pub(crate) fn spot(&self, x: f64, y: f64, nearest: bool) -> Option<Spot> {
        let inside = (0.0..self.width).contains(&x) && (0.0..self.height).contains(&y);
        if !inside && !nearest {
            return None;
        }
        let across = x - self.gutter + self.left;
        if y < HEADER && !nearest && x >= self.gutter {
            let column = self.widths.at(across)?;
            for candidate in [Some(column), column.checked_sub(1)].into_iter().flatten() {
                if (self.widths.left(candidate + 1) - across).abs() <= GRIP {
                    return Some(Spot::Edge(candidate));
                }
            }
        }
        let column = if x < self.gutter && !nearest {
            None
        } else {
            Some(self.widths.at(across)?)
        };
        if !nearest && column.is_some() && across >= self.widths.total() {
            return None;
        }
        if y < HEADER && !nearest {
            return Some(Spot::Place(Place { row: None, column }));
        }
        let row = ((y - HEADER + self.scroll.offset()) / ROW).floor().max(0.0) as u64;
        if row >= self.rows && !nearest {
            return None;
        }
        Some(Spot::Place(Place {
            row: Some(row.min(self.rows.checked_sub(1)?)),
            column,
        }))
    }

    /// How far a place lies outside the cells, in px to the right and down; negative to the left and up.
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

    /// Gives a column a width, or with none the one that its texts need.
    pub(crate) fn set_width(&mut self, column: u32, width: Option<f64>) -> Dom<()> {
        let ruler = &self.ruler;
        match width {
            Some(width) => self.widths.set_width(column, width),
            None => {
                self.widths.fit_one(column, self.loader.windows(), &|face, text| {
                    ruler.width(face, text)
                });
            }
        }
        self.place_columns()
    }

    /// Takes a window from the source, and gives its columns their widths if they have none.
    pub(crate) fn take_window(&mut self, window: Option<engine_api::Window>) -> Dom<()> {
        if let Some(window) = &window {
            let seen = if self.loader.windows().next().is_none() {
                0..0
            } else {
                self.seen()
            };
            let ruler = &self.ruler;
            let moved = self
                .widths
                .fit(window, seen, &|face, text| ruler.width(face, text));
            self.place_columns()?;
            if moved != 0.0 {
                self.tell_sizes()?;
                self.set_left(self.left + moved);
            }
        }
        self.loader.answer(window);
        Ok(())
    }

    /// The columns that are in the viewport.
    pub(crate) fn seen(&self) -> Range<u32> {
        self.widths
            .between(self.left, self.left + self.width - self.gutter)
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
        HEADER + self.rows.max(1) as f64 * ROW
    }

    /// Takes the scroller's new size. A focused cell that was visible still is.
    pub(crate) fn resized(&mut self) -> Dom<()> {
        let focus = self.focus();
        let seen = focus.column.is_none_or(|column| self.seen().contains(&column))
            && focus.row.is_none_or(|row| self.visible().rows.contains(&row));
        self.measure()?;
        if self.place.is_some() && seen {
            self.scroll.resize(self.rows as f64 * ROW, self.body_height());
            self.reveal(focus)?;
        }
        Ok(())
    }

    /// Reads the scroller's size.
    fn measure(&mut self) -> Dom<()> {
        self.width = f64::from(self.scroller.client_width());
        let height = f64::from(self.scroller.client_height());
        self.scrollbar = f64::from(self.scroller.offset_height()) - height;
        if height != self.height {
            self.height = height;
            px(&self.layer, "height", height)?;
        }
        Ok(())
    }

    /// Brings the page to what the state says.
    pub(crate) fn show(&mut self) -> Dom<()> {
        self.tell_sizes()?;
        let area = self.visible();
        let focused = document()
            .active_element()
            .is_some_and(|e| self.scroller.contains(Some(&e)));
        let selected = match self.selection {
            Some(selection) if !selection.is_one() => self.selected(),
            _ => Area::default(),
        };
        let scene = Scene {
            columns: &self.columns,
            widths: &self.widths,
            loader: &self.loader,
            gutter: self.gutter,
            offset: self.scroll.offset(),
            selected,
            focus: self.focus(),
            marked: self.place.is_some(),
        };
        self.header.show(&area.columns, &scene, &self.summaries)?;
        self.body.show(&area, &scene)?;
        self.tell_focus(focused)
    }

    fn body_height(&self) -> f64 {
        (self.height - HEADER).max(0.0)
    }

    /// The heights and widths that depend on the number of rows and on the columns.
    fn tell_sizes(&mut self) -> Dom<()> {
        let row_count = if self.complete { self.rows as i64 + 1 } else { -1 };
        if self.told.row_count.replace(row_count) != Some(row_count) {
            self.scroller
                .set_attribute("aria-rowcount", &row_count.to_string())?;
        }
        // The scrollbar below takes its height from the rows, unless there are more than fit.
        let height = (self.full_height() + self.scrollbar)
            .min(self.wanted_height.unwrap_or(HEIGHT))
            .round();
        if height != self.told.scroller_height {
            self.told.scroller_height = height;
            px(&self.scroller, "height", height)?;
            self.measure()?;
        }
        self.widen_gutter()?;
        self.scroll.resize(self.rows as f64 * ROW, self.body_height());
        let width = self.gutter + self.widths.total();
        let spacer = (width, HEADER + self.scroll.spacer().max(ROW));
        if spacer != self.told.spacer {
            self.told.spacer = spacer;
            px(&self.spacer, "width", spacer.0)?;
            px(&self.spacer, "height", spacer.1)?;
            self.measure()?;
        }
        self.settle();
        Ok(())
    }

    /// The row numbers' place grows with the numbers that have been visible, and never shrinks.
    fn widen_gutter(&mut self) -> Dom<()> {
        let last = self.visible().rows.end.max(1_000);
        let digits = f64::from(last.ilog10() + 1);
        self.gutter = self.gutter.max((digits * 6.8 + 20.0).ceil());
        if self.gutter != self.told.gutter {
            self.told.gutter = self.gutter;
            px(&self.scroller, "--dg-gutter", self.gutter)?;
            self.place_columns()?;
        }
        Ok(())
    }

    /// Puts the columns on the page where they are now.
    fn place_columns(&mut self) -> Dom<()> {
        self.body.place(&self.widths, self.gutter)?;
        self.header.place(&self.widths, self.gutter)
    }

    /// Where the focus is on the page: on its cell, or on the scroller while that is not visible.
    fn tell_focus(&mut self, focused: bool) -> Dom<()> {
        let place = self.focus();
        let element = match place.row {
            None => self.header.element_at(place.column),
            Some(_) => self.body.element_at(place),
        };
        let here = element.is_some();
        if self.told.tab_stop.replace(here) != Some(here) {
            self.scroller.set_tab_index(if here { -1 } else { 0 });
        }
        let target = element.unwrap_or(&self.scroller);
        if focused && document().active_element().as_ref() != Some(target) {
            focus(target)?;
        }
        Ok(())
    }

    /// Scrolls as little as possible to show a place.
    fn reveal(&mut self, place: Place) -> Dom<()> {
        if let Some(row) = place.row {
            let top = row as f64 * ROW;
            if let Some(bar) = self.scroll.reveal(top, top + ROW) {
                self.set_bar(bar);
            }
        }
        if let Some(column) = place.column {
            let (left, right) = (self.widths.left(column), self.widths.left(column + 1));
            let room = self.width - self.gutter;
            let target = self.left.max(right - room).min(left);
            if target != self.left {
                self.set_left(target);
            }
        }
        Ok(())
    }

    fn set_bar(&mut self, bar: f64) {
        self.scroller.set_scroll_top(bar.round() as i32);
        self.scroll.bar_is_at(f64::from(self.scroller.scroll_top()));
    }

    fn set_left(&mut self, left: f64) {
        self.scroller.set_scroll_left(left.round() as i32);
        self.left = f64::from(self.scroller.scroll_left());
    }
}
