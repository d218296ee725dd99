//! Values of plans: as Python writes them, and as SQL does.

use jiff::civil::{Date, DateTime, Time};
use spark_connect_client::{
    plan::{bytes_repr, float_repr},
    proto::{
        self as pb,
        expression::{Literal, literal::LiteralType as Kind},
    },
};

use crate::{
    Result,
    error::{ViewError, kind_name},
    types,
};

/// Values inside values, beyond which no one goes.
const MAX_DEPTH: usize = 64;
const MICROS_PER_DAY: i64 = 86_400_000_000;

pub(crate) fn kind(literal: &Literal) -> Result<&Kind> {
    let kind = literal.literal_type.as_ref();
    kind.ok_or_else(|| ViewError::missing("Literal", "value that this client knows"))
}

/// A text as Python writes it, in double quotes.
pub(crate) fn python_text(text: &str) -> String {
    let mut written = String::with_capacity(text.len() + 2);
    written.push('"');
    for c in text.chars() {
        match c {
            '"' => written.push_str("\\\""),
            '\\' => written.push_str("\\\\"),
            '\n' => written.push_str("\\n"),
            '\r' => written.push_str("\\r"),
            '\t' => written.push_str("\\t"),
            c if c.is_control() || is_invisible(c) => match u32::from(c) {
                code @ ..=0xff => written += &format!("\\x{code:02x}"),
                code @ ..=0xffff => written += &format!("\\u{code:04x}"),
                code => written += &format!("\\U{code:08x}"),
            },
            c => written.push(c),
        }
    }
    written.push('"');
    written
}

/// Characters that change how others are shown, or look like nothing: code that holds them would deceive.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// A value as a Python expression whose `lit` is this very literal; none if no value of Python is.
pub(crate) fn python(literal: &Literal) -> Option<String> {
    if literal.data_type.is_some() {
        return None;
    }
    Some(match literal.literal_type.as_ref()? {
        Kind::Null(t) => match &t.kind {
            Some(pb::data_type::Kind::Null(_)) => "None".into(),
            _ => return None,
        },
        Kind::Binary(bytes) => bytes_repr(bytes),
        Kind::Boolean(true) => "True".into(),
        Kind::Boolean(false) => "False".into(),
        Kind::Integer(value) => value.to_string(),
        Kind::Long(value) if i32::try_from(*value).is_err() => value.to_string(),
        Kind::Double(value) if value.is_finite() => float_repr(*value),
        Kind::Double(value) => format!("float(\"{}\")", float_repr(*value)),
        Kind::Decimal(decimal) if decimal.precision == Some(10) && decimal.scale == Some(0) => {
            decimal_parts(&decimal.value)?;
            format!("Decimal({})", python_text(&decimal.value))
        }
        Kind::String(text) => python_text(text),
        Kind::Date(days) => {
            let date = python_date(i64::from(*days))?;
            format!("datetime.date({}, {}, {})", date.year(), date.month(), date.day())
        }
        Kind::Timestamp(micros) => {
            let date = python_date(micros.div_euclid(MICROS_PER_DAY))?;
            let time = clock(micros.rem_euclid(MICROS_PER_DAY) * 1000)?;
            let (day, time) = (
                format!("{}, {}, {}", date.year(), date.month(), date.day()),
                python_clock(time),
            );
            format!("datetime.datetime({day}, {time}, tzinfo=datetime.timezone.utc)")
        }
        Kind::DayTimeInterval(micros) => python_delta(*micros)?,
        Kind::Time(time) if time.precision == Some(6) && time.nano % 1000 == 0 => {
            format!("datetime.time({})", python_clock(clock(time.nano)?))
        }
        _ => return None,
    })
}

/// A date of Python, whose years have four digits.
fn python_date(days: i64) -> Option<Date> {
    date(days).filter(|date| (1..=9999).contains(&date.year()))
}

fn python_clock(time: Time) -> String {
    let (hour, minute, second) = (time.hour(), time.minute(), time.second());
    match (second, time.subsec_nanosecond() / 1000) {
        (0, 0) => format!("{hour}, {minute}"),
        (_, 0) => format!("{hour}, {minute}, {second}"),
        (_, micros) => format!("{hour}, {minute}, {second}, {micros}"),
    }
}

