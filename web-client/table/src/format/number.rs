//! Numbers: exact, copyable, without thousands separators.

use std::fmt::{self, Write};

/// Writes a double as Java and Spark do: the shortest digits that read back as the same number, plain from
/// 0.001 to below ten million, else with an exponent (`1.0E10`).
pub(crate) fn write_f64(out: &mut impl Write, value: f64) -> fmt::Result {
    if value.is_finite() {
        let shortest = format!("{value:e}");
        // Java writes two digits at least, and then the two that are closest: 4.9E-324, not 5.0E-324.
        write_java(
            out,
            &if has_one_digit(&shortest) {
                format!("{value:.1e}")
            } else {
                shortest
            },
        )
    } else {
        write_not_finite(out, value.is_nan(), value < 0.0)
    }
}

/// Writes a float, by the rules of [`write_f64`].
pub(crate) fn write_f32(out: &mut impl Write, value: f32) -> fmt::Result {
    if value.is_finite() {
        let shortest = format!("{value:e}");
        write_java(
            out,
            &if has_one_digit(&shortest) {
                format!("{value:.1e}")
            } else {
                shortest
            },
        )
    } else {
        write_not_finite(out, value.is_nan(), value < 0.0)
    }
}

fn write_not_finite(out: &mut impl Write, nan: bool, negative: bool) -> fmt::Result {
    out.write_str(match (nan, negative) {
        (true, _) => "NaN",
        (_, true) => "-Infinity",
        (_, false) => "Infinity",
    })
}

fn has_one_digit(scientific: &str) -> bool {
    !scientific.contains('.')
}

/// Lays out Rust's `1.25e-7` as Java does.
fn write_java(out: &mut impl Write, scientific: &str) -> fmt::Result {
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if !(-3..7).contains(&exponent) {
        return write!(out, "{mantissa}E{exponent}");
    }
    let (sign, mantissa) = split_sign(mantissa);
    let digits: String = mantissa.chars().filter(|&character| character != '.').collect();
    out.write_str(sign)?;
    if exponent < 0 {
        out.write_str("0.")?;
        write_zeros(out, exponent.unsigned_abs() as usize - 1)?;
        return out.write_str(digits.trim_end_matches('0'));
    }
    let whole = exponent as usize + 1;
    match digits.split_at_checked(whole) {
        Some((whole, fraction)) if !fraction.is_empty() => write!(out, "{whole}.{fraction}"),
        _ => {
            out.write_str(&digits)?;
            write_zeros(out, whole - digits.len())?;
            out.write_str(".0")
        }
    }
}

/// Writes a decimal from its unscaled digits, always without an exponent.
pub(crate) fn write_decimal(out: &mut impl Write, unscaled: &str, scale: i32) -> fmt::Result {
    let (sign, digits) = split_sign(unscaled);
    out.write_str(sign)?;
    if scale <= 0 {
        out.write_str(digits)?;
        return write_zeros(
            out,
            if digits == "0" {
                0
            } else {
                scale.unsigned_abs() as usize
            },
        );
    }
    let scale = scale as usize;
    match digits.len().checked_sub(scale) {
        None | Some(0) => {
            out.write_str("0.")?;
            write_zeros(out, scale - digits.len())?;
            out.write_str(digits)
        }
        Some(whole) => {
            let (whole, fraction) = digits.split_at(whole);
            out.write_str(whole)?;
            out.write_char('.')?;
            out.write_str(fraction)
        }
    }
}

fn split_sign(number: &str) -> (&str, &str) {
    match number.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", number),
    }
}

fn write_zeros(out: &mut impl Write, count: usize) -> fmt::Result {
    (0..count).try_for_each(|_| out.write_char('0'))
}
