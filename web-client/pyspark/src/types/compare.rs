//! `==`, `<` and their like, and `in`.

use std::{cmp::Ordering, rc::Rc};

use num_bigint::BigInt;
use num_traits::{FromPrimitive, ToPrimitive};

use super::class_of;
use crate::{
    code::Comparison,
    exception::{R, type_error},
    limits,
    value::{Set, Value},
};

/// `a op b`. Not always a bool: columns give columns.
pub(crate) fn compare(op: Comparison, a: &Value, b: &Value) -> R<Value> {
    limits::spend(1)?;
    match op {
        Comparison::Eq => rich_equal(a, b),
        Comparison::Ne => match rich_equal_unequal(a, b)? {
            Some(value) => Ok(value),
            None => Ok(Value::Bool(!equal(a, b)?)),
        },
        _ => order(op, a, b),
    }
}

fn rich_equal(a: &Value, b: &Value) -> R<Value> {
    if let Value::Object(object) = a
        && let Some(value) = object.equals(b)?
    {
        return Ok(value);
    }
    if let Value::Object(object) = b
        && let Some(value) = object.equals(a)?
    {
        return Ok(value);
    }
    equal(a, b).map(Value::Bool)
}

/// `!=` of things whose `==` is no bool.
fn rich_equal_unequal(a: &Value, b: &Value) -> R<Option<Value>> {
    for (this, other) in [(a, b), (b, a)] {
        if let Value::Object(object) = this
            && let Some(value) = object.compare(Comparison::Ne, other)?
        {
            return Ok(Some(value));
        }
    }
    Ok(None)
}

/// Whether two values are equal. What is one and the same is.
pub(crate) fn equal(a: &Value, b: &Value) -> R<bool> {
    limits::spend(1)?;
    Ok(match (a, b) {
        (Value::Str(a), Value::Str(b)) => {
            limits::spend(a.len().min(b.len()) / 64)?;
            a == b
        }
        (Value::Bytes(a), Value::Bytes(b)) => {
            limits::spend(a.len().min(b.len()) / 64)?;
            a == b
        }
        (Value::List(x), Value::List(y)) => {
            Rc::ptr_eq(x, y) || {
                let (x, y) = (x.to_vec(), y.to_vec());
                all_equal(&x, &y)?
            }
        }
        (Value::Tuple(x), Value::Tuple(y)) => Rc::ptr_eq(x, y) || all_equal(x, y)?,
        (Value::Dict(x), Value::Dict(y)) => {
            if Rc::ptr_eq(x, y) {
                return Ok(true);
            }
            if x.len() != y.len() {
                return Ok(false);
            }
            let pairs = x.pairs();
            limits::deeper(|| {
                for (key, value) in &pairs {
                    match y.get(key)? {
                        Some(other) if same(value, &other)? => {}
                        _ => return Ok(false),
                    }
                }
                Ok(true)
            })?
        }
        (Value::Set(x), Value::Set(y)) => x.len() == y.len() && subset(x, y)?,
        (Value::Range(x), Value::Range(y)) => {
            let (a, b) = (x.len(), y.len());
            a == b && (a == 0 || x.start == y.start && (a == 1 || x.step == y.step))
        }
        (Value::Slice(x), Value::Slice(y)) => all_equal(x, y)?,
        (Value::Object(object), other) | (other, Value::Object(object)) => {
            if a.is(b) && object.equals(other)?.is_none() {
                return Ok(true);
            }
            match object.equals(other)? {
                Some(value) => super::truth(&value)?,
                None => match (a, b) {
                    (Value::Object(_), Value::Object(second)) => match second.equals(a)? {
                        Some(value) => super::truth(&value)?,
                        None => false,
                    },
                    _ => false,
                },
            }
        }
        _ => match numbers(a, b) {
            Some(ordering) => ordering == Some(Ordering::Equal),
            None => a.is(b),
        },
    })
}

