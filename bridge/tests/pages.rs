//! The notebook's files: which twin is sent, under which headers.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::fs;

use axum::{Router, body::Body};
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::BodyExt;
use spark_connect_bridge::{Config, Settings, WebRoot};
use support::{Command, config, router};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tower::ServiceExt;

fn bridge(files: &[(&str, &'static str)]) -> Router {
    let files = files
        .iter()
        .map(|(name, text)| ((*name).to_owned(), Bytes::from_static(text.as_bytes())));
    router(Config {
        web_root: WebRoot::from_files(files),
        ..config("sc://127.0.0.1:1")
    })
}

fn notebook() -> Router {
    bridge(&[
        ("index.html", "page"),
        ("index.html.br", "page, br"),
        ("index.html.gz", "page, gzip"),
        ("assets/engine-0a1b.wasm", "wasm"),
        ("assets/engine-0a1b.wasm.br", "wasm, br"),
        ("assets/engine-0a1b.wasm.gz", "wasm, gzip"),
        ("assets/font-1.woff2", "font"),
        ("favicon.svg", "icon"),
    ])
}

async fn get(bridge: &Router, path: &str, headers: &[(&str, &str)]) -> Response<Body> {
    let mut request = Request::get(path).header("host", "localhost:8080");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    bridge
        .clone()
        .oneshot(request.body(Body::empty()).unwrap())
        .await
        .unwrap()
}

async fn text(response: Response<Body>) -> String {
    String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().into()).unwrap()
}

#[tokio::test]
async fn the_best_welcome_encoding_is_sent() {
    let bridge = notebook();
    for (accepted, expected) in [
        (None, ""),
        (Some(""), ""),
        (Some("br"), "br"),
        (Some("gzip"), "gzip"),
        (Some("gzip, deflate, br, zstd"), "br"),
        (Some("GZIP , BR"), "br"),
        (Some("gzip;q=0.8, br;q=0.5"), "gzip"),
        (Some("gzip; q=0.5, br; q=0.5"), "br"),
        (Some("br;q=0, gzip"), "gzip"),
        (Some("br;q=0, gzip;q=0"), ""),
        (Some("*"), "br"),
        (Some("*;q=0.1, gzip"), "gzip"),
        (Some("br;q=0, *"), "gzip"),
        (Some("*;q=0"), ""),
        (Some("identity, gzip;q=0.5"), ""),
        (Some("gzip;q=0.001"), "gzip"),
        (Some("gzip;q=many, br;q=0.1"), "br"),
        (Some("deflate, zstd"), ""),
        (Some("identity;q=0, gzip"), "gzip"),
    ] {
        let headers: Vec<_> = accepted
            .map(|accepted| ("accept-encoding", accepted))
            .into_iter()
            .collect();
        let response = get(&bridge, "/assets/engine-0a1b.wasm", &headers).await;
        assert_eq!(response.status(), StatusCode::OK, "{accepted:?}");
        let encoding = response
            .headers()
            .get("content-encoding")
            .map_or("", |value| value.to_str().unwrap());
        assert_eq!(encoding, expected, "{accepted:?}");
        assert_eq!(response.headers()["vary"], "accept-encoding");
        assert_eq!(response.headers()["content-type"], "application/wasm");
        let body = if expected.is_empty() {
            "wasm".to_owned()
        } else {
            format!("wasm, {expected}")
        };
        assert_eq!(text(response).await, body, "{accepted:?}");
    }
    // A file without twins has one form.
    let response = get(
        &bridge,
        "/assets/font-1.woff2",
        &[("accept-encoding", "br, identity;q=0")],
    )
    .await;
    assert_eq!(text(response).await, "font");
}

#[tokio::test]
async fn files_are_typed_and_kept_as_long_as_they_may() {
    let bridge = notebook();
    const IMMUTABLE: &str = "public, max-age=31536000, immutable";
    for (path, status, content_type, cache) in [
        ("/", 200, "text/html; charset=utf-8", Some("no-cache")),
        ("/index.html", 200, "text/html; charset=utf-8", Some("no-cache")),
        ("/?theme=dark", 200, "text/html; charset=utf-8", Some("no-cache")),
        (
            "/assets/engine-0a1b.wasm",
            200,
            "application/wasm",
            Some(IMMUTABLE),
        ),
        ("/assets/font-1.woff2", 200, "font/woff2", Some(IMMUTABLE)),
        ("/favicon.svg", 200, "image/svg+xml", Some("no-cache")),
        (
            "/assets/engine-0a1b.wasm.br",
            404,
            "text/plain; charset=utf-8",
            None,
        ),
        ("/assets/", 404, "text/plain; charset=utf-8", None),
        ("/assets/none.js", 404, "text/plain; charset=utf-8", None),
        ("/assets/../index.html", 404, "text/plain; charset=utf-8", None),
        (
            "/assets/%2e%2e/index.html",
            404,
            "text/plain; charset=utf-8",
            None,
        ),
        ("//", 404, "text/plain; charset=utf-8", None),
    ] {
        let response = get(&bridge, path, &[]).await;
        assert_eq!(response.status(), status, "{path}");
        assert_eq!(response.headers()["content-type"], content_type, "{path}");
        assert_eq!(
            response
                .headers()
                .get("cache-control")
                .map(|value| value.to_str().unwrap()),
            cache,
            "{path}"
        );
    }
}

#[tokio::test]
async fn what_the_browser_has_is_not_sent_again() {
    let bridge = notebook();
    let plain = get(&bridge, "/", &[]).await.headers()["etag"]
        .to_str()
        .unwrap()
        .to_owned();
    let brotli = get(&bridge, "/", &[("accept-encoding", "br")]).await.headers()["etag"].clone();
    let brotli = brotli.to_str().unwrap();
    assert_ne!(plain, brotli);
    let weak = format!("W/{brotli}");
    let list = format!("\"other\", {brotli}");
    for (known, expected) in [
        (brotli, 304),
        (weak.as_str(), 304),
        (list.as_str(), 304),
        ("*", 304),
        (plain.as_str(), 200),
        ("\"other\"", 200),
        ("", 200),
    ] {
        let response = get(
            &bridge,
            "/",
            &[("accept-encoding", "br"), ("if-none-match", known)],
        )
        .await;
        assert_eq!(response.status(), expected, "{known}");
        assert_eq!(response.headers()["etag"], brotli);
        assert_eq!(response.headers()["vary"], "accept-encoding");
        assert_eq!(response.headers()["cache-control"], "no-cache");
        assert_eq!(
            text(response).await,
            if expected == 304 { "" } else { "page, br" }
        );
    }
    let changed = self::bridge(&[("index.html", "another page")]);
    let response = get(&changed, "/", &[("if-none-match", &plain)]).await;
    assert_eq!(response.status(), StatusCode::OK);
}

#[tokio::test]
async fn pages_run_no_foreign_code_and_sit_in_no_foreign_page() {
    let bridge = notebook();
    for path in ["/", "/assets/engine-0a1b.wasm", "/none"] {
        let response = get(&bridge, path, &[]).await;
        let header = |name: &str| response.headers()[name].to_str().unwrap();
        let policy: Vec<_> = header("content-security-policy").split("; ").collect();
        assert_eq!(
            policy,
            [
                "default-src 'none'",
                "script-src 'self' 'wasm-unsafe-eval'",
                "worker-src 'self'",
                "style-src 'self'",
                "connect-src 'self'",
                "img-src 'self' data: blob:",
                "font-src 'self'",
                "base-uri 'none'",
                "form-action 'none'",
                "frame-ancestors 'none'",
            ],
            "{path}"
        );
        assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header("referrer-policy"), "no-referrer", "{path}");
        assert_eq!(header("cross-origin-opener-policy"), "same-origin", "{path}");
        assert_eq!(header("cross-origin-resource-policy"), "same-origin", "{path}");
        assert!(header("permissions-policy").contains("camera=()"), "{path}");
    }
}

