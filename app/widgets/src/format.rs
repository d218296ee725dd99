//! Numbers for people: counts, sizes, durations, shares. Values of a result are formatted by the engine, not here.

/// A count with thousands separators: `1,204,331`.
pub fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A count and what it counts: `1 row`, `1,204 rows`. The noun's plural takes an `s`.
pub fn counted(n: u64, noun: &str) -> String {
    format!("{} {noun}{}", count(n), if n == 1 { "" } else { "s" })
}

/// A count in little space: `263`, `12.3 k`, `2.1 M`.
pub fn short_count(n: u64) -> String {
    match n {
        0..1_000 => n.to_string(),
        _ => scaled(n, 1_000, &["k", "M", "G", "T", "P", "E"]),
    }
}

/// A size in bytes, in steps of 1,000: `812 B`, `4.1 kB`, `41 MB`.
pub fn bytes(n: u64) -> String {
    match n {
        0..1_000 => format!("{n} B"),
        _ => scaled(n, 1_000, &["kB", "MB", "GB", "TB", "PB", "EB"]),
    }
}

/// A duration in milliseconds: `180 ms`, `3.2 s`, `2 min 04 s`, `1 h 02 min`.
pub fn duration(ms: u64) -> String {
    let seconds = ms / 1_000;
    match ms {
        0..1_000 => format!("{ms} ms"),
        // Tenths are cut, not rounded: a running clock never shows a time that is not over yet.
        1_000..60_000 => format!("{}.{} s", seconds, ms % 1_000 / 100),
        60_000..3_600_000 => format!("{} min {:02} s", seconds / 60, seconds % 60),
        _ => format!("{} h {:02} min", seconds / 3_600, seconds / 60 % 60),
    }
}

/// A part of a whole: `0 %`, `< 1 %`, `2 %`, `> 99 %`, `100 %`. Only all is 100 %, only none is 0 %.
pub fn percent(part: u64, whole: u64) -> String {
    let share = if whole == 0 {
        0.0
    } else {
        part as f64 / whole as f64 * 100.0
    };
    match share.round() {
        _ if part == 0 => "0 %".into(),
        _ if part >= whole => "100 %".into(),
        0.0 => "< 1 %".into(),
        100.0 => "> 99 %".into(),
        rounded => format!("{rounded} %"),
    }
}

/// Two digits below ten, whole numbers above, in the largest unit that keeps the number above one.
fn scaled(n: u64, step: u64, units: &[&str]) -> String {
    let mut value = n as f64 / step as f64;
    let mut unit = 0;
    // 999.5 would be shown as 1000.
    while value >= step as f64 - 0.5 && unit + 1 < units.len() {
        value /= step as f64;
        unit += 1;
    }
    let name = units[unit];
    match value {
        ..9.95 => format!("{value:.1} {name}").replace(".0 ", " "),
        _ => format!("{value:.0} {name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check<T>(format: impl Fn(T) -> String, cases: impl IntoIterator<Item = (T, &'static str)>) {
        for (value, expected) in cases {
            assert_eq!(format(value), expected);
        }
    }

    #[test]
    fn counts() {
        check(
            count,
            [
                (0, "0"),
                (12, "12"),
                (999, "999"),
                (1_000, "1,000"),
                (1_204_331, "1,204,331"),
                (u64::MAX, "18,446,744,073,709,551,615"),
            ],
        );
        check(
            |n| counted(n, "row"),
            [(0, "0 rows"), (1, "1 row"), (1_000, "1,000 rows")],
        );
        check(
            short_count,
            [
                (0, "0"),
                (999, "999"),
                (1_000, "1 k"),
                (1_234, "1.2 k"),
                (9_949, "9.9 k"),
                (9_951, "10 k"),
                (12_345, "12 k"),
                (999_499, "999 k"),
                (999_500, "1 M"),
                (2_100_000, "2.1 M"),
            ],
        );
    }

    #[test]
    fn sizes() {
        check(
            bytes,
            [
                (0, "0 B"),
                (999, "999 B"),
                (1_000, "1 kB"),
                (4_149, "4.1 kB"),
                (41_000_000, "41 MB"),
                (999_999_999, "1 GB"),
                (u64::MAX, "18 EB"),
            ],
        );
    }

    #[test]
    fn durations() {
        check(
            duration,
            [
                (0, "0 ms"),
                (180, "180 ms"),
                (999, "999 ms"),
                (1_000, "1.0 s"),
                (3_299, "3.2 s"),
                (59_999, "59.9 s"),
                (60_000, "1 min 00 s"),
                (124_000, "2 min 04 s"),
                (3_599_999, "59 min 59 s"),
                (3_720_000, "1 h 02 min"),
            ],
        );
    }

    #[test]
    fn shares() {
        check(
            |(part, whole)| percent(part, whole),
            [
                ((0, 0), "0 %"),
                ((0, 10), "0 %"),
                ((1, 1_000_000), "< 1 %"),
                ((2, 100), "2 %"),
                ((999_999, 1_000_000), "> 99 %"),
                ((10, 10), "100 %"),
            ],
        );
    }
}