fn python_delta(micros: i64) -> Option<String> {
    let days = micros.div_euclid(MICROS_PER_DAY);
    let rest = micros.rem_euclid(MICROS_PER_DAY);
    // A timedelta has at most nine digits of days.
    if days.abs() > 999_999_999 {
        return None;
    }
    let parts = [
        ("days", days),
        ("seconds", rest / 1_000_000),
        ("microseconds", rest % 1_000_000),
    ];
    let parts: Vec<String> = parts
        .into_iter()
        .filter(|(_, value)| *value != 0)
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    Some(format!("datetime.timedelta({})", parts.join(", ")))
}

/// The digits of a decimal number, before and after the point, if that is what a text is.
fn decimal_parts(text: &str) -> Option<()> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (digits, exponent) = digits.split_once(['e', 'E']).unwrap_or((digits, "0"));
    let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
    let all = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let some = !whole.is_empty() || !fraction.is_empty();
    (some && !exponent.is_empty() && all(whole) && all(fraction) && all(exponent)).then_some(())
}

/// A decimal number in the type that Spark gives it: room for its digits, and for as many as the plan says.
fn decimal_sql(decimal: &pb::expression::literal::Decimal) -> Option<String> {
    decimal_parts(&decimal.value)?;
    let digits = decimal.value.trim_start_matches(['-', '+']);
    let (digits, exponent) = digits.split_once(['e', 'E']).unwrap_or((digits, "0"));
    let exponent: i32 = exponent.parse().ok()?;
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all = format!("{whole}{fraction}");
    let count = i32::try_from(all.trim_start_matches('0').len().max(1)).ok()?;
    let scale = i32::try_from(fraction.len()).ok()?.checked_sub(exponent)?;
    let (count, scale) = match scale {
        ..0 => (count.checked_sub(scale)?, 0),
        scale => (count, scale),
    };
    let scale = scale.max(decimal.scale.unwrap_or(0));
    let precision = count.max(scale).max(decimal.precision.unwrap_or(0));
    let number = format!("{}BD", decimal.value.trim_start_matches('+'));
    Some(match (1..=38).contains(&precision) {
        true => format!("CAST({number} AS DECIMAL({precision}, {scale}))"),
        false => number,
    })
}

fn date(days: i64) -> Option<Date> {
    let days = i32::try_from(days).ok()?;
    Date::constant(1970, 1, 1)
        .checked_add(jiff::Span::new().try_days(days).ok()?)
        .ok()
}

fn clock(nanos: i64) -> Option<Time> {
    let span = jiff::Span::new().try_nanoseconds(nanos).ok()?;
    let in_a_day = (0..MICROS_PER_DAY * 1000).contains(&nanos);
    in_a_day.then(|| Time::midnight().checked_add(span).ok())?
}

fn moment(micros: i64) -> Option<String> {
    let date = date(micros.div_euclid(MICROS_PER_DAY)).filter(|date| date.year() >= 0)?;
    let time = clock(micros.rem_euclid(MICROS_PER_DAY) * 1000)?;
    Some(
        DateTime::from_parts(date, time)
            .strftime("%Y-%m-%d %H:%M:%S.%6f")
            .to_string(),
    )
}

/// A text as SQL writes it, in single quotes.
pub(crate) fn sql_text(text: &str) -> Result<String> {
    let mut written = String::with_capacity(text.len() + 2);
    written.push('\'');
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\'' => written.push_str("\\'"),
            '\\' => written.push_str("\\\\"),
            '\n' => written.push_str("\\n"),
            '\r' => written.push_str("\\r"),
            // The first few are marks while a query is written.
            '\0'..='\u{3}' => written += &format!("\\u{:04x}", u32::from(c)),
            // Spark puts the values of settings in place of `${name}`, even inside texts.
            '$' if chars.peek() == Some(&'{') => written.push_str("\\u0024"),
            c if is_invisible(c) => written += &format!("\\u{:04x}", u32::from(c)),
            c => written.push(c),
        }
    }
    written.push('\'');
    Ok(written)
}

