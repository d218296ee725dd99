//! `"{0.name[key]!r:>{width}}".format(...)`.

use super::{repr, specification};
use crate::{
    exception::{self, Exception, R, raise, value_error},
    limits, types,
    value::Value,
    vm::{Vm, native::Arguments},
};

/// `str.format`; the first argument is the text.
pub(crate) async fn format(vm: &mut Vm, args: Arguments) -> R<Value> {
    let text = types::text::this(args.positional.first())?;
    let args = Arguments {
        positional: args.positional.get(1..).unwrap_or_default().to_vec(),
        named: args.named,
    };
    fill(vm, &text, args, &mut |value, _| Ok(value))
        .await
        .map(Value::text)
}

/// Fills the fields of a text, each value changed before it is written; a field's own text comes with it.
pub(crate) async fn fill(
    vm: &mut Vm,
    text: &str,
    args: Arguments,
    change: &mut dyn FnMut(Value, &str) -> R<Value>,
) -> R<String> {
    let mut filler = Filler {
        args,
        automatic: Some(0),
        change,
    };
    filler.fill(vm, text, true).await
}

struct Filler<'a> {
    args: Arguments,
    /// The next number, none once numbers were written out.
    automatic: Option<usize>,
    change: &'a mut dyn FnMut(Value, &str) -> R<Value>,
}

impl Filler<'_> {
    /// Fills one text in; specifications have fields too, but theirs have none.
    async fn fill(&mut self, vm: &mut Vm, text: &str, nested: bool) -> R<String> {
        let mut out = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            out.push_str(&rest[..at]);
            let brace = &rest[at..=at];
            rest = &rest[at + 1..];
            if rest.starts_with(brace) && nested {
                out.push_str(brace);
                rest = &rest[1..];
                continue;
            }
            if brace == "}" {
                return Err(value_error("Single '}' encountered in format string"));
            }
            let end = closing(rest)?;
            let field = &rest[..end];
            rest = &rest[end + 1..];
            if !nested && field.contains('{') {
                return Err(value_error("Max string recursion exceeded"));
            }
            let filled = self.field(vm, field).await?;
            limits::reserve(out.len() / 64 + filled.len())?;
            out.push_str(&filled);
        }
        out.push_str(rest);
        Ok(out)
    }

    async fn field(&mut self, vm: &mut Vm, field: &str) -> R<String> {
        // A colon inside of brackets belongs to a key.
        let mut depth = 0i32;
        let split = field.char_indices().find(|(_, c)| {
            match c {
                '[' => depth += 1,
                ']' => depth -= 1,
                _ => {}
            }
            depth <= 0 && matches!(c, ':' | '!')
        });
        let (name, after) = split.map_or((field, ""), |(at, _)| field.split_at(at));
        let (conversion, written) = match after.strip_prefix('!') {
            Some(rest) => {
                let conversion = rest.chars().next();
                let rest = conversion.map_or("", |c| &rest[c.len_utf8()..]);
                match rest {
                    "" => (conversion, ""),
                    rest => match rest.strip_prefix(':') {
                        Some(written) => (conversion, written),
                        None => return Err(value_error("expected ':' after conversion specifier")),
                    },
                }
            }
            None => (None, after.strip_prefix(':').unwrap_or("")),
        };
        let value = self.value(vm, name).await?;
        let value = (self.change)(value, name)?;
        vm.prepare(&value).await?;
        let written = match written.contains(['{', '}']) {
            true => Box::pin(self.fill(vm, written, false)).await?,
            false => written.to_owned(),
        };
        convert(&value, conversion, &written)
    }

    async fn value(&mut self, vm: &mut Vm, name: &str) -> R<Value> {
        let end = name.find(['.', '[']).unwrap_or(name.len());
        let (first, mut path) = name.split_at(end);
        let at = match first {
            "" => {
                let at = self.automatic.ok_or_else(|| {
                    value_error("cannot switch from manual field specification to automatic field numbering")
                })?;
                self.automatic = Some(at + 1);
                Some(at)
            }
            first => match first.parse::<usize>() {
                Ok(at) => {
                    if self.automatic.is_some_and(|next| next > 0) {
                        return Err(value_error(
                            "cannot switch from automatic field numbering to manual field specification",
                        ));
                    }
                    self.automatic = None;
                    Some(at)
                }
                Err(_) => None,
            },
        };
        let mut value = match at {
            Some(at) => self.args.positional.get(at).cloned().ok_or_else(|| {
                raise(
                    &exception::INDEX_ERROR,
                    format!("Replacement index {at} out of range for positional args tuple"),
                )
            })?,
            None => {
                let named = self.args.named.iter().find(|(key, _)| ***key == *first);
                named
                    .map(|(_, value)| value.clone())
                    .ok_or_else(|| Exception::new(&exception::KEY_ERROR, vec![Value::text(first)]))?
            }
        };
        while !path.is_empty() {
            if let Some(rest) = path.strip_prefix('.') {
                let end = rest.find(['.', '[']).unwrap_or(rest.len());
                let (attribute, after) = rest.split_at(end);
                if attribute.is_empty() {
                    return Err(value_error("Empty attribute in format string"));
                }
                value = vm.attribute(&value, attribute).await?;
                path = after;
            } else if let Some(rest) = path.strip_prefix('[') {
                let (key, after) = rest
                    .split_once(']')
                    .ok_or_else(|| value_error("Missing ']' in format string"))?;
                let key = key.parse().map_or_else(|_| Value::text(key), Value::Int);
                value = vm.item(&value, &key).await?;
                path = after;
            } else {
                return Err(value_error(
                    "Only '.' or '[' may follow ']' in format field specifier",
                ));
            }
        }
        Ok(value)
    }
}

/// Where the brace closes that a field began with.
fn closing(text: &str) -> R<usize> {
    if text.is_empty() {
        return Err(value_error("Single '{' encountered in format string"));
    }
    let mut depth = 0;
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => return Ok(at),
            '}' => depth -= 1,
            _ => {}
        }
    }
    Err(value_error("expected '}' before end of string"))
}

/// A value with its conversion and its specification.
pub(crate) fn convert(value: &Value, conversion: Option<char>, written: &str) -> R<String> {
    match conversion {
        None => specification::format(value, written),
        Some('r') => specification::format(&Value::text(types::repr(value)?), written),
        Some('s') => specification::format(&Value::text(types::str(value)?), written),
        Some('a') => specification::format(&Value::text(repr::ascii(value)?), written),
        Some(other) => Err(value_error(format!("Unknown conversion specifier '{other}'"))),
    }
}
