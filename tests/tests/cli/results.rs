//! Results in every format: what is written is what Spark says.

use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use e2e::{environment, oracle::Checksum, over_both_routes, route::Route};

use crate::program::{Directory, run};

over_both_routes!(
    a_table_shows_twenty_rows,
    csv_has_every_row,
    statements_share_a_session,
);

async fn a_table_shows_twenty_rows(route: Route) -> Result<()> {
    let query = "SELECT id, concat('row ', id) AS name, id * 0.5 AS half FROM range(21)";
    let ran = run(route, &["sql", query], "")?;
    let lines: Vec<&str> = ran.text()?.lines().collect();
    assert_eq!(lines.len(), 3 + 20 + 2);
    assert_eq!(lines[0], "+----+--------+------+");
    assert_eq!(lines[1], "| id | name   | half |");
    assert_eq!(lines[22], "| 19 | row 19 |  9.5 |");
    assert_eq!(
        lines[24],
        "The first 20 rows. There are more: --limit shows them."
    );

    let ran = run(route, &["sql", "--limit", "21", query], "")?;
    let lines: Vec<&str> = ran.text()?.lines().collect();
    assert_eq!((lines.len(), lines[23]), (3 + 21 + 1, "| 20 | row 20 | 10.0 |"));
    Ok(())
}

async fn csv_has_every_row(route: Route) -> Result<()> {
    let query =
        "SELECT id, hex(id * 7919) AS h, cast(id / 7 AS DECIMAL(20, 4)) AS d FROM range(0, 300000, 1, 6)";
    let ran = run(route, &["sql", "--format", "csv", query], "")?;
    let mut lines = ran.text()?.split_terminator("\r\n");
    assert_eq!(lines.next(), Some("id,h,d"));
    let mut ours = Checksum::default();
    lines.for_each(|line| ours.add(line.split(',')));
    let sparks = Checksum::by_spark(&route.session()?, query, &["id", "h", "d"]).await?;
    assert_eq!((ours, ours.rows), (sparks, 300_000));
    Ok(())
}

async fn statements_share_a_session(route: Route) -> Result<()> {
    let script = "CREATE TEMPORARY VIEW v AS SELECT * FROM range(3); -- one; two\nSELECT count(*) AS n FROM v;\nSET \
                  spark.sql.session.timeZone = Asia/Tokyo; SELECT TIMESTAMP '2026-01-02 03:04:05' AS at";
    let ran = run(route, &["sql"], script)?;
    let tables: Vec<&str> = ran.text()?.split("\n\n").collect();
    assert_eq!(tables.len(), 3, "{tables:?}");
    assert_eq!(tables[0], "+---+\n| n |\n+---+\n| 3 |\n+---+");
    ensure!(
        tables[1].contains("| spark.sql.session.timeZone | Asia/Tokyo |"),
        "{}",
        tables[1]
    );
    ensure!(tables[2].contains("| 2026-01-02 03:04:05 |"), "{}", tables[2]);

    // One stream of data holds one result: the last.
    let ran = run(route, &["sql", "-", "--format", "json"], script)?;
    assert_eq!(ran.text()?, "{\"at\":\"2026-01-02T03:04:05+09:00\"}\n");
    Ok(())
}

/// Every type in one row: an expression, its CSV field and its JSON.
const TYPES: [(&str, &str, &str); 22] = [
    ("cast(null AS STRING)", "", "null"),
    ("''", "\"\"", "\"\""),
    ("'a \"b\", c'", "\"a \"\"b\"\", c\"", "\"a \\\"b\\\", c\""),
    ("true", "true", "true"),
    ("cast(-128 AS TINYINT)", "-128", "-128"),
    (
        "9223372036854775807L",
        "9223372036854775807",
        "9223372036854775807",
    ),
    ("cast(0.1 AS FLOAT)", "0.1", "0.1"),
    ("1.0E10D", "1.0E10", "1.0E10"),
    ("double('NaN')", "NaN", "\"NaN\""),
    (
        "cast(12345678901234567890.123456789 AS DECIMAL(38, 9))",
        "12345678901234567890.123456789",
        "12345678901234567890.123456789",
    ),
    ("DATE '2026-02-28'", "2026-02-28", "\"2026-02-28\""),
    (
        "TIMESTAMP_NTZ '2026-02-28 12:00:00.5'",
        "2026-02-28 12:00:00.5",
        "\"2026-02-28T12:00:00.5\"",
    ),
    (
        "TIMESTAMP '2026-07-01 12:00:00'",
        "2026-07-01 12:00:00",
        "\"2026-07-01T12:00:00+02:00\"",
    ),
    (
        "INTERVAL '1 02:03:04.5' DAY TO SECOND",
        "1 02:03:04.5",
        "\"1 02:03:04.5\"",
    ),
    ("INTERVAL '1-2' YEAR TO MONTH", "1-2", "\"1-2\""),
    ("X'00ff'", "X'00ff'", "\"AP8=\""),
    ("array(1, null, 3)", "\"[1, null, 3]\"", "[1,null,3]"),
    (
        "map(1, 'a', 2, null)",
        "\"{1: \"\"a\"\", 2: null}\"",
        "{\"1\":\"a\",\"2\":null}",
    ),
    (
        "named_struct('x', 1, 'y z', array('a'))",
        "\"{x: 1, \"\"y z\"\": [\"\"a\"\"]}\"",
        "{\"x\":1,\"y z\":[\"a\"]}",
    ),
    (
        "parse_json('{\"k\": [1, 2.5, \"v\"]}')",
        "\"{\"\"k\"\": [1, 2.5, \"\"v\"\"]}\"",
        "{\"k\":[1,2.5,\"v\"]}",
    ),
    ("null", "", "null"),
    ("'žluťoučký 👍'", "žluťoučký 👍", "\"žluťoučký 👍\""),
];

