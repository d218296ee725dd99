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
    let (sign, mantissa) = match mantissa.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", mantissa),
    };
    let digits: String = mantissa.chars().filter(|&character| character != '.').collect();
    out.write_str(sign)?;
    if exponent < 0 {
        let zeros = exponent.unsigned_abs() as usize - 1;
        let fraction = digits.trim_end_matches('0');
        return write!(out, "0.{}{fraction}", "0".repeat(zeros));
    }
    let whole = exponent as usize + 1;
    let digits = format!("{digits:0<width$}", width = whole + 1);
    let (whole, fraction) = digits.split_at(whole);
    let fraction = fraction.trim_end_matches('0');
    write!(
        out,
        "{whole}.{}",
        if fraction.is_empty() { "0" } else { fraction }
    )
}

/// Writes a decimal from its unscaled digits, always without an exponent.
pub(crate) fn write_decimal(out: &mut impl Write, unscaled: &str, scale: i32) -> fmt::Result {
    let (sign, digits) = match unscaled.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", unscaled),
    };
    out.write_str(sign)?;
    if scale <= 0 {
        let zeros = if digits == "0" {
            0
        } else {
            scale.unsigned_abs() as usize
        };
        return write!(out, "{digits}{}", "0".repeat(zeros));
    }
    let scale = scale as usize;
    let digits = format!("{digits:0>width$}", width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    write!(out, "{whole}.{fraction}")
}
