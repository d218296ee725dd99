//! Data types, one function for each kind that the protocol knows, named as PySpark names the type.

use spark_connect_proto::connect::{
    DataType,
    data_type::{self as pb, Kind},
};

/// Types without parameters.
macro_rules! plain {
    ($($(#[$doc:meta])* $name:ident $kind:ident $message:ident;)*) => {
        $(
            $(#[$doc])*
            pub fn $name() -> DataType {
                of(Kind::$kind(pb::$message::default()))
            }
        )*
    };
}

plain! {
    /// `NullType`.
    null Null Null;
    /// `BinaryType`.
    binary Binary Binary;
    /// `BooleanType`.
    boolean Boolean Boolean;
    /// `ByteType`.
    byte Byte Byte;
    /// `ShortType`.
    short Short Short;
    /// `IntegerType`.
    integer Integer Integer;
    /// `LongType`.
    long Long Long;
    /// `FloatType`.
    float Float Float;
    /// `DoubleType`.
    double Double Double;
    /// `DateType`.
    date Date Date;
    /// `TimestampType`.
    timestamp Timestamp Timestamp;
    /// `TimestampNTZType`.
    timestamp_ntz TimestampNtz TimestampNtz;
    /// `CalendarIntervalType`.
    calendar_interval CalendarInterval CalendarInterval;
    /// `VariantType`.
    variant Variant Variant;
}

fn of(kind: Kind) -> DataType {
    DataType { kind: Some(kind) }
}

/// `StringType` in the default collation.
pub fn string() -> DataType {
    collated("UTF8_BINARY")
}

/// `StringType` in a collation.
pub fn collated(collation: impl Into<String>) -> DataType {
    of(Kind::String(pb::String {
        collation: collation.into(),
        ..Default::default()
    }))
}

/// `CharType` of a length in characters.
pub fn char(length: i32) -> DataType {
    of(Kind::Char(pb::Char {
        length,
        ..Default::default()
    }))
}

/// `VarcharType` of at most so many characters.
pub fn varchar(length: i32) -> DataType {
    of(Kind::VarChar(pb::VarChar {
        length,
        ..Default::default()
    }))
}

/// `DecimalType` of so many digits, and so many of them after the point.
pub fn decimal(precision: i32, scale: i32) -> DataType {
    of(Kind::Decimal(pb::Decimal {
        precision: Some(precision),
        scale: Some(scale),
        ..Default::default()
    }))
}

/// `TimeType` with so many digits of a second. Since Spark 4.1.
pub fn time(precision: i32) -> DataType {
    of(Kind::Time(pb::Time {
        precision: Some(precision),
        ..Default::default()
    }))
}

/// A timestamp without a time zone, with more than six digits of a second. Since Spark 4.3.
pub fn timestamp_ntz_nanos(precision: i32) -> DataType {
    of(Kind::TimestampNtzNanos(pb::TimestampNtzNanos {
        precision: Some(precision),
        ..Default::default()
    }))
}

/// A timestamp with more than six digits of a second. Since Spark 4.3.
pub fn timestamp_ltz_nanos(precision: i32) -> DataType {
    of(Kind::TimestampLtzNanos(pb::TimestampLtzNanos {
        precision: Some(precision),
        ..Default::default()
    }))
}

/// `DayTimeIntervalType` from a field to a field: 0 days, 1 hours, 2 minutes, 3 seconds.
pub fn day_time_interval(start_field: i32, end_field: i32) -> DataType {
    of(Kind::DayTimeInterval(pb::DayTimeInterval {
        start_field: Some(start_field),
        end_field: Some(end_field),
        ..Default::default()
    }))
}

/// `YearMonthIntervalType` from a field to a field: 0 years, 1 months.
pub fn year_month_interval(start_field: i32, end_field: i32) -> DataType {
    of(Kind::YearMonthInterval(pb::YearMonthInterval {
        start_field: Some(start_field),
        end_field: Some(end_field),
        ..Default::default()
    }))
}

/// `ArrayType`.
pub fn array(element_type: DataType, contains_null: bool) -> DataType {
    of(Kind::Array(Box::new(pb::Array {
        element_type: Some(Box::new(element_type)),
        contains_null,
        ..Default::default()
    })))
}

/// `MapType`.
pub fn map(key_type: DataType, value_type: DataType, value_contains_null: bool) -> DataType {
    of(Kind::Map(Box::new(pb::Map {
        key_type: Some(Box::new(key_type)),
        value_type: Some(Box::new(value_type)),
        value_contains_null,
        ..Default::default()
    })))
}

/// `GeometryType` in a reference system; -1 for any.
pub fn geometry(srid: i32) -> DataType {
    of(Kind::Geometry(pb::Geometry {
        srid,
        ..Default::default()
    }))
}

/// `GeographyType` in a reference system; -1 for any.
pub fn geography(srid: i32) -> DataType {
    of(Kind::Geography(pb::Geography {
        srid,
        ..Default::default()
    }))
}

/// DDL text, which the server reads.
pub fn unparsed(ddl: impl Into<String>) -> DataType {
    of(Kind::Unparsed(pb::Unparsed {
        data_type_string: ddl.into(),
    }))
}
