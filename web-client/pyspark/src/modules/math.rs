//! `math`.

use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{One, Signed};

use super::module;
use crate::{
    exception::{self, R, raise, type_error, value_error},
    limits,
    types::{self, arithmetic, number},
    value::{Value, iterator::iterate},
    vm::native::{Arguments, Native},
};

module!(MODULE, "math", NATIVES, &[], |name| Some(Value::Float(
    match name {
        "pi" => std::f64::consts::PI,
        "e" => std::f64::consts::E,
        "tau" => std::f64::consts::TAU,
        "inf" => f64::INFINITY,
        "nan" => f64::NAN,
        _ => return None,
    }
)));

/// A function of one float.
macro_rules! function {
    ($name:literal, $function:expr) => {
        Native::sync($name, |_, args| {
            let [value] = args.exactly($name)?;
            let function: fn(f64) -> f64 = $function;
            checked(arithmetic::float(&value)?, function)
        })
    };
}

fn checked(number: f64, function: fn(f64) -> f64) -> R<Value> {
    let result = function(number);
    if result.is_nan() && !number.is_nan() {
        return Err(value_error("math domain error"));
    }
    if result.is_infinite() && number.is_finite() {
        return Err(raise(&exception::OVERFLOW_ERROR, "math range error"));
    }
    Ok(Value::Float(result))
}

/// A function that makes an integer of a float.
fn whole(args: Arguments, name: &str, function: fn(f64) -> f64) -> R<Value> {
    let [value] = args.exactly(name)?;
    match arithmetic::big(&value) {
        Some(number) => Ok(Value::big(number)),
        None => arithmetic::from_float(function(arithmetic::float(&value)?)),
    }
}

fn integer(value: &Value) -> R<BigInt> {
    arithmetic::big(value).ok_or_else(|| {
        type_error(format!(
            "'{}' object cannot be interpreted as an integer",
            types::class_of(value).name
        ))
    })
}

