//! Rows, commands and progress: what comes back is what Spark says.

use std::time::Instant;

use anyhow::{Context, Result, ensure};
use arrow_array::{Array, RecordBatch, StringArray};
use e2e::{
    environment, operation,
    oracle::{self, Checksum, count, longs},
    over_both_routes,
    route::Route,
};
use futures::StreamExt;
use spark_connect_client::{Output, plan, proto::get_status_response::operation_status::OperationState};

over_both_routes!(
    the_version_is_told,
    many_batches_are_what_spark_says,
    compressed_batches_are_what_spark_says,
    the_first_batch_comes_before_the_end,
    commands_do_what_they_say,
    a_table_is_written_and_read,
    an_empty_result_has_its_columns,
    rows_without_columns_are_counted,
    two_thousand_columns,
    a_cell_of_50_mb,
    progress_is_told,
);

async fn the_version_is_told(route: Route) -> Result<()> {
    assert_eq!(
        route.session()?.spark_version().await?,
        environment::spark_version()?
    );
    Ok(())
}

async fn many_batches_are_what_spark_says(route: Route) -> Result<()> {
    let query =
        "SELECT id, hex(id * 7919) AS h, cast(id / 7 AS DECIMAL(20, 4)) AS d FROM range(0, 300000, 1, 6)";
    let session = route.session()?;
    let batches = session.sql(query).await?.collect().await?;
    ensure!(batches.len() > 6, "only {} batches", batches.len());
    let mut ours = Checksum::default();
    let mut next = 0;
    for batch in &batches {
        for id in longs(batch, 0)? {
            ensure!(*id == next, "row {next} has the id {id}");
            next += 1;
        }
        ours.add_batch(batch)?;
    }
    assert_eq!(
        ours,
        Checksum::by_spark(&session, query, &["id", "h", "d"]).await?
    );
    assert_eq!(ours.rows, 300_000);
    Ok(())
}

async fn compressed_batches_are_what_spark_says(route: Route) -> Result<()> {
    let session = route.session()?;
    let conf = session.conf();
    conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", "200000")
        .await?;
    // A column of one value shrinks to almost nothing, which is no reason to doubt its length.
    let zeros = "SELECT cast(0 AS BIGINT) AS z FROM range(0, 150000, 1, 1)";
    let texts = "SELECT id, hex(id * 7919) AS h FROM range(0, 20000, 1, 2)";
    for codec in ["none", "zstd", "lz4"] {
        conf.set("spark.sql.execution.arrow.compression.codec", codec)
            .await?;
        for (query, columns, rows) in [(zeros, &["z"][..], 150_000), (texts, &["id", "h"][..], 20_000)] {
            let mut ours = Checksum::default();
            for batch in session.sql(query).await?.collect().await.context(codec)? {
                ours.add_batch(&batch)?;
            }
            assert_eq!(
                ours,
                Checksum::by_spark(&session, query, columns).await?,
                "{codec}"
            );
            assert_eq!(ours.rows, rows, "{codec}");
        }
    }
    Ok(())
}

async fn the_first_batch_comes_before_the_end(route: Route) -> Result<()> {
    let connection = route.connection()?;
    let session = route.session_at(&connection, Default::default())?;
    // Four partitions on at most two cores or more: the last one sleeps.
    let query = "SELECT id, if(id = 3999, java_method('java.lang.Thread', 'sleep', 4000L), 'awake') AS s \
                 FROM range(0, 4000, 1, 4)";
    let mut execution = session.execute(plan::root(plan::sql(query)));
    let operation = execution.operation_id().to_owned();
    let (mut rows, mut first) = (0, None);
    while let Some(output) = execution.next().await {
        let Output::Batch(batch) = output? else { continue };
        rows += batch.num_rows();
        if first.is_none() {
            let state = operation::state(route.transport(&connection)?, &connection, &operation).await?;
            ensure!(matches!(state, None | Some(OperationState::Running)));
            first = Some(Instant::now());
        }
    }
    let ahead = first.context("no batch came")?.elapsed();
    assert_eq!(rows, 4000);
    ensure!(
        ahead.as_secs_f64() > 1.0,
        "the first batch came only {ahead:?} before the end"
    );
    Ok(())
}

async fn commands_do_what_they_say(route: Route) -> Result<()> {
    let session = route.session()?;
    let view = session
        .sql("CREATE TEMPORARY VIEW v AS SELECT * FROM VALUES (1L, 'a'), (2L, 'b') AS t(n, s)")
        .await?;
    ensure!(plan::is_command_result(&view.relation()?));
    assert_eq!(count(&view.collect().await?), 0);
    assert_eq!(
        oracle::rows(&session, "SELECT * FROM v ORDER BY n").await?,
        [["1", "a"], ["2", "b"]]
    );
    let set = session.sql("SET e2e.key = some value").await?;
    ensure!(plan::is_command_result(&set.relation()?));
    assert_eq!(
        session.conf().get_option("e2e.key").await?.as_deref(),
        Some("some value")
    );
    assert_eq!(session.conf().get_option("e2e.none").await?, None);
    let query = session.sql("SELECT 1").await?;
    ensure!(!plan::is_command_result(&query.relation()?));
    Ok(())
}

