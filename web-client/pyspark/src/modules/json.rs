//! `json`: `loads` and `dumps`, to the letter.

use std::fmt::Write;

use num_bigint::BigInt;

use super::module;
use crate::{
    exception::{self, R, raise, type_error, value_error},
    limits,
    types::{self, class_of, compare},
    value::{Dict, Value},
    vm::{
        Vm,
        native::{Arguments, Native},
    },
};

module!(MODULE, "json", NATIVES, &[&exception::JSON_DECODE_ERROR], |_| {
    None
});

static NATIVES: &[Native] = &[
    Native::sync("loads", |_, args| {
        let [text] = args.exactly("loads")?;
        match &text {
            Value::Str(text) => loads(text),
            Value::Bytes(bytes) => loads(&String::from_utf8_lossy(bytes)),
            other => Err(type_error(format!(
                "the JSON object must be str, bytes or bytearray, not {}",
                class_of(other).name
            ))),
        }
    }),
    Native::later("dumps", |vm, args| Box::pin(dumps(vm, args))),
];

/// The value that a text stands for.
pub(crate) fn loads(text: &str) -> R<Value> {
    let mut reader = Reader { text, at: 0 };
    reader.space();
    let value = reader.value()?;
    reader.space();
    match reader.at == text.len() {
        true => Ok(value),
        false => Err(reader.error("Extra data", reader.at)),
    }
}

