//! `strftime`, `strptime`, and ISO 8601.

use super::{
    date::{calendar, civil_days},
    time::parts,
    zone::Zone,
};
use crate::{
    exception::{R, value_error},
    limits, types,
    value::Value,
};

const DAY: i64 = 86_400_000_000;
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const WEEKDAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];

/// `strftime`.
pub(super) fn format(micros: i64, zone: Option<&Zone>, pattern: &str) -> R<String> {
    let date = calendar(micros.div_euclid(DAY));
    let [h, m, s, f] = parts(micros.rem_euclid(DAY));
    let month = usize::try_from(date.month()).unwrap_or(1) - 1;
    let weekday = date.weekday().to_monday_zero_offset();
    let names = (MONTHS[month], WEEKDAYS[usize::try_from(weekday).unwrap_or(0)]);
    let day_of_year = i64::from(date.day_of_year());
    let hour12 = if h % 12 == 0 { 12 } else { h % 12 };
    limits::reserve(pattern.len().saturating_mul(16))?;
    let mut out = String::new();
    let mut characters = pattern.chars();
    while let Some(c) = characters.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        let (pad, code) = match characters.next() {
            Some('-') => (false, characters.next()),
            code => (true, code),
        };
        let two = |number: i64| {
            if pad {
                format!("{number:02}")
            } else {
                number.to_string()
            }
        };
        out.push_str(&match code {
            Some('Y') => date.year().to_string(),
            Some('y') => two((date.year() % 100).into()),
            Some('m') => two(date.month().into()),
            Some('d') => two(date.day().into()),
            Some('e') => format!("{:2}", date.day()),
            Some('H') => two(h),
            Some('I') => two(hour12),
            Some('M') => two(m),
            Some('S') => two(s),
            Some('f') => format!("{f:06}"),
            Some('p') => if h < 12 { "AM" } else { "PM" }.to_owned(),
            Some('B') => names.0.to_owned(),
            Some('b' | 'h') => names.0[..3].to_owned(),
            Some('A') => names.1.to_owned(),
            Some('a') => names.1[..3].to_owned(),
            Some('w') => ((weekday + 1) % 7).to_string(),
            Some('u') => (weekday + 1).to_string(),
            Some('j') if pad => format!("{day_of_year:03}"),
            Some('j') => day_of_year.to_string(),
            Some('U') => two((day_of_year + 6 - i64::from((weekday + 1) % 7)) / 7),
            Some('W') => two((day_of_year + 6 - i64::from(weekday)) / 7),
            Some('G') => date.iso_week_date().year().to_string(),
            Some('V') => two(date.iso_week_date().week().into()),
            Some('D') => format!("{:02}/{:02}/{:02}", date.month(), date.day(), date.year() % 100),
            Some('F') => format!("{}-{:02}-{:02}", date.year(), date.month(), date.day()),
            Some('T') | Some('X') => format!("{h:02}:{m:02}:{s:02}"),
            Some('R') => format!("{h:02}:{m:02}"),
            Some('x') => format!("{:02}/{:02}/{:02}", date.month(), date.day(), date.year() % 100),
            Some('c') => format!(
                "{} {} {:2} {h:02}:{m:02}:{s:02} {}",
                &names.1[..3],
                &names.0[..3],
                date.day(),
                date.year()
            ),
            Some('z') => zone.map_or(String::new(), |zone| zone.offset("")),
            Some('Z') => zone.map_or(String::new(), Zone::name),
            Some('%') => "%".to_owned(),
            Some(other) => format!("%{other}"),
            None => "%".to_owned(),
        });
    }
    Ok(out)
}

/// Reads a text from its beginning.
struct Reader<'a>(&'a str);

impl Reader<'_> {
    /// A number of so many digits at most.
    fn number(&mut self, least: usize, most: usize) -> Option<i64> {
        let len = self.0.bytes().take(most).take_while(u8::is_ascii_digit).count();
        if len < least {
            return None;
        }
        let (digits, rest) = self.0.split_at(len);
        self.0 = rest;
        digits.parse().ok()
    }

    fn take(&mut self, text: &str) -> bool {
        let rest = self.0.strip_prefix(text);
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }

    /// Which of the names comes, by as many letters as are asked for.
    fn name(&mut self, names: &[&str], letters: Option<usize>) -> Option<i64> {
        for (at, name) in names.iter().enumerate() {
            let name = &name[..letters.unwrap_or(name.len())];
            if self
                .0
                .get(..name.len())
                .is_some_and(|text| text.eq_ignore_ascii_case(name))
            {
                self.0 = &self.0[name.len()..];
                return Some(at as i64);
            }
        }
        None
    }

    /// Microseconds, of up to six digits.
    fn fraction(&mut self) -> Option<i64> {
        let len = self.0.bytes().take(6).take_while(u8::is_ascii_digit).count();
        let number = self.number(1, 6)?;
        Some(number * 10i64.pow(6 - len as u32))
    }

    fn offset(&mut self) -> Option<Zone> {
        if self.take("Z") {
            return Some(Zone::UTC);
        }
        let negative = match (self.take("-"), self.take("+")) {
            (true, _) => true,
            (false, true) => false,
            _ => return None,
        };
        let hours = self.number(2, 2)?;
        let colon = self.take(":");
        let minutes = self.number(2, 2)?;
        let seconds = match colon && self.take(":") {
            true => self.number(2, 2)?,
            false => 0,
        };
        let micros = ((hours * 60 + minutes) * 60 + seconds) * 1_000_000;
        (micros < DAY).then(|| Zone::fixed(if negative { -micros } else { micros }))
    }
}

