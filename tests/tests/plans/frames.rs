//! Snippets of PySpark, each with what stands for it here: both give one plan.

mod cases;
mod commands;

use anyhow::{Context, Result};
use base64::{Engine, prelude::BASE64_STANDARD};
use prost::Message;
use serde_json::{Value, json};
use spark_connect_client::{Column, Command, ConnectionString, DataFrame, Session, TableArg, plan, proto};

use crate::python;

pub(crate) const SCRIPT: &str = concat!(
    include_str!("offline.py"),
    include_str!("watch.py"),
    include_str!("frames.py")
);

/// What a snippet has at hand, under the same names.
struct Given {
    spark: Session,
    df: DataFrame,
    df2: DataFrame,
}

/// What a snippet comes to, as a plan.
trait IntoPlan {
    fn into_plan(self, given: &Given) -> spark_connect_client::Result<proto::Plan>;
}

impl IntoPlan for DataFrame {
    fn into_plan(self, _: &Given) -> spark_connect_client::Result<proto::Plan> {
        Ok(plan::root(self.relation()?))
    }
}

impl IntoPlan for Column {
    fn into_plan(self, given: &Given) -> spark_connect_client::Result<proto::Plan> {
        given.df.select([self]).into_plan(given)
    }
}

impl IntoPlan for TableArg {
    fn into_plan(self, given: &Given) -> spark_connect_client::Result<proto::Plan> {
        self.into_column().into_plan(given)
    }
}

impl IntoPlan for Command {
    fn into_plan(self, _: &Given) -> spark_connect_client::Result<proto::Plan> {
        self.plan()
    }
}

impl IntoPlan for proto::Plan {
    fn into_plan(self, _: &Given) -> spark_connect_client::Result<proto::Plan> {
        Ok(self)
    }
}

impl<T: IntoPlan> IntoPlan for spark_connect_client::Result<T> {
    fn into_plan(self, given: &Given) -> spark_connect_client::Result<proto::Plan> {
        self?.into_plan(given)
    }
}

impl<T> IntoPlan for spark_connect_client::catalog::CatalogCall<T> {
    fn into_plan(self, given: &Given) -> spark_connect_client::Result<proto::Plan> {
        self.frame().clone().into_plan(given)
    }
}

/// Snippets with their plans.
struct Cases {
    given: Given,
    plans: Vec<(&'static str, proto::Plan)>,
}

impl Cases {
    fn add<T: IntoPlan>(&mut self, snippet: &'static str, build: impl FnOnce(&Given) -> T) -> Result<()> {
        let plan = build(&self.given).into_plan(&self.given);
        self.plans
            .push((snippet, plan.with_context(|| snippet.to_owned())?));
        Ok(())
    }
}

/// All snippets with their plans, in the order of the corpus.
fn all() -> Result<Cases> {
    // Nothing is sent: plans need no server.
    let spark = Session::connect(&ConnectionString::parse("sc://localhost:1")?)?;
    let given = Given {
        df: spark.range(0, 10, 1, None),
        df2: spark.table("t"),
        spark,
    };
    let mut cases = Cases {
        given,
        plans: Vec::new(),
    };
    cases::add(&mut cases)?;
    commands::add(&mut cases)?;
    Ok(cases)
}

/// The snippets that give a relation, with it.
pub(crate) fn relations() -> Result<Vec<(&'static str, proto::Relation)>> {
    let relation = |(snippet, plan): (&'static str, proto::Plan)| match plan.op_type {
        Some(proto::plan::OpType::Root(relation)) => Some((snippet, relation)),
        _ => None,
    };
    Ok(all()?.plans.into_iter().filter_map(relation).collect())
}

/// PySpark's side of the corpus.
pub(crate) fn snippets() -> Result<Vec<&'static str>> {
    Ok(all()?.plans.into_iter().map(|(snippet, _)| snippet).collect())
}

#[tokio::test]
async fn a_plan_of_something_else_is_found() -> Result<()> {
    let spark = Session::connect(&ConnectionString::parse("sc://localhost:1")?)?;
    let df = spark.range(0, 10, 1, None);
    let self_join = df.join(&df, df.col("id").eq(df.col("id")), None)?;
    let other = spark.range(0, 10, 1, None);
    let other_join = df.join(&other, df.col("id").eq(other.col("id")), None)?;
    let plans = [df.limit(3), df.limit(4), self_join, other_join];
    let snippets = [
        "df.limit(3)",
        "df.limit(3)",
        "df.join(df, df.id == df.id)",
        "df.join(df, df.id == df.id)",
    ];
    let mut question = Vec::new();
    for (snippet, frame) in snippets.iter().zip(plans) {
        let plan = plan::root(frame.relation()?).encode_to_vec();
        question.push(json!({ "snippet": snippet, "plan": BASE64_STANDARD.encode(plan) }));
    }
    let answer = python::ask(SCRIPT, &Value::Array(question))?;
    let answers = answer["differences"].as_array().context("no answers")?;
    let same: Vec<bool> = answers.iter().map(Value::is_null).collect();
    assert_eq!(same, [true, false, true, false]);
    Ok(())
}

#[tokio::test]
async fn plans_are_those_of_pyspark() -> Result<()> {
    let cases = all()?;
    let question = cases.plans.iter().map(
        |(snippet, plan)| json!({ "snippet": snippet, "plan": BASE64_STANDARD.encode(plan.encode_to_vec()) }),
    );
    let answer = python::ask(SCRIPT, &Value::Array(question.collect()))?;
    let answers = answer["differences"].as_array().context("no answers")?;
    let differences: Vec<String> = cases
        .plans
        .iter()
        .zip(answers)
        .filter(|(_, answer)| !answer.is_null())
        .map(|((snippet, _), answer)| format!("{snippet}\n{}", answer.as_str().unwrap_or_default()))
        .collect();
    assert_eq!(answers.len(), cases.plans.len());
    assert!(
        differences.is_empty(),
        "{} of {} differ:\n{}",
        differences.len(),
        cases.plans.len(),
        differences.join("\n")
    );
    println!("plans {}", cases.plans.len());
    Ok(())
}
