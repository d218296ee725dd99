//! Calls through the bridge to a scripted server: bodies, trailers, streaming, and what happens when an end goes away.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderValue, Request, StatusCode};
use http_body::Frame;
use support::{
    Answer, Bridge, Dialect, FakeSpark, Frames, SERVICE, answer, echo, field, frames, headers, message, ok,
    scripted, soon, status,
};

#[tokio::test]
async fn every_dialect_reaches_every_method() {
    let spark = FakeSpark::start(echo).await;
    let bridge = Bridge::before(spark.address).await;
    let methods = [
        "AddArtifacts",
        "AnalyzePlan",
        "ArtifactStatus",
        "CloneSession",
        "Config",
        "ExecutePlan",
        "FetchErrorDetails",
        "GetStatus",
        "Interrupt",
        "ReattachExecute",
        "ReleaseExecute",
        "ReleaseSession",
    ];
    // Names the session that a clone makes, and the operation of a query, which would otherwise be given names.
    let question = [field(9, b"question"), field(4, b"copy"), field(6, b"o-1")].concat();
    for dialect in Dialect::ALL {
        for method in methods {
            let response = bridge.call(method, dialect, message(&question)).await;
            assert_eq!(response.status(), StatusCode::OK, "{dialect:?} {method}");
            assert_eq!(
                response.headers()["content-type"],
                dialect.content_type(),
                "{dialect:?} {method}"
            );
            assert_eq!(response.headers()["seen-path"], format!("{SERVICE}{method}"));
            assert_eq!(response.headers()["seen-content-type"], "application/grpc");
            assert_eq!(response.headers()["seen-te"], "trailers");
            let (messages, trailers) = Answer::new(dialect, response).all().await.unwrap();
            assert_eq!(messages, std::slice::from_ref(&question), "{dialect:?} {method}");
            assert_eq!(
                trailers,
                headers([("grpc-status", "0"), ("x-trailer-bin", "AAEC")]),
                "{dialect:?} {method}"
            );
        }
    }
    assert_eq!(
        spark.connections(),
        1,
        "calls one after another share a connection"
    );
}

#[tokio::test]
async fn several_messages_of_an_upload_arrive_in_one_request() {
    let spark = FakeSpark::start(echo).await;
    let bridge = Bridge::before(spark.address).await;
    let parts: Vec<Vec<u8>> = (1..=200).map(|n| field(5, &vec![n as u8; n * 37])).collect();
    let upload = parts.iter().flat_map(|part| message(part)).collect::<Bytes>();
    for dialect in Dialect::ALL {
        let response = bridge.call("AddArtifacts", dialect, upload.clone()).await;
        let (messages, _) = Answer::new(dialect, response).all().await.unwrap();
        assert_eq!(messages, parts, "{dialect:?}");
    }
}

#[tokio::test]
async fn content_types_are_taken_with_parameters() {
    let spark = FakeSpark::start(echo).await;
    let bridge = Bridge::before(spark.address).await;
    let (binary, text) = ("application/grpc-web+proto", "application/grpc-web-text+proto");
    // (sent content type, accept, text sent, expected content type)
    let cases = [
        ("application/grpc-web", None, false, binary),
        ("application/grpc-web; charset=utf-8", None, false, binary),
        (
            "application/grpc-web+proto;charset=UTF-8",
            Some("*/*"),
            false,
            binary,
        ),
        (
            "Application/gRPC-Web+Proto",
            Some("application/grpc-web, */*;q=0.1"),
            false,
            binary,
        ),
        ("application/grpc-web-text", Some("*/*"), true, text),
        ("application/grpc-web-text+proto; charset=utf-8", None, true, text),
        (
            "application/grpc-web-text",
            Some("application/grpc-web"),
            true,
            binary,
        ),
        (
            "application/grpc-web",
            Some("text/plain, application/grpc-web-text;q=1"),
            false,
            text,
        ),
    ];
    for (content_type, accept, text_sent, expected) in cases {
        let sent = if text_sent {
            Dialect::WebText1
        } else {
            Dialect::Web1
        };
        let mut request = Request::post(format!("http://{}{SERVICE}Config", bridge.address));
        if let Some(accept) = accept {
            request = request.header("accept", accept);
        }
        let request = request.header("content-type", content_type);
        let request = request
            .body(http_body_util::Full::new(
                sent.encode(message(&field(9, b"hello"))),
            ))
            .unwrap();
        let response = support::send(bridge.address, sent, request).await.unwrap();
        assert_eq!(
            response.headers()["content-type"],
            expected,
            "{content_type} {accept:?}"
        );
        let read = if expected == text {
            Dialect::WebText1
        } else {
            Dialect::Web1
        };
        let (messages, _) = Answer::new(read, response).all().await.unwrap();
        assert_eq!(messages, [field(9, b"hello")], "{content_type} {accept:?}");
    }
}

