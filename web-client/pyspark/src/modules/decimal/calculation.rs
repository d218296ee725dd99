//! Arithmetic of decimals, rounded to the precision.

use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{One, Pow, Signed, ToPrimitive, Zero};

use super::{Decimal, EXPONENT, Kind, PRECISION, power};
use crate::{
    code::Binary,
    exception::{self, R, raise},
    limits,
};

pub(super) fn invalid() -> exception::Raised {
    raise(
        &exception::INVALID_OPERATION,
        "[<class 'decimal.InvalidOperation'>]",
    )
}

pub(super) fn calculate(op: Binary, a: &Decimal, b: &Decimal) -> R<Option<Decimal>> {
    let (Some((x, e)), Some((y, f))) = (a.finite(), b.finite()) else {
        return special(op, a, b);
    };
    limits::spend(1 + (e.abs_diff(f) / 16) as usize)?;
    if e.abs_diff(f) > 100_000 {
        return Err(invalid());
    }
    let least = e.min(f);
    let aligned = |number: &BigInt, exponent: i64| number * power(exponent.abs_diff(least));
    let result = match op {
        Binary::Add | Binary::Sub => {
            let (x, y) = (aligned(&x, e), aligned(&y, f));
            let sum = if op == Binary::Add { x + y } else { x - y };
            let mut result = Decimal::new(&sum, least);
            if sum.is_zero() {
                result.negative = a.negative && (b.negative == (op == Binary::Add));
            }
            result
        }
        Binary::Mul => {
            let mut result = Decimal::new(&(x * y), e + f);
            result.negative = a.negative != b.negative;
            result
        }
        Binary::Div => return divide(a, b, &x, &y, e, f).map(Some),
        Binary::FloorDiv | Binary::Mod => {
            if y.is_zero() {
                return Err(match (op, x.is_zero()) {
                    (_, true) | (Binary::Mod, _) => raise(
                        &exception::INVALID_OPERATION,
                        if x.is_zero() && op == Binary::FloorDiv {
                            "[<class 'decimal.DivisionUndefined'>]"
                        } else {
                            "[<class 'decimal.InvalidOperation'>]"
                        },
                    ),
                    _ => raise(
                        &exception::DECIMAL_DIVISION_BY_ZERO,
                        "[<class 'decimal.DivisionByZero'>]",
                    ),
                });
            }
            // The quotient is cut towards zero, and the rest has the sign of the dividend.
            let (quotient, rest) = aligned(&x, e).div_rem(&aligned(&y, f));
            let mut result = match op {
                Binary::FloorDiv => Decimal::new(&quotient, 0),
                _ => Decimal::new(&rest, least),
            };
            result.negative = if op == Binary::Mod {
                a.negative
            } else {
                a.negative != b.negative
            };
            result
        }
        Binary::Pow => return raise_to(a, &x, e, &y, f).map(Some),
        _ => return Ok(None),
    };
    result.rounded().map(Some)
}

fn special(op: Binary, a: &Decimal, b: &Decimal) -> R<Option<Decimal>> {
    let nan = Decimal {
        negative: false,
        kind: Kind::NaN,
    };
    if a.kind == Kind::NaN || b.kind == Kind::NaN {
        return Ok(Some(nan));
    }
    let infinite = |negative| Decimal {
        negative,
        kind: Kind::Infinity,
    };
    let (first, second) = (a.kind == Kind::Infinity, b.kind == Kind::Infinity);
    Ok(Some(match op {
        Binary::Add | Binary::Sub => {
            let other_sign = b.negative != (op == Binary::Sub);
            match (first, second) {
                (true, true) if a.negative != other_sign => return Err(invalid()),
                (true, _) => a.clone(),
                _ => infinite(other_sign),
            }
        }
        Binary::Mul => {
            let zero = |d: &Decimal| d.finite().is_some_and(|(n, _)| n.is_zero());
            if zero(a) || zero(b) {
                return Err(invalid());
            }
            infinite(a.negative != b.negative)
        }
        Binary::Div => match (first, second) {
            (true, true) => return Err(invalid()),
            (true, false) => infinite(a.negative != b.negative),
            _ => Decimal::new(&BigInt::zero(), -EXPONENT),
        },
        _ => return Err(invalid()),
    }))
}