static NATIVES: &[Native] = &[
    Native::sync("sqrt", |_, args| {
        let [value] = args.exactly("sqrt")?;
        checked(arithmetic::float(&value)?, f64::sqrt)
    }),
    function!("exp", f64::exp),
    function!("expm1", f64::exp_m1),
    function!("log1p", f64::ln_1p),
    function!("sin", f64::sin),
    function!("cos", f64::cos),
    function!("tan", f64::tan),
    function!("asin", f64::asin),
    function!("acos", f64::acos),
    function!("atan", f64::atan),
    function!("sinh", f64::sinh),
    function!("cosh", f64::cosh),
    function!("tanh", f64::tanh),
    function!("fabs", f64::abs),
    function!("degrees", f64::to_degrees),
    function!("radians", f64::to_radians),
    function!("cbrt", f64::cbrt),
    Native::sync("log", |_, args| {
        let [value, base] = args.between("log", 1)?;
        let ln = |value: &Value| -> R<f64> {
            let number = arithmetic::float(value)?;
            match number > 0.0 || number.is_nan() {
                true => Ok(number.ln()),
                false => Err(value_error("math domain error")),
            }
        };
        let number = ln(&value.unwrap_or(Value::None))?;
        match base {
            None => Ok(Value::Float(number)),
            Some(base) => match ln(&base)? {
                0.0 => Err(raise(&exception::ZERO_DIVISION_ERROR, "float division by zero")),
                base => Ok(Value::Float(number / base)),
            },
        }
    }),
    Native::sync("log2", |_, args| positive(args, "log2", f64::log2)),
    Native::sync("log10", |_, args| positive(args, "log10", f64::log10)),
    Native::sync("pow", |_, args| {
        let [a, b] = args.exactly("pow")?;
        Ok(Value::Float(arithmetic::float(&a)?.powf(arithmetic::float(&b)?)))
    }),
    Native::sync("atan2", |_, args| {
        let [a, b] = args.exactly("atan2")?;
        Ok(Value::Float(arithmetic::float(&a)?.atan2(arithmetic::float(&b)?)))
    }),
    Native::sync("fmod", |_, args| {
        let [a, b] = args.exactly("fmod")?;
        let (a, b) = (arithmetic::float(&a)?, arithmetic::float(&b)?);
        match b == 0.0 || a.is_infinite() {
            true => Err(value_error("math domain error")),
            false => Ok(Value::Float(a % b)),
        }
    }),
    Native::sync("copysign", |_, args| {
        let [a, b] = args.exactly("copysign")?;
        Ok(Value::Float(
            arithmetic::float(&a)?.copysign(arithmetic::float(&b)?),
        ))
    }),
    Native::sync("hypot", |_, args| {
        args.no_names("hypot")?;
        let mut total = 0f64;
        for value in &args.positional {
            total = total.hypot(arithmetic::float(value)?);
        }
        Ok(Value::Float(total))
    }),
    Native::sync("modf", |_, args| {
        let [value] = args.exactly("modf")?;
        let number = arithmetic::float(&value)?;
        let parts = match number.is_infinite() {
            true => [0f64.copysign(number), number],
            false => [number.fract().copysign(number), number.trunc()],
        };
        Ok(Value::tuple(parts.map(Value::Float).to_vec()))
    }),
    Native::sync("ceil", |_, args| whole(args, "ceil", f64::ceil)),
    Native::sync("floor", |_, args| whole(args, "floor", f64::floor)),
    Native::sync("trunc", |_, args| whole(args, "trunc", f64::trunc)),
    Native::sync("isnan", |_, args| {
        let [value] = args.exactly("isnan")?;
        Ok(Value::Bool(arithmetic::float(&value)?.is_nan()))
    }),
    Native::sync("isinf", |_, args| {
        let [value] = args.exactly("isinf")?;
        Ok(Value::Bool(arithmetic::float(&value)?.is_infinite()))
    }),
    Native::sync("isfinite", |_, args| {
        let [value] = args.exactly("isfinite")?;
        Ok(Value::Bool(arithmetic::float(&value)?.is_finite()))
    }),
    Native::sync("isclose", |_, args| {
        let [a, b, relative, absolute] = args.bind("isclose", ["a", "b", "rel_tol", "abs_tol"], 2)?;
        let float =
            |value: Option<Value>, default: f64| value.map_or(Ok(default), |value| arithmetic::float(&value));
        let (a, b) = (float(a, 0.0)?, float(b, 0.0)?);
        let (relative, absolute) = (float(relative, 1e-9)?, float(absolute, 0.0)?);
        let close = a == b
            || a.is_finite()
                && b.is_finite()
                && (a - b).abs() <= (relative * a.abs().max(b.abs())).max(absolute);
        Ok(Value::Bool(close))
    }),
    Native::sync("factorial", |_, args| {
        let [value] = args.exactly("factorial")?;
        let count = types::integer(&value)?;
        if count < 0 {
            return Err(value_error("factorial() not defined for negative values"));
        }
        let mut product = Value::Int(1);
        for factor in 2..=count {
            product = arithmetic::binary(crate::code::Binary::Mul, &product, &Value::Int(factor))?;
            limits::spend(1)?;
        }
        Ok(product)
    }),
    Native::sync("comb", |_, args| {
        let [n, k] = args.exactly("comb")?;
        let (n, k) = (types::integer(&n)?, types::integer(&k)?);
        if n < 0 || k < 0 {
            return Err(value_error("n and k must be non-negative integers"));
        }
        if k > n {
            return Ok(Value::Int(0));
        }
        let k = k.min(n - k);
        let mut result = BigInt::one();
        for at in 0..k {
            limits::spend(1 + (result.bits() / 64) as usize)?;
            if result.bits() > limits::BITS {
                return Err(raise(&exception::MEMORY_ERROR, "the number is too large"));
            }
            result = result * (n - at) / (at + 1);
        }
        Ok(Value::big(result))
    }),
    Native::sync("isqrt", |_, args| {
        let [value] = args.exactly("isqrt")?;
        let number = integer(&value)?;
        if number.is_negative() {
            return Err(value_error("isqrt() argument must be nonnegative"));
        }
        limits::spend((number.bits() / 8) as usize)?;
        Ok(Value::big(number.sqrt()))
    }),
    Native::sync("gcd", |_, args| fold(args, "gcd", 0, |a, b| a.gcd(b))),
    Native::sync("lcm", |_, args| fold(args, "lcm", 1, |a, b| a.lcm(b))),
    Native::later("fsum", |vm, args| {
        Box::pin(async move {
            let [values] = args.exactly("fsum")?;
            // Exact: the sum of fractions, rounded once.
            let (mut numerator, mut denominator) = (BigInt::default(), BigInt::one());
            let source = iterate(&values)?;
            while let Some(value) = vm.next(&source).await? {
                let (n, d) = number::ratio(arithmetic::float(&value)?)?;
                limits::spend(8 + (denominator.bits() / 64) as usize)?;
                let common = denominator.lcm(&d);
                numerator = numerator * (&common / &denominator) + n * (&common / d);
                denominator = common;
            }
            arithmetic::binary(
                crate::code::Binary::Div,
                &Value::big(numerator),
                &Value::big(denominator),
            )
        })
    }),
    Native::later("prod", |vm, args| {
        Box::pin(async move {
            let [values, start] = args.bind("prod", ["iterable", "start"], 1)?;
            let mut product = start.unwrap_or(Value::Int(1));
            let source = iterate(&values.unwrap_or(Value::None))?;
            while let Some(value) = vm.next(&source).await? {
                product = arithmetic::binary(crate::code::Binary::Mul, &product, &value)?;
            }
            Ok(product)
        })
    }),
];

fn positive(args: Arguments, name: &str, function: fn(f64) -> f64) -> R<Value> {
    let [value] = args.exactly(name)?;
    let number = arithmetic::float(&value)?;
    match number > 0.0 || number.is_nan() {
        true => Ok(Value::Float(function(number))),
        false => Err(value_error("math domain error")),
    }
}

fn fold(args: Arguments, name: &str, first: i64, function: fn(&BigInt, &BigInt) -> BigInt) -> R<Value> {
    args.no_names(name)?;
    let mut result = BigInt::from(first);
    for value in &args.positional {
        let value = integer(value)?;
        let words = (result.bits().max(value.bits()) / 64 + 1) as usize;
        limits::spend(words.saturating_mul(words))?;
        result = function(&result, &value);
    }
    Ok(Value::big(result.abs()))
}