fn every_type() -> String {
    let columns = TYPES
        .iter()
        .enumerate()
        .map(|(at, (value, ..))| format!("{value} AS c{at}"));
    let columns: Vec<String> = columns.collect();
    format!("SET TIME ZONE 'Europe/Berlin'; SELECT {}", columns.join(", "))
}

#[tokio::test]
async fn every_type_as_csv_and_json() -> Result<()> {
    let ran = run(Route::Grpc, &["sql", "-f", "csv", &every_type()], "")?;
    let fields: Vec<&str> = TYPES.iter().map(|(_, csv, _)| *csv).collect();
    let (_, row) = ran.text()?.split_once("\r\n").context("no header")?;
    assert_eq!(row, fields.join(",") + "\r\n");

    let ran = run(Route::Grpc, &["sql", "-f", "json", &every_type()], "")?;
    let members = TYPES
        .iter()
        .enumerate()
        .map(|(at, (.., json))| format!("\"c{at}\":{json}"));
    let members: Vec<String> = members.collect();
    assert_eq!(ran.text()?, format!("{{{}}}\n", members.join(",")));
    Ok(())
}

#[tokio::test]
async fn a_plan_is_shown_as_it_is() -> Result<()> {
    let ran = run(Route::Grpc, &["sql", "EXPLAIN SELECT count(*) FROM range(3)"], "")?;
    let lines: Vec<&str> = ran.text()?.lines().take(2).collect();
    assert_eq!(lines[0], "== Physical Plan ==");
    ensure!(lines[1].starts_with("AdaptiveSparkPlan"), "{lines:?}");
    Ok(())
}

#[tokio::test]
async fn a_limit_goes_with_the_query() -> Result<()> {
    // Without the limit in the plan this would take hours.
    let query = "SELECT id FROM range(100000000000)";
    for (limit, expected) in [("0", "id\r\n"), ("2", "id\r\n0\r\n1\r\n")] {
        let ran = run(Route::Grpc, &["sql", "-f", "csv", "-l", limit, query], "")?;
        assert_eq!(ran.text()?, expected);
    }
    let ran = run(
        Route::Grpc,
        &["sql", "-f", "markdown", "-l", "1", "SHOW FUNCTIONS LIKE 'ab*'"],
        "",
    )?;
    assert_eq!(ran.text()?.lines().count(), 3);
    let ran = run(
        Route::Grpc,
        &["sql", "-l", "1", "SHOW FUNCTIONS LIKE 'array_m*'"],
        "",
    )?;
    ensure!(
        ran.text()?.ends_with("1 of 2 rows. --limit shows more.\n"),
        "{}",
        ran.text()?
    );
    Ok(())
}

/// Prints the sum, the number of batches or row groups that are more than one, and the types.
const READ: &str = "
import sys, pyarrow, pyarrow.ipc, pyarrow.parquet, pyarrow.compute
if sys.argv[1] == 'arrow':
    table = pyarrow.ipc.open_stream(sys.stdin.buffer).read_all()
else:
    table = pyarrow.parquet.read_table(sys.argv[2])
total = pyarrow.compute.sum(table['id']).as_py()
print(table.num_rows, total, table['d'].type, table['t'][1].as_py(), table['m'][2].as_py())
";
const READABLE: &str = "SELECT id, cast(id / 7 AS DECIMAL(20, 4)) AS d, array(id, null) AS t, map('k', id) AS m FROM \
                        range(0, 100000, 1, 3)";
const WAS_READ: &str = "100000 4999950000 decimal128(20, 4) [1, None] [('k', 2)]\n";

#[tokio::test]
async fn another_program_reads_arrow() -> Result<()> {
    let ran = run(Route::Grpc, &["sql", "-f", "arrow", READABLE], "")?;
    ensure!(ran.stderr.is_empty(), "{}", ran.stderr);
    let mut python = Command::new(environment::python()?)
        .args(["-c", READ, "arrow"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut input = python.stdin.take().context("no standard input")?;
    std::io::Write::write_all(&mut input, &ran.stdout)?;
    drop(input);
    assert_eq!(String::from_utf8(python.wait_with_output()?.stdout)?, WAS_READ);
    Ok(())
}

#[tokio::test]
async fn another_program_reads_parquet() -> Result<()> {
    let directory = Directory::new()?;
    let path = directory.path("rows.parquet")?;
    let ran = run(Route::Grpc, &["sql", "--output", &path, READABLE], "")?;
    assert_eq!(ran.text()?, "");
    let read = Command::new(environment::python()?)
        .args(["-c", READ, "parquet", &path])
        .output()?;
    assert_eq!(String::from_utf8(read.stdout)?, WAS_READ);
    Ok(())
}
