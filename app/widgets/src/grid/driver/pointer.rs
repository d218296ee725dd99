//! Mouse, pen and finger.

use web_sys::{MouseEvent, PointerEvent};

use super::Driver;
use crate::grid::{
    selection::{Place, Selection},
    view::View,
    viewport::Spot,
};

/// The largest number of px that a selection's drag scrolls in one frame.
const DRAG_SPEED: f64 = 60.0;

/// What the pointer drags.
#[derive(Clone, Copy)]
pub(super) enum Drag {
    /// The end of the selection, to a place in px of the page.
    Selection(f64, f64),
    /// The edge of a column, which had a width when the pointer was somewhere.
    Edge { column: u32, from: f64, width: f64 },
}

impl Driver {
    /// A mouse or pen selects or resizes; a finger scrolls, and selects by a tap.
    pub(crate) fn pointer_down(&self, event: &PointerEvent) {
        self.0.touched.set(event.pointer_type() == "touch");
        if event.button() != 0 || self.0.touched.get() {
            return;
        }
        let Some(spot) = self.spot(event) else { return };
        let (x, y) = (f64::from(event.client_x()), f64::from(event.client_y()));
        let drag = match spot {
            Spot::Edge(column) => Drag::Edge {
                column,
                from: x,
                width: self.0.view.borrow().widths.width(column),
            },
            Spot::Place(place) => {
                self.press(place, event.shift_key());
                Drag::Selection(x, y)
            }
        };
        self.0.drag.set(Some(drag));
        // Without capture the drag merely ends at the grid's edge.
        let _ = self.0.scroller.set_pointer_capture(event.pointer_id());
    }

    pub(crate) fn pointer_move(&self, event: &PointerEvent) {
        let (x, y) = (f64::from(event.client_x()), f64::from(event.client_y()));
        match self.0.drag.get() {
            Some(Drag::Edge { column, from, width }) => {
                self.change(|view| view.set_width(column, Some(width + x - from)));
            }
            Some(Drag::Selection(..)) => {
                self.0.drag.set(Some(Drag::Selection(x, y)));
                self.schedule();
            }
            None => {}
        }
    }

    pub(crate) fn pointer_up(&self) {
        self.0.drag.set(None);
    }

    /// A finger's tap selects; on the cell that is focused already, it shows that at length.
    pub(crate) fn click(&self, event: &MouseEvent) {
        if !self.0.touched.get() {
            return;
        }
        if let Some(Spot::Place(place)) = self.spot(event) {
            if self.0.view.borrow().is_marked(place) {
                self.open(place, true);
            } else {
                self.press(place, event.shift_key());
            }
        }
    }

    pub(crate) fn double_click(&self, event: &MouseEvent) {
        match self.spot(event) {
            Some(Spot::Edge(column)) => self.change(|view| view.set_width(column, None)),
            Some(Spot::Place(place)) => self.open(place, true),
            None => {}
        }
    }

    fn press(&self, place: Place, extend: bool) {
        self.change(|view| {
            if extend {
                view.extend_to(place);
                return Ok(());
            }
            view.selection = Some(Selection::at(place));
            view.move_to(place)
        });
        self.take_focus();
        self.follow();
    }

    fn spot(&self, event: &MouseEvent) -> Option<Spot> {
        let (x, y) = self.local(f64::from(event.client_x()), f64::from(event.client_y()));
        self.0.view.borrow().spot(x, y)
    }

    /// A place of the page as one of the scroller.
    fn local(&self, x: f64, y: f64) -> (f64, f64) {
        let place = self.0.scroller.get_bounding_client_rect();
        (x - place.left(), y - place.top())
    }

    /// Extends the selection to the pointer, and scrolls if that is outside.
    pub(super) fn drag(&self, view: &mut View) {
        let Some(Drag::Selection(x, y)) = self.0.drag.get() else {
            return;
        };
        let (x, y) = self.local(x, y);
        let (across, down) = view.outside(x, y);
        if (across, down) != (0.0, 0.0) {
            view.scroll_by(
                across.clamp(-DRAG_SPEED, DRAG_SPEED),
                down.clamp(-DRAG_SPEED, DRAG_SPEED),
            );
            self.schedule();
        }
        if let Some(place) = view.nearest(x, y) {
            view.extend_to(place);
        }
    }
}
