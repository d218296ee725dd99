//! What moves the grid: events, frames, timers and the source's answers.

use std::{
    cell::{Cell, RefCell},
    rc::{Rc, Weak},
    sync::Arc,
};

use engine_api::Column;
use gloo_timers::callback::Timeout;
use leptos::{
    logging::error,
    prelude::{GetUntracked, RwSignal, Set, request_animation_frame},
    task::spawn_local,
};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{HtmlElement, KeyboardEvent, MouseEvent, PointerEvent, ResizeObserver};

use super::{
    clipboard,
    dom::{Dom, focus},
    keys::{Action, Key, action},
    selection::{Place, Selection},
    source::Source,
    view::{Spot, View},
};
use crate::format::counted;

/// Scrolling rests after this many milliseconds without an event.
const REST: u32 = 140;

/// How long a confirmation stays, in milliseconds.
const CONFIRMATION: u32 = 2_500;

/// The largest number of px that a selection's drag scrolls in one frame.
const DRAG_SPEED: f64 = 60.0;

/// A sentence about what the user asked for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Notice {
    Done(String),
    Failed(String),
}

/// A cell that is shown at length.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Opened {
    pub(crate) row: u64,
    pub(crate) column: u32,
    /// Whether the keyboard goes to the value, as the user asked for it.
    pub(crate) focus: bool,
}

/// What the grid tells the rest of the widget.
#[derive(Clone, Copy)]
pub(crate) struct Signals {
    /// The cell that is shown at length.
    pub(crate) open: RwSignal<Option<Opened>>,
    /// Whether the user is asked for a row to go to.
    pub(crate) asking: RwSignal<bool>,
    pub(crate) notice: RwSignal<Option<Notice>>,
    /// The grid's height and the height that would show every row, in px.
    pub(crate) height: RwSignal<(f64, f64)>,
}

/// What the pointer drags.
#[derive(Clone, Copy)]
enum Drag {
    /// The end of the selection, to a place in px of the page.
    Selection(f64, f64),
    /// The edge of a column, which had a width when the pointer was somewhere.
    Edge { column: u32, from: f64, width: f64 },
}

struct Inner {
    view: RefCell<View>,
    scroller: HtmlElement,
    source: Source,
    signals: Signals,
    scheduled: Cell<bool>,
    drag: Cell<Option<Drag>>,
    rest: RefCell<Option<Timeout>>,
    statistics: RefCell<Option<Timeout>>,
    confirmation: RefCell<Option<Timeout>>,
    observer: RefCell<Option<Observer>>,
}

/// Watches the scroller's size as long as it lives.
struct Observer {
    observer: ResizeObserver,
    _callback: Closure<dyn FnMut()>,
}

impl Drop for Observer {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

/// The grid at work.
#[derive(Clone)]
pub(crate) struct Driver(Rc<Inner>);

impl Driver {
    pub(crate) fn new(
        scroller: HtmlElement,
        columns: Arc<[Column]>,
        source: Source,
        signals: Signals,
    ) -> Dom<Self> {
        let view = View::new(scroller.clone(), columns)?;
        let driver = Self(Rc::new(Inner {
            view: RefCell::new(view),
            scroller,
            source,
            signals,
            scheduled: Cell::new(false),
            drag: Cell::new(None),
            rest: RefCell::new(None),
            statistics: RefCell::new(None),
            confirmation: RefCell::new(None),
            observer: RefCell::new(None),
        }));
        let weak = driver.weak();
        let resized = Closure::new(move || {
            if let Some(driver) = upgrade(&weak) {
                driver.change(View::resized);
            }
        });
        let observer = ResizeObserver::new(resized.as_ref().unchecked_ref())?;
        observer.observe(&driver.0.scroller);
        driver.0.observer.replace(Some(Observer {
            observer,
            _callback: resized,
        }));
        Ok(driver)
    }

    /// Takes the number of rows so far, and whether that is all.
    pub(crate) fn rows(&self, rows: u64, complete: bool) {
        self.change(|view| {
            view.rows = rows;
            view.complete = complete;
            Ok(())
        });
        let wait = if complete {
            0.0
        } else {
            self.0.view.borrow().summaries.wait(now())
        };
        if complete || self.0.statistics.borrow().is_none() {
            self.ask_statistics_in(wait as u32);
        }
    }

