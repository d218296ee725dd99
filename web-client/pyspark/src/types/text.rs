//! Methods of `str`: tests, cases, padding. Searching, splitting and joining are in `text_parts`.

use std::rc::Rc;

use super::{integer as int_type, text_parts};
use crate::{
    exception::{R, type_error, value_error},
    limits, types,
    value::{Dict, Text, Value},
    vm::native::{Arguments, Native},
};

/// The string that a method is of.
pub(crate) fn this(value: Option<&Value>) -> R<Rc<Text>> {
    match value {
        Some(Value::Str(text)) => {
            limits::spend(text.len() / 32)?;
            Ok(text.clone())
        }
        other => Err(type_error(format!(
            "descriptor requires a 'str' object but received a '{}'",
            other.map_or("nothing", |value| types::class_of(value).name)
        ))),
    }
}

/// A method without arguments that makes a string of one.
macro_rules! map {
    ($name:literal, $map:expr) => {
        Native::sync($name, |_, args| {
            let [value] = args.exactly($name)?;
            let text = this(Some(&value))?;
            limits::reserve(text.len())?;
            let map: fn(&str) -> String = $map;
            Ok(Value::text(map(&text)))
        })
    };
}

/// A method that says whether a string, not an empty one, has only such characters.
macro_rules! test {
    ($name:literal, $test:expr) => {
        Native::sync($name, |_, args| {
            let [value] = args.exactly($name)?;
            let text = this(Some(&value))?;
            let test: fn(char) -> bool = $test;
            Ok(Value::Bool(!text.is_empty() && text.chars().all(test)))
        })
    };
}

