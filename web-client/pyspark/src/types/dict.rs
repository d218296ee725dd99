//! Methods of `dict`, and its views.

use std::{any::Any, rc::Rc};

use super::compare;
use crate::{
    class::Class,
    code::Binary,
    exception::{self, Exception, R, raise, type_error, value_error},
    limits, types,
    value::{
        Dict, Object, Set, Value,
        iterator::{Part, State},
    },
    vm::{Vm, native::Native},
};

fn this(value: &Value) -> R<Rc<Dict>> {
    match value {
        Value::Dict(dict) => Ok(dict.clone()),
        other => Err(type_error(format!(
            "descriptor requires a 'dict' object but received a '{}'",
            types::class_of(other).name
        ))),
    }
}

pub(crate) static METHODS: &[Native] = &[
    Native::sync("get", |_, args| {
        let [dict, key, default] = args.between("get", 2)?;
        let found = this(&dict.unwrap_or(Value::None))?.get(&key.unwrap_or(Value::None))?;
        Ok(found.or(default).unwrap_or(Value::None))
    }),
    Native::sync("setdefault", |_, args| {
        let [dict, key, default] = args.between("setdefault", 2)?;
        let (dict, key) = (this(&dict.unwrap_or(Value::None))?, key.unwrap_or(Value::None));
        if let Some(found) = dict.get(&key)? {
            return Ok(found);
        }
        let default = default.unwrap_or(Value::None);
        dict.insert(key, default.clone())?;
        Ok(default)
    }),
    Native::sync("pop", |_, args| {
        let [dict, key, default] = args.between("pop", 2)?;
        let key = key.unwrap_or(Value::None);
        match this(&dict.unwrap_or(Value::None))?.remove(&key)?.or(default) {
            Some(value) => Ok(value),
            None => Err(Exception::new(&exception::KEY_ERROR, vec![key])),
        }
    }),
    Native::sync("popitem", |_, args| {
        let [dict] = args.exactly("popitem")?;
        match this(&dict)?.pop() {
            Some((key, value)) => Ok(Value::tuple(vec![key, value])),
            None => Err(raise(&exception::KEY_ERROR, "popitem(): dictionary is empty")),
        }
    }),
    Native::sync("keys", |_, args| view(args.exactly("keys")?, Part::Keys)),
    Native::sync("values", |_, args| view(args.exactly("values")?, Part::Values)),
    Native::sync("items", |_, args| view(args.exactly("items")?, Part::Items)),
    Native::sync("clear", |_, args| {
        let [dict] = args.exactly("clear")?;
        this(&dict)?.clear();
        Ok(Value::None)
    }),
    Native::sync("copy", |_, args| {
        let [dict] = args.exactly("copy")?;
        Ok(Value::dict(this(&dict)?.copy()))
    }),
    Native::later("update", |vm, args| {
        Box::pin(async move {
            let named = args.named;
            let [dict, source] = crate::vm::native::Arguments::from(args.positional).between("update", 1)?;
            let dict = this(&dict.unwrap_or(Value::None))?;
            if let Some(source) = source {
                update(vm, &dict, &source).await?;
            }
            for (key, value) in named {
                dict.insert(Value::Str(key), value)?;
            }
            Ok(Value::None)
        })
    }),
];

pub(crate) static STATICS: &[Native] = &[Native::later("fromkeys", |vm, args| {
    Box::pin(async move {
        let [keys, value] = args.between("fromkeys", 1)?;
        let dict = Dict::new();
        for key in vm.collect(&keys.unwrap_or(Value::None)).await? {
            dict.insert(key, value.clone().unwrap_or(Value::None))?;
        }
        Ok(Value::dict(dict))
    })
})];

