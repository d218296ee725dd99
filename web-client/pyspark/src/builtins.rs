//! The names that every cell has.

use futures::future::LocalBoxFuture;

use crate::{
    class::{Class, OBJECT, no_constant},
    code::Binary,
    exception::{self, R, not_implemented, raise, type_error, value_error},
    limits,
    types::{self, arithmetic, compare},
    value::{
        Range, Value,
        iterator::{State, iterate},
    },
    vm::{
        Vm,
        native::{Arguments, Native},
    },
};

macro_rules! iterator_class {
    ($static:ident, $name:literal, $new:expr) => {
        static $static: Class = Class {
            name: $name,
            module: "",
            base: Some(&OBJECT),
            new: Some($new),
            methods: &[],
            statics: &[],
            constant: no_constant,
        };
    };
}

iterator_class!(
    ENUMERATE,
    "enumerate",
    Native::sync("enumerate", |_, args| {
        let [values, start] = args.bind("enumerate", ["iterable", "start"], 1)?;
        let start = start
            .as_ref()
            .map_or(Ok(Value::Int(0)), |start| types::integer(start).map(Value::Int))?;
        let source = iterate(&values.unwrap_or(Value::None))?;
        Ok(Value::iter(State::Enumerate(
            source,
            arithmetic::big(&start).unwrap_or_default(),
        )))
    })
);
iterator_class!(
    ZIP,
    "zip",
    Native::sync("zip", |_, mut args| {
        let strict = args
            .take("strict")
            .map_or(Ok(false), |strict| types::truth(&strict))?;
        args.no_names("zip")?;
        let sources = args.positional.iter().map(iterate).collect::<R<_>>()?;
        Ok(Value::iter(State::Zip(sources, strict)))
    })
);
iterator_class!(
    MAP,
    "map",
    Native::sync("map", |_, args| {
        args.no_names("map")?;
        let Some((function, sources)) = args
            .positional
            .split_first()
            .filter(|(_, sources)| !sources.is_empty())
        else {
            return Err(type_error("map() must have at least two arguments."));
        };
        let sources = sources.iter().map(iterate).collect::<R<_>>()?;
        Ok(Value::iter(State::Map(function.clone(), sources)))
    })
);
iterator_class!(
    FILTER,
    "filter",
    Native::sync("filter", |_, args| {
        let [function, source] = args.exactly("filter")?;
        Ok(Value::iter(State::Filter(function, iterate(&source)?)))
    })
);
iterator_class!(REVERSED, "reversed", Native::sync("reversed", reversed));

