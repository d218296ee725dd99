//! Functions whose arguments do not simply go to the server in their order.

use super::call::{Argument, Bound};
use crate::{
    column::{Column, IntoColumn, IntoValue, OptionalColumn, OptionalValue},
    error::{Error, ErrorKind, Result},
    plan::{Expression, Kind},
};

specials! {
    /// How many rows there are, with `*`, or how many of them have a value.
    count(col: Column) = count_of;
    /// The natural logarithm; with two arguments that of the second to the base of the first.
    log(arg1: Operand, arg2: Column = None) = log_of;
    /// The text without spaces, or other characters, at its start.
    ltrim(col: Column, trim: Column = None) = ltrim_of;
    /// The text without spaces, or other characters, at its end.
    rtrim(col: Column, trim: Column = None) = rtrim_of;
    /// The text without spaces, or other characters, at both ends.
    trim(col: Column, trim: Column = None) = trim_of;
    /// The place, from 1, of an occurrence in a text, from a place on; 0 if there is none.
    instr(str: Column, substr: Value, start: Value = None, occurrence: Value = None) = instr_of;
    /// The value in the row of a number, from 1, of a frame; the first so many that are not null, if asked for.
    nth_value(col: Column, offset: Value, ignoreNulls: Value = false) = nth_value_of;
    /// A checksum of the SHA-2 family, of 224, 256, 384 or 512 bits.
    sha2(col: Column, numBits: Value) = sha2_of;
    /// The windows of a length, one after each slide, that a time falls into.
    window(timeColumn: Column, windowDuration: Value, slideDuration: Value = None, startTime: Value = None) = window_of;
    /// Seconds since 1970 of a time or a text, or of now.
    unix_timestamp(timestamp: Column = None, format: Value = (str "yyyy-MM-dd HH:mm:ss")) = unix_timestamp_of;
    /// A time without a time zone, in another time zone than the source's or the session's.
    convert_timezone(sourceTz: Column, targetTz: Column, sourceTs: Column) = convert_timezone_of;
    /// The time of its parts, or of a date and a time of day.
    make_timestamp(
        years: Column = None, months: Column = None, days: Column = None, hours: Column = None,
        mins: Column = None, secs: Column = None, timezone: Column = None, date: Column = None, time: Column = None
    ) = make_timestamp_of;
    /// The time of its parts, or of a date and a time of day; null where there is no such time.
    try_make_timestamp(
        years: Column = None, months: Column = None, days: Column = None, hours: Column = None,
        mins: Column = None, secs: Column = None, timezone: Column = None, date: Column = None, time: Column = None
    ) = try_make_timestamp_of;
    /// The time without a time zone of its parts, or of a date and a time of day.
    make_timestamp_ntz(
        years: Column = None, months: Column = None, days: Column = None, hours: Column = None,
        mins: Column = None, secs: Column = None, date: Column = None, time: Column = None
    ) = make_timestamp_ntz_of;
    /// The time without a time zone of its parts, or of a date and a time of day; null where there is no such time.
    try_make_timestamp_ntz(
        years: Column = None, months: Column = None, days: Column = None, hours: Column = None,
        mins: Column = None, secs: Column = None, date: Column = None, time: Column = None
    ) = try_make_timestamp_ntz_of;
}

fn invoke(name: &str, arguments: impl IntoIterator<Item = Column>) -> Column {
    let arguments = arguments.into_iter().map(Column::into_expression).collect();
    Column::new(Expression::function(name, arguments))
}

fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Invalid, message)
}

/// How many rows there are, with `*`, or how many of them have a value.
pub fn count(col: impl IntoColumn) -> Column {
    let column = col.into_column();
    match column.expression().kind() {
        Kind::Star { .. } => invoke("count", [1.into_value()]),
        _ => invoke("count", [column]),
    }
}

fn count_of(bound: Bound) -> Result<Column> {
    // The text "*" stays a star, as PySpark sends it.
    Ok(match bound.required(0, "col")? {
        Argument::Column(column) => count(column),
        other => invoke("count", [other.column("col")?]),
    })
}

/// The natural logarithm.
pub fn log(col: impl IntoColumn) -> Column {
    invoke("ln", [col.into_column()])
}

/// The logarithm to a base.
pub fn log_base(base: impl IntoValue, col: impl IntoColumn) -> Column {
    invoke("log", [base.into_value(), col.into_column()])
}

fn log_of(bound: Bound) -> Result<Column> {
    let first = bound.required(0, "arg1")?;
    match bound.get(1) {
        Some(second) => Ok(log_base(first.value("arg1")?, second.column("arg2")?)),
        None => Ok(log(first.column("arg1")?)),
    }
}

