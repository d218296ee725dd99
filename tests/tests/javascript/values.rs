//! Values in both directions: rows for every type of Spark's SQL, and arguments of every type of JavaScript's.

use anyhow::Result;
use e2e::environment;
use serde_json::Value;

use crate::stage::Stage;

/// An expression, and the JavaScript that its value must be.
const VALUES: [(&str, &str); 52] = [
    ("true", "true"),
    ("cast(-128 AS TINYINT)", "-128"),
    ("cast(32767 AS SMALLINT)", "32767"),
    ("-2147483648", "-2147483648"),
    ("9007199254740991L", "9007199254740991"),
    ("9007199254740992L", "9007199254740992n"),
    ("9223372036854775807", "9223372036854775807n"),
    ("cast('-9223372036854775808' AS BIGINT)", "-9223372036854775808n"),
    ("cast(0.5 AS FLOAT)", "0.5"),
    ("cast(0.1 AS FLOAT)", "Math.fround(0.1)"),
    ("1e300D", "1e300"),
    ("double('NaN')", "NaN"),
    ("double('-Infinity')", "-Infinity"),
    ("-0D", "-0"),
    (
        "12345678901234567890.123456789012345678BD",
        "'12345678901234567890.123456789012345678'",
    ),
    ("cast(12.30 AS DECIMAL(5, 2))", "'12.30'"),
    ("cast(-0.05 AS DECIMAL(5, 2))", "'-0.05'"),
    (
        "cast('-99999999999999999999999999999999999999' AS DECIMAL(38, 0))",
        "'-99999999999999999999999999999999999999'",
    ),
    ("'text'", "'text'"),
    ("''", "''"),
    ("'é 😀 אב'", "'é 😀 אב'"),
    ("cast('ab' AS CHAR(5))", "'ab   '"),
    ("cast('ab' AS VARCHAR(5))", "'ab'"),
    ("'Ä' COLLATE UNICODE_CI", "'Ä'"),
    ("X'00ff10'", "new Uint8Array([0, 255, 16])"),
    ("X''", "new Uint8Array()"),
    ("DATE '2024-02-29'", "'2024-02-29'"),
    ("DATE '0001-01-01'", "'0001-01-01'"),
    ("DATE '-0044-03-15'", "'-000044-03-15'"),
    (
        "TIMESTAMP '2024-03-31 12:30:00.123456'",
        "new Date('2024-03-31T10:30:00.123Z')",
    ),
    ("TIMESTAMP '1969-12-31 23:59:59.999999 UTC'", "new Date(-1)"),
    (
        "TIMESTAMP_NTZ '2024-03-31 02:30:00.123456'",
        "'2024-03-31T02:30:00.123456'",
    ),
    ("INTERVAL '3-11' YEAR TO MONTH", "'P3Y11M'"),
    ("INTERVAL '-7' YEAR", "'-P7Y'"),
    ("INTERVAL '1 02:03:04.5' DAY TO SECOND", "'P1DT2H3M4.5S'"),
    ("INTERVAL '-40' DAY", "'-P40D'"),
    ("INTERVAL '61.000001' SECOND", "'PT1M1.000001S'"),
    ("make_interval(1, 2, 0, 3, 4, 5, 6.5)", "'P1Y2M3DT4H5M6.5S'"),
    ("array(1, null, 3)", "[1, null, 3]"),
    ("array()", "[]"),
    ("array(array(1), array(), null)", "[[1], [], null]"),
    ("array(9007199254740993L, 1L)", "[9007199254740993n, 1]"),
    (
        "named_struct('a', 1, 'b', 'x', 'c', null)",
        "{ a: 1, b: 'x', c: null }",
    ),
    ("named_struct('__proto__', 1)", "JSON.parse('{\"__proto__\": 1}')"),
    (
        "named_struct('outer', named_struct('inner', array(1, 2)))",
        "{ outer: { inner: [1, 2] } }",
    ),
    ("map('a', 1, 'b', null)", "new Map([['a', 1], ['b', null]])"),
    (
        "map(1, array(map('x', true)))",
        "new Map([[1, [new Map([['x', true]])]]])",
    ),
    ("array(DATE '2024-01-01')", "['2024-01-01']"),
    (
        "array(TIMESTAMP '2024-01-01 12:00:00 UTC')",
        "[new Date('2024-01-01T12:00:00Z')]",
    ),
    (
        "parse_json('{\"a\": [1, 2.5, \"x\", null, true], \"b\": {\"c\": 12345678901234567890}}')",
        "{ a: [1, 2.5, 'x', null, true], b: { c: '12345678901234567890' } }",
    ),
    (
        "to_variant_object(named_struct('d', DATE '2024-01-01', 't', TIMESTAMP '2024-01-01 12:00:00 UTC', 'b', X'0102'))",
        // A variant has its keys in order.
        "{ b: new Uint8Array([1, 2]), d: '2024-01-01', t: new Date('2024-01-01T12:00:00Z') }",
    ),
    ("void_value", "null"),
];

