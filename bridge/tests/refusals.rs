//! What the bridge refuses before Spark hears of it, asked of the router itself.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use axum::{Router, body::Body};
use http::{Method, Request, Response, StatusCode, Version};
use http_body_util::BodyExt;
use spark_connect_bridge::{AllowedHost, AllowedOrigin, Settings};
use support::{SERVICE, config, message, router, status};
use tower::ServiceExt;

const WEB: &str = "application/grpc-web+proto";
/// Beyond this machine callers must be known.
const TOKEN: &str = "Bearer a token of these tests";
const KNOWN: &str = "[[identity.tokens]]
    user = \"ada\"
    token_sha256 = \"17c11c070fe9d38e70c224ae891089be8c6c22ac5c088f9e4464fb1f4a5e4466\"";

/// A bridge that listens on `listen`, before a Spark that nobody reaches: a status of 14 means "passed on".
fn bridge(listen: &str, allowed: &[&str]) -> Router {
    let mut config = config("sc://127.0.0.1:1");
    config.address = listen.parse().unwrap();
    if !config.address.ip().is_loopback() {
        config.settings.identity = Settings::parse(KNOWN).unwrap().identity;
    }
    config.settings.listen.hosts = allowed.iter().map(|host| host.parse().unwrap()).collect();
    router(config)
}

async fn ask(bridge: &Router, request: http::request::Builder) -> Response<Body> {
    bridge
        .clone()
        .oneshot(
            request
                .header("authorization", TOKEN)
                .body(Body::from(message(b"")))
                .unwrap(),
        )
        .await
        .unwrap()
}

async fn text(response: Response<Body>) -> String {
    String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().into()).unwrap()
}

#[tokio::test]
async fn hosts() {
    let local = bridge("127.0.0.1:8080", &[]);
    let local_v6 = bridge("[::1]:8080", &[]);
    let local_other = bridge("127.0.0.5:8080", &[]);
    let local_80 = bridge("127.0.0.1:80", &[]);
    let local_named = bridge("127.0.0.1:8080", &["Notebook.example.com", "spark:444"]);
    let open = bridge("0.0.0.0:8080", &[]);
    let named = bridge("0.0.0.0:8080", &["notebook.example.com"]);
    for (name, bridge, host, answered) in [
        ("local", &local, Some("localhost:8080"), true),
        ("local", &local, Some("LocalHost:8080"), true),
        ("local", &local, Some("127.0.0.1:8080"), true),
        ("local", &local, Some("[::1]:8080"), true),
        ("local", &local, Some("localhost"), false),
        ("local", &local, Some("localhost:8081"), false),
        ("local", &local, Some("evil.example:8080"), false),
        ("local", &local, Some("localhost.evil.example:8080"), false),
        ("local", &local, Some("localhost:8080.evil.example"), false),
        ("local", &local, Some("evil@localhost:8080"), false),
        ("local", &local, Some("127.0.0.5:8080"), false),
        ("local", &local, Some("0.0.0.0:8080"), false),
        ("local", &local, Some(""), false),
        ("local", &local, Some("caf\u{e9}:8080"), false),
        ("local", &local, None, false),
        ("local_v6", &local_v6, Some("[::1]:8080"), true),
        ("local_v6", &local_v6, Some("localhost:8080"), true),
        ("local_other", &local_other, Some("127.0.0.5:8080"), true),
        ("local_80", &local_80, Some("localhost"), true),
        ("local_80", &local_80, Some("localhost:80"), true),
        ("local_named", &local_named, Some("notebook.example.com"), true),
        (
            "local_named",
            &local_named,
            Some("notebook.example.com:9999"),
            true,
        ),
        ("local_named", &local_named, Some("spark:444"), true),
        ("local_named", &local_named, Some("spark"), false),
        ("local_named", &local_named, Some("localhost:8080"), true),
        ("open", &open, Some("anything.example"), true),
        ("open", &open, None, true),
        ("named", &named, Some("notebook.example.com"), true),
        ("named", &named, Some("localhost:8080"), false),
        ("named", &named, None, false),
    ] {
        let request = || {
            let request = Request::get("/missing.txt");
            match host {
                Some(host) => request.header("host", host),
                None => request,
            }
        };
        let response = ask(bridge, request()).await;
        let expected = if answered {
            StatusCode::NOT_FOUND
        } else {
            StatusCode::MISDIRECTED_REQUEST
        };
        assert_eq!(response.status(), expected, "{name} {host:?}");
        if !answered {
            let text = text(response).await;
            assert!(text.starts_with("This bridge does not answer "), "{text}");
            assert!(text.contains("--allow-host"), "{text}");
        }
        // The same for a call, in its own language.
        let call = request()
            .method(Method::POST)
            .uri(format!("{SERVICE}Config"))
            .header("content-type", WEB);
        let (code, _) = status(ask(bridge, call).await.headers());
        assert_eq!(code, if answered { 14 } else { 7 }, "{name} {host:?}");
    }
}

