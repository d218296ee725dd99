//! A bridge with two people who have tokens, a stream of Bob's that must go on whatever Eve does, and the log of what
//! was refused.

use std::{fs, path::PathBuf};

use bytes::Bytes;
use http::Request;
use http_body::Frame;
use hyper::body::Incoming;
use serde_json::Value;
use spark_connect_bridge::config::Target;

use super::{
    Answer, Bridge, Dialect, FakeSpark, Frames, Received, SERVICE, answer,
    caller::{ADA, BOB, settings},
    field, message, receive, scripted, soon,
};

pub const TOKENS: &str = r#"
    [[identity.tokens]]
    user = "ada"
    token_env = "ADA_TOKEN"
    [[identity.tokens]]
    user = "bob"
    token_env = "BOB_TOKEN"
"#;

pub struct Besieged {
    pub bridge: Bridge,
    pub received: Received,
    stream: Answer,
    script: Frames,
    sent: usize,
    log: PathBuf,
    _spark: FakeSpark,
}

impl Besieged {
    /// `more`: settings besides the tokens.
    pub async fn start(more: &str) -> Self {
        let received = Received::default();
        let (opened, mut scripts) = tokio::sync::mpsc::channel(1);
        let keep = received.clone();
        let spark = FakeSpark::start(move |request: Request<Incoming>| {
            let (keep, opened) = (keep.clone(), opened.clone());
            async move {
                if !request.uri().path().ends_with("/ReattachExecute")
                    || request.headers().contains_key("x-attack")
                {
                    return receive(&keep, request).await;
                }
                let (send, body) = scripted();
                opened.send(send).await.unwrap();
                answer(body)
            }
        })
        .await;
        let log = std::env::temp_dir().join(format!(
            "bridge-attacks-{}-{}.log",
            std::process::id(),
            spark.address.port()
        ));
        let mut settings = settings(&spark, &format!("{TOKENS}{more}"));
        settings.log.access = Target::File(log.clone());
        let bridge = Bridge::as_set(settings).await;
        let request = Request::post(format!("http://{}{SERVICE}ReattachExecute", bridge.address))
            .header("authorization", format!("Bearer {BOB}"));
        let response = bridge.send(Dialect::Web2, request, message(b"")).await;
        let script = scripts.recv().await.unwrap();
        Self {
            stream: Answer::new(Dialect::Web2, response),
            bridge,
            received,
            script,
            sent: 0,
            log,
            _spark: spark,
        }
    }

    /// Bob's stream goes on.
    pub async fn goes_on(&mut self) {
        self.sent += 1;
        let text = Bytes::from(format!("row {}", self.sent));
        soon("Spark's turn", self.script.send(Ok(Frame::data(message(&text)))))
            .await
            .unwrap();
        assert_eq!(self.stream.message().await.unwrap(), Some(text));
    }

    /// A request of Ada's.
    pub fn request(&self, path: &str) -> http::request::Builder {
        Request::post(format!("http://{}{path}", self.bridge.address))
            .header("authorization", format!("Bearer {ADA}"))
            .header("x-attack", "1")
    }

    /// What reached Spark since the last time.
    pub fn taken(&self) -> Vec<(String, Vec<Bytes>)> {
        std::mem::take(&mut *self.received.lock().unwrap())
    }

    /// The reasons of the refusals in the log, once there are as many.
    pub async fn refusals(&self, expected: usize) -> Vec<String> {
        let read = || {
            let text = fs::read_to_string(&self.log).unwrap_or_default();
            let lines = text
                .lines()
                .map(|line| serde_json::from_str::<Value>(line).unwrap());
            lines
                .filter_map(|line| Some(line["refusal"].as_str()?.to_owned()))
                .collect::<Vec<_>>()
        };
        soon("the log", async {
            while read().len() < expected {
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
        })
        .await;
        read()
    }
}

impl Drop for Besieged {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.log);
    }
}

/// A request that says it comes from `user`, in a session.
pub fn claim(user: &str) -> Vec<u8> {
    [field(1, b"a session"), field(2, &field(1, user.as_bytes()))].concat()
}
