//! From a value in an array to its text.
//!
//! Scalars at the top are written as they are; inside of arrays, structs and maps text is quoted, so that
//! `null` and `"null"` differ. Every loop ends as soon as the [`Sink`] takes no more, so that a long value
//! costs only what is shown of it.

mod interval;
mod nested;
mod number;
mod sink;
mod text;
mod time;

use std::fmt::{self, Write};

use arrow_array::cast::AsArray;
use arrow_array::types::*;
use arrow_array::{Array, ArrowPrimitiveType};
use arrow_schema::{DataType, IntervalUnit, TimeUnit};

use crate::resolve::resolve;
use crate::zone::Zone;

pub(crate) use number::{write_decimal, write_f32, write_f64};
pub(crate) use sink::{Beyond, Sink};
pub(crate) use text::{write_base64, write_escaped, write_hex, write_quoted};
pub(crate) use time::{write_date, write_time, write_timestamp, write_with_offset};

/// How a value is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    /// On one line, with nothing invisible: for a cell.
    Cell,
    /// Text as it is, nested values on one line: for copying.
    Copy,
    /// Text as it is, nested values over several lines: for one value at length.
    Lines,
    /// JSON without blanks: for other programs.
    Json,
}

/// Writes values to a sink.
#[derive(Debug)]
pub(crate) struct Printer<'a> {
    pub(crate) out: &'a mut Sink,
    pub(crate) zone: &'a Zone,
    layout: Layout,
}

impl<'a> Printer<'a> {
    pub(crate) fn new(out: &'a mut Sink, zone: &'a Zone, layout: Layout) -> Printer<'a> {
        Printer { out, zone, layout }
    }

    /// Writes the value at `index` of a column, and says whether there is one; null is `null`.
    pub(crate) fn column(&mut self, array: &dyn Array, index: usize) -> Result<bool, fmt::Error> {
        let Some((array, index)) = resolve(array, index) else {
            self.out.write_str("null")?;
            return Ok(false);
        };
        match text_at(array, index) {
            Some(text) if self.layout == Layout::Cell => text::write_visible(self.out, text)?,
            Some(text) => self.out.write_str(text)?,
            None => self.value(array, index, 0)?,
        }
        Ok(true)
    }

    /// Writes the value at `index` of a column as JSON; null is `null`.
    pub(crate) fn json(&mut self, array: &dyn Array, index: usize) -> fmt::Result {
        self.element(array, index, 0)
    }

    /// How the values in this text are laid out.
    pub(crate) fn layout(&self) -> Layout {
        self.layout
    }

    /// Writes a value inside of another one.
    fn element(&mut self, array: &dyn Array, index: usize, depth: usize) -> fmt::Result {
        let Some((array, index)) = resolve(array, index) else {
            return self.out.write_str("null");
        };
        match text_at(array, index) {
            Some(text) => text::write_quoted(self.out, text),
            None if self.layout == Layout::Json && !is_json(array, index) => {
                self.out.write_char('"')?;
                self.value(array, index, depth)?;
                self.out.write_char('"')
            }
            None => self.value(array, index, depth),
        }
    }

    /// Writes a value that is neither null nor text.
    fn value(&mut self, array: &dyn Array, index: usize, depth: usize) -> fmt::Result {
        use DataType::*;
        let out = &mut *self.out;
        match array.data_type() {
            Boolean => match array.as_boolean_opt() {
                Some(booleans) => write!(out, "{}", booleans.value(index)),
                None => Ok(()),
            },
            Int8 => write_display::<Int8Type>(out, array, index),
            Int16 => write_display::<Int16Type>(out, array, index),
            Int32 => write_display::<Int32Type>(out, array, index),
            Int64 => write_display::<Int64Type>(out, array, index),
            UInt8 => write_display::<UInt8Type>(out, array, index),
            UInt16 => write_display::<UInt16Type>(out, array, index),
            UInt32 => write_display::<UInt32Type>(out, array, index),
            UInt64 => write_display::<UInt64Type>(out, array, index),
            Float16 => with::<Float16Type>(array, index, |value| write_f32(out, value.to_f32())),
            Float32 => with::<Float32Type>(array, index, |value| write_f32(out, value)),
            Float64 => with::<Float64Type>(array, index, |value| write_f64(out, value)),
            Decimal32(_, scale) => with::<Decimal32Type>(array, index, |value| {
                write_decimal(out, &value.to_string(), i32::from(*scale))
            }),
            Decimal64(_, scale) => with::<Decimal64Type>(array, index, |value| {
                write_decimal(out, &value.to_string(), i32::from(*scale))
            }),
            Decimal128(_, scale) => with::<Decimal128Type>(array, index, |value| {
                write_decimal(out, &value.to_string(), i32::from(*scale))
            }),
            Decimal256(_, scale) => with::<Decimal256Type>(array, index, |value| {
                write_decimal(out, &value.to_string(), i32::from(*scale))
            }),
            Date32 => with::<Date32Type>(array, index, |days| time::write_date(out, i64::from(days))),
            Date64 => with::<Date64Type>(array, index, |millis| {
                time::write_date(out, millis.div_euclid(86_400_000))
            }),
            Timestamp(unit, zone) => match ticks(array, index) {
                Some(ticks) => {
                    let zone = zone.as_ref().map(|_| self.zone);
                    match self.layout {
                        Layout::Json => time::write_iso(out, ticks, *unit, zone),
                        _ => time::write_timestamp(out, ticks, *unit, zone),
                    }
                }
                None => Ok(()),
            },
            Time32(unit) | Time64(unit) => match ticks(array, index) {
                Some(ticks) => time::write_time(out, ticks, *unit),
                None => Ok(()),
            },
            Duration(unit) => match ticks(array, index) {
                Some(ticks) => interval::write_duration(out, ticks, *unit),
                None => Ok(()),
            },
            Interval(IntervalUnit::YearMonth) => {
                with::<IntervalYearMonthType>(array, index, |months| interval::write_year_month(out, months))
            }
            Interval(IntervalUnit::DayTime) => with::<IntervalDayTimeType>(array, index, |value| {
                let millis = i128::from(value.days) * 86_400_000 + i128::from(value.milliseconds);
                interval::write_day_time(out, millis * 1_000_000)
            }),
            Interval(IntervalUnit::MonthDayNano) => {
                with::<IntervalMonthDayNanoType>(array, index, |value| interval::write_calendar(out, value))
            }
            Binary | LargeBinary | BinaryView | FixedSizeBinary(_) => match bytes_at(array, index) {
                Some(bytes) if self.layout == Layout::Json => write_base64(out, bytes),
                Some(bytes) => write_hex(out, bytes),
                None => Ok(()),
            },
            List(_) | LargeList(_) | FixedSizeList(..) | ListView(_) | LargeListView(_) => {
                self.list(array, index, depth)
            }
            Struct(fields) => self.structure(array, fields, index, depth),
            Map(..) => self.map(array, index, depth),
            // Text was written by the caller, and what encodes other arrays was resolved.
            Null | Utf8 | LargeUtf8 | Utf8View | Dictionary(..) | RunEndEncoded(..) | Union(..) => Ok(()),
        }
    }
}

