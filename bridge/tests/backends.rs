//! Several backends, and several servers in one: who a call goes to, and where sessions stay.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::{net::SocketAddr, time::Duration};

use axum::{Router, body::Body};
use http::{Request, Response, StatusCode};
use http_body_util::BodyExt;
use spark_connect_bridge::{Config, Settings};
use support::{FakeSpark, SERVICE, assemble, config, field, headers, message, router, soon, status};
use tokio::time::sleep;
use tower::ServiceExt;

const WEB: &str = "application/grpc-web+proto";

/// Answers each call, health checks too, with the name of the server.
async fn named(name: &'static str) -> FakeSpark {
    named_at(([127, 0, 0, 1], 0).into(), name).await
}

async fn named_at(address: SocketAddr, name: &'static str) -> FakeSpark {
    FakeSpark::start_at(address, move |request| async move {
        let metadata = request.headers().get("x-cluster").cloned();
        let backend = request.headers().get("x-spark-backend").cloned();
        let mut response = support::ok(&[]);
        response.headers_mut().extend(headers([("server", name)]));
        for (name, value) in [("metadata", metadata), ("leaked", backend)] {
            if let Some(value) = value {
                response.headers_mut().insert(name, value);
            }
        }
        response
    })
    .await
}

fn with(settings: &str) -> Config {
    Config {
        settings: Settings::parse(settings).unwrap(),
        ..config("sc://127.0.0.1:1")
    }
}

async fn send(bridge: &Router, request: Request<Body>) -> Response<Body> {
    soon("an answer", bridge.clone().oneshot(request)).await.unwrap()
}

/// A call of a method that opens sessions.
fn call(path: &str, backend: &[&str], body: &[u8]) -> Request<Body> {
    let mut request = Request::post(path)
        .header("host", "localhost:8080")
        .header("content-type", WEB);
    for backend in backend {
        request = request.header("x-spark-backend", *backend);
    }
    request.body(message(body).into()).unwrap()
}

fn session(user: &str, session: &str) -> Vec<u8> {
    [field(1, session.as_bytes()), field(2, &field(1, user.as_bytes()))].concat()
}

/// The server that answers a call in a session; `more` is added to the message.
async fn server_of(bridge: &Router, method: &str, name: &str, more: &[u8]) -> String {
    let body = [&session("ann", name), more].concat();
    let response = send(bridge, call(&format!("{SERVICE}{method}"), &[], &body)).await;
    match response.headers().get("server") {
        Some(server) => server.to_str().unwrap().to_owned(),
        None => format!("status {}", status(response.headers()).0),
    }
}

