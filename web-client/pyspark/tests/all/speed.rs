//! How long a chain takes as it grows: a ratio, for no machine is like another. In a release build it prints what
//! docs/pyspark.md tells: `cargo test --release -p pyspark-cells --test all speed -- --nocapture`.

use std::time::{Duration, Instant};

use pyspark_cells::Interpreter;
use spark_connect_client::{ConnectionString, Session};

/// A chain of so many steps, none of which asks the server.
fn chain(steps: usize) -> String {
    let steps: String = (0..steps / 2)
        .map(|at| {
            format!(".withColumn('c{at}', F.col('id') + {at})\n    .filter(F.col('c{at}') > {at})\n    ")
        })
        .collect();
    format!("from pyspark.sql import functions as F\ndf = (spark.range(10)\n    {steps})")
}

/// The least time that parsing a chain, planning it and building its message take.
async fn least(steps: usize, tries: usize) -> Duration {
    let connection = ConnectionString::parse("sc://127.0.0.1:1").unwrap();
    let text = chain(steps);
    let mut least = Duration::MAX;
    for _ in 0..tries {
        let mut cells = Interpreter::new(Session::connect(&connection).unwrap());
        let begun = Instant::now();
        cells.run(&text, |_| {}).await.unwrap();
        let frame = cells.frame("df").unwrap();
        frame.relation().unwrap();
        least = least.min(begun.elapsed());
    }
    least
}

#[tokio::test]
async fn a_chain_costs_no_more_for_each_step_as_it_grows() {
    let (short, long) = (least(50, 15).await, least(200, 15).await);
    println!("50 steps: {short:?}, 200 steps: {long:?}");
    assert!(
        long < short * 4 * 3,
        "50 steps take {short:?}, 200 take {long:?}: more than three times as much for each"
    );
}