#[tokio::test]
async fn metadata_passes_and_what_is_the_browsers_own_stays_behind() {
    let spark = FakeSpark::start(echo).await;
    let bridge = Bridge::start(&format!(
        "sc://{}/;token=open%20sesame;x-cluster=blue;use_ssl=false",
        spark.address
    ))
    .await;
    let mut request = Request::post(format!("http://{}{SERVICE}Config", bridge.address));
    let sent = request.headers_mut().unwrap();
    let passed = [
        ("grpc-timeout", "10S"),
        ("grpc-accept-encoding", "gzip"),
        ("x-custom", "kept"),
        ("x-custom-bin", "AAEC"),
        ("user-agent", "test"),
    ];
    let kept_back = [
        ("cookie", "a=b"),
        ("origin", "null"),
        ("referer", "http://localhost/"),
        ("accept-language", "en"),
        ("sec-fetch-mode", "cors"),
        ("x-grpc-web", "1"),
        ("proxy-authorization", "Basic x"),
    ];
    for (name, value) in passed.into_iter().chain(kept_back) {
        sent.insert(name, HeaderValue::from_static(value));
    }
    sent.insert(
        "origin",
        HeaderValue::from_str(&format!("http://{}", bridge.address)).unwrap(),
    );
    sent.insert("authorization", HeaderValue::from_static("Bearer the browser's"));
    sent.insert("x-cluster", HeaderValue::from_static("red"));
    sent.insert("x-bytes", HeaderValue::from_bytes(b"caf\xe9").unwrap());
    let response = bridge.send(Dialect::Web1, request, message(b"")).await;
    let seen = |name: &str| response.headers().get(format!("seen-{name}"));
    for (name, value) in passed {
        assert_eq!(seen(name).unwrap(), value, "{name}");
    }
    for (name, _) in kept_back {
        assert_eq!(seen(name), None, "{name}");
    }
    assert_eq!(seen("authorization").unwrap(), "Bearer open sesame");
    assert_eq!(seen("x-cluster").unwrap(), "blue");
    assert_eq!(seen("x-bytes").unwrap().as_bytes(), b"caf\xe9");
}

/// What a client calls its connection's own ends here, and takes nothing away that is the bridge's.
#[tokio::test]
async fn a_list_of_a_connections_headers_removes_none_of_the_bridges() {
    let spark = FakeSpark::start(echo).await;
    let uri = format!("sc://{}/;token=t;x-cluster=blue;use_ssl=false", spark.address);
    let bridge = Bridge::start(&uri).await;
    let mut request = Request::post(format!("http://{}{SERVICE}Config", bridge.address));
    let sent = request.headers_mut().unwrap();
    let lists = [
        "keep-alive, X-Cluster, x-own",
        "authorization,te,content-type",
        "caf\u{e9}, x-cluster",
    ];
    for list in lists {
        sent.append("connection", HeaderValue::from_bytes(list.as_bytes()).unwrap());
    }
    for name in [
        "x-cluster",
        "x-own",
        "x-other",
        "keep-alive",
        "forwarded",
        "via",
        "x-forwarded-for",
    ] {
        sent.insert(name, HeaderValue::from_static("the client's"));
    }
    let response = bridge.send(Dialect::Web1, request, message(b"")).await;
    let seen = |name: &str| response.headers().get(format!("seen-{name}"));
    assert_eq!(seen("authorization").unwrap(), "Bearer t");
    assert_eq!(seen("x-cluster").unwrap(), "blue");
    assert_eq!(seen("te").unwrap(), "trailers");
    assert_eq!(seen("content-type").unwrap(), "application/grpc");
    assert_eq!(seen("x-other").unwrap(), "the client's");
    for name in [
        "connection",
        "x-own",
        "keep-alive",
        "forwarded",
        "via",
        "x-forwarded-for",
    ] {
        assert_eq!(seen(name), None, "{name}");
    }
}

