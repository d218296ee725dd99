//! `value.name`: methods and the few attributes that Python's own types have.

use std::rc::Rc;

use super::class_of;
use crate::{
    exception::{R, attribute_error},
    value::{Method, Value},
};

/// The attribute, or none.
pub(crate) fn get(value: &Value, name: &str) -> R<Option<Value>> {
    if let Some(found) = own(value, name)? {
        return Ok(Some(found));
    }
    Ok(class_of(value).method(name).map(|native| {
        Value::Method(Rc::new(Method {
            this: value.clone(),
            native,
        }))
    }))
}

fn own(value: &Value, name: &str) -> R<Option<Value>> {
    Ok(Some(match (value, name) {
        (_, "__class__") => Value::Class(class_of(value)),
        (Value::Class(class), "__name__" | "__qualname__") => Value::text(class.name),
        (Value::Class(class), "__module__") => Value::text(match class.module {
            "" => "builtins",
            module => module,
        }),
        (Value::Class(class), name) => {
            if let Some(constant) = (class.constant)(name) {
                return Ok(Some(constant));
            }
            let mut at = Some(*class);
            while let Some(class) = at {
                if let Some(native) = class.statics.iter().find(|native| native.name == name) {
                    return Ok(Some(Value::Native(native)));
                }
                at = class.base;
            }
            return Ok(class.method(name).map(Value::Native));
        }
        (Value::Function(function), "__name__" | "__qualname__") => Value::Str(function.code.name.clone()),
        (Value::Function(_), "__doc__") => Value::None,
        (Value::Native(native), "__name__" | "__qualname__") => Value::text(native.name),
        (Value::Method(method), "__name__") => Value::text(method.native.name),
        (Value::Method(method), "__self__") => method.this.clone(),
        (Value::Exception(exception), "args") => Value::tuple(exception.args.borrow().clone()),
        (Value::Exception(exception), "__cause__" | "__context__") => {
            let linked = match name {
                "__cause__" => exception.cause.borrow().clone(),
                _ => exception.context.borrow().clone(),
            };
            linked.map_or(Value::None, Value::Exception)
        }
        (Value::Exception(exception), "value") if exception.class.name == "StopIteration" => {
            exception.args.borrow().first().cloned().unwrap_or(Value::None)
        }
        (Value::Module(module), name) => return Ok(module.get(name)),
        (Value::Slice(parts), "start") => parts[0].clone(),
        (Value::Slice(parts), "stop") => parts[1].clone(),
        (Value::Slice(parts), "step") => parts[2].clone(),
        (Value::Range(range), "start") => Value::Int(range.start),
        (Value::Range(range), "stop") => Value::Int(range.stop),
        (Value::Range(range), "step") => Value::Int(range.step),
        (Value::Int(_) | Value::Big(_), "real" | "numerator") => value.clone(),
        (Value::Bool(flag), "real" | "numerator") => Value::Int((*flag).into()),
        (Value::Int(_) | Value::Big(_) | Value::Bool(_), "imag") => Value::Int(0),
        (Value::Int(_) | Value::Big(_) | Value::Bool(_), "denominator") => Value::Int(1),
        (Value::Float(_), "real") => value.clone(),
        (Value::Float(_), "imag") => Value::Float(0.0),
        _ => return Ok(None),
    }))
}

/// What Python says about an attribute that is not there.
pub(crate) fn missing(value: &Value, name: &str) -> crate::exception::Raised {
    attribute_error(match value {
        Value::Class(class) => format!("type object '{}' has no attribute '{name}'", class.name),
        Value::Module(module) => format!("module '{}' has no attribute '{name}'", module.name),
        other => format!("'{}' object has no attribute '{name}'", class_of(other).name),
    })
}

/// What `dir` lists, in no order.
pub(crate) fn names(value: &Value) -> Vec<String> {
    let class = match value {
        Value::Module(module) => return (module.names)().into_iter().map(str::to_owned).collect(),
        Value::Class(class) => class,
        other => class_of(other),
    };
    let mut names = match value {
        Value::Object(object) => object.names(),
        _ => Vec::new(),
    };
    let mut at = Some(class);
    while let Some(class) = at {
        let methods = class.methods.iter().chain(class.statics);
        names.extend(methods.map(|native| native.name.to_owned()));
        at = class.base;
    }
    names
}
