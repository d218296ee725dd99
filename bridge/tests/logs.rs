//! What the logs say of calls, and what they never say.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::{fs, path::PathBuf, process::Stdio, time::Duration};

use http::Request;
use http_body::Frame;
use serde_json::{Value, json};
use spark_connect_bridge::Settings;
use support::{
    Answer, Bridge, Command, Dialect, FakeSpark, SERVICE, answer, field, frames, headers, message, ok,
    scripted, soon,
};
use tokio::sync::mpsc;

/// A directory for this test's logs, empty.
fn directory(test: &str) -> PathBuf {
    let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("logs-{test}"));
    let _ = fs::remove_dir_all(&directory);
    fs::create_dir_all(&directory).unwrap();
    directory
}

/// Waits until a log has this many lines.
async fn lines(directory: &std::path::Path, log: &str, count: usize) -> Vec<Value> {
    soon(&format!("{count} lines of {log}"), async {
        loop {
            let text = fs::read_to_string(directory.join(log)).unwrap_or_default();
            let lines: Vec<Value> = text
                .lines()
                .map(|line| serde_json::from_str(line).unwrap())
                .collect();
            if lines.len() >= count {
                assert_eq!(lines.len(), count, "{text}");
                return lines;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await
}

fn settings(spark: &FakeSpark, directory: &std::path::Path, more: &str) -> Settings {
    let directory = directory.display();
    Settings::parse(&format!(
        "[backends.main]\nservers = [\"{}\"]\n[log]\naccess = \"{directory}/access\"\n\
         [audit]\nlog = \"{directory}/audit\"\n{more}",
        spark.address
    ))
    .unwrap()
}

/// A request of `method` in a session of Ann's, with an operation if the method has one.
fn request(operation_field: u8, more: &[u8]) -> Vec<u8> {
    let mut request = [field(1, b"s-1"), field(2, &field(1, b"ann"))].concat();
    if operation_field > 0 {
        request.extend(field(operation_field, b"o-1"));
    }
    [&request, more].concat()
}

/// `plan { root { sql { query } } }` of an ExecutePlan.
fn sql(query: &str) -> Vec<u8> {
    let sql = field(1, query.as_bytes());
    // Relation.sql is field 10.
    field(3, &field(1, &field(10, &sql)))
}

/// The members of a line that are the same in every run.
fn stable(line: &Value) -> Value {
    let mut line = line.clone();
    let object = line.as_object_mut().unwrap();
    for (member, kind) in [
        ("time", "string"),
        ("client", "string"),
        ("duration_ms", "number"),
        ("first_byte_ms", "number"),
        ("server", "string"),
    ] {
        if let Some(value) = object.remove(member) {
            assert!(
                kind == "number" && value.is_f64()
                    || kind == "string" && (value.is_string() || value.is_null()),
                "{member}: {value}"
            );
        }
    }
    line
}

#[tokio::test]
async fn a_line_tells_of_each_request() {
    let directory = directory("access");
    let spark = FakeSpark::start(
        async |request: Request<_>| match request.uri().path().rsplit('/').next() {
            Some("ExecutePlan") => ok(&[b"12345", b"678"]),
            Some("Interrupt") => answer(frames(vec![Frame::trailers(headers([
                ("grpc-status", "13"),
                ("grpc-message", "secret answer"),
            ]))])),
            _ => {
                let mut response = answer(frames(vec![]));
                response
                    .headers_mut()
                    .extend(headers([("grpc-status", "5"), ("grpc-message", "secret answer")]));
                response
            }
        },
    )
    .await;
    let bridge = Bridge::with(settings(&spark, &directory, "")).await;
    let trace = "0af7651916cd43dd8448eb211c80319c";
    let uri = |path: &str| format!("http://{}{path}", bridge.address);
    let send = async |path: &str, body: Vec<u8>| {
        let traced =
            Request::post(uri(path)).header("traceparent", format!("00-{trace}-b7ad6b7169203331-01"));
        let response = bridge.send(Dialect::Web2, traced, message(&body)).await;
        Answer::new(Dialect::Web2, response).all().await.unwrap();
    };
    send(
        &format!("{SERVICE}ExecutePlan?token=hidden"),
        request(6, &sql("SELECT 1")),
    )
    .await;
    send(&format!("{SERVICE}Interrupt"), request(6, b"")).await;
    send(&format!("{SERVICE}ReleaseExecute"), request(3, b"")).await;
    send(&format!("{SERVICE}Nonsense"), Vec::new()).await;
    send(&format!("/other{SERVICE}Config"), Vec::new()).await;
    let page = Request::get(uri("/a/page?token=hidden"))
        .body(http_body_util::Full::default())
        .unwrap();
    drop(support::send(bridge.address, Dialect::Web1, page).await.unwrap());
    let probe = Request::get(uri("/healthz"))
        .body(http_body_util::Full::default())
        .unwrap();
    drop(support::send(bridge.address, Dialect::Web1, probe).await.unwrap());

    let lines = lines(&directory, "access", 6).await;
    let call = |method: &str, received: u64, sent: u64, more: Value| {
        let mut line = json!({
            "http_method": "POST", "path": format!("{SERVICE}{method}"), "http": "2", "backend": "main", "method": method,
            "session": "s-1", "operation": "o-1", "status": 200, "received_bytes": received, "sent_bytes": sent, "trace": trace,
        });
        line.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        line
    };
    let refused = |path: &str, code: i32, refusal: &str| {
        json!({
            "http_method": "POST", "path": path, "http": "2", "status": 200, "grpc_status": code, "outcome": "refused",
            "refusal": refusal, "received_bytes": 0, "sent_bytes": 0, "trace": trace,
        })
    };
    let execute = 5 + request(6, &sql("SELECT 1")).len() as u64;
    let received = 5 + request(6, b"").len() as u64;
    // Two messages, and grpc-web's frame with `grpc-status:0`.
    let sent = 10 + 8 + 20;
    let expected = [
        call(
            "ExecutePlan",
            execute,
            sent,
            json!({"outcome": "ok", "grpc_status": 0}),
        ),
        call(
            "Interrupt",
            received,
            5 + 16 + 28,
            json!({"outcome": "error", "grpc_status": 13}),
        ),
        call(
            "ReleaseExecute",
            received,
            0,
            json!({"outcome": "error", "grpc_status": 5}),
        ),
        refused(
            &format!("{SERVICE}Nonsense"),
            12,
            "Spark Connect has no method Nonsense that this bridge knows.",
        ),
        refused(
            &format!("/other{SERVICE}Config"),
            5,
            "This bridge has no backend of that name.",
        ),
        json!({"http_method": "GET", "path": "/a/page", "http": "1.1", "status": 404, "outcome": "refused", "refusal": "There is nothing at /a/page.", "received_bytes": 0, "sent_bytes": lines[5]["sent_bytes"]}),
    ];
    for (line, expected) in lines.iter().zip(expected) {
        assert_eq!(stable(line), expected);
    }
    let text = fs::read_to_string(directory.join("access")).unwrap();
    assert!(
        !text.contains("hidden") && !text.contains("SELECT") && !text.contains("secret answer"),
        "{text}"
    );
}

#[tokio::test]
async fn the_access_log_tells_who_left_and_what_broke() {
    let directory = directory("endings");
    let (opened, mut scripts) = mpsc::channel(1);
    let spark = FakeSpark::start(move |_| {
        let opened = opened.clone();
        async move {
            let (send, body) = scripted();
            opened.send(send).await.unwrap();
            answer(body)
        }
    })
    .await;
    let bridge = Bridge::with(settings(&spark, &directory, "")).await;
    let body = message(&request(6, b""));
    let left = bridge.call("ExecutePlan", Dialect::Web1, body.clone()).await;
    let script = scripts.recv().await.unwrap();
    drop(left);
    soon("the stream's end at Spark", script.closed()).await;
    let first = lines(&directory, "access", 1).await;
    assert_eq!(first[0]["outcome"], "cancelled", "{first:?}");

    let broken = bridge.call("ExecutePlan", Dialect::Web1, body.clone()).await;
    let script = scripts.recv().await.unwrap();
    script
        .send(Ok(Frame::data(message(b"half").slice(..7))))
        .await
        .unwrap();
    script.send(Err("gone".into())).await.unwrap();
    assert!(Answer::new(Dialect::Web1, broken).all().await.is_err());
    let second = lines(&directory, "access", 2).await;
    assert_eq!(
        (&second[1]["outcome"], &second[1]["grpc_status"]),
        (&json!("unavailable"), &json!(14)),
        "{second:?}"
    );

    let address = spark.address;
    spark.stop().await;
    let response = bridge.call("ExecutePlan", Dialect::Web1, body).await;
    Answer::new(Dialect::Web1, response).all().await.unwrap();
    let third = lines(&directory, "access", 3).await;
    assert_eq!(third[2]["outcome"], "unavailable");
    let refusal = third[2]["refusal"].as_str().unwrap();
    assert!(refusal.contains(&address.to_string()), "{refusal}");
    // Each began for the audit log, and ended.
    let audit = lines(&directory, "audit", 6).await;
    let events: Vec<_> = audit.iter().map(|line| line["event"].as_str().unwrap()).collect();
    assert_eq!(events, ["begins", "ends", "begins", "ends", "begins", "ends"]);
}

#[tokio::test]
async fn the_audit_log_tells_who_ran_what() {
    let directory = directory("audit");
    // Two batches: arrow_batch { row_count: 7 }, and one of 300.
    let spark = FakeSpark::start(async |_| ok(&[&[0x12, 2, 0x08, 7], &[0x12, 3, 0x08, 0xac, 0x02]])).await;
    let bridge = Bridge::with(settings(&spark, &directory, "")).await;
    let call = async |method: &str, body: Vec<u8>| {
        let response = bridge.call(method, Dialect::Web1, message(&body)).await;
        Answer::new(Dialect::Web1, response).all().await.unwrap();
    };
    let secret =
        "CREATE TABLE t USING jdbc OPTIONS (url 'jdbc:x', password 'hidden', 'fs.s3a.secret.key' = 'hidden')";
    call("ExecutePlan", request(6, &sql("SELECT 1"))).await;
    call("ExecutePlan", request(6, &sql(secret))).await;
    // plan { root { range {} } }
    call("ExecutePlan", request(6, &field(3, &field(1, &field(15, b""))))).await;
    // The query's text ends after its relation does.
    call(
        "ExecutePlan",
        request(6, &field(3, &field(1, &field(10, &[0x0a, 9])))),
    )
    .await;
    call("Interrupt", request(6, b"")).await;
    call("ReleaseExecute", request(3, b"")).await;
    call("GetStatus", request(0, b"")).await;

    let lines = lines(&directory, "audit", 10).await;
    let begins = |method: &str, plan: Value| json!({"event": "begins", "backend": "main", "user": "ann", "session": "s-1", "operation": "o-1", "method": method, "plan": plan});
    let query = begins(
        "ExecutePlan",
        json!({
            "kind": "query", "summary": "sql", "sql": ["SELECT 1"],
            // printf 'SELECT 1' | sha256sum
            "sha256": "e004ebd5b5532a4b85984a62f8ad48a81aa3460c1ca07701f386135d72cdecf5",
        }),
    );
    assert_eq!(stable(&lines[0]), query);
    let end = &lines[1];
    assert_eq!(
        stable(end),
        json!({"event": "ends", "backend": "main", "user": "ann", "session": "s-1", "operation": "o-1", "method": "ExecutePlan",
               "outcome": "ok", "grpc_status": 0, "rows": 307, "received_bytes": end["received_bytes"], "sent_bytes": end["sent_bytes"]})
    );
    assert_eq!(
        lines[2]["plan"]["sql"],
        json!(["CREATE TABLE t USING jdbc OPTIONS (url 'jdbc:x', [redacted], '[redacted])"])
    );
    assert_eq!(lines[2]["plan"]["writes"], "its SQL is not clearly a query");
    assert_eq!(lines[4]["plan"]["summary"], "range");
    assert_eq!(lines[4]["plan"].get("sql"), None);
    assert_ne!(lines[4]["plan"]["sha256"], lines[0]["plan"]["sha256"]);
    assert_eq!(
        lines[6]["plan"]["writes"],
        "it has parts that cannot be read: a field is longer than the message around it"
    );
    assert_eq!(
        (&lines[8]["method"], lines[8].get("plan")),
        (&json!("Interrupt"), None)
    );
    let text = fs::read_to_string(directory.join("audit")).unwrap();
    assert!(!text.contains("hidden"), "{text}");
}

/// Spark's strings have two kinds of quotes, escapes and prefixes, and what is sent need not be whole.
#[tokio::test]
async fn secrets_in_sql_are_not_written() {
    let directory = directory("secrets");
    let spark = FakeSpark::start(async |_| ok(&[])).await;
    let bridge = Bridge::with(settings(&spark, &directory, "")).await;
    for (text, written) in [
        (
            r#"OPTIONS (password "hidden", a "b")"#,
            r#"OPTIONS ([redacted], a "b")"#,
        ),
        (r#"map('secret'   ,   "it\" is hidden")"#, "map('[redacted])"),
        (
            "(password 'one''hidden', token = r'hidden', a 'b')",
            "([redacted], [redacted], a 'b')",
        ),
        (r"(password = 'it\'s hidden', a 'b')", "([redacted], a 'b')"),
        (
            "(url 'jdbc:postgresql://db/x?user=u&password=hidden&ssl=true')",
            "(url 'jdbc:postgresql://db/x?user=u&[redacted]&ssl=true')",
        ),
        ("PASSWORD 'not\nclosed: hidden", "[redacted]"),
        (
            "SELECT 'a', design FROM passwords",
            "SELECT 'a', design FROM passwords",
        ),
    ] {
        let body = message(&request(6, &sql(text)));
        let response = bridge.call("ExecutePlan", Dialect::Web1, body).await;
        Answer::new(Dialect::Web1, response).all().await.unwrap();
        let begun = soon("a line", async {
            loop {
                let text = fs::read_to_string(directory.join("audit")).unwrap_or_default();
                let last = text.lines().rfind(|line| line.contains("\"begins\""));
                if text.lines().filter(|line| line.contains("\"ends\"")).count() * 2 == text.lines().count()
                    && let Some(last) = last
                {
                    return serde_json::from_str::<Value>(last).unwrap();
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        })
        .await;
        assert_eq!(begun["plan"]["sql"], json!([written]));
        fs::write(directory.join("audit"), "").unwrap();
    }
}

#[tokio::test]
async fn sql_can_be_left_out_of_the_audit_log() {
    let spark = FakeSpark::start(async |_| ok(&[])).await;
    for (more, seen) in [
        ("sql = \"hash\"", None),
        ("redact = []", Some("SELECT 1 AS token, 'x'")),
        (
            "redact = [\"SELECT\", \"token.*\"]",
            Some("[redacted] 1 AS [redacted]"),
        ),
    ] {
        let directory = directory("hash");
        let bridge = Bridge::with(settings(&spark, &directory, more)).await;
        let body = message(&request(6, &sql("SELECT 1 AS token, 'x'")));
        let response = bridge.call("ExecutePlan", Dialect::Native, body).await;
        Answer::new(Dialect::Native, response).all().await.unwrap();
        let lines = lines(&directory, "audit", 2).await;
        assert_eq!(lines[0]["plan"]["sql"][0].as_str(), seen, "{more}");
        assert_eq!(
            lines[0]["plan"]["sha256"].as_str().map(str::len),
            Some(64),
            "{more}"
        );
    }
}

/// Everything the command writes, with each secret that it was given.
#[tokio::test]
async fn no_token_is_ever_written() {
    let directory = directory("tokens");
    let spark = FakeSpark::start(async |_| ok(&[])).await;
    let config = directory.join("bridge.toml");
    let text = format!(
        "[backends.main]\nservers = [\"{}\"]\ntoken_env = \"SPARK\"\nmetadata = {{ x-key = \"hidden-metadata\" }}\n\
         [log]\naccess = \"stderr\"\n[audit]\nlog = \"stderr\"\n",
        spark.address
    );
    fs::write(&config, text).unwrap();
    let mut command = Command::prepared();
    command
        .env("SPARK", "hidden-spark")
        .stderr(Stdio::from(fs::File::create(directory.join("stderr")).unwrap()));
    let bridge = Command::start_prepared(command, &["--config", config.to_str().unwrap()]).await;
    for dialect in [Dialect::Web1, Dialect::Native] {
        for path in [
            format!("{SERVICE}ExecutePlan?token=hidden-query"),
            format!("{SERVICE}Nonsense?token=hidden-query"),
        ] {
            let request = Request::post(format!("http://{}{path}", bridge.address))
                .header("content-type", dialect.content_type())
                .header("authorization", "Bearer hidden-client")
                .header("cookie", "session=hidden-cookie")
                .header("x-api-key", "hidden-header")
                .body(http_body_util::Full::new(message(&request(
                    6,
                    &sql("SET spark.token = 'hidden-sql'"),
                ))))
                .unwrap();
            let response = support::send(bridge.address, dialect, request).await.unwrap();
            Answer::new(dialect, response).all().await.unwrap();
        }
    }
    soon("all lines", async {
        while fs::read_to_string(directory.join("stderr"))
            .unwrap()
            .lines()
            .count()
            < 8
        {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
    let text = fs::read_to_string(directory.join("stderr")).unwrap();
    assert!(!text.contains("hidden"), "{text}");
    assert!(text.contains("[redacted]"), "{text}");
}
