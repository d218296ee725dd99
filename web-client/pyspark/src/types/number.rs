//! `float`: methods, rounding, reading.

use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{FromPrimitive, One, Pow, Signed, Zero};

use super::{arithmetic, class_of};
use crate::{
    exception::{R, type_error, value_error},
    limits,
    value::Value,
    vm::native::Native,
};

pub(crate) static METHODS: &[Native] = &[
    Native::sync("is_integer", |_, args| {
        let [this] = args.exactly("is_integer")?;
        let number = arithmetic::float(&this)?;
        Ok(Value::Bool(number.is_finite() && number.fract() == 0.0))
    }),
    Native::sync("as_integer_ratio", |_, args| {
        let [this] = args.exactly("as_integer_ratio")?;
        let (numerator, denominator) = ratio(arithmetic::float(&this)?)?;
        Ok(Value::tuple(vec![Value::big(numerator), Value::big(denominator)]))
    }),
    Native::sync("hex", |_, args| {
        let [_] = args.exactly::<1>("hex")?;
        Err(crate::exception::not_implemented(
            "float.hex() is not there; format the number with :e",
        ))
    }),
    Native::sync("conjugate", |_, args| {
        args.exactly::<1>("conjugate").map(|[this]| this)
    }),
];

/// The fraction that a float is.
pub(crate) fn ratio(number: f64) -> R<(BigInt, BigInt)> {
    if !number.is_finite() {
        return Err(value_error("cannot convert NaN or infinity to integer ratio"));
    }
    let mut denominator = BigInt::one();
    let mut scaled = number;
    while scaled.fract() != 0.0 {
        scaled *= 2.0;
        denominator *= 2;
    }
    Ok((BigInt::from_f64(scaled).unwrap_or_default(), denominator))
}

/// A float from text, as `float` reads it.
pub(crate) fn parse(text: &str) -> Option<f64> {
    let text = text.trim();
    let plain = underscores(text)?;
    let unsigned = plain.trim_start_matches(['+', '-']);
    if plain.len() - unsigned.len() > 1 {
        return None;
    }
    let negative = plain.starts_with('-');
    let magnitude = match unsigned.to_ascii_lowercase().as_str() {
        "inf" | "infinity" => f64::INFINITY,
        "nan" => f64::NAN,
        digits if digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') => digits.parse().ok()?,
        _ => return None,
    };
    Some(if negative { -magnitude } else { magnitude })
}

/// A number's text without underscores, which must stand between digits.
pub(crate) fn underscores(text: &str) -> Option<String> {
    if !text.contains('_') {
        return Some(text.to_owned());
    }
    let bytes = text.as_bytes();
    for (at, _) in text.match_indices('_') {
        let digit = |at: Option<usize>| {
            at.and_then(|at| bytes.get(at))
                .is_some_and(u8::is_ascii_alphanumeric)
        };
        if !digit(at.checked_sub(1)) || !digit(Some(at + 1)) {
            return None;
        }
    }
    Some(text.replace('_', ""))
}

/// `round(value)` and `round(value, digits)`: halves go to the even neighbour.
pub(crate) fn round(value: &Value, digits: Option<&Value>) -> R<Value> {
    match (value, digits) {
        (Value::Int(_) | Value::Big(_) | Value::Bool(_), None | Some(Value::None)) => {
            arithmetic::unary(crate::code::Unary::Positive, value)
        }
        (Value::Int(_) | Value::Big(_) | Value::Bool(_), Some(digits)) => {
            let digits = super::integer(digits)?;
            let number = arithmetic::big(value).unwrap_or_default();
            if digits >= 0 {
                return Ok(Value::big(number));
            }
            // 10 to that power is above any integer that there is.
            if digits.unsigned_abs() > number.bits() {
                return Ok(Value::Int(0));
            }
            limits::spend(number.bits() as usize)?;
            let unit: BigInt = Pow::pow(BigInt::from(10), digits.unsigned_abs());
            Ok(Value::big(half_even(&number, &unit) * unit))
        }
        (Value::Float(number), None | Some(Value::None)) => arithmetic::from_float(number.round_ties_even()),
        (Value::Float(number), Some(digits)) => {
            Ok(Value::Float(round_float(*number, super::integer(digits)?)))
        }
        (other, _) => Err(type_error(format!(
            "type {} doesn't define __round__ method",
            class_of(other).name
        ))),
    }
}

/// A quotient, halves to the even one.
pub(crate) fn half_even(number: &BigInt, unit: &BigInt) -> BigInt {
    let (quotient, rest) = number.div_mod_floor(unit);
    let twice: BigInt = rest * 2;
    match twice.cmp(&unit.abs()) {
        std::cmp::Ordering::Less => quotient,
        std::cmp::Ordering::Greater => quotient + 1,
        std::cmp::Ordering::Equal if quotient.is_even() => quotient,
        std::cmp::Ordering::Equal => quotient + 1,
    }
}

fn round_float(number: f64, digits: i64) -> f64 {
    if !number.is_finite() || number.is_zero() || digits > 330 {
        return number;
    }
    if digits < -310 {
        return 0f64.copysign(number);
    }
    let text = match usize::try_from(digits) {
        Ok(digits) => format!("{number:.digits$}"),
        Err(_) => {
            let Ok((numerator, denominator)) = ratio(number) else {
                return number;
            };
            let unit: BigInt = Pow::pow(BigInt::from(10), digits.unsigned_abs());
            (half_even(&numerator, &(&unit * denominator)) * unit).to_string()
        }
    };
    let rounded: f64 = text.parse().unwrap_or(number);
    if rounded == 0.0 {
        0f64.copysign(number)
    } else {
        rounded
    }
}
