//! Functions that cells define, methods with their instance, and variables that functions share.

use std::{cell::RefCell, rc::Rc};

use super::{Dict, Value};
use crate::{code::Code, limits, vm::native::Native};

/// A variable that functions share.
#[derive(Debug, Default)]
pub(crate) struct Shared(pub(crate) RefCell<Option<Value>>);

impl Drop for Shared {
    fn drop(&mut self) {
        limits::bury(self.0.get_mut().take().into_iter().collect());
    }
}

/// A function of a cell.
#[derive(Debug)]
pub(crate) struct Function {
    pub(crate) code: Rc<Code>,
    /// Of the last positional parameters.
    pub(crate) defaults: Vec<Value>,
    /// Of keyword-only parameters.
    pub(crate) keyword_defaults: Rc<Dict>,
    pub(crate) shared: Vec<Rc<Shared>>,
}

impl Drop for Function {
    fn drop(&mut self) {
        limits::bury(std::mem::take(&mut self.defaults));
    }
}

/// A built-in method with its instance.
#[derive(Debug)]
pub(crate) struct Method {
    pub(crate) this: Value,
    pub(crate) native: &'static Native,
}

impl Drop for Method {
    fn drop(&mut self) {
        limits::bury(vec![std::mem::replace(&mut self.this, Value::None)]);
    }
}
