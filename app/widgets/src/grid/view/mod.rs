//! The grid's state and what follows from it: sizes, the visible area, focus, selection, what is on the page.
//!
//! Nothing here waits or listens; see `driver` for events, frames and the source's answers.

mod sizes;

use std::{ops::Range, sync::Arc};

use engine_api::{Column, ColumnStats};
use leptos::prelude::document;
use web_sys::HtmlElement;

use super::{
    HEADER, ROW,
    body::{Body, Scene},
    columns::Columns,
    dom::{Dom, div, focus, px},
    header::Header,
    loader::{Area, Loader},
    measure::Ruler,
    scroll::Scroll,
    selection::{Motion, Place, Selection, Size},
    summaries::Summaries,
    summary,
    viewport::{Spot, Viewport},
};

/// Px of columns beyond each side of the viewport that are on the page, so that scrolling finds them there.
const OVERSCAN: f64 = 240.0;

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
    viewport: Viewport,
    /// Height of the scrollbar below, in px.
    scrollbar: f64,
    /// What the user made of the height, in px.
    wanted_height: Option<f64>,
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
            viewport: Viewport::default(),
            scrollbar: 0.0,
            wanted_height: None,
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

    /// Whether the user has put the focus on a place.
    pub(crate) fn is_marked(&self, place: Place) -> bool {
        self.place.is_some() && self.focus() == place
    }

    /// How large the grid is.
    pub(crate) fn size(&self) -> Size {
        let page = (self.viewport.body_height() / ROW).floor() as u64;
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
        Area {
            rows: self.viewport.rows(self.scroll.offset(), self.rows),
            columns: self.viewport.columns(&self.widths, OVERSCAN),
        }
    }

    /// What is at a place of the scroller, in px from its corner.
    pub(crate) fn spot(&self, x: f64, y: f64) -> Option<Spot> {
        self.viewport
            .spot(&self.widths, self.scroll.offset(), self.rows, x, y)
    }

    /// The cell nearest to a place of the scroller, in px from its corner.
    pub(crate) fn nearest(&self, x: f64, y: f64) -> Option<Place> {
        self.viewport
            .nearest(&self.widths, self.scroll.offset(), self.rows, x, y)
    }

    /// How far a place lies outside the cells, in px to the right and down.
    pub(crate) fn outside(&self, x: f64, y: f64) -> (f64, f64) {
        self.viewport.outside(x, y)
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

    /// Gives a column a width, or with none the one that its texts need.
    pub(crate) fn set_width(&mut self, column: u32, width: Option<f64>) -> Dom<()> {
        let ruler = &self.ruler;
        match width {
            Some(width) => self.widths.set_width(column, width),
            None => {
                let room = self.viewport.width - self.viewport.gutter;
                self.widths
                    .fit_one(column, self.loader.windows(), room, &|face, text| {
                        ruler.width(face, text)
                    });
            }
        }
        self.place_columns()
    }

    /// Takes a window from the source, and gives its columns the widths that its texts need.
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
                self.set_left(self.viewport.left + moved);
            }
        }
        self.loader.answer(window);
        Ok(())
    }

    /// Takes the answer to the last question for statistics.
    pub(crate) fn take_statistics(&mut self, answer: Option<(u64, Vec<ColumnStats>)>) {
        let ruler = &self.ruler;
        for number in self.summaries.answer(answer) {
            let known = self.summaries.get(number);
            if let (Some(column), Some((rows, stats))) = (self.columns.get(number as usize), known) {
                let nulls = summary::nulls(rows, stats);
                let values = summary::values(column.kind, stats);
                self.widths
                    .wish(number, &column.data_type, &nulls, &values, &|face, text| {
                        ruler.width(face, text)
                    });
            }
        }
    }

    /// The columns that are in the viewport.
    pub(crate) fn seen(&self) -> Range<u32> {
        self.viewport.columns(&self.widths, 0.0)
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
            gutter: self.viewport.gutter,
            offset: self.scroll.offset(),
            selected,
            focus: self.focus(),
            marked: self.place.is_some(),
        };
        self.header.show(&area.columns, &scene, &self.summaries)?;
        self.body.show(&area, &scene)?;
        self.tell_focus(focused)
    }

    /// Puts the columns on the page where they are now.
    fn place_columns(&mut self) -> Dom<()> {
        self.body.place(&self.widths, self.viewport.gutter)?;
        self.header.place(&self.widths, self.viewport.gutter)
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
}