/// The same of types that older versions of Spark lack: since which one, an expression, its value.
const NEWER: [((u32, u32), &str, &str); 3] = [
    ((4, 1), "TIME '23:59:59.999999'", "'23:59:59.999999'"),
    ((4, 1), "cast('12:30:00' AS TIME(0))", "'12:30:00'"),
    (
        (4, 2),
        "ST_GeomFromWKB(X'0101000000000000000000F03F0000000000000040')",
        "{ srid: 0, wkb: new Uint8Array([1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 240, 63, 0, 0, 0, 0, 0, 0, 0, 64]) }",
    ),
];

/// Whether two values are the same, types, fields and their order included.
const SAME: &str = "
    const same = (a, b) => {
      if (Object.is(a, b)) return true;
      if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
      if (a.constructor !== b.constructor) return false;
      if (a instanceof Date) return a.getTime() === b.getTime();
      if (a instanceof Map) return same([...a], [...b]);
      const [as, bs] = [Object.entries(a), Object.entries(b)];
      return as.length === bs.length && as.every(([key, value], at) => key === bs[at][0] && same(value, bs[at][1]));
    };
    const show = (value) => typeof value === 'bigint' ? `${value}n` : value instanceof Map ? [...value].map(show) :
      JSON.stringify(value, (key, inner) => typeof inner === 'bigint' ? `${inner}n` : inner) ?? String(value);";

#[tokio::test]
async fn every_type_has_its_value() -> Result<()> {
    let mut values = VALUES.to_vec();
    for (since, expression, value) in NEWER {
        if environment::spark_is_at_least(since)? {
            values.push((expression, value));
        }
    }
    let columns: Vec<_> = (0..)
        .zip(&values)
        .map(|(at, (expression, _))| format!("if(row = 1, {expression}, null) AS c{at}"))
        .collect();
    let query = format!(
        "SELECT {} FROM (SELECT row, null AS void_value FROM VALUES (1), (2) AS t(row)) ORDER BY row",
        columns.join(", ")
    );
    let expected: Vec<_> = values.iter().map(|(_, value)| *value).collect();
    let body = format!(
        "{SAME}
         const expected = [{}];
         const conf = {{ 'spark.sql.timeType.enabled': true, 'spark.sql.preserveCharVarcharTypeInfo': true, 'spark.sql.session.timeZone': 'Europe/Berlin' }};
         const spark = await connect({{ conf }});
         const query = await spark.sql({query:?});
         const [row, nulls, ...more] = await query.rows();
         const wrong = expected.flatMap((value, at) => same(row[`c${{at}}`], value) ? [] : [[at, show(row[`c${{at}}`]), show(value)]]);
         const notNull = Object.entries(nulls).filter(([, value]) => value !== null);
         return {{ wrong, notNull, more, columns: Object.keys(row).length }};",
        expected.join(", ")
    );
    let stage = Stage::start().await?;
    stage
        .on_page(async |page| {
            let found: Value = page.run(&body).await?;
            let named = |at: &Value| values[at.as_u64().unwrap_or_default() as usize].0;
            let wrong: Vec<_> = found["wrong"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|wrong| format!("{}: {} is not {}", named(&wrong[0]), wrong[1], wrong[2]))
                .collect();
            assert_eq!(wrong, [""; 0]);
            assert_eq!(found["notNull"], serde_json::json!([]));
            assert_eq!(found["more"], serde_json::json!([]));
            assert_eq!(found["columns"], values.len());
            Ok(())
        })
        .await
}

