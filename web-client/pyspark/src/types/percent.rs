//! `"%s and %d" % values`.

use num_traits::Signed;

use super::{
    arithmetic, class_of, repr,
    specification::{self, Specification},
};
use crate::{
    exception::{self, Exception, R, type_error, value_error},
    limits, types,
    value::Value,
};

/// The text with its values filled in. The values have been prepared.
pub(crate) fn format(text: &str, values: &Value) -> R<String> {
    let tuple: &[Value] = match values {
        Value::Tuple(values) => values,
        other => std::slice::from_ref(other),
    };
    let mut values_left = tuple.iter();
    let mut mapped = false;
    let mut out = String::new();
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        let mut key = None;
        if characters.peek() == Some(&'(') {
            characters.next();
            let (mut name, mut depth) = (String::new(), 1);
            for c in characters.by_ref() {
                match c {
                    '(' => depth += 1,
                    ')' => depth -= 1,
                    _ => {}
                }
                if depth == 0 {
                    break;
                }
                name.push(c);
            }
            if depth > 0 {
                return Err(value_error("incomplete format key"));
            }
            key = Some(name);
        }
        let mut specification = Specification::default();
        let mut left = false;
        let mut zero = false;
        while let Some(&flag) = characters.peek() {
            match flag {
                '-' => left = true,
                '+' => specification.sign = Some('+'),
                ' ' if specification.sign.is_none() => specification.sign = Some(' '),
                ' ' => {}
                '#' => specification.alternate = true,
                '0' => zero = true,
                _ => break,
            }
            characters.next();
        }
        let mut next = || {
            values_left
                .next()
                .ok_or_else(|| type_error("not enough arguments for format string"))
        };
        let mut number = |characters: &mut std::iter::Peekable<std::str::Chars<'_>>| -> R<Option<i64>> {
            if characters.peek() == Some(&'*') {
                characters.next();
                let value = next()?;
                return match value {
                    Value::Int(number) => Ok(Some(*number)),
                    _ => Err(type_error("* wants int")),
                };
            }
            let mut digits = String::new();
            while let Some(&digit) = characters.peek().filter(|c| c.is_ascii_digit()) {
                digits.push(digit);
                characters.next();
            }
            match digits.as_str() {
                "" => Ok(None),
                digits => digits.parse().map(Some).map_err(|_| value_error("width too big")),
            }
        };
        if let Some(width) = number(&mut characters)? {
            left |= width < 0;
            specification.width = usize::try_from(width.unsigned_abs()).unwrap_or(usize::MAX);
            limits::reserve(specification.width.saturating_mul(4))?;
        }
        if characters.peek() == Some(&'.') {
            characters.next();
            let precision = number(&mut characters)?.unwrap_or(0).max(0);
            specification.precision = Some(usize::try_from(precision).unwrap_or(usize::MAX));
            limits::reserve(specification.precision.unwrap_or(0))?;
        }
        while characters.peek().is_some_and(|c| matches!(c, 'l' | 'h' | 'L')) {
            characters.next();
        }
        let Some(kind) = characters.next() else {
            return Err(value_error("incomplete format"));
        };
        let at = text.chars().count() - characters.clone().count() - 1;
        if kind == '%' {
            out.push('%');
            continue;
        }
        let found;
        let value = match key {
            Some(key) => {
                mapped = true;
                let Value::Dict(dict) = values else {
                    return Err(type_error("format requires a mapping"));
                };
                let key = Value::text(key);
                found = dict
                    .get(&key)?
                    .ok_or_else(|| Exception::new(&exception::KEY_ERROR, vec![key]))?;
                &found
            }
            None => next()?,
        };
        specification.align = Some(if left { '<' } else { '>' });
        if zero && !left {
            specification.fill = Some('0');
            specification.align = Some('=');
        }
        limits::reserve(out.len() / 64)?;
        one(kind, at, value, specification, &mut out)?;
    }
    if values_left.next().is_some() && !mapped && !matches!(values, Value::Dict(_)) {
        return Err(type_error("not all arguments converted during string formatting"));
    }
    Ok(out)
}

fn one(kind: char, at: usize, value: &Value, mut specification: Specification, out: &mut String) -> R<()> {
    let wrong = |wanted: &str| {
        type_error(format!(
            "%{kind} format: {wanted} is required, not {}",
            class_of(value).name
        ))
    };
    let text = |mut specification: Specification, body: String| {
        specification.sign = None;
        if specification.align == Some('=') {
            specification.align = Some('>');
            specification.fill = None;
        }
        specification::format_text(&body, &specification)
    };
    out.push_str(&match kind {
        's' => text(specification, types::str(value)?)?,
        'r' => text(specification, types::repr(value)?)?,
        'a' => text(specification, repr::ascii(value)?)?,
        'c' => {
            let body = match value {
                Value::Str(body) if body.characters() == 1 => body.as_str().to_owned(),
                Value::Int(code) => u32::try_from(*code)
                    .ok()
                    .and_then(char::from_u32)
                    .map(String::from)
                    .ok_or_else(|| {
                        exception::raise(&exception::OVERFLOW_ERROR, "%c arg not in range(0x110000)")
                    })?,
                _ => return Err(type_error("%c requires int or char")),
            };
            text(specification, body)?
        }
        'd' | 'i' | 'u' | 'x' | 'X' | 'o' => {
            let number = match (kind, value) {
                ('d' | 'i' | 'u', Value::Float(number)) => {
                    arithmetic::big(&arithmetic::from_float(number.trunc())?).unwrap_or_default()
                }
                ('d' | 'i' | 'u', Value::Object(object)) if object.class().name == "Decimal" => {
                    arithmetic::big(&crate::modules::decimal::to_integer(value)?).unwrap_or_default()
                }
                _ => match arithmetic::big(value) {
                    Some(number) => number,
                    None if matches!(kind, 'd' | 'i' | 'u') => return Err(wrong("a real number")),
                    None => return Err(wrong("an integer")),
                },
            };
            let magnitude = number.abs();
            let (prefix, digits) = match kind {
                'x' => ("0x", magnitude.to_str_radix(16)),
                'X' => ("0X", magnitude.to_str_radix(16).to_uppercase()),
                'o' => ("0o", magnitude.to_str_radix(8)),
                _ => ("", repr::digits(&magnitude)?),
            };
            let zeros = specification.precision.unwrap_or(0).saturating_sub(digits.len());
            let digits = format!("{}{digits}", "0".repeat(zeros));
            let prefix = if specification.alternate { prefix } else { "" };
            let sign = format!("{}{prefix}", specification.sign(number.is_negative()));
            specification.pad(&sign, &digits, '>')
        }
        'e' | 'E' | 'f' | 'F' | 'g' | 'G' => {
            let number = match value {
                Value::Str(_) => {
                    return Err(type_error(format!(
                        "must be real number, not {}",
                        class_of(value).name
                    )));
                }
                _ => arithmetic::float(value)?,
            };
            specification.kind = Some(kind);
            specification::format_float(number, &specification, "float")?
        }
        _ => {
            return Err(value_error(format!(
                "unsupported format character '{kind}' (0x{:x}) at index {at}",
                u32::from(kind)
            )));
        }
    });
    Ok(())
}
