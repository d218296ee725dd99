//! `decimal.Decimal`: 28 significant digits, halves to the even one.

use std::{any::Any, cmp::Ordering, rc::Rc};

use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{Pow, Signed, Zero};

mod calculation;

use self::calculation::{calculate, invalid, rescale};
use super::module;
use crate::{
    class::{Class, OBJECT, no_constant},
    code::{Binary, Comparison, Unary},
    exception::{self, R, raise, type_error, value_error},
    limits,
    types::{
        self, arithmetic, compare, number,
        specification::{Specification, format_text},
    },
    value::{Key, Object, Value},
    vm::native::Native,
};

const PRECISION: usize = 28;
/// Exponents beyond it are refused: Spark has 38 digits.
const EXPONENT: i64 = 6_144;

module!(
    MODULE,
    "decimal",
    &[],
    &[
        &DECIMAL,
        &exception::DECIMAL_EXCEPTION,
        &exception::INVALID_OPERATION,
        &exception::DECIMAL_DIVISION_BY_ZERO,
        &exception::DECIMAL_OVERFLOW,
    ],
    |name| match name {
        "ROUND_HALF_EVEN" | "ROUND_HALF_UP" | "ROUND_HALF_DOWN" | "ROUND_UP" | "ROUND_DOWN"
        | "ROUND_CEILING" | "ROUND_FLOOR" => Some(Value::text(name)),
        _ => None,
    }
);

pub(crate) static DECIMAL: Class = Class {
    name: "Decimal",
    module: "decimal",
    base: Some(&OBJECT),
    new: Some(Native::sync("Decimal", |_, args| {
        let [value] = args.bind("Decimal", ["value"], 0)?;
        new(&value.unwrap_or(Value::Int(0))).map(Value::object)
    })),
    methods: METHODS,
    statics: &[],
    constant: no_constant,
};

/// What a decimal is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Kind {
    Finite { digits: BigInt, exponent: i64 },
    Infinity,
    NaN,
}

/// `Decimal`: sign, digits, exponent.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Decimal {
    pub(crate) negative: bool,
    pub(crate) kind: Kind,
}

impl Decimal {
    /// An integer times a power of ten.
    pub(crate) fn new(number: &BigInt, exponent: i64) -> Self {
        Self {
            negative: number.is_negative(),
            kind: Kind::Finite {
                digits: number.abs(),
                exponent,
            },
        }
    }

    /// From its text, as `Decimal(text)` reads it.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = number::underscores(text.trim())?.to_ascii_lowercase();
        let negative = text.starts_with('-');
        let body = text.strip_prefix(['+', '-']).unwrap_or(&text);
        let kind = match body {
            "inf" | "infinity" => Kind::Infinity,
            "nan" => Kind::NaN,
            _ => {
                let (mantissa, exponent) = match body.split_once('e') {
                    Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()?),
                    None => (body, 0),
                };
                let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
                let digits = [whole, fraction].concat();
                if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) || digits.len() > 100_000
                {
                    return None;
                }
                if exponent.abs() > 1_000_000 {
                    return None;
                }
                Kind::Finite {
                    digits: digits.parse().ok()?,
                    exponent: exponent - fraction.len() as i64,
                }
            }
        };
        Some(Self { negative, kind })
    }

    /// Its integer and its exponent, if it is finite.
    pub(crate) fn finite(&self) -> Option<(BigInt, i64)> {
        match &self.kind {
            Kind::Finite { digits, exponent } => {
                Some((if self.negative { -digits } else { digits.clone() }, *exponent))
            }
            _ => None,
        }
    }

    /// Rounded to the precision.
    fn rounded(self) -> R<Self> {
        let Kind::Finite { digits, exponent } = &self.kind else {
            return Ok(self);
        };
        let len = digits.to_string().len();
        if exponent.abs() > EXPONENT {
            return Err(raise(
                &exception::DECIMAL_OVERFLOW,
                "[<class 'decimal.Overflow'>, <class 'decimal.Rounded'>]",
            ));
        }
        let Some(extra) = len.checked_sub(PRECISION).filter(|extra| *extra > 0) else {
            return Ok(self);
        };
        let mut rounded = number::half_even(digits, &power(extra as u64));
        let mut exponent = exponent + extra as i64;
        if rounded.to_string().len() > PRECISION {
            rounded /= 10;
            exponent += 1;
        }
        Ok(Self {
            negative: self.negative,
            kind: Kind::Finite {
                digits: rounded,
                exponent,
            },
        })
    }

    fn text(&self) -> String {
        let sign = if self.negative { "-" } else { "" };
        let (digits, exponent) = match &self.kind {
            Kind::Infinity => return format!("{sign}Infinity"),
            Kind::NaN => return format!("{sign}NaN"),
            Kind::Finite { digits, exponent } => (digits.to_string(), *exponent),
        };
        let adjusted = exponent + digits.len() as i64 - 1;
        if exponent <= 0 && adjusted >= -6 {
            return format!("{sign}{}", plain(&digits, exponent));
        }
        let (first, rest) = digits.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        format!("{sign}{first}{point}{rest}E{adjusted:+}")
    }

    fn compare(&self, other: &Self) -> Option<Ordering> {
        let rank = |d: &Self| match (&d.kind, d.negative) {
            (Kind::NaN, _) => None,
            (Kind::Infinity, true) => Some(-1),
            (Kind::Infinity, false) => Some(1),
            (Kind::Finite { .. }, _) => Some(0),
        };
        let (a, b) = (rank(self)?, rank(other)?);
        if a != 0 || b != 0 {
            return Some(a.cmp(&b));
        }
        let ((x, a), (y, b)) = (self.finite()?, other.finite()?);
        let least = a.min(b);
        Some((x * power(a.abs_diff(least))).cmp(&(y * power(b.abs_diff(least)))))
    }
}

