//! Every type of Spark's SQL, as the grid shows it.

use std::fmt::Write;

use anyhow::Result;
use e2e::{
    engine::{Engine, with_engine},
    environment,
    route::Route,
};
use engine_api::{CellKind, RowLimit};
use spark_connect_client::RetryPolicy;

/// Expressions, each a column of the snapshot; the second row is null.
const EXPRESSIONS: [&str; 56] = [
    "true",
    "cast(-128 AS TINYINT)",
    "cast(32767 AS SMALLINT)",
    "-2147483648",
    "9223372036854775807",
    "cast(0.1 AS FLOAT)",
    "1e300D",
    "1e-7D",
    "double('NaN')",
    "double('-Infinity')",
    "-0D",
    "12345678901234567890.123456789012345678BD",
    "cast('-99999999999999999999999999999999999999' AS DECIMAL(38, 0))",
    "cast('0.00000000000000000000000000000000000001' AS DECIMAL(38, 38))",
    "cast(12.30 AS DECIMAL(5, 2))",
    "'text'",
    "''",
    "concat('two', char(10), 'lines', char(9), 'and a tab')",
    "concat('é 😀 ', char(8238), 'אב')",
    "cast('ab' AS CHAR(5))",
    "cast('ab' AS VARCHAR(5))",
    "'Ä' COLLATE UNICODE_CI",
    "X'00ff10'",
    "X''",
    "DATE '2024-02-29'",
    "DATE '0001-01-01'",
    "DATE '9999-12-31'",
    "DATE '-0044-03-15'",
    "TIMESTAMP '2024-03-31 02:30:00.123456'",
    "TIMESTAMP '1969-12-31 23:59:59.999999'",
    "TIMESTAMP '0001-01-01 00:00:00'",
    "TIMESTAMP_NTZ '2024-03-31 02:30:00'",
    "INTERVAL '3-11' YEAR TO MONTH",
    "INTERVAL '-7' YEAR",
    "INTERVAL '15' MONTH",
    "INTERVAL '1 02:03:04.5' DAY TO SECOND",
    "INTERVAL '-40' DAY",
    "INTERVAL '100:00' HOUR TO MINUTE",
    "INTERVAL '61.000001' SECOND",
    "array(1, null, 3)",
    "array()",
    "array('a', null, 'null', 'with \"quotes\"')",
    "array(array(1), array(), null)",
    "array(1.5D, double('NaN'))",
    "named_struct('a', 1, 'b', 'x', 'c', null)",
    "struct()",
    "named_struct('outer', named_struct('inner', array(1, 2)))",
    "map('a', 1, 'b', null)",
    "map()",
    "map(1, array(map('x', true)))",
    "array(DATE '2024-01-01')",
    "array(TIMESTAMP '2024-01-01 12:00:00')",
    "array(INTERVAL '1' DAY)",
    "array(X'0102')",
    "parse_json('{\"a\": [1, 2.5, \"x\", null, true], \"b\": {\"c\": \"2024-01-01\"}}')",
    "to_variant_object(named_struct('d', DATE '2024-01-01', 't', TIMESTAMP '2024-01-01 12:00:00'))",
];

#[tokio::test]
async fn every_type_is_shown() -> Result<()> {
    with_engine(async |engine| {
        // Set beforehand: the engine asks for the zone when it connects.
        let connection = Route::Grpc.connection()?;
        let session = Route::Grpc.session_at(&connection, RetryPolicy::default())?;
        for setting in [
            "spark.sql.timeType.enabled=true",
            "spark.sql.preserveCharVarcharTypeInfo=true",
            "spark.sql.session.timeZone=Europe/Berlin",
        ] {
            session.sql(&format!("SET {setting}")).await?;
        }
        let (remote, id) = (environment::spark_remote()?, session.session_id());
        engine
            .connect(&format!("{remote}/;user_id=e2e;session_id={id}"))
            .await?;
        let mut shown = table(&engine, &EXPRESSIONS).await?;
        shown += &table(&engine, &["null"]).await?;
        insta::assert_snapshot!(shown);
        if environment::spark_is_at_least((4, 1))? {
            insta::assert_snapshot!("every_time_is_shown", table(&engine, &TIMES).await?);
        }
        if environment::spark_is_at_least((4, 2))? {
            insta::assert_snapshot!("every_place_is_shown", table(&engine, &PLACES).await?);
        }
        Ok(())
    })
    .await
}

/// Expressions of a type that Spark 4.0 does not have.
const TIMES: [&str; 2] = ["TIME '23:59:59.999999'", "cast('12:30:00' AS TIME(0))"];

/// Expressions of types that Spark 4.1 does not have yet.
const PLACES: [&str; 2] = [
    "ST_GeomFromWKB(X'0101000000000000000000F03F0000000000000040')",
    "ST_GeogFromWKB(X'0101000000000000000000F03F0000000000000040')",
];

/// One line a column: expression, type, and the cells of its two rows.
async fn table(engine: &Engine, expressions: &[&str]) -> Result<String> {
    let columns: Vec<_> = expressions
        .iter()
        .map(|e| format!("if(row = 1, {e}, null) AS `{}`", e.replace('`', "``")))
        .collect();
    let query = format!("SELECT {} FROM VALUES (1), (2) AS t(row)", columns.join(",\n"));
    let (run, told) = engine.run(&query, RowLimit::Preview(10)).await?;
    let columns = told.columns.clone();
    told.summary()?;
    let window = engine.window(run, 0..2, 0..columns.len() as u32).await?;
    let mut text = String::new();
    for (at, column) in (0..).zip(&columns) {
        writeln!(
            text,
            "{}\n    {} {:?} {:?}",
            column.name,
            column.data_type,
            column.kind,
            column.kind.align()
        )?;
        let cells = (0..2).filter_map(|row| window.cell(row, at));
        for cell in cells.filter(|cell| cell.kind != CellKind::Null) {
            writeln!(
                text,
                "    |{}|{}",
                cell.text,
                if cell.kind == CellKind::Cut { " cut" } else { "" }
            )?;
        }
        let nulls = window
            .cells
            .iter()
            .skip(at as usize)
            .step_by(columns.len())
            .filter(|cell| cell.kind == CellKind::Null);
        writeln!(text, "    nulls: {}", nulls.count())?;
    }
    Ok(text)
}
