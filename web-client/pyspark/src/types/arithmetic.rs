//! Operators on Python's own types.

use std::rc::Rc;

use num_bigint::{BigInt, Sign};
use num_integer::Integer;
use num_traits::{FromPrimitive, Pow, Signed, ToPrimitive, Zero};

use super::class_of;
use crate::{
    code::{Binary, Unary},
    exception::{self, R, raise, type_error, value_error},
    limits,
    value::{Set, Value},
};

/// A number, as arithmetic sees it.
enum Number {
    Int(BigInt),
    Float(f64),
}

pub(crate) fn sign(op: Binary) -> &'static str {
    match op {
        Binary::Add => "+",
        Binary::Sub => "-",
        Binary::Mul => "*",
        Binary::Div => "/",
        Binary::FloorDiv => "//",
        Binary::Mod => "%",
        Binary::Pow => "** or pow()",
        Binary::And => "&",
        Binary::Or => "|",
        Binary::Xor => "^",
        Binary::LeftShift => "<<",
        Binary::RightShift => ">>",
        Binary::MatMul => "@",
    }
}

/// `a op b`.
pub(crate) fn binary(op: Binary, a: &Value, b: &Value) -> R<Value> {
    if let (Value::Int(x), Value::Int(y)) = (a, b)
        && let Some(value) = small(op, *x, *y)
    {
        return Ok(value);
    }
    if let Value::Object(object) = a
        && let Some(value) = object.binary(op, b, false)?
    {
        return Ok(value);
    }
    if let Value::Object(object) = b
        && let Some(value) = object.binary(op, a, true)?
    {
        return Ok(value);
    }
    if let Some(value) = containers(op, a, b)? {
        return Ok(value);
    }
    if let (Value::Bool(x), Value::Bool(y)) = (a, b) {
        match op {
            Binary::And => return Ok(Value::Bool(x & y)),
            Binary::Or => return Ok(Value::Bool(x | y)),
            Binary::Xor => return Ok(Value::Bool(x ^ y)),
            _ => {}
        }
    }
    let unsupported = || {
        type_error(format!(
            "unsupported operand type(s) for {}: '{}' and '{}'",
            sign(op),
            class_of(a).operand_name(),
            class_of(b).operand_name()
        ))
    };
    match (number(a), number(b)) {
        (Some(Number::Int(x)), Some(Number::Int(y))) => integers(op, &x, &y)?.ok_or_else(unsupported),
        (Some(x), Some(y)) => floats(op, to_float(&x)?, to_float(&y)?)?.ok_or_else(unsupported),
        _ => Err(unsupported()),
    }
}

/// `a op= b`: lists, dicts and sets change in place.
pub(crate) fn in_place(op: Binary, a: &Value, b: &Value) -> R<Value> {
    match (op, a, b) {
        (Binary::Mul, Value::List(list), Value::Int(_) | Value::Bool(_)) => {
            let values = repeat(&list.to_vec(), super::integer(b)?)?;
            list.change(|old| **old = values);
            Ok(a.clone())
        }
        (Binary::Or, Value::Dict(x), Value::Dict(y)) => {
            for (key, value) in y.pairs() {
                x.insert(key, value)?;
            }
            Ok(a.clone())
        }
        (Binary::Or | Binary::And | Binary::Sub | Binary::Xor, Value::Set(x), Value::Set(_))
            if !x.is_frozen() =>
        {
            if let Value::Set(result) = binary(op, a, b)? {
                let values = result.to_vec();
                x.clear();
                for value in values {
                    x.insert(value)?;
                }
            }
            Ok(a.clone())
        }
        _ => binary(op, a, b),
    }
}

/// Without big integers, where the result is small.
fn small(op: Binary, a: i64, b: i64) -> Option<Value> {
    Some(Value::Int(match op {
        Binary::Add => a.checked_add(b)?,
        Binary::Sub => a.checked_sub(b)?,
        Binary::Mul => a.checked_mul(b)?,
        Binary::FloorDiv if b != 0 => a.checked_div_euclid(b).map(|_| Integer::div_floor(&a, &b))?,
        Binary::Mod if b != 0 && b != -1 => Integer::mod_floor(&a, &b),
        Binary::And => a & b,
        Binary::Or => a | b,
        Binary::Xor => a ^ b,
        _ => return None,
    }))
}

