//! Copies of values that can change, so that a cell that is only planned changes nothing.

use std::{collections::HashMap, rc::Rc};

use super::{Dict, Function, List, Method, Set, Shared, Value, iterator::State};
use crate::{exception::R, limits};

/// Copies values; what was one value is one value among the copies.
#[derive(Default)]
pub(crate) struct Copier {
    values: HashMap<*const u8, Value>,
    shared: HashMap<*const Shared, Rc<Shared>>,
}

impl Copier {
    /// The copy of a value. Values that cannot change are their own.
    pub(crate) fn copy(&mut self, value: &Value) -> R<Value> {
        limits::deeper(|| self.deep(value))
    }

    fn all(&mut self, values: &[Value]) -> R<Vec<Value>> {
        limits::spend(values.len())?;
        limits::check_memory()?;
        values.iter().map(|value| self.copy(value)).collect()
    }

    fn deep(&mut self, value: &Value) -> R<Value> {
        let address = match value {
            Value::List(list) => Rc::as_ptr(list).cast::<u8>(),
            Value::Dict(dict) => Rc::as_ptr(dict).cast(),
            Value::Set(set) => Rc::as_ptr(set).cast(),
            Value::Function(function) => Rc::as_ptr(function).cast(),
            Value::Tuple(values) => return self.all(values).map(Value::tuple),
            Value::Method(method) => {
                let this = self.copy(&method.this)?;
                let native = method.native;
                return Ok(Value::Method(Rc::new(Method { this, native })));
            }
            // What it has left is not known without taking it.
            Value::Iter(_) => return Ok(Value::iter(State::Done)),
            other => return Ok(other.clone()),
        };
        if let Some(known) = self.values.get(&address) {
            return Ok(known.clone());
        }
        match value {
            Value::List(list) => {
                let copy = List::new(Vec::new());
                self.values.insert(address, Value::List(copy.clone()));
                let values = self.all(&list.to_vec())?;
                copy.change(|inner| inner.extend(values));
                Ok(Value::List(copy))
            }
            Value::Dict(dict) => {
                let copy = Rc::new(Dict::new());
                self.values.insert(address, Value::Dict(copy.clone()));
                for (key, value) in dict.pairs() {
                    limits::spend(1)?;
                    copy.insert(key, self.copy(&value)?)?;
                }
                Ok(Value::Dict(copy))
            }
            Value::Set(set) => Ok(Value::set(Set::of(set.to_vec(), set.is_frozen())?)),
            Value::Function(function) => {
                let keyword_defaults = Dict::new();
                for (key, value) in function.keyword_defaults.pairs() {
                    keyword_defaults.insert(key, self.copy(&value)?)?;
                }
                let mut shared = Vec::new();
                for variable in &function.shared {
                    shared.push(self.variable(variable)?);
                }
                let copy = Value::Function(Rc::new(Function {
                    code: function.code.clone(),
                    defaults: self.all(&function.defaults)?,
                    keyword_defaults: Rc::new(keyword_defaults),
                    shared,
                }));
                self.values.insert(address, copy.clone());
                Ok(copy)
            }
            other => Ok(other.clone()),
        }
    }

    fn variable(&mut self, variable: &Rc<Shared>) -> R<Rc<Shared>> {
        if let Some(known) = self.shared.get(&Rc::as_ptr(variable)) {
            return Ok(known.clone());
        }
        let copy = Rc::new(Shared::default());
        self.shared.insert(Rc::as_ptr(variable), copy.clone());
        let held = variable.0.borrow().clone();
        if let Some(value) = held {
            let value = self.copy(&value)?;
            *copy.0.borrow_mut() = Some(value);
        }
        Ok(copy)
    }
}
