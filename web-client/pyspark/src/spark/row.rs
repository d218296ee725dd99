//! `Row`: a tuple whose values have names.

use std::{any::Any, rc::Rc};

use crate::{
    class::{Class, no_constant},
    code::Comparison,
    exception::{self, R, attribute_error, raise, type_error, value_error},
    limits,
    types::{self, compare},
    value::{Dict, Key, Object, Tuple, Value, iterator, object::Answer},
    vm::{
        Vm,
        native::{Arguments, Native},
    },
};

pub(super) static ROW: Class = Class {
    name: "Row",
    module: "pyspark.sql.types",
    base: Some(&types::TUPLE),
    new: Some(Native::sync("Row", |_, args| {
        match (args.positional.is_empty(), args.named.is_empty()) {
            (false, false) => Err(raise(
                &exception::PYSPARK_VALUE_ERROR,
                "[CANNOT_SET_TOGETHER] args, kwargs should not be set together.",
            )),
            (_, false) => {
                let names = args
                    .named
                    .iter()
                    .map(|(name, _)| Rc::from(name.as_str()))
                    .collect();
                let values = args.named.into_iter().map(|(_, value)| value).collect();
                Ok(Row::value(Some(names), values))
            }
            (_, true) => Ok(Row::value(None, args.positional)),
        }
    })),
    methods: &[
        Native::sync("asDict", |_, args| {
            let [this, recursive] = args.bind("asDict", ["self", "recursive"], 1)?;
            let recursive = recursive.map_or(Ok(false), |value| types::truth(&value))?;
            as_dict(&this.unwrap_or(Value::None), recursive)
        }),
        Native::sync("index", |_, args| {
            let [this, value] = args.exactly("index")?;
            let row = row(&this)?;
            for (at, candidate) in row.values.iter().enumerate() {
                if compare::same(candidate, &value)? {
                    return Ok(Value::size(at));
                }
            }
            Err(value_error("tuple.index(x): x not in tuple"))
        }),
        Native::sync("count", |_, args| {
            let [this, value] = args.exactly("count")?;
            let mut count = 0;
            for candidate in row(&this)?.values.iter() {
                count += i64::from(compare::same(candidate, &value)?);
            }
            Ok(Value::Int(count))
        }),
    ],
    statics: &[],
    constant: no_constant,
};

/// A row; one without names makes rows when it is called.
pub(super) struct Row {
    pub(super) names: Option<Rc<[Rc<str>]>>,
    pub(super) values: Rc<Tuple>,
}

impl Row {
    pub(super) fn value(names: Option<Rc<[Rc<str>]>>, values: Vec<Value>) -> Value {
        Value::object(Self {
            names,
            values: Tuple::new(values),
        })
    }

    fn place(&self, name: &str) -> Option<usize> {
        self.names
            .as_ref()?
            .iter()
            .position(|candidate| &**candidate == name)
    }
}

fn row(value: &Value) -> R<&Row> {
    value.downcast().ok_or_else(|| type_error("a Row is required"))
}

fn as_dict(value: &Value, recursive: bool) -> R<Value> {
    let row = row(value)?;
    let Some(names) = &row.names else {
        return Err(raise(
            &exception::PYSPARK_TYPE_ERROR,
            "[CANNOT_CONVERT_TYPE] Cannot convert Row into dict.",
        ));
    };
    let dict = Dict::new();
    for (name, value) in names.iter().zip(row.values.iter()) {
        let value = if recursive { deep(value)? } else { value.clone() };
        dict.insert(Value::text(&**name), value)?;
    }
    Ok(Value::dict(dict))
}

fn deep(value: &Value) -> R<Value> {
    limits::deeper(|| {
        Ok(match value {
            Value::List(list) => Value::list(list.to_vec().iter().map(deep).collect::<R<_>>()?),
            Value::Dict(dict) => {
                let copy = Dict::new();
                for (key, value) in dict.pairs() {
                    copy.insert(key, deep(&value)?)?;
                }
                Value::dict(copy)
            }
            other if other.downcast::<Row>().is_some() => as_dict(other, true)?,
            other => other.clone(),
        })
    })
}

