//! Calls: which parameter gets which value, and what a call runs.

use std::rc::Rc;

use super::{
    Vm,
    frame::Frame,
    native::{Arguments, Body, Native},
};
use crate::{
    exception::{R, RUNTIME_ERROR, Raised, raise, type_error},
    limits, types,
    value::{Dict, Function, Shared, Value, iterator::State, object::Answer},
};

/// What became of a call.
pub(crate) enum Invoked {
    Value(Value),
    /// A frame that is on top now.
    Frame,
    /// It has to be awaited.
    Later(Value, Arguments),
}

impl Vm {
    /// Calls something and waits for what it returns.
    pub(crate) async fn call(&mut self, callee: &Value, args: Arguments) -> R<Value> {
        let base = self.frames.len();
        match self.invoke(callee.clone(), args)? {
            Invoked::Value(value) => Ok(value),
            Invoked::Frame => Ok(self.nested(base).await?.unwrap_or(Value::None)),
            Invoked::Later(callee, args) => {
                self.enter()?;
                let result = Box::pin(self.call_later(callee, args)).await;
                self.leave();
                result
            }
        }
    }

    /// Starts a call.
    pub(crate) fn invoke(&mut self, callee: Value, mut args: Arguments) -> R<Invoked> {
        limits::spend(1 + args.positional.len())?;
        match callee {
            Value::Function(function) => {
                let frame = bind(&function, args)?;
                if function.code.is_generator {
                    let state = State::Generator(Some(Box::new(frame)), function.code.name.clone());
                    return Ok(Invoked::Value(Value::iter(state)));
                }
                self.push_frame(frame)?;
                Ok(Invoked::Frame)
            }
            Value::Native(native) => match native.body {
                Body::Sync(body) => body(self, args).map(Invoked::Value),
                Body::Async(_) | Body::Action(_) => Ok(Invoked::Later(callee, args)),
                Body::OfClass(_) | Body::Property(_) => Err(no_function(native)),
            },
            Value::Method(method) => {
                args.positional.insert(0, method.this.clone());
                self.invoke(Value::Native(method.native), args)
            }
            Value::Class(class) => match &class.new {
                Some(native) => match native.body {
                    Body::Sync(body) => body(self, args).map(Invoked::Value),
                    Body::OfClass(body) => body(class, args).map(Invoked::Value),
                    Body::Async(_) | Body::Action(_) => Ok(Invoked::Later(callee, args)),
                    Body::Property(_) => Err(no_function(native)),
                },
                None => Err(type_error(format!(
                    "cannot create '{}' instances",
                    class.full_name()
                ))),
            },
            Value::Object(_) => Ok(Invoked::Later(callee, args)),
            other => Err(type_error(format!(
                "'{}' object is not callable",
                types::class_of(&other).name
            ))),
        }
    }

    /// Waits for a call that takes more than the machine.
    pub(crate) async fn call_later(&mut self, callee: Value, args: Arguments) -> R<Value> {
        match callee {
            Value::Native(native) => match native.body {
                Body::Async(body) => body(self, args).await,
                Body::Action(_) if self.is_planning => Err(planned(native)),
                Body::Action(body) => body(self, args).await,
                Body::Sync(body) => body(self, args),
                Body::OfClass(_) | Body::Property(_) => Err(no_function(native)),
            },
            Value::Class(class) => match class.new.as_ref().map(|native| native.body) {
                Some(Body::Async(body) | Body::Action(body)) => body(self, args).await,
                Some(Body::Property(_)) => Err(type_error("'property' object is not callable")),
                Some(Body::Sync(body)) => body(self, args),
                Some(Body::OfClass(body)) => body(class, args),
                None => Err(type_error(format!(
                    "cannot create '{}' instances",
                    class.full_name()
                ))),
            },
            Value::Object(object) => match object.call(self, args) {
                Answer::Now(value) => value,
                Answer::Later(value) => value.await,
            },
            other => Err(type_error(format!(
                "'{}' object is not callable",
                types::class_of(&other).name
            ))),
        }
    }
}

fn no_function(native: &Native) -> Raised {
    type_error(format!("{} is no function", native.name))
}

/// What an action says where nothing is to be run.
fn planned(native: &Native) -> Raised {
    raise(
        &RUNTIME_ERROR,
        format!(
            "{}() has Spark run something, and the cell is only planned",
            native.name
        ),
    )
}

