//! What is refused to whoever uses too much, what becomes of operations whose client is gone, and the numbers about it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body::Frame;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use prost::Message as _;
use spark_connect_bridge::Settings;
use spark_connect_proto::connect::{InterruptRequest, interrupt_request::Interrupt};
use support::{
    Answer, BoxError, Bridge, Dialect, FakeSpark, Frames, SERVICE, answer, field, headers, message, ok,
    scripted, soon, status,
};
use tokio::{io::AsyncWriteExt, net::TcpStream, sync::mpsc, time::sleep};

const OPERATION: &str = "0b9e6c1a-4f2d-4a8e-9b7c-5d3f2e1a0c4b";

/// A server whose executions a test scripts, and that tells what it is asked besides.
struct Spark {
    server: FakeSpark,
    streams: mpsc::Receiver<Frames>,
    asked: mpsc::UnboundedReceiver<(String, Bytes)>,
}

impl Spark {
    async fn start() -> Self {
        let (opened, streams) = mpsc::channel(1000);
        let (tell, asked) = mpsc::unbounded_channel();
        let server = FakeSpark::start(move |request: Request<Incoming>| {
            let (opened, tell) = (opened.clone(), tell.clone());
            async move {
                let method = request.uri().path().rsplit('/').next().unwrap().to_owned();
                let body = request.into_body().collect().await.unwrap().to_bytes();
                match &*method {
                    "ExecutePlan" | "ReattachExecute" => {
                        let (send, body) = scripted();
                        opened.send(send).await.unwrap();
                        return answer(body);
                    }
                    _ => tell.send((method.clone(), body.slice(5..))).unwrap(),
                }
                // What it interrupted, in field 2.
                ok(&[&field(2, OPERATION.as_bytes())])
            }
        })
        .await;
        Self {
            server,
            streams,
            asked,
        }
    }

    async fn stream(&mut self) -> Frames {
        soon("a stream", self.streams.recv()).await.unwrap()
    }

    fn settings(&self, more: &str) -> Settings {
        Settings::parse(&format!(
            "[backends.main]\nservers = [\"{}\"]\n{more}",
            self.server.address
        ))
        .unwrap()
    }
}

/// A request in Ann's session about her operation.
fn request(operation_field: u8, more: &[u8]) -> Bytes {
    let request = [
        field(1, b"s-1"),
        field(2, &field(1, b"ann")),
        field(operation_field, OPERATION.as_bytes()),
        more.to_vec(),
    ];
    message(&request.concat())
}

async fn call(bridge: &Bridge, method: &str, body: Bytes) -> Response<Incoming> {
    bridge.call(method, Dialect::Web1, body).await
}

async fn finish(response: Response<Incoming>) -> Result<(Vec<Bytes>, HeaderMap), BoxError> {
    let head = response.headers().clone();
    let (messages, trailers) = Answer::new(Dialect::Web1, response).all().await?;
    Ok((messages, if trailers.is_empty() { head } else { trailers }))
}

/// The refusal of a call: its sentence, and how long it asks to wait.
fn refusal(fields: &HeaderMap) -> (String, Option<Duration>) {
    let (code, sentence) = status(fields);
    assert_eq!(code, 8, "{sentence}");
    let status = tonic::Status::from_header_map(fields).unwrap();
    let retry = tonic_types::StatusExt::get_details_retry_info(&status);
    (sentence, retry.and_then(|retry| retry.retry_delay))
}

#[tokio::test]
async fn streams_are_limited() {
    for (more, expected) in [
        (
            "[limits.identity]\nstreams = 2\n",
            "runs 2 queries and uploads at a time for you",
        ),
        ("[limits]\nstreams = 2\n", "for everyone together"),
    ] {
        let mut spark = Spark::start().await;
        let bridge = Bridge::with(spark.settings(more)).await;
        let first = call(&bridge, "ExecutePlan", request(6, b"")).await;
        let first_script = spark.stream().await;
        let _second = call(&bridge, "ReattachExecute", request(3, b"")).await;
        let _second_script = spark.stream().await;
        let third = finish(call(&bridge, "ExecutePlan", request(6, b"")).await)
            .await
            .unwrap();
        let (sentence, retry) = refusal(&third.1);
        assert!(sentence.contains(expected), "{sentence}");
        assert_eq!(retry, Some(Duration::from_secs(1)));
        // Whatever frees something is not refused.
        let (_, trailers) = finish(call(&bridge, "Interrupt", request(6, b"")).await)
            .await
            .unwrap();
        assert_eq!(trailers["grpc-status"], "0");
        drop(first);
        soon("the end of the first", first_script.closed()).await;
        let fourth = call(&bridge, "ExecutePlan", request(6, b"")).await;
        assert_eq!(fourth.headers().get("grpc-status"), None);
        let _ = spark.stream().await;
    }
}

