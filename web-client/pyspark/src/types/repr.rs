//! `repr` and `str`, to the letter.

use std::fmt::Write;

use num_bigint::BigInt;

use super::class_of;
use crate::{
    exception::{R, value_error},
    limits,
    value::{Text, Value},
};

/// `repr(value)`.
pub(crate) fn repr(value: &Value) -> R<String> {
    let mut out = String::new();
    write(value, &mut out)?;
    Ok(out)
}

/// `str(value)`.
pub(crate) fn str(value: &Value) -> R<String> {
    match value {
        Value::Str(text) => {
            limits::spend(text.len() / 64)?;
            Ok(text.as_str().to_owned())
        }
        Value::Exception(exception) => exception.message(),
        Value::Object(object) => object.str(),
        other => repr(other),
    }
}

fn write(value: &Value, out: &mut String) -> R<()> {
    limits::spend(1)?;
    match value {
        Value::None => out.push_str("None"),
        Value::NotImplemented => out.push_str("NotImplemented"),
        Value::Ellipsis => out.push_str("Ellipsis"),
        Value::Bool(true) => out.push_str("True"),
        Value::Bool(false) => out.push_str("False"),
        Value::Int(number) => {
            // A string takes whatever is written.
            let _ = write!(out, "{number}");
        }
        Value::Big(number) => out.push_str(&digits(number)?),
        Value::Float(number) => out.push_str(&float(*number)),
        Value::Str(text) => {
            limits::reserve(out.len() / 8 + text.len())?;
            quote(text, out);
        }
        Value::Bytes(bytes) => {
            limits::reserve(bytes.len() * 4)?;
            quote_bytes(bytes, out);
        }
        Value::List(list) => {
            let values = list.to_vec();
            sequence(&values, "[", "]", out)?;
        }
        Value::Tuple(values) if values.len() == 1 => sequence(values, "(", ",)", out)?,
        Value::Tuple(values) => sequence(values, "(", ")", out)?,
        Value::Dict(dict) => {
            let pairs = dict.pairs();
            out.push('{');
            limits::deeper(|| {
                for (at, (key, value)) in pairs.iter().enumerate() {
                    if at > 0 {
                        out.push_str(", ");
                    }
                    write(key, out)?;
                    out.push_str(": ");
                    write(value, out)?;
                }
                Ok(())
            })?;
            out.push('}');
        }
        Value::Set(set) => {
            let values = set.to_vec();
            match (set.is_frozen(), values.is_empty()) {
                (true, true) => out.push_str("frozenset()"),
                (true, false) => sequence(&values, "frozenset({", "})", out)?,
                (false, true) => out.push_str("set()"),
                (false, false) => sequence(&values, "{", "}", out)?,
            }
        }
        Value::Range(range) => {
            let _ = match range.step {
                1 => write!(out, "range({}, {})", range.start, range.stop),
                step => write!(out, "range({}, {}, {step})", range.start, range.stop),
            };
        }
        Value::Slice(parts) => sequence(parts, "slice(", ")", out)?,
        Value::Function(function) => {
            let _ = write!(
                out,
                "<function {} at 0x{:012x}>",
                &**function.code.name,
                address(function)
            );
        }
        Value::Native(native) => {
            let _ = write!(out, "<built-in function {}>", native.name);
        }
        Value::Method(method) => {
            let class = class_of(&method.this);
            let name = method.native.name;
            // Python's own types and those of its library are written in C.
            if class.module.starts_with("pyspark") {
                let _ = write!(out, "<bound method {}.{name} of ", class.name);
                write(&method.this, out)?;
                out.push('>');
            } else {
                let _ = write!(
                    out,
                    "<built-in method {name} of {} object at 0x{:012x}>",
                    class.name,
                    address(method)
                );
            }
        }
        Value::Class(class) => {
            let _ = write!(out, "<class '{}'>", class.full_name());
        }
        Value::Exception(exception) => {
            out.push_str(exception.class.name);
            let args = exception.args.borrow().clone();
            sequence(&args, "(", ")", out)?;
        }
        Value::Iter(iter) => {
            let _ = match &*iter.0.borrow() {
                crate::value::iterator::State::Generator(_, name) => {
                    write!(out, "<generator object {} at 0x{:012x}>", &***name, address(iter))
                }
                _ => Ok(()),
            };
            if !matches!(&*iter.0.borrow(), crate::value::iterator::State::Generator(..)) {
                let _ = write!(
                    out,
                    "<{} object at 0x{:012x}>",
                    iter.class().full_name(),
                    address(iter)
                );
            }
        }
        Value::Module(module) => {
            let _ = write!(out, "<module '{}'>", module.name);
        }
        Value::Object(object) => {
            let text = limits::deeper(|| object.repr())?;
            out.push_str(&text);
        }
    }
    Ok(())
}

fn address<T>(value: &std::rc::Rc<T>) -> usize {
    std::rc::Rc::as_ptr(value).cast::<u8>() as usize
}

