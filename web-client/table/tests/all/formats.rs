//! The text of every type, as a listing of types and cells.

use std::sync::Arc;

use crate::common::{cells, listing, table_in};
use arrow_array::builder::*;
use arrow_array::types::*;
use arrow_array::*;
use arrow_buffer::{IntervalDayTime, IntervalMonthDayNano, NullBuffer, OffsetBuffer, ScalarBuffer, i256};
use arrow_schema::{DataType, Field, Fields, UnionFields};
use result_table::CellKind;

#[test]
fn numbers() {
    let half = |number: f32| <Float16Type as ArrowPrimitiveType>::Native::from_f32(number);
    let listing = listing(&[
        Arc::new(NullArray::new(1)),
        Arc::new(BooleanArray::from(vec![Some(true), Some(false), None])),
        Arc::new(Int8Array::from(vec![Some(i8::MIN), None, Some(i8::MAX)])),
        Arc::new(Int16Array::from(vec![i16::MIN, i16::MAX])),
        Arc::new(Int32Array::from(vec![i32::MIN, i32::MAX])),
        Arc::new(Int64Array::from(vec![i64::MIN, 0, i64::MAX])),
        Arc::new(UInt8Array::from(vec![u8::MAX])),
        Arc::new(UInt16Array::from(vec![u16::MAX])),
        Arc::new(UInt32Array::from(vec![u32::MAX])),
        Arc::new(UInt64Array::from(vec![u64::MAX])),
        Arc::new(Float16Array::from(vec![
            half(0.5),
            half(65504.0),
            half(f32::NAN),
            half(-0.0),
        ])),
        Arc::new(Float32Array::from(vec![
            1.1,
            0.002,
            9_999_999.0,
            16_777_216.0,
            f32::MAX,
            f32::MIN_POSITIVE,
            1e-45,
            3e-45,
            f32::NEG_INFINITY,
        ])),
        Arc::new(Float64Array::from(vec![
            Some(0.0),
            Some(-0.0),
            Some(1.0),
            Some(-100.0),
            Some(1_234_567.0),
            Some(12_345_678.0),
            Some(9_999_999.0),
            Some(1e7),
            Some(1e10),
            Some(1e23),
            Some(-2e23),
            Some(123_456.789),
            Some(0.001),
            Some(0.000_999),
            Some(0.0001),
            Some(-1e-5),
            Some(0.1 + 0.2),
            Some(5e-324),
            Some(2.2e-322),
            Some(f64::MIN_POSITIVE),
            Some(f64::MAX),
            Some(f64::INFINITY),
            Some(f64::NEG_INFINITY),
            Some(f64::NAN),
            None,
        ])),
    ]);
    insta::assert_snapshot!(listing);
}

#[test]
fn decimals() {
    let decimal = |values: Vec<i128>, precision, scale| -> ArrayRef {
        Arc::new(
            Decimal128Array::from(values)
                .with_precision_and_scale(precision, scale)
                .unwrap(),
        )
    };
    let beyond_precision = Decimal128Array::new(vec![i128::MAX, i128::MIN].into(), None);
    let listing = listing(&[
        decimal(vec![150, 0, -5, 7, 123_456], 10, 2),
        decimal(vec![100_000_000_000, 0, -1], 38, 18),
        decimal(vec![-10_i128.pow(38) + 1], 38, 0),
        decimal(vec![10_i128.pow(38) - 1, 1], 38, 38),
        decimal(vec![123, -123, 0], 5, -2),
        Arc::new(beyond_precision),
        Arc::new(
            Decimal32Array::from(vec![-12345])
                .with_precision_and_scale(9, 4)
                .unwrap(),
        ),
        Arc::new(
            Decimal64Array::from(vec![i64::MAX])
                .with_precision_and_scale(18, 1)
                .unwrap(),
        ),
        Arc::new(
            Decimal256Array::from(vec![i256::MAX, i256::MIN, i256::ZERO, i256::from_i128(-15)])
                .with_precision_and_scale(76, 10)
                .unwrap(),
        ),
    ]);
    insta::assert_snapshot!(listing);
}