#[tokio::test]
async fn calls_are_limited() {
    let mut spark = Spark::start().await;
    for (more, whose) in [
        ("[limits.identity]\nrequests_per_second = 2\n", "from you"),
        ("[limits]\nrequests_per_second = 2\n", "from everyone together"),
    ] {
        let bridge = Bridge::with(spark.settings(more)).await;
        for _ in 0..2 {
            let (_, trailers) = finish(call(&bridge, "Config", request(9, b"")).await)
                .await
                .unwrap();
            assert_eq!(trailers["grpc-status"], "0");
        }
        // Perhaps one more has been earned since.
        let mut refused = None;
        for _ in 0..10 {
            let (_, fields) = finish(call(&bridge, "Config", request(9, b"")).await)
                .await
                .unwrap();
            if fields["grpc-status"] != "0" {
                refused = Some(refusal(&fields));
                break;
            }
        }
        let (sentence, retry) = refused.unwrap();
        assert!(
            sentence.contains("takes 2 calls a second") && sentence.contains(whose),
            "{sentence}"
        );
        let retry = retry.unwrap();
        assert!(retry <= Duration::from_millis(500), "{retry:?}");
        sleep(retry).await;
        let (_, trailers) = finish(call(&bridge, "Config", request(9, b"")).await)
            .await
            .unwrap();
        assert_eq!(trailers["grpc-status"], "0");
    }
    while spark.asked.try_recv().is_ok() {}
}

#[tokio::test]
async fn requests_share_the_memory() {
    let spark = Spark::start().await;
    let settings = "max_message_size = \"64 KiB\"\n[limits]\nrequest_bytes = \"64 KiB\"\n";
    let bridge = Bridge::with(spark.settings(settings)).await;
    let half_a_request = format!(
        "POST {SERVICE}Config HTTP/1.1\r\nhost: {}\r\ncontent-type: application/grpc-web+proto\r\n\
         content-length: 60005\r\n\r\n",
        bridge.address
    );
    let mut slow = TcpStream::connect(bridge.address).await.unwrap();
    slow.write_all(half_a_request.as_bytes()).await.unwrap();
    slow.write_all(&message(&vec![0; 60_000])[..40_000])
        .await
        .unwrap();

    let answered = async |refused: bool| {
        loop {
            let body = request(9, &field(15, &[7; 30_000]));
            let (_, fields) = finish(call(&bridge, "Config", body).await).await.unwrap();
            if (fields["grpc-status"] != "0") == refused {
                return fields;
            }
            sleep(Duration::from_millis(5)).await;
        }
    };
    let (sentence, retry) = refusal(&soon("a refusal", answered(true)).await);
    assert!(
        sentence.contains("all the memory that this bridge gives them, 64"),
        "{sentence}"
    );
    assert_eq!(retry, Some(Duration::from_secs(1)));
    drop(slow);
    soon("an answer", answered(false)).await;
}

