//! Going through values one by one, where that may run functions.

use std::rc::Rc;

use num_bigint::BigInt;

use super::{Vm, frame::Frame};
use crate::{
    code::Binary,
    exception::{R, type_error, value_error},
    limits,
    types::{self, arithmetic},
    value::{
        Iter, Value,
        iterator::{State, Step, iterate},
        object::Answer,
    },
};

impl Vm {
    /// All values that something gives.
    pub(crate) async fn collect(&mut self, value: &Value) -> R<Vec<Value>> {
        match value {
            Value::List(list) => {
                limits::reserve(list.borrow().len() * size_of::<Value>())?;
                return Ok(list.to_vec());
            }
            Value::Tuple(values) => return Ok(values.to_vec()),
            Value::Range(range) => {
                let len = usize::try_from(range.len()).unwrap_or(usize::MAX);
                limits::reserve(len.saturating_mul(size_of::<Value>()))?;
            }
            _ => {}
        }
        let iterator = iterate(value)?;
        let mut values = Vec::new();
        let mut charge = limits::Charge::default();
        while let Some(value) = self.next(&iterator).await? {
            limits::spend(1)?;
            values.push(value);
            if values.len().is_multiple_of(1024) {
                charge.set(values.len() * size_of::<Value>());
                limits::check_memory()?;
            }
        }
        Ok(values)
    }

    /// The next value of an iterator, none at its end.
    pub(crate) async fn next(&mut self, iterator: &Value) -> R<Option<Value>> {
        limits::spend(1)?;
        match iterator {
            Value::Iter(iter) => match iter.step()? {
                Step::Value(value) => Ok(Some(value)),
                Step::Done => Ok(None),
                Step::Run => {
                    self.enter()?;
                    let next = Box::pin(self.next_running(iter)).await;
                    self.leave();
                    next
                }
            },
            Value::Object(object) => match object.clone().next(self) {
                None => Err(not_an_iterator(iterator)),
                Some(answer) => {
                    let value = match answer {
                        Answer::Now(value) => value?,
                        Answer::Later(value) => value.await?,
                    };
                    Ok((!matches!(value, Value::NotImplemented)).then_some(value))
                }
            },
            other => Err(not_an_iterator(other)),
        }
    }

    /// The frame of a generator that waits.
    pub(super) fn resume(iter: &Rc<Iter>) -> R<Option<Box<Frame>>> {
        match &mut *iter.0.borrow_mut() {
            State::Generator(frame, _) => match frame.take() {
                Some(mut frame) => {
                    frame.generator = Some(iter.clone());
                    Ok(Some(frame))
                }
                None => Err(value_error("generator already executing")),
            },
            _ => Ok(None),
        }
    }

    async fn next_running(&mut self, iter: &Rc<Iter>) -> R<Option<Value>> {
        if let Some(frame) = Self::resume(iter)? {
            let base = self.frames.len();
            self.push_frame(*frame)?;
            return Box::pin(self.run(base)).await;
        }
        // Nothing stays borrowed while functions run: they may ask the same iterator.
        let job = job(&iter.0.borrow());
        match job {
            Job::Enumerate(source, number) => {
                let Some(value) = self.next(&source).await? else {
                    return Ok(None);
                };
                if let State::Enumerate(_, next) = &mut *iter.0.borrow_mut() {
                    *next += 1;
                }
                Ok(Some(Value::tuple(vec![Value::big(number), value])))
            }
            Job::Zip(sources, strict) => self.zip(&sources, strict).await,
            Job::Map(function, sources) => match self.zip(&sources, false).await? {
                Some(Value::Tuple(values)) => self.call(&function, values.to_vec().into()).await.map(Some),
                _ => Ok(None),
            },
            Job::Starmap(function, source) => {
                let Some(values) = self.next(&source).await? else {
                    return Ok(None);
                };
                let values = self.collect(&values).await?;
                self.call(&function, values.into()).await.map(Some)
            }
            Job::Filter(function, source, wanted) => {
                while let Some(value) = self.next(&source).await? {
                    let keep = match &function {
                        Value::None => value.clone(),
                        function => self.call(function, vec![value.clone()].into()).await?,
                    };
                    if types::truth(&keep)? == wanted {
                        return Ok(Some(value));
                    }
                }
                Ok(None)
            }
            Job::TakeWhile(function, source) => {
                let Some(value) = self.next(&source).await? else {
                    return Ok(None);
                };
                if types::truth(&self.call(&function, vec![value.clone()].into()).await?)? {
                    return Ok(Some(value));
                }
                *iter.0.borrow_mut() = State::Done;
                Ok(None)
            }
            Job::DropWhile(function, source, begun) => {
                while let Some(value) = self.next(&source).await? {
                    if begun || !types::truth(&self.call(&function, vec![value.clone()].into()).await?)? {
                        if let State::DropWhile(_, _, begun) = &mut *iter.0.borrow_mut() {
                            *begun = true;
                        }
                        return Ok(Some(value));
                    }
                }
                Ok(None)
            }
            Job::Chain(mut source, rest) => loop {
                if !source.is_none()
                    && let Some(value) = self.next(&source).await?
                {
                    return Ok(Some(value));
                }
                let Some(following) = self.next(&rest).await? else {
                    *iter.0.borrow_mut() = State::Done;
                    return Ok(None);
                };
                source = iterate(&following)?;
                if let State::Chain(current, _) = &mut *iter.0.borrow_mut() {
                    *current = source.clone();
                }
            },
            Job::Islice(source, skip, left, step) => {
                for _ in 0..skip {
                    if left.is_some_and(|left| left <= skip) || self.next(&source).await?.is_none() {
                        *iter.0.borrow_mut() = State::Done;
                        return Ok(None);
                    }
                }
                let left = left.map(|left| left.saturating_sub(skip));
                let value = match left {
                    Some(0) => None,
                    _ => self.next(&source).await?,
                };
                *iter.0.borrow_mut() = match &value {
                    Some(_) => State::Islice(source, step - 1, left.map(|left| left - 1), step),
                    None => State::Done,
                };
                Ok(value)
            }
            Job::Count(number, step) => {
                let next = arithmetic::binary(Binary::Add, &number, &step)?;
                *iter.0.borrow_mut() = State::Count(next, step);
                Ok(Some(number))
            }
            Job::Cycle(source) => {
                if let Some(source) = source {
                    let value = self.next(&source).await?;
                    if let State::Cycle(source, saved, _) = &mut *iter.0.borrow_mut() {
                        match &value {
                            Some(value) => saved.push(value.clone()),
                            None => *source = None,
                        }
                    }
                    if value.is_some() {
                        return Ok(value);
                    }
                }
                let State::Cycle(_, saved, at) = &mut *iter.0.borrow_mut() else {
                    return Ok(None);
                };
                let saved = saved.borrow();
                if saved.is_empty() {
                    return Ok(None);
                }
                *at = (*at + 1) % saved.len();
                Ok(saved.get((*at + saved.len() - 1) % saved.len()).cloned())
            }
            Job::Accumulate(source, function, total) => {
                let Some(value) = self.next(&source).await? else {
                    return Ok(None);
                };
                let total = match (total, &function) {
                    (None, _) => value,
                    (Some(total), Value::None) => arithmetic::binary(Binary::Add, &total, &value)?,
                    (Some(total), function) => self.call(function, vec![total, value].into()).await?,
                };
                if let State::Accumulate(_, _, slot) = &mut *iter.0.borrow_mut() {
                    *slot = Some(total.clone());
                }
                Ok(Some(total))
            }
            Job::Until(function, sentinel) => {
                let value = self.call(&function, Vec::new().into()).await?;
                match types::equal(&value, &sentinel)? {
                    true => {
                        *iter.0.borrow_mut() = State::Done;
                        Ok(None)
                    }
                    false => Ok(Some(value)),
                }
            }
            Job::None => Ok(None),
        }
    }

