//! What has an order and a distance: numbers, dates, times and durations, as one of three types.

use std::ops::Range;

use arrow_array::cast::AsArray;
use arrow_array::types::*;
use arrow_array::{Array, ArrowPrimitiveType};
use arrow_schema::{DataType, IntervalUnit, TimeUnit};

use super::hash::mix;

/// A number that statistics are made of.
pub(super) trait Number: Copy {
    /// Equal for what Spark takes as equal.
    fn hash(self) -> u64;
    /// Whether it comes before another one.
    fn less(self, other: Self) -> bool;
    /// How far it is from another one, in units that are the same within a column.
    fn distance(self, origin: Self) -> f64;
    /// Whether it has a distance.
    fn is_finite(self) -> bool;
    /// Appends the values of a part of an array, each with its place; null is left out.
    fn read(array: &dyn Array, places: Range<usize>, into: &mut Vec<(usize, Self)>);
}

impl Number for i64 {
    fn hash(self) -> u64 {
        mix(self as u64)
    }

    fn less(self, other: i64) -> bool {
        self < other
    }

    fn distance(self, origin: i64) -> f64 {
        match self.checked_sub(origin) {
            Some(distance) => distance as f64,
            None => self as f64 - origin as f64,
        }
    }

    fn is_finite(self) -> bool {
        true
    }

    fn read(array: &dyn Array, places: Range<usize>, into: &mut Vec<(usize, i64)>) {
        use DataType::*;
        use TimeUnit::*;
        match array.data_type() {
            Int8 => read_as::<Int8Type, _>(array, places, into, i64::from),
            Int16 => read_as::<Int16Type, _>(array, places, into, i64::from),
            Int32 => read_as::<Int32Type, _>(array, places, into, i64::from),
            Int64 => read_as::<Int64Type, _>(array, places, into, |value| value),
            UInt8 => read_as::<UInt8Type, _>(array, places, into, i64::from),
            UInt16 => read_as::<UInt16Type, _>(array, places, into, i64::from),
            UInt32 => read_as::<UInt32Type, _>(array, places, into, i64::from),
            Date32 => read_as::<Date32Type, _>(array, places, into, i64::from),
            Date64 => read_as::<Date64Type, _>(array, places, into, |value| value),
            Timestamp(Second, _) => read_as::<TimestampSecondType, _>(array, places, into, |value| value),
            Timestamp(Millisecond, _) => {
                read_as::<TimestampMillisecondType, _>(array, places, into, |value| value)
            }
            Timestamp(Microsecond, _) => {
                read_as::<TimestampMicrosecondType, _>(array, places, into, |value| value)
            }
            Timestamp(Nanosecond, _) => {
                read_as::<TimestampNanosecondType, _>(array, places, into, |value| value)
            }
            Time32(Second) => read_as::<Time32SecondType, _>(array, places, into, i64::from),
            Time32(_) => read_as::<Time32MillisecondType, _>(array, places, into, i64::from),
            Time64(Nanosecond) => read_as::<Time64NanosecondType, _>(array, places, into, |value| value),
            Time64(_) => read_as::<Time64MicrosecondType, _>(array, places, into, |value| value),
            Duration(Second) => read_as::<DurationSecondType, _>(array, places, into, |value| value),
            Duration(Millisecond) => {
                read_as::<DurationMillisecondType, _>(array, places, into, |value| value)
            }
            Duration(Microsecond) => {
                read_as::<DurationMicrosecondType, _>(array, places, into, |value| value)
            }
            Duration(Nanosecond) => read_as::<DurationNanosecondType, _>(array, places, into, |value| value),
            Interval(IntervalUnit::YearMonth) => {
                read_as::<IntervalYearMonthType, _>(array, places, into, i64::from)
            }
            _ => {}
        }
    }
}

impl Number for i128 {
    fn hash(self) -> u64 {
        mix(self as u64 ^ mix((self >> 64) as u64))
    }

    fn less(self, other: i128) -> bool {
        self < other
    }

    fn distance(self, origin: i128) -> f64 {
        match self.checked_sub(origin) {
            Some(distance) => distance as f64,
            None => self as f64 - origin as f64,
        }
    }

    fn is_finite(self) -> bool {
        true
    }

    fn read(array: &dyn Array, places: Range<usize>, into: &mut Vec<(usize, i128)>) {
        match array.data_type() {
            DataType::UInt64 => read_as::<UInt64Type, _>(array, places, into, i128::from),
            DataType::Decimal32(..) => read_as::<Decimal32Type, _>(array, places, into, i128::from),
            DataType::Decimal64(..) => read_as::<Decimal64Type, _>(array, places, into, i128::from),
            DataType::Decimal128(..) => read_as::<Decimal128Type, _>(array, places, into, |value| value),
            _ => {}
        }
    }
}

impl Number for f64 {
    fn hash(self) -> u64 {
        // Both zeros are one value, and so is every NaN.
        let number = if self == 0.0 {
            0.0
        } else if self.is_nan() {
            f64::NAN
        } else {
            self
        };
        mix(number.to_bits())
    }

    fn less(self, other: f64) -> bool {
        self < other || (other.is_nan() && !self.is_nan())
    }

    fn distance(self, origin: f64) -> f64 {
        // Halves, because the difference of two large numbers may be more than the largest.
        self * 0.5 - origin * 0.5
    }

    fn is_finite(self) -> bool {
        f64::is_finite(self)
    }

    fn read(array: &dyn Array, places: Range<usize>, into: &mut Vec<(usize, f64)>) {
        match array.data_type() {
            DataType::Float16 => read_as::<Float16Type, _>(array, places, into, |value| value.to_f64()),
            DataType::Float32 => read_as::<Float32Type, _>(array, places, into, f64::from),
            DataType::Float64 => read_as::<Float64Type, _>(array, places, into, |value| value),
            _ => {}
        }
    }
}

fn read_as<T: ArrowPrimitiveType, V>(
    array: &dyn Array,
    places: Range<usize>,
    into: &mut Vec<(usize, V)>,
    convert: impl Fn(T::Native) -> V,
) {
    let Some(array) = array.as_primitive_opt::<T>() else {
        return;
    };
    let values = array.values().get(places.clone()).unwrap_or_default();
    let places = places.zip(values);
    match array.nulls() {
        None => into.extend(places.map(|(place, &value)| (place, convert(value)))),
        Some(nulls) => into.extend(
            places
                .filter(|(place, _)| nulls.is_valid(*place))
                .map(|(place, &value)| (place, convert(value))),
        ),
    }
}
