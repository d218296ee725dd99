//! Servers that break the protocol: the client says so, and delivers no row that is in doubt.

use std::sync::Arc;

use anyhow::{Result, ensure};
use arrow_array::StringArray;
use e2e::{
    scripted::{Answer, Opening, faithful},
    tale::{self, batch_of},
};
use http::{HeaderMap, HeaderValue};
use spark_connect_client::{
    ErrorKind,
    proto::{self as pb, ExecutePlanResponse, data_type::Kind},
};
use tonic::{Code, Status, metadata::MetadataValue};

use crate::{
    cuts::whole,
    stage::{Stage, Way, every_way},
};

every_way!(
    wrong_results_are_refused,
    wrong_types_are_refused,
    unknown_responses_are_refused,
    other_sessions_are_noticed,
    headers_may_hold_any_bytes,
    messages_may_hold_any_text,
    a_response_may_be_too_large,
);

/// Responses of a true result, changed by `lie`. The first two batches are left as they are.
fn lying(
    chunks: usize,
    lie: impl Fn(&mut Vec<ExecutePlanResponse>) + Send + Sync + 'static,
) -> Result<impl Fn(&Opening) -> Answer + Send + Sync + 'static> {
    Ok(faithful(tale::responses(4, 3, chunks)?, move |_, mut left| {
        lie(&mut left);
        Ok(whole(left))
    }))
}

async fn wrong_results_are_refused(way: Way) -> Result<()> {
    type Lie = fn(&mut Vec<ExecutePlanResponse>);
    let lies: [(&str, usize, Lie); 10] = [
        ("more rows are announced than come", 1, |r| {
            change(&mut r[3], |batch| batch.row_count += 1)
        }),
        ("fewer rows are announced than come", 1, |r| {
            change(&mut r[3], |batch| batch.row_count -= 1)
        }),
        ("a negative number of rows", 1, |r| {
            change(&mut r[3], |batch| batch.row_count = -3)
        }),
        ("rows are left out", 1, |r| {
            change(&mut r[3], |batch| batch.start_offset = Some(7))
        }),
        ("rows come again", 1, |r| {
            change(&mut r[3], |batch| batch.start_offset = Some(3))
        }),
        ("a batch is left out", 1, |r| drop(r.remove(3))),
        ("a batch comes twice", 1, |r| r.insert(3, r[2].clone())),
        ("batches are out of order", 1, |r| r.swap(3, 4)),
        ("a batch is cut", 1, |r| {
            change(&mut r[3], |batch| batch.data.truncate(batch.data.len() / 2))
        }),
        ("a batch is no Arrow", 1, |r| {
            change(&mut r[3], |batch| batch.data = vec![7; 90].into())
        }),
    ];
    let chunked: [(&str, usize, Lie); 4] = [
        ("a chunk is left out", 3, |r| drop(r.remove(8))),
        ("a chunk comes twice", 3, |r| r.insert(8, r[7].clone())),
        ("chunks are out of order", 3, |r| r.swap(7, 8)),
        ("the last chunk never comes", 3, |r| drop(r.drain(9..12))),
    ];
    for (name, chunks, lie) in lies.into_iter().chain(chunked) {
        let stage = Stage::new(way, lying(chunks, lie)?).await?;
        let (rows, error) = stage.failure().await?;
        assert_eq!(error.kind, ErrorKind::Protocol, "{name}: {error}");
        ensure!(error.message.contains("broke the protocol"), "{name}: {error}");
        ensure!(rows.iter().copied().eq(0..6), "{name}: {rows:?}");
    }
    Ok(())
}

/// The schema says `bigint`, and so do the first two batches.
async fn wrong_types_are_refused(way: Way) -> Result<()> {
    type Lie = fn(&mut Vec<ExecutePlanResponse>) -> Result<()>;
    let lies: [(&str, usize, Lie); 3] = [
        ("the schema speaks of another type", 0, |r| {
            r[0].schema = Some(tale::schema_of(Kind::String(Default::default())));
            Ok(())
        }),
        ("the schema speaks of no column", 0, |r| {
            r[0].schema = Some(pb::DataType {
                kind: Some(Kind::Struct(Default::default())),
            });
            Ok(())
        }),
        ("a later batch has another column", 6, |r| {
            let texts = StringArray::from_iter_values(["6", "7", "8"]);
            let data = tale::ipc(Arc::new(texts))?;
            change(&mut r[3], |batch| batch.data = data.clone().into());
            Ok(())
        }),
    ];
    for (name, whole_rows, lie) in lies {
        let stage = Stage::new(
            way,
            faithful(tale::responses(4, 3, 1)?, move |_, mut left| {
                lie(&mut left).map_err(|error| Status::unknown(format!("{error:#}")))?;
                Ok(whole(left))
            }),
        )
        .await?;
        let (rows, error) = stage.failure().await?;
        assert_eq!(error.kind, ErrorKind::Protocol, "{name}: {error}");
        ensure!(error.message.contains("column"), "{name}: {error}");
        ensure!(rows.iter().copied().eq(0..whole_rows as i64), "{name}: {rows:?}");
    }
    Ok(())
}