fn number(value: &Value) -> Option<Number> {
    Some(match value {
        Value::Bool(flag) => Number::Int(i64::from(*flag).into()),
        Value::Int(number) => Number::Int((*number).into()),
        Value::Big(number) => Number::Int((**number).clone()),
        Value::Float(number) => Number::Float(*number),
        _ => return None,
    })
}

/// The integer that a value is.
pub(crate) fn big(value: &Value) -> Option<BigInt> {
    match number(value)? {
        Number::Int(number) => Some(number),
        Number::Float(_) => None,
    }
}

/// The float nearest to an integer.
pub(crate) fn big_to_float(number: &BigInt) -> R<f64> {
    number
        .to_f64()
        .filter(|number| number.is_finite())
        .ok_or_else(|| raise(&exception::OVERFLOW_ERROR, "int too large to convert to float"))
}

fn to_float(number: &Number) -> R<f64> {
    match number {
        Number::Int(number) => big_to_float(number),
        Number::Float(number) => Ok(*number),
    }
}

/// A number as a float.
pub(crate) fn float(value: &Value) -> R<f64> {
    match number(value) {
        Some(number) => to_float(&number),
        None => match value {
            Value::Object(object) => match object.class().name {
                "Decimal" => Ok(object.str()?.parse().unwrap_or(f64::NAN)),
                name => Err(type_error(format!("must be real number, not {name}"))),
            },
            other => Err(type_error(format!(
                "must be real number, not {}",
                class_of(other).name
            ))),
        },
    }
}

fn zero_division(message: &str) -> exception::Raised {
    raise(&exception::ZERO_DIVISION_ERROR, message)
}

/// Refuses integers of more digits than a cell may hold, and counts the work.
fn sized(bits: u64, work: u64) -> R<()> {
    if bits > limits::BITS {
        return Err(raise(
            &exception::MEMORY_ERROR,
            format!("an integer of more than {} bits", limits::BITS),
        ));
    }
    limits::spend(usize::try_from(work).unwrap_or(usize::MAX))
}

fn integers(op: Binary, a: &BigInt, b: &BigInt) -> R<Option<Value>> {
    let words = |number: &BigInt| number.bits() / 64 + 1;
    Ok(Some(Value::big(match op {
        Binary::Add => {
            sized(a.bits().max(b.bits()) + 1, words(a).max(words(b)))?;
            a + b
        }
        Binary::Sub => {
            sized(a.bits().max(b.bits()) + 1, words(a).max(words(b)))?;
            a - b
        }
        Binary::Mul => {
            sized(a.bits() + b.bits(), words(a) * words(b) / 4)?;
            a * b
        }
        Binary::Div => {
            if b.is_zero() {
                return Err(zero_division("division by zero"));
            }
            limits::spend((words(a) * words(b)) as usize)?;
            return true_division(a, b).map(|number| Some(Value::Float(number)));
        }
        Binary::FloorDiv | Binary::Mod => {
            if b.is_zero() {
                return Err(zero_division(match op {
                    Binary::Mod => "integer modulo by zero",
                    _ => "integer division or modulo by zero",
                }));
            }
            limits::spend((words(a) * words(b) / 4) as usize)?;
            match op {
                Binary::FloorDiv => a.div_floor(b),
                _ => a.mod_floor(b),
            }
        }
        Binary::Pow => return power(a, b).map(Some),
        Binary::And => a & b,
        Binary::Or => a | b,
        Binary::Xor => a ^ b,
        Binary::LeftShift | Binary::RightShift if b.is_negative() => {
            return Err(value_error("negative shift count"));
        }
        Binary::LeftShift if a.is_zero() => BigInt::zero(),
        Binary::LeftShift => {
            let by = b.to_u64().unwrap_or(u64::MAX);
            sized(a.bits().saturating_add(by), by / 64)?;
            a << by
        }
        Binary::RightShift => match b.to_u64() {
            Some(by) if by <= a.bits() => a >> by,
            _ if a.sign() == Sign::Minus => (-1).into(),
            _ => BigInt::zero(),
        },
        Binary::MatMul => return Ok(None),
    })))
}

