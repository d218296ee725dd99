//! Methods of `str` that search, split, join and replace.

use super::text::{is_space, this};
use crate::{
    exception::{R, type_error, value_error},
    limits, types,
    value::{Text, Value},
    vm::{Vm, native::Arguments},
};

pub(crate) async fn join(vm: &mut Vm, args: Arguments) -> R<Value> {
    let [separator, values] = args.exactly("join")?;
    let separator = this(Some(&separator))?;
    let values = vm.collect(&values).await?;
    let mut bytes = 0usize;
    for (at, value) in values.iter().enumerate() {
        let Value::Str(text) = value else {
            return Err(type_error(format!(
                "sequence item {at}: expected str instance, {} found",
                types::class_of(value).name
            )));
        };
        bytes = bytes.saturating_add(text.len() + separator.len());
    }
    limits::reserve(bytes)?;
    let parts: Vec<&str> = values.iter().filter_map(Value::as_str).collect();
    Ok(Value::text(parts.join(&separator)))
}

/// The separator, if one is given, and how often to split at most.
fn separator(value: Option<Value>, most: Option<Value>) -> R<(Option<String>, usize)> {
    let separator = match value {
        None | Some(Value::None) => None,
        Some(value) => Some(types::string(&value, "separator")?.to_owned()),
    };
    if separator.as_deref() == Some("") {
        return Err(value_error("empty separator"));
    }
    let most = most.map_or(Ok(-1), |most| types::integer(&most))?;
    Ok((separator, usize::try_from(most).unwrap_or(usize::MAX)))
}

pub(crate) fn split(args: Arguments, from_right: bool) -> R<Value> {
    let [text, by, most] = args.bind("split", ["self", "sep", "maxsplit"], 1)?;
    let text = this(text.as_ref())?;
    let (by, most) = separator(by, most)?;
    limits::reserve(text.len().saturating_mul(8))?;
    let parts: Vec<Value> = match (by, from_right) {
        (Some(by), false) => text
            .splitn(most.saturating_add(1), &by)
            .map(Value::text)
            .collect(),
        (Some(by), true) => {
            let mut parts: Vec<_> = text
                .rsplitn(most.saturating_add(1), &by)
                .map(Value::text)
                .collect();
            parts.reverse();
            parts
        }
        (None, false) => {
            let mut parts = Vec::new();
            let mut rest = text.trim_start_matches(is_space);
            while !rest.is_empty() {
                let end = match parts.len() < most {
                    true => rest.find(is_space).unwrap_or(rest.len()),
                    false => {
                        parts.push(Value::text(rest));
                        break;
                    }
                };
                let (part, after) = rest.split_at(end);
                parts.push(Value::text(part));
                rest = after.trim_start_matches(is_space);
            }
            parts
        }
        (None, true) => {
            let mut parts = Vec::new();
            let mut rest = text.trim_end_matches(is_space);
            while !rest.is_empty() {
                if parts.len() >= most {
                    parts.push(Value::text(rest));
                    break;
                }
                let start = rest.char_indices().rev().find(|(_, c)| is_space(*c));
                let start = start.map_or(0, |(at, c)| at + c.len_utf8());
                let (before, part) = rest.split_at(start);
                parts.push(Value::text(part));
                rest = before.trim_end_matches(is_space);
            }
            parts.reverse();
            parts
        }
    };
    Ok(Value::list(parts))
}

pub(crate) fn split_lines(_: &mut Vm, args: Arguments) -> R<Value> {
    let [text, keep] = args.bind("splitlines", ["self", "keepends"], 1)?;
    let text = this(text.as_ref())?;
    let keep = keep.map_or(Ok(false), |keep| types::truth(&keep))?;
    limits::reserve(text.len().saturating_mul(8))?;
    let mut lines = Vec::new();
    let mut rest: &str = &text;
    const ENDS: [char; 10] = [
        '\n', '\r', '\x0b', '\x0c', '\x1c', '\x1d', '\x1e', '\u{85}', '\u{2028}', '\u{2029}',
    ];
    while !rest.is_empty() {
        let (line, end) = match rest.find(ENDS) {
            Some(at) => {
                let end = match rest[at..].starts_with("\r\n") {
                    true => at + 2,
                    false => at + rest[at..].chars().next().map_or(1, char::len_utf8),
                };
                (at, end)
            }
            None => (rest.len(), rest.len()),
        };
        lines.push(Value::text(&rest[..if keep { end } else { line }]));
        rest = &rest[end..];
    }
    Ok(Value::list(lines))
}

pub(crate) fn partition(args: Arguments, from_right: bool) -> R<Value> {
    let [text, by] = args.exactly("partition")?;
    let text = this(Some(&text))?;
    let by = types::string(&by, "separator")?;
    if by.is_empty() {
        return Err(value_error("empty separator"));
    }
    let parts = match from_right {
        true => text.rsplit_once(by),
        false => text.split_once(by),
    };
    let parts = match parts {
        Some((before, after)) => [before, by, after],
        None if from_right => ["", "", &text],
        None => [&text, "", ""],
    };
    Ok(Value::tuple(parts.map(Value::text).to_vec()))
}