/// A name as SQL takes it anywhere.
pub(crate) fn quoted(name: &str) -> Result<String> {
    if name.contains("${") {
        return Err(ViewError::no_form(
            "in SQL",
            format!("The name {name:?}"),
            "Spark would put a setting in place of ${...}",
        ));
    }
    if name.is_empty() {
        return Err(ViewError::no_form(
            "in SQL",
            "The empty name",
            "SQL has no empty names",
        ));
    }
    Ok(spark_connect_client::plan::quoted(name))
}

/// A value as SQL.
pub(crate) fn sql(literal: &Literal) -> Result<String> {
    sql_at(literal, 0)
}

fn sql_at(literal: &Literal, depth: usize) -> Result<String> {
    if depth > MAX_DEPTH {
        return Err(ViewError::too_large(
            "Literal",
            format!("A value is nested more than {MAX_DEPTH} levels deep."),
        ));
    }
    let kind = kind(literal)?;
    let all = |literals: &[Literal]| -> Result<Vec<String>> {
        literals
            .iter()
            .map(|literal| sql_at(literal, depth + 1))
            .collect()
    };
    Ok(match kind {
        Kind::Null(t) => match &t.kind {
            None | Some(pb::data_type::Kind::Null(_)) => "NULL".into(),
            Some(_) => format!("CAST(NULL AS {})", types::sql(t)?),
        },
        Kind::Binary(bytes) => {
            let hex: String = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
            format!("X'{hex}'")
        }
        Kind::Boolean(value) => if *value { "TRUE" } else { "FALSE" }.into(),
        Kind::Byte(value) => format!("{value}Y"),
        Kind::Short(value) => format!("{value}S"),
        Kind::Integer(value) => value.to_string(),
        Kind::Long(value) => format!("{value}L"),
        Kind::Float(value) if value.is_finite() => format!("{value:e}F"),
        Kind::Double(value) if value.is_finite() => format!("{value:e}D"),
        Kind::Float(value) => format!("CAST('{}' AS FLOAT)", infinite(f64::from(*value))),
        Kind::Double(value) => format!("CAST('{}' AS DOUBLE)", infinite(*value)),
        Kind::Decimal(decimal) => {
            decimal_sql(decimal).ok_or_else(|| ViewError::unknown("Literal", "decimal number"))?
        }
        Kind::String(text) => sql_text(text)?,
        Kind::Date(days) => match date(i64::from(*days)).filter(|date| date.year() >= 0) {
            Some(date) => format!("DATE'{date}'"),
            None => format!("date_from_unix_date({days})"),
        },
        Kind::Timestamp(micros) => match moment(*micros) {
            Some(moment) => format!("TIMESTAMP_LTZ'{moment}Z'"),
            None => format!("timestamp_micros({micros}L)"),
        },
        Kind::TimestampNtz(micros) => match moment(*micros) {
            Some(moment) => format!("TIMESTAMP_NTZ'{moment}'"),
            None => return Err(no_form(kind, "the year is too far away for a literal")),
        },
        Kind::Time(time) => match clock(time.nano) {
            Some(clock) if time.nano % 1000 == 0 && matches!(time.precision, None | Some(6)) => {
                format!("TIME'{}'", clock.strftime("%H:%M:%S.%6f"))
            }
            _ => return Err(no_form(kind, "it has more digits than a literal")),
        },
        Kind::YearMonthInterval(months) => {
            let (sign, months) = (if *months < 0 { "-" } else { "" }, months.unsigned_abs());
            format!("INTERVAL '{sign}{}-{}' YEAR TO MONTH", months / 12, months % 12)
        }
        Kind::DayTimeInterval(micros) => {
            let (sign, micros) = (if *micros < 0 { "-" } else { "" }, micros.unsigned_abs());
            let (seconds, fraction) = (micros / 1_000_000, micros % 1_000_000);
            let (days, seconds) = (seconds / 86_400, seconds % 86_400);
            let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
            format!(
                "INTERVAL '{sign}{days} {hours:02}:{minutes:02}:{seconds:02}.{fraction:06}' DAY TO SECOND"
            )
        }
        Kind::CalendarInterval(t) => {
            let sign = if t.microseconds < 0 { "-" } else { "" };
            let micros = t.microseconds.unsigned_abs();
            let seconds = format!("{sign}{}.{:06}BD", micros / 1_000_000, micros % 1_000_000);
            format!("make_interval(0, {}, 0, {}, 0, 0, {seconds})", t.months, t.days)
        }
        Kind::Array(array) => {
            let elements = all(&array.elements)?.join(", ");
            match element_type(literal) {
                Some(t) if array.elements.iter().any(is_null) || array.elements.is_empty() => {
                    format!("CAST(array({elements}) AS ARRAY<{}>)", types::sql(t)?)
                }
                _ => format!("array({elements})"),
            }
        }
        Kind::Map(map) => {
            let entries = all(&map.keys)?.into_iter().zip(all(&map.values)?);
            let entries: Vec<String> = entries.map(|(key, value)| format!("{key}, {value}")).collect();
            match entry_types(literal) {
                Some((key, value)) if map.values.iter().any(is_null) || map.keys.is_empty() => format!(
                    "CAST(map({}) AS MAP<{}, {}>)",
                    entries.join(", "),
                    types::sql(key)?,
                    types::sql(value)?
                ),
                _ => format!("map({})", entries.join(", ")),
            }
        }
        Kind::Struct(value) => {
            let names = struct_fields(literal).unwrap_or_default();
            if names.len() != value.elements.len() {
                return Err(ViewError::missing("Literal", "type for each field of its struct"));
            }
            let parts = names.iter().zip(all(&value.elements)?);
            let parts = parts.map(|(field, value)| Ok(format!("{}, {value}", sql_text(&field.name)?)));
            format!("named_struct({})", parts.collect::<Result<Vec<_>>>()?.join(", "))
        }
        Kind::SpecializedArray(_) => {
            return Err(no_form(kind, "it is for the parameters of pyspark.ml alone"));
        }
        Kind::TimestampNtzNanos(_) | Kind::TimestampLtzNanos(_) => {
            return Err(no_form(kind, "literals have six digits of a second"));
        }
    })
}

