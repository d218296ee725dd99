//! What plain instructions leave to be awaited.

use std::rc::Rc;

use super::{
    Vm,
    call::Invoked,
    native::{Arguments, Body, Native},
};
use crate::{
    exception::{R, attribute_error, type_error, value_error},
    limits, types,
    value::{Dict, List, Set, Text, Value, object::Answer},
};

/// Something that waits, and what becomes of its result.
pub(super) enum Wait {
    /// Leaves what the call returns.
    Call(Value, Arguments),
    Method(Value, Rc<Text>, Arguments),
    Attribute(Value, Rc<Text>),
    Item(Value, Value),
    /// Goes on at the target, without the iterator, if there is nothing more.
    ForNext(Value, usize),
    /// Leaves a text.
    Format(Value, Option<char>, String),
    Percent(Value, Value),
    Extend(Rc<List>, Value),
    ExtendSet(Rc<Set>, Value),
    Update(Rc<Dict>, Value),
    /// Leaves so many values, the first on top; the rest after so many as a list, if there are to be some.
    Unpack(Value, usize, Option<usize>),
    /// Whether the value is found, or not found.
    Contains(Value, Value, bool),
    /// Sets a slice to what the value gives.
    SetSlice(Value, Value, Value),
    /// Lets others have a turn.
    Pause,
}

impl Vm {
    pub(super) async fn perform(&mut self, wait: Wait) -> R<()> {
        let value = match wait {
            Wait::Call(callee, args) => self.call_later(callee, args).await?,
            Wait::Method(object, name, args) => {
                let callee = self.attribute(&object, &name).await?;
                match self.invoke(callee, args)? {
                    Invoked::Value(value) => value,
                    Invoked::Frame => return Ok(()),
                    Invoked::Later(callee, args) => self.call_later(callee, args).await?,
                }
            }
            Wait::Attribute(object, name) => self.attribute(&object, &name).await?,
            Wait::Item(object, item) => self.item(&object, &item).await?,
            Wait::ForNext(iterator, end) => match self.next(&iterator).await? {
                Some(value) => value,
                None => {
                    if let Some(frame) = self.frames.last_mut() {
                        frame.stack.pop();
                        frame.at = end;
                    }
                    return Ok(());
                }
            },
            Wait::Format(value, conversion, specification) => {
                self.prepare(&value).await?;
                Value::text(types::format::convert(&value, conversion, &specification)?)
            }
            Wait::Percent(text, values) => {
                self.prepare(&values).await?;
                Value::text(types::percent::format(types::string(&text, "format")?, &values)?)
            }
            Wait::Extend(list, values) => {
                let values = self.collect(&values).await?;
                list.change(|list| list.extend(values));
                return Ok(());
            }
            Wait::ExtendSet(set, values) => {
                for value in self.collect(&values).await? {
                    set.insert(value)?;
                }
                return Ok(());
            }
            Wait::Update(dict, values) => {
                match &values {
                    Value::Dict(_) => types::dict::update(self, &dict, &values).await?,
                    other => {
                        return Err(type_error(format!(
                            "'{}' object is not a mapping",
                            types::class_of(other).name
                        )));
                    }
                }
                return Ok(());
            }
            Wait::Unpack(value, before, after) => return self.unpack(value, before, after).await,
            Wait::Contains(container, item, wanted) => {
                let iterator = match crate::value::iterator::iterate(&container) {
                    Ok(iterator) => iterator,
                    Err(_) => {
                        return Err(type_error(format!(
                            "argument of type '{}' is not iterable",
                            types::class_of(&container).name
                        )));
                    }
                };
                let mut found = false;
                while let Some(value) = self.next(&iterator).await? {
                    if types::compare::same(&value, &item)? {
                        found = true;
                        break;
                    }
                }
                Value::Bool(found == wanted)
            }
            Wait::SetSlice(container, slice, values) => {
                let values = self.collect(&values).await?;
                return types::item::set(&container, &slice, Value::list(values));
            }
            Wait::Pause => {
                crate::pause().await;
                return Ok(());
            }
        };
        self.push(value);
        Ok(())
    }

