//! What goes wrong: Spark's errors with their fields, mistakes in a call, and what breaks inside of the client.

use anyhow::{Result, ensure};
use e2e::{environment, servers::free_port};
use serde_json::{Value, json};

use crate::stage::Stage;

#[tokio::test]
async fn an_error_has_its_fields() -> Result<()> {
    let stage = Stage::start().await?;
    stage
        .on_page(async |page| {
            let found: Value = page
                .run(
                    "const spark = await connect();
                     const fields = (error) => ({
                       ...error, name: error.name, message: error.message,
                       ours: error instanceof SparkConnectError && error instanceof Error,
                       stack: error.stack.includes('spark-connect.js'),
                       stackTrace: error.stackTrace?.split('\\n').length > 5,
                     });
                     const text = 'SELECT \"é😀\", zonne FROM VALUES (1) AS t(zone)';
                     const query = await failure(spark.sql(text).then((query) => query.rows()));
                     const division = await failure(spark.sql('SELECT 1 / id AS x FROM range(1)').then((query) => query.rows()));
                     const parser = await failure(spark.sql('SELEC 1'));
                     const stream = await spark.sql('SELECT assert_true(id < 0, \"too large\") AS x FROM range(1)');
                     const iterator = stream.stream();
                     const first = await failure(iterator.next());
                     return {
                       query: fields(query), places: query.places.map(({ start, end }) => text.slice(start, end)),
                       division: fields(division), parser: fields(parser),
                       first: [first.kind, first.errorClass], then: await iterator.next(),
                       afterwards: await (await spark.sql('SELECT 1 AS one')).rows(),
                     };",
                )
                .await?;
            let query = &found["query"];
            assert_eq!(query["name"], "SparkConnectError");
            assert_eq!(query["ours"], true);
            assert_eq!(query["stack"], true);
            assert_eq!(query["kind"], "spark");
            assert_eq!(query["errorClass"], "UNRESOLVED_COLUMN.WITH_SUGGESTION");
            assert_eq!(query["sqlState"], "42703");
            assert_eq!(query["parameters"], json!({ "objectName": "`zonne`", "proposal": "`zone`" }));
            assert_eq!(query["retryable"], false);
            assert_eq!(query["stackTrace"], true);
            let class = json!("org.apache.spark.sql.AnalysisException");
            let classes = query["classes"].as_array();
            ensure!(classes.is_some_and(|classes| classes.contains(&class)), "{}", query["classes"]);
            // In code points, as Spark counts.
            let context = &query["queryContexts"][0];
            assert_eq!([&context["start"], &context["stop"]], [13, 17]);
            assert_eq!(found["places"], json!(["zonne"]));
            let message = query["message"].as_str().unwrap_or_default();
            ensure!(
                message.starts_with("A column, variable, or function parameter with name `zonne` cannot be resolved.")
                    && !message.contains("SQLSTATE"),
                "{message}"
            );
            ensure!(query["serverMessage"].as_str().is_some_and(|whole| whole.contains("SQLSTATE: 42703")));
            assert_eq!(found["division"]["errorClass"], "DIVIDE_BY_ZERO");
            assert_eq!(found["division"]["sqlState"], "22012");
            ensure!(found["division"]["causes"].is_array());
            assert_eq!(found["parser"]["errorClass"], "PARSE_SYNTAX_ERROR");
            assert_eq!(found["first"], json!(["spark", "USER_RAISED_EXCEPTION"]));
            assert_eq!(found["then"], json!({ "done": true, "value": null }));
            assert_eq!(found["afterwards"], json!([{ "one": 1 }]));
            Ok(())
        })
        .await
}