#[tokio::test]
async fn every_name_of_a_request_counts() {
    let local = bridge("127.0.0.1:8080", &[]);
    for (authority, host, answered) in [
        ("http://localhost:8080", None, true),
        ("http://localhost:8080", Some("127.0.0.1:8080"), true),
        ("http://evil.example:8080", None, false),
        ("http://evil.example:8080", Some("localhost:8080"), false),
        ("http://localhost:8080", Some("evil.example:8080"), false),
    ] {
        let mut request = Request::get(format!("{authority}/missing.txt")).version(Version::HTTP_2);
        if let Some(host) = host {
            request = request.header("host", host);
        }
        let expected = if answered {
            StatusCode::NOT_FOUND
        } else {
            StatusCode::MISDIRECTED_REQUEST
        };
        assert_eq!(
            ask(&local, request).await.status(),
            expected,
            "{authority} {host:?}"
        );
    }
}

#[test]
fn allowed_hosts_are_names() {
    for wrong in [
        "", "http://a", "a/b", "a:", "a:b", "a:70000", ":80", "a b", "me@a",
    ] {
        let error = wrong.parse::<AllowedHost>().unwrap_err().to_string();
        assert_eq!(
            error, "expected NAME or NAME:PORT, for example notebook.example.com",
            "{wrong}"
        );
    }
}

#[tokio::test]
async fn only_our_own_pages_may_call() {
    let local = bridge("127.0.0.1:8080", &["notebook.example.com"]);
    type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], bool);
    let cases: [Case; 15] = [
        ("localhost:8080", &[], true),
        ("localhost:8080", &[("origin", "http://localhost:8080")], true),
        ("localhost:8080", &[("origin", "http://LOCALHOST:8080")], true),
        (
            "localhost:8080",
            &[
                ("origin", "http://localhost:8080"),
                ("sec-fetch-site", "same-origin"),
            ],
            true,
        ),
        ("localhost:8080", &[("origin", "http://127.0.0.1:8080")], false),
        ("localhost:8080", &[("origin", "http://localhost:3000")], false),
        ("localhost:8080", &[("origin", "http://localhost")], false),
        ("localhost:8080", &[("origin", "http://evil.example")], false),
        ("localhost:8080", &[("origin", "null")], false),
        ("localhost:8080", &[("origin", "")], false),
        (
            "localhost:8080",
            &[
                ("origin", "http://localhost:8080"),
                ("sec-fetch-site", "cross-site"),
            ],
            false,
        ),
        ("localhost:8080", &[("sec-fetch-site", "cross-site")], false),
        // A proxy with TLS in front keeps the name; its port is the scheme's.
        (
            "notebook.example.com",
            &[("origin", "https://notebook.example.com")],
            true,
        ),
        (
            "notebook.example.com:443",
            &[("origin", "https://notebook.example.com")],
            true,
        ),
        (
            "notebook.example.com",
            &[("origin", "https://notebook.example.com:8443")],
            false,
        ),
    ];
    for (host, headers, passed) in cases {
        let mut request = Request::post(format!("{SERVICE}ExecutePlan"))
            .header("host", host)
            .header("content-type", WEB);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = ask(&local, request).await;
        let expected = if passed {
            (StatusCode::OK, 14)
        } else {
            (StatusCode::FORBIDDEN, 7)
        };
        assert_eq!(
            (response.status(), status(response.headers()).0),
            expected,
            "{host} {headers:?}"
        );
        assert!(!response.headers().contains_key("access-control-allow-origin"));
    }
    // Nor does a name that is not given match any.
    let open = bridge("0.0.0.0:8080", &[]);
    let request = Request::post(format!("{SERVICE}Config")).header("content-type", WEB);
    let response = ask(&open, request.header("origin", "http://evil.example")).await;
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn what_is_no_call() {
    let local = bridge("127.0.0.1:8080", &[]);
    let config = format!("{SERVICE}Config");
    // (method, path, content type, HTTP status, gRPC status, part of the sentence)
    for (method, path, content_type, http, grpc, sentence) in [
        ("GET", config.as_str(), None, 405, None, "called with POST"),
        ("GET", &config, Some(WEB), 405, Some(12), "called with POST"),
        ("OPTIONS", &config, None, 405, None, "called with POST"),
        ("POST", &config, None, 415, None, "content types"),
        ("POST", &config, Some("text/plain"), 415, None, "content types"),
        (
            "POST",
            &config,
            Some("application/x-www-form-urlencoded"),
            415,
            None,
            "content types",
        ),
        (
            "POST",
            &config,
            Some("application/grpcx"),
            415,
            None,
            "content types",
        ),
        (
            "POST",
            &config,
            Some("application/json"),
            415,
            None,
            "content types",
        ),
        (
            "POST",
            &config,
            Some("application/grpc"),
            400,
            Some(13),
            "gRPC needs HTTP/2",
        ),
        (
            "POST",
            &format!("{SERVICE}Nothing"),
            Some(WEB),
            200,
            Some(12),
            "no method Nothing that",
        ),
        (
            "POST",
            &format!("{SERVICE}config"),
            Some(WEB),
            200,
            Some(12),
            "no method config that",
        ),
        (
            "POST",
            &format!("{SERVICE}%43onfig"),
            Some(WEB),
            200,
            Some(12),
            "no method",
        ),
        (
            "POST",
            &format!("{SERVICE}Config/"),
            Some(WEB),
            405,
            Some(12),
            "nothing at",
        ),
        (
            "POST",
            &format!("/x/..{SERVICE}Config"),
            Some(WEB),
            405,
            Some(12),
            "nothing at",
        ),
        (
            "POST",
            "/grpc.health.v1.Health/Check",
            Some(WEB),
            405,
            Some(12),
            "nothing at",
        ),
        ("POST", "/", None, 405, None, "nothing at"),
        ("POST", "/healthz", None, 405, None, ""),
    ] {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "localhost:8080");
        if let Some(content_type) = content_type {
            request = request.header("content-type", content_type);
        }
        let case = format!("{method} {path} {content_type:?}");
        let response = ask(&local, request).await;
        assert_eq!(response.status(), http, "{case}");
        assert_eq!(response.headers().contains_key("allow"), http == 405, "{case}");
        let text = match grpc {
            Some(code) => {
                let (actual, text) = status(response.headers());
                assert_eq!(actual, code, "{case}");
                text
            }
            None => {
                assert!(!response.headers().contains_key("grpc-status"), "{case}");
                text(response).await
            }
        };
        assert!(text.contains(sentence), "{case}: {text}");
    }
}