#[tokio::test]
async fn a_call_names_its_backend_by_path_or_header() {
    let (a, b) = (named("a").await, named("b").await);
    let text = format!(
        "default_backend = \"b\"\n[backends.a]\nservers = [\"{}\"]\nmetadata = {{ x-cluster = \"A\" }}\n\
         [backends.b]\nservers = [\"{}\"]\n",
        a.address, b.address
    );
    let bridge = router(with(&text));
    let no_default = router(with(&text.replace("default_backend = \"b\"", "")));
    let plain = format!("{SERVICE}Config");
    let in_a = format!("/a{SERVICE}Config");
    let in_b = format!("/b{SERVICE}Config");
    // (bridge, path, headers, server or status and part of its message)
    type Case<'a> = (
        &'a Router,
        &'a str,
        &'a [&'a str],
        Result<&'a str, (i32, &'a str)>,
    );
    let cases: &[Case] = &[
        (&bridge, &plain, &[], Ok("b")),
        (&bridge, &plain, &["a"], Ok("a")),
        (&bridge, &in_a, &[], Ok("a")),
        (&bridge, &in_b, &[], Ok("b")),
        (&bridge, &in_b, &["a"], Ok("b")),
        (&bridge, &plain, &["c"], Err((5, "no backend of that name"))),
        (&bridge, &plain, &["A"], Err((5, "no backend of that name"))),
        (&bridge, &plain, &[""], Err((5, "no backend of that name"))),
        (
            &bridge,
            &plain,
            &["127.0.0.1:22"],
            Err((5, "no backend of that name")),
        ),
        (&bridge, &plain, &["a", "b"], Err((5, "several backends"))),
        (
            &bridge,
            &format!("/c{SERVICE}Config"),
            &[],
            Err((5, "no backend of that name")),
        ),
        (
            &bridge,
            &format!("/%61{SERVICE}Config"),
            &[],
            Err((5, "no backend of that name")),
        ),
        (&no_default, &plain, &[], Err((5, "Name a backend"))),
        (&no_default, &in_a, &[], Ok("a")),
        (
            &bridge,
            &format!("/a/b{SERVICE}Config"),
            &[],
            Err((12, "There is nothing at")),
        ),
        (
            &bridge,
            &format!("//a{SERVICE}Config"),
            &[],
            Err((12, "There is nothing at")),
        ),
    ];
    for (bridge, path, backend, expected) in cases {
        let response = send(bridge, call(path, backend, &session("ann", "s"))).await;
        match expected {
            Ok(server) => {
                assert_eq!(response.headers()["server"], *server, "{path} {backend:?}");
                let metadata = response
                    .headers()
                    .get("metadata")
                    .map(|value| value.to_str().unwrap());
                assert_eq!(metadata, (*server == "a").then_some("A"), "{path} {backend:?}");
                assert!(!response.headers().contains_key("leaked"), "{path} {backend:?}");
            }
            Err((code, part)) => {
                let (found, sentence) = status(response.headers());
                assert_eq!(found, *code, "{path} {backend:?}: {sentence}");
                assert!(sentence.contains(part), "{path} {backend:?}: {sentence}");
            }
        }
    }
}

/// Three servers in one backend, checked often.
fn pool(servers: &[SocketAddr]) -> String {
    let servers: Vec<String> = servers.iter().map(|server| format!("\"{server}\"")).collect();
    format!(
        "[backends.a]\nservers = [{}]\n[backends.a.health]\ninterval = \"50ms\"\nfailures = 1\n",
        servers.join(", ")
    )
}