pub(crate) static METHODS: &[Native] = &[
    map!("lower", str::to_lowercase),
    map!("upper", str::to_uppercase),
    map!("casefold", |text| text.replace('ß', "ss").to_lowercase()),
    map!("swapcase", |text| text
        .chars()
        .flat_map(|c| match c.is_uppercase() {
            true => c.to_lowercase().collect::<Vec<_>>(),
            false => c.to_uppercase().collect(),
        })
        .collect()),
    map!("capitalize", capitalize),
    map!("title", title),
    test!("isalpha", char::is_alphabetic),
    test!("isalnum", char::is_alphanumeric),
    test!("isdigit", |c| is_decimal(c) || "²³¹⁰⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉".contains(c)),
    test!("isdecimal", is_decimal),
    test!("isnumeric", char::is_numeric),
    test!("isspace", is_space),
    Native::sync("isascii", |_, args| {
        let [value] = args.exactly("isascii")?;
        Ok(Value::Bool(this(Some(&value))?.is_ascii()))
    }),
    Native::sync("isprintable", |_, args| {
        let [value] = args.exactly("isprintable")?;
        Ok(Value::Bool(
            this(Some(&value))?.chars().all(types::repr::is_printable),
        ))
    }),
    Native::sync("isidentifier", |_, args| {
        let [value] = args.exactly("isidentifier")?;
        let text = this(Some(&value))?;
        let head = text.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_');
        Ok(Value::Bool(
            head && text.chars().all(|c| c.is_alphanumeric() || c == '_'),
        ))
    }),
    Native::sync("islower", |_, args| {
        let [value] = args.exactly("islower")?;
        let text = this(Some(&value))?;
        Ok(Value::Bool(
            text.chars().any(char::is_lowercase) && !text.chars().any(char::is_uppercase),
        ))
    }),
    Native::sync("isupper", |_, args| {
        let [value] = args.exactly("isupper")?;
        let text = this(Some(&value))?;
        Ok(Value::Bool(
            text.chars().any(char::is_uppercase) && !text.chars().any(char::is_lowercase),
        ))
    }),
    Native::sync("istitle", |_, args| {
        let [value] = args.exactly("istitle")?;
        let text = this(Some(&value))?;
        Ok(Value::Bool(
            text.chars().any(char::is_alphabetic) && title(&text) == **text,
        ))
    }),
    Native::sync("ljust", |_, args| pad(args, "ljust", |room| (0, room))),
    Native::sync("rjust", |_, args| pad(args, "rjust", |room| (room, 0))),
    Native::sync("center", center),
    Native::sync("zfill", zfill),
    Native::sync("expandtabs", expand_tabs),
    Native::sync("encode", |_, args| {
        let [text, encoding, errors] = args.bind("encode", ["self", "encoding", "errors"], 1)?;
        types::bytes::encode(&this(text.as_ref())?.clone(), encoding.as_ref(), errors.as_ref())
    }),
    Native::sync("translate", translate),
    Native::later("format", |vm, args| Box::pin(types::format::format(vm, args))),
    Native::later("format_map", |vm, args| {
        Box::pin(async move {
            let [text, values] = args.exactly("format_map")?;
            let named = match &values {
                Value::Dict(dict) => dict.pairs(),
                _ => return Err(type_error("format_map() takes a dict")),
            };
            let named = named.into_iter().filter_map(|(key, value)| match key {
                Value::Str(key) => Some((key, value)),
                _ => None,
            });
            let args = Arguments {
                positional: vec![text],
                named: named.collect(),
            };
            types::format::format(vm, args).await
        })
    }),
    Native::later("join", |vm, args| Box::pin(text_parts::join(vm, args))),
    Native::sync("split", |_, args| text_parts::split(args, false)),
    Native::sync("rsplit", |_, args| text_parts::split(args, true)),
    Native::sync("splitlines", text_parts::split_lines),
    Native::sync("partition", |_, args| text_parts::partition(args, false)),
    Native::sync("rpartition", |_, args| text_parts::partition(args, true)),
    Native::sync("strip", |_, args| text_parts::strip(args, true, true)),
    Native::sync("lstrip", |_, args| text_parts::strip(args, true, false)),
    Native::sync("rstrip", |_, args| text_parts::strip(args, false, true)),
    Native::sync("replace", text_parts::replace),
    Native::sync("find", |_, args| text_parts::find(args, "find", false)),
    Native::sync("rfind", |_, args| text_parts::find(args, "rfind", true)),
    Native::sync("index", |_, args| text_parts::index(args, "index", false)),
    Native::sync("rindex", |_, args| text_parts::index(args, "rindex", true)),
    Native::sync("count", text_parts::count),
    Native::sync("startswith", |_, args| {
        text_parts::starts(args, "startswith", |text, part| text.starts_with(part))
    }),
    Native::sync("endswith", |_, args| {
        text_parts::starts(args, "endswith", |text, part| text.ends_with(part))
    }),
    Native::sync("removeprefix", |_, args| {
        let [text, prefix] = args.exactly("removeprefix")?;
        let text = this(Some(&text))?;
        let prefix = types::string(&prefix, "removeprefix() argument")?;
        Ok(Value::text(text.strip_prefix(prefix).unwrap_or(&text)))
    }),
    Native::sync("removesuffix", |_, args| {
        let [text, suffix] = args.exactly("removesuffix")?;
        let text = this(Some(&text))?;
        let suffix = types::string(&suffix, "removesuffix() argument")?;
        Ok(Value::text(text.strip_suffix(suffix).unwrap_or(&text)))
    }),
];

pub(crate) static STATICS: &[Native] = &[Native::sync("maketrans", |_, args| {
    let [from, to, gone] = args.between("maketrans", 1)?;
    let table = Dict::new();
    let code = |c: char| Value::Int(u32::from(c).into());
    match (&from, &to) {
        (Some(Value::Dict(dict)), None) => {
            for (key, value) in dict.pairs() {
                let key = match &key {
                    Value::Str(text) => text.chars().next().map_or(Value::None, code),
                    other => other.clone(),
                };
                table.insert(key, value)?;
            }
        }
        (Some(Value::Str(from)), Some(Value::Str(to))) => {
            if from.characters() != to.characters() {
                return Err(value_error(
                    "the first two maketrans arguments must have equal length",
                ));
            }
            for (a, b) in from.chars().zip(to.chars()) {
                table.insert(code(a), code(b))?;
            }
            if let Some(Value::Str(gone)) = gone {
                for c in gone.chars() {
                    table.insert(code(c), Value::None)?;
                }
            }
        }
        _ => return Err(type_error("maketrans() takes a dict or two strings")),
    }
    Ok(Value::dict(table))
})];

fn is_decimal(c: char) -> bool {
    c.is_ascii_digit() || int_type::decimal_digit(c).is_some_and(|_| !c.is_ascii())
}

/// What Python takes for white space.
pub(crate) fn is_space(c: char) -> bool {
    c.is_whitespace() || ('\x1c'..='\x1f').contains(&c)
}

