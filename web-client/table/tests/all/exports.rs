//! Whole values as text and as JSON.

use std::collections::HashMap;
use std::fmt::Write;
use std::sync::Arc;

use arrow_array::builder::*;
use arrow_array::types::*;
use arrow_array::*;
use arrow_buffer::{IntervalMonthDayNano, NullBuffer, i256};
use arrow_schema::{DataType, Field, Fields};
use result_table::Formatter;

/// The values of arrays, each on a line as text and as JSON.
fn listing(arrays: &[ArrayRef]) -> String {
    let formatter = Formatter::new("Europe/Berlin").unwrap();
    let mut listing = String::new();
    for array in arrays {
        writeln!(listing, "{}", array.data_type()).unwrap();
        for row in 0..array.len() {
            let (mut text, mut json) = (String::from("<"), String::new());
            let some = formatter.text(array, row, &mut text);
            assert!(some || text == "<", "null appends nothing");
            formatter.json(array, row, &mut json);
            writeln!(
                listing,
                "    {:28} {json}",
                if some { text + ">" } else { "-".into() }
            )
            .unwrap();
        }
    }
    listing
}

#[test]
fn scalars() {
    let decimals = Decimal128Array::from(vec![150, -10_i128.pow(38) + 1]);
    let large = Decimal256Array::from(vec![i256::from_i128(i128::MAX)]);
    let moments = vec![1_761_438_600_500_000, 1_761_442_200_000_000, 0];
    let listing = listing(&[
        Arc::new(NullArray::new(1)),
        Arc::new(BooleanArray::from(vec![Some(true), Some(false), None])),
        Arc::new(Int64Array::from(vec![i64::MIN, i64::MAX])),
        Arc::new(UInt64Array::from(vec![u64::MAX])),
        Arc::new(Float32Array::from(vec![0.1, f32::NAN])),
        Arc::new(Float64Array::from(vec![
            -0.0,
            1e23,
            5e-324,
            f64::NAN,
            f64::INFINITY,
            f64::NEG_INFINITY,
        ])),
        Arc::new(decimals.with_precision_and_scale(38, 2).unwrap()),
        Arc::new(large.with_precision_and_scale(76, 38).unwrap()),
        Arc::new(StringArray::from(vec![
            Some(""),
            Some("null"),
            Some("a \"b\",\n\u{1}\u{2028}é😀"),
            None,
        ])),
        Arc::new(BinaryArray::from(vec![b"".as_slice(), b"\0\xff", b"abc"])),
        Arc::new(Date32Array::from(vec![20_453, 2_932_897])),
        Arc::new(Time64MicrosecondArray::from(vec![45_296_120_000])),
        Arc::new(TimestampMicrosecondArray::from(moments.clone())),
        Arc::new(TimestampMicrosecondArray::from(moments).with_timezone("UTC")),
        Arc::new(DurationMicrosecondArray::from(vec![93_784_500_000])),
        Arc::new(IntervalYearMonthArray::from(vec![-14])),
        Arc::new(IntervalMonthDayNanoArray::from(vec![IntervalMonthDayNano::new(
            14,
            3,
            500_000_000,
        )])),
    ]);
    insta::assert_snapshot!(listing);
}

fn structs() -> StructArray {
    let fields = Fields::from(vec![
        Field::new("a \"b\"", DataType::Utf8, true),
        Field::new("at", DataType::Date32, true),
    ]);
    StructArray::new(
        fields,
        vec![
            Arc::new(StringArray::from(vec![Some("x"), None, None])),
            Arc::new(Date32Array::from(vec![Some(0), Some(1), None])),
        ],
        Some(NullBuffer::from(vec![true, true, false])),
    )
}

/// A map from each key to its number.
fn map(keys: ArrayRef) -> ArrayRef {
    let values = Int32Array::from_iter_values(0..keys.len() as i32);
    let entries = Fields::from(vec![
        Field::new("key", keys.data_type().clone(), false),
        Field::new("value", DataType::Int32, true),
    ]);
    let offsets = arrow_buffer::OffsetBuffer::from_lengths([keys.len(), 0]);
    let field = Arc::new(Field::new("entries", DataType::Struct(entries.clone()), false));
    let entries = StructArray::new(entries, vec![keys, Arc::new(values)], None);
    Arc::new(MapArray::new(field, offsets, entries, None, false))
}

#[test]
fn nested() {
    let numbers = vec![Some(vec![Some(1.5), Some(f64::NAN), None]), Some(vec![]), None];
    let keys = Int64Array::from(vec![1, -2]);
    let texts = StringArray::from(vec!["k\"", ""]);
    let key = structs().slice(0, 2);
    let mut bytes = ListBuilder::new(BinaryBuilder::new());
    bytes.append_value([Some(b"a"), None]);
    let listing = listing(&[
        Arc::new(ListArray::from_iter_primitive::<Float64Type, _, _>(numbers)),
        Arc::new(bytes.finish()),
        Arc::new(structs()),
        map(Arc::new(texts)),
        map(Arc::new(keys)),
        map(Arc::new(key)),
    ]);
    insta::assert_snapshot!(listing);
}

#[test]
fn variants_are_what_they_hold() {
    let mark = HashMap::from([("variant".to_owned(), "true".to_owned())]);
    let fields = Fields::from(vec![
        Field::new("value", DataType::Binary, false),
        Field::new("metadata", DataType::Binary, false).with_metadata(mark),
    ]);
    // {"a": [1, "x"]}, bytes, and what is cut off in the middle.
    let object = b"\x02\x01\x00\x00\x09\x03\x02\x00\x02\x04\x0c\x01\x05x".as_slice();
    let values = [object, b"\x3c\x02\0\0\0\x01\xff", &object[..12], b""];
    let columns: Vec<ArrayRef> = vec![
        Arc::new(BinaryArray::from(values.to_vec())),
        Arc::new(BinaryArray::from(vec![b"\x01\x01\x00\x01a".as_slice(); 4])),
    ];
    let listing = listing(&[Arc::new(StructArray::new(fields, columns, None))]);
    insta::assert_snapshot!(listing);
}

#[test]
fn what_is_too_deep_is_still_json() {
    let mut array: ArrayRef = Arc::new(Int32Array::from(vec![7]));
    for _ in 0..210 {
        let field = Field::new("a", array.data_type().clone(), true);
        array = Arc::new(StructArray::new(vec![field].into(), vec![array], None));
    }
    let mut json = String::new();
    Formatter::new("UTC").unwrap().json(&array, 0, &mut json);
    let end = format!("\"…\"{}", "}".repeat(200));
    assert!(json.ends_with(&end), "{json}");
}

#[test]
fn an_unknown_zone_is_refused() {
    let error = Formatter::new("Europe/Nowhere").unwrap_err();
    assert!(error.to_string().contains("spark.sql.session.timeZone"));
}
