//! What kind of values a column holds, for a symbol and an alignment.

use arrow_schema::{DataType, Field};

use crate::variant;

/// What kind of values a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Whole numbers.
    Integer,
    /// Floating point and decimal numbers.
    Fractional,
    /// True and false.
    Boolean,
    /// Text.
    Text,
    /// Bytes.
    Binary,
    /// Days.
    Date,
    /// Times of day, timestamps with and without a zone.
    Time,
    /// Durations.
    Interval,
    /// Arrays.
    Array,
    /// Structs.
    Struct,
    /// Maps.
    Map,
    /// Variants, geometries, and whatever has no kind of its own.
    Other,
}

/// The kind of a column's values; dictionaries and run ends count as what they encode.
pub fn kind(field: &Field) -> Kind {
    of(field.data_type())
}

fn of(data_type: &DataType) -> Kind {
    use DataType::*;
    match data_type {
        Int8 | Int16 | Int32 | Int64 | UInt8 | UInt16 | UInt32 | UInt64 => Kind::Integer,
        Float16 | Float32 | Float64 | Decimal32(..) | Decimal64(..) | Decimal128(..) | Decimal256(..) => {
            Kind::Fractional
        }
        Boolean => Kind::Boolean,
        Utf8 | LargeUtf8 | Utf8View => Kind::Text,
        Binary | LargeBinary | BinaryView | FixedSizeBinary(_) => Kind::Binary,
        Date32 | Date64 => Kind::Date,
        Timestamp(..) | Time32(_) | Time64(_) => Kind::Time,
        Duration(_) | Interval(_) => Kind::Interval,
        List(_) | LargeList(_) | FixedSizeList(..) | ListView(_) | LargeListView(_) => Kind::Array,
        Struct(fields) => match variant::meaning(fields) {
            variant::Meaning::Struct => Kind::Struct,
            _ => Kind::Other,
        },
        Map(..) => Kind::Map,
        Dictionary(_, values) => of(values),
        RunEndEncoded(_, values) => of(values.data_type()),
        Null | Union(..) => Kind::Other,
    }
}