fn divide(a: &Decimal, b: &Decimal, x: &BigInt, y: &BigInt, e: i64, f: i64) -> R<Decimal> {
    if y.is_zero() {
        return Err(match x.is_zero() {
            true => raise(
                &exception::INVALID_OPERATION,
                "[<class 'decimal.DivisionUndefined'>]",
            ),
            false => raise(
                &exception::DECIMAL_DIVISION_BY_ZERO,
                "[<class 'decimal.DivisionByZero'>]",
            ),
        });
    }
    let negative = a.negative != b.negative;
    let ideal = e - f;
    let (x, y) = (x.abs(), y.abs());
    if x.is_zero() {
        return Ok(Decimal {
            negative,
            kind: Kind::Finite {
                digits: x,
                exponent: ideal,
            },
        });
    }
    // Digits enough to round by, one of which says whether more follow.
    let shift = (PRECISION as i64 + 2 + y.to_string().len() as i64 - x.to_string().len() as i64).max(0);
    let (mut quotient, rest) = (x * power(shift.unsigned_abs())).div_rem(&y);
    let mut exponent = ideal - shift;
    if rest.is_zero() {
        let ten = BigInt::from(10);
        while exponent < ideal {
            let (shorter, last) = quotient.div_rem(&ten);
            if !last.is_zero() {
                break;
            }
            quotient = shorter;
            exponent += 1;
        }
    } else {
        quotient = quotient * 10 + BigInt::one();
        exponent -= 1;
    }
    Decimal {
        negative,
        kind: Kind::Finite {
            digits: quotient,
            exponent,
        },
    }
    .rounded()
}

fn raise_to(a: &Decimal, x: &BigInt, e: i64, y: &BigInt, f: i64) -> R<Decimal> {
    let whole = match f >= 0 {
        true if f < 10 => (y * power(f.unsigned_abs())).to_i64(),
        true => None,
        false => {
            let (quotient, rest) = y.div_rem(&power(f.unsigned_abs()));
            rest.is_zero().then(|| quotient.to_i64()).flatten()
        }
    };
    let Some(times) = whole.filter(|times| times.unsigned_abs() <= 10_000) else {
        return Err(exception::not_implemented(
            "a Decimal to a power that is no small integer; take float(x) ** y",
        ));
    };
    let count = times.unsigned_abs();
    limits::spend((x.bits().saturating_mul(count) / 8) as usize)?;
    if x.bits().saturating_mul(count) > limits::BITS {
        return Err(raise(
            &exception::DECIMAL_OVERFLOW,
            "[<class 'decimal.Overflow'>]",
        ));
    }
    let result = Decimal::new(&Pow::pow(x, count), e * count as i64);
    if times >= 0 {
        return result.rounded();
    }
    let one = Decimal::new(&BigInt::one(), 0);
    match result.finite() {
        Some((number, exponent)) => divide(&one, &result, &BigInt::one(), &number, 0, exponent),
        None => Ok(a.clone()),
    }
}

/// The same value with another exponent.
pub(super) fn rescale(this: &Decimal, exponent: i64, rounding: &str) -> R<Decimal> {
    let Some((number, old)) = this.finite() else {
        return Ok(this.clone());
    };
    if exponent.abs() > EXPONENT || old.abs_diff(exponent) > 100_000 {
        return Err(invalid());
    }
    let digits = if exponent <= old {
        number.abs() * power(old.abs_diff(exponent))
    } else {
        let unit = power(exponent.abs_diff(old));
        let (quotient, rest) = number.abs().div_rem(&unit);
        let twice: BigInt = &rest * 2;
        let half = twice.cmp(&unit);
        let up = match rounding {
            "ROUND_HALF_UP" => half.is_ge(),
            "ROUND_HALF_DOWN" => half.is_gt(),
            "ROUND_UP" => !rest.is_zero(),
            "ROUND_DOWN" => false,
            "ROUND_CEILING" => !rest.is_zero() && !this.negative,
            "ROUND_FLOOR" => !rest.is_zero() && this.negative,
            _ => half.is_gt() || half.is_eq() && quotient.is_odd(),
        };
        if up { quotient + 1 } else { quotient }
    };
    if digits.to_string().len() > PRECISION {
        return Err(invalid());
    }
    Ok(Decimal {
        negative: this.negative,
        kind: Kind::Finite { digits, exponent },
    })
}