#[tokio::test]
async fn mistakes_in_a_call_are_told() -> Result<()> {
    let stage = Stage::start().await?;
    stage
        .on_page(async |page| {
            let told: Vec<[String; 2]> = page
                .run(
                    "const spark = await connect();
                     const query = await spark.sql('SELECT 1');
                     const told = [];
                     for (const call of [
                       () => connect({ uri: 'http://x' }),
                       () => connect({ url: 'sc://localhost:15002' }),
                       () => connect({ url: 'http://' }),
                       () => connect({ token: 5 }),
                       () => connect({ token: 'two\\nlines' }),
                       () => connect({ headers: { 'a b': 'x' } }),
                       () => connect({ sessionId: 'x' }),
                       () => connect({ userAgent: 'x'.repeat(2049) }),
                       () => connect({ retry: 'often' }),
                       () => connect({ signal: 1 }),
                       () => connect({ conf: { 'spark.sql.shuffle.partitions': 'many' } }),
                       () => spark.sql(1),
                       () => spark.sql('SELECT 1', { limit: -1 }),
                       () => spark.sql('SELECT 1', { progress() {} }),
                       () => query.rows({ onProgress: 1 }),
                       async () => query.stream({ limit: 1 }),
                       () => spark.sql('SELECT :a'),
                     ]) {
                       const error = await failure(call());
                       if (!(error instanceof SparkConnectError)) throw error;
                       told.push([error.kind, error.message]);
                     }
                     return told;",
                )
                .await?;
            let refused = match environment::spark_is_at_least((4, 1))? {
                true => "The value 'many' in the config",
                false => "spark.sql.shuffle.partitions should be int, but was many",
            };
            let expected = [
                ("invalid", "connect() has no option uri. It takes url, token,"),
                ("invalid", "A browser reaches Spark through a bridge"),
                ("invalid", "http:// is no address."),
                ("invalid", "token is a string, or a function"),
                ("denied", "The token holds characters that no header may have."),
                ("invalid", "The value of a b cannot be sent as a header."),
                ("invalid", "The value of session_id must be a UUID, not x."),
                ("invalid", "The value of user_agent must be at most 2048"),
                (
                    "invalid",
                    "retry is \"often\". Write patient, interactive or quick.",
                ),
                ("invalid", "signal is an AbortSignal"),
                ("spark", refused),
                ("invalid", "sql() takes the text of a SQL statement."),
                (
                    "invalid",
                    "limit is a number of rows from 0 to 2147483647, not -1.",
                ),
                ("invalid", "sql() has no option progress."),
                ("invalid", "onProgress is a function."),
                ("invalid", "stream() has no option limit."),
                ("spark", "Found the unbound parameter: a."),
            ];
            assert_eq!(told.len(), expected.len());
            for ([kind, message], (expected_kind, start)) in told.iter().zip(expected) {
                assert_eq!(kind, expected_kind, "{message}");
                ensure!(message.starts_with(start), "{message:?} is not {start:?}");
            }
            Ok(())
        })
        .await
}

#[tokio::test]
async fn nobody_there_is_told_soon() -> Result<()> {
    let stage = Stage::start().await?;
    let nobody = format!("http://127.0.0.1:{}", free_port()?);
    let complaint = |line: &str| line.contains("ERR_CONNECTION_REFUSED");
    stage
        .on_page_despite(&stage.bridge.url(), complaint, async |page| {
            let found: Value = page
                .run(&format!(
                    "const begin = performance.now();
                     const error = await failure(connect({{ url: {nobody:?} }}));
                     return {{ kind: error.kind, message: error.message, retryable: error.retryable, soon: performance.now() - begin < 10000 }};",
                ))
                .await?;
            assert_eq!(found["kind"], "unreachable");
            assert_eq!(found["retryable"], true);
            assert_eq!(found["soon"], true);
            ensure!(
                found["message"]
                    .as_str()
                    .is_some_and(|text| text.starts_with(&format!("{nobody} cannot be reached"))),
                "{found}"
            );
            Ok(())
        })
        .await
}

/// A clock that jumps by more than a duration can hold makes the client panic in the middle of a query; a response that
/// is none makes its bindings throw. Whoever waits is told, and whoever asks later too.
#[tokio::test]
async fn what_breaks_inside_rejects_everything_that_waits() -> Result<()> {
    for (breaking, reason) in [
        (
            "performance.now = () => Infinity",
            "cannot convert float seconds to Duration",
        ),
        ("globalThis.fetch = async () => null", "null"),
    ] {
        let stage = Stage::start().await?;
        stage
            .on_page(async |page| {
                let body = format!(
                    "const spark = await connect();
                     const query = await spark.sql('SELECT id FROM range(0, 1000000, 1, 4)');
                     const slow = await spark.sql(\"SELECT java_method('java.lang.Thread', 'sleep', 9000L)\");
                     const batches = query.stream();
                     await batches.next();
                     const waiting = [failure(slow.rows()), failure(slow.stream().next())];
                     await new Promise((later) => setTimeout(later, 500));
                     {breaking};
                     waiting.push(failure((async () => {{ for await (const batch of batches); }})()));
                     const broken = await Promise.all(waiting);
                     broken.push(await failure(query.schema()), await failure(spark.interruptAll()), await failure(connect()));
                     return broken.map((error) => [error instanceof SparkConnectError, error.kind, error.message]);"
                );
                let told: Vec<(bool, String, String)> = page.run(&body).await?;
                assert_eq!(told.len(), 6);
                for (ours, kind, message) in told {
                    ensure!(
                        ours && kind == "internal"
                            && message.starts_with("The Spark Connect client broke. Load the page again.")
                            && message.contains(reason),
                        "{kind}: {message}"
                    );
                }
                Ok(())
            })
            .await?;
    }
    Ok(())
}
