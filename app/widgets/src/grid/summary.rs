//! What a column's header says about its values: small print and a small picture.

use engine_api::{Column, ColumnKind, ColumnStats, Histogram};

use super::cell_text::{escaped, needs_quotes};
use crate::format;

/// Size of the picture, in the units of its view box.
pub(crate) const PICTURE: (f64, f64) = (60.0, 16.0);

/// The small print below the picture: the range of what has an order, else how many distinct values there are.
pub(crate) fn values(kind: ColumnKind, stats: &ColumnStats) -> String {
    let ordered = !matches!(kind, ColumnKind::Text | ColumnKind::Boolean | ColumnKind::Binary);
    match (&stats.min, &stats.max, stats.distinct) {
        (Some(min), Some(max), _) if ordered => range(kind, min, max),
        (_, _, Some(distinct)) if distinct > 0 => distinct_text(distinct),
        _ => String::new(),
    }
}

/// The small print beside the type: the share of nulls, if there are any.
pub(crate) fn nulls(rows: u64, stats: &ColumnStats) -> String {
    match stats.nulls {
        0 => String::new(),
        n if n >= rows => "all null".into(),
        n => format!("{} null", format::percent(n, rows)),
    }
}

/// From the smallest to the largest; of days and times, what tells them apart in little space.
fn range(kind: ColumnKind, min: &str, max: &str) -> String {
    if min == max {
        return min.into();
    }
    let split = |text: &'_ str| {
        text.split_once(' ')
            .map(|(day, time)| (day.to_string(), time.to_string()))
    };
    let (from, to) = match (kind, split(min), split(max)) {
        (ColumnKind::Time, Some((from, first)), Some((to, last))) if from == to => (first, last),
        (ColumnKind::Time, Some((from, _)), Some((to, _))) => days(&from, &to),
        (ColumnKind::Date, ..) => days(min, max),
        _ => (min.into(), max.into()),
    };
    format!("{from} – {to}")
}

/// Days of one year name it once, others lose the day: `2026-01-04`, `12-28` and `2019-05`, `2026-12`.
fn days(from: &str, to: &str) -> (String, String) {
    match (from.split_once('-'), to.split_once('-')) {
        (Some((a, _)), Some((b, day))) if a == b && a.len() == 4 => (from.into(), day.into()),
        _ if from.len() == 10 && to.len() == 10 && from.is_ascii() && to.is_ascii() => {
            (from[..7].into(), to[..7].into())
        }
        _ => (from.into(), to.into()),
    }
}

fn distinct_text(distinct: u64) -> String {
    // Above 1,000 the number is approximate.
    let about = if distinct > 1_000 { "~" } else { "" };
    format!(
        "{about}{} distinct",
        if distinct > 9_999 {
            format::short_count(distinct)
        } else {
            format::count(distinct)
        }
    )
}

/// The longest text in a tooltip, in characters.
const SHORT: usize = 60;

/// The most frequent values in a tooltip.
const FEW: usize = 8;

/// What is known of a column, in a line each, for its tooltip: long texts are cut and few values named.
pub(crate) fn hints(column: &Column, known: Option<(u64, &ColumnStats)>) -> Vec<String> {
    lines(column, known, SHORT, FEW)
}

/// Everything that is known of a column, in a line each.
pub(crate) fn details(column: &Column, known: Option<(u64, &ColumnStats)>) -> Vec<String> {
    lines(column, known, usize::MAX, usize::MAX)
}

fn lines(column: &Column, known: Option<(u64, &ColumnStats)>, length: usize, frequent: usize) -> Vec<String> {
    let short = |text: &str| short(text, length);
    let mut lines = vec![format!("{}: {}", column.name, column.data_type)];
    if let Some((rows, stats)) = known {
        lines.push(format!(
            "{}, {} null",
            format::counted(rows, "row"),
            format::count(stats.nulls)
        ));
        lines.extend(stats.distinct.map(distinct_text));
        lines.extend(stats.min.iter().map(|min| format!("smallest: {}", short(min))));
        lines.extend(stats.max.iter().map(|max| format!("largest: {}", short(max))));
        if let Some(Histogram::Top { values, .. }) = &stats.histogram {
            let top = values.iter().take(frequent);
            lines.extend(top.map(|(value, n)| format!("{} · {}", short(value), format::percent(*n, rows))));
        }
    }
    lines
}

/// A value in a line of others: cut if it is long, in quotes if it could not be seen otherwise.
fn short(text: &str, length: usize) -> String {
    let shown = escaped(text);
    match shown.char_indices().nth(length) {
        Some((end, _)) => format!("{}…", &shown[..end]),
        None if text.is_empty() || needs_quotes(text) => format!("\"{shown}\""),
        None => shown.into_owned(),
    }
}

/// A rectangle of the picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Bar {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) width: f64,
    pub(crate) height: f64,
    pub(crate) opacity: f64,
}

