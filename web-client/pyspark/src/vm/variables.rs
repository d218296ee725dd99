//! Variables and exceptions: the instructions that read, set, raise and catch.

use std::rc::Rc;

use super::Vm;
use crate::{
    builtins,
    code::Op,
    exception::{self, Exception, R, raise, type_error},
    value::Value,
};

impl Vm {
    pub(super) fn variable(&mut self, op: Op) -> R<()> {
        let frame = self.frame()?;
        let unbound = |name: &str| {
            raise(
                &exception::UNBOUND_LOCAL_ERROR,
                format!("cannot access local variable '{name}' where it is not associated with a value"),
            )
        };
        match op {
            Op::LoadLocal(at) => {
                let value = frame.locals[at as usize].clone();
                let value = value.ok_or_else(|| unbound(&frame.code.locals[at as usize]))?;
                frame.stack.push(value);
            }
            Op::StoreLocal(at) => {
                let value = frame.pop();
                let old = frame.locals[at as usize].replace(value);
                drop(old);
            }
            Op::DeleteLocal(at) => {
                let old = frame.locals[at as usize].take();
                old.ok_or_else(|| unbound(&frame.code.locals[at as usize]))?;
            }
            Op::LoadCell(at) => {
                let value = frame.cells[at as usize].0.borrow().clone();
                let free = at as usize >= frame.code.own_cells;
                let value = value.ok_or_else(|| {
                    let name = &**frame.code.cells[at as usize];
                    match free {
                        true => raise(
                            &exception::NAME_ERROR,
                            format!(
                                "cannot access free variable '{name}' where it is not associated with a value in enclosing scope"
                            ),
                        ),
                        false => unbound(name),
                    }
                })?;
                frame.stack.push(value);
            }
            Op::StoreCell(at) => {
                let value = frame.pop();
                let old = frame.cells[at as usize].0.borrow_mut().replace(value);
                drop(old);
            }
            Op::DeleteCell(at) => {
                let old = frame.cells[at as usize].0.borrow_mut().take();
                old.ok_or_else(|| unbound(&frame.code.cells[at as usize]))?;
            }
            Op::LoadGlobal(at) => {
                let name = frame.code.names[at as usize].clone();
                let value = match self.globals.get(&name) {
                    Some(value) => value.clone(),
                    None => builtins::get(&name).ok_or_else(|| {
                        raise(
                            &exception::NAME_ERROR,
                            format!("name '{}' is not defined", &**name),
                        )
                    })?,
                };
                if self.steps.is_some()
                    && let Some(frame) = crate::spark::frame_of(&value)
                {
                    self.made(&name, &frame);
                }
                self.push(value);
            }
            Op::StoreGlobal(at) => {
                let name = frame.code.names[at as usize].clone();
                let value = frame.pop();
                self.globals.insert(name, value);
            }
            Op::DeleteGlobal(at) => {
                let name = frame.code.names[at as usize].clone();
                if self.globals.remove(&name).is_none() {
                    return Err(raise(
                        &exception::NAME_ERROR,
                        format!("name '{}' is not defined", &**name),
                    ));
                }
            }
            _ => {}
        }
        Ok(())
    }

    pub(super) fn exception(&mut self, op: Op) -> R<()> {
        match op {
            Op::Raise(0) => {
                let in_hand = self.frames.iter().rev().find_map(|frame| frame.handling.last());
                Err(match in_hand {
                    Some(error) => error.clone(),
                    None => raise(&exception::RUNTIME_ERROR, "No active exception to reraise"),
                })
            }
            Op::Raise(count) => {
                let frame = self.frame()?;
                let cause = (count == 2).then(|| frame.pop());
                let error = instance(frame.pop())?;
                match cause {
                    None => {}
                    Some(Value::None) => *error.cause.borrow_mut() = None,
                    Some(cause) => {
                        let cause = instance(cause)
                            .map_err(|_| type_error("exception causes must derive from BaseException"))?;
                        if !Rc::ptr_eq(&cause, &error) {
                            *error.cause.borrow_mut() = Some(cause);
                        }
                    }
                }
                Err(error)
            }
            Op::Reraise => match self.frame()?.pop() {
                Value::Exception(error) => Err(error),
                _ => Err(raise(&exception::RUNTIME_ERROR, "No active exception to reraise")),
            },
            Op::Matches => {
                let frame = self.frame()?;
                let class = frame.pop();
                let raised = frame.peek(0);
                frame.stack.push(Value::Bool(matches(&raised, &class)?));
                Ok(())
            }
            Op::Assert(with_message) => {
                let frame = self.frame()?;
                let args = if with_message {
                    vec![frame.pop()]
                } else {
                    Vec::new()
                };
                Err(Exception::new(&exception::ASSERTION_ERROR, args))
            }
            _ => Ok(()),
        }
    }
}

/// What `raise` was given, as an exception.
fn instance(value: Value) -> R<exception::Raised> {
    match value {
        Value::Exception(error) => Ok(error),
        Value::Class(class) if class.derives(&exception::BASE_EXCEPTION) => {
            Ok(Exception::new(class, Vec::new()))
        }
        _ => Err(type_error("exceptions must derive from BaseException")),
    }
}

/// Whether an exception is of a class, or of one in a tuple.
fn matches(raised: &Value, class: &Value) -> R<bool> {
    let Value::Exception(raised) = raised else {
        return Ok(false);
    };
    match class {
        Value::Class(class) if class.derives(&exception::BASE_EXCEPTION) => Ok(raised.class.derives(class)),
        Value::Tuple(classes) => {
            for class in classes.iter() {
                if matches(&Value::Exception(raised.clone()), class)? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        _ => Err(type_error(
            "catching classes that do not inherit from BaseException is not allowed",
        )),
    }
}
