//! Time zones as Spark's session names them, and their offset at a moment.

use arrow_schema::{DataType, Field, Schema};
use jiff::Timestamp;
use jiff::civil;
use jiff::tz::{Offset, TimeZone};

use crate::error::Error;

/// The zone that a schema's timestamps name, which is the session's when the query ran. `None` if it has no moments.
pub fn time_zone(schema: &Schema) -> Option<&str> {
    fn of(field: &Field) -> Option<&str> {
        match field.data_type() {
            DataType::Timestamp(_, zone) => zone.as_deref(),
            DataType::List(inner) | DataType::Map(inner, _) => of(inner),
            DataType::Struct(fields) => fields.iter().find_map(|field| of(field)),
            _ => None,
        }
    }
    schema.fields().iter().find_map(|field| of(field))
}

/// The Gregorian calendar, and with it every rule of a zone, repeats after 400 years.
const CYCLE_SECONDS: i64 = 146_097 * 86_400;

/// A session's time zone.
#[derive(Clone, Debug)]
pub(crate) struct Zone(TimeZone);

/// What a zone says of a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Local {
    /// Seconds east of UTC.
    pub(crate) offset: i32,
    /// Whether the clock shows this time of day twice, so that only the offset tells which it is.
    pub(crate) twice: bool,
}

impl Zone {
    /// Reads what `spark.sql.session.timeZone` may hold: names of the IANA database, `Z`, offsets with and
    /// without `UTC`, `GMT` or `UT` before them, and Java's three-letter names.
    pub(crate) fn parse(name: &str) -> Result<Zone, Error> {
        let unknown = || Error::UnknownTimeZone {
            name: name.to_owned(),
        };
        if matches!(name, "Z" | "UTC" | "GMT" | "UT") {
            return Ok(Zone(TimeZone::UTC));
        }
        let digits = ["UTC", "GMT", "UT"]
            .iter()
            .find_map(|prefix| name.strip_prefix(prefix))
            .unwrap_or(name);
        if digits.starts_with(['+', '-']) {
            let seconds = parse_offset(digits).ok_or_else(unknown)?;
            let offset = Offset::from_seconds(seconds).map_err(|_| unknown())?;
            return Ok(Zone(TimeZone::fixed(offset)));
        }
        let region = SHORT_NAMES
            .iter()
            .find(|(short, _)| *short == name)
            .map_or(name, |(_, region)| region);
        TimeZone::get(region).map(Zone).map_err(|_| unknown())
    }

    /// The zone's offset at a moment, in seconds since 1970-01-01 00:00:00 UTC.
    pub(crate) fn at(&self, seconds: i64) -> Local {
        let Some(timestamp) = within_range(seconds) else {
            return Local {
                offset: 0,
                twice: false,
            };
        };
        let offset = self.0.to_offset(timestamp);
        let civil = offset.to_datetime(timestamp);
        Local {
            offset: offset.seconds(),
            twice: self.is_twice(civil),
        }
    }

    fn is_twice(&self, civil: civil::DateTime) -> bool {
        matches!(
            self.0.to_ambiguous_timestamp(civil).offset(),
            jiff::tz::AmbiguousOffset::Fold { .. }
        )
    }
}

/// A moment that the zone database covers and at which the same rules hold: later moments come back by
/// whole cycles, earlier ones, which lie before every rule, become the first.
fn within_range(seconds: i64) -> Option<Timestamp> {
    let (first, last) = (Timestamp::MIN.as_second(), Timestamp::MAX.as_second());
    let covered = if seconds > last {
        last - CYCLE_SECONDS + (seconds - last).rem_euclid(CYCLE_SECONDS)
    } else {
        seconds.max(first)
    };
    Timestamp::from_second(covered).ok()
}

/// Reads `+h`, `+hh`, `+hhmm`, `+hhmmss` and the forms with colons, where minutes may have one digit as
/// they may for Spark. At most 18 hours, as in Java.
fn parse_offset(text: &str) -> Option<i32> {
    let (sign, digits) = match text.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let parts: Vec<&str> = if digits.contains(':') {
        digits.split(':').collect()
    } else {
        match digits.len() {
            1 | 2 => vec![digits],
            4 => vec![digits.get(..2)?, digits.get(2..)?],
            6 => vec![digits.get(..2)?, digits.get(2..4)?, digits.get(4..)?],
            _ => return None,
        }
    };
    if parts.len() > 3 {
        return None;
    }
    let mut seconds = 0;
    for (place, part) in parts.iter().enumerate() {
        if part.is_empty() || part.len() > 2 || !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let number: i32 = part.parse().ok()?;
        if number > if place == 0 { 18 } else { 59 } {
            return None;
        }
        seconds += number * [3600, 60, 1].get(place)?;
    }
    (seconds <= 18 * 3600).then_some(sign * seconds)
}

/// The short names of Java's `ZoneId.SHORT_IDS`, which Spark accepts, with the regions they stand for.
const SHORT_NAMES: [(&str, &str); 28] = [
    ("ACT", "Australia/Darwin"),
    ("AET", "Australia/Sydney"),
    ("AGT", "America/Argentina/Buenos_Aires"),
    ("ART", "Africa/Cairo"),
    ("AST", "America/Anchorage"),
    ("BET", "America/Sao_Paulo"),
    ("BST", "Asia/Dhaka"),
    ("CAT", "Africa/Harare"),
    ("CNT", "America/St_Johns"),
    ("CST", "America/Chicago"),
    ("CTT", "Asia/Shanghai"),
    ("EAT", "Africa/Addis_Ababa"),
    ("ECT", "Europe/Paris"),
    ("EST", "Etc/GMT+5"),
    ("HST", "Etc/GMT+10"),
    ("IET", "America/Indiana/Indianapolis"),
    ("IST", "Asia/Kolkata"),
    ("JST", "Asia/Tokyo"),
    ("MIT", "Pacific/Apia"),
    ("MST", "Etc/GMT+7"),
    ("NET", "Asia/Yerevan"),
    ("NST", "Pacific/Auckland"),
    ("PLT", "Asia/Karachi"),
    ("PNT", "America/Phoenix"),
    ("PRT", "America/Puerto_Rico"),
    ("PST", "America/Los_Angeles"),
    ("SST", "Pacific/Guadalcanal"),
    ("VST", "Asia/Ho_Chi_Minh"),
];
