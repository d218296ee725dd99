//! Streams that end early, errors that pass, operations that are gone: what is tried again, and how often.

use std::{
    sync::atomic::{AtomicUsize, Ordering::SeqCst},
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use e2e::{
    scripted::{How, faithful, spark_error},
    tale,
};
use spark_connect_client::ErrorKind;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

use crate::{
    cuts::whole,
    stage::{Stage, Way, every_way, hasty},
};

every_way!(
    streams_end_anywhere,
    errors_come_anywhere,
    chunks_are_cut_anywhere,
    streams_that_always_end_at_once_fail,
    a_server_that_stays_away_fails,
    an_operation_that_never_arrived_runs_once,
    an_operation_that_arrives_late_runs_once,
    an_operation_lost_in_mid_result_is_not_run_again,
    other_errors_are_not_tried_again,
    the_server_may_ask_for_patience,
    what_was_read_is_released,
);

/// One response a stream, then the end without a word: as Spark does after two minutes.
async fn streams_end_anywhere(way: Way) -> Result<()> {
    for length in 1..4 {
        let script = faithful(tale::responses(6, 3, 1)?, move |_, mut left| {
            left.truncate(length);
            Ok(whole(left))
        });
        let stage = Stage::new(way, script).await?;
        stage.complete(18).await?;
        let log = stage.spark.take_log();
        assert_eq!(
            (log.executions(), log.openings.len()),
            (1, 8usize.div_ceil(length))
        );
    }
    Ok(())
}

async fn errors_come_anywhere(way: Way) -> Result<()> {
    let errors: [fn() -> Status; 3] = [
        || Status::unavailable("gone for a moment"),
        || spark_error("INVALID_CURSOR.DISCONNECTED"),
        || {
            Status::with_error_details(
                Code::Aborted,
                "later",
                ErrorDetails::with_retry_info(Some(Duration::ZERO)),
            )
        },
    ];
    for error in errors {
        for at in 0..8 {
            let script = faithful(tale::responses(6, 3, 1)?, move |opening, left| {
                let mut answer = whole(left);
                if opening.number == 0 {
                    answer.truncate(at);
                    answer.push(Err(error()));
                }
                Ok(answer)
            });
            let stage = Stage::new(way, script).await?;
            let outcome = stage.complete(18).await?;
            assert_eq!(
                (outcome.retries, stage.spark.take_log().executions()),
                (1, 1),
                "{} at {at}",
                error()
            );
        }
    }
    Ok(())
}

async fn chunks_are_cut_anywhere(way: Way) -> Result<()> {
    let responses = tale::responses(2, 5, 6)?;
    for at in 0..responses.len() {
        let script = faithful(responses.clone(), move |opening, mut left| {
            if opening.number == 0 {
                left.truncate(at);
            }
            Ok(whole(left))
        });
        Stage::new(way, script).await?.complete(10).await?;
    }
    Ok(())
}

async fn streams_that_always_end_at_once_fail(way: Way) -> Result<()> {
    let stage = Stage::new(way, faithful(tale::responses(1, 1, 1)?, |_, _| Ok(Vec::new()))).await?;
    let (rows, error) = stage.failure().await?;
    assert_eq!((rows.len(), error.kind), (0, ErrorKind::Unreachable));
    ensure!(error.message.contains("closing the connection"), "{error}");
    assert_eq!(
        stage.spark.take_log().openings.len(),
        1 + hasty().max_retries as usize
    );
    Ok(())
}

async fn a_server_that_stays_away_fails(way: Way) -> Result<()> {
    // A response makes the budget fresh; then the server is gone for good.
    let script = faithful(tale::responses(6, 3, 1)?, |opening, mut left| {
        if opening.number == 3 {
            left.truncate(2);
            return Ok(whole(left));
        }
        Err(Status::unavailable("not today"))
    });
    let stage = Stage::new(way, script).await?;
    let (rows, error) = stage.failure().await?;
    assert_eq!((rows.len(), error.kind), (3, ErrorKind::Unreachable));
    ensure!(error.message.contains("not today"), "{error}");
    assert_eq!(
        stage.spark.take_log().openings.len(),
        4 + 1 + hasty().max_retries as usize
    );
    Ok(())
}

async fn an_operation_that_never_arrived_runs_once(way: Way) -> Result<()> {
    for unknown in [
        "INVALID_HANDLE.OPERATION_NOT_FOUND",
        "INVALID_HANDLE.SESSION_NOT_FOUND",
    ] {
        let responses = tale::responses(3, 3, 1)?;
        let served = AtomicUsize::new(0);
        let stage = Stage::new(way, move |opening| {
            if opening.number == 0 {
                return Err(Status::unavailable("lost on the way"));
            }
            if let How::Reattach { .. } = opening.how {
                return Err(spark_error(unknown));
            }
            served.fetch_add(1, SeqCst);
            let mut answer = responses.clone();
            answer
                .iter_mut()
                .for_each(|response| response.session_id.clone_from(&opening.session_id));
            Ok(whole(answer))
        })
        .await?;
        stage.complete(9).await?;
        let how: Vec<_> = stage
            .spark
            .take_log()
            .openings
            .into_iter()
            .map(|opening| opening.how)
            .collect();
        assert_eq!(how, [How::Execute, How::Reattach { after: None }, How::Execute]);
    }
    Ok(())
}

/// The first request was slow: the server had not heard of it when the client asked, and had when it was sent again.
async fn an_operation_that_arrives_late_runs_once(way: Way) -> Result<()> {
    let responses = tale::responses(3, 3, 1)?;
    let stage = Stage::new(way, move |opening| {
        match opening.number {
            0 => return Err(Status::unavailable("lost on the way")),
            1 => return Err(spark_error("INVALID_HANDLE.OPERATION_NOT_FOUND")),
            2 => return Err(spark_error("INVALID_HANDLE.OPERATION_ALREADY_EXISTS")),
            _ => {}
        }
        let mut answer = responses.clone();
        answer
            .iter_mut()
            .for_each(|response| response.session_id.clone_from(&opening.session_id));
        Ok(whole(answer))
    })
    .await?;
    stage.complete(9).await?;
    let how: Vec<_> = stage
        .spark
        .take_log()
        .openings
        .into_iter()
        .map(|opening| opening.how)
        .collect();
    let reattach = How::Reattach { after: None };
    assert_eq!(how, [How::Execute, reattach.clone(), How::Execute, reattach]);
    Ok(())
}

async fn an_operation_lost_in_mid_result_is_not_run_again(way: Way) -> Result<()> {
    for lost in [
        "INVALID_HANDLE.OPERATION_NOT_FOUND",
        "INVALID_HANDLE.SESSION_NOT_FOUND",
        "INVALID_HANDLE.SESSION_CHANGED",
    ] {
        let script = faithful(tale::responses(6, 3, 1)?, move |opening, mut left| {
            if opening.number > 0 {
                return Err(spark_error(lost));
            }
            left.truncate(3);
            Ok(whole(left))
        });
        let stage = Stage::new(way, script).await?;
        let (rows, error) = stage.failure().await?;
        assert_eq!(
            (rows.len(), error.kind),
            (6, ErrorKind::SessionLost),
            "{lost}: {error}"
        );
        let log = stage.spark.take_log();
        assert_eq!((log.executions(), log.openings.len()), (1, 2), "{lost}");
    }
    Ok(())
}

async fn other_errors_are_not_tried_again(way: Way) -> Result<()> {
    for (error, kind) in [
        (spark_error("DIVIDE_BY_ZERO"), ErrorKind::Spark),
        (Status::permission_denied("no"), ErrorKind::Denied),
        (Status::internal("a fault"), ErrorKind::Protocol),
        (Status::resource_exhausted("too much"), ErrorKind::TooLarge),
    ] {
        let told = error.clone();
        let script = faithful(tale::responses(6, 3, 1)?, move |_, left| {
            let mut answer = whole(left);
            answer.truncate(3);
            answer.push(Err(told.clone()));
            Ok(answer)
        });
        let stage = Stage::new(way, script).await?;
        let (rows, failed) = stage.failure().await?;
        assert_eq!((rows.len(), failed.kind), (6, kind), "{failed:?}");
        let log = stage.spark.take_log();
        assert_eq!(
            (log.openings.len(), log.details),
            (1, usize::from(kind == ErrorKind::Spark))
        );
    }
    Ok(())
}

async fn the_server_may_ask_for_patience(way: Way) -> Result<()> {
    let asked = Duration::from_millis(400);
    let script = faithful(tale::responses(2, 3, 1)?, move |opening, left| {
        if opening.number == 0 {
            let details = ErrorDetails::with_retry_info(Some(asked));
            return Err(Status::with_error_details(
                Code::ResourceExhausted,
                "busy",
                details,
            ));
        }
        Ok(whole(left))
    });
    let stage = Stage::new(way, script).await?;
    let begin = Instant::now();
    stage.complete(6).await?;
    ensure!(
        begin.elapsed() >= asked,
        "tried again after {:?}",
        begin.elapsed()
    );
    Ok(())
}

async fn what_was_read_is_released(way: Way) -> Result<()> {
    let stage = Stage::new(
        way,
        faithful(tale::responses(20, 3, 1)?, |_, left| Ok(whole(left))),
    )
    .await?;
    stage.complete(60).await?;
    let begin = Instant::now();
    let mut releases = Vec::new();
    while releases.last() != Some(&None) {
        ensure!(
            begin.elapsed() < Duration::from_secs(5),
            "the operation is not released: {releases:?}"
        );
        tokio::time::sleep(Duration::from_millis(10)).await;
        releases.extend(stage.spark.take_log().releases);
    }
    let numbers = releases
        .iter()
        .flatten()
        .map(|id| id.trim_start_matches('r').parse::<u32>());
    let numbers = numbers.collect::<Result<Vec<_>, _>>()?;
    ensure!(numbers.is_sorted(), "{numbers:?}");
    assert_eq!(releases.iter().filter(|release| release.is_none()).count(), 1);
    Ok(())
}
