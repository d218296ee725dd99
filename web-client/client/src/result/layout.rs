//! The buffers that arrays of a type have, in the order in which a record batch lists them.
//!
//! arrow-ipc reads a buffer as a slice of its elements and panics when the last one is cut; here such buffers are found
//! before. Whether a buffer is long enough is arrow-ipc's own question.

use arrow_schema::{DataType, TimeUnit};

use crate::error::{Error, Result};

/// The sizes of the elements of a batch's buffers, in bytes.
pub(super) struct Layout(std::vec::IntoIter<i64>);

impl Layout {
    /// Of a batch with columns of these types. `variadic` says of each column of views how many buffers it has besides
    /// the usual two.
    pub(super) fn new(columns: &[&DataType], mut variadic: impl Iterator<Item = i64>) -> Result<Self> {
        let mut sizes = Vec::new();
        for column in columns {
            add(column, &mut sizes, &mut variadic)?;
        }
        Ok(Self(sizes.into_iter()))
    }

    /// Takes the next buffer, which has so many bytes. One too many is nobody's.
    pub(super) fn next_buffer(&mut self, length: i64) -> Result<()> {
        let size = self.0.next().unwrap_or(1);
        if length % size != 0 {
            return Err(Error::protocol(format_args!(
                "a record batch has a buffer of {length} bytes for elements of {size}"
            )));
        }
        Ok(())
    }
}

/// What belongs to no element of several bytes: bits, and text.
const BYTES: i64 = 1;

fn add(data_type: &DataType, sizes: &mut Vec<i64>, variadic: &mut impl Iterator<Item = i64>) -> Result<()> {
    use DataType::*;
    use TimeUnit::*;
    match data_type {
        Null => {}
        Boolean | FixedSizeBinary(0..) => sizes.extend([BYTES, BYTES]),
        Utf8 | Binary => sizes.extend([BYTES, 4, BYTES]),
        LargeUtf8 | LargeBinary => sizes.extend([BYTES, 8, BYTES]),
        Utf8View | BinaryView => {
            sizes.extend([BYTES, 16]);
            let more = variadic.next().and_then(|count| u16::try_from(count).ok());
            sizes.extend(std::iter::repeat_n(BYTES, more.unwrap_or(0).into()));
        }
        List(field) => {
            sizes.extend([BYTES, 4]);
            add(field.data_type(), sizes, variadic)?;
        }
        Map(entries, _) if matches!(entries.data_type(), Struct(pair) if pair.len() == 2) => {
            sizes.extend([BYTES, 4]);
            add(entries.data_type(), sizes, variadic)?;
        }
        LargeList(field) => {
            sizes.extend([BYTES, 8]);
            add(field.data_type(), sizes, variadic)?;
        }
        ListView(field) => {
            sizes.extend([BYTES, 4, 4]);
            add(field.data_type(), sizes, variadic)?;
        }
        LargeListView(field) => {
            sizes.extend([BYTES, 8, 8]);
            add(field.data_type(), sizes, variadic)?;
        }
        FixedSizeList(field, 0..) => {
            sizes.push(BYTES);
            add(field.data_type(), sizes, variadic)?;
        }
        Struct(fields) => {
            sizes.push(BYTES);
            for field in fields {
                add(field.data_type(), sizes, variadic)?;
            }
        }
        Dictionary(keys, _) if keys.is_dictionary_key_type() => sizes.extend([BYTES, width(keys)?]),
        RunEndEncoded(ends, values) if ends.data_type().is_run_ends_type() => {
            add(ends.data_type(), sizes, variadic)?;
            add(values.data_type(), sizes, variadic)?;
        }
        Time32(Second | Millisecond) | Time64(Microsecond | Nanosecond) => {
            sizes.extend([BYTES, width(data_type)?]);
        }
        Time32(_) | Time64(_) => return Err(unknown(data_type)),
        // Numbers, and what cannot be: a map whose entries are no pairs, a dictionary of texts for keys.
        other => sizes.extend([BYTES, width(other)?]),
    }
    Ok(())
}

/// The bytes of one value of a type whose values all have as many.
fn width(data_type: &DataType) -> Result<i64> {
    match data_type.primitive_width() {
        Some(width) => Ok(width as i64),
        None => Err(unknown(data_type)),
    }
}

fn unknown(data_type: &DataType) -> Error {
    Error::protocol(format_args!(
        "a record batch has a column of the Arrow type {data_type}, which stands for no type of Spark's"
    ))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_schema::{Field, UnionFields, UnionMode};

    use super::*;

    fn sizes(data_type: &DataType, variadic: &[i64]) -> Option<Vec<i64>> {
        Layout::new(&[data_type], variadic.iter().copied())
            .ok()
            .map(|layout| layout.0.collect())
    }

    #[test]
    fn buffers_of_each_type() {
        use DataType::*;
        let field = |data_type| Arc::new(Field::new("f", data_type, true));
        let pair = Struct([field(Int8), field(Utf8)].into_iter().collect());
        for (data_type, variadic, expected) in [
            (Null, &[][..], vec![]),
            (Boolean, &[], vec![1, 1]),
            (Int16, &[], vec![1, 2]),
            (Timestamp(TimeUnit::Microsecond, None), &[], vec![1, 8]),
            (Decimal128(10, 2), &[], vec![1, 16]),
            (LargeBinary, &[], vec![1, 8, 1]),
            (Utf8View, &[2], vec![1, 16, 1, 1]),
            (Utf8View, &[-1], vec![1, 16]),
            (BinaryView, &[], vec![1, 16]),
            (Map(field(pair.clone()), false), &[], vec![1, 4, 1, 1, 1, 1, 4, 1]),
            (LargeList(field(Int32)), &[], vec![1, 8, 1, 4]),
            (ListView(field(Int32)), &[], vec![1, 4, 4, 1, 4]),
            (LargeListView(field(Int32)), &[], vec![1, 8, 8, 1, 4]),
            (FixedSizeList(field(Float64), 3), &[], vec![1, 1, 8]),
            (Dictionary(Box::new(Int8), Box::new(Utf8)), &[], vec![1, 1]),
            (
                RunEndEncoded(field(Int32), field(pair)),
                &[],
                vec![1, 4, 1, 1, 1, 1, 4, 1],
            ),
        ] {
            assert_eq!(sizes(&data_type, variadic), Some(expected), "{data_type}");
        }
        for impossible in [
            Union(UnionFields::empty(), UnionMode::Dense),
            Dictionary(Box::new(Utf8), Box::new(Utf8)),
            Dictionary(Box::new(Float32), Box::new(Utf8)),
            RunEndEncoded(field(Int8), field(Utf8)),
            Map(field(Int64), false),
            Map(field(Struct([field(Int8)].into_iter().collect())), false),
            FixedSizeBinary(-1),
            FixedSizeList(field(Int8), -1),
            Time32(TimeUnit::Nanosecond),
            List(field(Time64(TimeUnit::Second))),
        ] {
            assert_eq!(sizes(&impossible, &[]), None, "{impossible}");
        }
    }

    #[test]
    fn a_cut_element_is_found() {
        let mut layout = Layout::new(&[&DataType::Int32], std::iter::empty()).unwrap();
        layout.next_buffer(3).unwrap();
        assert!(layout.next_buffer(10).is_err());
    }
}