#[tokio::test]
async fn sessions_stay_and_only_new_ones_avoid_a_server_that_is_down() {
    let (a, b) = (named("a").await, named("b").await);
    let addresses = [a.address, b.address];
    let text = pool(&addresses);
    let bridge = router(with(&text));
    let replica = router(with(&text));

    let names: Vec<String> = (0..40).map(|n| format!("session-{n}")).collect();
    let mut homes = Vec::new();
    for name in &names {
        let home = server_of(&bridge, "Config", name, b"").await;
        assert_eq!(server_of(&bridge, "ExecutePlan", name, b"").await, home);
        assert_eq!(
            server_of(&replica, "ExecutePlan", name, b"").await,
            home,
            "on another replica"
        );
        homes.push(home);
    }
    let of_a: Vec<_> = names
        .iter()
        .zip(&homes)
        .filter(|(_, home)| *home == "a")
        .map(|(name, _)| name)
        .collect();
    assert!((5..35).contains(&of_a.len()), "{homes:?}");

    a.stop().await;
    // A replica that starts now knows no session: what a request says decides.
    let late = router(with(&text));
    let observed = field(8, b"server side");
    for name in &of_a[..3] {
        assert_eq!(
            server_of(&bridge, "Config", name, b"").await,
            "status 14",
            "a known session"
        );
        assert_eq!(
            server_of(&late, "Config", name, &observed).await,
            "status 14",
            "one that exists"
        );
        assert_eq!(
            server_of(&late, "ReattachExecute", name, b"").await,
            "status 14",
            "one with an operation"
        );
    }
    assert_eq!(server_of(&late, "Config", of_a[3], b"").await, "b", "a new one");
    for (name, home) in names.iter().zip(&homes).filter(|(_, home)| *home == "b") {
        assert_eq!(server_of(&bridge, "Config", name, b"").await, *home);
    }

    let _a = named_at(addresses[0], "a").await;
    soon("the server's return", async {
        while server_of(&bridge, "Config", of_a[0], b"").await != "a" {
            sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    assert_eq!(
        server_of(&late, "Config", of_a[3], b"").await,
        "b",
        "the displaced one stays"
    );
    soon("new sessions on it", async {
        let mut n = 0;
        while server_of(&late, "Config", &format!("fresh-{n}"), b"").await != "a" {
            n += 1;
            sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_clone_is_where_its_original_is() {
    let (a, b) = (named("a").await, named("b").await);
    let bridge = router(with(&pool(&[a.address, b.address])));
    let mut moved = 0;
    for n in 0..20 {
        let (original, copy) = (format!("original-{n}"), format!("copy-{n}"));
        let home = server_of(&bridge, "Config", &original, b"").await;
        let name = field(4, copy.as_bytes());
        assert_eq!(server_of(&bridge, "CloneSession", &original, &name).await, home);
        assert_eq!(server_of(&bridge, "Config", &copy, b"").await, home);
        let expected = server_of(
            &router(with(&pool(&[a.address, b.address]))),
            "Config",
            &copy,
            b"",
        )
        .await;
        moved += usize::from(expected != home);
    }
    assert!(moved > 0, "hashing alone would have done");
}

#[tokio::test]
async fn new_settings_keep_sessions_where_they_are() {
    let (a, b, c) = (named("a").await, named("b").await, named("c").await);
    let bridge = assemble(with(&pool(&[a.address, b.address])));
    let mut homes = Vec::new();
    for n in 0..30 {
        homes.push(server_of(&bridge.router(), "Config", &format!("session-{n}"), b"").await);
    }
    let mut settings = Settings::parse(&pool(&[c.address, b.address, a.address])).unwrap();
    settings.identity.startup_token = false;
    bridge.reload(settings).unwrap();
    for (n, home) in homes.iter().enumerate() {
        assert_eq!(
            server_of(&bridge.router(), "Config", &format!("session-{n}"), b"").await,
            *home
        );
    }
    let mut new = Vec::new();
    for n in 0..30 {
        new.push(server_of(&bridge.router(), "Config", &format!("new-{n}"), b"").await);
    }
    assert!(new.contains(&"c".to_owned()), "{new:?}");
}

#[tokio::test]
async fn readiness_follows_spark_and_opens_no_session() {
    let (seen, mut asked) = tokio::sync::mpsc::unbounded_channel();
    let spark = FakeSpark::start(move |request| {
        let seen = seen.clone();
        async move {
            seen.send(request.uri().path().to_owned()).unwrap();
            let mut response = support::answer(support::frames(Vec::new()));
            response.headers_mut().extend(headers([("grpc-status", "12")]));
            response
        }
    })
    .await;
    let bridge = router(with(&format!(
        "[backends.main]\nservers = [\"{}\"]\n[backends.main.health]\ninterval = \"1ms\"\nfailures = 1\n\
         [backends.other]\nservers = [\"127.0.0.1:1\"]\n[backends.other.health]\nfailures = 1\n",
        spark.address
    )));
    let ask = async |path: &str| {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let response = send(&bridge, request).await;
        let status = response.status();
        let text = response.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8(text.into()).unwrap())
    };
    assert_eq!(
        ask("/readyz").await,
        (StatusCode::OK, "main: ok\nother: no server answers\n".to_owned())
    );
    assert_eq!(asked.recv().await.unwrap(), "/grpc.health.v1.Health/Check");
    assert!(asked.try_recv().is_err());
    spark.stop().await;
    sleep(Duration::from_millis(2)).await;
    assert_eq!(
        ask("/readyz").await,
        (
            StatusCode::SERVICE_UNAVAILABLE,
            "main: no server answers\nother: no server answers\n".to_owned()
        )
    );
    assert_eq!(ask("/healthz").await, (StatusCode::OK, "ok".to_owned()));
}