fn no_form(kind: &Kind, why: &str) -> ViewError {
    ViewError::no_form("in SQL", format!("The literal {}", kind_name(kind)), why)
}

fn infinite(value: f64) -> &'static str {
    match value {
        _ if value.is_nan() => "NaN",
        _ if value > 0.0 => "Infinity",
        _ => "-Infinity",
    }
}

fn is_null(literal: &Literal) -> bool {
    matches!(literal.literal_type, Some(Kind::Null(_)))
}

/// The type of an array's elements, where newer or older clients put it.
#[expect(deprecated, reason = "clients before Spark 4.1 write the type there")]
fn element_type(literal: &Literal) -> Option<&pb::DataType> {
    if let Some(pb::data_type::Kind::Array(t)) = literal.data_type.as_ref().and_then(|t| t.kind.as_ref()) {
        return t.element_type.as_deref();
    }
    match &literal.literal_type {
        Some(Kind::Array(array)) => array.element_type.as_ref(),
        _ => None,
    }
}

#[expect(deprecated, reason = "clients before Spark 4.1 write the types there")]
fn entry_types(literal: &Literal) -> Option<(&pb::DataType, &pb::DataType)> {
    if let Some(pb::data_type::Kind::Map(t)) = literal.data_type.as_ref().and_then(|t| t.kind.as_ref()) {
        return t.key_type.as_deref().zip(t.value_type.as_deref());
    }
    match &literal.literal_type {
        Some(Kind::Map(map)) => map.key_type.as_ref().zip(map.value_type.as_ref()),
        _ => None,
    }
}

#[expect(deprecated, reason = "clients before Spark 4.1 write the type there")]
fn struct_fields(literal: &Literal) -> Option<&[pb::data_type::StructField]> {
    let from = |t: &'_ pb::DataType| matches!(t.kind, Some(pb::data_type::Kind::Struct(_)));
    let data_type = literal
        .data_type
        .as_ref()
        .filter(|t| from(t))
        .or(match &literal.literal_type {
            Some(Kind::Struct(value)) => value.struct_type.as_ref(),
            _ => None,
        })?;
    match &data_type.kind {
        Some(pb::data_type::Kind::Struct(t)) => Some(&t.fields),
        _ => None,
    }
}
