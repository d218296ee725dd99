//! What a cell's code prints, told to the user interface in pieces that are worth a message, and not without end.

use std::{cell::RefCell, rc::Rc};

use engine_api::{Event, RunId};
use spark_connect_client::platform;

use crate::core::Core;

/// Bytes of text that a run may print; a page that shows more is of no use to anyone.
const MOST: usize = 1_000_000;
/// Milliseconds between two messages.
pub(crate) const EVERY_MS: u64 = 50;

/// The text of one run. Clones write to the same.
#[derive(Clone)]
pub(crate) struct Printed(Rc<RefCell<State>>);

struct State {
    core: Rc<Core>,
    run: RunId,
    waiting: String,
    printed: usize,
    told: f64,
}

impl Printed {
    pub(crate) fn new(core: Rc<Core>, run: RunId) -> Self {
        Self(Rc::new(RefCell::new(State {
            core,
            run,
            waiting: String::new(),
            printed: 0,
            told: f64::MIN,
        })))
    }

    /// Adds text. What is beyond the most is left out, and that is said once.
    pub(crate) fn push(&self, text: &str) {
        let mut state = self.0.borrow_mut();
        if state.printed >= MOST {
            return;
        }
        let room = text.floor_char_boundary(MOST - state.printed);
        let (taken, rest) = text.split_at(room);
        state.printed += taken.len();
        state.waiting.push_str(taken);
        if !rest.is_empty() {
            state.printed = MOST;
            state
                .waiting
                .push_str("\n… the rest of what this cell prints is left out.\n");
        }
        if platform::now() - state.told > EVERY_MS as f64 {
            state.tell();
        }
    }

    /// Tells what still waits.
    pub(crate) fn flush(&self) {
        self.0.borrow_mut().tell();
    }
}

impl State {
    fn tell(&mut self) {
        if !self.waiting.is_empty() {
            self.told = platform::now();
            let text = std::mem::take(&mut self.waiting);
            self.core.emit(Event::Printed { run: self.run, text });
        }
    }
}