    pub(crate) fn scrolled(&self) {
        self.change(|view| {
            view.scrolled();
            Ok(())
        });
        self.0.rest.replace(Some(self.timeout(REST, |driver| {
            driver.change(|view| {
                view.rest();
                Ok(())
            });
            driver.ask_statistics_in(0);
        })));
    }

    /// Acts on a key; the browser then does nothing about it.
    pub(crate) fn key(&self, event: &KeyboardEvent) {
        let key = event.key();
        let key = Key {
            key: &key,
            control: event.ctrl_key() || event.meta_key(),
            shift: event.shift_key(),
            alt: event.alt_key(),
        };
        let place = self.0.view.borrow().focus();
        let Some(action) = action(key, place) else { return };
        if action == Action::Deselect && self.0.view.borrow().selection.is_none_or(|s| s.is_one()) {
            // Escape may mean something to the page.
            return;
        }
        event.prevent_default();
        event.stop_propagation();
        self.act(action, place);
    }

    fn act(&self, action: Action, place: Place) {
        match action {
            Action::Move(motion) => {
                self.change(|view| view.step(motion));
                self.follow();
            }
            Action::Extend(motion) => self.change(|view| view.extend(motion)),
            Action::Select => self.select(Selection::at(place)),
            Action::SelectRows => self.reselect(Selection::whole_rows),
            Action::SelectColumns => self.reselect(Selection::whole_columns),
            Action::SelectAll => self.select(Selection::all()),
            Action::Deselect => self.change(|view| {
                view.selection = None;
                Ok(())
            }),
            Action::Copy { header } => self.copy(header),
            Action::Open => self.open(place, true),
            Action::GoToRow => self.0.signals.asking.set(true),
            Action::Widen(by) => self.change(|view| match place.column {
                Some(column) => view.set_width(column, Some(view.widths.width(column) + by)),
                None => Ok(()),
            }),
        }
    }

    fn select(&self, selection: Selection) {
        self.change(|view| {
            view.selection = Some(selection);
            Ok(())
        });
    }

    fn reselect(&self, change: impl FnOnce(Selection) -> Selection) {
        self.change(|view| {
            let selection = view.selection.unwrap_or_else(|| Selection::at(view.focus()));
            view.selection = Some(change(selection));
            Ok(())
        });
    }

