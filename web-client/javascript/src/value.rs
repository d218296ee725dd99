//! What a value of a result is in JavaScript. Decides only; making the JavaScript value is for others.

use std::borrow::Cow;

use arrow_array::{
    Array, ArrowPrimitiveType,
    cast::AsArray,
    types::{
        Date32Type, Decimal128Type, DecimalType, DurationMicrosecondType, Float32Type, Float64Type, Int8Type,
        Int16Type, Int32Type, Int64Type, IntervalMonthDayNanoType, IntervalYearMonthType,
        Time64MicrosecondType, Time64NanosecondType, TimestampMicrosecondType, TimestampNanosecondType,
    },
};
use arrow_schema::{DataType, Fields, IntervalUnit, TimeUnit};

use crate::{text, variant};

/// A JavaScript value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    /// `null`.
    Null,
    /// A boolean.
    Boolean(bool),
    /// A number.
    Number(f64),
    /// A `BigInt`.
    BigInt(i64),
    /// A string.
    Text(Cow<'a, str>),
    /// A `Uint8Array`.
    Bytes(&'a [u8]),
    /// A `Date`, in milliseconds since 1970.
    Date(f64),
    /// An array.
    Array(Vec<Value<'a>>),
    /// A `Map`.
    Map(Vec<(Value<'a>, Value<'a>)>),
    /// An object.
    Object(Vec<(&'a str, Value<'a>)>),
}

/// Integers beyond this are no longer exact as numbers: `Number.MAX_SAFE_INTEGER`.
const MAX_SAFE: u64 = (1 << 53) - 1;

/// Why a value cannot be read: a sentence.
pub type Fault = String;

impl Value<'_> {
    /// A number where that is exact, else a `BigInt`.
    pub fn integer(number: i64) -> Self {
        if number.unsigned_abs() <= MAX_SAFE {
            Self::Number(number as f64)
        } else {
            Self::BigInt(number)
        }
    }
}

/// The value at a place of a column. The place must be inside of it.
pub fn value(array: &dyn Array, index: usize) -> Result<Value<'_>, Fault> {
    use DataType as T;
    if array.is_null(index) {
        return Ok(Value::Null);
    }
    let unit = |unit: &TimeUnit| *unit;
    Ok(match array.data_type() {
        T::Null => Value::Null,
        T::Boolean => Value::Boolean(array.as_boolean().value(index)),
        T::Int8 => Value::Number(at::<Int8Type>(array, index).into()),
        T::Int16 => Value::Number(at::<Int16Type>(array, index).into()),
        T::Int32 => Value::Number(at::<Int32Type>(array, index).into()),
        T::Int64 => Value::integer(at::<Int64Type>(array, index)),
        T::Float32 => Value::Number(at::<Float32Type>(array, index).into()),
        T::Float64 => Value::Number(at::<Float64Type>(array, index)),
        T::Decimal128(precision, scale) => {
            let unscaled = at::<Decimal128Type>(array, index);
            Value::Text(Decimal128Type::format_decimal(unscaled, *precision, *scale).into())
        }
        T::Utf8 => Value::Text(array.as_string::<i32>().value(index).into()),
        T::LargeUtf8 => Value::Text(array.as_string::<i64>().value(index).into()),
        T::Binary => Value::Bytes(array.as_binary::<i32>().value(index)),
        T::LargeBinary => Value::Bytes(array.as_binary::<i64>().value(index)),
        T::Date32 => Value::Text(text::date(at::<Date32Type>(array, index).into()).into()),
        T::Timestamp(TimeUnit::Microsecond, zone) => moment(
            at::<TimestampMicrosecondType>(array, index),
            TimeUnit::Microsecond,
            zone.is_some(),
        ),
        T::Timestamp(TimeUnit::Nanosecond, zone) => moment(
            at::<TimestampNanosecondType>(array, index),
            TimeUnit::Nanosecond,
            zone.is_some(),
        ),
        T::Time64(TimeUnit::Microsecond) => {
            Value::Text(text::time(at::<Time64MicrosecondType>(array, index), TimeUnit::Microsecond).into())
        }
        T::Time64(of @ TimeUnit::Nanosecond) => {
            Value::Text(text::time(at::<Time64NanosecondType>(array, index), unit(of)).into())
        }
        T::Duration(of @ TimeUnit::Microsecond) => {
            Value::Text(text::elapsed(at::<DurationMicrosecondType>(array, index), unit(of)).into())
        }
        T::Interval(IntervalUnit::YearMonth) => {
            Value::Text(text::months(at::<IntervalYearMonthType>(array, index)).into())
        }
        T::Interval(IntervalUnit::MonthDayNano) => {
            let interval = at::<IntervalMonthDayNanoType>(array, index);
            Value::Text(text::calendar(interval.months, interval.days, interval.nanoseconds).into())
        }
        T::List(_) => {
            let list = array.as_list::<i32>();
            let (start, end) = (list.value_offsets()[index], list.value_offsets()[index + 1]);
            Value::Array(values(list.values(), start, end)?)
        }
        T::Map(..) => {
            let map = array.as_map();
            let (start, end) = (map.value_offsets()[index], map.value_offsets()[index + 1]);
            let keys = values(map.keys(), start, end)?;
            Value::Map(keys.into_iter().zip(values(map.values(), start, end)?).collect())
        }
        T::Struct(fields) => structure(array, fields, index)?,
        other => return Err(unreadable(other)),
    })
}

