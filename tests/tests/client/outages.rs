//! Servers that are not there, are something else, or go away in mid-query: what the caller is told, and how soon.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use e2e::{
    environment,
    oracle::{self, Checksum, longs},
    over_both_routes,
    route::{Route, connection},
    servers::{Bridge, Spark, free_port},
};
use futures::StreamExt;
use nix::sys::signal::Signal;
use spark_connect_client::{Error, ErrorKind, Execution, Output, RetryPolicy, Session, plan};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    sync::{mpsc, watch},
    task::JoinSet,
};

over_both_routes!(nobody_listens, the_host_has_no_address, something_else_listens,);

/// Far more than all the buffers on its way hold, so that a reader who pauses is still in the middle of it.
const LARGE: &str = "SELECT id, repeat('spark', 200) AS s FROM range(0, 60000, 1, 4)";

async fn nobody_listens(route: Route) -> Result<()> {
    let port = free_port()?;
    let error = unreachable(route, &format!("sc://127.0.0.1:{port}")).await?;
    ensure!(error.message.contains(&format!("127.0.0.1:{port}")), "{error}");
    ensure!(error.message.contains("Check"), "{error}");
    Ok(())
}

async fn the_host_has_no_address(route: Route) -> Result<()> {
    let error = unreachable(route, "sc://no-such-host.invalid:15002").await?;
    ensure!(error.message.contains("no-such-host.invalid"), "{error}");
    ensure!(error.message.contains("Check the address"), "{error}");
    Ok(())
}

async fn something_else_listens(route: Route) -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let remote = format!("sc://{}", listener.local_addr()?);
    let page = tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await?;
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await?;
            let page = "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 2\r\nconnection: close\r\n\r\nhi";
            stream.write_all(page.as_bytes()).await?;
        }
        #[allow(unreachable_code)]
        Ok::<_, std::io::Error>(())
    });
    let session = route.session_at(&connection(&remote)?, RetryPolicy::quick())?;
    let error = soon("an answer that is no gRPC", session.spark_version())
        .await?
        .err();
    page.abort();
    let error = error.context("a web page passes for Spark")?;
    ensure!(
        matches!(error.kind, ErrorKind::Unreachable | ErrorKind::Unimplemented),
        "{error:?}"
    );
    ensure!(
        error.message.contains("127.0.0.1") && error.message.contains("Check the address"),
        "{error}"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_bridge_says_that_spark_is_down() -> Result<()> {
    let port = free_port()?;
    let bridge = Bridge::before(&format!("sc://127.0.0.1:{port}")).await?;
    let error = unreachable(Route::GrpcWeb, &bridge.remote()).await?;
    ensure!(
        error
            .message
            .contains(&format!("Spark cannot be reached at 127.0.0.1:{port}")),
        "{error}"
    );
    Ok(())
}

/// Kills the bridge while rows come, and starts another one: not a row is lost or repeated.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_bridge_dies_and_comes_back() -> Result<()> {
    let spark = environment::spark_remote()?;
    let mut bridge = Bridge::before(&spark).await?;
    let session = Route::GrpcWeb.session_at(&connection(&bridge.remote())?, RetryPolicy::default())?;
    let query = "SELECT id, hex(id) AS h FROM range(0, 400000, 1, 8)";
    let expected = Checksum::by_spark(&Route::Grpc.session()?, query, &["id", "h"]).await?;

    let mut execution = session.execute(plan::root(plan::sql(query)));
    let (mut ours, mut next, mut retries, mut killed) = (Checksum::default(), 0, 0, false);
    while let Some(output) = soon("the next rows", execution.next()).await? {
        match output? {
            Output::Batch(batch) => {
                for id in longs(&batch, 0)? {
                    ensure!(*id == next, "row {next} has the id {id}");
                    next += 1;
                }
                ours.add_batch(&batch)?;
                if !killed {
                    killed = true;
                    bridge.kill();
                    bridge = Bridge::start_at(bridge.port(), &spark).await?;
                }
            }
            Output::Retrying { error, .. } => {
                retries += 1;
                ensure!(error.kind == ErrorKind::Unreachable, "{error:?}");
            }
            _ => {}
        }
    }
    assert_eq!(ours, expected);
    ensure!(retries > 0, "the end of the bridge went unnoticed");
    Ok(())
}