/// Adds what a dict has, or pairs.
pub(crate) async fn update(vm: &mut Vm, dict: &Dict, source: &Value) -> R<()> {
    if let Value::Dict(other) = source {
        for (key, value) in other.pairs() {
            dict.insert(key, value)?;
        }
        return Ok(());
    }
    for (at, pair) in vm.collect(source).await?.into_iter().enumerate() {
        let pair = match vm.collect(&pair).await {
            Ok(pair) => pair,
            Err(error) if error.class.is(&exception::TYPE_ERROR) => {
                return Err(type_error(format!(
                    "cannot convert dictionary update sequence element #{at} to a sequence"
                )));
            }
            Err(error) => return Err(error),
        };
        let len = pair.len();
        let [key, value]: [Value; 2] = pair.try_into().map_err(|_| {
            value_error(format!(
                "dictionary update sequence element #{at} has length {len}; 2 is required"
            ))
        })?;
        dict.insert(key, value)?;
    }
    Ok(())
}

fn view([dict]: [Value; 1], part: Part) -> R<Value> {
    Ok(Value::object(View {
        dict: this(&dict)?,
        part,
    }))
}

/// `dict.keys()`, `dict.values()`, `dict.items()`.
struct View {
    dict: Rc<Dict>,
    part: Part,
}

impl View {
    fn all(&self) -> Vec<Value> {
        match self.part {
            Part::Keys => self.dict.keys(),
            Part::Values => self.dict.values(),
            Part::Items => {
                let pairs = self.dict.pairs().into_iter();
                pairs.map(|(key, value)| Value::tuple(vec![key, value])).collect()
            }
        }
    }

    fn to_set(&self) -> R<Rc<Set>> {
        Ok(Rc::new(Set::of(self.all(), false)?))
    }
}

impl Object for View {
    fn class(&self) -> &'static Class {
        static KEYS: Class = Class::named("dict_keys", "");
        static VALUES: Class = Class::named("dict_values", "");
        static ITEMS: Class = Class::named("dict_items", "");
        match self.part {
            Part::Keys => &KEYS,
            Part::Values => &VALUES,
            Part::Items => &ITEMS,
        }
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn repr(&self) -> R<String> {
        Ok(format!(
            "{}([{}])",
            self.class().name,
            types::repr::joined(&self.all())?
        ))
    }

    fn truth(&self) -> R<bool> {
        Ok(self.dict.len() > 0)
    }

    fn len(&self) -> R<usize> {
        Ok(self.dict.len())
    }

    fn contains(&self, item: &Value) -> R<Option<bool>> {
        match self.part {
            Part::Keys => self.dict.get(item).map(|found| Some(found.is_some())),
            _ => compare::contains(&Value::tuple(self.all()), item),
        }
    }

    fn iterate(self: Rc<Self>) -> R<Value> {
        let len = self.dict.len();
        Ok(Value::iter(State::Dict(self.dict.clone(), 0, len, self.part)))
    }

    fn equals(&self, other: &Value) -> R<Option<Value>> {
        if self.part == Part::Values {
            return Ok(None);
        }
        let other = match other {
            Value::Set(set) => set.clone(),
            other => match other.downcast::<Self>() {
                Some(view) if view.part != Part::Values => view.to_set()?,
                _ => return Ok(None),
            },
        };
        let this = self.to_set()?;
        Ok(Some(Value::Bool(
            this.len() == other.len() && compare::subset(&this, &other)?,
        )))
    }

    fn binary(&self, op: Binary, other: &Value, reversed: bool) -> R<Option<Value>> {
        if self.part == Part::Values || !matches!(op, Binary::And | Binary::Or | Binary::Sub | Binary::Xor) {
            return Ok(None);
        }
        limits::spend(self.dict.len())?;
        let other = match other {
            Value::Set(_) => other.clone(),
            Value::List(list) => Value::set(Set::of(list.to_vec(), false)?),
            other => match other.downcast::<Self>() {
                Some(view) => Value::Set(view.to_set()?),
                None => return Ok(None),
            },
        };
        let this = Value::Set(self.to_set()?);
        let (a, b) = if reversed {
            (&other, &this)
        } else {
            (&this, &other)
        };
        types::arithmetic::binary(op, a, b).map(Some)
    }
}
