//! Someone who calls a bridge whose settings are a test's own, and what Spark is told about them.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode, request};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use prost::Message;
use serde_json::Value;
use spark_connect_bridge::Settings;
use spark_connect_proto::connect::UserContext;

use super::{Answer, Bridge, Dialect, FakeSpark, Received, SERVICE, field, message, recorder, send, status};

pub const ADA: &str = "ada's token, long enough";
pub const BOB: &str = "bob's token, long enough";

pub fn settings(spark: &FakeSpark, text: &str) -> Settings {
    let text = format!("{text}\n[backends.main]\nservers = [\"{}\"]\n", spark.address);
    let environment = [
        ("ADA_TOKEN", ADA),
        ("BOB_TOKEN", BOB),
        ("CLIENT_SECRET", "a secret&more"),
    ];
    let (process, port) = (std::process::id(), spark.address.port());
    let file = std::env::temp_dir().join(format!("bridge-identity-{process}-{port}.toml"));
    std::fs::write(&file, text).unwrap();
    let sources = spark_connect_bridge::Sources {
        file: Some(file.clone()),
        environment: environment
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into(),
        ..spark_connect_bridge::Sources::default()
    };
    let settings = sources.load().unwrap_or_else(|problems| panic!("{problems}"));
    std::fs::remove_file(file).unwrap();
    settings
}

/// What all requests have in common.
#[derive(Clone, PartialEq, Message)]
pub struct Signed {
    #[prost(message, optional, tag = "2")]
    pub user_context: Option<UserContext>,
}

/// A bridge and what it passed on.
pub struct Caller {
    pub bridge: Bridge,
    received: Received,
    _spark: FakeSpark,
    pub query: String,
}

impl Caller {
    pub async fn new(text: &str) -> Self {
        let (spark, received) = recorder().await;
        let bridge = Bridge::as_set(settings(&spark, text)).await;
        let query = bridge.bridge.query();
        Self {
            bridge,
            received,
            _spark: spark,
            query,
        }
    }

    pub async fn call(&self, headers: &[(&str, &str)]) -> Result<String, (i32, String)> {
        self.call_with("Config", headers, &field(1, b"a session")).await
    }

    /// The user that Spark was told, or the status.
    pub async fn call_with(
        &self,
        method: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Result<String, (i32, String)> {
        let mut request = Request::post(format!("http://{}{SERVICE}{method}", self.bridge.address));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = self.bridge.send(Dialect::Web1, request, message(body)).await;
        for name in [
            "seen-authorization",
            "seen-cookie",
            "seen-x-forwarded-user",
            "seen-x-assertion",
        ] {
            assert!(!response.headers().contains_key(name), "{name} reached Spark");
        }
        let received = std::mem::take(&mut *self.received.lock().unwrap());
        let head = response.headers().clone();
        let (_, trailers) = Answer::new(Dialect::Web1, response).all().await.unwrap();
        let fields = if head.contains_key("grpc-status") {
            &head
        } else {
            &trailers
        };
        let (code, sentence) = status(fields);
        if code != 0 {
            assert_eq!(received, [], "refused, and passed on");
            return Err((code, sentence));
        }
        let [(_, messages)] = &received[..] else {
            panic!("{received:?}")
        };
        let request = Signed::decode(messages[0].clone()).unwrap();
        Ok(request.user_context.unwrap_or_default().user_id)
    }

    pub async fn bearer(&self, token: &str) -> Result<String, (i32, String)> {
        self.call(&[("authorization", &format!("Bearer {token}"))]).await
    }

    pub async fn get(&self, path: &str, headers: &[(&str, &str)]) -> (StatusCode, HeaderMap, Bytes) {
        self.page(
            Request::get(format!("http://{}{path}", self.bridge.address)),
            headers,
        )
        .await
    }

    pub async fn page(
        &self,
        mut request: request::Builder,
        headers: &[(&str, &str)],
    ) -> (StatusCode, HeaderMap, Bytes) {
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::default()).unwrap();
        let response: Response<Incoming> = send(self.bridge.address, Dialect::Web1, request).await.unwrap();
        let (parts, body) = response.into_parts();
        (
            parts.status,
            parts.headers,
            body.collect().await.unwrap().to_bytes(),
        )
    }

    pub async fn session(&self, headers: &[(&str, &str)]) -> Value {
        let (_, _, body) = self.get("/auth/session", headers).await;
        serde_json::from_slice(&body).unwrap()
    }
}

/// The `name=value` of the cookie that an answer sets, and its attributes.
pub fn cookies(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .get_all("set-cookie")
        .iter()
        .map(HeaderValue::to_str)
        .map(|cookie| cookie.unwrap().split_once("; ").unwrap())
        .map(|(pair, attributes)| (pair.to_owned(), attributes.to_owned()))
        .collect()
}