#[tokio::test]
async fn each_message_is_readable_before_the_next_is_sent() {
    for dialect in Dialect::ALL {
        let (spark, script) = scripted_spark().await;
        let bridge = Bridge::before(spark.address).await;
        let response = bridge.call("ExecutePlan", dialect, message(&field(3, b""))).await;
        let mut read = Answer::new(dialect, response);
        let send = script.lock().unwrap().take().unwrap();
        for text in ["first", "second", "third"] {
            send.send(Ok(Frame::data(message(text.as_bytes()))))
                .await
                .unwrap();
            assert_eq!(read.message().await.unwrap().unwrap(), text, "{dialect:?}");
        }
        // Half a message is passed on as well, but it is no message yet.
        let half = message(b"fourth");
        send.send(Ok(Frame::data(half.slice(..7)))).await.unwrap();
        send.send(Ok(Frame::data(half.slice(7..)))).await.unwrap();
        assert_eq!(read.message().await.unwrap().unwrap(), "fourth");
        send.send(Ok(Frame::trailers(headers([("grpc-status", "0")]))))
            .await
            .unwrap();
        drop(send);
        assert_eq!(read.message().await.unwrap(), None);
        assert_eq!(read.trailers, Some(headers([("grpc-status", "0")])));
    }
}

#[tokio::test]
async fn errors_keep_their_details_wherever_they_stand() {
    const DETAILS: [(&str, &str); 4] = [
        ("grpc-status", "13"),
        ("grpc-message", "%5BTABLE_OR_VIEW_NOT_FOUND%5D caf%C3%A9"),
        ("grpc-status-details-bin", "CA0SBGZhaWw="),
        ("x-more", "kept"),
    ];
    let spark = FakeSpark::start(|request| async move {
        let error = headers(DETAILS);
        match request.uri().path().strip_prefix(SERVICE).unwrap() {
            // No message came before: the status takes the headers' place.
            "AnalyzePlan" => {
                let mut response = answer(frames(Vec::new()));
                response.headers_mut().extend(error);
                response
            }
            _ => answer(frames(vec![Frame::data(message(b"row")), Frame::trailers(error)])),
        }
    })
    .await;
    let bridge = Bridge::before(spark.address).await;
    for dialect in Dialect::ALL {
        let response = bridge.call("AnalyzePlan", dialect, message(b"")).await;
        for (name, value) in DETAILS {
            assert_eq!(response.headers()[name], value, "{dialect:?} {name}");
        }
        let (messages, trailers) = Answer::new(dialect, response).all().await.unwrap();
        assert!(messages.is_empty() && trailers.is_empty(), "{dialect:?}");

        let response = bridge.call("ExecutePlan", dialect, message(b"")).await;
        let (messages, trailers) = Answer::new(dialect, response).all().await.unwrap();
        assert_eq!(messages, ["row"]);
        assert_eq!(trailers, headers(DETAILS), "{dialect:?}");
    }
}

#[tokio::test]
async fn spark_may_be_down_and_come_back() {
    let spark = FakeSpark::start(|_| async { ok(&[b"one"]) }).await;
    let address = spark.address;
    let bridge = Bridge::before(address).await;
    let call = async |dialect| {
        let response = bridge.call("Config", dialect, message(b"")).await;
        if response.headers().contains_key("grpc-status") {
            return Err(status(response.headers()));
        }
        let (messages, trailers) = Answer::new(dialect, response).all().await.unwrap();
        assert_eq!(trailers["grpc-status"], "0");
        Ok(messages)
    };
    assert_eq!(call(Dialect::Web1).await.unwrap(), ["one"]);
    spark.stop().await;
    for dialect in Dialect::ALL {
        let (code, text) = call(dialect).await.unwrap_err();
        assert_eq!(code, 14, "{text}");
        assert_eq!(
            text,
            format!(
                "Spark cannot be reached at {address}: connection refused. \
                 Check that the Spark Connect server is running and listens there."
            )
        );
    }
    let spark = FakeSpark::start_at(address, |_| async { ok(&[b"two"]) }).await;
    assert_eq!(call(Dialect::Web1).await.unwrap(), ["two"]);
    drop(spark);
}

