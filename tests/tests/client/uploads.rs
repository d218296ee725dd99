//! What goes to the server: rows of one's own, files, large plans.

use std::{collections::BTreeSet, sync::Arc};

use anyhow::{Result, ensure};
use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use e2e::{oracle::Checksum, over_both_routes, route::Route};
use spark_connect_client::{Artifact, DataFrame, ErrorKind, Session, plan};

over_both_routes!(
    rows_of_ones_own_come_back,
    many_rows_travel_as_cached_blocks,
    files_of_every_kind_arrive,
    a_file_of_another_content_is_refused,
    a_large_plan_is_understood,
);

/// Rows as they are numbered, with a text that does not repeat.
fn rows(from: i64, to: i64) -> Result<RecordBatch> {
    let ids: ArrayRef = Arc::new(Int64Array::from_iter_values(from..to));
    let texts = (from..to).map(|id| (id % 7 != 0).then(|| format!("row {id} of {to}")));
    let texts: ArrayRef = Arc::new(StringArray::from_iter(texts));
    Ok(RecordBatch::try_from_iter_with_nullable([
        ("id", ids, false),
        ("text", texts, true),
    ])?)
}

async fn comes_back(session: &Session, batches: &[RecordBatch]) -> Result<DataFrame> {
    let schema = batches
        .first()
        .map(RecordBatch::schema)
        .unwrap_or(rows(0, 0)?.schema());
    let frame = session.create_data_frame(schema, batches).await?;
    let (mut sent, mut received) = (Checksum::default(), Checksum::default());
    for batch in batches {
        sent.add_batch(batch)?;
    }
    for batch in frame.collect().await? {
        received.add_batch(&batch)?;
    }
    assert_eq!(received, sent);
    Ok(frame)
}

async fn rows_of_ones_own_come_back(route: Route) -> Result<()> {
    let session = route.session()?;
    comes_back(&session, &[rows(0, 5)?, rows(5, 5)?, rows(5, 9)?]).await?;
    comes_back(&session, &[]).await?;
    Ok(())
}

async fn many_rows_travel_as_cached_blocks(route: Route) -> Result<()> {
    let session = route.session()?;
    session
        .conf()
        .set("spark.sql.session.localRelationCacheThreshold", "100000")
        .await?;
    let batches = [rows(0, 60_000)?, rows(60_000, 100_000)?];
    let first = comes_back(&session, &batches).await?;
    ensure!(first.known_rows()?.is_none(), "the rows are in the plan");
    let again = comes_back(&session, &batches).await?;
    assert_eq!(first.relation()?.rel_type, again.relation()?.rel_type);
    Ok(())
}

async fn files_of_every_kind_arrive(route: Route) -> Result<()> {
    let session = route.session()?;
    let large: Vec<u8> = (0..300_000u32).flat_map(u32::to_le_bytes).collect();
    let artifacts = [
        Artifact::jar("e2e.jar", EMPTY_ZIP.into())?,
        Artifact::py_file("e2e.py", "x = 1".into())?,
        Artifact::archive("e2e.zip", EMPTY_ZIP.into())?,
        Artifact::file("e2e.bin", large.into())?,
        Artifact::file("empty.txt", "".into())?,
    ];
    session.add_artifacts(&artifacts).await?;
    let names: Vec<String> = artifacts
        .iter()
        .map(|artifact| artifact.name().to_owned())
        .collect();
    assert_eq!(BTreeSet::from_iter(&names).len(), artifacts.len());
    // Spark answers for cached blocks only.
    assert_eq!(session.artifacts_exist(&names).await?, [false; 5]);
    session.add_artifacts(&artifacts).await?;
    Ok(())
}

async fn a_file_of_another_content_is_refused(route: Route) -> Result<()> {
    let session = route.session()?;
    let jar = |data: &'static str| Artifact::jar("e2e.jar", data.into());
    session.add_artifacts(&[jar("one")?]).await?;
    let error = session.add_artifacts(&[jar("other")?]).await.err();
    assert_eq!(error.map(|error| error.kind), Some(ErrorKind::Spark));
    Ok(())
}

async fn a_large_plan_is_understood(route: Route) -> Result<()> {
    let session = route.session()?;
    let text = "x".repeat(12_000_000);
    let frame = DataFrame::new(session, plan::sql(&format!("SELECT length('{text}') AS n")));
    let batches = frame.collect().await?;
    let mut sum = Checksum::default();
    sum.add(["12000000"]);
    let mut received = Checksum::default();
    for batch in &batches {
        received.add_batch(batch)?;
    }
    assert_eq!(received, sum);
    Ok(())
}

/// The end-of-directory record, which is all there is of an archive without files.
const EMPTY_ZIP: &[u8] = b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
