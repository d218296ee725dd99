//! Dates, times of day and timestamps, in the calendar that Spark uses: Gregorian for all years.

use std::fmt::{self, Write};

use arrow_schema::TimeUnit;

use crate::zone::Zone;

const DAY_SECONDS: i128 = 86_400;
const NANOS: i64 = 1_000_000_000;

/// Units of `unit` in a second.
pub(crate) fn per_second(unit: TimeUnit) -> i64 {
    match unit {
        TimeUnit::Second => 1,
        TimeUnit::Millisecond => 1_000,
        TimeUnit::Microsecond => 1_000_000,
        TimeUnit::Nanosecond => NANOS,
    }
}

fn symbol(unit: TimeUnit) -> &'static str {
    match unit {
        TimeUnit::Second => "s",
        TimeUnit::Millisecond => "ms",
        TimeUnit::Microsecond => "µs",
        TimeUnit::Nanosecond => "ns",
    }
}

/// Writes the date that is `days` after 1970-01-01.
pub(crate) fn write_date(out: &mut impl Write, days: i64) -> fmt::Result {
    let (year, month, day) = civil(days);
    // Years as Java prints them: four digits, a sign where there are more or where they are negative.
    match year {
        0..=9999 => {
            write_two(out, year / 100)?;
            write_two(out, year % 100)?;
        }
        10_000.. => write!(out, "+{year}")?,
        _ => write!(out, "-{:04}", year.unsigned_abs())?,
    }
    out.write_char('-')?;
    write_two(out, month)?;
    out.write_char('-')?;
    write_two(out, day)
}

/// Writes a number below 100 with two digits.
fn write_two(out: &mut impl Write, number: i64) -> fmt::Result {
    let digit = |number: i64| char::from(b'0' + (number % 10) as u8);
    out.write_char(digit(number / 10))?;
    out.write_char(digit(number))
}

/// Year, month and day of a day counted from 1970-01-01. The year begins in March here, so that the leap
/// day is its last, and every 400 years have the same number of days.
fn civil(days: i64) -> (i64, i64, i64) {
    const CYCLE: i64 = 146_097;
    let days = i128::from(days) + 719_468;
    let cycle = days.div_euclid(i128::from(CYCLE)) as i64;
    let day = days.rem_euclid(i128::from(CYCLE)) as i64;
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 {
        (month + 3, 0)
    } else {
        (month - 9, 1)
    };
    (cycle * 400 + year + next, month, day)
}

/// Writes a moment in a zone, or a timestamp that has none. Where the clock of the zone shows a time
/// twice, the offset follows.
pub(crate) fn write_timestamp(
    out: &mut impl Write,
    value: i64,
    unit: TimeUnit,
    zone: Option<&Zone>,
) -> fmt::Result {
    let (seconds, nanos) = split(value, unit);
    let local = zone.map(|zone| zone.at(seconds));
    write_local(out, seconds, nanos, local.map_or(0, |local| local.offset), ' ')?;
    match local {
        Some(local) if local.twice => write_offset(out, local.offset),
        _ => Ok(()),
    }
}

/// Writes a moment in a zone, always with its offset.
pub(crate) fn write_with_offset(
    out: &mut impl Write,
    value: i64,
    unit: TimeUnit,
    zone: &Zone,
) -> fmt::Result {
    let (seconds, nanos) = split(value, unit);
    let offset = zone.at(seconds).offset;
    write_local(out, seconds, nanos, offset, ' ')?;
    write_offset(out, offset)
}

/// Writes a moment by ISO 8601, with its offset in a zone; without an offset a timestamp that has no zone.
pub(crate) fn write_iso(
    out: &mut impl Write,
    value: i64,
    unit: TimeUnit,
    zone: Option<&Zone>,
) -> fmt::Result {
    let (seconds, nanos) = split(value, unit);
    let offset = zone.map(|zone| zone.at(seconds).offset);
    write_local(out, seconds, nanos, offset.unwrap_or(0), 'T')?;
    offset.map_or(Ok(()), |offset| write_offset(out, offset))
}

fn split(value: i64, unit: TimeUnit) -> (i64, i64) {
    let per_second = per_second(unit);
    (
        value.div_euclid(per_second),
        value.rem_euclid(per_second) * (NANOS / per_second),
    )
}

fn write_local(out: &mut impl Write, seconds: i64, nanos: i64, offset: i32, separator: char) -> fmt::Result {
    let seconds = i128::from(seconds) + i128::from(offset);
    write_date(out, seconds.div_euclid(DAY_SECONDS) as i64)?;
    out.write_char(separator)?;
    write_clock(out, seconds.rem_euclid(DAY_SECONDS) as i64, nanos)
}

fn write_offset(out: &mut impl Write, offset: i32) -> fmt::Result {
    let seconds = i64::from(offset).abs();
    out.write_char(if offset < 0 { '-' } else { '+' })?;
    write_two(out, seconds / 3600)?;
    out.write_char(':')?;
    write_two(out, seconds / 60 % 60)?;
    if seconds % 60 == 0 {
        return Ok(());
    }
    out.write_char(':')?;
    write_two(out, seconds % 60)
}

/// Writes a time of day; one that no day has is shown as the number it is, with its unit.
pub(crate) fn write_time(out: &mut impl Write, value: i64, unit: TimeUnit) -> fmt::Result {
    let (seconds, nanos) = split(value, unit);
    if (0..DAY_SECONDS as i64).contains(&seconds) {
        write_clock(out, seconds, nanos)
    } else {
        write!(out, "{value} {}", symbol(unit))
    }
}

/// Writes hours, minutes and seconds with their fraction.
pub(crate) fn write_clock(out: &mut impl Write, seconds: i64, nanos: i64) -> fmt::Result {
    write!(
        out,
        "{:02}:{:02}:{:02}",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60
    )?;
    write_fraction(out, nanos)
}

/// Writes a fraction of a second without trailing zeros, and nothing if it is zero.
pub(crate) fn write_fraction(out: &mut impl Write, nanos: i64) -> fmt::Result {
    if nanos == 0 {
        return Ok(());
    }
    out.write_char('.')?;
    let (mut rest, mut place) = (nanos, NANOS / 10);
    while rest > 0 {
        out.write_char(char::from(b'0' + (rest / place) as u8))?;
        rest %= place;
        place /= 10;
    }
    Ok(())
}