/// The float nearest to a quotient.
fn true_division(a: &BigInt, b: &BigInt) -> R<f64> {
    const EXACT: u64 = 53;
    if a.bits() <= EXACT && b.bits() <= EXACT {
        return Ok(big_to_float(a)? / big_to_float(b)?);
    }
    // 66 bits of the quotient, the last of which says whether anything follows, round as the whole would.
    let shift = 66 - (a.bits() as i64 - b.bits() as i64);
    let (numerator, denominator) = match shift > 0 {
        true => (a.abs() << shift as u64, b.abs()),
        false => (a.abs(), b.abs() << shift.unsigned_abs()),
    };
    let (mut quotient, rest) = numerator.div_rem(&denominator);
    if !rest.is_zero() {
        quotient |= BigInt::from(1);
    }
    let magnitude = quotient.to_f64().unwrap_or(f64::INFINITY);
    let exponent = i32::try_from(-shift).unwrap_or(if shift > 0 { i32::MIN } else { i32::MAX });
    let mut value = magnitude;
    let mut left = exponent;
    while left != 0 && value != 0.0 && value.is_finite() {
        let step = left.clamp(-1000, 1000);
        value *= 2f64.powi(step);
        left -= step;
    }
    if value.is_infinite() {
        return Err(raise(
            &exception::OVERFLOW_ERROR,
            "integer division result too large for a float",
        ));
    }
    Ok(if a.is_negative() == b.is_negative() {
        value
    } else {
        -value
    })
}

fn power(a: &BigInt, b: &BigInt) -> R<Value> {
    if b.is_negative() {
        if a.is_zero() {
            return Err(zero_division("0.0 cannot be raised to a negative power"));
        }
        return Ok(Value::Float(big_to_float(a)?.powf(big_to_float(b)?)));
    }
    if b.is_zero() {
        return Ok(Value::Int(1));
    }
    if a.bits() <= 1 {
        let odd = b.is_odd();
        return Ok(match a.to_i64() {
            Some(-1) if !odd => Value::Int(1),
            Some(small) => Value::Int(small),
            None => Value::Int(0),
        });
    }
    let exponent = b.to_u64().unwrap_or(u64::MAX);
    let bits = a.bits().saturating_mul(exponent);
    sized(bits, bits.saturating_mul(bits) / 65_536)?;
    Ok(Value::big(Pow::pow(a, exponent)))
}

/// `pow(a, b, m)`.
pub(crate) fn power_modulo(a: &Value, b: &Value, m: &Value) -> R<Value> {
    let (Some(a), Some(b), Some(m)) = (big(a), big(b), big(m)) else {
        return Err(type_error(
            "pow() 3rd argument not allowed unless all arguments are integers",
        ));
    };
    if m.is_zero() {
        return Err(value_error("pow() 3rd argument cannot be 0"));
    }
    let words = m.bits() / 64 + 1;
    limits::spend(usize::try_from(b.bits() * words * words).unwrap_or(usize::MAX))?;
    if b.is_negative() {
        let inverse = a
            .modinv(&m)
            .ok_or_else(|| value_error("base is not invertible for the given modulus"))?;
        return Ok(Value::big(inverse.modpow(&-b, &m)));
    }
    Ok(Value::big(a.modpow(&b, &m)))
}

