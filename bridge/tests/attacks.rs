//! What strangers try at the level of HTTP: nothing gets through, refusals are logged, and a stream beside goes on.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Full};
use support::{
    Dialect, SERVICE,
    besieged::{Besieged, claim},
    caller::ADA,
    message, soon, status,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

const WEB: &str = "application/grpc-web+proto";
const SILENCE: Duration = Duration::from_millis(400);

/// Sends bytes as they are; everything that comes back until the connection closes or falls silent.
async fn raw(besieged: &Besieged, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(besieged.bridge.address).await.unwrap();
    // It may be closed before everything is written.
    let _ = stream.write_all(bytes).await;
    let mut answer = Vec::new();
    while let Ok(Ok(1..)) = timeout(SILENCE, stream.read_buf(&mut answer)).await {}
    String::from_utf8_lossy(&answer).into_owned()
}

/// The head of a good call of Ada's over HTTP/1.1, without what says how long its body is.
fn head(besieged: &Besieged, method: &str) -> String {
    format!(
        "POST {SERVICE}{method} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {ADA}\r\ncontent-type: {WEB}\r\nx-attack: 1\r\n",
        besieged.bridge.address
    )
}

#[tokio::test]
async fn smuggled_requests() {
    let mut besieged = Besieged::start("").await;
    let body = message(&claim("ada"));
    let length = body.len();
    let text = String::from_utf8(body.to_vec()).unwrap();
    let (config, release) = (head(&besieged, "Config"), head(&besieged, "ReleaseSession"));
    // What Eve would have someone's proxy take for a body, and the bridge for a request without credentials.
    let smuggled = format!(
        "POST {SERVICE}ReleaseSession HTTP/1.1\r\nhost: {}\r\ncontent-type: {WEB}\r\nx-attack: 1\r\ncontent-length: {length}\r\n\r\n{text}",
        besieged.bridge.address
    );
    let chunked = format!("{length:x}\r\n{text}\r\n0\r\n\r\n");
    for (what, bytes, most) in [
        (
            "both lengths",
            format!(
                "{config}content-length: {length}\r\ntransfer-encoding: chunked\r\n\r\n{chunked}{smuggled}"
            ),
            1,
        ),
        (
            "chunked, then a length",
            format!("{config}transfer-encoding: chunked\r\ncontent-length: 4\r\n\r\n{chunked}{smuggled}"),
            1,
        ),
        (
            "two lengths",
            format!("{config}content-length: {length}\r\ncontent-length: 0\r\n\r\n{text}{smuggled}"),
            0,
        ),
        (
            "a list of lengths",
            format!("{config}content-length: {length}, 0\r\n\r\n{text}{smuggled}"),
            0,
        ),
        (
            "a signed length",
            format!("{config}content-length: +{length}\r\n\r\n{text}{smuggled}"),
            0,
        ),
        (
            "a negative length",
            format!("{config}content-length: -1\r\n\r\n{text}{smuggled}"),
            0,
        ),
        (
            "an obscure encoding",
            format!("{config}transfer-encoding: xchunked\r\n\r\n{chunked}{smuggled}"),
            0,
        ),
        (
            "encodings after chunked",
            format!("{config}transfer-encoding: chunked, identity\r\n\r\n{chunked}{smuggled}"),
            0,
        ),
        (
            "a blank before the colon",
            format!("{config}transfer-encoding : chunked\r\n\r\n{chunked}{smuggled}"),
            0,
        ),
        (
            "a folded header",
            format!("{config}x: a\r\n b\r\ncontent-length: {length}\r\n\r\n{text}{smuggled}"),
            0,
        ),
        (
            "a chunk too long",
            format!(
                "{config}transfer-encoding: chunked\r\n\r\nffffffffffffffff1\r\n{text}\r\n0\r\n\r\n{smuggled}"
            ),
            0,
        ),
        (
            "a chunk that is none",
            format!("{config}transfer-encoding: chunked\r\n\r\n0x{chunked}{smuggled}"),
            0,
        ),
        (
            "a bare newline",
            format!("{config}content-length: 0\n\n{smuggled}"),
            1,
        ),
        (
            "a second request line",
            format!("{config}content-length: {length}\r\n\r\n{text}{release}content-length: 0\r\n\r\n"),
            1,
        ),
    ] {
        let answer = raw(&besieged, bytes.as_bytes()).await;
        let taken = besieged.taken();
        assert!(taken.len() <= most, "{what}: {taken:?}\n{answer}");
        // What was smuggled carries no credentials, and is nobody's.
        assert!(
            taken.iter().all(|(method, _)| method == "Config"),
            "{what}: {taken:?}"
        );
        besieged.goes_on().await;
    }
    // The control: the head itself is good.
    let answer = raw(
        &besieged,
        format!("{config}content-length: {length}\r\nconnection: close\r\n\r\n{text}").as_bytes(),
    )
    .await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert_eq!(besieged.taken().len(), 1);
}

#[tokio::test]
async fn tricks_with_paths_hosts_and_origins() {
    let mut besieged = Besieged::start("[listen]\nhosts = [\"notebook.example.com\"]\n").await;
    let body = message(&claim("ada"));
    let mut refused = 0;
    let evil = "https://evil.example";
    let config = format!("{SERVICE}Config");
    let here = besieged.bridge.address.to_string();
    let host = [("host", here.as_str())];
    type Case<'a> = (&'a str, String, Vec<(&'a str, &'a str)>);
    let cases: Vec<Case> = vec![
        ("unknown method", format!("{SERVICE}Shutdown"), host.into()),
        ("another case", format!("{SERVICE}config"), host.into()),
        ("encoded", format!("{SERVICE}%43onfig"), host.into()),
        (
            "an encoded slash",
            config.replace("/Config", "%2fConfig"),
            host.into(),
        ),
        ("a slash more", format!("{config}/"), host.into()),
        ("two slashes", format!("/{config}"), host.into()),
        ("dots", format!("/x/..{config}"), host.into()),
        ("encoded dots", format!("/%2e%2e{config}"), host.into()),
        ("a parameter", format!("{config};x=1"), host.into()),
        (
            "an unknown backend",
            format!("/evil.example:15002{config}"),
            host.into(),
        ),
        (
            "a host as backend",
            config.clone(),
            vec![host[0], ("x-spark-backend", "evil.example:15002")],
        ),
        (
            "two backends",
            config.clone(),
            vec![host[0], ("x-spark-backend", "main"), ("x-spark-backend", "main")],
        ),
        (
            "another service",
            "/spark.connect.Other/Config".to_owned(),
            host.into(),
        ),
        (
            "reflection",
            "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo".to_owned(),
            host.into(),
        ),
        ("a rebound name", config.clone(), vec![("host", "evil.example")]),
        (
            "a rebound name of ours",
            config.clone(),
            vec![("host", "notebook.example.com.evil.example")],
        ),
        ("another port", config.clone(), vec![("host", "127.0.0.1:1")]),
        (
            "two hosts",
            config.clone(),
            vec![host[0], ("host", "evil.example")],
        ),
        ("another origin", config.clone(), vec![host[0], ("origin", evil)]),
        (
            "no origin that has a name",
            config.clone(),
            vec![host[0], ("origin", "null")],
        ),
        (
            "two origins",
            config.clone(),
            vec![host[0], ("origin", evil), ("origin", "http://localhost")],
        ),
        (
            "an origin like ours",
            config.clone(),
            vec![host[0], ("origin", "http://notebook.example.com")],
        ),
        (
            "another site, by fetch",
            config.clone(),
            vec![host[0], ("sec-fetch-site", "cross-site")],
        ),
        (
            "a neighbour, by fetch",
            config.clone(),
            vec![host[0], ("sec-fetch-site", "same-site")],
        ),
        (
            "said twice",
            config.clone(),
            vec![
                host[0],
                ("sec-fetch-site", "same-origin"),
                ("sec-fetch-site", "cross-site"),
            ],
        ),
    ];
    for (what, path, headers) in cases {
        let mut request = Request::post(&path)
            .header("authorization", format!("Bearer {ADA}"))
            .header("x-attack", "1")
            .header("content-type", WEB);
        for (name, value) in &headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::new(body.clone())).unwrap();
        let response = support::send(besieged.bridge.address, Dialect::Web1, request).await;
        // Two hosts do not even make it through the parser.
        if let Ok(response) = response {
            let code = response
                .headers()
                .get("grpc-status")
                .map(|code| code.to_str().unwrap().to_owned());
            let is_refused = !response.status().is_success() || code.is_some_and(|code| code != "0");
            assert!(is_refused, "{what}: {response:?}");
            refused += 1;
        }
        assert_eq!(besieged.taken(), [], "{what}");
    }
    besieged.goes_on().await;
    let log = besieged.refusals(refused).await;
    assert_eq!(log.len(), refused, "{log:?}");
}

