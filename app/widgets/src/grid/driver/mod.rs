//! What moves the grid: events, frames, timers and the source's answers.

mod answers;
mod pointer;

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
};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{HtmlElement, KeyboardEvent, ResizeObserver};

use super::{
    dom::{Dom, focus},
    keys::{Action, Key, action},
    selection::{Place, Selection},
    source::Source,
    view::View,
};
use pointer::Drag;

/// Scrolling rests after this many milliseconds without an event.
const REST: u32 = 140;

/// How long a confirmation stays, in milliseconds.
const CONFIRMATION: u32 = 2_500;

/// A sentence about what the user asked for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Notice {
    Done(String),
    Failed(String),
}

/// A cell or a column that is shown at length.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Opened {
    /// None for the column's statistics.
    pub(crate) row: Option<u64>,
    pub(crate) column: u32,
    /// Whether the keyboard goes to the value, as the user asked for it.
    pub(crate) focus: bool,
}

/// What the grid tells the rest of the widget.
#[derive(Clone, Copy)]
pub(crate) struct Signals {
    /// What is shown at length.
    pub(crate) open: RwSignal<Option<Opened>>,
    /// Whether the user is asked for a row to go to.
    pub(crate) asking: RwSignal<bool>,
    pub(crate) notice: RwSignal<Option<Notice>>,
    /// Tells of new statistics.
    pub(crate) summarised: RwSignal<()>,
    /// The grid's height and the height that would show every row, in px.
    pub(crate) height: RwSignal<(f64, f64)>,
}

struct Inner {
    view: RefCell<View>,
    scroller: HtmlElement,
    source: Source,
    signals: Signals,
    scheduled: Cell<bool>,
    drag: Cell<Option<Drag>>,
    /// Whether the last press was a finger's.
    touched: Cell<bool>,
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
            touched: Cell::new(false),
            rest: RefCell::new(None),
            statistics: RefCell::new(None),
            confirmation: RefCell::new(None),
            observer: RefCell::new(None),
        }));
        let weak = driver.weak();
        let resized = Closure::new(move || {
            if let Some(driver) = upgrade(&weak) {
                driver.change(View::resized);
                driver.ask_statistics_in(0);
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

    /// Puts the scroller back to where the grid is, in case the page has moved the grid to another place.
    pub(crate) fn rejoin(&self) {
        self.change(|view| {
            view.rejoin();
            Ok(())
        });
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
        if action == Action::Deselect {
            let told = self.0.signals.notice.get_untracked().is_some();
            if !told && self.0.view.borrow().selection.is_none_or(|s| s.is_one()) {
                // Escape may mean something to the page.
                return;
            }
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
            Action::Deselect => {
                self.0.signals.notice.set(None);
                self.change(|view| {
                    view.selection = None;
                    Ok(())
                });
            }
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
        let Place { row, column } = place;
        if let Some(column) = column {
            self.0.signals.open.set(Some(Opened { row, column, focus }));
        }
    }

    /// What is shown at length is what the focus is on.
    fn follow(&self) {
        if self.0.signals.open.get_untracked().is_some() {
            let place = self.0.view.borrow().focus();
            self.open(place, false);
        }
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

    /// Brings the page to what the state says, and asks the source for what is missing.
    pub(crate) fn frame(&self) {
        let (shown, height) = {
            let view = &mut *self.0.view.borrow_mut();
            self.drag(view);
            (view.show(), (view.scroller_height(), view.full_height()))
        };
        if let Err(e) = shown {
            error!("{e:?}");
        }
        if self.0.signals.height.get_untracked() != height {
            self.0.signals.height.set(height);
        }
        self.ask_window();
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