/// The picture: bins as columns, frequent values as parts of one line.
pub(crate) fn picture(histogram: &Histogram) -> Vec<Bar> {
    let (width, height) = PICTURE;
    match histogram {
        Histogram::Bins(counts) => {
            let most = counts.iter().copied().max().unwrap_or(0).max(1) as f64;
            let step = width / counts.len().max(1) as f64;
            let bar = |(i, &n): (usize, &u64)| {
                // What is there is seen, however little it is.
                let h = if n == 0 {
                    0.0
                } else {
                    (n as f64 / most * (height - 1.0)).max(1.0)
                };
                Bar {
                    x: i as f64 * step,
                    y: height - h,
                    width: step * 0.84,
                    height: h,
                    opacity: 1.0,
                }
            };
            counts
                .iter()
                .enumerate()
                .map(bar)
                .filter(|b| b.height > 0.0)
                .collect()
        }
        Histogram::Top { values, other } => {
            let all = (values.iter().map(|(_, n)| n).sum::<u64>() + other).max(1) as f64;
            let mut x = 0.0;
            let mut bars = Vec::new();
            let shares = values
                .iter()
                .enumerate()
                .map(|(i, (_, n))| (*n, (0.88f64.powi(i as i32)).max(0.3)));
            for (n, opacity) in shares.chain([(*other, 0.16)]) {
                let share = n as f64 / all * width;
                let gap = if share > 2.0 { 0.8 } else { 0.0 };
                if share >= 0.4 {
                    bars.push(Bar {
                        x,
                        y: 4.0,
                        width: share - gap,
                        height: height - 6.0,
                        opacity,
                    });
                }
                x += share;
            }
            bars
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stats(nulls: u64, distinct: Option<u64>, range: Option<(&str, &str)>) -> ColumnStats {
        ColumnStats {
            nulls,
            distinct,
            min: range.map(|(min, _)| min.into()),
            max: range.map(|(_, max)| max.into()),
            histogram: None,
        }
    }

    #[test]
    fn the_small_print_says_what_helps_for_the_type() {
        use ColumnKind::*;
        let cases = [
            (Text, stats(0, Some(263), Some(("a", "z"))), "263 distinct"),
            (Text, stats(0, Some(1_204), None), "~1,204 distinct"),
            (Text, stats(0, Some(12_304), None), "~12 k distinct"),
            (Text, stats(9, Some(0), None), ""),
            (Integer, stats(0, Some(9), Some(("1", "4812"))), "1 – 4812"),
            (Integer, stats(0, Some(1), Some(("7", "7"))), "7"),
            (Boolean, stats(0, Some(2), Some(("false", "true"))), "2 distinct"),
            (Array, stats(0, None, None), ""),
            (
                Date,
                stats(0, None, Some(("2026-01-01", "2026-02-03"))),
                "2026-01-01 – 02-03",
            ),
            (
                Date,
                stats(0, None, Some(("2019-05-01", "2026-12-03"))),
                "2019-05 – 2026-12",
            ),
            (
                Date,
                stats(0, None, Some(("0001-01-01", "+10000-12-03"))),
                "0001-01-01 – +10000-12-03",
            ),
            (
                Time,
                stats(0, None, Some(("2025-01-01 10:00:00", "2026-02-03 11:00:00"))),
                "2025-01 – 2026-02",
            ),
            (
                Time,
                stats(0, None, Some(("2025-01-01 10:00:00", "2025-01-01 11:30:00"))),
                "10:00:00 – 11:30:00",
            ),
            (
                Time,
                stats(0, None, Some(("10:00:00", "11:30:00"))),
                "10:00:00 – 11:30:00",
            ),
        ];
        for (kind, stats, expected) in cases {
            assert_eq!(values(kind, &stats), expected);
        }
    }

    #[test]
    fn nulls_are_named_if_there_are_any() {
        for (n, expected) in [(0, ""), (20, "2 % null"), (1, "< 1 % null"), (1_000, "all null")] {
            assert_eq!(nulls(1_000, &stats(n, None, None)), expected);
        }
    }

    #[test]
    fn bins_fill_the_picture_and_rare_ones_are_seen() {
        let bars = picture(&Histogram::Bins(vec![1_000_000, 0, 1]));
        assert_eq!(bars.len(), 2);
        assert_eq!((bars[0].y, bars[0].height), (1.0, 15.0));
        assert_eq!((bars[1].x, bars[1].height), (40.0, 1.0));
        assert!(picture(&Histogram::Bins(vec![])).is_empty());
        assert!(picture(&Histogram::Bins(vec![0, 0])).is_empty());
    }

    #[test]
    fn frequent_values_share_the_line() {
        let values = vec![("a".to_string(), 50), ("b".to_string(), 30)];
        let bars = picture(&Histogram::Top { values, other: 20 });
        let starts: Vec<f64> = bars.iter().map(|b| b.x).collect();
        assert_eq!(starts, [0.0, 30.0, 48.0]);
        assert!(bars.windows(2).all(|pair| pair[0].opacity > pair[1].opacity));
        assert!(
            picture(&Histogram::Top {
                values: vec![],
                other: 0
            })
            .is_empty()
        );
    }

    #[test]
    fn details_name_the_frequent_values() {
        let column = Column {
            name: "zone".into(),
            data_type: "string".into(),
            kind: ColumnKind::Text,
            nullable: true,
        };
        assert_eq!(details(&column, None), ["zone: string"]);
        let mut known = stats(1, Some(2), None);
        known.histogram = Some(Histogram::Top {
            values: vec![("x".repeat(100), 2), (String::new(), 1)],
            other: 0,
        });
        let lines = details(&column, Some((4, &known)));
        let long = format!("{} · 50 %", "x".repeat(100));
        assert_eq!(
            lines,
            [
                "zone: string",
                "4 rows, 1 null",
                "2 distinct",
                &long,
                "\"\" · 25 %"
            ]
        );
        let hints = hints(&column, Some((4, &known)));
        assert_eq!(hints[3], format!("{}… · 50 %", "x".repeat(60)));
    }
}