/// The three functions whose optional argument comes first for the server.
macro_rules! trims {
    ($($(#[$doc:meta])* $name:ident $of:ident;)*) => {
        $(
            $(#[$doc])*
            pub fn $name(col: impl IntoColumn, trim: impl OptionalColumn) -> Column {
                let trim = trim.into_optional_column();
                invoke(stringify!($name), trim.into_iter().chain([col.into_column()]))
            }

            fn $of(bound: Bound) -> Result<Column> {
                let trim = bound.get(1).map(|trim| trim.column("trim")).transpose()?;
                Ok($name(bound.required(0, "col")?.column("col")?, trim))
            }
        )*
    };
}

trims! {
    /// The text without spaces, or other characters, at its start.
    ltrim ltrim_of;
    /// The text without spaces, or other characters, at its end.
    rtrim rtrim_of;
    /// The text without spaces, or other characters, at both ends.
    trim trim_of;
}

/// The place, from 1, of an occurrence in a text, from a place on; 0 if there is none.
pub fn instr(
    str: impl IntoColumn,
    substr: impl IntoValue,
    start: impl OptionalValue,
    occurrence: impl OptionalValue,
) -> Column {
    let mut arguments = vec![str.into_column(), substr.into_value()];
    match (start.into_optional_value(), occurrence.into_optional_value()) {
        (start, None) => arguments.extend(start),
        (start, Some(occurrence)) => {
            arguments.extend([start.unwrap_or_else(|| 1.into_value()), occurrence]);
        }
    }
    invoke("instr", arguments)
}

fn instr_of(bound: Bound) -> Result<Column> {
    let value = |at, name| bound.get(at).map(|argument| argument.value(name)).transpose();
    Ok(instr(
        bound.required(0, "str")?.column("str")?,
        bound.required(1, "substr")?.value("substr")?,
        value(2, "start")?,
        value(3, "occurrence")?,
    ))
}

/// The value in the row of a number, from 1, of a frame; the first so many that are not null, if asked for.
pub fn nth_value(col: impl IntoColumn, offset: impl IntoValue, ignore_nulls: impl OptionalValue) -> Column {
    let ignore_nulls = ignore_nulls.into_optional_value();
    let arguments = [col.into_column(), offset.into_value()];
    invoke("nth_value", arguments.into_iter().chain(ignore_nulls))
}

fn nth_value_of(bound: Bound) -> Result<Column> {
    // Left out it is False, but None is nothing for the server.
    let ignore_nulls = match bound.all(2).first() {
        None => Some(false.into_value()),
        Some(argument) if argument.is_none() => None,
        Some(argument) => Some(argument.value("ignoreNulls")?),
    };
    let (col, offset) = (bound.required(0, "col")?, bound.required(1, "offset")?);
    Ok(nth_value(
        col.column("col")?,
        offset.value("offset")?,
        ignore_nulls,
    ))
}

/// A checksum of the SHA-2 family. Fails unless it is one of 224, 256, 384 or 512 bits, or 0 for 256.
pub fn sha2(col: impl IntoColumn, bits: i32) -> Result<Column> {
    if ![0, 224, 256, 384, 512].contains(&bits) {
        return Err(invalid(
            "[VALUE_NOT_ALLOWED] Value for `numBits` has to be amongst the following values: [0, 224, 256, 384, 512].",
        ));
    }
    Ok(invoke("sha2", [col.into_column(), bits.into_value()]))
}

fn sha2_of(bound: Bound) -> Result<Column> {
    use spark_connect_proto::connect::expression::literal::LiteralType::Integer;
    let bits = bound.required(1, "numBits")?;
    let number = match bits {
        Argument::Literal(literal) => match literal.message().literal_type {
            Some(Integer(number)) => number,
            _ => -1,
        },
        other => return Err(other.unexpected("numBits", "int")),
    };
    sha2(bound.required(0, "col")?.column("col")?, number)
}

/// The windows of a length, one after each slide and counted from a start, that a time falls into. Durations are texts
/// such as `5 minutes`.
pub fn window(
    time_column: impl IntoColumn,
    window_duration: &str,
    slide_duration: Option<&str>,
    start_time: Option<&str>,
) -> Column {
    let mut arguments = vec![time_column.into_column(), window_duration.into_value()];
    match (slide_duration, start_time) {
        (None, None) => (),
        (Some(slide), None) => arguments.push(slide.into_value()),
        (slide, Some(start)) => {
            arguments.extend([slide.unwrap_or(window_duration).into_value(), start.into_value()]);
        }
    }
    invoke("window", arguments)
}

fn window_of(bound: Bound) -> Result<Column> {
    let text = |at, name| {
        let text = |argument: &Argument| match argument.text() {
            Some(text) => Ok(text.to_owned()),
            None => Err(argument.unexpected(name, "str")),
        };
        bound.get(at).map(text).transpose()
    };
    let duration = text(1, "windowDuration")?.ok_or_else(|| {
        invalid("[NOT_EXPECTED_TYPE] Argument `windowDuration` should be a str, got NoneType.")
    })?;
    Ok(window(
        bound.required(0, "timeColumn")?.column("timeColumn")?,
        &duration,
        text(2, "slideDuration")?.as_deref(),
        text(3, "startTime")?.as_deref(),
    ))
}

/// Seconds since 1970 of now.
pub fn unix_timestamp_now() -> Column {
    invoke("unix_timestamp", [])
}

/// Seconds since 1970 of a time, or of a text in a format, `yyyy-MM-dd HH:mm:ss` by default.
pub fn unix_timestamp(timestamp: impl IntoColumn, format: impl OptionalValue) -> Column {
    let format = format
        .into_optional_value()
        .unwrap_or_else(|| "yyyy-MM-dd HH:mm:ss".into_value());
    invoke("unix_timestamp", [timestamp.into_column(), format])
}

fn unix_timestamp_of(bound: Bound) -> Result<Column> {
    match bound.get(0) {
        None => Ok(unix_timestamp_now()),
        Some(timestamp) => {
            let format = bound
                .all(1)
                .first()
                .map(|format| format.value("format"))
                .transpose()?;
            Ok(unix_timestamp(timestamp.column("timestamp")?, format))
        }
    }
}

/// A time without a time zone, in another time zone than the source's, or than the session's.
pub fn convert_timezone(
    source_tz: impl OptionalColumn,
    target_tz: impl IntoColumn,
    source_ts: impl IntoColumn,
) -> Column {
    let source_tz = source_tz.into_optional_column();
    let arguments = [target_tz.into_column(), source_ts.into_column()];
    invoke("convert_timezone", source_tz.into_iter().chain(arguments))
}

fn convert_timezone_of(bound: Bound) -> Result<Column> {
    let source = bound.get(0).map(|source| source.column("sourceTz")).transpose()?;
    let target = bound.required(1, "targetTz")?.column("targetTz")?;
    Ok(convert_timezone(
        source,
        target,
        bound.required(2, "sourceTs")?.column("sourceTs")?,
    ))
}

/// A moment in parts, for `make_timestamp` and its kin.
#[derive(Clone, Debug)]
pub enum Moment {
    /// Years, months, days, hours, minutes and seconds.
    Parts([Column; 6]),
    /// A date and a time of day. Since Spark 4.1.
    DateAndTime(Column, Column),
}

/// The time of a moment, in the session's time zone or in one that is given.
pub fn make_timestamp(moment: Moment, timezone: impl OptionalColumn) -> Column {
    moment.make("make_timestamp", timezone.into_optional_column())
}

/// The time of a moment, or null where there is no such time.
pub fn try_make_timestamp(moment: Moment, timezone: impl OptionalColumn) -> Column {
    moment.make("try_make_timestamp", timezone.into_optional_column())
}

/// The time without a time zone of a moment.
pub fn make_timestamp_ntz(moment: Moment) -> Column {
    moment.make("make_timestamp_ntz", None)
}

/// The time without a time zone of a moment, or null where there is no such time.
pub fn try_make_timestamp_ntz(moment: Moment) -> Column {
    moment.make("try_make_timestamp_ntz", None)
}

impl Moment {
    fn make(self, name: &str, timezone: Option<Column>) -> Column {
        match self {
            Self::Parts(parts) => invoke(name, parts.into_iter().chain(timezone)),
            Self::DateAndTime(date, time) => invoke(name, [date, time].into_iter().chain(timezone)),
        }
    }

    /// The moment of a call; date and time are the arguments at this place and the next.
    fn of(bound: &Bound, date_at: usize) -> Result<Self> {
        let parts = ["years", "months", "days", "hours", "mins", "secs"];
        let given = |at: usize| bound.get(at).is_some();
        let both = (0..parts.len()).any(given) && (given(date_at) || given(date_at + 1));
        if both || (!given(0) && (0..parts.len()).any(given)) {
            return Err(invalid(
                "[CANNOT_SET_TOGETHER] years|months|days|hours|mins|secs and date|time should not be set together.",
            ));
        }
        let column = |at: usize, name: &str| match bound.get(at) {
            Some(argument) => argument.column(name),
            None => Err(invalid(
                "[NOT_EXPECTED_TYPE] Argument `arg` should be a Column or str, got NoneType.",
            )),
        };
        if !given(0) {
            return Ok(Self::DateAndTime(
                column(date_at, "date")?,
                column(date_at + 1, "time")?,
            ));
        }
        let [years, months, days, hours, mins, secs] = parts;
        Ok(Self::Parts([
            column(0, years)?,
            column(1, months)?,
            column(2, days)?,
            column(3, hours)?,
            column(4, mins)?,
            column(5, secs)?,
        ]))
    }
}

fn with_timezone(name: &str, bound: &Bound) -> Result<Column> {
    let timezone = bound
        .get(6)
        .map(|timezone| timezone.column("timezone"))
        .transpose()?;
    Ok(Moment::of(bound, 7)?.make(name, timezone))
}

fn make_timestamp_of(bound: Bound) -> Result<Column> {
    with_timezone("make_timestamp", &bound)
}

fn try_make_timestamp_of(bound: Bound) -> Result<Column> {
    with_timezone("try_make_timestamp", &bound)
}

fn make_timestamp_ntz_of(bound: Bound) -> Result<Column> {
    Ok(make_timestamp_ntz(Moment::of(&bound, 6)?))
}

fn try_make_timestamp_ntz_of(bound: Bound) -> Result<Column> {
    Ok(try_make_timestamp_ntz(Moment::of(&bound, 6)?))
}
