//! Statistics of one column, by the type of its values.

use std::ops::Range;

use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_schema::{DataType, IntervalUnit};

use super::numbers::Numbers;
use super::texts::Texts;
use super::{ColumnStatistics, Histogram};
use crate::format::{bytes_at, text_at};
use crate::resolve::resolve;

#[derive(Debug)]
pub(super) struct Column {
    nulls: u64,
    values: Values,
}

/// What is gathered of the values.
#[derive(Debug)]
enum Values {
    Integers(Box<Numbers<i64>>),
    LongIntegers(Box<Numbers<i128>>),
    Floats(Box<Numbers<f64>>),
    Texts(Box<Texts>),
    /// How many are false, and how many are true.
    Booleans([u64; 2]),
    /// Nothing but the nulls.
    Unordered,
}

impl Column {
    pub(super) fn new(data_type: &DataType) -> Column {
        Column {
            nulls: 0,
            values: Values::new(data_type),
        }
    }

    /// Adds a part of an array whose first place is `row` of the table. `value_at` gives the bytes of a row
    /// that was added before.
    pub(super) fn add<'a>(
        &mut self,
        array: &'a dyn Array,
        places: Range<usize>,
        row: u64,
        value_at: &dyn Fn(u64) -> Option<&'a [u8]>,
    ) {
        self.nulls += match &mut self.values {
            Values::Integers(numbers) => numbers.add(array, places, row),
            Values::LongIntegers(numbers) => numbers.add(array, places, row),
            Values::Floats(numbers) => numbers.add(array, places, row),
            Values::Texts(texts) => {
                let mut nulls = places.len() as u64;
                let rows = places
                    .zip(row..)
                    .filter_map(|(place, row)| Some((row, bytes(array, place)?)));
                texts.add(rows.inspect(|_| nulls -= 1), value_at);
                nulls
            }
            Values::Booleans(counts) => {
                let mut nulls = 0;
                for place in places {
                    let value = resolve(array, place)
                        .and_then(|(array, place)| Some(array.as_boolean_opt()?.value(place)));
                    match value {
                        Some(value) => counts[usize::from(value)] += 1,
                        None => nulls += 1,
                    }
                }
                nulls
            }
            Values::Unordered => places.filter(|&place| resolve(array, place).is_none()).count() as u64,
        };
    }

    pub(super) fn statistics(&self, format: &dyn Fn(u64) -> Option<String>) -> ColumnStatistics {
        match &self.values {
            Values::Integers(numbers) => numbers.statistics(self.nulls, format),
            Values::LongIntegers(numbers) => numbers.statistics(self.nulls, format),
            Values::Floats(numbers) => numbers.statistics(self.nulls, format),
            Values::Texts(texts) => texts.statistics(self.nulls, format),
            Values::Booleans(counts) => booleans(self.nulls, *counts),
            Values::Unordered => ColumnStatistics {
                nulls: self.nulls,
                ..ColumnStatistics::default()
            },
        }
    }
}

impl Values {
    fn new(data_type: &DataType) -> Values {
        use DataType::*;
        match data_type {
            Int8
            | Int16
            | Int32
            | Int64
            | UInt8
            | UInt16
            | UInt32
            | Date32
            | Date64
            | Timestamp(..)
            | Time32(_)
            | Time64(_)
            | Duration(_)
            | Interval(IntervalUnit::YearMonth) => Values::Integers(Box::new(Numbers::new())),
            UInt64 | Decimal32(..) | Decimal64(..) | Decimal128(..) => {
                Values::LongIntegers(Box::new(Numbers::new()))
            }
            Float16 | Float32 | Float64 => Values::Floats(Box::new(Numbers::new())),
            Utf8 | LargeUtf8 | Utf8View => Values::Texts(Box::new(Texts::new(true))),
            Binary | LargeBinary | BinaryView | FixedSizeBinary(_) => {
                Values::Texts(Box::new(Texts::new(false)))
            }
            Boolean => Values::Booleans([0; 2]),
            Dictionary(_, values) => Values::new(values),
            RunEndEncoded(_, values) => Values::new(values.data_type()),
            Null
            | Decimal256(..)
            | Interval(IntervalUnit::DayTime | IntervalUnit::MonthDayNano)
            | List(_)
            | LargeList(_)
            | FixedSizeList(..)
            | ListView(_)
            | LargeListView(_)
            | Struct(_)
            | Map(..)
            | Union(..) => Values::Unordered,
        }
    }
}

/// The bytes of a text or of bytes; `None` is null.
pub(super) fn bytes(array: &dyn Array, place: usize) -> Option<&[u8]> {
    let (array, place) = resolve(array, place)?;
    text_at(array, place)
        .map(str::as_bytes)
        .or_else(|| bytes_at(array, place))
}

fn booleans(nulls: u64, counts: [u64; 2]) -> ColumnStatistics {
    let mut values: Vec<(String, u64)> = [("false", counts[0]), ("true", counts[1])]
        .into_iter()
        .filter(|&(_, count)| count > 0)
        .map(|(value, count)| (value.to_owned(), count))
        .collect();
    let value = |pair: Option<&(String, u64)>| pair.map(|(value, _)| value.clone());
    let (min, max) = (value(values.first()), value(values.last()));
    let distinct = Some(values.len() as u64);
    values.sort_by_key(|&(_, count)| std::cmp::Reverse(count));
    let histogram = (!values.is_empty()).then_some(Histogram::Top { values, other: 0 });
    ColumnStatistics {
        nulls,
        distinct,
        min,
        max,
        histogram,
    }
}
