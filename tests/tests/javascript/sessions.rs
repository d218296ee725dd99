//! How sessions begin and end: what they send, where they live, and what is left of them on the server.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use e2e::{operation::Heart, route::Route};
use serde_json::{Value, json};
use spark_connect_client::{ErrorKind, RetryPolicy, Session};
use uuid::Uuid;

use crate::stage::Stage;

/// The session as another client of the same user sees it.
fn seen(session: &str) -> Result<Session> {
    let mut connection = Route::Grpc.connection()?;
    connection.session_id = Some(Uuid::parse_str(session)?);
    Route::Grpc.session_at(&connection, RetryPolicy::quick())
}

/// Waits until the server has ended a session.
async fn ended(session: &str) -> Result<()> {
    for _ in 0..100 {
        if let Err(error) = seen(session)?.spark_version().await {
            ensure!(error.kind == ErrorKind::SessionLost, "{error}");
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    anyhow::bail!("the session goes on")
}

#[tokio::test]
async fn closing_ends_the_session_and_what_runs_in_it() -> Result<()> {
    let stage = Stage::start().await?;
    let (heart, witness) = (Heart::new(), Route::Grpc.session()?);
    stage
        .on_page(async |page| {
            let start = format!(
                "globalThis.spark = await connect({{ userId: 'e2e', conf: {{ 'spark.sql.shuffle.partitions': 3 }} }});
                 await spark.sql('CREATE TEMPORARY VIEW mine AS SELECT 1 AS one');
                 globalThis.query = await spark.sql({:?});
                 globalThis.begun = (await spark.sql('SELECT id FROM range(10)')).stream();
                 await begun.next();
                 globalThis.outcome = failure(query.rows());
                 return [spark.sessionId, spark.sparkVersion];",
                heart.query()
            );
            let (session, version): (String, String) = page.run(&start).await?;
            heart.beats(&witness).await?;
            let other = seen(&session)?;
            assert_eq!(other.spark_version().await?, version);
            assert_eq!(other.conf().get("spark.sql.shuffle.partitions").await?, "3");
            assert_eq!(other.sql("SELECT * FROM mine").await?.collect().await?[0].num_rows(), 1);

            let told: Value = page
                .run(
                    "await spark.close();
                     await spark.close();
                     const errors = [await outcome, await failure(begun.next()), await failure(spark.sql('SELECT 1')), await failure(query.rows()), await failure(query.schema())];
                     return errors.map((error) => [error.kind, error.message]);",
                )
                .await?;
            assert_eq!(told, json!(vec![["cancelled", "This session is closed. Connect again."]; 5]));
            ended(&session).await?;
            heart.stops(&witness).await?;

            let lost: Value = page
                .run(&format!(
                    "const error = await failure(connect({{ userId: 'e2e', sessionId: {session:?} }}));
                     const disposable = await connect({{ userId: 'e2e' }});
                     await disposable[Symbol.asyncDispose]();
                     return [error.kind, disposable.sessionId];"
                ))
                .await?;
            assert_eq!(lost[0], "session-lost");
            ended(lost[1].as_str().context("no session")?).await
        })
        .await
}

#[tokio::test]
async fn leaving_the_page_ends_its_sessions() -> Result<()> {
    for close in [true, false] {
        let stage = Stage::start().await?;
        let (heart, witness) = (Heart::new(), Route::Grpc.session()?);
        stage
            .on_page(async |page| {
                let start = format!(
                    "globalThis.spark = await connect({{ userId: 'e2e', token: async () => 'a token', headers: {{ 'x-team': 'sales' }} }});
                     const query = await spark.sql({:?});
                     query.rows().catch(() => {{}});
                     return spark.sessionId;",
                    heart.query()
                );
                let session: String = page.run(&start).await?;
                heart.beats(&witness).await?;
                if close {
                    page.browser.close_tab().await?;
                } else {
                    // The browser may keep the page for the way back.
                    page.browser.goto("about:blank").await?;
                }
                ended(&session).await?;
                heart.stops(&witness).await?;
                Ok(())
            })
            .await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_session_without_a_query_survives_the_way_back() -> Result<()> {
    let stage = Stage::start().await?;
    stage
        .on_page(async |page| {
            let start = "globalThis.spark = await connect({ userId: 'e2e' });
                         await spark.sql('SET spark.sql.shuffle.partitions = 5');
                         globalThis.kept = true;
                         return spark.sessionId;";
            let session: String = page.run(start).await?;
            page.browser.goto("about:blank").await?;
            page.browser.back().await?;
            page.browser
                .until(
                    Duration::from_secs(20),
                    &format!("location.href.startsWith({:?})", stage.site),
                )
                .await?;
            let kept: bool = page.browser.js("return globalThis.kept === true", vec![]).await?;
            if kept {
                let rows: Value = page
                    .run("return (await spark.sql('SET spark.sql.shuffle.partitions')).rows();")
                    .await?;
                assert_eq!(rows[0]["value"], "5");
            } else {
                // This browser keeps no pages: the session went with its page.
                ended(&session).await?;
            }
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_worker_uses_the_client_and_its_page_ends_the_session() -> Result<()> {
    let stage = Stage::start().await?;
    stage
        .on_page(async |page| {
            let told: Value = page
                .run(&format!(
                    "const worker = new Worker('/worker.js', {{ type: 'module' }});
                     const told = await new Promise((resolve, reject) => {{
                       worker.onmessage = ({{ data }}) => resolve(data);
                       worker.onerror = ({{ message }}) => reject(new Error(message));
                       worker.postMessage({:?});
                     }});
                     const {{ request }} = told;
                     worker.terminate();
                     const response = await fetch(request.url, request);
                     return {{ rows: told.rows, session: told.sessionId, keepalive: request.keepalive, status: response.status }};",
                    page.module
                ))
                .await?;
            assert_eq!(told["rows"], json!([{ "sum": 45 }]));
            assert_eq!(told["keepalive"], true);
            assert_eq!(told["status"], 200);
            ended(told["session"].as_str().context("no session")?).await
        })
        .await
}

#[tokio::test]
async fn each_request_carries_what_the_options_say() -> Result<()> {
    let stage = Stage::start().await?;
    stage
        .on_page(async |page| {
            let sent: Value = page
                .run(
                    "const { fetch } = globalThis;
                     const sent = [];
                     globalThis.fetch = (url, init) => {
                       const headers = Object.fromEntries(new Headers(init?.headers));
                       if (init) sent.push([new URL(url).pathname.split('/').at(-1), headers.authorization, headers['x-team'], headers['content-type']]);
                       return fetch(url, init);
                     };
                     let tokens = 0;
                     const renewed = await connect({ token: async () => `token ${++tokens}`, headers: { 'X-Team': 'sales' } });
                     await renewed.sql('SELECT 1');
                     const [request, last] = [renewed.releaseRequest(), tokens];
                     const fixed = await connect({ token: 'fixed', userAgent: 'sales/1' });
                     const failing = await failure(connect({ token: () => { throw new Error('the page has none') } }));
                     const wrong = await failure(connect({ token: () => 5 }));
                     globalThis.fetch = fetch;
                     return {
                       sent, last: `Bearer token ${last}`,
                       request: Object.fromEntries(request.headers),
                       failing: [failing.kind, failing.message], wrong: [wrong.kind, wrong.message],
                     };",
                )
                .await?;
            let all = sent["sent"].as_array().context("nothing was sent")?;
            ensure!(all.iter().all(|request| request[3] == "application/grpc-web+proto"), "{all:?}");
            let renewed: Vec<_> = all.iter().filter(|request| request[2] == "sales").collect();
            ensure!(renewed.len() >= 2, "{all:?}");
            for (at, request) in (1..).zip(&renewed) {
                assert_eq!(request[1], format!("Bearer token {at}"));
            }
            ensure!(all.iter().any(|request| request[1] == "Bearer fixed"), "{all:?}");
            assert_eq!(sent["request"]["authorization"], sent["last"]);
            assert_eq!(sent["request"]["x-team"], "sales");
            assert_eq!(
                sent["failing"],
                json!(["denied", "The function that gives the token failed: the page has none"])
            );
            assert_eq!(
                sent["wrong"],
                json!(["denied", "The function that gives the token gave no string."])
            );
            Ok(())
        })
        .await
}
