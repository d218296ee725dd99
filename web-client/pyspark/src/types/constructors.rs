//! What calls of the built-in types make.

use std::rc::Rc;

use futures::future::LocalBoxFuture;

use super::{arithmetic, class_of, integer, number};
use crate::{
    exception::{R, type_error, value_error},
    limits, types,
    value::{self, Dict, Set, Tuple, Value},
    vm::{
        Vm,
        native::{Arguments, Native},
    },
};

pub(crate) fn int(_: &mut Vm, args: Arguments) -> R<Value> {
    let [value, base] = args.bind("int", ["x", "base"], 0)?;
    let Some(value) = value else {
        return Ok(Value::Int(0));
    };
    let base = match base {
        None => None,
        Some(base) => Some(
            u32::try_from(types::integer(&base)?)
                .ok()
                .filter(|base| *base == 0 || (2..=36).contains(base))
                .ok_or_else(|| value_error("int() base must be >= 2 and <= 36, or 0"))?,
        ),
    };
    let invalid = |base: u32| -> R<crate::exception::Raised> {
        Ok(value_error(format!(
            "invalid literal for int() with base {base}: {}",
            types::repr(&value)?
        )))
    };
    match (&value, base) {
        (Value::Str(text), base) => {
            let base = base.unwrap_or(10);
            match integer::parse(text, base)? {
                Some(number) => Ok(Value::big(number)),
                None => Err(invalid(base)?),
            }
        }
        (Value::Bytes(bytes), base) => {
            let base = base.unwrap_or(10);
            match integer::parse(&String::from_utf8_lossy(bytes), base)? {
                Some(number) => Ok(Value::big(number)),
                None => Err(invalid(base)?),
            }
        }
        (_, Some(_)) => Err(type_error("int() can't convert non-string with explicit base")),
        (Value::Float(number), None) => arithmetic::from_float(number.trunc()),
        (Value::Object(object), None) if object.class().name == "Decimal" => {
            crate::modules::decimal::to_integer(&value)
        }
        (other, None) => match arithmetic::big(other) {
            Some(number) => Ok(Value::big(number)),
            None => Err(type_error(format!(
                "int() argument must be a string, a bytes-like object or a real number, not '{}'",
                class_of(other).name
            ))),
        },
    }
}

pub(crate) fn bool(_: &mut Vm, args: Arguments) -> R<Value> {
    let [value] = args.between("bool", 0)?;
    value
        .map_or(Ok(false), |value| types::truth(&value))
        .map(Value::Bool)
}

pub(crate) fn float(_: &mut Vm, args: Arguments) -> R<Value> {
    let [value] = args.between("float", 0)?;
    let Some(value) = value else {
        return Ok(Value::Float(0.0));
    };
    if let Value::Str(text) = &value {
        return match number::parse(text) {
            Some(number) => Ok(Value::Float(number)),
            None => Err(value_error(format!(
                "could not convert string to float: {}",
                types::repr(&value)?
            ))),
        };
    }
    match arithmetic::float(&value) {
        Err(_) if arithmetic::big(&value).is_none() => Err(type_error(format!(
            "float() argument must be a string or a real number, not '{}'",
            class_of(&value).name
        ))),
        result => result.map(Value::Float),
    }
}

pub(crate) fn str(vm: &mut Vm, args: Arguments) -> LocalBoxFuture<'_, R<Value>> {
    Box::pin(async move {
        let [value, encoding, errors] = args.bind("str", ["object", "encoding", "errors"], 0)?;
        let Some(value) = value else {
            return Ok(Value::text(""));
        };
        if let (Value::Bytes(bytes), true) = (&value, encoding.is_some() || errors.is_some()) {
            return types::bytes::decode(bytes, encoding.as_ref(), errors.as_ref());
        }
        if matches!(value, Value::Str(_)) {
            return Ok(value);
        }
        vm.prepare(&value).await?;
        types::str(&value).map(Value::text)
    })
}

