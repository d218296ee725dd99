//! The snippets of frames.rs as cells: what they send is what PySpark sends, and every method that cells have is called.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::{Context, Result};
use base64::{Engine, prelude::BASE64_STANDARD};
use e2e::scripted::ScriptedSpark;
use prost::Message;
use pyspark_cells::Interpreter;
use serde_json::{Value, json};
use spark_connect_client::{ConnectionString, RetryPolicy, Sent, Session, Transport, proto};

use crate::{conformance, frames, python};

const SET_UP: &str = "import datetime\nimport decimal\nimport pyspark.sql.functions as F\n\
                      from pyspark import StorageLevel\nfrom pyspark.sql import DataFrame, Window\n\
                      from pyspark.sql.types import *\ndf = spark.range(10)\ndf2 = spark.table('t')";

/// Snippets of methods that the client has as something awaited, or under another name.
const MORE: &[&str] = &[
    "df.collect()",
    "df.take(2)",
    "df.first()",
    "df.head()",
    "df.head(3)",
    "df.tail(2)",
    "df.count()",
    "df.isEmpty()",
    "df.show(3, truncate=False)",
    "df.show(vertical=True)",
    "df.checkpoint()",
    "df.checkpoint(eager=False)",
    "df.localCheckpoint(eager=False, storageLevel=StorageLevel.DISK_ONLY)",
    "df.registerTempTable('v')",
    "df.groupby('id').count()",
    "df.transform(lambda d: d.limit(1))",
    "F.col('a').name('b')",
    "F.col('a').transform(lambda c: c + 1)",
    "df.approxQuantile(['id'], [0.5], 0.1)",
    "df.stat.approxQuantile('id', [0.25, 0.5], 0.0)",
    "df.stat.corr('a', 'b')",
    "df.stat.cov('a', 'b')",
    "df.stat.crosstab('a', 'b')",
    "df.stat.freqItems(['a'], 0.3)",
    "df.stat.sampleBy('a', {1: 0.5, 'x': 0.2}, seed=1)",
    "df.na.fill(0).na.drop().na.replace(1, 2)",
    "df.writeTo('t').options(a='1', b=True).append()",
    "spark.readStream.csv('p', schema='a INT', header=True)",
    "spark.readStream.schema('a INT').orc('p')",
    "spark.readStream.schema('a INT').parquet('p', mergeSchema=True)",
    "spark.readStream.text('p', wholetext=True)",
    "spark.readStream.schema('a INT').xml('p', rowTag='r')",
    "spark.catalog.createExternalTable('t', path='p', source='csv')",
    "spark.udf.registerJavaFunction('f', 'a.B')",
    "spark.udf.registerJavaFunction('f', 'a.B', IntegerType())",
    "spark.udf.registerJavaUDAF('f', 'a.B')",
    "spark.sql('SELECT 1')",
    "spark.sql('SELECT :n', args={'n': 1})",
    "spark.sql('SELECT ?', args=[1])",
    "F.rank().over(Window.rowsBetween(-1, 1))",
    "F.rank().over(Window.rangeBetween(Window.unboundedPreceding, 1))",
];

/// Methods of cells that send no plan, or ask the server first: what they do is shown before a real Spark.
const NO_PLAN: &[(&str, &str)] = &[
    (
        "DataFrame",
        "columns dtypes explain inputFiles isLocal isStreaming is_cached persist cache printSchema sameSemantics schema \
         semanticHash storageLevel toLocalIterator unpersist",
    ),
    (
        "SparkSession",
        "active addTag clearTags cloneSession conf createDataFrame emptyDataFrame getActiveSession getTags interruptAll \
         interruptOperation interruptTag is_stopped newSession removeTag session_id stop streams version builder Builder",
    ),
    ("GroupedData", "avg max mean min sum"),
    ("SparkSession.Builder", "*"),
    ("RuntimeConf", "*"),
    ("StreamingQuery", "*"),
    ("StreamingQueryManager", "*"),
    ("Observation", "*"),
    ("Row", "*"),
    (
        "MergeIntoWriter",
        "WhenMatched WhenNotMatched WhenNotMatchedBySource",
    ),
    ("Window", "currentRow unboundedFollowing unboundedPreceding"),
];