impl Object for Row {
    fn class(&self) -> &'static Class {
        &ROW
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn repr(&self) -> R<String> {
        let mut parts = Vec::new();
        for (at, value) in self.values.iter().enumerate() {
            let text = types::repr(value)?;
            parts.push(match self.names.as_ref().and_then(|names| names.get(at)) {
                Some(name) => format!("{name}={text}"),
                None => text,
            });
        }
        let prefix = if self.names.is_some() { "Row" } else { "<Row" };
        let suffix = if self.names.is_some() { "" } else { ">" };
        Ok(format!("{prefix}({}){suffix}", parts.join(", ")))
    }

    fn must_prepare(&self) -> bool {
        false
    }

    fn truth(&self) -> R<bool> {
        Ok(!self.values.is_empty())
    }

    fn len(&self) -> R<usize> {
        Ok(self.values.len())
    }

    fn equals(&self, other: &Value) -> R<Option<Value>> {
        let other = match other {
            Value::Tuple(values) => values.clone(),
            other => match other.downcast::<Self>() {
                Some(row) => row.values.clone(),
                None => return Ok(None),
            },
        };
        types::equal(&Value::Tuple(self.values.clone()), &Value::Tuple(other))
            .map(|equal| Some(Value::Bool(equal)))
    }

    fn compare(&self, op: Comparison, other: &Value) -> R<Option<Value>> {
        if op == Comparison::Ne {
            return Ok(None);
        }
        let other = match other.downcast::<Self>() {
            Some(row) => Value::Tuple(row.values.clone()),
            None => return Ok(None),
        };
        compare::compare(op, &Value::Tuple(self.values.clone()), &other).map(Some)
    }

    fn key(self: Rc<Self>) -> R<Key> {
        Key::new(&Value::Tuple(self.values.clone()))
    }

    fn contains(&self, item: &Value) -> R<Option<bool>> {
        match (&self.names, item) {
            (Some(_), Value::Str(name)) => Ok(Some(self.place(name).is_some())),
            (Some(_), _) => Ok(Some(false)),
            _ => compare::contains(&Value::Tuple(self.values.clone()), item),
        }
    }

    fn iterate(self: Rc<Self>) -> R<Value> {
        iterator::iterate(&Value::Tuple(self.values.clone()))
    }

    fn item<'a>(self: Rc<Self>, _: &'a mut Vm, item: &Value) -> Answer<'a> {
        match item {
            Value::Str(name) => match self.place(name) {
                Some(at) => Ok(self.values[at].clone()),
                None => Err(raise(
                    &exception::PYSPARK_KEY_ERROR,
                    format!("[KEY_NOT_EXISTS] Key `{}` is not exists.", &***name),
                )),
            },
            item => types::item::get(&Value::Tuple(self.values.clone()), item),
        }
        .into()
    }

    fn is_callable(&self) -> bool {
        self.names.is_none()
    }

    fn call<'a>(self: Rc<Self>, _: &'a mut Vm, args: Arguments) -> Answer<'a> {
        let make = || {
            if args.positional.len() > self.values.len() {
                return Err(raise(
                    &exception::PYSPARK_VALUE_ERROR,
                    format!(
                        "[TOO_MANY_VALUES] Expected {} values for `fields`, got {}.",
                        self.values.len(),
                        args.positional.len()
                    ),
                ));
            }
            let names = self
                .values
                .iter()
                .map(|name| Ok(Rc::from(types::str(name)?)))
                .collect::<R<_>>()?;
            Ok(Self::value(Some(names), args.positional))
        };
        make().into()
    }

    fn attribute<'a>(self: Rc<Self>, _: &'a mut Vm, name: &str) -> Option<Answer<'a>> {
        if let Some(at) = self.place(name) {
            return Some(Ok(self.values[at].clone()).into());
        }
        if ROW.method(name).is_some() {
            return None;
        }
        match (name, &self.names) {
            ("__fields__", Some(names)) => {
                let names = names.iter().map(|name| Value::text(&**name)).collect();
                Some(Ok(Value::list(names)).into())
            }
            ("__class__", _) => None,
            _ => Some(
                Err(attribute_error(format!(
                    "[ATTRIBUTE_NOT_SUPPORTED] Attribute `{name}` is not supported."
                )))
                .into(),
            ),
        }
    }
}
