//! `value[item]`: reading, setting, deleting, slices.

use std::rc::Rc;

use super::{class_of, index};
use crate::{
    exception::{self, R, raise, type_error, value_error},
    limits,
    value::{Range, Text, Tuple, Value},
};

/// Where a slice begins and ends in something of a length, and its step.
pub(crate) fn bounds(slice: &Tuple, len: usize) -> R<(i64, i64, i64)> {
    let part = |at: usize| match slice.get(at) {
        None | Some(Value::None) => Ok(None),
        Some(value) => match value {
            Value::Int(_) | Value::Bool(_) | Value::Big(_) => index(value, "").map(Some),
            _ => Err(type_error(
                "slice indices must be integers or None or have an __index__ method",
            )),
        },
    };
    let len = len as i64;
    let step = part(2)?.unwrap_or(1);
    if step == 0 {
        return Err(value_error("slice step cannot be zero"));
    }
    let (lowest, highest) = if step > 0 { (0, len) } else { (-1, len - 1) };
    let clamp = |value: i64| match value < 0 {
        true => value.saturating_add(len).max(lowest),
        false => value.min(highest),
    };
    let start = part(0)?.map_or(if step > 0 { lowest } else { highest }, clamp);
    let stop = part(1)?.map_or(if step > 0 { highest } else { lowest }, clamp);
    Ok((start, stop, step))
}

/// The places that a slice names.
fn places(slice: &Tuple, len: usize) -> R<Vec<usize>> {
    let (start, stop, step) = bounds(slice, len)?;
    let range = Range { start, stop, step };
    let count = range.len();
    limits::reserve(usize::try_from(count).unwrap_or(usize::MAX).saturating_mul(8))?;
    Ok((0..count)
        .filter_map(|at| match range.at(at) {
            Value::Int(place) => usize::try_from(place).ok(),
            _ => None,
        })
        .collect())
}

fn sliced(values: &[Value], slice: &Tuple) -> R<Vec<Value>> {
    Ok(places(slice, values.len())?
        .into_iter()
        .filter_map(|at| values.get(at).cloned())
        .collect())
}

fn place(at: i64, len: usize, what: &str) -> R<usize> {
    let at = if at < 0 { at.saturating_add(len as i64) } else { at };
    usize::try_from(at)
        .ok()
        .filter(|at| *at < len)
        .ok_or_else(|| raise(&exception::INDEX_ERROR, format!("{what} out of range")))
}

/// The character at a place.
fn character(text: &Text, at: usize) -> R<String> {
    if text.is_ascii() {
        return Ok(text.get(at..=at).unwrap_or_default().to_owned());
    }
    limits::spend(at / 16)?;
    Ok(text.chars().nth(at).map(String::from).unwrap_or_default())
}

/// A slice of a text.
fn slice_text(text: &Text, slice: &Tuple) -> R<String> {
    let (start, stop, step) = bounds(slice, text.characters())?;
    if step == 1 {
        limits::reserve(text.len())?;
        let (start, stop) = (
            usize::try_from(start).unwrap_or(0),
            usize::try_from(stop).unwrap_or(0),
        );
        let count = stop.saturating_sub(start);
        return Ok(match text.is_ascii() {
            true => text.get(start..start + count).unwrap_or_default().to_owned(),
            false => text.chars().skip(start).take(count).collect(),
        });
    }
    limits::reserve(text.characters().saturating_mul(4))?;
    let characters: Vec<char> = text.chars().collect();
    Ok(places(slice, characters.len())?
        .into_iter()
        .filter_map(|at| characters.get(at))
        .collect())
}

