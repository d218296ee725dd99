//! Connections that are cut at every point, in both directions, and bytes that come one at a time.

use anyhow::{Context, Result, ensure};
use e2e::{proxy::Direction, scripted::faithful, tale};

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
    let total = {
        stage.complete(BATCHES * ROWS).await?;
        let before = stage.proxy.passed(direction);
        stage.complete(BATCHES * ROWS).await?;
        stage.spark.take_log();
        stage.proxy.passed(direction) - before
    };
    ensure!(total > 200, "only {total} bytes");
    let (mut retries, points) = (0, CUTS.min(total));
    for point in 0..points {
        let at = point * total / points;
        stage.proxy.cut_after(direction, at);
        let outcome = stage
            .complete(BATCHES * ROWS)
            .await
            .with_context(|| format!("cut after {at} of {total} bytes"))?;
        retries += outcome.retries;
        let log = stage.spark.take_log();
        // The script refuses to run an operation twice; here, that nobody asked.
        ensure!(log.executions() <= 2, "cut after {at}: {:?}", log.openings);
    }
    let cuts = stage.proxy.cuts();
    println!("{way:?} {direction:?}: {cuts} cuts in {total} bytes, {retries} retries");
    // How many bytes a query takes varies with how many releases it sends, so not every point is reached.
    ensure!(
        cuts as u64 > points / 5 && retries as u64 > points / 5,
        "{cuts} cuts, {retries} retries"
    );
    Ok(())
}

async fn bytes_come_one_at_a_time(way: Way) -> Result<()> {
    let responses = tale::responses(BATCHES, ROWS, 1)?;
    let stage = Stage::new(way, faithful(responses, |_, left| Ok(whole(left)))).await?;
    stage.proxy.set_piece(1);
    let outcome = stage.complete(BATCHES * ROWS).await?;
    assert_eq!(outcome.retries, 0);
    Ok(())
}

pub(crate) fn whole<T, E>(responses: Vec<T>) -> Vec<Result<T, E>> {
    responses.into_iter().map(Ok).collect()
}
