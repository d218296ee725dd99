//! Variants as Spark encodes them, and malformed ones.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::common::{cells, table_in};
use arrow_array::{ArrayRef, BinaryArray, StructArray};
use arrow_schema::{DataType, Field, Fields};
use proptest::prelude::*;

/// A variant column with one value.
fn variant(value: &[u8], metadata: &[u8]) -> ArrayRef {
    let mark = HashMap::from([("variant".to_owned(), "true".to_owned())]);
    let fields = Fields::from(vec![
        Field::new("value", DataType::Binary, false),
        Field::new("metadata", DataType::Binary, false).with_metadata(mark),
    ]);
    let column = |bytes: &[u8]| -> ArrayRef { Arc::new(BinaryArray::from(vec![bytes])) };
    Arc::new(StructArray::new(
        fields,
        vec![column(value), column(metadata)],
        None,
    ))
}

fn from_hex(digits: &str) -> Vec<u8> {
    let byte = |place| u8::from_str_radix(&digits[place..place + 2], 16).unwrap();
    (0..digits.len()).step_by(2).map(byte).collect()
}

/// Values and dictionaries of keys as Spark 4.3 makes them, and their JSON.
const FROM_SPARK: [(&str, &str, &str); 14] = [
    (
        "0202000100202b03060002080c0d0e170c012001190000000d780a7900041c000000205fa00242020102000620010a000000",
        "010300010203616263",
        r#"{"a": [1, 2.5, "x\ny", null, true, 1.0E10], "b": {"c": 1}}"#,
    ),
    ("030000", "010000", "[]"),
    ("020000", "010000", "{}"),
    ("00", "010000", "null"),
    ("04", "010000", "true"),
    ("08", "010000", "false"),
    (
        "61c5be6c75c5a56f75c48d6bc3bd20e697a5e69cace8aa9e20",
        "010000",
        "\"žluťoučký 日本語 \"",
    ),
    ("180000000000000080", "010000", "-9223372036854775808"),
    ("102c01", "010000", "300"),
    ("1470110100", "010000", "70000"),
    (
        "28091581396eb1c9be46321be42700000000",
        "010000",
        "12345678901234567890.123456789",
    ),
    ("20020a000000", "010000", "0.1"),
    (
        "020a030700060804050201091732002c3b1e230e05414a2c794e00003040dafa984647060034a0228e6f474706003c020000\
         000aff38cdcc8c3f1c000000000000f83f2002960000001c000000205fa002422002102700001c000000000000f87f",
        "010a00010203040506090c101164746e6266676465636269676465633278",
        r#"{"b": "Cv8=", "big": 1.0E10, "d": "2025-01-01", "dec": 1.5, "dec2": 100, "f": 1.1, "g": 1.5, "n": "2025-12-31 23:00:00.1", "t": "2025-12-31 23:00:00.123456+01:00", "x": "NaN"}"#,
    ),
    (
        "400d0000006c6f6e67207465787420212121",
        "010000",
        r#""long text !!!""#,
    ),
];

#[test]
fn from_spark() {
    for (value, metadata, json) in FROM_SPARK {
        assert_eq!(cells(variant(&from_hex(value), &from_hex(metadata))), [json]);
    }
}

