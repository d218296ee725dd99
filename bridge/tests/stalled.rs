//! Readers that take nothing: they must cost little memory, and no healthy stream may wait for them.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::{fs, time::Duration};

use http::Request;
use http_body::Frame;
use http_body_util::Full;
use support::{Answer, Command, Dialect, FakeSpark, SERVICE, answer, headers, message, scripted, soon};

const STALLED: usize = 40;
const MESSAGES: usize = 32;
const MESSAGE: usize = 256 * 1024;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stalled_readers_starve_nobody_and_stay_small() {
    let spark = FakeSpark::start(|_| async {
        let (send, body) = scripted();
        tokio::spawn(async move {
            let chunk = message(&vec![7; MESSAGE]);
            for _ in 0..MESSAGES {
                if send.send(Ok(Frame::data(chunk.clone()))).await.is_err() {
                    return;
                }
            }
            let _ = send
                .send(Ok(Frame::trailers(headers([("grpc-status", "0")]))))
                .await;
        });
        answer(body)
    })
    .await;
    let bridge = Command::start(&["--spark", &format!("sc://{}", spark.address)]).await;
    let open = async |dialect: Dialect| {
        let request = Request::post(format!("http://{}{SERVICE}ExecutePlan", bridge.address))
            .header("content-type", dialect.content_type())
            .body(Full::new(dialect.encode(message(b""))))
            .unwrap();
        soon(
            "the head of an answer",
            support::send(bridge.address, dialect, request),
        )
        .await
        .unwrap()
    };
    // What a first call allocates for good is not the stalled streams' doing.
    Answer::new(Dialect::Web1, open(Dialect::Web1).await)
        .all()
        .await
        .unwrap();
    let before = resident(bridge.pid());

    for dialect in [Dialect::Web1, Dialect::Native] {
        let mut stalled = Vec::new();
        for _ in 0..STALLED {
            stalled.push(open(dialect).await);
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
        let each = resident(bridge.pid()).saturating_sub(before) / STALLED;
        println!("{STALLED} stalled {dialect:?} readers: {} KiB each", each / 1024);
        assert!(
            each < 1024 * 1024,
            "a stalled {dialect:?} reader holds {each} bytes"
        );

        for healthy in [Dialect::Web1, Dialect::Native, Dialect::WebText1] {
            let (messages, trailers) = soon(
                "a healthy stream",
                Answer::new(healthy, open(healthy).await).all(),
            )
            .await
            .unwrap();
            assert_eq!(messages.len(), MESSAGES, "{healthy:?} beside {dialect:?}");
            assert!(messages.iter().all(|message| message.len() == MESSAGE));
            assert_eq!(trailers["grpc-status"], "0");
        }
        // What stalled can go on: nothing was lost.
        for response in stalled {
            let (messages, _) = Answer::new(dialect, response).all().await.unwrap();
            assert_eq!(messages.len(), MESSAGES, "{dialect:?}");
        }
    }
}

/// Bytes of memory that a process has resident.
fn resident(pid: u32) -> usize {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .unwrap();
    line.trim().trim_end_matches(" kB").parse::<usize>().unwrap() * 1024
}
