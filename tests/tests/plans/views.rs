//! Plans as code: PySpark itself makes the same plans of it.

use anyhow::{Context, Result};
use base64::{Engine, prelude::BASE64_STANDARD};
use plan_views::Reason;
use prost::Message;
use serde_json::{Value, json};
use spark_connect_client::{plan, proto};

use crate::{frames, functions, python};

const SCRIPT: &str = concat!(include_str!("offline.py"), include_str!("views.py"));

/// Snippets whose plans have no code, with the node that the error names.
const WITHOUT_CODE: [(&str, &str); 5] = [
    // The column of a relation that the plan does not have: Spark refuses it too.
    ("df.select(df.id, df2.id)", "The column id"),
    (
        "df._joinAsOf(df2, 'id', 'id', on='k', how='left', tolerance=F.lit(1), allowExactMatches=False, \
         direction='nearest')",
        "AsOfJoin",
    ),
    (
        "df2.asTable().partitionBy('a').orderBy(F.desc('b'))",
        "SubqueryExpression",
    ),
    ("df2.asTable().withSinglePartition()", "SubqueryExpression"),
    (
        "spark.catalog.cacheTable('t', StorageLevel.DISK_ONLY)",
        "Catalog.CacheTable",
    ),
];

/// What PySpark makes of code, compared with the plans that it was written for.
fn differences(cases: &[(String, String, proto::Relation)]) -> Result<Vec<String>> {
    let question = cases.iter().map(|(_, code, relation)| {
        let plan = plan::root(relation.clone()).encode_to_vec();
        json!({ "code": code, "plan": BASE64_STANDARD.encode(plan) })
    });
    let answer = python::ask(SCRIPT, &Value::Array(question.collect()))?;
    let answers = answer.as_array().context("no answers")?;
    assert_eq!(answers.len(), cases.len());
    let different = cases.iter().zip(answers).filter(|(_, answer)| !answer.is_null());
    Ok(different
        .map(|((name, code, _), answer)| format!("{name}\n{code}\n{}", answer.as_str().unwrap_or_default()))
        .collect())
}

#[tokio::test]
async fn pyspark_makes_the_same_plans_of_the_code() -> Result<()> {
    let mut cases = Vec::new();
    let mut failed = Vec::new();
    for (snippet, relation) in frames::relations()? {
        let expected = WITHOUT_CODE
            .iter()
            .find(|(name, _)| *name == snippet)
            .map(|(_, node)| *node);
        match (plan_views::code::code(&relation), expected) {
            (Ok(code), None) if code.notes.is_empty() => {
                cases.push((snippet.to_owned(), code.text, relation))
            }
            (Err(error), Some(node)) if error.reason == Reason::NoForm && error.node == node => (),
            (other, _) => failed.push(format!("{snippet}: {other:?}")),
        }
    }
    failed.extend(differences(&cases)?);
    assert!(
        failed.is_empty(),
        "{} of {}:\n{}",
        failed.len(),
        cases.len(),
        failed.join("\n")
    );
    println!("plans {}", cases.len());
    Ok(())
}

#[tokio::test]
async fn pyspark_makes_the_same_columns_of_the_code() -> Result<()> {
    let mut cases = Vec::new();
    let mut failed = Vec::new();
    let range = plan::LogicalPlan::range(0, 1, 1, None);
    for (name, column) in functions::columns() {
        let relation = range.project(vec![column.into_expression()]).to_relation()?;
        match plan_views::code::code(&relation) {
            Ok(code) if code.notes.is_empty() => cases.push((name, code.text, relation)),
            other => failed.push(format!("{name}: {other:?}")),
        }
    }
    failed.extend(differences(&cases)?);
    assert!(
        failed.is_empty(),
        "{} of {}:\n{}",
        failed.len(),
        cases.len(),
        failed.join("\n")
    );
    println!("columns {}", cases.len());
    Ok(())
}