struct Reader<'a> {
    text: &'a str,
    /// In bytes.
    at: usize,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn space(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len();
    }

    fn take(&mut self, token: &str) -> bool {
        let found = self.rest().starts_with(token);
        self.at += if found { token.len() } else { 0 };
        found
    }

    fn error(&self, message: &str, at: usize) -> exception::Raised {
        let before = &self.text[..at];
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
        let place = before.chars().count();
        raise(
            &exception::JSON_DECODE_ERROR,
            format!("{message}: line {line} column {column} (char {place})"),
        )
    }

    fn value(&mut self) -> R<Value> {
        limits::spend(1)?;
        limits::deeper(|| match self.rest().as_bytes().first() {
            Some(b'"') => self.string().map(Value::text),
            Some(b'{') => self.object(),
            Some(b'[') => self.array(),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => {
                for (token, value) in [
                    ("null", Value::None),
                    ("true", Value::Bool(true)),
                    ("false", Value::Bool(false)),
                    ("NaN", Value::Float(f64::NAN)),
                    ("Infinity", Value::Float(f64::INFINITY)),
                ] {
                    if self.take(token) {
                        return Ok(value);
                    }
                }
                Err(self.error("Expecting value", self.at))
            }
        })
    }

    fn number(&mut self) -> R<Value> {
        if self.take("-Infinity") {
            return Ok(Value::Float(f64::NEG_INFINITY));
        }
        let start = self.at;
        self.take("-");
        let digits = |reader: &mut Self| {
            let rest = reader.rest();
            let count = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            reader.at += count;
            count
        };
        if !self.take("0") && digits(self) == 0 {
            return Err(self.error("Expecting value", start));
        }
        let mut is_float = false;
        let whole = self.at;
        if self.take(".") {
            is_float = digits(self) > 0;
            if !is_float {
                self.at = whole;
            }
        }
        let fraction = self.at;
        if self.take("e") || self.take("E") {
            let _ = self.take("+") || self.take("-");
            match digits(self) {
                0 => self.at = fraction,
                _ => is_float = true,
            }
        }
        let written = &self.text[start..self.at];
        if is_float {
            return Ok(Value::Float(written.parse().unwrap_or(f64::NAN)));
        }
        limits::spend(written.len())?;
        written
            .parse::<BigInt>()
            .map(Value::big)
            .map_err(|_| self.error("Expecting value", start))
    }

    fn string(&mut self) -> R<String> {
        let start = self.at;
        self.at += 1;
        let mut out = String::new();
        loop {
            let rest = self.rest();
            let Some(end) = rest.find(|c: char| c == '"' || c == '\\' || c < ' ') else {
                return Err(self.error("Unterminated string starting at", start));
            };
            out.push_str(&rest[..end]);
            limits::reserve(out.len())?;
            self.at += end;
            if self.take("\"") {
                return Ok(out);
            }
            if !self.take("\\") {
                return Err(self.error("Invalid control character at", self.at));
            }
            let escape = self.at - 1;
            let Some(c) = self.rest().chars().next() else {
                return Err(self.error("Unterminated string starting at", start));
            };
            self.at += c.len_utf8();
            out.push(match c {
                '"' | '\\' | '/' => c,
                'b' => '\u{8}',
                'f' => '\u{c}',
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'u' => self.unit(escape)?,
                _ => return Err(self.error("Invalid \\escape", escape)),
            });
        }
    }

    /// What follows `\u`; two of them may be halves of one character.
    fn unit(&mut self, escape: usize) -> R<char> {
        let hex = |reader: &mut Self| {
            let digits = reader.text.get(reader.at..reader.at + 4)?;
            let unit = digits
                .bytes()
                .all(|digit| digit.is_ascii_hexdigit())
                .then(|| u32::from_str_radix(digits, 16).ok())??;
            reader.at += 4;
            Some(unit)
        };
        let Some(first) = hex(self) else {
            return Err(self.error("Invalid \\uXXXX escape", escape + 1));
        };
        let after = self.at;
        if (0xd800..0xdc00).contains(&first) && self.take("\\u") {
            match hex(self) {
                Some(second) if (0xdc00..0xe000).contains(&second) => {
                    let code = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
                    return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
                }
                _ => self.at = after,
            }
        }
        // A half alone is no character here.
        Ok(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn array(&mut self) -> R<Value> {
        self.at += 1;
        let mut values = Vec::new();
        self.space();
        if self.take("]") {
            return Ok(Value::list(values));
        }
        loop {
            self.space();
            values.push(self.value()?);
            self.space();
            if self.take("]") {
                return Ok(Value::list(values));
            }
            if !self.take(",") {
                return Err(self.error("Expecting ',' delimiter", self.at));
            }
        }
    }

    fn object(&mut self) -> R<Value> {
        self.at += 1;
        let dict = Dict::new();
        self.space();
        if self.take("}") {
            return Ok(Value::dict(dict));
        }
        loop {
            self.space();
            if !self.rest().starts_with('"') {
                return Err(self.error("Expecting property name enclosed in double quotes", self.at));
            }
            let key = self.string()?;
            self.space();
            if !self.take(":") {
                return Err(self.error("Expecting ':' delimiter", self.at));
            }
            self.space();
            let value = self.value()?;
            dict.insert(Value::text(key), value)?;
            self.space();
            if self.take("}") {
                return Ok(Value::dict(dict));
            }
            if !self.take(",") {
                return Err(self.error("Expecting ',' delimiter", self.at));
            }
        }
    }
}

/// How values are written.
struct Style {
    is_ascii: bool,
    indent: Option<String>,
    item: String,
    key: String,
    sorts: bool,
    default: Option<Value>,
}

async fn dumps(vm: &mut Vm, mut args: Arguments) -> R<Value> {
    let given = |value: Option<Value>| value.filter(|value| !value.is_none());
    let indent = match given(args.take("indent")) {
        None => None,
        Some(Value::Str(text)) => Some(text.as_str().to_owned()),
        Some(width) => Some(" ".repeat(usize::try_from(types::integer(&width)?).unwrap_or(0).min(1000))),
    };
    let (mut item, mut key) = (
        if indent.is_some() { "," } else { ", " }.to_owned(),
        ": ".to_owned(),
    );
    if let Some(separators) = given(args.take("separators")) {
        let pair = vm.collect(&separators).await?;
        let [first, second] = &pair[..] else {
            return Err(value_error("separators are two texts"));
        };
        item = types::string(first, "separator")?.to_owned();
        key = types::string(second, "separator")?.to_owned();
    }
    let flag = |value: Option<Value>, default| value.map_or(Ok(default), |value| types::truth(&value));
    let style = Style {
        is_ascii: flag(args.take("ensure_ascii"), true)?,
        indent,
        item,
        key,
        sorts: flag(args.take("sort_keys"), false)?,
        default: given(args.take("default")),
    };
    let [value] = args.bind("dumps", ["obj"], 1)?;
    let mut out = String::new();
    write(vm, &value.unwrap_or(Value::None), &style, 0, &mut out).await?;
    Ok(Value::text(out))
}

/// Deeper than Python's own values may be.
const DEEPEST: usize = 900;

async fn write(vm: &mut Vm, value: &Value, style: &Style, depth: usize, out: &mut String) -> R<()> {
    limits::spend(1)?;
    limits::reserve(out.len() / 64)?;
    if depth > DEEPEST.min(limits::NESTING) {
        return Err(value_error("Circular reference detected"));
    }
    match value {
        Value::None => out.push_str("null"),
        Value::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
        Value::Float(number) if number.is_nan() => out.push_str("NaN"),
        Value::Float(number) if number.is_infinite() => {
            out.push_str(if *number > 0.0 { "Infinity" } else { "-Infinity" });
        }
        Value::Int(_) | Value::Big(_) | Value::Float(_) => out.push_str(&types::repr(value)?),
        Value::Str(text) => quote(text, style.is_ascii, out),
        Value::List(list) => {
            let parts = list.to_vec().into_iter().map(|value| (None, value)).collect();
            Box::pin(parts_of(vm, parts, ['[', ']'], style, depth, out)).await?;
        }
        Value::Tuple(values) => {
            let parts = values.iter().map(|value| (None, value.clone())).collect();
            Box::pin(parts_of(vm, parts, ['[', ']'], style, depth, out)).await?;
        }
        Value::Dict(dict) => {
            let mut pairs = dict.pairs();
            if style.sorts {
                pairs = sorted(pairs)?;
            }
            let mut parts = Vec::new();
            for (key, value) in pairs {
                parts.push((Some(key_text(&key)?), value));
            }
            Box::pin(parts_of(vm, parts, ['{', '}'], style, depth, out)).await?;
        }
        other => match &style.default {
            Some(default) => {
                let value = vm.call(default, vec![other.clone()].into()).await?;
                Box::pin(write(vm, &value, style, depth + 1, out)).await?;
            }
            None => {
                return Err(type_error(format!(
                    "Object of type {} is not JSON serializable",
                    class_of(other).name
                )));
            }
        },
    }
    Ok(())
}

async fn parts_of(
    vm: &mut Vm,
    parts: Vec<(Option<String>, Value)>,
    [open, close]: [char; 2],
    style: &Style,
    depth: usize,
    out: &mut String,
) -> R<()> {
    out.push(open);
    let line = |out: &mut String, depth: usize| {
        if let Some(indent) = &style.indent {
            out.push('\n');
            out.push_str(&indent.repeat(depth));
        }
    };
    let is_empty = parts.is_empty();
    for (at, (key, value)) in parts.into_iter().enumerate() {
        if at > 0 {
            out.push_str(&style.item);
        }
        line(out, depth + 1);
        if let Some(key) = key {
            quote(&key, style.is_ascii, out);
            out.push_str(&style.key);
        }
        write(vm, &value, style, depth + 1, out).await?;
    }
    if !is_empty {
        line(out, depth);
    }
    out.push(close);
    Ok(())
}

fn sorted(mut pairs: Vec<(Value, Value)>) -> R<Vec<(Value, Value)>> {
    let mut failed = Ok(());
    pairs.sort_by(
        |(a, _), (b, _)| match (compare::less(a, b), compare::less(b, a)) {
            (Ok(true), _) => std::cmp::Ordering::Less,
            (_, Ok(true)) => std::cmp::Ordering::Greater,
            (Err(error), _) | (_, Err(error)) => {
                failed = Err(error);
                std::cmp::Ordering::Equal
            }
            _ => std::cmp::Ordering::Equal,
        },
    );
    failed.map(|()| pairs)
}

fn key_text(key: &Value) -> R<String> {
    Ok(match key {
        Value::Str(text) => text.as_str().to_owned(),
        Value::Bool(flag) => flag.to_string(),
        Value::None => "null".to_owned(),
        Value::Int(_) | Value::Big(_) | Value::Float(_) => types::repr(key)?,
        other => {
            return Err(type_error(format!(
                "keys must be str, int, float, bool or None, not {}",
                class_of(other).name
            )));
        }
    })
}

/// A text in quotes.
pub(crate) fn quote(text: &str, is_ascii: bool, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            c if c < ' ' || (is_ascii && !(' '..='~').contains(&c)) => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    // A string takes whatever is written.
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
            c => out.push(c),
        }
    }
    out.push('"');
}