#[test]
fn text_and_bytes() {
    let text = [
        Some("plain"),
        Some(""),
        Some("null"),
        None,
        Some("two\nlines\tand a tab\r\0"),
        Some("back\\slash \"quotes\" 'single'"),
        Some("␊ and ⟨ are signs of ours"),
        Some("bidi \u{202e}override, line\u{2028}separator, bom \u{feff}, next line \u{85}, delete \u{7f}"),
        Some("žluťoučký kůň 👩\u{200d}👩\u{200d}👧 日本語"),
        Some("  spaces  "),
    ];
    let bytes: Vec<Option<&[u8]>> = vec![Some(b"\x0a\xff\x00"), Some(b""), None];
    let listing = listing(&[
        Arc::new(StringArray::from(text.to_vec())),
        Arc::new(LargeStringArray::from(vec!["a\nb"])),
        Arc::new(StringViewArray::from(vec!["a\nb", "longer than twelve bytes"])),
        Arc::new(BinaryArray::from(bytes.clone())),
        Arc::new(LargeBinaryArray::from(bytes.clone())),
        Arc::new(BinaryViewArray::from(bytes)),
        Arc::new(FixedSizeBinaryArray::try_from_iter([[1_u8, 254], [0, 0]].into_iter()).unwrap()),
    ]);
    insta::assert_snapshot!(listing);
}

#[test]
fn dates_and_times() {
    let march_44 = -735_525;
    let listing = listing(&[
        Arc::new(Date32Array::from(vec![
            Some(0),
            Some(-1),
            Some(20_453),
            Some(11_016),
            Some(-719_162),
            Some(-719_163),
            Some(-719_528),
            Some(-719_529),
            Some(march_44),
            Some(2_932_896),
            Some(2_932_897),
            Some(3_789_391),
            Some(i32::MAX),
            Some(i32::MIN),
            None,
        ])),
        Arc::new(Date64Array::from(vec![0, -1, 86_400_000, i64::MAX, i64::MIN])),
        Arc::new(Time32SecondArray::from(vec![0, 45_296, 86_399, 86_400, -1])),
        Arc::new(Time32MillisecondArray::from(vec![1, 45_296_120])),
        Arc::new(Time64MicrosecondArray::from(vec![45_296_123_456, i64::MAX])),
        Arc::new(Time64NanosecondArray::from(vec![
            1,
            45_296_000_000_000,
            86_400_000_000_000,
        ])),
        Arc::new(TimestampSecondArray::from(vec![0, -1, i64::MAX, i64::MIN])),
        Arc::new(TimestampMillisecondArray::from(vec![1, 253_402_300_800_000])),
        Arc::new(TimestampMicrosecondArray::from(vec![
            1_761_445_800_500_000,
            i64::MAX,
            i64::MIN,
        ])),
        Arc::new(TimestampNanosecondArray::from(vec![-1, i64::MAX, i64::MIN])),
    ]);
    insta::assert_snapshot!(listing);
}