/// What a browser sends without asking first: forms, and fetches with simple headers.
#[tokio::test]
async fn other_sites_forms_and_fetches() {
    let mut besieged = Besieged::start("").await;
    let body = message(&claim("ada"));
    for content_type in [
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "text/plain",
        "text/plain; application/grpc-web+proto",
        "application/json",
    ] {
        for headers in [
            &[][..],
            &[("origin", "https://evil.example")],
            &[("sec-fetch-site", "cross-site")],
        ] {
            let mut request = besieged
                .request(&format!("{SERVICE}Config"))
                .header("content-type", content_type);
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            let request = request.body(Full::new(body.clone())).unwrap();
            let response = support::send(besieged.bridge.address, Dialect::Web1, request)
                .await
                .unwrap();
            let expected = if headers.is_empty() {
                StatusCode::UNSUPPORTED_MEDIA_TYPE
            } else {
                StatusCode::FORBIDDEN
            };
            assert_eq!(response.status(), expected, "{content_type} {headers:?}");
            assert_eq!(besieged.taken(), []);
        }
    }
    // And what it asks first is not allowed.
    let preflight = Request::options(format!("http://{}{SERVICE}Config", besieged.bridge.address))
        .header("origin", "https://evil.example")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "content-type,authorization")
        .body(Full::default())
        .unwrap();
    let response = support::send(besieged.bridge.address, Dialect::Web1, preflight)
        .await
        .unwrap();
    assert!(!response.headers().contains_key("access-control-allow-origin"));
    besieged.goes_on().await;
}