/// `value[item]` of Python's own types.
pub(crate) fn get(value: &Value, item: &Value) -> R<Value> {
    Ok(match (value, item) {
        (Value::List(list), Value::Slice(slice)) => {
            let values = list.to_vec();
            Value::list(sliced(&values, slice)?)
        }
        (Value::Tuple(values), Value::Slice(slice)) => Value::tuple(sliced(values, slice)?),
        (Value::Str(text), Value::Slice(slice)) => Value::text(slice_text(text, slice)?),
        (Value::Bytes(bytes), Value::Slice(slice)) => {
            let places = places(slice, bytes.len())?;
            Value::Bytes(
                places
                    .into_iter()
                    .filter_map(|at| bytes.get(at).copied())
                    .collect(),
            )
        }
        (Value::Range(range), Value::Slice(slice)) => {
            let (start, stop, step) = bounds(slice, super::len(value)?)?;
            let at = |place: i64| range.start.saturating_add(place.saturating_mul(range.step));
            Value::Range(Rc::new(Range {
                start: at(start),
                stop: at(stop),
                step: range.step.saturating_mul(step),
            }))
        }
        (Value::List(list), _) => {
            let at = index(item, "list indices")?;
            let values = list.borrow();
            let at = place(at, values.len(), "list index")?;
            values[at].clone()
        }
        (Value::Tuple(values), _) => {
            let at = place(index(item, "tuple indices")?, values.len(), "tuple index")?;
            values[at].clone()
        }
        (Value::Str(text), _) => {
            let at = index(item, "string indices")?;
            Value::text(character(text, place(at, text.characters(), "string index")?)?)
        }
        (Value::Bytes(bytes), _) => {
            let at = place(index(item, "byte indices")?, bytes.len(), "index")?;
            Value::Int(bytes[at].into())
        }
        (Value::Range(range), _) => {
            let at = place(
                index(item, "range indices")?,
                super::len(value)?,
                "range object index",
            )?;
            range.at(at as u64)
        }
        (Value::Dict(dict), key) => dict
            .get(key)?
            .ok_or_else(|| exception::Exception::new(&exception::KEY_ERROR, vec![key.clone()]))?,
        // Types with parameters, as annotations write them.
        (Value::Class(_), _) => value.clone(),
        _ => {
            return Err(type_error(format!(
                "'{}' object is not subscriptable",
                class_of(value).name
            )));
        }
    })
}

/// `value[item] = new`. What a slice is set to has been gone through.
pub(crate) fn set(value: &Value, item: &Value, new: Value) -> R<()> {
    match (value, item) {
        (Value::List(list), Value::Slice(slice)) => {
            let Value::List(new) = new else {
                return Err(type_error("can only assign an iterable"));
            };
            let new = new.to_vec();
            let len = list.borrow().len();
            limits::spend(len)?;
            let (start, stop, step) = bounds(slice, len)?;
            if step == 1 {
                let start = usize::try_from(start).unwrap_or(0);
                let stop = usize::try_from(stop).unwrap_or(0).max(start);
                let old = list.change(|values| values.splice(start..stop, new).collect());
                limits::bury(old);
                return Ok(());
            }
            let places = places(slice, len)?;
            if places.len() != new.len() {
                return Err(value_error(format!(
                    "attempt to assign sequence of size {} to extended slice of size {}",
                    new.len(),
                    places.len()
                )));
            }
            list.change(|values| {
                for (at, value) in places.into_iter().zip(new) {
                    values[at] = value;
                }
            });
            Ok(())
        }
        (Value::List(list), _) => {
            let at = index(item, "list indices")?;
            let at = place(at, list.borrow().len(), "list assignment index")?;
            let old = list.change(|values| std::mem::replace(&mut values[at], new));
            drop(old);
            Ok(())
        }
        (Value::Dict(dict), key) => dict.insert(key.clone(), new).map(drop),
        (Value::Object(object), _) => object.set_item(item, new),
        _ => Err(type_error(format!(
            "'{}' object does not support item assignment",
            class_of(value).name
        ))),
    }
}

/// `del value[item]`.
pub(crate) fn delete(value: &Value, item: &Value) -> R<()> {
    match (value, item) {
        (Value::List(list), Value::Slice(slice)) => {
            let mut places = places(slice, list.borrow().len())?;
            places.sort_unstable();
            limits::spend(list.borrow().len())?;
            let gone: std::collections::HashSet<usize> = places.into_iter().collect();
            let old = list.to_vec();
            let kept = old.iter().enumerate().filter(|(at, _)| !gone.contains(at));
            let kept = kept.map(|(_, value)| value.clone()).collect();
            list.change(|values| **values = kept);
            Ok(())
        }
        (Value::List(list), _) => {
            let at = index(item, "list indices")?;
            let at = place(at, list.borrow().len(), "list assignment index")?;
            limits::spend(list.borrow().len() / 64)?;
            drop(list.change(|values| values.remove(at)));
            Ok(())
        }
        (Value::Dict(dict), key) => match dict.remove(key)? {
            Some(_) => Ok(()),
            None => Err(exception::Exception::new(
                &exception::KEY_ERROR,
                vec![key.clone()],
            )),
        },
        _ => Err(type_error(format!(
            "'{}' object doesn't support item deletion",
            class_of(value).name
        ))),
    }
}
