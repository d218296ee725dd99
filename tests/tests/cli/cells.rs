//! `spark-connect cells`: an answer of one line for each cell, and what PySpark says of the same.

use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use base64::{Engine, prelude::BASE64_STANDARD};
use e2e::{environment, over_both_routes, route::Route};
use prost::Message;
use serde_json::{Value, json};
use spark_connect_client::{
    plan::{self, LogicalPlan, SqlArguments},
    proto::{Plan, plan::OpType, relation::RelType},
};

use crate::program::run;

over_both_routes!(a_failed_cell_stops_no_other, the_plans_are_those_that_were_sent);

const TABLE: &str = "+---+\n|  a|\n+---+\n|  1|\n+---+\n\n";

fn answers(route: Route, cells: &[&str], language: &str) -> Result<Vec<Value>> {
    let ran = run(
        route,
        &["cells", "--language", language],
        &json!(cells).to_string(),
    )?;
    let lines = ran.text()?.lines().map(serde_json::from_str);
    Ok(lines.collect::<Result<_, _>>()?)
}

async fn a_failed_cell_stops_no_other(route: Route) -> Result<()> {
    let cells = [
        "CREATE TEMPORARY VIEW v AS SELECT 1 AS a; SELECT * FROM v; SELECT * FROM nothing; SELECT 2 AS b",
        "SELECT * FROM v",
        "",
    ];
    let answers = answers(route, &cells, "sql")?;
    assert_eq!(answers.len(), 3);
    let error = answers[0]["error"].as_str().context("no error")?;
    ensure!(
        error.starts_with("AnalysisException: [TABLE_OR_VIEW_NOT_FOUND] "),
        "{error}"
    );
    let outcome = |answer: &Value| {
        (
            answer["cell"].clone(),
            answer["ok"].clone(),
            answer["text"].clone(),
        )
    };
    assert_eq!(outcome(&answers[0]), (json!(0), json!(false), json!(TABLE)));
    assert_eq!(outcome(&answers[1]), (json!(1), json!(true), json!(TABLE)));
    assert_eq!(outcome(&answers[2]), (json!(2), json!(true), json!("")));
    assert_eq!(answers[1]["error"], Value::Null);
    Ok(())
}

/// A plan that shows a query, with the numbers that its relations have before the session gives them others.
fn numbered_from_zero(mut plan: Plan) -> Plan {
    if let Some(OpType::Root(root)) = &mut plan.op_type
        && let Some(RelType::ShowString(show)) = &mut root.rel_type
        && let Some(input) = &mut show.input
        && let (Some(above), Some(below)) = (&mut root.common, &mut input.common)
    {
        let first = below.plan_id.min(above.plan_id).unwrap_or_default();
        for common in [above, below] {
            common.plan_id = common.plan_id.map(|id| id - first);
        }
    }
    plan
}

async fn the_plans_are_those_that_were_sent(route: Route) -> Result<()> {
    let answers = answers(
        route,
        &["SELECT 1 AS a", "SELECT * FROM nothing", "USE default"],
        "sql",
    )?;
    let plans = |answer: &Value| -> Result<Vec<Plan>> {
        let texts: Vec<String> = serde_json::from_value(answer["plans"].clone())?;
        texts
            .iter()
            .map(|text| Ok(Plan::decode(BASE64_STANDARD.decode(text)?.as_slice())?))
            .collect()
    };
    let query = LogicalPlan::sql("SELECT 1 AS a", SqlArguments::None, Vec::new());
    let shown = query.show_string(20, 20, false).to_relation()?;
    ensure!(matches!(shown.rel_type, Some(RelType::ShowString(_))));
    let sent: Vec<Plan> = plans(&answers[0])?.into_iter().map(numbered_from_zero).collect();
    assert_eq!(sent, [plan::sql_command("SELECT 1 AS a"), plan::root(shown)]);
    assert_eq!(plans(&answers[1])?, [plan::sql_command("SELECT * FROM nothing")]);
    assert_eq!(plans(&answers[2])?, [plan::sql_command("USE default")]);
    assert!(answers.iter().all(|answer| answer["analyze"] == json!([])));
    Ok(())
}

#[tokio::test]
async fn pyspark_cells_are_answered() -> Result<()> {
    let answers = answers(
        Route::Grpc,
        &["spark.range(1)", "x", "spark.range(3).count()"],
        "python",
    )?;
    assert_eq!(answers.len(), 3);
    let outcomes = answers
        .iter()
        .map(|answer| [&answer["ok"], &answer["text"], &answer["error"]]);
    assert_eq!(
        json!(outcomes.collect::<Vec<_>>()),
        json!([
            [true, "DataFrame[id: bigint]\n", null],
            [false, "", "NameError: name 'x' is not defined"],
            [true, "3\n", null],
        ])
    );
    Ok(())
}

/// Prints what PySpark says of each statement: the table that `show` prints, or the exception without the trace of the
/// server that PySpark appends.
const ASK_PYSPARK: &str = "
import contextlib, io, json, os, sys
from pyspark.sql import SparkSession
spark = SparkSession.builder.remote(os.environ['SPARK_REMOTE']).getOrCreate()
said = []
for statement in json.load(sys.stdin):
    text = io.StringIO()
    try:
        with contextlib.redirect_stdout(text):
            frame = spark.sql(statement)
            if frame.columns:
                frame.show()
        said.append([text.getvalue(), None])
    except Exception as error:
        message = str(error).split('\\n\\nJVM stacktrace:')[0]
        said.append([text.getvalue(), f'{type(error).__name__}: {message}'.rstrip()])
spark.stop()
print(json.dumps(said))
";

#[tokio::test]
async fn pyspark_says_the_same() -> Result<()> {
    let cells = [
        "SELECT id, repeat('long ', 10) AS text, array(id, null) AS list FROM range(30)",
        "SHOW FUNCTIONS LIKE 'array_m*'",
        "CREATE TEMPORARY VIEW v AS SELECT 1/0 AS x",
        "SELECT * FROM v",
        "SELECT * FROM range(0)",
        "SELECT * FROM nothing",
        "SELEC 1",
        "SELECT zonne FROM range(1)",
        "SELECT cast('x' AS INT)",
        "SELECT cast('x' AS DATE)",
        "SELECT raise_error('mine')",
        "SELECT array(1)[5]",
        "SELECT map('a', 1)['b']",
        "SELECT to_timestamp('x', 'qqqqqqq')",
        "SELECT java_method('no.Such', 'x')",
        "CREATE TABLE t (a INT, a INT) USING parquet",
        "SET spark.sql.shuffle.partitions = none",
        "SELECT decimal('99999999999999999999999999999999999999') * 10000",
    ];
    let mut python = Command::new(environment::python()?)
        .args(["-W", "ignore", "-c", ASK_PYSPARK])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let mut input = python.stdin.take().context("no standard input")?;
    serde_json::to_writer(&mut input, &cells)?;
    drop(input);
    let output = python.wait_with_output()?;
    ensure!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let said: Vec<(String, Option<String>)> = serde_json::from_slice(&output.stdout)?;
    let answers = answers(Route::Grpc, &cells, "sql")?;
    assert_eq!(answers.len(), said.len());
    for ((cell, answer), (text, error)) in cells.iter().zip(answers).zip(said) {
        assert_eq!(
            (&answer["text"], &answer["error"]),
            (&json!(text), &json!(error)),
            "{cell}"
        );
    }
    Ok(())
}