fn capitalize(text: &str) -> String {
    let mut characters = text.chars();
    let Some(first) = characters.next() else {
        return String::new();
    };
    first
        .to_uppercase()
        .chain(characters.as_str().to_lowercase().chars())
        .collect()
}

fn title(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut inside = false;
    for c in text.chars() {
        match inside {
            true => out.extend(c.to_lowercase()),
            false => out.extend(c.to_uppercase()),
        }
        inside = c.is_alphabetic();
    }
    out
}

/// The text, the room that is left to a width, and what fills it.
fn room(args: Arguments, name: &str) -> R<(Rc<Text>, usize, char)> {
    let [text, width, fill] = args.between(name, 2)?;
    let text = this(text.as_ref())?;
    let width = usize::try_from(types::integer(&width.unwrap_or(Value::None))?).unwrap_or(0);
    let fill = match &fill {
        None => ' ',
        Some(fill) => {
            let mut characters = types::string(fill, "the fill character")?.chars();
            match (characters.next(), characters.next()) {
                (Some(fill), None) => fill,
                _ => {
                    return Err(type_error(
                        "The fill character must be exactly one character long",
                    ));
                }
            }
        }
    };
    limits::reserve(width.saturating_mul(4))?;
    let room = width.saturating_sub(text.characters());
    Ok((text, room, fill))
}

fn padded(text: &str, left: usize, right: usize, fill: char) -> Value {
    let mut out = String::new();
    out.extend(std::iter::repeat_n(fill, left));
    out.push_str(text);
    out.extend(std::iter::repeat_n(fill, right));
    Value::text(out)
}

fn pad(args: Arguments, name: &str, sides: fn(usize) -> (usize, usize)) -> R<Value> {
    let (text, room, fill) = room(args, name)?;
    let (left, right) = sides(room);
    Ok(padded(&text, left, right, fill))
}

fn center(_: &mut crate::vm::Vm, args: Arguments) -> R<Value> {
    let (text, room, fill) = room(args, "center")?;
    let width = room + text.characters();
    // The odd one goes where Python puts it.
    let left = room / 2 + (room & width & 1);
    Ok(padded(&text, left, room - left, fill))
}

fn zfill(_: &mut crate::vm::Vm, args: Arguments) -> R<Value> {
    let (text, room, _) = room(args, "zfill")?;
    let (sign, digits) = match text.starts_with(['+', '-']) {
        true => text.split_at(1),
        false => ("", &**text),
    };
    let mut out = String::from(sign);
    out.extend(std::iter::repeat_n('0', room));
    out.push_str(digits);
    Ok(Value::text(out))
}

fn expand_tabs(_: &mut crate::vm::Vm, args: Arguments) -> R<Value> {
    let [text, size] = args.bind("expandtabs", ["self", "tabsize"], 1)?;
    let text = this(text.as_ref())?;
    let size = usize::try_from(size.map_or(Ok(8), |size| types::integer(&size))?).unwrap_or(0);
    limits::reserve(text.matches('\t').count().saturating_mul(size))?;
    let (mut out, mut column) = (String::new(), 0usize);
    for c in text.chars() {
        match c {
            '\t' if size == 0 => {}
            '\t' => {
                let spaces = size - column % size;
                out.extend(std::iter::repeat_n(' ', spaces));
                column += spaces;
            }
            '\n' | '\r' => {
                out.push(c);
                column = 0;
            }
            _ => {
                out.push(c);
                column += 1;
            }
        }
    }
    Ok(Value::text(out))
}

fn translate(_: &mut crate::vm::Vm, args: Arguments) -> R<Value> {
    let [text, table] = args.exactly("translate")?;
    let text = this(Some(&text))?;
    let Value::Dict(table) = &table else {
        return Err(type_error("translate() takes a dict, as str.maketrans makes one"));
    };
    let mut out = String::new();
    for c in text.chars() {
        match table.get(&Value::Int(u32::from(c).into()))? {
            None => out.push(c),
            Some(Value::None) => {}
            Some(Value::Str(text)) => {
                limits::reserve(out.len() / 64 + text.len())?;
                out.push_str(&text);
            }
            Some(Value::Int(code)) => {
                let code = u32::try_from(code).ok().and_then(char::from_u32);
                out.push(code.ok_or_else(|| value_error("character mapping must be in range(0x110000)"))?);
            }
            Some(_) => return Err(type_error("character mapping must return integer, None or str")),
        }
    }
    Ok(Value::text(out))
}