fn sends_none(owner: &str, name: &str) -> bool {
    NO_PLAN.iter().any(|(known, names)| {
        *known == owner && (*names == "*" || names.split(' ').any(|known| known == name))
    })
}

/// Cells before a server that knows its version and nothing else, and the plans that they send.
async fn interpreter(server: &ScriptedSpark) -> Result<(Interpreter, Arc<Mutex<Vec<proto::Plan>>>)> {
    let connection = ConnectionString::parse(&format!("sc://{}", server.address))?;
    let plans = Arc::<Mutex<Vec<proto::Plan>>>::default();
    let log = plans.clone();
    let session = Session::new(Transport::grpc(&connection)?, &connection, RetryPolicy::default());
    let session = session.with_observer(move |sent| {
        if let Sent::Plan(plan) = sent {
            log.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(plan.clone());
        }
    });
    let mut interpreter = Interpreter::new(session);
    interpreter.run(SET_UP, |_| {}).await?;
    Ok((interpreter, plans))
}

#[tokio::test]
async fn cells_send_the_plans_of_pyspark() -> Result<()> {
    let server =
        ScriptedSpark::start(|_| Err(tonic::Status::invalid_argument("only plans are looked at"))).await?;
    let (mut interpreter, plans) = interpreter(&server).await?;
    let mut question = Vec::new();
    let mut failures = Vec::new();
    let snippets = frames::snippets()?.into_iter().chain(MORE.iter().copied());
    // What PySpark keeps to itself is not for cells.
    for snippet in snippets.filter(|snippet| !snippet.contains("._")) {
        let ran = interpreter.run(&format!("_x = (\n{snippet}\n)"), |_| {}).await;
        let mut sent = std::mem::take(&mut *plans.lock().unwrap_or_else(PoisonError::into_inner));
        if sent.is_empty() && ran.is_ok() {
            let look = "(_x if isinstance(_x, DataFrame) else df.select(_x)).collect()";
            let _ = interpreter.run(look, |_| {}).await;
            sent = std::mem::take(&mut *plans.lock().unwrap_or_else(PoisonError::into_inner));
        }
        match sent.pop() {
            Some(plan) => question
                .push(json!({ "snippet": snippet, "plan": BASE64_STANDARD.encode(plan.encode_to_vec()) })),
            None => failures.push(format!("{snippet}\n{:?}", ran.err())),
        }
    }
    let answer = python::ask(frames::SCRIPT, &Value::Array(question.clone()))?;
    let answers = answer["differences"].as_array().context("no answers")?;
    for (asked, answer) in question
        .iter()
        .zip(answers)
        .filter(|(_, answer)| !answer.is_null())
    {
        failures.push(format!(
            "{}\n{}",
            asked["snippet"],
            answer.as_str().unwrap_or_default()
        ));
    }
    assert!(
        failures.is_empty(),
        "{} differ:\n{}",
        failures.len(),
        failures.join("\n")
    );
    println!("plans of cells {}", question.len());

    let called: BTreeSet<(&str, &str)> = answer["called"]
        .as_array()
        .context("no calls")?
        .iter()
        .filter_map(|pair| Some((pair[0].as_str()?, pair[1].as_str()?)))
        .collect();
    let mut without = Vec::new();
    for (owner, names) in conformance::public_names()? {
        if matches!(owner.as_str(), "functions" | "types") {
            continue;
        }
        for name in names.iter().filter(|name| pyspark_cells::has(&owner, name)) {
            if !called.contains(&(owner.as_str(), name.as_str())) && !sends_none(&owner, name) {
                without.push(format!("{owner}.{name}"));
            }
        }
    }
    assert!(
        without.is_empty(),
        "methods without a snippet: {}",
        without.join(" ")
    );
    Ok(())
}
