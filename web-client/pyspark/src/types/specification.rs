//! Format specifications: `f"{x:>10.2f}"`.

use num_bigint::BigInt;
use num_traits::{Signed, ToPrimitive};

use super::{arithmetic, class_of, repr};
use crate::{
    exception::{R, type_error, value_error},
    limits,
    value::Value,
};

/// What stands after the colon.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Specification {
    pub(crate) fill: Option<char>,
    /// `<`, `>`, `=` or `^`.
    pub(crate) align: Option<char>,
    /// `+`, `-` or a space.
    pub(crate) sign: Option<char>,
    pub(crate) alternate: bool,
    pub(crate) width: usize,
    pub(crate) grouping: Option<char>,
    pub(crate) precision: Option<usize>,
    pub(crate) kind: Option<char>,
}

const MOST_DIGITS: usize = 100_000;

impl Specification {
    pub(crate) fn parse(text: &str, type_name: &str) -> R<Self> {
        let invalid = || {
            value_error(format!(
                "Invalid format specifier '{text}' for object of type '{type_name}'"
            ))
        };
        let characters: Vec<char> = text.chars().collect();
        let mut at = 0;
        let is_align = |c: Option<&char>| c.is_some_and(|c| matches!(c, '<' | '>' | '=' | '^'));
        let mut this = Self::default();
        if is_align(characters.get(1)) {
            this.fill = characters.first().copied();
            this.align = characters.get(1).copied();
            at = 2;
        } else if is_align(characters.first()) {
            this.align = characters.first().copied();
            at = 1;
        }
        let mut take = |wanted: &[char]| {
            let found = characters.get(at).copied().filter(|c| wanted.contains(c));
            at += usize::from(found.is_some());
            found
        };
        this.sign = take(&['+', '-', ' ']);
        take(&['z']);
        this.alternate = take(&['#']).is_some();
        if take(&['0']).is_some() {
            if this.fill.is_none() {
                this.fill = Some('0');
            }
            if this.align.is_none() {
                this.align = Some('=');
            }
        }
        let number = |at: &mut usize| -> R<Option<usize>> {
            let digits: String = characters[*at..]
                .iter()
                .take_while(|c| c.is_ascii_digit())
                .collect();
            *at += digits.len();
            if digits.is_empty() {
                return Ok(None);
            }
            digits
                .parse()
                .ok()
                .filter(|&number: &usize| number <= i32::MAX as usize)
                .map(Some)
                .ok_or_else(|| value_error("Too many decimal digits in format string"))
        };
        this.width = number(&mut at)?.unwrap_or(0);
        if let Some(&grouping @ (',' | '_')) = characters.get(at) {
            this.grouping = Some(grouping);
            at += 1;
        }
        if characters.get(at) == Some(&'.') {
            at += 1;
            this.precision =
                Some(number(&mut at)?.ok_or_else(|| value_error("Format specifier missing precision"))?);
        }
        this.kind = characters.get(at).copied();
        if characters.len() > at + 1 {
            return Err(invalid());
        }
        limits::reserve(this.width.saturating_mul(4))?;
        Ok(this)
    }

    /// Fills up to the width. A sign stays before what `=` fills in.
    pub(crate) fn pad(&self, sign: &str, body: &str, default: char) -> String {
        let len = sign.chars().count() + body.chars().count();
        let room = self.width.saturating_sub(len);
        let fill = self.fill.unwrap_or(' ');
        let filled = |count: usize| std::iter::repeat_n(fill, count).collect::<String>();
        match self.align.unwrap_or(default) {
            '<' => format!("{sign}{body}{}", filled(room)),
            '^' => format!("{}{sign}{body}{}", filled(room / 2), filled(room - room / 2)),
            '=' => format!("{sign}{}{body}", filled(room)),
            _ => format!("{}{sign}{body}", filled(room)),
        }
    }