/// Digits with the point in its place; the exponent is not above zero.
fn plain(digits: &str, exponent: i64) -> String {
    let places = exponent.unsigned_abs() as usize;
    if places == 0 {
        return digits.to_owned();
    }
    let padded = match digits.len() <= places {
        true => format!("{}{digits}", "0".repeat(places + 1 - digits.len())),
        false => digits.to_owned(),
    };
    let (whole, fraction) = padded.split_at(padded.len() - places);
    format!("{whole}.{fraction}")
}

fn power(exponent: u64) -> BigInt {
    Pow::pow(BigInt::from(10), exponent.min(2_000_000))
}

fn new(value: &Value) -> R<Decimal> {
    match value {
        Value::Str(text) => Decimal::parse(text).ok_or_else(|| {
            raise(
                &exception::INVALID_OPERATION,
                "[<class 'decimal.ConversionSyntax'>]",
            )
        }),
        Value::Float(number) if number.is_finite() => {
            let (numerator, denominator) = number::ratio(*number)?;
            // A power of two in the denominator takes as many powers of five.
            let places = denominator.bits() - 1;
            let digits = numerator * Pow::pow(BigInt::from(5), places);
            let mut decimal = Decimal::new(&digits, -(places as i64));
            decimal.negative = number.is_sign_negative();
            Ok(decimal)
        }
        Value::Float(number) => Ok(Decimal {
            negative: *number < 0.0,
            kind: if number.is_nan() {
                Kind::NaN
            } else {
                Kind::Infinity
            },
        }),
        Value::Tuple(parts) => {
            let invalid = || value_error("argument must be a sequence of length 3");
            let [sign, digits, exponent] = &parts[..] else {
                return Err(invalid());
            };
            let Value::Tuple(digits) = digits else {
                return Err(invalid());
            };
            let mut text = String::new();
            for digit in digits.iter() {
                text.push_str(&types::integer(digit)?.to_string());
            }
            let digits: BigInt = if text.is_empty() {
                BigInt::zero()
            } else {
                text.parse().map_err(|_| invalid())?
            };
            let mut decimal = Decimal::new(&digits, types::integer(exponent)?.clamp(-1_000_000, 1_000_000));
            decimal.negative = types::integer(sign)? == 1;
            Ok(decimal)
        }
        other => match (other.downcast::<Decimal>(), arithmetic::big(other)) {
            (Some(decimal), _) => Ok(decimal.clone()),
            (None, Some(number)) => Ok(Decimal::new(&number, 0)),
            (None, None) => Err(type_error(format!(
                "conversion from {} to Decimal is not supported",
                types::class_of(other).name
            ))),
        },
    }
}

/// A decimal, or what is one without loss: an integer.
fn operand(value: &Value) -> Option<Decimal> {
    match value.downcast::<Decimal>() {
        Some(decimal) => Some(decimal.clone()),
        None => arithmetic::big(value).map(|number| Decimal::new(&number, 0)),
    }
}

/// `int(decimal)`.
pub(crate) fn to_integer(value: &Value) -> R<Value> {
    let decimal = operand(value).ok_or_else(|| type_error("a Decimal is required"))?;
    match decimal.finite() {
        Some((number, exponent)) if exponent >= 0 => {
            limits::reserve(exponent.unsigned_abs() as usize)?;
            Ok(Value::big(number * power(exponent.unsigned_abs())))
        }
        Some((number, exponent)) => {
            let unit = power(exponent.unsigned_abs());
            Ok(Value::big(number / unit))
        }
        None if decimal.kind == Kind::NaN => Err(value_error("cannot convert NaN to integer")),
        None => Err(raise(
            &exception::OVERFLOW_ERROR,
            "cannot convert Infinity to integer",
        )),
    }
}