fn sequence(values: &[Value], open: &str, close: &str, out: &mut String) -> R<()> {
    out.push_str(open);
    limits::deeper(|| {
        for (at, value) in values.iter().enumerate() {
            if at > 0 {
                out.push_str(", ");
            }
            write(value, out)?;
        }
        Ok(())
    })?;
    out.push_str(close);
    Ok(())
}

/// Values as Python writes them between brackets.
pub(crate) fn joined(values: &[Value]) -> R<String> {
    let mut out = String::new();
    sequence(values, "", "", &mut out)?;
    Ok(out)
}

/// The digits of an integer, unless there are more than Python writes.
pub(crate) fn digits(number: &BigInt) -> R<String> {
    const MOST: usize = 4300;
    let too_many = || {
        value_error(format!(
            "Exceeds the limit ({MOST} digits) for integer string conversion; use sys.set_int_max_str_digits() to increase \
             the limit"
        ))
    };
    if number.bits() > 14_300 {
        return Err(too_many());
    }
    let text = number.to_string();
    match text.trim_start_matches('-').len() > MOST {
        true => Err(too_many()),
        false => Ok(text),
    }
}

/// The shortest digits that mean the same float.
pub(crate) fn float(number: f64) -> String {
    if number.is_nan() {
        return "nan".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let (sign, digits, exponent) = shortest(number);
    let mut out = String::from(if sign { "-" } else { "" });
    if (-4..16).contains(&exponent) {
        positional(&digits, exponent, &mut out);
        if !out.contains('.') {
            out.push_str(".0");
        }
    } else {
        scientific(&digits, exponent, &mut out);
    }
    out
}

/// Whether it is negative, its shortest digits, and the exponent of the first.
pub(crate) fn shortest(number: f64) -> (bool, String, i32) {
    let text = format!("{:e}", number.abs());
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    (
        number.is_sign_negative(),
        mantissa.replace('.', ""),
        exponent.parse().unwrap_or(0),
    )
}

/// Digits with the point where the exponent has it.
pub(crate) fn positional(digits: &str, exponent: i32, out: &mut String) {
    let point = exponent + 1;
    match usize::try_from(point) {
        Ok(point) if point >= 1 => {
            if point >= digits.len() {
                out.push_str(digits);
                out.extend(std::iter::repeat_n('0', point - digits.len()));
            } else {
                out.push_str(&digits[..point]);
                out.push('.');
                out.push_str(&digits[point..]);
            }
        }
        _ => {
            out.push_str("0.");
            out.extend(std::iter::repeat_n('0', point.unsigned_abs() as usize));
            out.push_str(digits);
        }
    }
}

/// Digits with an exponent of two digits at least.
pub(crate) fn scientific(digits: &str, exponent: i32, out: &mut String) {
    out.push_str(&digits[..1]);
    if digits.len() > 1 {
        out.push('.');
        out.push_str(&digits[1..]);
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    let _ = write!(out, "e{sign}{:02}", exponent.abs());
}

/// Whether Python shows a character as it is.
pub(crate) fn is_printable(character: char) -> bool {
    match character {
        ' '..='~' => true,
        _ if character.is_ascii() => false,
        // After another character only what is not printable is escaped.
        _ => {
            let mut pair = String::from("a");
            pair.push(character);
            pair.escape_debug().count() == 2
        }
    }
}

fn quote(text: &Text, out: &mut String) {
    let quote = if text.contains('\'') && !text.contains('"') {
        '"'
    } else {
        '\''
    };
    out.push(quote);
    for character in text.chars() {
        escape(character, quote, out);
    }
    out.push(quote);
}

fn escape(character: char, quote: char, out: &mut String) {
    match character {
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        '\\' => out.push_str("\\\\"),
        _ if character == quote => {
            out.push('\\');
            out.push(quote);
        }
        _ if is_printable(character) => out.push(character),
        _ => hexadecimal(character, out),
    }
}

fn hexadecimal(character: char, out: &mut String) {
    let _ = match u32::from(character) {
        code @ ..=0xff => write!(out, "\\x{code:02x}"),
        code @ ..=0xffff => write!(out, "\\u{code:04x}"),
        code => write!(out, "\\U{code:08x}"),
    };
}

/// `ascii(value)`.
pub(crate) fn ascii(value: &Value) -> R<String> {
    let mut out = String::new();
    for character in repr(value)?.chars() {
        match character.is_ascii() {
            true => out.push(character),
            false => hexadecimal(character, &mut out),
        }
    }
    Ok(out)
}

/// What stands between `b'` and `'`.
pub(crate) fn quote_bytes(bytes: &[u8], out: &mut String) {
    let quote = if bytes.contains(&b'\'') && !bytes.contains(&b'"') {
        '"'
    } else {
        '\''
    };
    out.push('b');
    out.push(quote);
    for &byte in bytes {
        match byte {
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            b'\\' => out.push_str("\\\\"),
            _ if char::from(byte) == quote => {
                out.push('\\');
                out.push(quote);
            }
            b' '..=b'~' => out.push(byte.into()),
            _ => {
                let _ = write!(out, "\\x{byte:02x}");
            }
        }
    }
    out.push(quote);
}