static FUNCTIONS: &[Native] = &[
    Native::later("print", print),
    Native::sync("len", |_, args| {
        let [value] = args.exactly("len")?;
        types::len(&value).map(Value::size)
    }),
    Native::later("repr", |vm, args| {
        Box::pin(async move {
            let [value] = args.exactly("repr")?;
            vm.prepare(&value).await?;
            types::repr(&value).map(Value::text)
        })
    }),
    Native::later("ascii", |vm, args| {
        Box::pin(async move {
            let [value] = args.exactly("ascii")?;
            vm.prepare(&value).await?;
            types::repr::ascii(&value).map(Value::text)
        })
    }),
    Native::later("format", |vm, args| {
        Box::pin(async move {
            let [value, specification] = args.between("format", 1)?;
            let value = value.unwrap_or(Value::None);
            vm.prepare(&value).await?;
            let specification = specification.unwrap_or_else(|| Value::text(""));
            types::specification::format(&value, types::string(&specification, "format() argument 2")?)
                .map(Value::text)
        })
    }),
    Native::later("sorted", |vm, mut args| {
        Box::pin(async move {
            let (key, reverse) = (args.take("key"), args.take("reverse"));
            let [values] = args.exactly("sorted")?;
            let values = vm.collect(&values).await?;
            types::list::sort(vm, values, key, reverse).await.map(Value::list)
        })
    }),
    Native::later("sum", |vm, args| {
        Box::pin(async move {
            let [values, start] = args.bind("sum", ["iterable", "start"], 1)?;
            let mut total = start.unwrap_or(Value::Int(0));
            if matches!(total, Value::Str(_)) {
                return Err(type_error("sum() can't sum strings [use ''.join(seq) instead]"));
            }
            let source = iterate(&values.unwrap_or(Value::None))?;
            while let Some(value) = vm.next(&source).await? {
                total = arithmetic::binary(Binary::Add, &total, &value)?;
            }
            Ok(total)
        })
    }),
    Native::later("min", |vm, args| {
        Box::pin(extreme(vm, args, "min", compare::less))
    }),
    Native::later("max", |vm, args| {
        Box::pin(extreme(vm, args, "max", |a, b| compare::less(b, a)))
    }),
    Native::later("any", |vm, args| Box::pin(search(vm, args, "any", true))),
    Native::later("all", |vm, args| Box::pin(search(vm, args, "all", false))),
    Native::sync("isinstance", |_, args| {
        let [value, class] = args.exactly("isinstance")?;
        is_instance(&value, &class).map(Value::Bool)
    }),
    Native::sync("issubclass", |_, args| {
        let [class, other] = args.exactly("issubclass")?;
        match (&class, &other) {
            (Value::Class(class), Value::Class(other)) => Ok(Value::Bool(class.derives(other))),
            (Value::Class(class), Value::Tuple(others)) => {
                Ok(Value::Bool(others.iter().any(
                    |other| matches!(other, Value::Class(other) if class.derives(other)),
                )))
            }
            _ => Err(type_error("issubclass() arg 1 must be a class")),
        }
    }),
    Native::sync("callable", |_, args| {
        let [value] = args.exactly("callable")?;
        Ok(Value::Bool(match &value {
            Value::Function(_) | Value::Native(_) | Value::Method(_) | Value::Class(_) => true,
            Value::Object(object) => object.is_callable(),
            _ => false,
        }))
    }),
    Native::sync("abs", |_, args| {
        let [value] = args.exactly("abs")?;
        match &value {
            Value::Float(number) => Ok(Value::Float(number.abs())),
            Value::Object(object) => object
                .absolute()?
                .ok_or_else(|| type_error(format!("bad operand type for abs(): '{}'", object.class().name))),
            other => match arithmetic::big(other) {
                Some(number) => Ok(Value::big(num_traits::Signed::abs(&number))),
                None => Err(type_error(format!(
                    "bad operand type for abs(): '{}'",
                    types::class_of(other).name
                ))),
            },
        }
    }),
    Native::sync("round", |_, args| {
        let [value, digits] = args.bind("round", ["number", "ndigits"], 1)?;
        let value = value.unwrap_or(Value::None);
        match &value {
            Value::Object(object) => match object.round(digits.as_ref())? {
                Some(rounded) => Ok(rounded),
                None => types::number::round(&value, digits.as_ref()),
            },
            _ => types::number::round(&value, digits.as_ref()),
        }
    }),
    Native::sync("divmod", |_, args| {
        let [a, b] = args.exactly("divmod")?;
        Ok(Value::tuple(vec![
            arithmetic::binary(Binary::FloorDiv, &a, &b)?,
            arithmetic::binary(Binary::Mod, &a, &b)?,
        ]))
    }),
    Native::sync("pow", |_, args| {
        let [a, b, modulus] = args.bind("pow", ["base", "exp", "mod"], 2)?;
        let (a, b) = (a.unwrap_or(Value::None), b.unwrap_or(Value::None));
        match modulus.filter(|modulus| !modulus.is_none()) {
            Some(modulus) => arithmetic::power_modulo(&a, &b, &modulus),
            None => arithmetic::binary(Binary::Pow, &a, &b),
        }
    }),
    Native::sync("hash", |_, args| {
        let [value] = args.exactly("hash")?;
        Ok(Value::Int(crate::value::key::hash(&crate::value::Key::new(
            &value,
        )?)))
    }),
    Native::sync("id", |_, args| {
        let [value] = args.exactly("id")?;
        let key = crate::value::Key::new(&value).unwrap_or(crate::value::Key::None);
        Ok(Value::Int(crate::value::key::hash(&key)))
    }),
    Native::sync("ord", |_, args| {
        let [value] = args.exactly("ord")?;
        let mut characters = types::string(&value, "ord() argument")?.chars();
        match (characters.next(), characters.next()) {
            (Some(one), None) => Ok(Value::Int(u32::from(one).into())),
            _ => Err(type_error(format!(
                "ord() expected a character, but string of length {} found",
                types::len(&value)?
            ))),
        }
    }),
    Native::sync("chr", |_, args| {
        let [value] = args.exactly("chr")?;
        u32::try_from(types::integer(&value)?)
            .ok()
            .and_then(char::from_u32)
            .map(Value::text)
            .ok_or_else(|| value_error("chr() arg not in range(0x110000)"))
    }),
    Native::sync("bin", |_, args| radix(args, "bin", "#b")),
    Native::sync("oct", |_, args| radix(args, "oct", "#o")),
    Native::sync("hex", |_, args| radix(args, "hex", "#x")),
    Native::later("getattr", |vm, args| {
        Box::pin(async move {
            let [value, name, default] = args.between("getattr", 2)?;
            let (value, name) = (value.unwrap_or(Value::None), name.unwrap_or(Value::None));
            let name = types::string(&name, "attribute name")?;
            match default {
                None => vm.attribute(&value, name).await,
                Some(default) => Ok(vm.find_attribute(&value, name).await?.unwrap_or(default)),
            }
        })
    }),
    Native::later("hasattr", |vm, args| {
        Box::pin(async move {
            let [value, name] = args.exactly("hasattr")?;
            let found = vm
                .find_attribute(&value, types::string(&name, "attribute name")?)
                .await?;
            Ok(Value::Bool(found.is_some()))
        })
    }),
    Native::sync("iter", |_, args| {
        let [value, sentinel] = args.between("iter", 1)?;
        let value = value.unwrap_or(Value::None);
        match sentinel {
            Some(sentinel) => Ok(Value::iter(State::Until(value, sentinel))),
            None => iterate(&value),
        }
    }),
    Native::later("next", |vm, args| {
        Box::pin(async move {
            let [iterator, default] = args.between("next", 1)?;
            match vm.next(&iterator.unwrap_or(Value::None)).await? {
                Some(value) => Ok(value),
                None => default.ok_or_else(exception::stop_iteration),
            }
        })
    }),
    Native::later("dir", |vm, args| {
        Box::pin(async move {
            let [value] = args.between("dir", 0)?;
            let mut names = match &value {
                None => vm.globals.keys().map(|name| name.as_str().to_owned()).collect(),
                Some(value) => {
                    vm.prepare(value).await?;
                    types::attribute::names(value)
                }
            };
            names.sort();
            names.dedup();
            Ok(Value::list(names.into_iter().map(Value::text).collect()))
        })
    }),
    Native::sync("globals", |vm, args| {
        args.exactly::<0>("globals")?;
        let dict = crate::value::Dict::new();
        let mut names: Vec<_> = vm
            .globals
            .iter()
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        names.sort_by(|(a, _), (b, _)| a.as_str().cmp(b));
        for (name, value) in names {
            dict.insert(Value::Str(name), value)?;
        }
        Ok(Value::dict(dict))
    }),
    Native::sync("input", |_, _| {
        Err(not_implemented(
            "a cell has no keyboard; assign the text to a variable",
        ))
    }),
    Native::sync("open", |_, _| {
        Err(not_implemented(
            "a cell has no files; read with spark.read, or paste the text into the cell",
        ))
    }),
    Native::sync("eval", |_, _| {
        Err(not_implemented(
            "text is not evaluated; write the expression itself",
        ))
    }),
    Native::sync("exec", |_, _| {
        Err(not_implemented(
            "text is not executed; write the statements themselves",
        ))
    }),
];