static METHODS: &[Native] = &[
    Native::sync("quantize", |_, args| {
        let [this, unit, rounding] = args.bind("quantize", ["self", "exp", "rounding"], 2)?;
        let this = operand(&this.unwrap_or(Value::None)).ok_or_else(invalid)?;
        let unit = operand(&unit.unwrap_or(Value::None))
            .and_then(|unit| unit.finite())
            .ok_or_else(invalid)?;
        let rounding = rounding
            .as_ref()
            .and_then(Value::as_str)
            .unwrap_or("ROUND_HALF_EVEN")
            .to_owned();
        rescale(&this, unit.1, &rounding).map(Value::object)
    }),
    Native::sync("normalize", |_, args| {
        let [this] = args.exactly("normalize")?;
        let this = operand(&this).ok_or_else(invalid)?.rounded()?;
        let Some((mut number, mut exponent)) = this.finite() else {
            return Ok(Value::object(this));
        };
        if number.is_zero() {
            exponent = 0;
        }
        let ten = BigInt::from(10);
        while !number.is_zero() && number.is_multiple_of(&ten) {
            number /= 10;
            exponent += 1;
        }
        Ok(Value::object(Decimal::new(&number, exponent)))
    }),
    Native::sync("sqrt", |_, args| {
        let [this] = args.exactly("sqrt")?;
        let this = operand(&this).ok_or_else(invalid)?;
        let Some((number, exponent)) = this.finite() else {
            return Ok(Value::object(this));
        };
        if number.is_negative() {
            return Err(invalid());
        }
        // An even exponent, and digits for twice the precision.
        let shift = 2 * (PRECISION as i64 + 2) + (exponent & 1);
        let root = (number * power(shift.unsigned_abs())).sqrt();
        let result = Decimal::new(&root, (exponent - shift) / 2).rounded()?;
        let exact = operand(&Value::object(result.clone())).and_then(|d| d.finite());
        let squared = calculate(Binary::Mul, &result, &result)?;
        match (exact, squared) {
            (Some(_), Some(square)) if square.compare(&this) == Some(Ordering::Equal) => {
                rescale(&result, exponent.div_euclid(2).min(0), "ROUND_HALF_EVEN")
                    .or(Ok(result))
                    .map(Value::object)
            }
            _ => Ok(Value::object(result)),
        }
    }),
    Native::sync("copy_abs", |_, args| {
        let [this] = args.exactly("copy_abs")?;
        let this = operand(&this).ok_or_else(invalid)?;
        Ok(Value::object(Decimal {
            negative: false,
            ..this
        }))
    }),
    Native::sync("is_nan", |_, args| {
        let [this] = args.exactly("is_nan")?;
        Ok(Value::Bool(operand(&this).is_some_and(|d| d.kind == Kind::NaN)))
    }),
    Native::sync("is_zero", |_, args| {
        let [this] = args.exactly("is_zero")?;
        Ok(Value::Bool(
            operand(&this)
                .and_then(|d| d.finite())
                .is_some_and(|(n, _)| n.is_zero()),
        ))
    }),
    Native::sync("is_finite", |_, args| {
        let [this] = args.exactly("is_finite")?;
        Ok(Value::Bool(operand(&this).is_some_and(|d| d.finite().is_some())))
    }),
    Native::sync("as_tuple", |_, args| {
        let [this] = args.exactly("as_tuple")?;
        let this = operand(&this).ok_or_else(invalid)?;
        let (number, exponent) = this.finite().ok_or_else(invalid)?;
        let digits = number
            .abs()
            .to_string()
            .bytes()
            .map(|b| Value::Int((b - b'0').into()))
            .collect();
        Ok(Value::tuple(vec![
            Value::Int(this.negative.into()),
            Value::tuple(digits),
            Value::Int(exponent),
        ]))
    }),
];

impl Object for Decimal {
    fn class(&self) -> &'static Class {
        &DECIMAL
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn repr(&self) -> R<String> {
        Ok(format!("Decimal('{}')", self.text()))
    }

    fn str(&self) -> R<String> {
        Ok(self.text())
    }

    fn truth(&self) -> R<bool> {
        Ok(self.finite().is_none_or(|(number, _)| !number.is_zero()))
    }