    /// A mouse or pen selects or resizes; a finger scrolls, and selects by a tap.
    pub(crate) fn pointer_down(&self, event: &PointerEvent) {
        if event.button() != 0 || event.pointer_type() == "touch" {
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

    pub(crate) fn click(&self, event: &MouseEvent) {
        let touched = event
            .dyn_ref::<PointerEvent>()
            .is_some_and(|e| e.pointer_type() == "touch");
        if let (true, Some(Spot::Place(place))) = (touched, self.spot(event)) {
            self.press(place, event.shift_key());
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
        self.0.view.borrow().spot(x, y, false)
    }

    /// A place of the page as one of the scroller.
    fn local(&self, x: f64, y: f64) -> (f64, f64) {
        let place = self.0.scroller.get_bounding_client_rect();
        (x - place.left(), y - place.top())
    }

    /// Extends the selection to the pointer, and scrolls if that is outside.
    fn drag(&self, view: &mut View) {
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
        if let Some(Spot::Place(place)) = view.spot(x, y, true) {
            view.extend_to(place);
        }
    }

    /// Goes to a row, from 0; beyond the last one, to that.
    pub(crate) fn go_to_row(&self, row: u64) {
        self.change(|view| {
            let row = row.min(view.rows.saturating_sub(1));
            let column = view.focus().column.or(Some(0));
            view.selection = None;
            view.move_to(Place {
                row: Some(row),
                column,
            })
        });
        self.take_focus();
    }

    /// Gives the grid the keyboard.
    pub(crate) fn take_focus(&self) {
        if let Err(e) = focus(&self.0.scroller) {
            error!("{e:?}");
        }
        self.schedule();
    }

    /// The height that the user wants, in px; none for the usual one.
    pub(crate) fn set_height(&self, height: Option<f64>) {
        self.change(|view| {
            view.set_height(height);
            Ok(())
        });
    }

    fn open(&self, place: Place, focus: bool) {
        if let Place {
            row: Some(row),
            column: Some(column),
        } = place
        {
            self.0.signals.open.set(Some(Opened { row, column, focus }));
        }
    }

    /// The value that is shown at length is that of the focused cell.
    fn follow(&self) {
        if self.0.signals.open.get_untracked().is_some() {
            let place = self.0.view.borrow().focus();
            self.open(place, false);
        }
    }

    fn copy(&self, header: bool) {
        let area = self.0.view.borrow().selected();
        let columns = area.columns.len() as u64;
        let done = match (area.rows.end - area.rows.start, columns) {
            (0, _) | (_, 0) => return,
            (1, 1) => "Copied".to_string(),
            (rows, columns) => format!("Copied {}, {}", counted(rows, "row"), counted(columns, "column")),
        };
        self.0.signals.notice.set(None);
        let text = (self.0.source.copy)(area.rows, area.columns, header);
        let weak = self.weak();
        spawn_local(async move {
            let outcome = clipboard::write(async move { text.await.map_err(|e| e.message) }).await;
            if let Some(driver) = upgrade(&weak) {
                driver.notify(outcome.map_or_else(Notice::Failed, |()| Notice::Done(done)));
            }
        });
    }

    /// Shows a sentence; confirmations go by themselves.
    pub(crate) fn notify(&self, notice: Notice) {
        let passing = matches!(notice, Notice::Done(_));
        self.0.signals.notice.set(Some(notice));
        self.0
            .confirmation
            .replace(passing.then(|| self.timeout(CONFIRMATION, |driver| driver.0.signals.notice.set(None))));
    }

    fn change(&self, change: impl FnOnce(&mut View) -> Dom<()>) {
        if let Err(e) = change(&mut self.0.view.borrow_mut()) {
            error!("{e:?}");
        }
        self.schedule();
    }

    fn schedule(&self) {
        if !self.0.scheduled.replace(true) {
            let weak = self.weak();
            request_animation_frame(move || {
                if let Some(driver) = upgrade(&weak) {
                    driver.0.scheduled.set(false);
                    driver.frame();
                }
            });
        }
    }

    fn frame(&self) {
        let (shown, asked) = {
            let view = &mut *self.0.view.borrow_mut();
            self.drag(view);
            let shown = view.show();
            let height = (view.scroller_height(), view.full_height());
            if self.0.signals.height.get_untracked() != height {
                self.0.signals.height.set(height);
            }
            let (visible, whole) = (view.visible(), view.whole());
            (shown, view.loader.ask(&visible, &whole))
        };
        if let Err(e) = shown {
            error!("{e:?}");
        }
        if let Some(area) = asked {
            let answer = (self.0.source.window)(area.rows, area.columns);
            let weak = self.weak();
            spawn_local(async move {
                let window = answer.await;
                let Some(driver) = upgrade(&weak) else { return };
                if window.is_none() {
                    driver.notify(Notice::Failed(
                        "These rows are no longer held. Run the cell again.".into(),
                    ));
                }
                driver.change(|view| view.take_window(window));
            });
        }
    }

    fn ask_statistics_in(&self, milliseconds: u32) {
        let timeout = self.timeout(milliseconds, |driver| {
            driver.0.statistics.take();
            driver.ask_statistics();
        });
        self.0.statistics.replace(Some(timeout));
    }

    fn ask_statistics(&self) {
        let asked = {
            let view = &mut *self.0.view.borrow_mut();
            let (seen, rows, complete) = (view.seen(), view.rows, view.complete);
            view.summaries.ask(seen, rows, complete, now())
        };
        let Some(columns) = asked else { return };
        let answer = (self.0.source.statistics)(columns);
        let weak = self.weak();
        spawn_local(async move {
            let statistics = answer.await;
            let Some(driver) = upgrade(&weak) else { return };
            driver.change(|view| {
                view.summaries.answer(statistics);
                Ok(())
            });
            // Other columns may have come into view, other rows have arrived.
            let wait = driver.0.view.borrow().summaries.wait(now());
            driver.ask_statistics_in(wait as u32);
        });
    }

    fn timeout(&self, milliseconds: u32, then: impl FnOnce(&Self) + 'static) -> Timeout {
        let weak = self.weak();
        Timeout::new(milliseconds, move || {
            if let Some(driver) = upgrade(&weak) {
                then(&driver);
            }
        })
    }

    fn weak(&self) -> Weak<Inner> {
        Rc::downgrade(&self.0)
    }
}

fn upgrade(weak: &Weak<Inner>) -> Option<Driver> {
    weak.upgrade().map(Driver)
}

fn now() -> f64 {
    js_sys::Date::now()
}