/// What the client does not know it cannot read; it could have been rows.
async fn unknown_responses_are_refused(way: Way) -> Result<()> {
    let stage = Stage::new(way, lying(1, |r| r[3].response_type = None)?).await?;
    let (rows, error) = stage.failure().await?;
    assert_eq!((rows.len(), error.kind), (6, ErrorKind::Protocol), "{error}");
    ensure!(error.message.contains("does not know"), "{error}");
    Ok(())
}

fn change(
    response: &mut ExecutePlanResponse,
    change: impl Fn(&mut spark_connect_client::proto::execute_plan_response::ArrowBatch),
) {
    if let Some(batch) = batch_of(response) {
        change(batch);
    }
}

async fn other_sessions_are_noticed(way: Way) -> Result<()> {
    let stage = Stage::new(way, lying(1, |r| r[3].session_id = "somebody else's".to_owned())?).await?;
    let (rows, error) = stage.failure().await?;
    assert_eq!((rows.len(), error.kind), (6, ErrorKind::Protocol), "{error}");

    let stage = Stage::new(
        way,
        lying(1, |r| r[3].server_side_session_id = "a new one".to_owned())?,
    )
    .await?;
    let (rows, error) = stage.failure().await?;
    assert_eq!((rows.len(), error.kind), (6, ErrorKind::SessionLost), "{error}");
    ensure!(error.message.contains("Connect again"), "{error}");
    Ok(())
}

async fn headers_may_hold_any_bytes(way: Way) -> Result<()> {
    let mut headers = HeaderMap::new();
    headers.insert(
        "x-broken",
        HeaderValue::from_bytes(&[0xff, 0xfe, b'a', 0xc3, 0x28])?,
    );
    let stage = Stage::with_headers(way, lying(1, |_| {})?, headers).await?;
    stage.complete(12).await?;
    Ok(())
}

async fn messages_may_hold_any_text(way: Way) -> Result<()> {
    for text in ["é 😀\r\nx-forged: 1", "100 % \u{7f}\u{0}", "%ff%fe"] {
        let stage = Stage::new(way, move |_| Err(Status::internal(text))).await?;
        let (_, error) = stage.failure().await?;
        assert_eq!(
            (error.message.as_str(), error.code),
            (text.trim(), Some(Code::Internal))
        );
    }
    // What no server may send: an encoding that is no text, and trailers that are none.
    let mut headers = HeaderMap::new();
    headers.insert(
        "grpc-message",
        HeaderValue::from_bytes(&[b'a', 0xff, 0xfe, b'%', b'f', b'f'])?,
    );
    headers.insert("grpc-status", HeaderValue::from_static("13"));
    let stage = Stage::with_headers(way, |_| Err(Status::internal("replaced")), headers).await?;
    let (_, error) = stage.failure().await?;
    ensure!(!error.message.is_empty(), "an error without a word");

    let stage = Stage::new(
        way,
        faithful(tale::responses(2, 3, 1)?, |_, left| {
            let mut answer = whole(left);
            answer.truncate(2);
            let mut status = Status::internal("with more");
            status
                .metadata_mut()
                .insert_bin("x-more-bin", MetadataValue::from_bytes(&[0, 255, 10, 13]));
            answer.push(Err(status));
            Ok(answer)
        }),
    )
    .await?;
    let (rows, error) = stage.failure().await?;
    assert_eq!((rows.len(), error.message.as_str()), (3, "with more"));
    Ok(())
}

async fn a_response_may_be_too_large(way: Way) -> Result<()> {
    let stage = Stage::new(
        way,
        lying(1, |r| {
            change(&mut r[3], |batch| batch.data = vec![0; 129 << 20].into())
        })?,
    )
    .await?;
    let (rows, error) = stage.failure().await?;
    assert_eq!((rows.len(), error.kind), (6, ErrorKind::TooLarge), "{error}");
    ensure!(error.message.contains("grpc_max_message_size"), "{error}");
    Ok(())
}