/// Identity or equality: what containers ask for.
pub(crate) fn same(a: &Value, b: &Value) -> R<bool> {
    if a.is(b) && !matches!(a, Value::Int(_) | Value::Str(_)) {
        return Ok(true);
    }
    equal(a, b)
}

fn all_equal(a: &[Value], b: &[Value]) -> R<bool> {
    if a.len() != b.len() {
        return Ok(false);
    }
    limits::deeper(|| {
        for (a, b) in a.iter().zip(b) {
            if !same(a, b)? {
                return Ok(false);
            }
        }
        Ok(true)
    })
}

/// Whether all of one set are in another.
pub(crate) fn subset(a: &Set, b: &Set) -> R<bool> {
    limits::spend(a.len())?;
    let b = b.borrow();
    Ok(a.borrow().keys().all(|key| b.contains_key(key)))
}

/// How two numbers compare. `None` if one is none, `Some(None)` if one is NaN.
pub(crate) fn numbers(a: &Value, b: &Value) -> Option<Option<Ordering>> {
    let plain = |value: &Value| match value {
        Value::Bool(flag) => Value::Int((*flag).into()),
        other => other.clone(),
    };
    Some(match (plain(a), plain(b)) {
        (Value::Int(a), Value::Int(b)) => Some(a.cmp(&b)),
        (Value::Big(a), Value::Big(b)) => Some(a.cmp(&b)),
        (Value::Int(a), Value::Big(b)) => Some(BigInt::from(a).cmp(&b)),
        (Value::Big(a), Value::Int(b)) => Some((*a).cmp(&BigInt::from(b))),
        (Value::Float(a), Value::Float(b)) => a.partial_cmp(&b),
        (Value::Float(a), Value::Int(b)) => with_float(&BigInt::from(b), a).map(Ordering::reverse),
        (Value::Int(a), Value::Float(b)) => with_float(&BigInt::from(a), b),
        (Value::Float(a), Value::Big(b)) => with_float(&b, a).map(Ordering::reverse),
        (Value::Big(a), Value::Float(b)) => with_float(&a, b),
        _ => return None,
    })
}

fn with_float(a: &BigInt, b: f64) -> Option<Ordering> {
    if b.is_nan() {
        return None;
    }
    if b.is_infinite() {
        return Some(if b > 0.0 {
            Ordering::Less
        } else {
            Ordering::Greater
        });
    }
    let whole = BigInt::from_f64(b.trunc())?;
    Some(a.cmp(&whole).then_with(|| {
        let rest = b.fract();
        0.0f64.partial_cmp(&rest).unwrap_or(Ordering::Equal)
    }))
}

fn order(op: Comparison, a: &Value, b: &Value) -> R<Value> {
    if let Value::Object(object) = a
        && let Some(value) = object.compare(op, b)?
    {
        return Ok(value);
    }
    if let Value::Object(object) = b
        && let Some(value) = object.compare(mirrored(op), a)?
    {
        return Ok(value);
    }
    if let (Value::Set(x), Value::Set(y)) = (a, b) {
        return Ok(Value::Bool(match op {
            Comparison::Le => subset(x, y)?,
            Comparison::Lt => x.len() < y.len() && subset(x, y)?,
            Comparison::Ge => subset(y, x)?,
            _ => y.len() < x.len() && subset(y, x)?,
        }));
    }
    let ordering = match (a, b) {
        (Value::Str(x), Value::Str(y)) => {
            limits::spend(x.len().min(y.len()) / 64)?;
            Some(x.as_str().cmp(y.as_str()))
        }
        (Value::Bytes(x), Value::Bytes(y)) => Some(x.cmp(y)),
        (Value::List(x), Value::List(y)) => {
            let (x, y) = (x.to_vec(), y.to_vec());
            return sequences(op, &x, &y);
        }
        (Value::Tuple(x), Value::Tuple(y)) => return sequences(op, x, y),
        _ => match numbers(a, b) {
            Some(ordering) => ordering,
            None => return Err(unordered(op, a, b)),
        },
    };
    Ok(Value::Bool(holds(op, ordering)))
}