#[tokio::test]
async fn connections_are_limited() {
    let mut spark = Spark::start().await;
    let bridge = Bridge::with(spark.settings("[limits.identity]\nconnections = 1\n")).await;
    let first = call(&bridge, "ExecutePlan", request(6, b"")).await;
    let _script = spark.stream().await;
    let (_, fields) = finish(call(&bridge, "Config", request(9, b"")).await)
        .await
        .unwrap();
    let (sentence, retry) = refusal(&fields);
    assert!(sentence.contains("1 connections open"), "{sentence}");
    assert_eq!(retry, None);
    drop(first);
    soon("a place", async {
        loop {
            let (_, fields) = finish(call(&bridge, "Config", request(9, b"")).await)
                .await
                .unwrap();
            if fields["grpc-status"] == "0" {
                return;
            }
            sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
}

/// Ten messages of 1000 bytes, cut anywhere.
async fn ten(script: &Frames) {
    let all = message(&[7; 995]).repeat(10);
    for piece in all.chunks(617) {
        if script
            .send(Ok(Frame::data(Bytes::copy_from_slice(piece))))
            .await
            .is_err()
        {
            return;
        }
    }
    let _ = script
        .send(Ok(Frame::trailers(headers([("grpc-status", "0")]))))
        .await;
}

#[tokio::test]
async fn a_result_that_is_too_large_is_cut_and_interrupted() {
    let mut spark = Spark::start().await;
    let bridge = Bridge::with(spark.settings("[limits]\nbytes_per_result = \"2500 B\"\n")).await;
    let cut = call(&bridge, "ExecutePlan", request(6, b"")).await;
    let script = spark.stream().await;
    let (cut, ()) = tokio::join!(finish(cut), ten(&script));
    let (messages, trailers) = cut.unwrap();
    assert_eq!(messages.len(), 3);
    assert!(messages.iter().all(|message| message.len() == 995));
    let (sentence, retry) = refusal(&trailers);
    assert!(sentence.contains("larger than 2.4 KiB"), "{sentence}");
    assert_eq!(retry, None);
    assert_interrupted(&mut spark).await;
    let (_, again) = finish(call(&bridge, "ReattachExecute", request(3, b"")).await)
        .await
        .unwrap();
    assert_eq!(refusal(&again).0, sentence);
}

#[tokio::test]
async fn a_day_is_limited() {
    let mut spark = Spark::start().await;
    let bridge = Bridge::with(spark.settings("[limits.identity]\nbytes_per_day = \"9500 B\"\n")).await;
    let first = call(&bridge, "ExecutePlan", request(6, b"")).await;
    let script = spark.stream().await;
    let (first, ()) = tokio::join!(finish(first), ten(&script));
    let (messages, trailers) = first.unwrap();
    assert_eq!(messages.len(), 10);
    assert!(refusal(&trailers).0.contains("at midnight UTC"));
    let (_, next) = finish(call(&bridge, "ExecutePlan", request(6, b"")).await)
        .await
        .unwrap();
    assert!(refusal(&next).0.contains("at midnight UTC"));
    // A reload forgets nothing.
    bridge
        .bridge
        .reload({
            let mut settings = spark.settings("[limits.identity]\nbytes_per_day = \"9600 B\"\n");
            settings.identity.startup_token = false;
            settings
        })
        .unwrap();
    let (_, next) = finish(call(&bridge, "ExecutePlan", request(6, b"")).await)
        .await
        .unwrap();
    assert!(refusal(&next).0.contains("at midnight UTC"));
}

async fn assert_interrupted(spark: &mut Spark) {
    let (method, body) = soon("an interrupt", spark.asked.recv()).await.unwrap();
    assert_eq!(method, "Interrupt");
    let request = InterruptRequest::decode(body).unwrap();
    assert_eq!(request.session_id, "s-1");
    assert_eq!(request.user_context.unwrap().user_id, "ann");
    assert_eq!(request.interrupt, Some(Interrupt::OperationId(OPERATION.into())));
}

/// However a client names its operation, Spark runs it under one name, and so it is known here.
#[tokio::test]
async fn no_name_of_an_operation_escapes_its_limits() {
    let mut spark = Spark::start().await;
    let bridge = Bridge::with(spark.settings(GUARDED)).await;
    let begin = [field(1, b"s-1"), field(2, &field(1, b"ann"))].concat();
    let upper = [&begin[..], &field(6, OPERATION.to_uppercase().as_bytes())].concat();
    for (what, body, known) in [
        ("in capitals", upper, Some(OPERATION)),
        ("none", begin.clone(), None),
    ] {
        let gone = call(&bridge, "ExecutePlan", message(&body)).await;
        let script = spark.stream().await;
        drop(gone);
        soon("the stream's end", script.closed()).await;
        let (method, body) = soon("an interrupt", spark.asked.recv()).await.unwrap();
        assert_eq!(method, "Interrupt", "{what}");
        let Some(Interrupt::OperationId(id)) = InterruptRequest::decode(body).unwrap().interrupt else {
            panic!("{what}: no operation");
        };
        match known {
            Some(known) => assert_eq!(id, known, "{what}"),
            None => assert_eq!(id.len(), OPERATION.len(), "{what}"),
        }
    }
    // Java reads all of these as a UUID or refuses them; nothing here could say which.
    for other in [
        "",
        "o-1",
        "1-1-1-1-1",
        "{0b9e6c1a-4f2d-4a8e-9b7c-5d3f2e1a0c4b}",
        &OPERATION.replace('-', ""),
    ] {
        let body = [&begin[..], &field(6, other.as_bytes())].concat();
        let (_, trailers) = finish(call(&bridge, "ExecutePlan", message(&body)).await)
            .await
            .unwrap();
        let (code, sentence) = status(&trailers);
        assert_eq!(code, 3, "{other}: {sentence}");
        assert!(sentence.contains("must be a UUID"), "{other}: {sentence}");
    }
}

const GUARDED: &str = "[limits]\nabandoned_after = \"200ms\"\n";

#[tokio::test]
async fn an_operation_whose_client_is_gone_is_interrupted() {
    let mut spark = Spark::start().await;
    let bridge = Bridge::with(spark.settings(GUARDED)).await;
    let gone = call(&bridge, "ExecutePlan", request(6, b"")).await;
    let script = spark.stream().await;
    // However long it takes, somebody waits for it.
    sleep(Duration::from_millis(400)).await;
    assert!(spark.asked.try_recv().is_err());
    drop(gone);
    soon("the stream's end", script.closed()).await;
    assert_interrupted(&mut spark).await;
    sleep(Duration::from_millis(400)).await;
    assert!(spark.asked.try_recv().is_err(), "once is enough");

    // One whose stream ended by itself, as Spark ends it after two minutes, and whose client never came back.
    let ended = call(&bridge, "ExecutePlan", request(6, b"")).await;
    let script = spark.stream().await;
    script
        .send(Ok(Frame::trailers(headers([("grpc-status", "0")]))))
        .await
        .unwrap();
    finish(ended).await.unwrap();
    assert_interrupted(&mut spark).await;
}

#[tokio::test]
async fn who_comes_back_or_releases_is_not_gone() {
    let mut spark = Spark::start().await;
    let bridge = Bridge::with(spark.settings(GUARDED)).await;
    let first = call(&bridge, "ExecutePlan", request(6, b"")).await;
    let script = spark.stream().await;
    drop(first);
    soon("the stream's end", script.closed()).await;
    let back = call(&bridge, "ReattachExecute", request(3, b"")).await;
    let _script = spark.stream().await;
    sleep(Duration::from_millis(400)).await;
    assert!(spark.asked.try_recv().is_err(), "it came back");

    // Part of a result was released, then all of it.
    finish(
        call(
            &bridge,
            "ReleaseExecute",
            request(3, &field(6, &field(1, b"r-1"))),
        )
        .await,
    )
    .await
    .unwrap();
    assert_eq!(spark.asked.recv().await.unwrap().0, "ReleaseExecute");
    drop(back);
    finish(call(&bridge, "ReleaseExecute", request(3, &field(5, b""))).await)
        .await
        .unwrap();
    assert_eq!(spark.asked.recv().await.unwrap().0, "ReleaseExecute");
    sleep(Duration::from_millis(400)).await;
    assert!(spark.asked.try_recv().is_err(), "it was released");

    // Whose session is released needs no interrupt either.
    let last = call(&bridge, "ExecutePlan", request(6, b"")).await;
    let _script = spark.stream().await;
    finish(call(&bridge, "ReleaseSession", request(3, b"")).await)
        .await
        .unwrap();
    assert_eq!(spark.asked.recv().await.unwrap().0, "ReleaseSession");
    drop(last);
    sleep(Duration::from_millis(400)).await;
    assert!(spark.asked.try_recv().is_err(), "its session was released");
}

#[tokio::test]
async fn numbers_tell_what_happened() {
    let mut spark = Spark::start().await;
    let bridge =
        Bridge::with(spark.settings("[limits]\nabandoned_after = \"1m\"\n[limits.identity]\nstreams = 1\n"))
            .await;
    let open = call(&bridge, "ExecutePlan", request(6, b"")).await;
    let script = spark.stream().await;
    for piece in 0..64 {
        let large = Frame::data(message(&vec![piece; 512 * 1024]));
        if tokio::time::timeout(Duration::from_millis(50), script.send(Ok(large)))
            .await
            .is_err()
        {
            break;
        }
    }
    finish(call(&bridge, "ExecutePlan", request(6, b"")).await)
        .await
        .unwrap();
    finish(call(&bridge, "Interrupt", request(6, b"")).await)
        .await
        .unwrap();
    finish(call(&bridge, "Nonsense", request(6, b"")).await)
        .await
        .unwrap();
    sleep(Duration::from_millis(1300)).await;
    let text = metrics(&bridge).await;
    let has = |text: &str, line: &str| {
        assert!(
            text.lines().any(|known| known == line),
            "{line} is not in\n{text}"
        );
    };
    let of = |method: &str| format!("backend=\"main\",method=\"{method}\"");
    has(
        &text,
        &format!("spark_connect_bridge_open_requests{{{}}} 1", of("ExecutePlan")),
    );
    has(&text, "spark_connect_bridge_stalled_streams 1");
    has(&text, "spark_connect_bridge_limited_total{limit=\"streams\"} 1");
    has(
        &text,
        &format!(
            "spark_connect_bridge_requests_total{{{},code=\"RESOURCE_EXHAUSTED\"}} 1",
            of("ExecutePlan")
        ),
    );
    has(
        &text,
        &format!(
            "spark_connect_bridge_requests_total{{{},code=\"OK\"}} 1",
            of("Interrupt")
        ),
    );
    has(
        &text,
        "spark_connect_bridge_requests_total{backend=\"\",method=\"\",code=\"UNIMPLEMENTED\"} 1",
    );
    has(
        &text,
        &format!(
            "spark_connect_bridge_first_byte_seconds_count{{{}}} 1",
            of("Interrupt")
        ),
    );
    let length = request(6, b"").len();
    has(
        &text,
        &format!(
            "spark_connect_bridge_received_bytes_total{{{}}} {length}",
            of("Interrupt")
        ),
    );

    drop(open);
    soon("the end of the stream", async {
        while !metrics(&bridge).await.contains("code=\"cancelled\"") {
            sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
    let text = metrics(&bridge).await;
    has(
        &text,
        &format!("spark_connect_bridge_open_requests{{{}}} 0", of("ExecutePlan")),
    );
    has(
        &text,
        &format!("spark_connect_bridge_stalls_total{{{}}} 1", of("ExecutePlan")),
    );
    has(&text, "spark_connect_bridge_stalled_streams 0");
    assert!(!text.contains("ann") && !text.contains("s-1"), "{text}");
}

async fn metrics(bridge: &Bridge) -> String {
    use tower::ServiceExt;
    let request = Request::get("/metrics").body(axum::body::Body::empty()).unwrap();
    let response = bridge.bridge.metrics().oneshot(request).await.unwrap();
    assert_eq!(response.status(), 200);
    String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().into()).unwrap()
}

#[tokio::test]
async fn an_upload_has_a_limit() {
    // Answers once the upload has ended.
    let spark = FakeSpark::start(async |request| {
        let length = request
            .into_body()
            .collect()
            .await
            .map(|body| body.to_bytes().len());
        ok(&[length.unwrap_or_default().to_string().as_bytes()])
    })
    .await;
    let settings = format!(
        "[backends.main]\nservers = [\"{}\"]\nmax_upload_size = \"100 KiB\"",
        spark.address
    );
    let bridge = Bridge::with(Settings::parse(&settings).unwrap()).await;
    let part = message(&field(10, &[7; 30 * 1024]));
    for dialect in Dialect::ALL {
        let fits = part.repeat(3);
        let response = bridge.call("AddArtifacts", dialect, fits.clone()).await;
        let (messages, _) = Answer::new(dialect, response).all().await.unwrap();
        assert_eq!(messages, [fits.len().to_string().into_bytes()], "{dialect:?}");

        let response = bridge.call("AddArtifacts", dialect, part.repeat(4)).await;
        let expected = "An upload may have 100.0 KiB here. Send fewer files at a time, or put them where the cluster \
                        reads them by itself.";
        assert_eq!(
            status(response.headers()),
            (8, expected.to_owned()),
            "{dialect:?}"
        );
    }
    // Only uploads.
    let response = bridge
        .call(
            "ExecutePlan",
            Dialect::Web1,
            message(&field(10, &[7; 200 * 1024])),
        )
        .await;
    assert_eq!(
        Answer::new(Dialect::Web1, response).all().await.unwrap().0.len(),
        1
    );
}