pub(crate) fn strip(args: Arguments, left: bool, right: bool) -> R<Value> {
    let [text, characters] = args.between("strip", 1)?;
    let text = this(text.as_ref())?;
    let set: Option<Vec<char>> = match &characters {
        None | Some(Value::None) => None,
        Some(value) => Some(types::string(value, "strip arg")?.chars().collect()),
    };
    if let Some(set) = &set {
        limits::spend(text.len().saturating_mul(set.len()) / 16)?;
    }
    let strip = |c: char| set.as_ref().map_or_else(|| is_space(c), |set| set.contains(&c));
    let mut stripped: &str = &text;
    if left {
        stripped = stripped.trim_start_matches(strip);
    }
    if right {
        stripped = stripped.trim_end_matches(strip);
    }
    Ok(Value::text(stripped))
}

pub(crate) fn replace(_: &mut Vm, args: Arguments) -> R<Value> {
    let [text, old, new, most] = args.bind("replace", ["self", "old", "new", "count"], 3)?;
    let text = this(text.as_ref())?;
    let (old, new) = (old.unwrap_or(Value::None), new.unwrap_or(Value::None));
    let old = types::string(&old, "replace() argument 1")?;
    let new = types::string(&new, "replace() argument 2")?;
    let most = most.map_or(Ok(-1), |most| types::integer(&most))?;
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let times = text.len() / old.len().max(1) + 1;
    limits::reserve(
        text.len()
            .saturating_add(times.min(most).saturating_mul(new.len())),
    )?;
    Ok(Value::text(text.replacen(old, new, most)))
}

/// A part of a text that a search looks at, and how many characters are before it. None if it is empty beyond the end.
fn window(text: &Text, start: Option<Value>, stop: Option<Value>) -> R<Option<(&str, usize)>> {
    let len = text.characters() as i64;
    let bound = |value: Option<Value>, default: i64| -> R<i64> {
        match value {
            None | Some(Value::None) => Ok(default),
            Some(value) => {
                let at = types::index(&value, "slice indices")?;
                Ok(if at < 0 { at.saturating_add(len).max(0) } else { at })
            }
        }
    };
    let (start, stop) = (bound(start, 0)?, bound(stop, len)?.min(len));
    if start > stop {
        return Ok(None);
    }
    let (start, stop) = (start as usize, stop as usize);
    let byte = |at: usize| match text.is_ascii() {
        true => at,
        false => text.char_indices().nth(at).map_or(text.len(), |(byte, _)| byte),
    };
    Ok(Some((
        text.get(byte(start)..byte(stop)).unwrap_or_default(),
        start,
    )))
}

pub(crate) fn find(args: Arguments, name: &str, from_right: bool) -> R<Value> {
    let [text, part, start, stop] = args.between(name, 2)?;
    let text = this(text.as_ref())?;
    let part = part.unwrap_or(Value::None);
    let part = types::string(&part, "the text to find")?;
    let found = window(&text, start, stop)?.and_then(|(window, before)| {
        let at = match from_right {
            true => window.rfind(part),
            false => window.find(part),
        }?;
        Some(before + window[..at].chars().count())
    });
    Ok(found.map_or(Value::Int(-1), Value::size))
}

pub(crate) fn index(args: Arguments, name: &str, from_right: bool) -> R<Value> {
    match find(args, name, from_right)? {
        Value::Int(-1) => Err(value_error("substring not found")),
        found => Ok(found),
    }
}

pub(crate) fn count(_: &mut Vm, args: Arguments) -> R<Value> {
    let [text, part, start, stop] = args.between("count", 2)?;
    let text = this(text.as_ref())?;
    let part = part.unwrap_or(Value::None);
    let part = types::string(&part, "the text to count")?;
    Ok(Value::size(
        window(&text, start, stop)?.map_or(0, |(window, _)| window.matches(part).count()),
    ))
}

pub(crate) fn starts(args: Arguments, name: &str, test: fn(&str, &str) -> bool) -> R<Value> {
    let [text, parts, start, stop] = args.between(name, 2)?;
    let text = this(text.as_ref())?;
    let Some((window, _)) = window(&text, start, stop)? else {
        return Ok(Value::Bool(false));
    };
    let parts = parts.unwrap_or(Value::None);
    let one = [parts.clone()];
    let parts: &[Value] = match &parts {
        Value::Tuple(parts) => parts,
        _ => &one,
    };
    for part in parts {
        let Value::Str(part) = part else {
            return Err(type_error(format!(
                "{name} first arg must be str or a tuple of str, not {}",
                types::class_of(part).name
            )));
        };
        if test(window, part) {
            return Ok(Value::Bool(true));
        }
    }
    Ok(Value::Bool(false))
}
