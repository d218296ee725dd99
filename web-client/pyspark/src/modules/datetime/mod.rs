//! `datetime`: dates, times, spans, offsets from UTC.

pub(crate) mod date;
pub(crate) mod delta;
mod pattern;
pub(crate) mod time;
pub(crate) mod zone;

use super::module;
use crate::{
    exception::{R, value_error},
    types,
    value::Value,
};

module!(
    MODULE,
    "datetime",
    &[],
    &[
        &date::DATE,
        &date::DATETIME,
        &delta::TIMEDELTA,
        &time::TIME,
        &zone::TIMEZONE,
    ],
    |name| match name {
        "MINYEAR" => Some(Value::Int(1)),
        "MAXYEAR" => Some(Value::Int(9999)),
        "UTC" => Some(Value::object(zone::Zone::UTC)),
        _ => None,
    }
);

/// An integer argument in its bounds.
fn part(value: Option<Value>, default: i64, least: i64, most: i64, error: &str) -> R<i64> {
    let number = value.map_or(Ok(default), |value| types::integer(&value))?;
    match (least..=most).contains(&number) {
        true => Ok(number),
        false => Err(value_error(error)),
    }
}

/// `.123456`, or nothing if there are none.
fn fraction(micros: i64) -> String {
    match micros {
        0 => String::new(),
        micros => format!(".{micros:06}"),
    }
}