    /// The sign of a number.
    pub(crate) fn sign(&self, negative: bool) -> &'static str {
        match (negative, self.sign) {
            (true, _) => "-",
            (false, Some('+')) => "+",
            (false, Some(' ')) => " ",
            _ => "",
        }
    }

    /// Pads a number: with zeros and groups, the zeros are grouped too.
    pub(crate) fn number(&self, sign: &str, digits: &str, rest: &str, every: usize) -> String {
        let Some(separator) = self.grouping else {
            return self.pad(sign, &format!("{digits}{rest}"), '>');
        };
        let mut digits = digits.to_owned();
        if self.fill == Some('0') && self.align == Some('=') {
            let taken = sign.len() + rest.chars().count();
            loop {
                let grouped = digits.len() + (digits.len().max(1) - 1) / every;
                if grouped + taken >= self.width {
                    break;
                }
                digits.insert(0, '0');
            }
        }
        self.pad(sign, &format!("{}{rest}", group(&digits, separator, every)), '>')
    }
}

fn group(digits: &str, separator: char, every: usize) -> String {
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(every) {
            out.push(separator);
        }
        out.push(digit);
    }
    out
}

/// `format(value, specification)`.
pub(crate) fn format(value: &Value, text: &str) -> R<String> {
    if let Value::Object(object) = value {
        return object.format(text);
    }
    if text.is_empty() {
        return super::str(value);
    }
    let name = class_of(value).name;
    match value {
        Value::Str(body) => format_text(body, &Specification::parse(text, name)?),
        Value::Bool(_) | Value::Int(_) | Value::Big(_) => {
            let specification = Specification::parse(text, name)?;
            match specification.kind {
                Some('e' | 'E' | 'f' | 'F' | 'g' | 'G' | '%') => {
                    format_float(arithmetic::float(value)?, &specification, name)
                }
                _ => format_integer(&arithmetic::big(value).unwrap_or_default(), &specification, name),
            }
        }
        Value::Float(number) => format_float(*number, &Specification::parse(text, name)?, name),
        _ => Err(type_error(format!(
            "unsupported format string passed to {name}.__format__"
        ))),
    }
}

/// A text in its field.
pub(crate) fn format_text(body: &str, specification: &Specification) -> R<String> {
    match specification.kind {
        None | Some('s') => {}
        Some(kind) => {
            return Err(value_error(format!(
                "Unknown format code '{kind}' for object of type 'str'"
            )));
        }
    }
    if specification.sign.is_some() {
        return Err(value_error("Sign not allowed in string format specifier"));
    }
    if specification.align == Some('=') && specification.fill != Some('0') {
        return Err(value_error(
            "'=' alignment not allowed in string format specifier",
        ));
    }
    if let Some(grouping) = specification.grouping {
        return Err(value_error(format!("Cannot specify '{grouping}' with 's'.")));
    }
    limits::reserve(body.len())?;
    let cut: String = match specification.precision {
        Some(precision) => body.chars().take(precision).collect(),
        None => body.to_owned(),
    };
    let mut specification = specification.clone();
    if specification.align == Some('=') {
        specification.align = Some('<');
    }
    Ok(specification.pad("", &cut, '<'))
}

fn format_integer(number: &BigInt, specification: &Specification, name: &str) -> R<String> {
    if specification.precision.is_some() {
        return Err(value_error("Precision not allowed in integer format specifier"));
    }
    let magnitude = number.abs();
    let radix = |radix: u32| -> R<String> {
        limits::reserve(magnitude.bits() as usize)?;
        Ok(magnitude.to_str_radix(radix))
    };
    let (prefix, digits, every) = match specification.kind {
        None | Some('d' | 'n') => ("", repr::digits(&magnitude)?, 3),
        Some('b') => ("0b", radix(2)?, 4),
        Some('o') => ("0o", radix(8)?, 4),
        Some('x') => ("0x", radix(16)?, 4),
        Some('X') => ("0X", radix(16)?.to_uppercase(), 4),
        Some('c') => {
            let character = number.to_u32().and_then(char::from_u32).ok_or_else(|| {
                crate::exception::raise(&crate::exception::OVERFLOW_ERROR, "%c arg not in range(0x110000)")
            })?;
            return Ok(specification.pad("", &character.to_string(), '<'));
        }
        Some(kind) => {
            return Err(value_error(format!(
                "Unknown format code '{kind}' for object of type '{name}'"
            )));
        }
    };
    let prefix = if specification.alternate { prefix } else { "" };
    let sign = format!("{}{prefix}", specification.sign(number.is_negative()));
    Ok(specification.number(&sign, &digits, "", every))
}

