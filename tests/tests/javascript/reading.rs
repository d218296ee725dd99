//! Reading a running query: only what is asked for, until it ends or is ended.

use std::time::Duration;

use anyhow::{Result, ensure};
use e2e::{
    operation::{self, Heart},
    proxy::{Direction, Fault, Proxy},
    route::Route,
    servers::remote_of,
};
use serde_json::{Value, json};
use spark_connect_client::{
    ConnectionString, RetryPolicy, proto::get_status_response::operation_status::OperationState,
};

use crate::stage::Stage;

/// What Chromium, the proxy and sockets may hold of a result that nobody reads: sockets on loopback take up to 33 MB each,
/// and Chromium reads as much ahead, whatever the size of the response.
const IN_FLIGHT: u64 = 130_000_000;

#[tokio::test]
async fn nothing_is_fetched_while_nobody_asks() -> Result<()> {
    let stage = Stage::start().await?;
    let proxy = Proxy::before(([127, 0, 0, 1], stage.bridge.port()).into()).await?;
    let bridge = format!("http://{}", proxy.address);
    stage
        .on_page_despite(&bridge, |_| false, async |page| {
            // 400 MB.
            page.run::<()>(
                "const spark = await connect();
                 const query = await spark.sql(\"SELECT id, repeat('x', 92) AS text FROM range(0, 4000000, 1, 100)\");
                 globalThis.batches = query.stream();
                 globalThis.bytes = (await batches.next()).value.length;",
            )
            .await?;
            tokio::time::sleep(Duration::from_secs(3)).await;
            let before = proxy.passed(Direction::FromServer);
            tokio::time::sleep(Duration::from_secs(3)).await;
            let after = proxy.passed(Direction::FromServer);
            let all: u64 = page
                .run("for await (const batch of batches) bytes += batch.length; return bytes;")
                .await?;
            println!(
                "{} of {} KB had come while one batch was read and nobody asked for the next, {} KB of them in the last 3 s.",
                after / 1000,
                all / 1000,
                (after - before) / 1000
            );
            ensure!(all > 400_000_000, "{all} bytes in all");
            ensure!(after < IN_FLIGHT, "{after} bytes while nobody asked");
            ensure!(after - before < 1_000_000, "{} more bytes while nobody asked", after - before);
            Ok(())
        })
        .await
}

/// A query that sends a row at once, and then runs for hours.
fn endless(heart: &Heart) -> String {
    format!("SELECT -1L AS id UNION ALL {}", heart.query())
}

#[tokio::test]
async fn breaking_out_ends_the_query_on_the_server() -> Result<()> {
    let stage = Stage::start().await?;
    let (heart, witness) = (Heart::new(), Route::Grpc.session()?);
    stage
        .on_page(async |page| {
            let begin = format!(
                "const spark = await connect({{ userId: 'e2e' }});
                 globalThis.query = await spark.sql({:?}, {{ onProgress: ({{ operationId }}) => globalThis.operation = operationId }});
                 globalThis.batches = query.stream();
                 const {{ value }} = await batches.next();
                 globalThis.reached = (async () => {{
                   for await (const batch of batches) {{ break; }}
                 }})();
                 return [value.length > 0, spark.sessionId];",
                endless(&heart)
            );
            let (read, session): (bool, String) = page.run(&begin).await?;
            ensure!(read);
            heart.beats(&witness).await?;
            page.browser
                .until(Duration::from_secs(20), "globalThis.operation")
                .await?;
            let id: String = page.run("return operation;").await?;
            let mut connection = ConnectionString::parse(&remote_of(&stage.bridge.url())?)?;
            (connection.session_id, connection.user_id) = (Some(session.parse()?), Some("e2e".to_owned()));
            let state = operation::state(Route::GrpcWeb.transport(&connection)?, &connection, &id).await?;
            ensure!(matches!(state, None | Some(OperationState::Running)), "{state:?}");

            let done = json!({ "done": true, "value": null });
            // The loop waits for a batch; whoever ends the iterator ends the wait as well.
            let ended: Value = page.run("const end = await batches.return(); await reached; return [end, await batches.next()];").await?;
            assert_eq!(ended, json!([done, done]));
            let took = heart.stops(&witness).await?;
            println!("The tasks stood still {took:?} after the end, or sooner.");
            // Its state would not do: what is released while it is being interrupted may stay "running" in Spark's books.
            let session = Route::GrpcWeb.session_at(&connection, RetryPolicy::default())?;
            assert_eq!(session.interrupt_operation(&id).await?, [""; 0]);

            let heart = Heart::new();
            let body = format!(
                "const spark = await connect();
                 const query = await spark.sql({:?});
                 await new Promise((first) => {{
                   globalThis.left = (async () => {{
                     for await (const batch of query.stream()) {{
                       first();
                       await new Promise((leave) => globalThis.leave = leave);
                       break;
                     }}
                   }})();
                 }});",
                endless(&heart)
            );
            page.run::<()>(&body).await?;
            heart.beats(&witness).await?;
            page.run::<()>("leave(); await left;").await?;
            heart.stops(&witness).await?;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_signal_ends_what_it_was_given_to() -> Result<()> {
    let stage = Stage::start().await?;
    let (heart, witness) = (Heart::new(), Route::Grpc.session()?);
    stage
        .on_page(async |page| {
            let before: Value = page
                .run(
                    "globalThis.spark = await connect();
                     const query = await spark.sql('SELECT 1');
                     let requests = 0;
                     const { fetch } = globalThis;
                     globalThis.fetch = (...given) => { requests++; return fetch(...given); };
                     const signal = AbortSignal.abort('too late');
                     const reasons = [];
                     for (const call of [
                       () => spark.sql('SELECT 1', { signal }),
                       () => query.rows({ signal }),
                       () => query.schema({ signal }),
                       () => query.stream({ signal }).next(),
                       () => spark.interruptAll({ signal }),
                       () => connect({ signal }),
                     ]) reasons.push(await failure(call()));
                     globalThis.fetch = fetch;
                     return [reasons, requests];",
                )
                .await?;
            assert_eq!(before, json!([vec!["too late"; 6], 0]));

            for (at, call) in [
                "(await spark.sql(text)).rows({ signal })",
                "(await spark.sql(text, { signal })).stream().next()",
                "spark.sql(`CREATE TABLE e2e_never_${Date.now()} AS ${text}`, { signal })",
            ]
            .into_iter()
            .enumerate()
            {
                let heart = if at == 0 { heart.clone() } else { Heart::new() };
                let start = format!(
                    "globalThis.controller = new AbortController();
                     const {{ signal }} = controller;
                     const text = {:?};
                     globalThis.reason = undefined;
                     (async () => {call})().catch((error) => globalThis.reason = [error.name, error.message]);",
                    heart.query()
                );
                page.run::<()>(&start).await?;
                heart.beats(&witness).await?;
                page.run::<()>("if (reason) throw new Error(reason); controller.abort();").await?;
                let reason: Value = page.run("return reason;").await?;
                assert_eq!(reason[0], "AbortError", "{call}: {reason}");
                heart.stops(&witness).await?;
            }

            let timeout: [String; 2] = page
                .run(&format!(
                    "const query = await spark.sql({:?});
                     const {{ name, constructor }} = await failure(query.rows({{ signal: AbortSignal.timeout(1500) }}));
                     return [name, constructor.name];",
                    heart.query()
                ))
                .await?;
            assert_eq!(timeout, ["TimeoutError", "DOMException"]);
            heart.stops(&witness).await?;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn progress_is_told_while_a_query_runs() -> Result<()> {
    let stage = Stage::start().await?;
    stage
        .on_page(async |page| {
            let told: Vec<Value> = page
                .run(
                    "const spark = await connect();
                     const told = [];
                     const query = await spark.sql(
                       \"SELECT id, java_method('java.lang.Thread', 'sleep', 700L) AS slept FROM range(0, 24, 1, 12)\",
                       { onProgress: (progress) => told.push(progress) },
                     );
                     await query.rows();
                     return told;",
                )
                .await?;
            ensure!(told.len() > 1, "{told:?}");
            let number = |progress: &Value, name: &str| progress[name].as_u64().unwrap_or_default();
            for progress in &told {
                let stages = progress["stages"].as_array().map_or(&[][..], Vec::as_slice);
                let sum: u64 = stages.iter().map(|stage| number(stage, "tasks")).sum();
                assert_eq!(number(progress, "tasks"), sum);
                ensure!(number(progress, "completedTasks") <= sum);
                ensure!(progress["operationId"].as_str().is_some_and(|id| id.len() == 36));
            }
            let most = told.iter().map(|progress| number(progress, "tasks")).max();
            assert_eq!(most, Some(12));
            ensure!(told.iter().any(|progress| number(progress, "inflightTasks") > 0));
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_listener_that_throws_harms_no_query() -> Result<()> {
    let stage = Stage::start().await?;
    let complaint = |line: &str| line.contains("a mistake of the page");
    stage
        .on_page_despite(&stage.bridge.url(), complaint, async |page| {
            let rows: u32 = page
                .run(
                    "const spark = await connect();
                     let told = 0;
                     const query = await spark.sql(\"SELECT java_method('java.lang.Thread', 'sleep', 3000L)\");
                     const rows = await query.rows({ onProgress() { told++; throw new Error('a mistake of the page'); } });
                     return told > 0 ? rows.length : 0;",
                )
                .await?;
            assert_eq!(rows, 1);
            Ok(())
        })
        .await
}

#[tokio::test]
async fn two_queries_run_at_once_in_a_session() -> Result<()> {
    let stage = Stage::start().await?;
    stage
        .on_page(async |page| {
            let found: Value = page
                .run(
                    "const spark = await connect();
                     const [a, b] = await Promise.all([
                       spark.sql('SELECT id FROM range(0, 300000, 1, 6)'),
                       spark.sql('SELECT -id AS id FROM range(0, 300000, 1, 6)'),
                     ]);
                     const order = [];
                     const read = async (name, query) => {
                       let bytes = 0;
                       for await (const batch of query.stream()) { order.push(name); bytes += batch.length; }
                       return bytes > 2_400_000;
                     };
                     const whole = await Promise.all([read('a', a), read('b', b)]);
                     const again = await Promise.all([a.rows(), a.rows(), b.rows()]);
                     return {
                       whole, both: new Set(order.slice(0, -2)).size,
                       again: again.map((rows) => [rows.length, rows.at(-1).id]),
                     };",
                )
                .await?;
            let expected = json!({
                "whole": [true, true],
                "both": 2,
                "again": [[300_000, 299_999], [300_000, 299_999], [300_000, -299_999]],
            });
            assert_eq!(found, expected);
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_lost_connection_loses_nothing() -> Result<()> {
    let stage = Stage::start().await?;
    let proxy = Proxy::before(([127, 0, 0, 1], stage.bridge.port()).into()).await?;
    let bridge = format!("http://{}", proxy.address);
    stage
        .on_page_despite(&bridge, |line| line.contains("ERR_"), async |page| {
            page.run::<()>(
                "const spark = await connect();
                 globalThis.told = [];
                 globalThis.query = await spark.sql('SELECT id FROM range(0, 1000000, 1, 10)', {
                   onRetrying: ({ attempt, attempts, waitMs, error }) =>
                     told.push([attempt, attempts > 5, waitMs > 0, error instanceof SparkConnectError, error.kind]),
                 });",
            )
            .await?;
            proxy.fault_after(Direction::FromServer, 2_000_000, Fault::Cut);
            let found: Value = page
                .run(
                    "const rows = await query.rows();
                     return [rows.length, rows.every(({ id }, at) => id === at), told[0]];",
                )
                .await?;
            assert_eq!(found, json!([1_000_000, true, [1, true, true, true, "unreachable"]]));
            assert_eq!(proxy.take_hits().len(), 1);
            Ok(())
        })
        .await
}