fn floats(op: Binary, a: f64, b: f64) -> R<Option<Value>> {
    Ok(Some(Value::Float(match op {
        Binary::Add => a + b,
        Binary::Sub => a - b,
        Binary::Mul => a * b,
        Binary::Div if b == 0.0 => return Err(zero_division("float division by zero")),
        Binary::Div => a / b,
        Binary::FloorDiv if b == 0.0 => return Err(zero_division("float floor division by zero")),
        Binary::FloorDiv => divide(a, b).0,
        Binary::Mod if b == 0.0 => return Err(zero_division("float modulo")),
        Binary::Mod => divide(a, b).1,
        Binary::Pow => {
            if a == 0.0 && b < 0.0 {
                return Err(zero_division("0.0 cannot be raised to a negative power"));
            }
            if a < 0.0 && a.is_finite() && b.fract() != 0.0 && b.is_finite() {
                return Err(value_error(
                    "a negative number to a fractional power is a complex number, which cells do not have",
                ));
            }
            let power = a.powf(b);
            if power.is_infinite() && a.is_finite() && b.is_finite() {
                return Err(raise(
                    &exception::OVERFLOW_ERROR,
                    "(34, 'Numerical result out of range')",
                ));
            }
            power
        }
        _ => return Ok(None),
    })))
}

/// `divmod` of floats.
fn divide(a: f64, b: f64) -> (f64, f64) {
    let mut rest = a % b;
    let mut quotient = (a - rest) / b;
    if rest != 0.0 {
        if (b < 0.0) != (rest < 0.0) {
            rest += b;
            quotient -= 1.0;
        }
    } else {
        rest = 0f64.copysign(b);
    }
    let floor = if quotient != 0.0 {
        let floor = quotient.floor();
        if quotient - floor > 0.5 {
            floor + 1.0
        } else {
            floor
        }
    } else {
        0f64.copysign(a / b)
    };
    (floor, rest)
}

/// A sequence so many times.
pub(crate) fn repeat(values: &[Value], times: i64) -> R<Vec<Value>> {
    let times = usize::try_from(times).unwrap_or(0);
    limits::reserve(
        values
            .len()
            .saturating_mul(times)
            .saturating_mul(size_of::<Value>()),
    )?;
    Ok(std::iter::repeat_n(values, times).flatten().cloned().collect())
}

fn containers(op: Binary, a: &Value, b: &Value) -> R<Option<Value>> {
    use Value::{Bytes, Dict, List, Str, Tuple};
    Ok(Some(match (op, a, b) {
        (Binary::Add, Str(x), Str(y)) => {
            limits::reserve(x.len() + y.len())?;
            Value::text([x.as_str(), y.as_str()].concat())
        }
        (Binary::Add, Bytes(x), Bytes(y)) => {
            limits::reserve(x.len() + y.len())?;
            Bytes([&**x, &**y].concat().into())
        }
        (Binary::Add, List(x), List(y)) => {
            limits::reserve((x.borrow().len() + y.borrow().len()) * size_of::<Value>())?;
            let mut values = x.to_vec();
            values.extend_from_slice(&y.borrow());
            Value::list(values)
        }
        (Binary::Add, Tuple(x), Tuple(y)) => {
            limits::reserve((x.len() + y.len()) * size_of::<Value>())?;
            Value::tuple(x.iter().chain(y.iter()).cloned().collect())
        }
        (Binary::Add, Str(_), other) => {
            return Err(type_error(format!(
                "can only concatenate str (not \"{}\") to str",
                class_of(other).name
            )));
        }
        (Binary::Add, List(_), other) if !matches!(other, Value::Object(_)) => {
            return Err(type_error(format!(
                "can only concatenate list (not \"{}\") to list",
                class_of(other).name
            )));
        }
        (Binary::Add, Tuple(_), other) if !matches!(other, Value::Object(_)) => {
            return Err(type_error(format!(
                "can only concatenate tuple (not \"{}\") to tuple",
                class_of(other).name
            )));
        }
        (
            Binary::Mul,
            Str(_) | Bytes(_) | List(_) | Tuple(_),
            Value::Int(_) | Value::Bool(_) | Value::Big(_),
        ) => {
            let times = super::index(b, "")?;
            match a {
                Str(text) => {
                    let times = usize::try_from(times).unwrap_or(0);
                    limits::reserve(text.len().saturating_mul(times))?;
                    Value::text(text.repeat(times))
                }
                Bytes(bytes) => {
                    let times = usize::try_from(times).unwrap_or(0);
                    limits::reserve(bytes.len().saturating_mul(times))?;
                    Bytes(bytes.repeat(times).into())
                }
                List(list) => Value::list(repeat(&list.to_vec(), times)?),
                Tuple(values) => Value::tuple(repeat(values, times)?),
                _ => return Ok(None),
            }
        }
        (
            Binary::Mul,
            Value::Int(_) | Value::Bool(_) | Value::Big(_),
            Str(_) | Bytes(_) | List(_) | Tuple(_),
        ) => {
            return containers(op, b, a);
        }
        (Binary::Mul, Str(_) | List(_) | Tuple(_) | Bytes(_), other)
            if !matches!(other, Value::Object(_)) =>
        {
            return Err(type_error(format!(
                "can't multiply sequence by non-int of type '{}'",
                class_of(other).name
            )));
        }
        (Binary::Or, Dict(x), Dict(y)) => {
            limits::spend(x.len() + y.len())?;
            let merged = x.copy();
            for (key, value) in y.pairs() {
                merged.insert(key, value)?;
            }
            Value::dict(merged)
        }
        (_, Value::Set(x), Value::Set(y)) => return sets(op, x, y),
        _ => return Ok(None),
    }))
}