#[tokio::test]
async fn too_much_of_everything() {
    let mut besieged = Besieged::start("").await;
    let config = head(&besieged, "Config");
    let many: String = (0..5000).map(|n| format!("x-{n}: y\r\n")).collect();
    for (what, bytes) in [
        (
            "a long header",
            format!("{config}x: {}\r\ncontent-length: 0\r\n\r\n", "y".repeat(1 << 20)),
        ),
        ("many headers", format!("{config}{many}content-length: 0\r\n\r\n")),
        (
            "a long path",
            format!(
                "GET /{} HTTP/1.1\r\nhost: {}\r\n\r\n",
                "x".repeat(1 << 20),
                besieged.bridge.address
            ),
        ),
        (
            "a long cookie",
            format!(
                "{config}cookie: {}\r\ncontent-length: 0\r\n\r\n",
                "a=b; ".repeat(1 << 18)
            ),
        ),
    ] {
        let answer = raw(&besieged, bytes.as_bytes()).await;
        let status = answer.split(' ').nth(1).unwrap_or("none");
        assert!(
            matches!(status, "431" | "414" | "400" | "none"),
            "{what}: {answer}"
        );
        assert_eq!(besieged.taken(), [], "{what}");
    }
    // HTTP/2 limits the list of headers as well.
    let mut request = besieged.request(&format!("{SERVICE}Config"));
    for n in 0..2000 {
        request = request.header(format!("x-{n}"), "y".repeat(100));
    }
    let request = request
        .header("content-type", WEB)
        .body(Full::new(message(b"")))
        .unwrap();
    let answered = soon(
        "an answer",
        support::send(besieged.bridge.address, Dialect::Web2, request),
    )
    .await;
    let is_refused = answered.map_or(true, |response| {
        response.status() == StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE
    });
    assert!(is_refused);

    // A message that is longer than allowed is refused by its prefix, whatever it says.
    let request = besieged.request(&format!("{SERVICE}ExecutePlan"));
    let prefix = Bytes::from_static(b"\0\x7f\xff\xff\xff");
    let response = besieged.bridge.send(Dialect::Web1, request, prefix).await;
    assert_eq!(status(response.headers()).0, 8);
    assert_eq!(besieged.taken(), []);
    besieged.goes_on().await;
}