fn sequences(op: Comparison, a: &[Value], b: &[Value]) -> R<Value> {
    limits::deeper(|| {
        for (a, b) in a.iter().zip(b) {
            if !same(a, b)? {
                return compare(op, a, b);
            }
        }
        Ok(Value::Bool(holds(op, Some(a.len().cmp(&b.len())))))
    })
}

/// Whether an ordering is what is asked for.
pub(crate) fn holds(op: Comparison, ordering: Option<Ordering>) -> bool {
    let Some(ordering) = ordering else {
        return op == Comparison::Ne;
    };
    match op {
        Comparison::Eq => ordering.is_eq(),
        Comparison::Ne => ordering.is_ne(),
        Comparison::Lt => ordering.is_lt(),
        Comparison::Le => ordering.is_le(),
        Comparison::Gt => ordering.is_gt(),
        Comparison::Ge => ordering.is_ge(),
    }
}

fn mirrored(op: Comparison) -> Comparison {
    match op {
        Comparison::Lt => Comparison::Gt,
        Comparison::Le => Comparison::Ge,
        Comparison::Gt => Comparison::Lt,
        Comparison::Ge => Comparison::Le,
        same => same,
    }
}

fn unordered(op: Comparison, a: &Value, b: &Value) -> crate::exception::Raised {
    let sign = match op {
        Comparison::Lt => "<",
        Comparison::Le => "<=",
        Comparison::Gt => ">",
        _ => ">=",
    };
    type_error(format!(
        "'{sign}' not supported between instances of '{}' and '{}'",
        class_of(a).name,
        class_of(b).name
    ))
}

/// `a < b` as a bool.
pub(crate) fn less(a: &Value, b: &Value) -> R<bool> {
    super::truth(&compare(Comparison::Lt, a, b)?)
}

/// `item in container`. `None` if it takes going through the container.
pub(crate) fn contains(container: &Value, item: &Value) -> R<Option<bool>> {
    let among = |values: &[Value]| -> R<Option<bool>> {
        for value in values {
            if same(value, item)? {
                return Ok(Some(true));
            }
        }
        Ok(Some(false))
    };
    match container {
        Value::Str(text) => {
            let part = item.as_str().ok_or_else(|| {
                type_error(format!(
                    "'in <string>' requires string as left operand, not {}",
                    class_of(item).name
                ))
            })?;
            limits::spend(text.len() / 16)?;
            Ok(Some(text.contains(part)))
        }
        Value::Bytes(bytes) => match item {
            Value::Int(byte) => Ok(Some(bytes.iter().any(|&b| i64::from(b) == *byte))),
            Value::Bytes(part) => {
                limits::spend(bytes.len() * part.len().max(1) / 16)?;
                Ok(Some(
                    part.is_empty() || bytes.windows(part.len()).any(|window| window == &**part),
                ))
            }
            other => Err(type_error(format!(
                "a bytes-like object is required, not '{}'",
                class_of(other).name
            ))),
        },
        Value::List(list) => among(&list.to_vec()),
        Value::Tuple(values) => among(values),
        Value::Dict(dict) => Ok(Some(dict.get(item)?.is_some())),
        Value::Set(set) => set.contains(item).map(Some),
        Value::Range(range) => match item {
            Value::Int(_) | Value::Bool(_) => {
                let at = i128::from(super::integer(item)?) - i128::from(range.start);
                let step = i128::from(range.step);
                let len = i128::from(range.len());
                Ok(Some(at % step == 0 && at / step >= 0 && at / step < len))
            }
            Value::Float(number) if number.fract() == 0.0 => match number.to_i64() {
                Some(number) => contains(container, &Value::Int(number)),
                None => Ok(Some(false)),
            },
            _ => Ok(Some(false)),
        },
        Value::Object(object) => object.contains(item),
        _ => Ok(None),
    }
}