#[test]
fn timestamps_in_a_zone() {
    let seconds = vec![
        1_767_218_400,   // 2025-12-31 22:00:00 UTC
        1_761_438_600,   // 2025-10-26 00:30:00 UTC, the first of two half past two
        1_761_442_200,   // 2025-10-26 01:30:00 UTC, the second
        1_761_445_800,   // an hour later
        1_743_296_399,   // 2025-03-30 00:59:59 UTC, before the gap
        1_743_296_400,   // 2025-03-30 01:00:00 UTC, after it
        -2_524_521_600,  // 1890-01-01 00:00:00 UTC, local mean time
        -62_135_596_800, // 0001-01-01 00:00:00 UTC
        -63_549_360_000, // -0044-03-15 00:00:00 UTC, or nearby
        327_403_382_400, // 12345-01-01 00:00:00 UTC
        327_416_428_800, // the summer of that year
        i64::MAX,
        i64::MIN,
    ];
    let seconds = Arc::new(TimestampSecondArray::from(seconds).with_timezone("UTC"));
    let micros = vec![1_767_218_400_123_456, 1_767_218_400_100_000, i64::MAX, i64::MIN];
    let micros = Arc::new(TimestampMicrosecondArray::from(micros).with_timezone("Asia/Tokyo"));
    let in_berlin = listing(&[seconds.clone(), micros]);

    let shown = |zone: &str| {
        table_in(seconds.clone(), zone).window(0..1, 0..1).cells[0]
            .text
            .clone()
    };
    let zones = [
        "UTC",
        "Z",
        "+05:30",
        "-8",
        "+5:30",
        "+05:3",
        "GMT+2",
        "UTC-03:15",
        "UT+01",
        "+0130",
        "+013045",
        "America/New_York",
        "asia/kolkata",
        "PST",
        "IST",
        "EST",
        "Etc/GMT-14",
    ];
    insta::assert_snapshot!("timestamps_in_berlin", in_berlin);
    let in_zones: Vec<String> = zones
        .iter()
        .map(|zone| format!("{zone}: {}", shown(zone)))
        .collect();
    let in_zones = in_zones.join("\n");
    insta::assert_snapshot!("timestamps_in_zones", in_zones);
}

#[test]
fn intervals() {
    let day_times = vec![
        IntervalDayTime::new(1, 7_384_500),
        IntervalDayTime::new(-1, 0),
        IntervalDayTime::new(i32::MIN, i32::MIN),
    ];
    let calendar = vec![
        IntervalMonthDayNano::new(14, 25, 18_367_008_009_000),
        IntervalMonthDayNano::new(-14, -4, -18_367_500_000_000),
        IntervalMonthDayNano::new(10, 4, -17_640_500_000_000),
        IntervalMonthDayNano::new(0, 0, 90_000_000_000_000),
        IntervalMonthDayNano::new(0, 0, -1),
        IntervalMonthDayNano::new(0, 0, 0),
        IntervalMonthDayNano::new(i32::MIN, i32::MIN, i64::MIN),
    ];
    let listing = listing(&[
        Arc::new(DurationMicrosecondArray::from(vec![
            Some(93_784_500_000),
            Some(-93_784_000_000),
            Some(0),
            Some(1),
            Some(i64::MAX),
            Some(i64::MIN),
            None,
        ])),
        Arc::new(DurationSecondArray::from(vec![1, i64::MAX, i64::MIN])),
        Arc::new(DurationMillisecondArray::from(vec![86_400_001])),
        Arc::new(DurationNanosecondArray::from(vec![1, -1])),
        Arc::new(IntervalYearMonthArray::from(vec![
            14,
            -14,
            0,
            11,
            i32::MAX,
            i32::MIN,
        ])),
        Arc::new(IntervalDayTimeArray::from(day_times)),
        Arc::new(IntervalMonthDayNanoArray::from(calendar)),
    ]);
    insta::assert_snapshot!(listing);
}

fn people() -> ArrayRef {
    let fields = Fields::from(vec![
        Field::new("name", DataType::Utf8, true),
        Field::new("age", DataType::Int32, true),
        Field::new("first name", DataType::Date32, true),
        Field::new("", DataType::Binary, true),
    ]);
    Arc::new(StructArray::new(
        fields,
        vec![
            Arc::new(StringArray::from(vec![Some("Ada \"A\""), None, Some("null")])),
            Arc::new(Int32Array::from(vec![Some(36), None, Some(1)])),
            Arc::new(Date32Array::from(vec![0, 1, 2])),
            Arc::new(BinaryArray::from(vec![b"\x0a".as_slice(), b"", b"\xff"])),
        ],
        Some(NullBuffer::from(vec![true, true, false])),
    ))
}