#[tokio::test]
async fn the_slow_are_cut_off() {
    let mut besieged =
        Besieged::start("[listen]\nheader_timeout = \"500ms\"\nbody_timeout = \"500ms\"\n").await;
    let config = head(&besieged, "Config");
    for (what, first, drip) in [
        ("a head that does not come", String::new(), ""),
        ("a head that does not end", config.clone(), ""),
        ("a head in drops", config.clone(), "x: y\r\n"),
        (
            "a body that does not come",
            format!("{config}content-length: 100\r\n\r\n"),
            "",
        ),
        (
            "a chunked body that does not end",
            format!("{config}transfer-encoding: chunked\r\n\r\n5\r\n\0\0\0\0\0\r\n"),
            "",
        ),
    ] {
        let start = Instant::now();
        let mut crowd = Vec::new();
        for _ in 0..50 {
            let mut stream = TcpStream::connect(besieged.bridge.address).await.unwrap();
            stream.write_all(first.as_bytes()).await.unwrap();
            crowd.push(stream);
        }
        besieged.goes_on().await;
        for mut stream in crowd {
            let (mut read, mut write) = stream.split();
            let dripping = async {
                loop {
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    if drip.is_empty() || write.write_all(drip.as_bytes()).await.is_err() {
                        std::future::pending::<()>().await;
                    }
                }
            };
            let mut answer = Vec::new();
            tokio::select! {
                _ = soon(what, read.read_to_end(&mut answer)) => {}
                () = dripping => {}
            }
        }
        assert!(
            start.elapsed() < Duration::from_secs(10),
            "{what}: {:?}",
            start.elapsed()
        );
        assert_eq!(besieged.taken(), [], "{what}");
    }
    besieged.goes_on().await;
}

/// A frame of HTTP/2.
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// A header as HPACK writes one that it should not remember.
fn header(name: &str, value: &str) -> Vec<u8> {
    let text = |text: &str| [&[u8::try_from(text.len()).unwrap()], text.as_bytes()].concat();
    [vec![0], text(name), text(value)].concat()
}

/// Calls that are reset as soon as they are sent, frame by frame: a client library would not even send them.
#[tokio::test]
async fn rapid_reset() {
    const RESETS: u32 = 20_000;
    const GO_AWAY: u8 = 7;
    const ENHANCE_YOUR_CALM: u32 = 11;
    let mut besieged = Besieged::start("").await;
    let authority = besieged.bridge.address.to_string();
    let head = [
        (":method", "POST"),
        (":scheme", "http"),
        (":path", &*format!("{SERVICE}Config")),
        (":authority", &*authority),
        ("content-type", WEB),
        ("authorization", &*format!("Bearer {ADA}")),
        ("x-attack", "1"),
    ]
    .map(|(name, value)| header(name, value))
    .concat();
    let mut stream = TcpStream::connect(besieged.bridge.address).await.unwrap();
    let mut bytes = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
    bytes.extend(frame(4, 0, 0, b""));
    for n in 0..RESETS {
        let id = 2 * n + 1;
        bytes.extend(frame(1, 4, id, &head));
        bytes.extend(frame(0, 1, id, &message(&claim("ada"))));
        bytes.extend(frame(3, 0, id, &8u32.to_be_bytes()));
    }
    let (mut read, mut write) = stream.split();
    let mut answer = Vec::new();
    let sending = async {
        // It is cut off in the middle.
        let _ = write.write_all(&bytes).await;
    };
    let reading = async { while let Ok(Ok(1..)) = timeout(SILENCE, read.read_buf(&mut answer)).await {} };
    tokio::join!(sending, reading);
    let mut rest = &answer[..];
    let mut end = None;
    while let Some((head, after)) = rest.split_first_chunk::<9>() {
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize;
        let Some((payload, after)) = after.split_at_checked(length) else {
            break;
        };
        if head[3] == GO_AWAY {
            end = Some(u32::from_be_bytes(payload[4..8].try_into().unwrap()));
        }
        rest = after;
    }
    assert_eq!(end, Some(ENHANCE_YOUR_CALM));
    let taken = besieged.taken().len();
    assert!(taken < 1000, "{taken} of {RESETS} calls went on to Spark");
    besieged.goes_on().await;
    // The bridge answers others at once.
    let start = Instant::now();
    let request = besieged.request(&format!("{SERVICE}Config"));
    let response = besieged.bridge.send(Dialect::Web2, request, message(b"")).await;
    assert_eq!(response.status(), StatusCode::OK);
    let _ = response.into_body().collect().await;
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
}
