//! A query that lasts longer than Spark lets a stream last: it is taken up again and again, and comes whole.

use std::{
    thread,
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use e2e::{
    environment,
    oracle::longs,
    proxy::Proxy,
    route::{Route, connection},
    servers::{Bridge, Spark},
};
use futures::StreamExt;
use spark_connect_client::{Output, RetryPolicy, plan};

/// When Spark ends a stream, in the short run of the test and by default.
const SHORT_CUT: Duration = Duration::from_secs(2);
const CUT: Duration = Duration::from_secs(120);
/// How long the short run lasts.
const SHORT: Duration = Duration::from_secs(20);
/// Rows of a partition, and how long it takes.
const ROWS: usize = 100;
const PARTITION: Duration = Duration::from_millis(250);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_query_outlasts_the_streams_of_the_server() -> Result<()> {
    let (lasts, cut, settings) = match environment::long_query()? {
        Some(lasts) => (lasts, CUT, vec![]),
        None => {
            let key = "spark.connect.execute.reattachable.senderMaxStreamDuration";
            (SHORT, SHORT_CUT, vec![(key, format!("{}s", SHORT_CUT.as_secs()))])
        }
    };
    let spark = Spark::start_with(&settings).await?;
    let bridge = Bridge::before(&spark.remote()).await?;
    let proxy = Proxy::before(([127, 0, 0, 1], bridge.port()).into()).await?;
    let connection = connection(&format!("sc://{}", proxy.address))?;
    let session = Route::GrpcWeb.session_at(&connection, RetryPolicy::default())?;

    // As many tasks run at a time as the machine has processors.
    let at_a_time = thread::available_parallelism()?.get();
    let partitions = lasts.as_millis().div_ceil(PARTITION.as_millis()) as usize * at_a_time;
    let rows = partitions * ROWS;
    let query = format!(
        "SELECT id, CASE WHEN id % {ROWS} = 0 THEN java_method('java.lang.Thread', 'sleep', {}L) END \
         FROM range(0, {rows}, 1, {partitions})",
        PARTITION.as_millis()
    );
    let begin = Instant::now();
    let mut execution = session.execute(plan::root(plan::sql(&query)));
    let (mut next, mut longest, mut last) = (0, Duration::ZERO, begin);
    while let Some(output) = execution.next().await {
        match output? {
            Output::Batch(batch) => {
                for id in longs(&batch, 0)? {
                    ensure!(*id == next, "row {next} has the id {id}");
                    next += 1;
                }
                longest = longest.max(last.elapsed());
                last = Instant::now();
            }
            Output::Retrying { error, .. } => return Err(error.into()),
            _ => {}
        }
    }
    let (took, streams) = (begin.elapsed(), 1 + proxy.count_calls("ReattachExecute"));
    println!("{next} rows in {took:.1?} over {streams} streams, at most {longest:.1?} between batches");
    assert_eq!(next, rows as i64);
    ensure!(took >= lasts, "it took only {took:?}");
    ensure!(
        streams as u64 >= lasts.as_secs() / cut.as_secs(),
        "only {streams} streams"
    );
    Ok(())
}
