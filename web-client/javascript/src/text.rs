//! Values that JavaScript has no type for, as text by ISO 8601, so that `Temporal` and the usual libraries read them.

use arrow_schema::TimeUnit;

const DAY_SECONDS: i64 = 86_400;
const NANOS: i64 = 1_000_000_000;

/// Units of `unit` in a second.
fn per_second(unit: TimeUnit) -> i64 {
    match unit {
        TimeUnit::Second => 1,
        TimeUnit::Millisecond => 1_000,
        TimeUnit::Microsecond => 1_000_000,
        TimeUnit::Nanosecond => NANOS,
    }
}

/// Whole seconds, rounded down, and the nanoseconds above them.
fn split(ticks: i64, unit: TimeUnit) -> (i64, i64) {
    let per_second = per_second(unit);
    (
        ticks.div_euclid(per_second),
        ticks.rem_euclid(per_second) * (NANOS / per_second),
    )
}

/// Milliseconds since 1970, rounded down, as `Date` counts them.
pub fn milliseconds(ticks: i64, unit: TimeUnit) -> f64 {
    let (seconds, nanos) = split(ticks, unit);
    seconds as f64 * 1e3 + (nanos / 1_000_000) as f64
}

/// The date so many days after 1970-01-01: `2024-02-29`. Years beyond four digits have a sign and six of them.
pub fn date(days: i64) -> String {
    let (year, month, day) = civil(days);
    match year {
        0..=9999 => format!("{year:04}-{month:02}-{day:02}"),
        _ => format!("{year:+07}-{month:02}-{day:02}"),
    }
}

/// Year, month and day in the Gregorian calendar of all years. Years begin in March here, so that the leap day is the
/// last of its year, and every 400 years have as many days.
fn civil(days: i64) -> (i64, i64, i64) {
    const CYCLE: i64 = 146_097;
    let shifted = days.saturating_add(719_468);
    let (cycle, day) = (shifted.div_euclid(CYCLE), shifted.rem_euclid(CYCLE));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let march = (5 * day + 2) / 153;
    let day = day - (153 * march + 2) / 5 + 1;
    let (month, next) = match march {
        0..=9 => (march + 3, 0),
        _ => (march - 9, 1),
    };
    (cycle * 400 + year + next, month, day)
}

/// A timestamp that belongs to no zone: `2024-03-31T02:30:00.5`.
pub fn timestamp(ticks: i64, unit: TimeUnit) -> String {
    let (seconds, nanos) = split(ticks, unit);
    let date = date(seconds.div_euclid(DAY_SECONDS));
    format!("{date}T{}", clock(seconds.rem_euclid(DAY_SECONDS), nanos))
}

/// A time of day: `23:59:59.999999`.
pub fn time(ticks: i64, unit: TimeUnit) -> String {
    let (seconds, nanos) = split(ticks, unit);
    clock(seconds, nanos)
}

fn clock(seconds: i64, nanos: i64) -> String {
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    format!("{hours:02}:{minutes:02}:{:02}{}", seconds % 60, fraction(nanos))
}

/// A fraction of a second without zeros at its end, nothing if it is zero.
fn fraction(nanos: i64) -> String {
    match nanos {
        0 => String::new(),
        _ => format!(".{nanos:09}").trim_end_matches('0').to_owned(),
    }
}

/// A year-month interval: `P3Y11M`, `-P7Y`.
pub fn months(months: i32) -> String {
    let sign = if months < 0 { "-" } else { "" };
    let months = i64::from(months).abs();
    duration(sign, months, 0, 0)
}

/// A day-time interval: `P1DT2H3M4.5S`, `-P40D`.
pub fn elapsed(ticks: i64, unit: TimeUnit) -> String {
    let nanos = i128::from(ticks) * i128::from(NANOS / per_second(unit));
    let sign = if nanos < 0 { "-" } else { "" };
    let day = i128::from(DAY_SECONDS) * i128::from(NANOS);
    duration(sign, 0, nanos.abs() / day, nanos.abs() % day)
}