static CLASSES: &[&Class] = &[
    &OBJECT,
    &types::INT,
    &types::BOOL,
    &types::FLOAT,
    &types::STR,
    &types::BYTES,
    &types::BYTEARRAY,
    &types::LIST,
    &types::TUPLE,
    &types::DICT,
    &types::SET,
    &types::FROZENSET,
    &types::RANGE,
    &types::SLICE,
    &types::TYPE,
    &ENUMERATE,
    &ZIP,
    &MAP,
    &FILTER,
    &REVERSED,
];

/// The built-in functions, types and exceptions.
pub(crate) fn names() -> Vec<&'static str> {
    let classes = CLASSES.iter().copied().chain(exception::CLASSES.iter().copied());
    let classes = classes
        .filter(|class| class.module.is_empty())
        .map(|class| class.name);
    FUNCTIONS
        .iter()
        .map(|native| native.name)
        .chain(classes)
        .collect()
}

/// A built-in name.
pub(crate) fn get(name: &str) -> Option<Value> {
    if let Some(native) = FUNCTIONS.iter().find(|native| native.name == name) {
        return Some(Value::Native(native));
    }
    if let Some(class) = CLASSES.iter().copied().find(|class| class.name == name) {
        return Some(Value::Class(class));
    }
    match name {
        "NotImplemented" => return Some(Value::NotImplemented),
        "Ellipsis" => return Some(Value::Ellipsis),
        "__name__" => return Some(Value::text("__main__")),
        "EnvironmentError" | "IOError" => return Some(Value::Class(&exception::OS_ERROR)),
        _ => {}
    }
    exception::class(name)
        .filter(|class| class.module.is_empty())
        .map(Value::Class)
}

