//! The kind of every type.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_schema::{DataType, Field, Fields, IntervalUnit, TimeUnit, UnionFields, UnionMode};
use result_table::{Kind, kind};

#[test]
fn kinds() {
    let item = Arc::new(Field::new("item", DataType::Int32, true));
    let marked = |name: &str, mark: &str| {
        Field::new(name, DataType::Binary, false)
            .with_metadata(HashMap::from([(mark.to_owned(), "true".to_owned())]))
    };
    let structure = |fields: Vec<Field>| DataType::Struct(Fields::from(fields));
    let entries = structure(vec![
        Field::new("key", DataType::Utf8, false),
        Field::new("value", DataType::Utf8, true),
    ]);
    let variant = vec![
        Field::new("value", DataType::Binary, false),
        marked("metadata", "variant"),
    ];
    let unmarked = vec![
        Field::new("value", DataType::Binary, false),
        Field::new("metadata", DataType::Binary, false),
    ];
    let geometry = vec![
        Field::new("srid", DataType::Int32, false),
        marked("wkb", "geometry"),
    ];
    let geography = vec![
        Field::new("srid", DataType::Int32, false),
        marked("wkb", "geography"),
    ];
    let cases = [
        (DataType::Null, Kind::Other),
        (DataType::Boolean, Kind::Boolean),
        (DataType::Int8, Kind::Integer),
        (DataType::UInt64, Kind::Integer),
        (DataType::Float16, Kind::Fractional),
        (DataType::Float64, Kind::Fractional),
        (DataType::Decimal128(10, 0), Kind::Fractional),
        (DataType::Decimal256(10, 2), Kind::Fractional),
        (DataType::Utf8, Kind::Text),
        (DataType::Utf8View, Kind::Text),
        (DataType::Binary, Kind::Binary),
        (DataType::FixedSizeBinary(2), Kind::Binary),
        (DataType::Date32, Kind::Date),
        (DataType::Timestamp(TimeUnit::Microsecond, None), Kind::Time),
        (DataType::Time64(TimeUnit::Nanosecond), Kind::Time),
        (DataType::Duration(TimeUnit::Microsecond), Kind::Interval),
        (DataType::Interval(IntervalUnit::MonthDayNano), Kind::Interval),
        (DataType::List(item.clone()), Kind::Array),
        (DataType::FixedSizeList(item.clone(), 3), Kind::Array),
        (DataType::LargeListView(item.clone()), Kind::Array),
        (structure(unmarked), Kind::Struct),
        (structure(vec![]), Kind::Struct),
        (structure(variant), Kind::Other),
        (structure(geometry), Kind::Other),
        (structure(geography), Kind::Other),
        (
            DataType::Map(Arc::new(Field::new("entries", entries, false)), false),
            Kind::Map,
        ),
        (
            DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8)),
            Kind::Text,
        ),
        (
            DataType::RunEndEncoded(Arc::new(Field::new("run_ends", DataType::Int32, false)), item),
            Kind::Integer,
        ),
        (
            DataType::Union(UnionFields::empty(), UnionMode::Dense),
            Kind::Other,
        ),
    ];
    for (data_type, expected) in cases {
        assert_eq!(
            kind(&Field::new("c", data_type.clone(), true)),
            expected,
            "{data_type}"
        );
    }
}
