//! The machine that runs instructions.
//!
//! Calls of functions take frames on the heap, so that recursion never goes deep into the machine's own stack. What
//! must wait, for Spark or for a function that a built-in one calls back, leaves the loop of plain instructions and is
//! awaited in [`Vm::perform`].

pub(crate) mod call;
pub(crate) mod frame;
pub(crate) mod iterate;
pub(crate) mod native;
mod perform;
mod step;
mod variables;

use std::{collections::HashMap, rc::Rc};

use spark_connect_client::{DataFrame, Session};

use self::{
    frame::{End, Frame},
    perform::Wait,
};
use crate::{
    code::{Code, Place},
    exception::{self, R, Raised, raise},
    limits,
    value::{Text, Value, iterator::State},
};

/// Where printed text goes.
pub(crate) type Printer = Box<dyn FnMut(&str)>;

/// Variables, and what runs.
pub(crate) struct Vm {
    pub(crate) globals: HashMap<Rc<Text>, Value>,
    /// The value of a cell whose last statement is an expression.
    pub(crate) displayed: Option<Value>,
    pub(crate) printer: Printer,
    pub(crate) session: Option<Session>,
    /// Whether actions are refused.
    pub(crate) is_planning: bool,
    /// The DataFrames that steps have made, where someone wants to know them.
    pub(crate) steps: Option<Vec<Made>>,
    frames: Vec<Frame>,
    callbacks: usize,
}

/// A DataFrame that a step has made.
pub(crate) struct Made {
    pub(crate) place: Place,
    pub(crate) name: String,
    pub(crate) frame: DataFrame,
}

/// Why plain instructions stopped.
enum Flow {
    /// The frame that was asked for returned, or gave a value.
    Done(Value),
    /// The generator that was asked for ended.
    Ended,
    Wait(Wait),
}

impl Vm {
    pub(crate) fn new() -> Self {
        Self {
            globals: HashMap::new(),
            displayed: None,
            printer: Box::new(|_| {}),
            session: None,
            is_planning: false,
            steps: None,
            frames: Vec::new(),
            callbacks: 0,
        }
    }

    /// Runs a module.
    pub(crate) async fn module(&mut self, code: Rc<Code>) -> R<()> {
        // What a cancelled run left.
        self.frames.clear();
        self.callbacks = 0;
        self.displayed = None;
        let locals = vec![None; code.locals.len()];
        self.frames.push(Frame::new(code, locals, Vec::new()));
        self.run(0).await.map(drop)
    }

    pub(crate) fn print(&mut self, text: &str) {
        (self.printer)(text);
    }

    /// Runs until so many frames are left; none if a generator ended.
    async fn run(&mut self, base: usize) -> R<Option<Value>> {
        loop {
            let failed = match self.advance(base) {
                Ok(Flow::Done(value)) => return Ok(Some(value)),
                Ok(Flow::Ended) => return Ok(None),
                Ok(Flow::Wait(wait)) => self.perform(wait).await.err(),
                Err(error) => Some(error),
            };
            if let Some(error) = failed {
                self.unwind(error, base)?;
            }
        }
    }

    /// Where the running function is.
    pub(crate) fn place(&self) -> Option<Place> {
        self.frames.last().map(place_of)
    }

    /// Keeps a DataFrame that a step has made, if someone wants to know.
    pub(crate) fn made(&mut self, name: &str, frame: &DataFrame) {
        let place = self.place();
        if let (Some(steps), Some(place)) = (&mut self.steps, place) {
            steps.push(Made {
                place,
                name: name.to_owned(),
                frame: frame.clone(),
            });
        }
    }

    /// Finds who handles an exception, among the frames above a number.
    fn unwind(&mut self, error: Raised, base: usize) -> R<()> {
        let in_hand = self.frames.last().and_then(|frame| frame.handling.last());
        if let Some(context) = in_hand
            && !Rc::ptr_eq(context, &error)
            && error.context.borrow().is_none()
            && !leads_to(context, &error)
        {
            *error.context.borrow_mut() = Some(context.clone());
        }
        while self.frames.len() > base {
            let Some(frame) = self.frames.last_mut() else {
                break;
            };
            let mut trace = error.trace.borrow_mut();
            if trace.len() < limits::FRAMES {
                trace.push(place_of(frame));
            }
            drop(trace);
            if let Some(handler) = frame.handlers.pop() {
                limits::bury(frame.stack.drain(handler.stack..).collect());
                frame.handling.truncate(handler.handling);
                frame.stack.push(Value::Exception(error.clone()));
                frame.handling.push(error);
                frame.at = handler.target;
                return Ok(());
            }
            if let Some(frame) = self.frames.pop() {
                if let Some(generator) = &frame.generator {
                    *generator.0.borrow_mut() = State::Done;
                }
                limits::bury(frame.into_values());
            }
        }
        Err(error)
    }

    fn push_frame(&mut self, frame: Frame) -> R<()> {
        if self.frames.len() >= limits::FRAMES {
            return Err(raise(
                &exception::RECURSION_ERROR,
                "maximum recursion depth exceeded",
            ));
        }
        self.frames.push(frame);
        Ok(())
    }

    /// Leaves a value on the running function's stack.
    fn push(&mut self, value: Value) {
        if let Some(frame) = self.frames.last_mut() {
            frame.stack.push(value);
        }
    }

    /// Goes one level deeper into the machine's own stack.
    async fn nested(&mut self, base: usize) -> R<Option<Value>> {
        if let Err(error) = self.enter() {
            self.frames.truncate(base);
            return Err(error);
        }
        let result = Box::pin(self.run(base)).await;
        self.leave();
        result
    }

    /// Counts what takes the machine's own stack.
    fn enter(&mut self) -> R<()> {
        if self.callbacks >= limits::CALLBACKS {
            return Err(raise(
                &exception::RECURSION_ERROR,
                "maximum recursion depth exceeded in functions that call each other back",
            ));
        }
        self.callbacks += 1;
        Ok(())
    }

    fn leave(&mut self) {
        self.callbacks -= 1;
    }
}

fn place_of(frame: &Frame) -> Place {
    let at = frame.at.saturating_sub(1);
    Place {
        source: frame.code.source.clone(),
        range: frame.code.ranges.get(at).copied().unwrap_or_default(),
    }
}

/// Whether an exception is among the contexts of another.
fn leads_to(from: &Raised, to: &Raised) -> bool {
    let mut at = Some(from.clone());
    for _ in 0..limits::FRAMES {
        let Some(error) = at else {
            return false;
        };
        if Rc::ptr_eq(&error, to) {
            return true;
        }
        at = error.context.borrow().clone();
    }
    true
}

/// What a frame that ends tells the one below.
fn end_jump(end: Option<End>) -> Option<usize> {
    end.map(|End::Jump(target)| target)
}