/// `isinstance`.
pub(crate) fn is_instance(value: &Value, class: &Value) -> R<bool> {
    match class {
        Value::Class(class) => Ok(types::class_of(value).derives(class)),
        Value::Tuple(classes) => {
            for class in classes.iter() {
                if limits::deeper(|| is_instance(value, class))? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        Value::None => Ok(value.is_none()),
        _ => Err(type_error(
            "isinstance() arg 2 must be a type, a tuple of types, or a union",
        )),
    }
}

fn print(vm: &mut Vm, mut args: Arguments) -> LocalBoxFuture<'_, R<Value>> {
    Box::pin(async move {
        let text = |value: Option<Value>, default: &str, name: &str| match value {
            None | Some(Value::None) => Ok(default.to_owned()),
            Some(Value::Str(text)) => Ok(text.as_str().to_owned()),
            Some(other) => Err(type_error(format!(
                "{name} must be None or a string, not {}",
                types::class_of(&other).name
            ))),
        };
        let separator = text(args.take("sep"), " ", "sep")?;
        let end = text(args.take("end"), "\n", "end")?;
        args.take("flush");
        if args.take("file").is_some_and(|file| !file.is_none()) {
            return Err(not_implemented(
                "print(file=...) has nowhere to print to; leave file out",
            ));
        }
        if let Some((name, _)) = args.named.first() {
            return Err(type_error(format!(
                "'{}' is an invalid keyword argument for print()",
                &***name
            )));
        }
        let mut out = String::new();
        for (at, value) in args.positional.iter().enumerate() {
            if at > 0 {
                out.push_str(&separator);
            }
            vm.prepare(value).await?;
            let text = types::str(value)?;
            limits::reserve(out.len() / 8 + text.len())?;
            out.push_str(&text);
        }
        out.push_str(&end);
        vm.print(&out);
        Ok(Value::None)
    })
}

async fn extreme(
    vm: &mut Vm,
    mut args: Arguments,
    name: &str,
    before: fn(&Value, &Value) -> R<bool>,
) -> R<Value> {
    let key = args.take("key").filter(|key| !key.is_none());
    let default = args.take("default");
    args.no_names(name)?;
    let values = match &args.positional[..] {
        [] => {
            return Err(type_error(format!("{name} expected at least 1 argument, got 0")));
        }
        [one] => vm.collect(one).await?,
        _ => args.positional,
    };
    let mut best: Option<(Value, Value)> = None;
    for value in values {
        let rank = match &key {
            Some(key) => vm.call(key, vec![value.clone()].into()).await?,
            None => value.clone(),
        };
        let better = match &best {
            Some((held, _)) => before(&rank, held)?,
            None => true,
        };
        if better {
            best = Some((rank, value));
        }
    }
    best.map(|(_, value)| value)
        .or(default)
        .ok_or_else(|| value_error(format!("{name}() arg is an empty sequence")))
}

async fn search(vm: &mut Vm, args: Arguments, name: &str, wanted: bool) -> R<Value> {
    let [values] = args.exactly(name)?;
    let source = iterate(&values)?;
    while let Some(value) = vm.next(&source).await? {
        if types::truth(&value)? == wanted {
            return Ok(Value::Bool(wanted));
        }
    }
    Ok(Value::Bool(!wanted))
}

fn radix(args: Arguments, name: &str, specification: &str) -> R<Value> {
    let [value] = args.exactly(name)?;
    let value = match arithmetic::big(&value) {
        Some(number) => Value::big(number),
        None => {
            return Err(type_error(format!(
                "'{}' object cannot be interpreted as an integer",
                types::class_of(&value).name
            )));
        }
    };
    types::specification::format(&value, specification).map(Value::text)
}

fn reversed(_: &mut Vm, args: Arguments) -> R<Value> {
    let [value] = args.exactly("reversed")?;
    Ok(Value::iter(match &value {
        Value::List(list) => State::Reversed(list.clone(), list.borrow().len()),
        Value::Range(range) => {
            let len = range.len();
            let last = |at: u64| match range.at(at) {
                Value::Int(number) => number,
                _ => range.start,
            };
            let range = match len {
                0 => Range {
                    start: 0,
                    stop: 0,
                    step: 1,
                },
                len => Range {
                    start: last(len - 1),
                    stop: range.start.saturating_sub(range.step.signum()),
                    step: range
                        .step
                        .checked_neg()
                        .ok_or_else(|| raise(&exception::OVERFLOW_ERROR, "range step too large"))?,
                },
            };
            State::Range(range.into(), 0)
        }
        Value::Tuple(values) => State::Owned(values.iter().rev().cloned().collect(), 0),
        Value::Str(text) => {
            limits::reserve(text.len().saturating_mul(size_of::<Value>()))?;
            State::Owned(text.chars().rev().map(Value::text).collect(), 0)
        }
        Value::Dict(dict) => State::Owned(dict.keys().into_iter().rev().collect(), 0),
        other => {
            return Err(type_error(format!(
                "'{}' object is not reversible",
                types::class_of(other).name
            )));
        }
    }))
}