async fn a_table_is_written_and_read(route: Route) -> Result<()> {
    let session = route.session()?;
    let table = format!("e2e_{}", session.session_id().replace('-', ""));
    oracle::rows(
        &session,
        &format!("CREATE TABLE {table} (n BIGINT, s STRING) USING parquet"),
    )
    .await?;
    let inserted = oracle::rows(
        &session,
        &format!("INSERT INTO {table} SELECT id, hex(id) FROM range(1000)"),
    )
    .await;
    let counted = oracle::value(&session, &format!("SELECT sum(n) FROM {table}")).await;
    oracle::rows(&session, &format!("DROP TABLE {table}")).await?;
    assert_eq!(inserted?, [[""; 0]; 0]);
    assert_eq!(counted?, "499500");
    Ok(())
}

async fn an_empty_result_has_its_columns(route: Route) -> Result<()> {
    let session = route.session()?;
    let data_frame = session.sql("SELECT id, 'x' AS text FROM range(0)").await?;
    assert_eq!(data_frame.schema().await?.fields.len(), 2);
    let batches = data_frame.collect().await?;
    assert_eq!(count(&batches), 0);
    let schema = batches.first().context("no batch tells the columns")?.schema();
    let names: Vec<_> = schema
        .fields()
        .iter()
        .map(|field| field.name().as_str())
        .collect();
    assert_eq!(names, ["id", "text"]);
    Ok(())
}

async fn rows_without_columns_are_counted(route: Route) -> Result<()> {
    let session = route.session()?;
    let batches = session
        .sql("SELECT * EXCEPT (id) FROM range(7)")
        .await?
        .collect()
        .await?;
    assert_eq!(count(&batches), 7);
    assert!(batches.iter().all(|batch| batch.num_columns() == 0));
    Ok(())
}

async fn two_thousand_columns(route: Route) -> Result<()> {
    let columns: Vec<_> = (0..2000).map(|n| format!("id * {n} AS c{n}")).collect();
    let session = route.session()?;
    let rows = oracle::rows(
        &session,
        &format!("SELECT {} FROM range(3, 8)", columns.join(", ")),
    )
    .await?;
    assert_eq!(rows.len(), 5);
    for (row, id) in rows.iter().zip(3u64..) {
        let expected: Vec<_> = (0..2000).map(|n| (id * n).to_string()).collect();
        assert_eq!(*row, expected);
    }
    Ok(())
}

async fn a_cell_of_50_mb(route: Route) -> Result<()> {
    const SIZE: usize = 50 << 20;
    let session = route.session()?;
    let query = format!(
        "SELECT id, if(id = 1, repeat('spark', {}), 'short') AS cell FROM range(0, 3, 1, 1)",
        SIZE / 5
    );
    let batches = session.sql(&query).await?.collect().await?;
    assert_eq!(count(&batches), 3);
    let mut lengths = Vec::new();
    for batch in &batches {
        for cell in strings(batch, 1)?.iter().flatten() {
            ensure!(cell == "short" || cell.as_bytes().chunks(5).all(|part| part == b"spark"));
            lengths.push(cell.len());
        }
    }
    assert_eq!(lengths, [5, SIZE / 5 * 5, 5]);
    Ok(())
}

async fn progress_is_told(route: Route) -> Result<()> {
    let session = route.session()?;
    let query = "SELECT count(*) FROM (SELECT java_method('java.lang.Thread', 'sleep', 1500L) AS s \
                 FROM range(0, 6, 1, 6)) WHERE s = 'null'";
    let mut execution = session.execute(plan::root(plan::sql(query)));
    let mut told = Vec::new();
    while let Some(output) = execution.next().await {
        if let Output::Progress(progress) = output? {
            let done: i64 = progress
                .stages
                .iter()
                .map(|stage| stage.num_completed_tasks)
                .sum();
            let tasks: i64 = progress.stages.iter().map(|stage| stage.num_tasks).sum();
            told.push((done, tasks, progress.num_inflight_tasks));
        }
    }
    ensure!(
        told.iter()
            .any(|(done, tasks, running)| done < tasks && *tasks >= 6 && *running > 0),
        "{told:?}"
    );
    ensure!(told.is_sorted_by_key(|(done, ..)| *done), "{told:?}");
    Ok(())
}

fn strings(batch: &RecordBatch, column: usize) -> Result<&StringArray> {
    let array = batch.columns().get(column).context("no such column")?;
    array
        .as_any()
        .downcast_ref()
        .with_context(|| format!("{} is no text", array.data_type()))
}
