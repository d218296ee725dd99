//! Results that no memory would hold, from a scripted server that can: the program hands on what it reads.

use std::{
    collections::HashSet,
    io::Read,
    sync::{Mutex, PoisonError},
};

use anyhow::{Context, Result, ensure};
use e2e::{
    scripted::{Answer, How, Opening, ScriptedSpark, spark_error},
    tale,
};
use prost::Message;
use spark_connect_client::{
    plan,
    proto::{
        ExecutePlanResponse,
        execute_plan_response::{ResponseType, SqlCommandResult},
    },
};

use crate::program::Running;

/// Rows of a batch, of eight bytes each.
const ROWS: i64 = 500_000;
/// Batches, of four megabytes each.
const BATCHES: i64 = 1_100;
/// What the program may hold, in kB.
const MEMORY: u64 = 300_000;

/// A server on which every statement is a query with these batches. All of them share the bytes of one.
fn script() -> Result<impl Fn(&Opening) -> Answer + Send + Sync + 'static> {
    let mut responses = tale::responses(1, ROWS, 1)?;
    let end = responses.pop().context("no end")?;
    let batch = responses.pop().context("no batch")?;
    for at in 0..BATCHES {
        let mut batch = batch.clone();
        if let Some(part) = tale::batch_of(&mut batch) {
            part.start_offset = Some(at * ROWS);
        }
        batch.response_id = format!("b{at}");
        responses.push(batch);
    }
    responses.push(end);
    let looked_at = Mutex::new(HashSet::new());
    Ok(move |opening: &Opening| {
        let of_this_session = |mut response: ExecutePlanResponse| {
            response.session_id.clone_from(&opening.session_id);
            response.operation_id.clone_from(&opening.operation_id);
            Ok(response)
        };
        if opening.how != How::Execute {
            return Err(spark_error("INVALID_HANDLE.OPERATION_NOT_FOUND"));
        }
        let mut looked_at = looked_at.lock().unwrap_or_else(PoisonError::into_inner);
        if looked_at.insert(opening.session_id.clone()) {
            let query = SqlCommandResult {
                relation: plan::sql("the script knows").encode_to_vec().into(),
            };
            let answer = [
                tale::response(ResponseType::SqlCommandResult(query)),
                tale::response(ResponseType::ResultComplete(Default::default())),
            ];
            let named = answer.into_iter().enumerate().map(|(at, mut response)| {
                response.response_id = format!("s{at}");
                response.server_side_session_id = "the only one".to_owned();
                of_this_session(response)
            });
            return Ok(named.collect());
        }
        Ok(responses.clone().into_iter().map(of_this_session).collect())
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn four_gigabytes_pass_through_little_memory() -> Result<()> {
    let spark = ScriptedSpark::start(script()?).await?;
    let remote = format!("sc://{}", spark.address);
    let mut running = Running::on(&remote, &["sql", "a query", "--format", "arrow"])?;
    let (id, mut output) = (running.id(), running.output()?);
    let reader = tokio::task::spawn_blocking(move || {
        let (mut buffer, mut bytes, mut most) = (vec![0; 1 << 20], 0, 0);
        loop {
            let read = output.read(&mut buffer)?;
            if read == 0 {
                return Ok::<_, anyhow::Error>((bytes, most));
            }
            bytes += read as u64;
            most = most.max(peak(id).unwrap_or(0));
        }
    });
    let (bytes, most) = reader.await??;
    let ran = running.finish("")?;
    ensure!(ran.status == Some(0), "{}", ran.stderr);
    println!("{} MB through {most} kB", bytes / 1_000_000);
    ensure!(bytes > 4_400_000_000, "only {bytes} bytes");
    ensure!((1..MEMORY).contains(&most), "{most} kB");
    assert_eq!(spark.take_log().ended.len(), 1, "the session is released");
    Ok(())
}

/// The most memory that a process has held so far, in kB.
fn peak(id: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse().ok()
}
