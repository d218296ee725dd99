//! What goes through values one by one.

use std::{cell::RefCell, rc::Rc};

use num_bigint::BigInt;

use super::{Dict, List, Range, Set, Text, Tuple, Value};
use crate::{
    class::Class,
    exception::{self, R},
    limits, types,
    vm::frame::Frame,
};

/// An iterator.
#[derive(Debug)]
pub(crate) struct Iter(pub(crate) RefCell<State>);

/// Which part of a dict's entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Keys,
    Values,
    Items,
}

/// Where an iterator is.
#[derive(Debug)]
pub(crate) enum State {
    Done,
    List(Rc<List>, usize),
    /// From the back; how many are left.
    Reversed(Rc<List>, usize),
    Tuple(Rc<Tuple>, usize),
    /// The next character's place in bytes.
    Str(Rc<Text>, usize),
    Bytes(Rc<[u8]>, usize),
    Range(Rc<Range>, u64),
    /// The next entry, and how many there must be.
    Dict(Rc<Dict>, usize, usize, Part),
    Set(Rc<Set>, usize, usize),
    Owned(Vec<Value>, usize),
    Enumerate(Value, BigInt),
    /// Iterators; whether all must end together.
    Zip(Vec<Value>, bool),
    Map(Value, Vec<Value>),
    Starmap(Value, Value),
    /// The function may be None.
    Filter(Value, Value),
    FilterFalse(Value, Value),
    TakeWhile(Value, Value),
    /// Whether it is through with dropping.
    DropWhile(Value, Value, bool),
    /// The iterator that it is in, and one over the rest.
    Chain(Value, Value),
    /// How many to skip before the next, how many of the source are left, the step.
    Islice(Value, usize, Option<usize>, usize),
    Count(Value, Value),
    Repeat(Value, Option<usize>),
    /// The source until it ends, what it gave, and where it is in that.
    Cycle(Option<Value>, Rc<List>, usize),
    /// Source, function, what has come together.
    Accumulate(Value, Value, Option<Value>),
    /// A function until it returns a value.
    Until(Value, Value),
    /// A generator that waits; none while it runs.
    Generator(Option<Box<Frame>>, Rc<Text>),
}

/// What an iterator gives without running anything.
pub(crate) enum Step {
    Value(Value),
    Done,
    /// It takes the machine: see [`crate::vm::iterate`].
    Run,
}

impl Iter {
    /// Goes on, if that runs no function.
    pub(crate) fn step(&self) -> R<Step> {
        let mut state = self.0.borrow_mut();
        let next = match &mut *state {
            State::Done => None,
            State::List(list, at) => list.borrow().get(*at).cloned().inspect(|_| *at += 1),
            State::Reversed(list, left) => {
                let next = left.checked_sub(1).and_then(|at| list.borrow().get(at).cloned());
                *left = left.saturating_sub(1);
                next
            }
            State::Tuple(values, at) => values.get(*at).cloned().inspect(|_| *at += 1),
            State::Owned(values, at) => values.get(*at).cloned().inspect(|_| *at += 1),
            State::Str(text, at) => text
                .get(*at..)
                .and_then(|rest| rest.chars().next())
                .map(|character| {
                    *at += character.len_utf8();
                    Value::text(character)
                }),
            State::Bytes(bytes, at) => bytes.get(*at).map(|&byte| {
                *at += 1;
                Value::Int(byte.into())
            }),
            State::Range(range, at) => (*at < range.len()).then(|| {
                *at += 1;
                range.at(*at - 1)
            }),
            State::Dict(dict, at, len, part) => {
                let entries = dict.borrow();
                if entries.len() != *len {
                    return Err(changed("dictionary"));
                }
                entries.get_index(*at).map(|(_, (key, value))| {
                    *at += 1;
                    match part {
                        Part::Keys => key.clone(),
                        Part::Values => value.clone(),
                        Part::Items => Value::tuple(vec![key.clone(), value.clone()]),
                    }
                })
            }
            State::Set(set, at, len) => {
                let items = set.borrow();
                if items.len() != *len {
                    return Err(changed("Set"));
                }
                items.get_index(*at).map(|(_, value)| {
                    *at += 1;
                    value.clone()
                })
            }
            State::Repeat(value, left) => match left {
                Some(0) => None,
                Some(left) => {
                    *left -= 1;
                    Some(value.clone())
                }
                None => Some(value.clone()),
            },
            _ => return Ok(Step::Run),
        };
        Ok(match next {
            Some(value) => Step::Value(value),
            None => {
                let ended = std::mem::replace(&mut *state, State::Done);
                drop(state);
                drop(ended);
                Step::Done
            }
        })
    }