fn at<T: ArrowPrimitiveType>(array: &dyn Array, index: usize) -> T::Native {
    array.as_primitive::<T>().value(index)
}

fn moment<'a>(ticks: i64, unit: TimeUnit, zone: bool) -> Value<'a> {
    if zone {
        Value::Date(text::milliseconds(ticks, unit))
    } else {
        Value::Text(text::timestamp(ticks, unit).into())
    }
}

fn values(array: &dyn Array, start: i32, end: i32) -> Result<Vec<Value<'_>>, Fault> {
    (start as usize..end as usize)
        .map(|index| value(array, index))
        .collect()
}

fn structure<'a>(array: &'a dyn Array, fields: &'a Fields, index: usize) -> Result<Value<'a>, Fault> {
    let columns = array.as_struct().columns();
    if let Some((value, metadata)) = variant::places(fields) {
        let bytes = |place: usize| {
            columns[place]
                .as_binary_opt::<i32>()
                .map(|column| column.value(index))
        };
        let parts = bytes(value).zip(bytes(metadata));
        let (value, metadata) = parts.ok_or_else(|| variant::MALFORMED.to_owned())?;
        return variant::read(value, metadata);
    }
    let pairs = fields.iter().zip(columns);
    let pairs = pairs.map(|(field, column)| Ok((field.name().as_str(), value(column, index)?)));
    Ok(Value::Object(pairs.collect::<Result<_, Fault>>()?))
}

fn unreadable(data_type: &DataType) -> Fault {
    format!("Values of the Arrow type {data_type} have no JavaScript value here. Read them with stream().")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{
        Decimal128Array, Int32Array, Int64Array, ListArray, StructArray, TimestampMicrosecondArray,
        UInt8Array,
    };
    use arrow_schema::Field;

    use super::*;

    #[test]
    fn integers_are_numbers_while_that_is_exact() {
        let safe = (1_i64 << 53) - 1;
        let column = Int64Array::from(vec![safe, safe + 1, -safe, -safe - 1, i64::MIN]);
        let found: Vec<_> = (0..5).map(|at| value(&column, at).unwrap()).collect();
        assert_eq!(
            found,
            [
                Value::Number(safe as f64),
                Value::BigInt(safe + 1),
                Value::Number(-safe as f64),
                Value::BigInt(-safe - 1),
                Value::BigInt(i64::MIN),
            ]
        );
    }

    #[test]
    fn decimals_are_exact_texts() {
        let column = Decimal128Array::from(vec![-99_i128, 5, 0])
            .with_precision_and_scale(38, 3)
            .unwrap();
        let found: Vec<_> = (0..3).map(|at| value(&column, at).unwrap()).collect();
        assert_eq!(
            found,
            ["-0.099", "0.005", "0.000"].map(|text| Value::Text(text.into()))
        );
    }

    #[test]
    fn only_a_timestamp_with_a_zone_is_a_moment() {
        let column = TimestampMicrosecondArray::from(vec![1_500_001]);
        assert_eq!(
            value(&column, 0).unwrap(),
            Value::Text("1970-01-01T00:00:01.500001".into())
        );
        let column = column.with_timezone("Europe/Berlin");
        assert_eq!(value(&column, 0).unwrap(), Value::Date(1500.0));
    }

    #[test]
    fn what_is_inside_is_read_too() {
        let list = ListArray::from_iter_primitive::<Int32Type, _, _>([
            None,
            Some(vec![]),
            Some(vec![Some(1), None]),
        ]);
        let id: Arc<dyn Array> = Arc::new(Int32Array::from(vec![7, 8, 9]));
        let list: Arc<dyn Array> = Arc::new(list);
        let fields = vec![
            (Arc::new(Field::new("id", DataType::Int32, false)), id),
            (Arc::new(Field::new("list", list.data_type().clone(), true)), list),
        ];
        let column = StructArray::from(fields);
        let object = |id, list| Value::Object(vec![("id", Value::Number(id)), ("list", list)]);
        assert_eq!(value(&column, 0).unwrap(), object(7.0, Value::Null));
        assert_eq!(value(&column, 1).unwrap(), object(8.0, Value::Array(vec![])));
        let pair = Value::Array(vec![Value::Number(1.0), Value::Null]);
        assert_eq!(value(&column, 2).unwrap(), object(9.0, pair));
    }

    #[test]
    fn what_spark_never_sends_is_refused() {
        let fault = value(&UInt8Array::from(vec![1]), 0).unwrap_err();
        assert!(fault.contains("UInt8") && fault.contains("stream()"), "{fault}");
    }
}