#[tokio::test]
async fn what_is_no_spark_connect_server_is_named() {
    let html = |_| async {
        let mut response = answer(frames(vec![Frame::data(Bytes::from_static(b"<html>"))]));
        *response.status_mut() = StatusCode::NOT_FOUND;
        response
            .headers_mut()
            .insert("content-type", HeaderValue::from_static("text/html"));
        response
    };
    let web_server = FakeSpark::start(html).await;
    let bridge = Bridge::before(web_server.address).await;
    let response = bridge.call("Config", Dialect::Web1, message(b"")).await;
    let (code, text) = status(response.headers());
    assert_eq!(code, 12);
    assert_eq!(
        text,
        format!(
            "What answers at {} is not Spark Connect: HTTP status 404 Not Found, content type text/html. \
             Check the address.",
            web_server.address
        )
    );

    // A server that speaks HTTP/1.1 only, such as Spark's own web page, and one that has TLS where none is expected.
    let other = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = other.local_addr().unwrap();
    let talk = tokio::spawn(async move {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        loop {
            let (mut stream, _) = other.accept().await.unwrap();
            let _ = stream.read(&mut [0; 24]).await;
            let _ = stream
                .write_all(b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n")
                .await;
        }
    });
    for (uri, expected) in [
        (
            format!("sc://{address}"),
            format!("The connection to Spark at {address} broke off. "),
        ),
        (
            format!("sc://{address}/;use_ssl=true"),
            format!(
                "Spark cannot be reached at {address}: received corrupt message of type InvalidContentType. \
                 Check that the server there has TLS, "
            ),
        ),
        (
            "sc://spark.invalid".to_owned(),
            "Spark cannot be reached at spark.invalid:15002: ".to_owned(),
        ),
    ] {
        let bridge = Bridge::start(&uri).await;
        let response = bridge.call("Config", Dialect::Web1, message(b"")).await;
        let (code, text) = status(response.headers());
        assert_eq!(code, 14, "{text}");
        assert!(text.starts_with(&expected), "{text}");
        assert!(text.contains("Check "), "{text}");
    }
    talk.abort();
}

#[tokio::test]
async fn spark_going_away_between_messages_ends_in_unavailable() {
    for dialect in Dialect::ALL {
        let (spark, script) = scripted_spark().await;
        let address = spark.address;
        let bridge = Bridge::before(address).await;
        let mut read = Answer::new(dialect, bridge.call("ExecutePlan", dialect, message(b"")).await);
        let send = script.lock().unwrap().take().unwrap();
        send.send(Ok(Frame::data(message(b"row")))).await.unwrap();
        assert_eq!(read.message().await.unwrap().unwrap(), "row");
        spark.stop().await;
        assert_eq!(read.message().await.unwrap(), None, "{dialect:?}");
        let (code, text) = status(&read.trailers.unwrap());
        assert_eq!(code, 14, "{dialect:?}");
        assert!(
            text.starts_with(&format!("The connection to Spark at {address} broke off. ")),
            "{text}"
        );
    }
}

#[tokio::test]
async fn a_stream_without_a_status_gets_one() {
    let spark = FakeSpark::start(|_| async { answer(frames(vec![Frame::data(message(b"row"))])) }).await;
    let bridge = Bridge::before(spark.address).await;
    for dialect in Dialect::ALL {
        let response = bridge.call("ExecutePlan", dialect, message(b"")).await;
        let (messages, trailers) = Answer::new(dialect, response).all().await.unwrap();
        assert_eq!(messages, ["row"]);
        assert_eq!(status(&trailers).0, 14, "{dialect:?}");
    }
}

#[tokio::test]
async fn spark_going_away_inside_a_message_breaks_the_body() {
    for dialect in Dialect::ALL {
        let (spark, script) = scripted_spark().await;
        let bridge = Bridge::before(spark.address).await;
        let mut read = Answer::new(dialect, bridge.call("ExecutePlan", dialect, message(b"")).await);
        let send = script.lock().unwrap().take().unwrap();
        send.send(Ok(Frame::data(message(b"row").slice(..6))))
            .await
            .unwrap();
        read.part(6).await;
        spark.stop().await;
        assert!(read.message().await.is_err(), "{dialect:?}");
    }
}

#[tokio::test]
async fn a_client_that_goes_away_ends_the_stream_at_spark() {
    for dialect in Dialect::ALL {
        // Before the head of the answer, in a quiet stream, and in one that is not read.
        for phase in ["waiting", "quiet", "stalled"] {
            let (arrived, mut arrival) = tokio::sync::mpsc::channel::<Frames>(1);
            let spark = FakeSpark::start(move |_| {
                let arrived = arrived.clone();
                async move {
                    let (send, body) = scripted();
                    arrived.send(send).await.unwrap();
                    if phase == "waiting" {
                        // The body waits in here, and falls with the request.
                        let _body = body;
                        std::future::pending().await
                    } else {
                        answer(body)
                    }
                }
            })
            .await;
            let bridge = Bridge::before(spark.address).await;
            let address = bridge.address;
            let client = tokio::spawn(async move {
                let request = Request::post(format!("http://{address}{SERVICE}ExecutePlan"))
                    .header("content-type", dialect.content_type())
                    .body(http_body_util::Full::new(dialect.encode(message(b""))))
                    .unwrap();
                let _response = support::send(address, dialect, request).await.unwrap();
                std::future::pending::<()>().await;
            });
            let send = soon("the call", arrival.recv()).await.unwrap();
            if phase == "stalled" {
                let chunk = message(&vec![0; 1024 * 1024]);
                let fill = async { while send.send(Ok(Frame::data(chunk.clone()))).await.is_ok() {} };
                let filled = tokio::time::timeout(Duration::from_millis(300), fill).await;
                assert!(filled.is_err(), "the stream ended by itself");
            } else {
                tokio::time::sleep(Duration::from_millis(50)).await;
                assert!(!send.is_closed(), "{dialect:?} {phase}: ended by itself");
            }
            client.abort();
            soon(
                &format!("the end of a {phase} {dialect:?} stream at Spark"),
                send.closed(),
            )
            .await;
        }
    }
}

#[tokio::test]
async fn requests_have_a_limit() {
    let spark = FakeSpark::start(echo).await;
    let bridge = Bridge::start(&format!("sc://{}/;grpc_max_message_size=1048576", spark.address)).await;
    // One that names its operation, as it is sent on as it came.
    let plan = |length| message(&[field(6, b"o-1"), field(5, &vec![1; length])].concat());
    let (fits, too_large) = (plan(1024 * 1024 - 9), plan(1024 * 1024 - 8));
    for dialect in Dialect::ALL {
        let response = bridge.call("ExecutePlan", dialect, fits.clone()).await;
        let (messages, _) = Answer::new(dialect, response).all().await.unwrap();
        assert_eq!(messages[0].len(), fits.len() - 5, "{dialect:?}");

        let response = bridge.call("ExecutePlan", dialect, too_large.clone()).await;
        let expected = (
            8,
            "A message of the request has 1048577 bytes, and this bridge passes on 1048576 at most."
                .to_owned(),
        );
        assert_eq!(status(response.headers()), expected, "{dialect:?}");
    }
    // Artifacts pass message by message, so their sum may be larger.
    for dialect in Dialect::ALL {
        let upload = [fits.clone(), fits.clone()].concat();
        let response = bridge.call("AddArtifacts", dialect, upload).await;
        let (messages, _) = Answer::new(dialect, response).all().await.unwrap();
        assert_eq!(messages.len(), 2, "{dialect:?}");
    }
}

#[tokio::test]
async fn a_body_that_is_not_base64_is_refused() {
    let spark = FakeSpark::start(echo).await;
    let bridge = Bridge::before(spark.address).await;
    for body in ["*not base64*", "AAAAA"] {
        let request = Request::post(format!("http://{}{SERVICE}Config", bridge.address))
            .header("content-type", "application/grpc-web-text")
            .body(http_body_util::Full::new(Bytes::from_static(body.as_bytes())))
            .unwrap();
        let response = support::send(bridge.address, Dialect::WebText1, request)
            .await
            .unwrap();
        let (code, text) = status(response.headers());
        assert_eq!(code, 3, "{text}");
        assert!(text.starts_with("The request could not be read: "), "{text}");
    }
}

#[tokio::test]
async fn many_calls_at_once_spread_over_connections_which_close_again() {
    let all_arrived = Arc::new(tokio::sync::Barrier::new(50));
    let spark = FakeSpark::start(move |request| {
        let all_arrived = all_arrived.clone();
        async move {
            if request.uri().path().ends_with("Config") {
                all_arrived.wait().await;
            }
            ok(&[b"done"])
        }
    })
    .await;
    let bridge = Arc::new(Bridge::before(spark.address).await);
    let calls = (0..50).map(|_| {
        let bridge = bridge.clone();
        tokio::spawn(async move {
            let response = bridge.call("Config", Dialect::Web1, message(b"")).await;
            Answer::new(Dialect::Web1, response).all().await.unwrap().0
        })
    });
    for call in futures::future::join_all(calls).await {
        assert_eq!(call.unwrap(), ["done"]);
    }
    assert_eq!(spark.connections(), 4, "16 streams on each connection");
    bridge.call("Interrupt", Dialect::Web1, message(b"")).await;
    assert_eq!(spark.connections(), 4, "one of them was kept");
}

#[tokio::test]
async fn a_connection_that_spark_closes_is_replaced_and_its_streams_go_on() {
    let (opened, mut scripts) = tokio::sync::mpsc::channel(1);
    let spark = FakeSpark::start(move |request| {
        let opened = opened.clone();
        async move {
            if request.uri().path().ends_with("Config") {
                return ok(&[b"done"]);
            }
            let (send, body) = scripted();
            opened.send(send).await.unwrap();
            answer(body)
        }
    })
    .await;
    let bridge = Bridge::before(spark.address).await;
    let mut stream = Answer::new(
        Dialect::Web1,
        bridge.call("ExecutePlan", Dialect::Web1, message(b"")).await,
    );
    let send = soon("the stream", scripts.recv()).await.unwrap();
    spark.drain();
    for _ in 0..20 {
        let response = bridge.call("Config", Dialect::Web1, message(b"")).await;
        assert_eq!(
            Answer::new(Dialect::Web1, response).all().await.unwrap().0,
            ["done"]
        );
    }
    assert_eq!(spark.connections(), 2);
    send.send(Ok(Frame::data(message(b"late")))).await.unwrap();
    assert_eq!(stream.message().await.unwrap().unwrap(), "late");
}

#[tokio::test]
async fn a_door_that_shuts_at_once_is_not_knocked_at_for_ever() {
    let door = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = door.local_addr().unwrap();
    let knocks = Arc::new(Mutex::new(0));
    let count = knocks.clone();
    let open = tokio::spawn(async move {
        loop {
            drop(door.accept().await.unwrap());
            *count.lock().unwrap() += 1;
        }
    });
    let bridge = Bridge::before(address).await;
    for _ in 0..20 {
        let response = bridge.call("Config", Dialect::Web1, message(b"")).await;
        assert_eq!(status(response.headers()).0, 14);
    }
    let knocks = *knocks.lock().unwrap();
    assert!(knocks <= 20, "{knocks} connections for 20 calls");
    open.abort();
}

/// A server that hands out its next answer's script.
async fn scripted_spark() -> (FakeSpark, Arc<Mutex<Option<Frames>>>) {
    let script = Arc::new(Mutex::new(None));
    let place = script.clone();
    let spark = FakeSpark::start(move |_| {
        let (send, body) = scripted();
        *place.lock().unwrap() = Some(send);
        async move { answer(body) }
    })
    .await;
    (spark, script)
}