    /// Its type's name.
    pub(crate) fn class(&self) -> &'static Class {
        static CLASSES: [Class; 15] = [
            Class::named("list_iterator", ""),
            Class::named("list_reverseiterator", ""),
            Class::named("tuple_iterator", ""),
            Class::named("str_iterator", ""),
            Class::named("bytes_iterator", ""),
            Class::named("range_iterator", ""),
            Class::named("dict_keyiterator", ""),
            Class::named("set_iterator", ""),
            Class::named("enumerate", ""),
            Class::named("zip", ""),
            Class::named("map", ""),
            Class::named("filter", ""),
            Class::named("callable_iterator", ""),
            Class::named("chain", "itertools"),
            Class::named("iterator", ""),
        ];
        let at = match &*self.0.borrow() {
            State::List(..) => 0,
            State::Reversed(..) => 1,
            State::Tuple(..) => 2,
            State::Str(..) => 3,
            State::Bytes(..) => 4,
            State::Range(..) => 5,
            State::Dict(..) => 6,
            State::Set(..) => 7,
            State::Enumerate(..) => 8,
            State::Zip(..) => 9,
            State::Map(..) => 10,
            State::Filter(..) => 11,
            State::Until(..) => 12,
            State::Chain(..) => 13,
            State::Generator(..) => return &types::GENERATOR,
            _ => 14,
        };
        &CLASSES[at]
    }
}

impl Drop for Iter {
    fn drop(&mut self) {
        let inner = match std::mem::replace(self.0.get_mut(), State::Done) {
            State::Owned(values, _) | State::Zip(values, _) => values,
            State::Map(function, mut values) => {
                values.push(function);
                values
            }
            State::Enumerate(value, _) | State::Islice(value, ..) | State::Repeat(value, _) => vec![value],
            State::Starmap(a, b)
            | State::Filter(a, b)
            | State::FilterFalse(a, b)
            | State::TakeWhile(a, b)
            | State::DropWhile(a, b, _)
            | State::Chain(a, b)
            | State::Count(a, b)
            | State::Until(a, b) => vec![a, b],
            State::Cycle(source, values, _) => source.into_iter().chain([Value::List(values)]).collect(),
            State::Accumulate(a, b, c) => [a, b].into_iter().chain(c).collect(),
            State::Generator(Some(frame), _) => frame.into_values(),
            _ => Vec::new(),
        };
        limits::bury(inner);
    }
}

fn changed(what: &str) -> exception::Raised {
    exception::raise(
        &exception::RUNTIME_ERROR,
        format!("{what} changed size during iteration"),
    )
}

/// An iterator over a value; an iterator is its own.
pub(crate) fn iterate(value: &Value) -> R<Value> {
    Ok(match value {
        Value::List(list) => Value::iter(State::List(list.clone(), 0)),
        Value::Tuple(values) => Value::iter(State::Tuple(values.clone(), 0)),
        Value::Str(text) => Value::iter(State::Str(text.clone(), 0)),
        Value::Bytes(bytes) => Value::iter(State::Bytes(bytes.clone(), 0)),
        Value::Range(range) => Value::iter(State::Range(range.clone(), 0)),
        Value::Dict(dict) => Value::iter(State::Dict(dict.clone(), 0, dict.len(), Part::Keys)),
        Value::Set(set) => Value::iter(State::Set(set.clone(), 0, set.len())),
        Value::Iter(_) => value.clone(),
        Value::Object(object) => object.clone().iterate()?,
        other => {
            return Err(exception::type_error(format!(
                "'{}' object is not iterable",
                types::class_of(other).name
            )));
        }
    })
}