fn words() -> ArrayRef {
    let mut words = ListBuilder::new(StringBuilder::new());
    words.append_value([
        Some("a"),
        Some("b,c"),
        Some("null"),
        None,
        Some("new\nline\u{1}\u{202e}\\"),
    ]);
    words.append_value([None::<&str>; 0]);
    words.append_null();
    Arc::new(words.finish())
}

fn counts() -> ArrayRef {
    let mut map = MapBuilder::new(None, StringBuilder::new(), Int32Builder::new());
    map.keys().append_value("k");
    map.values().append_value(1);
    map.keys().append_value("l");
    map.values().append_null();
    map.append(true).unwrap();
    map.append(true).unwrap();
    map.append(false).unwrap();
    Arc::new(map.finish())
}

#[test]
fn nested() {
    let numbers = || vec![Some(vec![Some(1), Some(2), None]), Some(vec![]), None];
    let item = Arc::new(Field::new_list_field(DataType::Int32, true));
    let values: ArrayRef = Arc::new(Int32Array::from(vec![10, 20, 30]));
    let list_of_structs = ListArray::new(
        Arc::new(Field::new_list_field(people().data_type().clone(), true)),
        OffsetBuffer::from_lengths([2, 0, 1]),
        people(),
        None,
    );
    let listing = listing(&[
        Arc::new(ListArray::from_iter_primitive::<Int32Type, _, _>(numbers())),
        Arc::new(LargeListArray::from_iter_primitive::<Int32Type, _, _>(numbers())),
        Arc::new(FixedSizeListArray::from_iter_primitive::<Float64Type, _, _>(
            vec![Some(vec![Some(1.0), Some(1e10)]), None],
            2,
        )),
        Arc::new(ListViewArray::new(
            item.clone(),
            vec![1, 0, 3].into(),
            vec![2, 2, 0].into(),
            values.clone(),
            None,
        )),
        Arc::new(LargeListViewArray::new(
            item,
            vec![2, 0].into(),
            vec![1, 3].into(),
            values,
            None,
        )),
        words(),
        people(),
        Arc::new(list_of_structs),
        counts(),
    ]);
    insta::assert_snapshot!(listing);
    assert_eq!(
        cells(people().slice(1, 1)),
        [r#"{name: null, age: null, "first name": 1970-01-02, "": X''}"#]
    );
}

#[test]
fn deep_types_end() {
    let mut array: ArrayRef = Arc::new(Int32Array::from(vec![7]));
    for depth in 1..=210 {
        let item = Arc::new(Field::new_list_field(array.data_type().clone(), true));
        array = Arc::new(ListArray::new(item, OffsetBuffer::from_lengths([1]), array, None));
        if depth == 190 {
            assert_eq!(
                cells(array.clone()),
                [format!("{}7{}", "[".repeat(190), "]".repeat(190))]
            );
        }
    }
    assert_eq!(cells(array), [format!("{}…{}", "[".repeat(201), "]".repeat(198))]);
}

#[test]
fn encoded() {
    let words: DictionaryArray<Int8Type> = vec![Some("x"), None, Some("y"), Some("x")].into_iter().collect();
    let values: ArrayRef = Arc::new(StringArray::from(vec![Some("a"), None, Some("b")]));
    let ends = Int32Array::from(vec![2, 3, 5]);
    let runs: ArrayRef = Arc::new(RunArray::try_new(&ends, &values).unwrap());
    let fields = UnionFields::try_new(
        [3, 7],
        [
            Field::new("n", DataType::Int32, true),
            Field::new("s", DataType::Utf8, true),
        ],
    )
    .unwrap();
    let children: Vec<ArrayRef> = vec![
        Arc::new(Int32Array::from(vec![Some(1), None])),
        Arc::new(StringArray::from(vec!["s"])),
    ];
    let types = ScalarBuffer::from(vec![3_i8, 7, 3]);
    let offsets = ScalarBuffer::from(vec![0, 0, 1]);
    let dense: ArrayRef =
        Arc::new(UnionArray::try_new(fields.clone(), types.clone(), Some(offsets), children).unwrap());
    let children: Vec<ArrayRef> = vec![
        Arc::new(Int32Array::from(vec![Some(1), Some(2), Some(3)])),
        Arc::new(StringArray::from(vec!["s", "t", "u"])),
    ];
    let sparse: ArrayRef = Arc::new(UnionArray::try_new(fields, types, None, children).unwrap());
    let listing = listing(&[
        Arc::new(words),
        runs.clone(),
        runs.slice(1, 3),
        dense.clone(),
        dense.slice(1, 2),
        sparse.clone(),
        sparse.slice(1, 2),
    ]);
    insta::assert_snapshot!(listing);
}

#[test]
fn long_values_are_cut_on_a_character() {
    let check = |array: ArrayRef, characters: usize| {
        let cell = table_in(array, "UTC").window(0..1, 0..1).cells.remove(0);
        assert_eq!(
            (cell.text.chars().count(), cell.kind),
            (characters, CellKind::Cut),
            "{}",
            cell.text
        );
        cell.text
    };
    let whole = "ü".repeat(400);
    let cell = table_in(Arc::new(StringArray::from(vec![whole.clone()])), "UTC")
        .window(0..1, 0..1)
        .cells
        .remove(0);
    assert_eq!((cell.text, cell.kind), (whole.clone(), CellKind::Whole));
    check(Arc::new(StringArray::from(vec!["ü".repeat(401)])), 400);
    check(Arc::new(StringArray::from(vec!["\n".repeat(401)])), 400);
    check(Arc::new(BinaryArray::from(vec![[0x5a; 300].as_slice()])), 400);
    let item = Arc::new(Field::new_list_field(DataType::Int32, true));
    let million = Arc::new(Int32Array::from_iter_values(0..1_000_000));
    let list = ListArray::new(item, OffsetBuffer::from_lengths([1_000_000]), million, None);
    assert!(check(Arc::new(list), 400).starts_with("[0, 1, 2, 3"));
    let mut nested = ListBuilder::new(StringBuilder::new());
    nested.append_value([Some("x".repeat(1000))]);
    assert!(check(Arc::new(nested.finish()), 400).starts_with("[\"xxx"));
}

#[test]
fn values_at_length() {
    let mut text = String::new();
    for array in [words(), people(), counts()] {
        text += &table_in(array, "UTC").value(0, 0, usize::MAX).unwrap().text;
        text += "\n";
    }
    insta::assert_snapshot!(text);

    let value = |array: ArrayRef, max_bytes| {
        let value = table_in(array, "UTC").value(0, 0, max_bytes).unwrap();
        (value.text, value.total_bytes, value.null)
    };
    let lines: ArrayRef = Arc::new(StringArray::from(vec!["two\nlines ü"]));
    assert_eq!(value(lines.clone(), 100), ("two\nlines ü".to_owned(), 12, false));
    assert_eq!(value(lines.clone(), 11), ("two\nlines ".to_owned(), 12, false));
    assert_eq!(value(lines, 0), (String::new(), 12, false));
    assert_eq!(
        value(Arc::new(NullArray::new(1)), 100),
        ("null".to_owned(), 4, true)
    );
    let numbers = ListArray::from_iter_primitive::<Int32Type, _, _>([Some(vec![Some(1), Some(22)])]);
    assert_eq!(
        value(Arc::new(numbers.clone()), 100),
        ("[\n  1,\n  22\n]".to_owned(), 13, false)
    );
    assert_eq!(value(Arc::new(numbers), 7), ("[\n  1,\n".to_owned(), 13, false));
}