/// A float in its field.
pub(crate) fn format_float(number: f64, specification: &Specification, name: &str) -> R<String> {
    let sign = specification.sign(number.is_sign_negative() && !number.is_nan());
    let text = float_digits(number, specification, name)?;
    let (digits, rest) = match text.find(|c: char| !c.is_ascii_digit()) {
        Some(at) => text.split_at(at),
        None => (text.as_str(), ""),
    };
    if !number.is_finite() {
        return Ok(specification.pad(sign, &text, '>'));
    }
    Ok(specification.number(sign, digits, rest, 3))
}

/// The digits of a float without its sign.
pub(crate) fn float_digits(number: f64, specification: &Specification, name: &str) -> R<String> {
    let kind = specification.kind;
    let upper = matches!(kind, Some('E' | 'F' | 'G'));
    let cased = |text: String| if upper { text.to_uppercase() } else { text };
    if let Some(kind) = kind.filter(|kind| !matches!(kind, 'e' | 'E' | 'f' | 'F' | 'g' | 'G' | 'n' | '%')) {
        return Err(value_error(format!(
            "Unknown format code '{kind}' for object of type '{name}'"
        )));
    }
    if !number.is_finite() {
        let text = if number.is_nan() { "nan" } else { "inf" };
        let percent = if kind == Some('%') { "%" } else { "" };
        return Ok(cased(format!("{text}{percent}")));
    }
    let magnitude = number.abs();
    if specification
        .precision
        .is_some_and(|precision| precision > MOST_DIGITS)
    {
        return Err(value_error("precision too big"));
    }
    limits::spend(specification.precision.unwrap_or(6))?;
    let precision = specification.precision.unwrap_or(6);
    let pointed = |text: String| match specification.alternate && !text.contains('.') {
        true => format!("{text}."),
        false => text,
    };
    Ok(match kind {
        Some('f' | 'F') => cased(pointed(format!("{magnitude:.precision$}"))),
        Some('%') => format!("{}%", pointed(format!("{:.precision$}", magnitude * 100.0))),
        Some('e' | 'E') => cased(exponential(magnitude, precision)),
        Some('g' | 'G' | 'n') => cased(general(
            magnitude,
            precision.max(1),
            specification.alternate,
            false,
        )),
        _ => match specification.precision {
            None => repr::float(magnitude),
            Some(precision) => general(magnitude, precision.max(1), specification.alternate, true),
        },
    })
}

/// With an exponent of two digits at least.
fn exponential(number: f64, precision: usize) -> String {
    let text = format!("{number:.precision$e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.abs())
}

/// `g`: so many significant digits, with an exponent if the number is large or small. Without a kind of its own, a
/// point is always there.
fn general(number: f64, precision: usize, alternate: bool, pointed: bool) -> String {
    let text = format!("{number:.*e}", precision - 1);
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let mut digits = mantissa.replace('.', "");
    if !alternate {
        let kept = digits.trim_end_matches('0').len().max(1);
        digits.truncate(kept);
    }
    let mut out = String::new();
    let highest = precision as i64 - i64::from(pointed);
    if exponent < -4 || i64::from(exponent) >= highest.max(1 - i64::from(pointed)) {
        repr::scientific(&digits, exponent, &mut out);
    } else {
        repr::positional(&digits, exponent, &mut out);
        if pointed && !out.contains('.') {
            out.push_str(".0");
        }
    }
    out
}