/// Reads settings again, drains and is replaced while eight clients read: not a row is lost or repeated.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_bridge_reloads_and_drains_under_load() -> Result<()> {
    let spark = environment::spark_remote()?;
    let flags = ["--set", "listen.drain_timeout=1s"];
    let mut bridge = Bridge::start_with(0, &spark, &flags).await?;
    let query = "SELECT id, hex(id) AS h FROM range(0, 400000, 1, 8)";
    let expected = Checksum::by_spark(&Route::Grpc.session()?, query, &["id", "h"]).await?;
    let (replaced, waiting) = watch::channel(false);
    let (began, mut begun) = mpsc::unbounded_channel();
    let mut readers = JoinSet::new();
    for index in 0..8 {
        let route = if index % 2 == 0 {
            Route::Grpc
        } else {
            Route::GrpcWeb
        };
        let session = route.session_at(&connection(&bridge.remote())?, RetryPolicy::default())?;
        let (began, mut waiting) = (began.clone(), waiting.clone());
        readers.spawn(async move {
            let mut execution = session.execute(plan::root(plan::sql(query)));
            let (mut ours, mut retries, mut batches) = (Checksum::default(), 0, 0);
            while let Some(output) = soon("the next rows", execution.next()).await? {
                match output? {
                    Output::Batch(batch) => {
                        ours.add_batch(&batch)?;
                        batches += 1;
                        if batches == 1 {
                            began.send(())?;
                        } else if batches == 2 {
                            waiting.wait_for(|replaced| *replaced).await?;
                        }
                    }
                    Output::Retrying { .. } => retries += 1,
                    _ => {}
                }
            }
            anyhow::Ok((ours, retries))
        });
    }
    for _ in 0..8 {
        soon("all clients' first rows", begun.recv()).await?;
    }
    for _ in 0..3 {
        bridge.signal(Signal::SIGHUP)?;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    bridge
        .line(|line| line.contains("New settings are in use").then_some(()))
        .await?;
    bridge.signal(Signal::SIGTERM)?;
    soon("the end of the bridge", bridge.ended()).await??;
    let _next = Bridge::start_with(bridge.port(), &spark, &flags).await?;
    replaced.send_replace(true);
    let mut retries = 0;
    while let Some(reader) = readers.join_next().await {
        let (ours, retried) = reader??;
        assert_eq!(ours, expected);
        retries += retried;
    }
    ensure!(retries > 0, "the end of the bridge went unnoticed");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_bridge_dies_for_good() -> Result<()> {
    let mut bridge = Bridge::before(&environment::spark_remote()?).await?;
    let session = Route::GrpcWeb.session_at(&connection(&bridge.remote())?, RetryPolicy::quick())?;
    let execution = half_read(&session).await?;
    bridge.kill();
    let error = end(execution).await?;
    ensure!(error.kind == ErrorKind::Unreachable, "{error:?}");
    ensure!(error.message.contains("cannot be reached"), "{error}");
    Ok(())
}

/// One Spark of its own, over both ways: stopped in mid-query, down, and started again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn spark_stops_and_starts_again() -> Result<()> {
    let mut spark = Spark::start().await?;
    let bridge = Bridge::before(&spark.remote()).await?;
    let ways = [(Route::Grpc, spark.remote()), (Route::GrpcWeb, bridge.remote())];
    let patient = RetryPolicy {
        max_retries: 200,
        max_backoff: Duration::from_secs(1),
        ..RetryPolicy::default()
    };
    let (mut sessions, mut hasty, mut waiting) = (Vec::new(), Vec::new(), Vec::new());
    for (route, remote) in &ways {
        let session = route.session_at(&connection(remote)?, RetryPolicy::quick())?;
        session.sql("CREATE TEMPORARY VIEW mine AS SELECT 1").await?;
        hasty.push(half_read(&session).await?);
        waiting.push(half_read(&session.with_retry_policy(patient.clone())).await?);
        sessions.push(session);
    }

    spark.stop();
    let waiting: Vec<_> = waiting
        .into_iter()
        .map(|execution| tokio::spawn(end(execution)))
        .collect();
    for (session, execution) in sessions.iter().zip(hasty) {
        let error = end(execution).await?;
        ensure!(
            error.kind == ErrorKind::Unreachable && !error.message.is_empty(),
            "{error:?}"
        );
        // While it stops it may still answer, that it stops.
        soon("Spark is down", async {
            loop {
                let error = session.sql("SELECT 1").await.err().context("it answers")?;
                ensure!(error.kind == ErrorKind::Unreachable, "{error:?}");
                if error.message.contains("cannot be reached") {
                    return Ok(());
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        })
        .await??;
    }

    // Of these the server has heard nothing yet.
    let mut early = Vec::new();
    for (route, remote) in &ways {
        let session = route.session_at(&connection(remote)?, patient.clone())?;
        let execution = session.execute(plan::root(plan::sql("SELECT id FROM range(0, 50, 1, 3)")));
        early.push(tokio::spawn(execution.collect()));
    }

    let _spark = Spark::start_at(spark.port()).await?;
    for execution in early {
        let batches = tokio::time::timeout(Duration::from_secs(100), execution).await???;
        let mut ids = Vec::new();
        for batch in &batches {
            ids.extend_from_slice(longs(batch, 0)?);
        }
        ensure!(ids.iter().copied().eq(0..50), "{ids:?}");
    }
    for execution in waiting {
        // Run a second time behind the caller's back, a query could do harm.
        let error = execution.await??;
        ensure!(error.kind == ErrorKind::SessionLost, "{error:?}");
    }
    for (session, (route, remote)) in sessions.iter().zip(&ways) {
        let error = session
            .sql("SELECT * FROM mine")
            .await
            .err()
            .context("the view is still there")?;
        ensure!(error.kind == ErrorKind::SessionLost, "{error:?}");
        let new = route.session_at(&connection(remote)?, RetryPolicy::quick())?;
        assert_eq!(oracle::value(&new, "SELECT 'fine'").await?, "fine");
    }
    Ok(())
}

/// The error of a first call to an address where no Spark is.
async fn unreachable(route: Route, remote: &str) -> Result<Error> {
    let session = route.session_at(&connection(remote)?, RetryPolicy::quick())?;
    let error = soon("an error", session.spark_version()).await?.err();
    let error = error.with_context(|| format!("{remote} answers"))?;
    ensure!(error.kind == ErrorKind::Unreachable, "{error:?}");
    Ok(error)
}

/// A person who waits longer than this for a plain failure thinks that the page hangs.
async fn soon<T>(what: &str, future: impl Future<Output = T>) -> Result<T> {
    let begin = Instant::now();
    let result = tokio::time::timeout(Duration::from_secs(30), future).await;
    result.with_context(|| format!("waited {:?} for {what}", begin.elapsed()))
}

/// A large query of which the first rows have come.
async fn half_read(session: &Session) -> Result<Execution> {
    let mut execution = session.execute(plan::root(plan::sql(LARGE)));
    while let Some(output) = execution.next().await {
        if let Output::Batch(_) = output? {
            return Ok(execution);
        }
    }
    bail!("the query ended without a row")
}

/// The error that ends an execution.
async fn end(mut execution: Execution) -> Result<Error> {
    let read = async {
        while let Some(output) = execution.next().await {
            if let Err(error) = output {
                return Ok(error);
            }
        }
        bail!("the query came to a good end")
    };
    tokio::time::timeout(Duration::from_secs(100), read)
        .await
        .context("the query goes on")?
}