#[tokio::test]
async fn health_is_the_bridges_own() {
    let local = bridge("127.0.0.1:8080", &[]);
    // A prober names the bridge as it likes.
    for host in ["localhost:8080", "10.1.2.3:8080"] {
        let response = ask(&local, Request::get("/healthz").header("host", host)).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(text(response).await, "ok");
    }
}

#[tokio::test]
async fn listed_sites_may_call() {
    let listed = "https://dashboards.example.com";
    let mut config = config("sc://127.0.0.1:1");
    config.settings.web.origins = [listed.parse::<AllowedOrigin>().unwrap()].into_iter().collect();
    let bridge = router(config);
    let call = format!("{SERVICE}ExecutePlan");
    // (path, origin, named in the answer)
    for (path, origin, named) in [
        (call.as_str(), listed, true),
        ("/spark-connect.js", listed, true),
        (&call, "https://evil.example", false),
        (&call, "https://dashboards.example.com.evil.example", false),
        (&call, "http://dashboards.example.com", false),
        (&call, "null", false),
    ] {
        let preflight = Request::options(path)
            .header("host", "localhost:8080")
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header(
                "access-control-request-headers",
                "content-type,x-grpc-web,authorization",
            );
        let preflight = ask(&bridge, preflight).await;
        let request = Request::post(path)
            .header("host", "localhost:8080")
            .header("origin", origin)
            .header("sec-fetch-site", "cross-site")
            .header("content-type", WEB);
        let answer = ask(&bridge, request).await;
        for response in [&preflight, &answer] {
            let header = |name| response.headers().get(name).map(|value| value.to_str().unwrap());
            assert_eq!(
                header("access-control-allow-origin"),
                named.then_some(listed),
                "{path} {origin}"
            );
            assert_eq!(header("access-control-allow-credentials"), None);
        }
        assert_eq!(preflight.status(), StatusCode::OK);
        if named {
            let allowed = &preflight.headers()["access-control-allow-headers"];
            assert_eq!(allowed, "content-type,x-grpc-web,authorization");
            let exposed = answer.headers()["access-control-expose-headers"]
                .to_str()
                .unwrap();
            for name in ["grpc-status", "grpc-message", "grpc-status-details-bin"] {
                assert!(
                    exposed.split(',').any(|exposed| exposed.trim() == name),
                    "{exposed}"
                );
            }
        } else {
            assert_eq!(answer.status(), StatusCode::FORBIDDEN);
        }
        if named && path == call {
            assert_eq!(status(answer.headers()).0, 14);
        }
    }
    // A listed site still has to use one of the bridge's names.
    let rebound = Request::options(&call)
        .header("host", "evil.example:8080")
        .header("origin", listed);
    assert_eq!(
        ask(&bridge, rebound).await.status(),
        StatusCode::MISDIRECTED_REQUEST
    );
}