/// A frame with the parameters in place.
#[expect(clippy::needless_range_loop, reason = "the index is that of several tables")]
fn bind(function: &Rc<Function>, args: Arguments) -> R<Frame> {
    let code = &function.code;
    let shape = &code.parameters;
    let name = &**code.name;
    let mut locals: Vec<Option<Value>> = vec![None; code.locals.len()];
    let given = args.positional.len();
    let mut rest = Vec::new();
    for (at, value) in args.positional.into_iter().enumerate() {
        if at < shape.positional {
            locals[at] = Some(value);
        } else if shape.rest {
            rest.push(value);
        } else {
            return Err(too_many(function, given));
        }
    }
    let named = shape.positional + shape.keyword_only;
    let others = Dict::new();
    for (key, value) in args.named {
        let at =
            (shape.positional_only..named).find(|&at| code.locals.get(at).is_some_and(|local| *local == key));
        match at {
            Some(at) if locals[at].is_some() => {
                return Err(type_error(format!(
                    "{name}() got multiple values for argument '{}'",
                    &**key
                )));
            }
            Some(at) => locals[at] = Some(value),
            None if shape.named_rest => {
                others.insert(Value::Str(key), value)?;
            }
            None => {
                let positional_only = code
                    .locals
                    .iter()
                    .take(shape.positional_only)
                    .any(|local| *local == key);
                return Err(type_error(match positional_only {
                    true => format!(
                        "{name}() got some positional-only arguments passed as keyword arguments: '{}'",
                        &**key
                    ),
                    false => format!("{name}() got an unexpected keyword argument '{}'", &**key),
                }));
            }
        }
    }
    let first_default = shape.positional.saturating_sub(function.defaults.len());
    let mut missing = Vec::new();
    for at in 0..shape.positional {
        if locals[at].is_none() {
            match at
                .checked_sub(first_default)
                .and_then(|at| function.defaults.get(at))
            {
                Some(default) => locals[at] = Some(default.clone()),
                None => missing.push(format!("'{}'", &**code.locals[at])),
            }
        }
    }
    if !missing.is_empty() {
        return Err(missing_arguments(name, "positional", &missing));
    }
    for at in shape.positional..named {
        if locals[at].is_none() {
            match function.keyword_defaults.get_str(&code.locals[at]) {
                Some(default) => locals[at] = Some(default),
                None => missing.push(format!("'{}'", &**code.locals[at])),
            }
        }
    }
    if !missing.is_empty() {
        return Err(missing_arguments(name, "keyword-only", &missing));
    }
    let mut at = named;
    if shape.rest {
        locals[at] = Some(Value::tuple(rest));
        at += 1;
    }
    if shape.named_rest {
        locals[at] = Some(Value::dict(others));
    }
    let mut cells: Vec<Rc<Shared>> = (0..code.own_cells).map(|_| Rc::default()).collect();
    cells.extend(function.shared.iter().cloned());
    for &(local, cell) in &code.cell_parameters {
        *cells[cell].0.borrow_mut() = locals[local].take();
    }
    Ok(Frame::new(code.clone(), locals, cells))
}

fn too_many(function: &Function, given: usize) -> crate::exception::Raised {
    let code = &function.code;
    let most = code.parameters.positional;
    let defaults = function.defaults.len();
    let takes = match (defaults, most) {
        (0, 1) => "1 positional argument".to_owned(),
        (0, most) => format!("{most} positional arguments"),
        (defaults, most) => format!(
            "from {} to {most} positional arguments",
            most - defaults.min(most)
        ),
    };
    let were = if given == 1 { "was" } else { "were" };
    type_error(format!(
        "{}() takes {takes} but {given} {were} given",
        &**code.name
    ))
}

fn missing_arguments(name: &str, kind: &str, missing: &[String]) -> crate::exception::Raised {
    let list = match missing {
        [one] => one.clone(),
        [a, b] => format!("{a} and {b}"),
        several => match several.split_last() {
            Some((last, before)) => format!("{}, and {last}", before.join(", ")),
            None => String::new(),
        },
    };
    let plural = if missing.len() == 1 { "" } else { "s" };
    type_error(format!(
        "{name}() missing {} required {kind} argument{plural}: {list}",
        missing.len()
    ))
}