/// `strptime`.
pub(super) fn parse(text: &str, pattern: &str) -> R<(i64, Option<Zone>)> {
    limits::spend(text.len() + pattern.len())?;
    let mismatch = || -> R<(i64, Option<Zone>)> {
        Err(value_error(format!(
            "time data {} does not match format {}",
            types::repr(&Value::text(text))?,
            types::repr(&Value::text(pattern))?
        )))
    };
    let mut reader = Reader(text);
    let (mut year, mut month, mut day) = (1900, 1, 1);
    let (mut h, mut m, mut s, mut f) = (0, 0, 0, 0);
    let mut afternoon = None;
    let mut zone = None;
    let mut day_of_year = None;
    let expanded = pattern
        .replace("%F", "%Y-%m-%d")
        .replace("%T", "%H:%M:%S")
        .replace("%R", "%H:%M");
    let mut characters = expanded.chars();
    while let Some(c) = characters.next() {
        if c.is_whitespace() {
            reader.0 = reader.0.trim_start();
            continue;
        }
        if c != '%' {
            if !reader.take(c.encode_utf8(&mut [0; 4])) {
                return mismatch();
            }
            continue;
        }
        let code = characters.next();
        let read = match code {
            Some('Y') => reader.number(4, 4).map(|n| year = n),
            Some('y') => reader
                .number(2, 2)
                .map(|n| year = if n < 69 { 2000 + n } else { 1900 + n }),
            Some('m') => reader.number(1, 2).map(|n| month = n),
            Some('d') => reader.number(1, 2).map(|n| day = n),
            Some('H') => reader.number(1, 2).map(|n| h = n),
            Some('I') => reader.number(1, 2).map(|n| {
                h = n % 12;
                afternoon = afternoon.or(Some(false));
            }),
            Some('M') => reader.number(1, 2).map(|n| m = n),
            Some('S') => reader.number(1, 2).map(|n| s = n),
            Some('f') => reader.fraction().map(|n| f = n),
            Some('j') => reader.number(1, 3).map(|n| day_of_year = Some(n)),
            Some('p') => reader.name(&["AM", "PM"], None).map(|n| afternoon = Some(n == 1)),
            Some('B') => reader.name(&MONTHS, None).map(|n| month = n + 1),
            Some('b' | 'h') => reader.name(&MONTHS, Some(3)).map(|n| month = n + 1),
            Some('A') => reader.name(&WEEKDAYS, None).map(drop),
            Some('a') => reader.name(&WEEKDAYS, Some(3)).map(drop),
            Some('z') => reader.offset().map(|offset| zone = Some(offset)),
            Some('Z') => reader.name(&["UTC", "GMT"], None).map(|_| zone = Some(Zone::UTC)),
            Some('%') => reader.take("%").then_some(()),
            Some(other) => {
                return Err(value_error(format!(
                    "'{other}' is a bad directive in format {}",
                    types::repr(&Value::text(pattern))?
                )));
            }
            None => return Err(value_error(format!("stray % in format '{pattern}'"))),
        };
        if read.is_none() {
            return mismatch();
        }
    }
    if !reader.0.is_empty() {
        return Err(value_error(format!("unconverted data remains: {}", reader.0)));
    }
    if !(1..=12).contains(&month) || h > 23 || m > 59 || s > 61 {
        return mismatch();
    }
    if afternoon == Some(true) {
        h = h % 12 + 12;
    }
    let date = match day_of_year {
        Some(at) => civil_days(year, 1, 1).map(|first| first + at - 1),
        None => civil_days(year, month, day),
    };
    let date = date.ok_or_else(|| value_error("day is out of range for month"))?;
    Ok((date * DAY + ((h * 60 + m) * 60 + s) * 1_000_000 + f, zone))
}

/// `2024-01-31` as days since 1970-01-01.
pub(super) fn iso_date(text: &str) -> Option<i64> {
    let mut reader = Reader(text);
    let day = read_date(&mut reader)?;
    reader.0.is_empty().then_some(day)
}

fn read_date(reader: &mut Reader<'_>) -> Option<i64> {
    let year = reader.number(4, 4)?;
    let dashed = reader.take("-");
    let month = reader.number(2, 2)?;
    if dashed && !reader.take("-") {
        return None;
    }
    civil_days(year, month, reader.number(2, 2)?)
}

/// `12:30:00.5+01:00` as microseconds since midnight.
pub(super) fn iso_time(text: &str) -> Option<(i64, Option<Zone>)> {
    let mut reader = Reader(text);
    let h = reader.number(2, 2)?;
    let (mut m, mut s, mut f) = (0, 0, 0);
    let colon = reader.take(":");
    if colon || reader.0.starts_with(|c: char| c.is_ascii_digit()) {
        m = reader.number(2, 2)?;
        if if colon {
            reader.take(":")
        } else {
            reader.0.starts_with(|c: char| c.is_ascii_digit())
        } {
            s = reader.number(2, 2)?;
            if reader.take(".") || reader.take(",") {
                f = reader.fraction()?;
                reader.0 = reader.0.trim_start_matches(|c: char| c.is_ascii_digit());
            }
        }
    }
    let zone = match reader.0 {
        "" => None,
        _ => Some(reader.offset()?),
    };
    let valid = reader.0.is_empty() && h < 24 && m < 60 && s < 60;
    valid.then_some((((h * 60 + m) * 60 + s) * 1_000_000 + f, zone))
}

/// A date, with a time if there is one.
pub(super) fn iso(text: &str) -> Option<(i64, Option<Zone>)> {
    let mut reader = Reader(text);
    let day = read_date(&mut reader)?;
    let mut rest = reader.0.chars();
    if rest.next().is_none() {
        return Some((day * DAY, None));
    }
    let (micros, zone) = iso_time(rest.as_str())?;
    Some((day * DAY + micros, zone))
}
