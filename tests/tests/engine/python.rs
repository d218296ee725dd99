//! PySpark cells: what they print, what they end with, what stays of them, and where they fail.

use std::time::Duration;

use anyhow::{Result, ensure};
use e2e::{engine::connected, operation::Heart, route::Route};
use engine_api::{Command, ErrorKind, Event, Language, Origin, RowLimit};

#[tokio::test]
async fn variables_live_from_cell_to_cell() -> Result<()> {
    connected(async |engine| {
        let (_, told) = engine.python("x = 20\nprint('set')").await?;
        assert_eq!(told.text, "set\n");
        ensure!(told.columns.is_empty());
        told.summary()?;
        let (_, told) = engine.python("x += 1\nx * 2").await?;
        assert_eq!(told.text, "42\n");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_dataframe_at_the_end_is_a_table() -> Result<()> {
    connected(async |engine| {
        let source = "df = spark.range(10001)\nprint('twice')\ndf.select((df.id * 2).alias('twice'))";
        let (run, told) = engine.python(source).await?;
        assert_eq!(told.text, "twice\n");
        assert_eq!(told.columns[0].name, "twice");
        let summary = told.summary()?;
        assert_eq!((summary.rows, summary.limited_to), (10_000, Some(10_000)));
        assert_eq!(engine.texts(run, 9_999..10_000, 0..1).await?, [["19998"]]);
        let (_, told) = engine.python("df.limit(10000)").await?;
        assert_eq!(told.summary()?.limited_to, None);
        let (_, told) = engine.python("df.filter('id < 0')").await?;
        assert_eq!(told.columns.len(), 1);
        assert_eq!(told.summary()?.rows, 0);
        let (_, told) = engine.python("spark.sql('SHOW VIEWS')").await?;
        assert_eq!(told.columns[1].name, "viewName");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn views_are_shared_with_sql() -> Result<()> {
    connected(async |engine| {
        let source = "spark.range(3).createOrReplaceTempView('few')";
        let (_, told) = engine.python(source).await?;
        assert_eq!(told.summary()?.message.as_deref(), Some("Done."));
        let (_, told) = engine
            .run(
                "CREATE TEMPORARY VIEW more AS SELECT id + 1 AS n FROM few",
                RowLimit::All,
            )
            .await?;
        told.summary()?;
        let (run, told) = engine.python("spark.table('more').filter('n > 2')").await?;
        assert_eq!(told.summary()?.rows, 1);
        assert_eq!(engine.texts(run, 0..1, 0..1).await?, [["3"]]);
        let (_, told) = engine.python("spark.sql('DROP VIEW more')").await?;
        ensure!(told.columns.is_empty());
        assert_eq!(told.summary()?.message.as_deref(), Some("Done."));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn an_error_points_at_the_code_and_keeps_what_was_printed() -> Result<()> {
    connected(async |engine| {
        let source = "print('é😀 before')\nx = 1\ny = x + nothing";
        let (_, told) = engine.python(source).await?;
        assert_eq!(told.text, "é😀 before\n");
        let error = told.error()?;
        assert_eq!(
            (error.kind, &*error.message),
            (ErrorKind::Raised, "NameError: name 'nothing' is not defined")
        );
        let [origin] = &error.origins[..] else {
            anyhow::bail!("{error:?}");
        };
        assert_eq!((origin.line, origin.column), (3, 9));
        let (_, told) = engine.python("x").await?;
        assert_eq!(told.text, "1\n", "what ran before the error is lost");
        Ok(())
    })
    .await
}

/// Cells that Spark refuses, and the step that it blames.
const BLAMED: [(&str, &str); 7] = [
    // Found when the plan is resolved.
    (
        "'é😀'; df = spark.range(3)\n(df\n  .withColumn('a', df.id + 1)\n  .filter('nope > 1')\n  .limit(3))",
        "nope",
    ),
    ("df = spark.range(3)\ndf.select(df.id, 'nope').show()", "nope"),
    (
        "from pyspark.sql import functions as F\ndf = spark.range(3)\ndf.agg(\n  F.sum('nope'))",
        "sum('nope')",
    ),
    // Found when it runs.
    (
        "df = spark.range(3)\ndf.select(df.id, df.id / (df.id - 1))",
        "df.id / (df.id - 1)",
    ),
    (
        "df = spark.range(3)\ndf.select((df.id % 0).alias('x')).collect()",
        "df.id % 0",
    ),
    (
        "from pyspark.sql import functions as F\nspark.range(3).select(F.lit('x').cast('int')).collect()",
        "cast('int')",
    ),
    // In the text of a query.
    (
        "spark.range(2).createOrReplaceTempView('v')\nspark.sql('SELECT nope FROM v')",
        "nope",
    ),
];

#[tokio::test]
async fn sparks_errors_point_at_the_step() -> Result<()> {
    connected(async |engine| {
        for (source, step) in BLAMED {
            let (_, told) = engine.python(source).await?;
            let error = told.error()?;
            assert_eq!(error.kind, ErrorKind::Spark, "{error:?}");
            ensure!(
                error.error_class.is_some() && error.sql_state.is_some(),
                "{error:?}"
            );
            let marked: Vec<_> = error.origins.iter().map(|origin| mark(source, origin)).collect();
            assert_eq!(marked, [step], "{}", error.message);
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn an_editor_learns_of_columns_and_plans() -> Result<()> {
    connected(async |engine| {
        engine
            .python("few = spark.range(3).withColumnRenamed('id', 'amount')")
            .await?
            .1
            .summary()?;
        let names = engine.completions("few.select('').filter('')", 12).await?;
        assert_eq!(names, ["amount"]);
        let names = engine.completions("'é😀'; few.", 11).await?;
        ensure!(
            names[0] == "amount" && names.contains(&"filter".to_owned()),
            "{names:?}"
        );
        let plan = engine.plan(Language::Python, "few.limit(1)").await?;
        assert_eq!(
            plan,
            ["0 Limit 1", "1 WithColumnsRenamed id → amount", "2 Range 0 3 1"]
        );
        let plan = engine
            .plan(Language::Sql, "SELECT 1;\nSELECT id FROM range(3) LIMIT 2")
            .await?;
        ensure!(plan[0] == "0 GlobalLimit 2" && plan.len() == 4, "{plan:?}");
        Ok(())
    })
    .await
}

fn mark(source: &str, origin: &Origin) -> String {
    let units: Vec<u16> = source.encode_utf16().collect();
    let marked = units
        .get(origin.start as usize..origin.end as usize)
        .unwrap_or_default();
    String::from_utf16_lossy(marked)
}

#[tokio::test]
async fn a_flood_of_text_comes_in_few_messages_and_has_an_end() -> Result<()> {
    connected(async |engine| {
        let (_, told) = engine
            .python("for i in range(200000):\n    print(i, 'and more')")
            .await?;
        ensure!(told.text.starts_with("0 and more\n1 and more\n"));
        ensure!(told.text.ends_with("left out.\n"), "it has no end");
        ensure!(told.text.len() < 1_001_000, "{} bytes", told.text.len());
        ensure!(told.texts < 2_000, "{} messages", told.texts);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn text_and_progress_come_while_spark_works() -> Result<()> {
    connected(async |engine| {
        let source = "print('first')\nprint('second')\nspark.range(0, 4, 1, 4).selectExpr(\"java_method('java.lang.Thread', 'sleep', 2000L)\").collect()\nprint('third')";
        let run = engine.begin_python(source);
        let second = engine
            .wait(|event| match event {
                Event::Printed { text, .. } => text.contains("second").then(|| text.clone()),
                _ => None,
            })
            .await?;
        ensure!(!second.contains("third"), "the text came at the end only");
        let told = engine.end(run).await?;
        ensure!(told.text.ends_with("third\n"), "{}", told.text);
        ensure!(told.progress > 0, "no progress was told");
        ensure!(!told.operations.is_empty(), "no operation was told");
        told.summary()?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn endless_code_is_stopped() -> Result<()> {
    connected(async |engine| {
        let run = engine.begin_python("n = 0\nwhile True:\n    n += 1");
        tokio::time::sleep(Duration::from_millis(200)).await;
        engine.send(Command::Cancel { run });
        let error = engine.end(run).await?.error()?;
        assert_eq!(error.kind, ErrorKind::Cancelled);
        let (_, told) = engine.python("n > 10").await?;
        assert_eq!(told.text, "True\n");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn an_action_in_a_cell_is_stopped_on_the_server() -> Result<()> {
    connected(async |engine| {
        let (heart, witness) = (Heart::new(), Route::Grpc.session()?);
        let source = format!(
            "seen = 1\nspark.sql(\"\"\"{}\"\"\").count()\nseen = 2",
            heart.query()
        );
        let run = engine.begin_python(&source);
        heart.beats(&witness).await?;
        engine.send(Command::Cancel { run });
        assert_eq!(engine.end(run).await?.error()?.kind, ErrorKind::Cancelled);
        heart.stops(&witness).await?;
        let (_, told) = engine.python("seen").await?;
        assert_eq!(told.text, "1\n");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_new_connection_has_no_variables() -> Result<()> {
    connected(async |engine| {
        engine.python("x = 1").await?.1.summary()?;
        engine.connect(&e2e::environment::spark_remote()?).await?;
        let error = engine.python("x").await?.1.error()?;
        assert_eq!(error.message, "NameError: name 'x' is not defined");
        Ok(())
    })
    .await
}
