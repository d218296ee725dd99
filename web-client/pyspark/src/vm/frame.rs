//! A function that is running, or a generator that waits.

use std::rc::Rc;

use crate::{
    code::Code,
    exception::Raised,
    value::{Iter, Shared, Value},
};

/// Where to go on when something is raised.
#[derive(Debug)]
pub(crate) struct Handler {
    pub(crate) target: usize,
    pub(crate) stack: usize,
    /// Exceptions being handled at that time.
    pub(crate) handling: usize,
}

#[derive(Debug)]
pub(crate) struct Frame {
    pub(crate) code: Rc<Code>,
    /// The next instruction.
    pub(crate) at: usize,
    pub(crate) stack: Vec<Value>,
    pub(crate) locals: Vec<Option<Value>>,
    pub(crate) cells: Vec<Rc<Shared>>,
    pub(crate) handlers: Vec<Handler>,
    /// Exceptions that handlers have in hand.
    pub(crate) handling: Vec<Raised>,
    /// The generator whose frame it is.
    pub(crate) generator: Option<Rc<Iter>>,
    /// Where a generator that is asked for a value by `for` goes when it ends; as a call, it raises.
    pub(crate) end: Option<End>,
}

/// What becomes of a frame's end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// The frame below goes on at an instruction.
    Jump(usize),
}

impl Frame {
    pub(crate) fn new(code: Rc<Code>, locals: Vec<Option<Value>>, cells: Vec<Rc<Shared>>) -> Self {
        Self {
            code,
            at: 0,
            stack: Vec::new(),
            locals,
            cells,
            handlers: Vec::new(),
            handling: Vec::new(),
            generator: None,
            end: None,
        }
    }

    /// What it holds.
    pub(crate) fn into_values(self) -> Vec<Value> {
        let mut values = self.stack;
        values.extend(self.locals.into_iter().flatten());
        values.extend(self.handling.into_iter().map(Value::Exception));
        values
    }
}