    /// One value of each, as a tuple.
    async fn zip(&mut self, sources: &[Value], strict: bool) -> R<Option<Value>> {
        if sources.is_empty() {
            return Ok(None);
        }
        let mut values = Vec::with_capacity(sources.len());
        for (at, source) in sources.iter().enumerate() {
            match self.next(source).await? {
                Some(value) => values.push(value),
                None if strict && at > 0 => {
                    let others = if at == 1 {
                        "argument 1".to_owned()
                    } else {
                        format!("arguments 1-{at}")
                    };
                    return Err(value_error(format!(
                        "zip() argument {} is shorter than {others}",
                        at + 1
                    )));
                }
                None => {
                    if strict {
                        for (at, source) in sources.iter().enumerate().skip(1) {
                            if self.next(source).await?.is_some() {
                                let others = if at == 1 {
                                    "argument 1".to_owned()
                                } else {
                                    format!("arguments 1-{at}")
                                };
                                return Err(value_error(format!(
                                    "zip() argument {} is longer than {others}",
                                    at + 1
                                )));
                            }
                        }
                    }
                    return Ok(None);
                }
            }
        }
        Ok(Some(Value::tuple(values)))
    }
}

/// What an iterator has to do next: a copy of its state, so that it is not borrowed.
enum Job {
    None,
    Enumerate(Value, BigInt),
    Zip(Vec<Value>, bool),
    Map(Value, Vec<Value>),
    Starmap(Value, Value),
    /// Whether those that pass are wanted.
    Filter(Value, Value, bool),
    TakeWhile(Value, Value),
    DropWhile(Value, Value, bool),
    Chain(Value, Value),
    Islice(Value, usize, Option<usize>, usize),
    Count(Value, Value),
    Cycle(Option<Value>),
    Accumulate(Value, Value, Option<Value>),
    Until(Value, Value),
}

fn job(state: &State) -> Job {
    match state {
        State::Enumerate(source, number) => Job::Enumerate(source.clone(), number.clone()),
        State::Zip(sources, strict) => Job::Zip(sources.clone(), *strict),
        State::Map(function, sources) => Job::Map(function.clone(), sources.clone()),
        State::Starmap(function, source) => Job::Starmap(function.clone(), source.clone()),
        State::Filter(function, source) => Job::Filter(function.clone(), source.clone(), true),
        State::FilterFalse(function, source) => Job::Filter(function.clone(), source.clone(), false),
        State::TakeWhile(function, source) => Job::TakeWhile(function.clone(), source.clone()),
        State::DropWhile(function, source, begun) => Job::DropWhile(function.clone(), source.clone(), *begun),
        State::Chain(source, rest) => Job::Chain(source.clone(), rest.clone()),
        State::Islice(source, skip, left, step) => Job::Islice(source.clone(), *skip, *left, *step),
        State::Count(number, step) => Job::Count(number.clone(), step.clone()),
        State::Cycle(source, ..) => Job::Cycle(source.clone()),
        State::Accumulate(source, function, total) => {
            Job::Accumulate(source.clone(), function.clone(), total.clone())
        }
        State::Until(function, sentinel) => Job::Until(function.clone(), sentinel.clone()),
        _ => Job::None,
    }
}

fn not_an_iterator(value: &Value) -> crate::exception::Raised {
    type_error(format!(
        "'{}' object is not an iterator",
        types::class_of(value).name
    ))
}