fn sets(op: Binary, a: &Rc<Set>, b: &Rc<Set>) -> R<Option<Value>> {
    limits::spend(a.len() + b.len())?;
    let frozen = a.is_frozen();
    let (x, y) = (a.borrow(), b.borrow());
    let values: Vec<Value> = match op {
        Binary::And => x
            .iter()
            .filter(|(key, _)| y.contains_key(*key))
            .map(|(_, v)| v.clone())
            .collect(),
        Binary::Sub => x
            .iter()
            .filter(|(key, _)| !y.contains_key(*key))
            .map(|(_, v)| v.clone())
            .collect(),
        Binary::Or => x.values().chain(y.values()).cloned().collect(),
        Binary::Xor => {
            let left = x.iter().filter(|(key, _)| !y.contains_key(*key));
            let right = y.iter().filter(|(key, _)| !x.contains_key(*key));
            left.chain(right).map(|(_, v)| v.clone()).collect()
        }
        _ => return Ok(None),
    };
    Ok(Some(Value::set(Set::of(values, frozen)?)))
}

/// `-a`, `+a`, `~a`.
pub(crate) fn unary(op: Unary, a: &Value) -> R<Value> {
    let sign = match op {
        Unary::Negative => "-",
        Unary::Positive => "+",
        Unary::Invert => "~",
    };
    if let Value::Object(object) = a
        && let Some(value) = object.unary(op)?
    {
        return Ok(value);
    }
    match (op, number(a)) {
        (Unary::Negative, Some(Number::Int(number))) => Ok(Value::big(-number)),
        (Unary::Positive, Some(Number::Int(number))) => Ok(Value::big(number)),
        (Unary::Invert, Some(Number::Int(number))) => Ok(Value::big(!number)),
        (Unary::Negative, Some(Number::Float(number))) => Ok(Value::Float(-number)),
        (Unary::Positive, Some(Number::Float(number))) => Ok(Value::Float(number)),
        _ => Err(type_error(format!(
            "bad operand type for unary {sign}: '{}'",
            class_of(a).name
        ))),
    }
}

/// The integer that a float is when it has no fraction left.
pub(crate) fn from_float(number: f64) -> R<Value> {
    if number.is_nan() {
        return Err(value_error("cannot convert float NaN to integer"));
    }
    BigInt::from_f64(number).map(Value::big).ok_or_else(|| {
        raise(
            &exception::OVERFLOW_ERROR,
            "cannot convert float infinity to integer",
        )
    })
}
