//! Connections that are cut at every point, in both directions, and bytes that come one at a time.

use std::{collections::BTreeMap, time::Duration};

use anyhow::{Context, Result, ensure};
use e2e::{
    proxy::{Direction, Fault},
    scripted::faithful,
    tale,
};

use crate::stage::{Stage, Way, every_way};

const BATCHES: i64 = 5;
const ROWS: i64 = 7;
/// Cuts in each direction. Bytes between them are as good as those at them.
const CUTS: u64 = 100;

every_way!(answers_are_cut, requests_are_cut, bytes_come_one_at_a_time);

async fn answers_are_cut(way: Way) -> Result<()> {
    cut(way, Direction::FromServer).await
}

async fn requests_are_cut(way: Way) -> Result<()> {
    cut(way, Direction::ToServer).await
}

async fn cut(way: Way, direction: Direction) -> Result<()> {
    let stage = Stage::new(
        way,
        faithful(tale::responses(BATCHES, ROWS, 2)?, |_, left| Ok(whole(left))),
    )
    .await?;
    // Longer than a query: then each sends the same few releases, and as many bytes.
    stage.spark.set_release_time(Duration::from_millis(40));
    let proxy = &stage.road.proxy;
    // How many bytes pass until the query is complete, and until it is released as well.
    let (mut complete, mut total) = (u64::MAX, u64::MAX);
    for _ in 0..3 {
        let before = proxy.passed(direction);
        let outcome = stage.complete(BATCHES * ROWS).await?;
        complete = complete.min(proxy.passed(direction) - before);
        stage.released(&outcome.operation).await?;
        total = total.min(proxy.passed(direction) - before);
        stage.spark.take_log();
    }
    ensure!(complete > 200, "only {complete} bytes");
    let points = CUTS.min(total);
    let mut hits = BTreeMap::<_, u64>::new();
    let (mut noticed, mut within, mut missed) = (0, 0, 0);
    for point in 0..points {
        let at = point * total / points;
        let before = proxy.passed(direction);
        proxy.fault_after(direction, at, Fault::Cut);
        let outcome = stage
            .complete(BATCHES * ROWS)
            .await
            .with_context(|| format!("cut after {at} of {total} bytes"))?;
        stage.released(&outcome.operation).await?;
        // The script refuses to run an operation twice; here, that nobody asked.
        let log = stage.spark.take_log();
        ensure!(log.executions() <= 2, "cut after {at}: {:?}", log.openings);
        let Some(hit) = proxy.take_hits().pop() else {
            proxy.heal();
            // Releases are folded together as it happens, so this one sent less than those before.
            total = total.min(proxy.passed(direction) - before);
            missed += 1;
            continue;
        };
        let call = hit.call.unwrap_or_default();
        ensure!(
            call != "ReleaseExecute" || outcome.retries == 0,
            "the stream was opened again when a release was cut after {at} of {total} bytes"
        );
        within += u64::from(at < complete && call != "ReleaseExecute");
        noticed += u64::from(outcome.retries > 0);
        *hits.entry(call).or_default() += 1;
    }
    println!(
        "{way:?} {direction:?}: {} cuts in {total} bytes, of calls {hits:?}, {noticed} noticed",
        points - missed
    );
    // A bridge keeps its connection, on which what was said before takes fewer bytes.
    let tolerated = if way == Way::BehindBridge { 4 } else { 10 };
    ensure!(
        missed * tolerated <= points,
        "{missed} of {points} cuts never happened"
    );
    // A cut before the query is complete is noticed, unless the last response had just come. Behind a bridge it may also
    // be that of a release, which has a connection of its own there.
    let expected = if way == Way::BehindBridge {
        within / 3
    } else {
        within - within / tolerated
    };
    ensure!(
        noticed >= expected,
        "of {within} cuts during the query {noticed} were noticed"
    );
    Ok(())
}

async fn bytes_come_one_at_a_time(way: Way) -> Result<()> {
    let responses = tale::responses(BATCHES, ROWS, 1)?;
    let stage = Stage::new(way, faithful(responses, |_, left| Ok(whole(left)))).await?;
    stage.road.proxy.set_piece(1);
    let outcome = stage.complete(BATCHES * ROWS).await?;
    assert_eq!(outcome.retries, 0);
    Ok(())
}

pub(crate) fn whole<T, E>(responses: Vec<T>) -> Vec<Result<T, E>> {
    responses.into_iter().map(Ok).collect()
}