#[tokio::test]
async fn an_operator_chooses_the_pages_and_who_may_show_them() {
    let directory = std::env::temp_dir().join(format!("bridge-pages-{}", std::process::id()));
    fs::create_dir_all(directory.join("assets")).unwrap();
    fs::write(directory.join("index.html"), "own page").unwrap();
    fs::write(directory.join("assets/a.js"), "own script").unwrap();
    let with = |web: &str| {
        router(Config {
            settings: Settings::parse(web).unwrap(),
            web_root: WebRoot::from_files([("index.html".to_owned(), Bytes::from_static(b"page"))]),
            ..config("sc://127.0.0.1:1")
        })
    };
    let own = with(&format!(
        "[web]\ndirectory = \"{}\"\nframe_ancestors = [\"'self'\", \"https://a.example\"]\n",
        directory.display()
    ));
    fs::remove_dir_all(&directory).unwrap();
    let page = get(&own, "/", &[]).await;
    let policy = page.headers()["content-security-policy"]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(
        policy.ends_with("; frame-ancestors 'self' https://a.example"),
        "{policy}"
    );
    assert_eq!(text(page).await, "own page");
    assert_eq!(text(get(&own, "/assets/a.js", &[]).await).await, "own script");

    let without = with("[web]\nnotebook = false\n");
    assert_eq!(get(&without, "/", &[]).await.status(), StatusCode::NOT_FOUND);
    assert_eq!(get(&without, "/healthz", &[]).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_bridge_without_a_notebook_says_how_to_build_it() {
    let response = get(&bridge(&[]), "/", &[]).await;
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(response.headers()["content-type"], "text/html; charset=utf-8");
    assert!(text(response).await.contains("cargo xtask build"));
}

#[tokio::test]
async fn head_has_the_length_and_no_body() {
    let bridge = Command::start(&[]).await;
    let mut answers = Vec::new();
    for method in ["GET", "HEAD"] {
        let mut stream = TcpStream::connect(bridge.address).await.unwrap();
        let request = format!(
            "{method} / HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n",
            bridge.address
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        let end = answer
            .windows(4)
            .position(|window| window == b"\r\n\r\n")
            .unwrap()
            + 4;
        let head = String::from_utf8(answer[..end].to_vec()).unwrap();
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "))
            .unwrap();
        answers.push((length.parse::<usize>().unwrap(), answer.len() - end));
    }
    let (length, body) = answers[0];
    assert!(length > 0);
    assert_eq!(body, length);
    assert_eq!(answers[1], (length, 0));
}
