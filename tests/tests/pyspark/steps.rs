//! Schemas of the steps of a cell that has not run.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use anyhow::{Context, Result};
use e2e::route::Route;
use pyspark_cells::{Interpreter, Step};
use spark_connect_client::{Sent, types};

use crate::show;

/// A session that counts what it sends: plans, and questions about them.
fn counted() -> Result<(Interpreter, Arc<AtomicUsize>, Arc<AtomicUsize>)> {
    let (plans, questions) = (Arc::<AtomicUsize>::default(), Arc::<AtomicUsize>::default());
    let (run, asked) = (plans.clone(), questions.clone());
    let session = Route::Grpc.session()?.with_observer(move |sent| {
        let count = match sent {
            Sent::Plan(_) => &run,
            Sent::Analyze(_) => &asked,
        };
        count.fetch_add(1, Ordering::Relaxed);
    });
    Ok((Interpreter::new(session), plans, questions))
}

/// Steps as lines: the source of each, and its columns or the error's class.
fn lines(text: &str, steps: &[Step]) -> Vec<String> {
    let line = |step: &Step| {
        let source = &text[step.span.start..step.span.end];
        match &step.schema {
            Ok(schema) => {
                let columns = schema.fields.iter().map(|field| {
                    let kind = field.data_type.as_ref().map(types::simple_string);
                    format!("{} {}", field.name, kind.unwrap_or_default())
                });
                format!("{source}: {}", columns.collect::<Vec<_>>().join(", "))
            }
            Err(failure) => format!("{source}: {}", failure.class),
        }
    };
    steps.iter().map(line).collect()
}

#[tokio::test]
async fn each_step_has_its_schema_and_nothing_runs() -> Result<()> {
    let (mut interpreter, plans, questions) = counted()?;
    show(
        &mut interpreter,
        "import pyspark.sql.functions as F\nbase = spark.range(5)\nnames = ['a']",
    )
    .await;
    let text = "df = base.filter(base.id > 1).withColumn('x', F.lit('y')).select('x')\n\
                df.show()\n\
                spark.sql('CREATE TABLE cells_never (a INT)')\n\
                names.append('b')\n\
                n = df.cache().groupBy('x').count()\n\
                n.nothing";
    let steps = interpreter.steps(text).await;
    let expected = [
        "base: id bigint",
        "base: id bigint",
        "filter(base.id > 1): id bigint",
        "withColumn('x', F.lit('y')): id bigint, x string",
        "select('x'): x string",
        "df: x string",
        "sql('CREATE TABLE cells_never (a INT)'): ",
        "df: x string",
        "count(): x string, count bigint",
        "n: x string, count bigint",
    ];
    assert_eq!(lines(text, &steps), expected);
    assert_eq!(plans.load(Ordering::Relaxed), 0, "nothing is run");
    assert_eq!(show(&mut interpreter, "names").await, "['a']");
    assert!(show(&mut interpreter, "df").await.starts_with("NameError"));

    // What is known is not asked again.
    let steps = interpreter.steps(text).await;
    let asked = questions.load(Ordering::Relaxed);
    assert_eq!(lines(text, &steps), expected);
    let again = interpreter.steps(text).await;
    assert_eq!(again.len(), expected.len());
    assert_eq!(questions.load(Ordering::Relaxed), asked);
    Ok(())
}

#[tokio::test]
async fn unfinished_text_has_steps_too() -> Result<()> {
    let (mut interpreter, plans, _) = counted()?;
    show(
        &mut interpreter,
        "import pyspark.sql.functions as F\ndf = spark.range(5)",
    )
    .await;
    for (text, last) in [
        (
            "df.withColumn('a', F.col('id') * 2).",
            "withColumn('a', F.col('id') * 2): id bigint, a bigint",
        ),
        ("df.select('id').filter(F.col(\"", "select('id'): id bigint"),
        (
            "y = (df\n  .withColumnRenamed('id', 'k')\n  .gr",
            "withColumnRenamed('id', 'k'): k bigint",
        ),
        ("if True:\n    df.drop('id').sel", "drop('id'): "),
        ("def f(d):\n    return d.toDF('z')\nf(df).", "df: id bigint"),
    ] {
        let steps = interpreter.steps(text).await;
        let lines = lines(text, &steps);
        assert_eq!(lines.last().context("no step")?, last, "{text}");
    }
    assert_eq!(plans.load(Ordering::Relaxed), 0);
    Ok(())
}

#[tokio::test]
async fn what_is_wrong_with_a_step_is_said() -> Result<()> {
    let (mut interpreter, ..) = counted()?;
    let text = "spark.range(1).select('nothing').limit(3)";
    let steps = interpreter.steps(text).await;
    let failures: Vec<_> = steps.iter().map(|step| step.schema.is_ok()).collect();
    assert_eq!(failures, [true, false, false]);
    let failure = steps[1].schema.as_ref().err().context("no failure")?;
    assert!(
        failure.message.starts_with("[UNRESOLVED_COLUMN.WITH_SUGGESTION]"),
        "{failure}"
    );
    Ok(())
}

#[tokio::test]
async fn a_cell_that_runs_makes_schemas_unknown() -> Result<()> {
    let (mut interpreter, ..) = counted()?;
    show(
        &mut interpreter,
        "spark.range(1).createOrReplaceTempView('cells_steps')",
    )
    .await;
    let text = "spark.table('cells_steps')";
    let steps = interpreter.steps(text).await;
    assert_eq!(lines(text, &steps), ["table('cells_steps'): id bigint"]);
    show(
        &mut interpreter,
        "spark.range(1).toDF('other').createOrReplaceTempView('cells_steps')",
    )
    .await;
    let steps = interpreter.steps(text).await;
    assert_eq!(lines(text, &steps), ["table('cells_steps'): other bigint"]);
    Ok(())
}
