//! Durations and intervals, in Spark's notations.

use std::fmt::{self, Write};

use arrow_buffer::IntervalMonthDayNano;
use arrow_schema::TimeUnit;

use super::time::{per_second, write_clock, write_fraction};

const DAY_SECONDS: i128 = 86_400;
const NANOS: i128 = 1_000_000_000;

/// Writes a day-time interval as `1 02:03:04.5`: what stands between the quotes of Spark's
/// `INTERVAL '1 02:03:04.5' DAY TO SECOND`, so that a column of them can be read and compared at a glance.
pub(crate) fn write_duration(out: &mut impl Write, value: i64, unit: TimeUnit) -> fmt::Result {
    write_day_time(out, i128::from(value) * (NANOS / i128::from(per_second(unit))))
}

/// Writes an interval of nanoseconds as `1 02:03:04.5`.
pub(crate) fn write_day_time(out: &mut impl Write, nanos: i128) -> fmt::Result {
    if nanos < 0 {
        out.write_char('-')?;
    }
    let nanos = nanos.abs();
    let seconds = nanos / NANOS;
    write!(out, "{} ", seconds / DAY_SECONDS)?;
    write_clock(out, (seconds % DAY_SECONDS) as i64, (nanos % NANOS) as i64)
}

/// Writes a year-month interval as `1-2`.
pub(crate) fn write_year_month(out: &mut impl Write, months: i32) -> fmt::Result {
    let sign = if months < 0 { "-" } else { "" };
    let months = months.unsigned_abs();
    write!(out, "{sign}{}-{}", months / 12, months % 12)
}

/// Writes a calendar interval in words, as Spark's cast to string does: `1 years 2 months 3 days`.
pub(crate) fn write_calendar(out: &mut impl Write, interval: IntervalMonthDayNano) -> fmt::Result {
    let nanos = i128::from(interval.nanoseconds);
    let parts = [
        (i64::from(interval.months / 12), "years"),
        (i64::from(interval.months % 12), "months"),
        (i64::from(interval.days), "days"),
        ((nanos / (3600 * NANOS)) as i64, "hours"),
        ((nanos / (60 * NANOS) % 60) as i64, "minutes"),
    ];
    let mut separator = "";
    for (number, unit) in parts {
        if number != 0 {
            write!(out, "{separator}{number} {unit}")?;
            separator = " ";
        }
    }
    let rest = nanos % (60 * NANOS);
    if rest == 0 {
        return if separator.is_empty() {
            out.write_str("0 seconds")
        } else {
            Ok(())
        };
    }
    let sign = if rest < 0 { "-" } else { "" };
    write!(out, "{separator}{sign}{}", rest.abs() / NANOS)?;
    write_fraction(out, (rest.abs() % NANOS) as i64)?;
    out.write_str(" seconds")
}