/// Whether a value that is neither null nor text is written in a notation that JSON has.
fn is_json(array: &dyn Array, index: usize) -> bool {
    use DataType::*;
    match array.data_type() {
        Float16 => finite::<Float16Type>(array, index, |value| value.to_f32().is_finite()),
        Float32 => finite::<Float32Type>(array, index, f32::is_finite),
        Float64 => finite::<Float64Type>(array, index, f64::is_finite),
        Date32 | Date64 | Time32(_) | Time64(_) | Timestamp(..) | Duration(_) | Interval(_) => false,
        Binary | LargeBinary | BinaryView | FixedSizeBinary(_) => false,
        _ => true,
    }
}

fn finite<T: ArrowPrimitiveType>(
    array: &dyn Array,
    index: usize,
    is_finite: impl FnOnce(T::Native) -> bool,
) -> bool {
    array
        .as_primitive_opt::<T>()
        .is_some_and(|array| is_finite(array.value(index)))
}

/// Text at a place of an array of text.
pub(crate) fn text_at(array: &dyn Array, index: usize) -> Option<&str> {
    match array.data_type() {
        DataType::Utf8 => array.as_string_opt::<i32>().map(|array| array.value(index)),
        DataType::LargeUtf8 => array.as_string_opt::<i64>().map(|array| array.value(index)),
        DataType::Utf8View => array.as_string_view_opt().map(|array| array.value(index)),
        _ => None,
    }
}

/// Bytes at a place of an array of bytes.
pub(crate) fn bytes_at(array: &dyn Array, index: usize) -> Option<&[u8]> {
    match array.data_type() {
        DataType::Binary => array.as_binary_opt::<i32>().map(|array| array.value(index)),
        DataType::LargeBinary => array.as_binary_opt::<i64>().map(|array| array.value(index)),
        DataType::BinaryView => array.as_binary_view_opt().map(|array| array.value(index)),
        DataType::FixedSizeBinary(_) => array.as_fixed_size_binary_opt().map(|array| array.value(index)),
        _ => None,
    }
}

/// The number that stands for a timestamp, a time of day or a duration.
fn ticks(array: &dyn Array, index: usize) -> Option<i64> {
    use TimeUnit::*;
    fn at<T: ArrowPrimitiveType>(array: &dyn Array, index: usize) -> Option<i64>
    where
        T::Native: Into<i64>,
    {
        array
            .as_primitive_opt::<T>()
            .map(|array| array.value(index).into())
    }
    match array.data_type() {
        DataType::Timestamp(Second, _) => at::<TimestampSecondType>(array, index),
        DataType::Timestamp(Millisecond, _) => at::<TimestampMillisecondType>(array, index),
        DataType::Timestamp(Microsecond, _) => at::<TimestampMicrosecondType>(array, index),
        DataType::Timestamp(Nanosecond, _) => at::<TimestampNanosecondType>(array, index),
        DataType::Time32(Second) => at::<Time32SecondType>(array, index),
        DataType::Time32(_) => at::<Time32MillisecondType>(array, index),
        DataType::Time64(Nanosecond) => at::<Time64NanosecondType>(array, index),
        DataType::Time64(_) => at::<Time64MicrosecondType>(array, index),
        DataType::Duration(Second) => at::<DurationSecondType>(array, index),
        DataType::Duration(Millisecond) => at::<DurationMillisecondType>(array, index),
        DataType::Duration(Microsecond) => at::<DurationMicrosecondType>(array, index),
        DataType::Duration(Nanosecond) => at::<DurationNanosecondType>(array, index),
        _ => None,
    }
}

fn with<T: ArrowPrimitiveType>(
    array: &dyn Array,
    index: usize,
    write: impl FnOnce(T::Native) -> fmt::Result,
) -> fmt::Result {
    match array.as_primitive_opt::<T>() {
        Some(array) => write(array.value(index)),
        None => Ok(()),
    }
}

fn write_display<T: ArrowPrimitiveType>(out: &mut Sink, array: &dyn Array, index: usize) -> fmt::Result
where
    T::Native: fmt::Display,
{
    with::<T>(array, index, |value| write!(out, "{value}"))
}