    fn format(&self, text: &str) -> R<String> {
        if text.is_empty() {
            return Ok(self.text());
        }
        let specification = Specification::parse(text, "Decimal")?;
        let sign = specification.sign(self.negative);
        let Some((number, exponent)) = self.finite() else {
            return format_text(&self.text(), &specification);
        };
        let kind = specification.kind;
        let magnitude = Decimal::new(&number.abs(), exponent);
        let body = match (kind, specification.precision) {
            (Some('f' | 'F' | '%'), None) => {
                let digits = number.abs().to_string();
                let exponent = if kind == Some('%') { exponent + 2 } else { exponent };
                let body = match exponent > 0 {
                    true => format!(
                        "{digits}{}",
                        "0".repeat(exponent.unsigned_abs().min(10_000) as usize)
                    ),
                    false => plain(&digits, exponent),
                };
                if kind == Some('%') {
                    format!("{body}%")
                } else {
                    body
                }
            }
            (Some('f' | 'F' | '%'), precision) => {
                let precision = precision.unwrap_or(6).min(10_000) as i64;
                let shifted = if kind == Some('%') { exponent + 2 } else { exponent };
                let target = -precision;
                let digits = if target <= shifted {
                    number.abs() * power(shifted.abs_diff(target))
                } else {
                    number::half_even(&number.abs(), &power(target.abs_diff(shifted)))
                };
                let body = plain(&digits.to_string(), target);
                if kind == Some('%') {
                    format!("{body}%")
                } else {
                    body
                }
            }
            (None, None) => magnitude.text(),
            _ => {
                return types::specification::format_float(
                    self.text().parse().unwrap_or(f64::NAN),
                    &specification,
                    "Decimal",
                );
            }
        };
        let (digits, rest) = match body.find(|c: char| !c.is_ascii_digit()) {
            Some(at) => body.split_at(at),
            None => (body.as_str(), ""),
        };
        Ok(specification.number(sign, digits, rest, 3))
    }

    fn equals(&self, other: &Value) -> R<Option<Value>> {
        Ok(ordered(self, other)?.map(|ordering| Value::Bool(ordering == Some(Ordering::Equal))))
    }

    fn compare(&self, op: Comparison, other: &Value) -> R<Option<Value>> {
        if op == Comparison::Ne {
            return Ok(None);
        }
        Ok(ordered(self, other)?.map(|ordering| Value::Bool(compare::holds(op, ordering))))
    }

    fn key(self: Rc<Self>) -> R<Key> {
        let Some((mut number, mut exponent)) = self.finite() else {
            return Ok(Key::float(arithmetic::float(&Value::Object(self))?));
        };
        if exponent >= 0 {
            limits::reserve(exponent.unsigned_abs() as usize)?;
            return Ok(Key::big(number * power(exponent.unsigned_abs())));
        }
        let ten = BigInt::from(10);
        while exponent < 0 && (number.is_zero() || number.is_multiple_of(&ten)) {
            number /= 10;
            exponent += 1;
        }
        if exponent >= 0 {
            return Ok(Key::big(number));
        }
        // A float that is equal hashes alike.
        let float: f64 = self.text().parse().unwrap_or(f64::NAN);
        match new(&Value::Float(float))?.compare(&self) {
            Some(Ordering::Equal) => Ok(Key::float(float)),
            _ => Ok(Key::Decimal(number, exponent)),
        }
    }

    fn binary(&self, op: Binary, other: &Value, reversed: bool) -> R<Option<Value>> {
        let Some(other) = operand(other) else {
            return Ok(None);
        };
        let (a, b) = if reversed { (&other, self) } else { (self, &other) };
        Ok(calculate(op, a, b)?.map(Value::object))
    }

    fn unary(&self, op: Unary) -> R<Option<Value>> {
        let mut result = self.clone().rounded()?;
        match op {
            Unary::Negative => result.negative = !result.negative && self.truth()?,
            Unary::Positive => {}
            Unary::Invert => return Ok(None),
        }
        Ok(Some(Value::object(result)))
    }

    fn absolute(&self) -> R<Option<Value>> {
        let mut result = self.clone().rounded()?;
        result.negative = false;
        Ok(Some(Value::object(result)))
    }

    fn round(&self, digits: Option<&Value>) -> R<Option<Value>> {
        match digits {
            None | Some(Value::None) => {
                let whole = rescale(self, 0, "ROUND_HALF_EVEN")?;
                to_integer(&Value::object(whole)).map(Some)
            }
            Some(digits) => {
                let exponent = types::integer(digits)?.checked_neg().ok_or_else(invalid)?;
                rescale(self, exponent, "ROUND_HALF_EVEN").map(|d| Some(Value::object(d)))
            }
        }
    }
}

/// How it compares with a number, none if the other is none.
fn ordered(this: &Decimal, other: &Value) -> R<Option<Option<Ordering>>> {
    let other = match other {
        Value::Float(_) => Some(new(other)?),
        other => operand(other),
    };
    match other {
        Some(other) => {
            let gap = match (this.finite(), other.finite()) {
                (Some((_, a)), Some((_, b))) => a.abs_diff(b),
                _ => 0,
            };
            limits::spend((gap / 16) as usize)?;
            Ok(Some(this.compare(&other)))
        }
        None => Ok(None),
    }
}