/// A calendar interval, whose parts have signs of their own: `P1Y2M3DT4H`, `P1M-2D`.
pub fn calendar(months: i32, days: i32, nanos: i64) -> String {
    duration("", i64::from(months), i128::from(days), i128::from(nanos))
}

fn duration(sign: &str, months: i64, days: i128, nanos: i128) -> String {
    let mut text = format!("{sign}P");
    let nanos_of_second = i128::from(NANOS);
    let part = |text: &mut String, number: i128, unit: char| {
        if number != 0 {
            *text += &format!("{number}{unit}");
        }
    };
    part(&mut text, i128::from(months / 12), 'Y');
    part(&mut text, i128::from(months % 12), 'M');
    part(&mut text, days, 'D');
    if nanos != 0 {
        text.push('T');
        part(&mut text, nanos / (3600 * nanos_of_second), 'H');
        part(&mut text, nanos / (60 * nanos_of_second) % 60, 'M');
        let rest = nanos % (60 * nanos_of_second);
        if rest != 0 {
            let minus = if rest < 0 { "-" } else { "" };
            let rest = rest.abs();
            let below = fraction((rest % nanos_of_second) as i64);
            text += &format!("{minus}{}{below}S", rest / nanos_of_second);
        }
    }
    if text.ends_with('P') {
        text += "T0S";
    }
    text
}

#[cfg(test)]
mod tests {
    use TimeUnit::*;

    use super::*;

    #[test]
    fn dates() {
        for (days, expected) in [
            (0, "1970-01-01"),
            (19_782, "2024-02-29"),
            (-719_162, "0001-01-01"),
            (-719_163, "0000-12-31"),
            (2_932_896, "9999-12-31"),
            (2_932_897, "+010000-01-01"),
            (-719_529, "-000001-12-31"),
        ] {
            assert_eq!(date(days), expected);
        }
        assert!(date(i64::MAX).starts_with('+') && date(i64::MIN).starts_with('-'));
    }

    #[test]
    fn moments_and_times() {
        assert_eq!(timestamp(-1, Microsecond), "1969-12-31T23:59:59.999999");
        assert_eq!(
            timestamp(1_711_852_200_000_000, Microsecond),
            "2024-03-31T02:30:00"
        );
        assert_eq!(timestamp(1, Nanosecond), "1970-01-01T00:00:00.000000001");
        assert_eq!(time(86_399_999_999_000, Nanosecond), "23:59:59.999999");
        assert_eq!(time(45_000, Second), "12:30:00");
        assert_eq!(milliseconds(-1, Microsecond), -1.0);
        assert_eq!(milliseconds(1_999, Microsecond), 1.0);
        assert_eq!(milliseconds(7, Second), 7000.0);
    }

    #[test]
    fn intervals() {
        assert_eq!(months(47), "P3Y11M");
        assert_eq!(months(-84), "-P7Y");
        assert_eq!(months(0), "PT0S");
        assert_eq!(months(i32::MIN), "-P178956970Y8M");
        assert_eq!(elapsed(93_784_500_000, Microsecond), "P1DT2H3M4.5S");
        assert_eq!(elapsed(-40 * 86_400, Second), "-P40D");
        assert_eq!(elapsed(-1, Microsecond), "-PT0.000001S");
        assert_eq!(elapsed(0, Microsecond), "PT0S");
        assert_eq!(calendar(14, 3, 14_706_000_000_000), "P1Y2M3DT4H5M6S");
        assert_eq!(calendar(1, -2, -500_000_000), "P1M-2DT-0.5S");
    }

    proptest::proptest! {
        #[test]
        fn every_number_has_a_text(ticks: i64, months: i32, days: i32) {
            for unit in [Second, Millisecond, Microsecond, Nanosecond] {
                let _ = (timestamp(ticks, unit), time(ticks, unit), elapsed(ticks, unit), milliseconds(ticks, unit));
            }
            let _ = (date(ticks), super::months(months), calendar(months, days, ticks));
        }
    }
}