    async fn unpack(&mut self, value: Value, before: usize, after: Option<usize>) -> R<()> {
        let iterator = crate::value::iterator::iterate(&value).map_err(|_| {
            type_error(format!(
                "cannot unpack non-iterable {} object",
                types::class_of(&value).name
            ))
        })?;
        let mut values = Vec::new();
        // One more tells whether there are too many; a starred target takes all.
        while after.is_some() || values.len() <= before {
            let Some(value) = self.next(&iterator).await? else {
                break;
            };
            values.push(value);
            limits::spend(1)?;
            limits::check_memory()?;
        }
        let given = values.len();
        let least = before + after.unwrap_or(0);
        if given < least {
            let at_least = if after.is_some() { "at least " } else { "" };
            return Err(value_error(format!(
                "not enough values to unpack (expected {at_least}{least}, got {given})"
            )));
        }
        match after {
            None if given > before => {
                return Err(value_error(format!(
                    "too many values to unpack (expected {before})"
                )));
            }
            None => {}
            Some(after) => {
                let rest = values.drain(before..given - after).collect();
                values.insert(before, Value::list(rest));
            }
        }
        if let Some(frame) = self.frames.last_mut() {
            frame.stack.extend(values.into_iter().rev());
        }
        Ok(())
    }

    /// `value.name`.
    pub(crate) async fn attribute(&mut self, value: &Value, name: &str) -> R<Value> {
        if let Value::Object(object) = value
            && let Some(answer) = object.clone().attribute(self, name)
        {
            return match answer {
                Answer::Now(value) => value,
                Answer::Later(value) => value.await,
            };
        }
        if let Some(Native {
            body: Body::Property(body),
            ..
        }) = types::class_of(value).method(name)
        {
            return body(self, value.clone()).await;
        }
        if let Some(found) = types::attribute::get(value, name)? {
            return Ok(found);
        }
        crate::spark::refused(types::class_of(value).name, name)
            .ok_or_else(|| types::attribute::missing(value, name))
    }

    /// `getattr` without an error for what is not there.
    pub(crate) async fn find_attribute(&mut self, value: &Value, name: &str) -> R<Option<Value>> {
        match self.attribute(value, name).await {
            Ok(found) => Ok(Some(found)),
            Err(error) if error.class.derives(&crate::exception::ATTRIBUTE_ERROR) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// `value[item]`.
    pub(crate) async fn item(&mut self, value: &Value, item: &Value) -> R<Value> {
        match value {
            Value::Object(object) => match object.clone().item(self, item) {
                Answer::Now(value) => value,
                Answer::Later(value) => value.await,
            },
            other => types::item::get(other, item),
        }
    }

    /// Asks Spark for what the values inside of a value show.
    pub(crate) async fn prepare(&mut self, value: &Value) -> R<()> {
        let mut waiting = Vec::new();
        find_unprepared(value, &mut waiting, 0)?;
        for value in waiting {
            if let Value::Object(object) = value {
                object.prepare(self).await?;
            }
        }
        Ok(())
    }
}

fn find_unprepared(value: &Value, found: &mut Vec<Value>, depth: usize) -> R<()> {
    if depth > limits::NESTING {
        return Ok(());
    }
    limits::spend(1)?;
    match value {
        Value::Object(object) if object.must_prepare() => found.push(value.clone()),
        Value::Method(method) => find_unprepared(&method.this, found, depth + 1)?,
        Value::List(list) => {
            for value in &list.to_vec() {
                find_unprepared(value, found, depth + 1)?;
            }
        }
        Value::Tuple(values) => {
            for value in values.iter() {
                find_unprepared(value, found, depth + 1)?;
            }
        }
        Value::Dict(dict) => {
            for value in dict.values() {
                find_unprepared(&value, found, depth + 1)?;
            }
        }
        _ => {}
    }
    Ok(())
}

/// What a read-only attribute says.
pub(super) fn read_only(value: &Value, name: &str) -> crate::exception::Raised {
    attribute_error(format!(
        "'{}' object attribute '{name}' cannot be set",
        types::class_of(value).name
    ))
}
