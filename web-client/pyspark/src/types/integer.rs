//! `int`: methods, reading.

use num_bigint::{BigInt, Sign};
use num_traits::{Num, Signed};

use super::arithmetic;
use crate::{
    exception::{self, R, raise, type_error, value_error},
    limits, types,
    value::Value,
    vm::native::{Arguments, Native},
};

fn this(args: Arguments, name: &str) -> R<BigInt> {
    let [this] = args.exactly(name)?;
    arithmetic::big(&this).ok_or_else(|| type_error("an integer is required"))
}

pub(crate) static METHODS: &[Native] = &[
    Native::sync("bit_length", |_, args| {
        Ok(Value::Int(this(args, "bit_length")?.bits() as i64))
    }),
    Native::sync("bit_count", |_, args| {
        let number = this(args, "bit_count")?;
        let ones: u32 = number.iter_u64_digits().map(u64::count_ones).sum();
        Ok(Value::Int(ones.into()))
    }),
    Native::sync("conjugate", |_, args| Ok(Value::big(this(args, "conjugate")?))),
    Native::sync("is_integer", |_, args| {
        this(args, "is_integer").map(|_| Value::Bool(true))
    }),
    Native::sync("as_integer_ratio", |_, args| {
        Ok(Value::tuple(vec![
            Value::big(this(args, "as_integer_ratio")?),
            Value::Int(1),
        ]))
    }),
    Native::sync("to_bytes", to_bytes),
];

pub(crate) static STATICS: &[Native] = &[Native::sync("from_bytes", |_, mut args| {
    let signed = args
        .take("signed")
        .is_some_and(|value| matches!(value, Value::Bool(true)));
    let [bytes, order] = args.bind("from_bytes", ["bytes", "byteorder"], 1)?;
    let Some(Value::Bytes(bytes)) = bytes else {
        return Err(type_error("cannot convert to bytes"));
    };
    let little = matches!(order.as_ref().and_then(Value::as_str), Some("little"));
    Ok(Value::big(match (signed, little) {
        (false, false) => BigInt::from_bytes_be(Sign::Plus, &bytes),
        (false, true) => BigInt::from_bytes_le(Sign::Plus, &bytes),
        (true, false) => BigInt::from_signed_bytes_be(&bytes),
        (true, true) => BigInt::from_signed_bytes_le(&bytes),
    }))
})];

fn to_bytes(_: &mut crate::vm::Vm, mut args: Arguments) -> R<Value> {
    let signed = args
        .take("signed")
        .is_some_and(|value| matches!(value, Value::Bool(true)));
    let [number, length, order] = args.bind("to_bytes", ["self", "length", "byteorder"], 1)?;
    let number = number.as_ref().and_then(arithmetic::big).unwrap_or_default();
    let length = match length {
        Some(length) => usize::try_from(types::integer(&length)?)
            .map_err(|_| value_error("length argument must be non-negative"))?,
        None => 1,
    };
    limits::reserve(length)?;
    let too_big = || raise(&exception::OVERFLOW_ERROR, "int too big to convert");
    if number.is_negative() && !signed {
        return Err(raise(
            &exception::OVERFLOW_ERROR,
            "can't convert negative int to unsigned",
        ));
    }
    let mut bytes = match signed {
        true => number.to_signed_bytes_le(),
        false => number.to_bytes_le().1,
    };
    while bytes.len() > length && bytes.last() == Some(&0) && !signed {
        bytes.pop();
    }
    if bytes.len() > length {
        return Err(too_big());
    }
    bytes.resize(length, if number.is_negative() { 0xff } else { 0 });
    if order.as_ref().and_then(Value::as_str) != Some("little") {
        bytes.reverse();
    }
    Ok(Value::Bytes(bytes.into()))
}

/// An integer from text, as `int` reads it; base 0 takes it from the prefix.
pub(crate) fn parse(text: &str, base: u32) -> R<Option<BigInt>> {
    let text = text.trim();
    let negative = text.starts_with('-');
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let lower = unsigned.to_ascii_lowercase();
    let prefixed = |prefix: &str| {
        lower
            .strip_prefix(prefix)
            .map(|rest| rest.trim_start_matches('_').to_owned())
    };
    let (digits, base) = match base {
        16 => (prefixed("0x").unwrap_or(lower), 16),
        8 => (prefixed("0o").unwrap_or(lower), 8),
        2 => (prefixed("0b").unwrap_or(lower), 2),
        0 => match (prefixed("0x"), prefixed("0o"), prefixed("0b")) {
            (Some(rest), ..) => (rest, 16),
            (_, Some(rest), _) => (rest, 8),
            (.., Some(rest)) => (rest, 2),
            _ => (lower, 10),
        },
        base => (lower, base),
    };
    let Some(digits) = super::number::underscores(&digits) else {
        return Ok(None);
    };
    if digits.is_empty() || digits.starts_with(['+', '-']) {
        return Ok(None);
    }
    if !base.is_power_of_two() && digits.len() > 4300 {
        return Err(value_error(format!(
            "Exceeds the limit (4300 digits) for integer string conversion: value has {} digits; use \
             sys.set_int_max_str_digits() to increase the limit",
            digits.len()
        )));
    }
    limits::reserve(digits.len() * 16)?;
    // Digits of other scripts count as well.
    let ascii: Option<String> = digits
        .chars()
        .map(|c| if c.is_ascii() { Some(c) } else { decimal_digit(c) })
        .collect();
    let Some(magnitude) = ascii.and_then(|digits| BigInt::from_str_radix(&digits, base).ok()) else {
        return Ok(None);
    };
    Ok(Some(if negative { -magnitude } else { magnitude }))
}

/// The ASCII digit that a decimal digit of another script means.
pub(crate) fn decimal_digit(character: char) -> Option<char> {
    /// Where the digits of scripts begin.
    const ZEROS: [u32; 20] = [
        0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xe50, 0xed0,
        0xf20, 0x1040, 0x17e0, 0x1810, 0xff10, 0x1d7ce,
    ];
    let code = u32::from(character);
    ZEROS
        .iter()
        .find(|&&zero| (zero..zero + 10).contains(&code))
        .and_then(|zero| char::from_digit(code - zero, 10))
}