#[test]
fn types_of_the_format_that_spark_does_not_write() {
    let check = |kind: u8, bytes: &[u8], json: &str| {
        let value = [&[kind << 2], bytes].concat();
        assert_eq!(cells(variant(&value, &[1, 0, 0])), [json]);
    };
    check(17, &45_296_123_456_i64.to_le_bytes(), r#""12:34:56.123456""#);
    check(
        18,
        &1_767_218_400_000_000_001_i64.to_le_bytes(),
        r#""2025-12-31 23:00:00.000000001+01:00""#,
    );
    check(19, &(-1_i64).to_le_bytes(), r#""1969-12-31 23:59:59.999999999""#);
    check(
        20,
        &from_hex("f24f9b6481fa49d1b74e8c09a6e31c56"),
        r#""f24f9b64-81fa-49d1-b74e-8c09a6e31c56""#,
    );
    check(15, b"\x01\0\0\0a", r#""YQ==""#);
    check(15, b"\x06\0\0\0abcdef", r#""YWJjZGVm""#);
}

#[test]
fn at_length() {
    let (value, metadata, _) = FROM_SPARK[0];
    let array = variant(&from_hex(value), &from_hex(metadata));
    insta::assert_snapshot!(table_in(array, "UTC").value(0, 0, 1000).unwrap().text);
}

#[test]
fn long_text_in_pieces() {
    // Pieces are cut at a few thousand bytes; no character may suffer, wherever it stands.
    for shift in 0..8 {
        let text = format!("{}{}", "x".repeat(shift), "日本語 👩 ü".repeat(3000));
        let value = [
            &[16 << 2],
            (text.len() as u32).to_le_bytes().as_slice(),
            text.as_bytes(),
        ]
        .concat();
        let shown = table_in(variant(&value, &[1, 0, 0]), "UTC")
            .value(0, 0, usize::MAX)
            .unwrap();
        assert!(shown.text == format!("\"{text}\""));
        let mut broken = value.clone();
        *broken.last_mut().unwrap() = 0xff;
        assert!(
            table_in(variant(&broken, &[1, 0, 0]), "UTC")
                .value(0, 0, usize::MAX)
                .unwrap()
                .text
                .contains("⟨malformed variant")
        );
    }
}

#[test]
fn malformed() {
    let check = |value: &str, metadata: &str, text: &str| {
        assert_eq!(
            cells(variant(&from_hex(value), &from_hex(metadata))),
            [text],
            "{value} {metadata}"
        );
    };
    check("", "010000", "⟨malformed variant X''⟩");
    check("", "", "⟨malformed variant X''⟩");
    check("fc", "010000", "⟨malformed variant X'fc'⟩");
    check("1470", "010000", "⟨malformed variant X'1470'⟩");
    check("0561", "010000", "\"a\"");
    check("0961", "010000", "⟨malformed variant X'0961'⟩");
    check("05ff", "010000", "\"⟨malformed variant X'05ff'⟩");
    check("0b", "010000", "⟨malformed variant X'0b'⟩");
    check("f3ffffffff", "010000", "⟨malformed variant X'f3ffffffff'⟩");
    check("7effffffff", "010000", "⟨malformed variant X'7effffffff'⟩");
    check("202701000000", "010000", "⟨malformed variant X'202701000000'⟩");
    // A key that the dictionary lacks, and dictionaries that end too early.
    let object = "0201000001 00".replace(' ', "");
    check(&object, "0100", "{⟨malformed variant X'020100000100'⟩");
    check(&object, "", "{⟨malformed variant X'020100000100'⟩");
    check(&object, "01010005", "{⟨malformed variant X'020100000100'⟩");
    check(&object, "0101000161", "{\"a\": null}");
}

#[test]
fn elements_that_share_bytes_cost_no_more_than_their_size() {
    // Each array has two elements, and both are the next array: 2^1000 elements, if they were followed.
    let mut value = Vec::new();
    for _ in 0..1000 {
        value.extend([0x03, 2, 0, 0, 0]);
    }
    value.push(0);
    let start = Instant::now();
    let text = table_in(variant(&value, &[1, 0, 0]), "UTC")
        .value(0, 0, usize::MAX)
        .unwrap()
        .text;
    assert!(text.contains("malformed"));
    assert!(start.elapsed() < Duration::from_secs(10));
}

#[test]
fn deep_nesting_ends() {
    let mut value = vec![0];
    for _ in 0..5000 {
        let length = value.len() as u32;
        let mut outer = vec![0x0f, 1, 0, 0, 0, 0];
        outer.extend(length.to_le_bytes());
        outer.extend(value);
        value = outer;
    }
    let cell = &cells(variant(&value, &[1, 0, 0]))[0];
    assert_eq!(*cell, format!("{}…{}", "[".repeat(201), "]".repeat(198)));
}

proptest! {
    #[test]
    fn any_bytes(
        value in proptest::collection::vec(any::<u8>(), 0..200),
        metadata in proptest::collection::vec(any::<u8>(), 0..50),
    ) {
        let table = table_in(variant(&value, &metadata), "Europe/Berlin");
        prop_assert_eq!(table.window(0..1, 0..1).cells.len(), 1);
        prop_assert!(table.value(0, 0, 1000).is_some());
    }

    #[test]
    fn damaged(which in 0..FROM_SPARK.len(), place in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let (value, metadata, _) = FROM_SPARK[which];
        let (mut value, mut metadata) = (from_hex(value), from_hex(metadata));
        let place = place.index(value.len() + metadata.len());
        match value.len() {
            length if place < length => value[place] = byte,
            length => metadata[place - length] = byte,
        }
        let table = table_in(variant(&value, &metadata), "Europe/Berlin");
        prop_assert!(table.value(0, 0, 1000).is_some());
    }
}
