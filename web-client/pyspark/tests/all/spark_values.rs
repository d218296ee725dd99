//! Values of `pyspark.sql.types` that need no server: what PySpark 4.3 shows for each.

use pyspark_cells::{Interpreter, Shown};

async fn shows(source: &str, expected: &str) {
    let source = format!("from pyspark.sql.types import *\nimport json\n{source}");
    let shown = match Interpreter::without_spark().run(&source, |_| {}).await {
        Ok(outcome) => outcome.shown,
        Err(failure) => panic!("{source}: {failure}"),
    };
    let Some(Shown::Text(shown)) = shown else {
        panic!("{source}: {shown:?}")
    };
    assert_eq!(shown, expected, "{source}");
}

async fn fails(source: &str, expected: &str) {
    let source = format!("from pyspark.sql.types import *\n{source}");
    match Interpreter::without_spark().run(&source, |_| {}).await {
        Err(failure) => assert_eq!(failure.class, expected, "{source}: {failure}"),
        other => panic!("{source}: {other:?}"),
    }
}

/// An array of a decimal, a text, a null and others, and an object.
const VARIANT: &str = r"VariantVal(b'\x02\x02\x00\x01\x002:\x03\t\x00\x02\x08\n\x0b\x0c\x0f\x14\x1d&\x0c\x01 \x01\x19\x00\x00\x00\x05x\x00\x04\x10,\x01\x14p\x11\x01\x00\x18\x00\xf2\x05*\x01\x00\x00\x00\x1c\x00\x00\x00 _\xa0\x02B\x02\x01\x02\x00\x03\t\xc3\xa9', b'\x01\x03\x00\x01\x02\x03abc')";

#[tokio::test]
async fn variants() {
    shows(VARIANT, VARIANT).await;
    shows(
        &format!("{VARIANT}.toPython()"),
        "{'a': [1, Decimal('2.5'), 'x', None, True, 300, 70000, 5000000000, 10000000000.0], 'b': {'c': 'é'}}",
    )
    .await;
    let json = r#"'{"a":[1,2.5,"x",null,true,300,70000,5000000000,10000000000.0],"b":{"c":"\\u00e9"}}'"#;
    shows(&format!("{VARIANT}.toJson()"), json).await;
    shows(&format!("str({VARIANT})"), json).await;
    shows(
        r"VariantVal(b'\x3c\x03\x00\x00\x00\x01\x02\x03', b'\x01\x00\x00').toJson()",
        "'\"AQID\"'",
    )
    .await;
    shows(
        r"VariantVal(b'\x2c\x01\x00\x00\x00', b'\x01\x00\x00').toPython()",
        "datetime.date(1970, 1, 2)",
    )
    .await;
}

#[tokio::test]
async fn damaged_variants() {
    let whole = VARIANT.strip_prefix("VariantVal(b'").unwrap();
    let bytes = whole.split_once("', b'").unwrap().0;
    for end in bytes.match_indices('\\').map(|(at, _)| at).skip(1) {
        let source = format!(
            r"VariantVal(b'{}', b'\x01\x03\x00\x01\x02\x03abc').toPython()",
            &bytes[..end]
        );
        fails(&source, "PySparkValueError").await;
    }
    for metadata in [
        "",
        r"\x01",
        r"\xc1\xff\xff\xff\xff\xff\xff\xff\xff",
        r"\x01\x03\x05\x01\x02\x03abc",
    ] {
        let source = format!("VariantVal(b'{bytes}', b'{metadata}').toPython()");
        fails(&source, "PySparkValueError").await;
    }
    // An array that holds itself.
    fails(
        r"VariantVal(b'\x03\x01\x00\x00', b'\x01\x00\x00').toPython()",
        "PySparkValueError",
    )
    .await;
}

#[tokio::test]
async fn shapes() {
    shows(r"Geometry.fromWKB(b'\x01', 4326)", r"Geometry(b'\x01', 4326)").await;
    shows(
        "Geography(b'a', 4326).getBytes(), Geography(b'a', 4326).getSrid()",
        "(b'a', 4326)",
    )
    .await;
    shows(
        "[Geography(b'a', 4326) == Geography(b'a', 4326), Geometry(b'a', 0) == Geography(b'a', 0)]",
        "[True, False]",
    )
    .await;
}

const SCHEMA: &str = "StructType([StructField('a', DecimalType(10,2), False, {'k': 1}), \
                      StructField('b', ArrayType(MapType(StringType(), TimestampType(), False), False))])";

#[tokio::test]
async fn types_as_json() {
    shows(
        &format!("{SCHEMA}.jsonValue()"),
        "{'type': 'struct', 'fields': [{'name': 'a', 'type': 'decimal(10,2)', 'nullable': False, 'metadata': {'k': 1}}, \
         {'name': 'b', 'type': {'type': 'array', 'elementType': {'type': 'map', 'keyType': 'string', 'valueType': \
         'timestamp', 'valueContainsNull': False}, 'containsNull': False}, 'nullable': True, 'metadata': {}}]}",
    )
    .await;
    shows(
        &format!("f = {SCHEMA}.fields[0]\n[f.json(), f.jsonValue(), f.metadata, f.simpleString()]"),
        "['{\"metadata\":{\"k\":1},\"name\":\"a\",\"nullable\":false,\"type\":\"decimal(10,2)\"}', {'name': 'a', 'type': \
         'decimal(10,2)', 'nullable': False, 'metadata': {'k': 1}}, {'k': 1}, 'a:decimal(10,2)']",
    )
    .await;
    shows(
        &format!("s = {SCHEMA}\nStructType.fromJson(json.loads(s.json())) == s"),
        "True",
    )
    .await;
    shows(
        &format!("{SCHEMA}.toNullable()"),
        "StructType([StructField('a', DecimalType(10,2), True), StructField('b', ArrayType(MapType(StringType(), \
         TimestampType(), True), True), True)])",
    )
    .await;
    for (name, expected) in [
        ("decimal(5,1)", "DecimalType(5,1)"),
        ("interval day to second", "DayTimeIntervalType(0, 3)"),
        ("interval hour", "DayTimeIntervalType(1, 1)"),
        ("interval month", "YearMonthIntervalType(1, 1)"),
        ("interval year to month", "YearMonthIntervalType(0, 1)"),
        ("char(3)", "CharType(3)"),
        ("varchar(4)", "VarcharType(4)"),
        ("time(3)", "TimeType(3)"),
        ("void", "NullType()"),
        ("long", "LongType()"),
        ("timestamp_ntz", "TimestampNTZType()"),
        ("variant", "VariantType()"),
    ] {
        let source =
            format!("StructField.fromJson({{'name': 'x', 'type': '{name}', 'nullable': True}}).dataType");
        shows(&source, expected).await;
    }
    fails("StructType.fromJson({'type': 'struct'})", "KeyError").await;
    fails(
        "StructType.fromJson({'type': 'struct', 'fields': [1]})",
        "PySparkValueError",
    )
    .await;
    fails("DataType.fromJson('decimal(x)')", "PySparkValueError").await;
    fails("DataType.fromJson('nothing')", "PySparkValueError").await;
}

#[tokio::test]
async fn methods_are_pythons_own() {
    let shown = "repr(IntegerType().json), repr(Row(1).asDict)";
    let expected =
        "('<bound method IntegerType.json of IntegerType()>', '<bound method Row.asDict of <Row(1)>>')";
    shows(shown, expected).await;
}