#[tokio::test]
async fn arguments_of_every_type_arrive() -> Result<()> {
    let body = format!(
        "{SAME}
         const spark = await connect({{ conf: {{ 'spark.sql.session.timeZone': 'UTC' }} }});
         const cases = [
           [null, null, 'void'],
           [undefined, null, 'void'],
           [true, true, 'boolean'],
           [5, 5, 'int'],
           [-2147483648, -2147483648, 'int'],
           [2147483648, 2147483648, 'bigint'],
           [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, 'bigint'],
           [0.5, 0.5, 'double'],
           [1e300, 1e300, 'double'],
           [NaN, NaN, 'double'],
           [7n, 7, 'bigint'],
           [-(2n ** 63n), -(2n ** 63n), 'bigint'],
           [2n ** 63n, '9223372036854775808', 'decimal(19,0)'],
           [-(10n ** 37n), '-10000000000000000000000000000000000000', 'decimal(38,0)'],
           ['it\\'s \"é😀\" :x ?', 'it\\'s \"é😀\" :x ?', 'string'],
           [new Date('2024-02-29T23:59:59.999Z'), new Date('2024-02-29T23:59:59.999Z'), 'timestamp'],
           [new Date(-1), new Date(-1), 'timestamp'],
           [new Uint8Array([0, 255]), new Uint8Array([0, 255]), 'binary'],
           [[1, null, 3], [1, null, 3], 'array<int>'],
           [[1, 2.5], [1, 2.5], 'array<double>'],
           [[1, 2 ** 40, null], [1, 2 ** 40, null], 'array<bigint>'],
           [[null, 'a'], [null, 'a'], 'array<string>'],
           [[], [], 'array<void>'],
           [[['a', null], ['b']], [['a', null], ['b']], 'array<array<string>>'],
           [new Map([['a', 1], ['b', 0.5]]), new Map([['a', 1], ['b', 0.5]]), 'map<string,double>'],
         ];
         const wrong = [];
         for (const [given, expected, type] of cases) {{
           for (const [text, args] of [['SELECT ? AS a', [given]], ['SELECT :x AS a', {{ x: given }}]]) {{
             const query = await spark.sql(text, {{ args }});
             const [[{{ a }}], [column]] = [await query.rows(), await query.schema()];
             if (!same(a, expected) || column.type !== type) wrong.push([show(given), show(a), column.type]);
           }}
         }}
         const several = await spark.sql('SELECT :b + :a AS sum, :a AS a', {{ args: {{ a: 1, b: 2 }} }});
         const refused = [];
         for (const args of [[Symbol()], {{ f() {{}} }}, [new Date(NaN)], [10n ** 38n], [{{}}], 'x']) {{
           const error = await failure(spark.sql('SELECT 1', {{ args }}));
           refused.push([error.kind, error.message]);
         }}
         return {{ wrong, several: await several.rows(), refused }};"
    );
    let stage = Stage::start().await?;
    stage
        .on_page(async |page| {
            let found: Value = page.run(&body).await?;
            assert_eq!(found["wrong"], serde_json::json!([]));
            assert_eq!(found["several"], serde_json::json!([{ "sum": 3, "a": 1 }]));
            let refused: Vec<(String, String)> = serde_json::from_value(found["refused"].clone())?;
            let expected = [
                "Argument 1 has a type that no SQL parameter takes.",
                "The argument f has a type that no SQL parameter takes.",
                "Argument 1 is an invalid Date.",
                "Argument 1 has 39 digits; Spark's numbers have at most 38.",
                "Argument 1 has a type that no SQL parameter takes.",
                "args is an array of values for ?, or an object with values for :name.",
            ];
            assert_eq!(refused.len(), expected.len());
            for ((kind, message), expected) in refused.iter().zip(expected) {
                assert_eq!(kind, "invalid");
                assert!(message.starts_with(expected), "{message}");
            }
            Ok(())
        })
        .await
}

#[tokio::test]
async fn rows_are_objects_by_the_names_of_their_columns() -> Result<()> {
    let stage = Stage::start().await?;
    stage
        .on_page(async |page| {
            let found: Value = page
                .run(
                    "const spark = await connect();
                     const read = async (text, options) => (await spark.sql(text, options)).rows();
                     const odd = await read('SELECT 1 AS `__proto__`, 2 AS `a b`, 3 AS constructor');
                     const twice = await failure(read('SELECT 1 AS a, 2 AS b, 3 AS a'));
                     const many = await read('SELECT id FROM range(0, 100000, 1, 4)');
                     return {
                       odd: Object.entries(odd[0]),
                       twice: twice.message,
                       many: [many.length, many.every(({ id }, at) => id === at)],
                       none: await read('SELECT 1 WHERE false'),
                       empty: await read('SELECT struct() AS s'),
                       limited: (await read('SELECT id FROM range(1000)', { limit: 7 })).length,
                       zero: await read('SELECT 1', { limit: 0 }),
                       command: await read('SHOW SCHEMAS LIKE \"default\"', { limit: 0 }),
                       nothing: await read('CREATE OR REPLACE TEMPORARY VIEW e2e_js AS SELECT 5 AS five'),
                       view: await read('SELECT * FROM e2e_js'),
                     };",
                )
                .await?;
            let expected = serde_json::json!({
                "odd": [["__proto__", 1], ["a b", 2], ["constructor", 3]],
                "twice": "Two columns are called a. Name them apart with AS, or read them with stream().",
                "many": [100_000, true],
                "none": [],
                "empty": [{ "s": {} }],
                "limited": 7,
                "zero": [],
                "command": [{ "namespace": "default" }],
                "nothing": [],
                "view": [{ "five": 5 }],
            });
            assert_eq!(found, expected);
            Ok(())
        })
        .await
}
