//! The end of the program is the end on the server: interrupts, readers that leave, sessions.

use std::{
    io::{BufRead, BufReader},
    time::Duration,
};

use anyhow::{Result, ensure};
use e2e::{environment, operation::Heart, over_both_routes, route::Route, servers::Bridge};
use nix::sys::signal::Signal;
use uuid::Uuid;

use crate::program::{Directory, Running, run};

over_both_routes!(
    an_interrupt_ends_the_query,
    a_reader_that_leaves_ends_the_query,
    a_killed_client_is_missed,
    a_named_session_stays,
);

async fn an_interrupt_ends_the_query(route: Route) -> Result<()> {
    for signal in [Signal::SIGINT, Signal::SIGTERM] {
        let (heart, witness, directory) = (Heart::new(), route.session()?, Directory::new()?);
        let output = directory.path("out.csv")?;
        let running = Running::start(route, &["sql", &heart.query(), "-o", &output])?;
        heart.beats(&witness).await?;
        running.signal(signal)?;
        let ran = running.finish("")?;
        assert_eq!(
            (ran.status, ran.stderr.as_str()),
            (Some(130), "error: interrupted\n")
        );
        heart.stops(&witness).await?;
        assert_eq!(directory.names()?, [""; 0]);
    }
    Ok(())
}

async fn a_reader_that_leaves_ends_the_query(route: Route) -> Result<()> {
    let (heart, witness) = (Heart::new(), route.session()?);
    // Millions of rows in tasks of their own, then the heart.
    let query = format!(
        "SELECT id FROM range(0, 5000000, 1, 2) UNION ALL SELECT * FROM ({})",
        heart.query()
    );
    let mut running = Running::start(route, &["sql", "--format", "csv", &query])?;
    let mut output = BufReader::new(running.output()?);
    let mut line = String::new();
    output.read_line(&mut line)?;
    assert_eq!(line, "id\r\n");
    heart.beats(&witness).await?;
    drop(output);
    let ran = running.finish("")?;
    assert_eq!((ran.status, ran.stderr.as_str()), (Some(0), ""));
    heart.stops(&witness).await?;
    Ok(())
}

/// A client that is killed can interrupt nothing, so the bridge does.
async fn a_killed_client_is_missed(route: Route) -> Result<()> {
    let (heart, witness) = (Heart::new(), route.session()?);
    let settings = ["--set", "limits.abandoned_after=2s", "--set", "audit.log=stderr"];
    let mut bridge = Bridge::start_with(0, &environment::spark_remote()?, &settings).await?;
    let (remote, url) = (bridge.remote(), bridge.url());
    let arguments = match route {
        Route::Grpc => vec!["--remote", &remote],
        Route::GrpcWeb => vec!["--bridge", &url],
    };
    let query = heart.query();
    let running = Running::start(Route::Grpc, &[&arguments[..], &["sql", &query]].concat())?;
    heart.beats(&witness).await?;
    // Long past the time, but its client is there.
    tokio::time::sleep(Duration::from_secs(4)).await;
    heart.beats(&witness).await?;
    running.signal(Signal::SIGKILL)?;
    heart.stops(&witness).await?;
    let line = bridge
        .line(|line| line.contains("\"interrupts\"").then(|| line.to_owned()))
        .await?;
    ensure!(line.contains("its client has been gone for 2s"), "{line}");
    Ok(())
}

async fn a_named_session_stays(route: Route) -> Result<()> {
    let remote = format!(
        "{}/;session_id={};user_id=e2e",
        environment::spark_remote()?.trim_end_matches('/'),
        Uuid::new_v4()
    );
    let named = |query| run(route, &["--remote", &remote, "sql", "-f", "json", query], "");
    assert_eq!(named("CREATE TEMPORARY VIEW mine AS SELECT 7 AS a")?.text()?, "");
    assert_eq!(named("SELECT * FROM mine")?.text()?, "{\"a\":7}\n");
    let ran = run(route, &["sql", "SELECT * FROM mine"], "")?;
    ensure!(
        ran.stderr.starts_with("error[TABLE_OR_VIEW_NOT_FOUND]"),
        "{}",
        ran.stderr
    );
    Ok(())
}