pub(crate) fn bytes(vm: &mut Vm, args: Arguments) -> LocalBoxFuture<'_, R<Value>> {
    Box::pin(async move {
        let [value, encoding, _] = args.bind("bytes", ["source", "encoding", "errors"], 0)?;
        let bytes = match value {
            None => Vec::new(),
            Some(Value::Bytes(bytes)) => return Ok(Value::Bytes(bytes)),
            Some(Value::Str(text)) => match encoding {
                Some(encoding) => return types::bytes::encode(&text, Some(&encoding), None),
                None => return Err(type_error("string argument without an encoding")),
            },
            Some(Value::Int(len)) => {
                let len = usize::try_from(len).map_err(|_| value_error("negative count"))?;
                limits::reserve(len)?;
                vec![0; len]
            }
            Some(other) => vm
                .collect(&other)
                .await?
                .iter()
                .map(|value| {
                    u8::try_from(types::integer(value)?)
                        .map_err(|_| value_error("bytes must be in range(0, 256)"))
                })
                .collect::<R<_>>()?,
        };
        Ok(Value::Bytes(bytes.into()))
    })
}

/// The values of the only argument, if there is one.
async fn values(vm: &mut Vm, args: Arguments, name: &str) -> R<Vec<Value>> {
    let [value] = args.between(name, 0)?;
    match value {
        Some(value) => vm.collect(&value).await,
        None => Ok(Vec::new()),
    }
}

pub(crate) fn list(vm: &mut Vm, args: Arguments) -> LocalBoxFuture<'_, R<Value>> {
    Box::pin(async move { values(vm, args, "list").await.map(Value::list) })
}

pub(crate) fn tuple(vm: &mut Vm, args: Arguments) -> LocalBoxFuture<'_, R<Value>> {
    Box::pin(async move {
        if let [value @ Value::Tuple(_)] = &args.positional[..] {
            return Ok(value.clone());
        }
        values(vm, args, "tuple").await.map(Value::tuple)
    })
}

pub(crate) fn set(vm: &mut Vm, args: Arguments) -> LocalBoxFuture<'_, R<Value>> {
    Box::pin(async move { Ok(Value::set(Set::of(values(vm, args, "set").await?, false)?)) })
}

pub(crate) fn frozenset(vm: &mut Vm, args: Arguments) -> LocalBoxFuture<'_, R<Value>> {
    Box::pin(async move { Ok(Value::set(Set::of(values(vm, args, "frozenset").await?, true)?)) })
}

pub(crate) fn dict(vm: &mut Vm, args: Arguments) -> LocalBoxFuture<'_, R<Value>> {
    Box::pin(async move {
        let dict = Rc::new(Dict::new());
        let named = args.named;
        if let [Some(source)] = Arguments::from(args.positional).between("dict", 0)? {
            types::dict::update(vm, &dict, &source).await?;
        }
        for (key, value) in named {
            dict.insert(Value::Str(key), value)?;
        }
        Ok(Value::Dict(dict))
    })
}

pub(crate) fn range(_: &mut Vm, args: Arguments) -> R<Value> {
    let [a, b, step] = args.between("range", 1)?;
    let number = |value: Option<Value>, default| value.map_or(Ok(default), |value| types::integer(&value));
    let (start, stop) = match (a, b) {
        (Some(stop), None) => (0, types::integer(&stop)?),
        (start, stop) => (number(start, 0)?, number(stop, 0)?),
    };
    let step = number(step, 1)?;
    if step == 0 {
        return Err(value_error("range() arg 3 must not be zero"));
    }
    Ok(Value::Range(Rc::new(value::Range { start, stop, step })))
}

pub(crate) fn slice(_: &mut Vm, args: Arguments) -> R<Value> {
    let [a, b, step] = args.between("slice", 1)?;
    let (start, stop) = match b {
        None => (None, a),
        stop => (a, stop),
    };
    let parts = [start, stop, step].map(|part| part.unwrap_or(Value::None));
    Ok(Value::Slice(Tuple::new(parts.to_vec())))
}

pub(crate) fn type_of(_: &mut Vm, args: Arguments) -> R<Value> {
    if args.positional.len() == 3 {
        return Err(crate::exception::not_implemented(
            "classes cannot be made in cells; use functions, dicts or Row",
        ));
    }
    let [value] = args.exactly("type")?;
    Ok(Value::Class(class_of(&value)))
}

pub(crate) static GENERATOR_METHODS: &[Native] = &[
    Native::later("__next__", |vm, args| {
        Box::pin(async move {
            let [this] = args.exactly("__next__")?;
            vm.next(&this).await?.ok_or_else(crate::exception::stop_iteration)
        })
    }),
    Native::sync("close", |_, args| {
        let [this] = args.exactly("close")?;
        if let Value::Iter(iter) = &this {
            let ended = std::mem::replace(&mut *iter.0.borrow_mut(), value::iterator::State::Done);
            drop(ended);
        }
        Ok(Value::None)
    }),
];
