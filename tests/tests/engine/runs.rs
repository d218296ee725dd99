//! Runs: limits, streaming, stopping, memory, several at once.

use anyhow::{Result, ensure};
use e2e::{engine::connected, operation::Heart, route::Route};
use engine_api::{Command, ErrorKind, Event, RowLimit};

/// Far more than a megabyte, in several batches.
const LARGE: &str = "SELECT id, repeat('spark', 20) AS s FROM range(0, 200000, 1, 4)";

#[tokio::test]
async fn a_preview_says_that_it_is_one() -> Result<()> {
    connected(async |engine| {
        let (run, told) = engine
            .run("SELECT id FROM range(0, 50000, 1, 4)", RowLimit::Preview(10_000))
            .await?;
        let summary = told.summary()?;
        assert_eq!((summary.rows, summary.limited_to), (10_000, Some(10_000)));
        assert_eq!(engine.texts(run, 9_999..10_001, 0..1).await?, [["9999"]]);
        // Exactly as many as allowed are all there are.
        let (_, told) = engine
            .run("SELECT id FROM range(10000)", RowLimit::Preview(10_000))
            .await?;
        let summary = told.summary()?;
        assert_eq!((summary.rows, summary.limited_to), (10_000, None));
        let (_, told) = engine.run("SELECT id FROM range(50000)", RowLimit::All).await?;
        let summary = told.summary()?;
        assert_eq!((summary.rows, summary.limited_to), (50_000, None));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn rows_are_told_as_they_come() -> Result<()> {
    connected(async |engine| {
        let query = "SELECT id, if(id % 1000 = 999, java_method('java.lang.Thread', 'sleep', 700L), '') AS s \
                     FROM range(0, 6000, 1, 6)";
        let run = engine.begin(query, RowLimit::All);
        let first = engine.first_rows(run).await?;
        ensure!(first < 6000, "all rows came at once");
        // What is there can be read while the rest comes.
        assert_eq!(engine.texts(run, 0..2, 0..1).await?, [["0"], ["1"]]);
        let told = engine.end(run).await?;
        ensure!(told.rows.is_sorted() && told.rows.len() > 1, "{:?}", told.rows);
        ensure!(told.progress > 0);
        let columns = told.columns.len();
        let summary = told.summary()?;
        assert_eq!((summary.rows, columns), (6000, 2));
        let first = summary.first_rows_ms.unwrap_or(u64::MAX);
        ensure!(
            first + 500 < summary.elapsed_ms,
            "first rows after {first} of {} ms",
            summary.elapsed_ms
        );
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_stopped_run_stops_on_the_server_and_keeps_its_rows() -> Result<()> {
    connected(async |engine| {
        let (heart, witness) = (Heart::new(), Route::Grpc.session()?);
        // The rows of the first partitions arrive, the last one goes on for hours.
        let query = format!("SELECT * FROM range(0, 100, 1, 2) UNION ALL {}", heart.query());
        let run = engine.begin(&query, RowLimit::All);
        assert_eq!(engine.first_rows(run).await?, 50);
        heart.beats(&witness).await?;
        engine.send(Command::Cancel { run });
        let error = engine.end(run).await?.error()?;
        assert_eq!(
            (error.kind, error.message.as_str()),
            (ErrorKind::Cancelled, "Stopped.")
        );
        heart.stops(&witness).await?;
        assert_eq!(engine.texts(run, 0..1, 0..1).await?, [["0"]]);
        let (_, told) = engine.run("SELECT 1", RowLimit::All).await?;
        assert_eq!(told.summary()?.rows, 1);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_closed_run_stops_on_the_server_and_frees_its_memory() -> Result<()> {
    connected(async |engine| {
        let (heart, witness) = (Heart::new(), Route::Grpc.session()?);
        let run = engine.begin(&heart.query(), RowLimit::All);
        heart.beats(&witness).await?;
        engine.send(Command::Close { run });
        heart.stops(&witness).await?;

        let (run, _) = engine.run("SELECT id FROM range(1000)", RowLimit::All).await?;
        let memory = async |wanted: fn(u64) -> bool| {
            engine
                .wait(move |event| {
                    matches!(event, Event::Memory { bytes, .. } if wanted(*bytes)).then_some(())
                })
                .await
        };
        memory(|bytes| bytes >= 8000).await?;
        engine.send(Command::Close { run });
        memory(|bytes| bytes == 0).await?;
        ensure!(engine.window(run, 0..10, 0..1).await?.cells.is_empty());
        ensure!(
            engine
                .copy(run, 0..1, 0..1)
                .await?
                .is_err_and(|error| error.message.contains("Run the cell again"))
        );
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_spent_budget_keeps_what_came() -> Result<()> {
    connected(async |engine| {
        engine.send(Command::Budget { bytes: 4_000_000 });
        let (run, told) = engine.run(LARGE, RowLimit::All).await?;
        let error = told.error()?;
        assert_eq!(error.kind, ErrorKind::Budget);
        ensure!(error.message.contains("4 MB"), "{}", error.message);
        assert_eq!(engine.texts(run, 0..1, 0..1).await?, [["0"]]);
        engine.send(Command::Budget { bytes: 100_000_000 });
        let (_, told) = engine.run(LARGE, RowLimit::All).await?;
        assert_eq!(told.summary()?.rows, 200_000);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn several_runs_go_on_side_by_side() -> Result<()> {
    connected(async |engine| {
        let runs: Vec<_> = (1..=5u64)
            .map(|n| {
                let query = format!("SELECT id * {n} AS x FROM range(0, {}, 1, 3)", n * 10_000);
                (n, engine.begin(&query, RowLimit::All))
            })
            .collect();
        for (n, run) in runs.into_iter().rev() {
            let rows = engine.end(run).await?.summary()?.rows;
            assert_eq!(rows, n * 10_000);
            let last = engine.texts(run, rows - 1..rows, 0..1).await?;
            assert_eq!(last, [[((rows - 1) * n).to_string()]]);
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn commands_say_what_they_did() -> Result<()> {
    connected(async |engine| {
        let table = format!("e2e_{}", uuid::Uuid::new_v4().simple());
        for (source, expected) in [
            ("CREATE TEMPORARY VIEW hourly AS SELECT 1 AS n".to_owned(), "Created temporary view hourly.".to_owned()),
            (format!("CREATE TABLE {table} (n INT) USING parquet"), format!("Created table {table}.")),
            (format!("INSERT INTO {table} VALUES (1), (2)"), format!("Inserted into {table}.")),
            (format!("DROP TABLE {table}"), format!("Dropped table {table}.")),
        ] {
            let (_, told) = engine.run(&source, RowLimit::Preview(10)).await?;
            assert_eq!(told.summary()?.message.as_deref(), Some(expected.as_str()), "{source}");
        }
        // Commands that return rows show them.
        let (run, told) = engine.run("SHOW VIEWS", RowLimit::Preview(10)).await?;
        assert_eq!(told.summary()?.message, None);
        assert_eq!(engine.texts(run, 0..1, 1..2).await?, [["hourly"]]);
        // The statements of a cell run in order, and the last one's rows are the result.
        let source = "CREATE TEMPORARY VIEW a AS SELECT 1 AS n;\nCREATE TEMPORARY VIEW b AS SELECT n + 1 AS m FROM a; SELECT m FROM b;";
        let (run, told) = engine.run(source, RowLimit::Preview(10)).await?;
        let summary = told.summary()?;
        assert_eq!((summary.rows, summary.statements), (1, 3));
        assert_eq!(engine.texts(run, 0..1, 0..1).await?, [["2"]]);
        // One that fails ends the run, and is named.
        let source = "CREATE TEMPORARY VIEW c AS SELECT 1 AS n; SELECT nope FROM c; DROP VIEW c";
        let (_, told) = engine.run(source, RowLimit::Preview(10)).await?;
        assert_eq!(told.error()?.statement, Some((2, 3)));
        let (_, told) = engine.run("SELECT n FROM c", RowLimit::Preview(10)).await?;
        assert_eq!(told.summary()?.rows, 1);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_cell_may_change_the_time_zone() -> Result<()> {
    connected(async |engine| {
        let query = "SELECT array(timestamp_seconds(0)), timestamp_seconds(0)";
        for zone in ["Asia/Tokyo", "America/Lima"] {
            let source = format!("SET TIME ZONE '{zone}'; {query}");
            let (run, told) = engine.run(&source, RowLimit::All).await?;
            told.summary()?;
            let expected = match zone {
                "Asia/Tokyo" => ["[1970-01-01 09:00:00]", "1970-01-01 09:00:00"],
                _ => ["[1969-12-31 19:00:00]", "1969-12-31 19:00:00"],
            };
            assert_eq!(engine.texts(run, 0..1, 0..2).await?, [expected], "{zone}");
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn empty_results_and_sources() -> Result<()> {
    connected(async |engine| {
        let (run, told) = engine
            .run("SELECT id, 'x' AS text FROM range(0)", RowLimit::Preview(10))
            .await?;
        let names: Vec<_> = told.columns.iter().map(|column| column.name.clone()).collect();
        assert_eq!(names, ["id", "text"]);
        let summary = told.summary()?;
        assert_eq!(
            (summary.rows, summary.message, summary.first_rows_ms),
            (0, None, None)
        );
        ensure!(engine.window(run, 0..10, 0..2).await?.cells.is_empty());

        let (run, told) = engine
            .run("SELECT * EXCEPT (id) FROM range(7)", RowLimit::Preview(10))
            .await?;
        assert_eq!(told.summary()?.rows, 7);
        assert_eq!(engine.window(run, 0..7, 0..1).await?.columns, 0..0);

        for source in ["", " \n\t"] {
            let (_, told) = engine.run(source, RowLimit::Preview(10)).await?;
            let error = told.error()?;
            assert_eq!(error.kind, ErrorKind::Invalid, "{source:?}: {}", error.message);
            ensure!(error.message.contains("nothing to run"), "{}", error.message);
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_source_of_5_mb() -> Result<()> {
    connected(async |engine| {
        let text = "spark".repeat(1 << 20);
        let (run, told) = engine
            .run(&format!("SELECT length('{text}') AS n"), RowLimit::Preview(10))
            .await?;
        assert_eq!(told.summary()?.rows, 1);
        assert_eq!(engine.texts(run, 0..1, 0..1).await?, [[text.len().to_string()]]);
        let (_, told) = engine
            .run(&format!("SELECT '{text}' FROMM x y"), RowLimit::Preview(10))
            .await?;
        let error = told.error()?;
        assert_eq!(error.error_class.as_deref(), Some("PARSE_SYNTAX_ERROR"));
        assert_eq!(
            error.origins.first().map(|origin| origin.start as usize),
            Some(text.len() + 16)
        );
        Ok(())
    })
    .await
}
