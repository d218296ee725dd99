//! A thousand streams at a time, and a hundred readers that take nothing, through a bridge of bounded size.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::{
    fs,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::{Duration, Instant},
};

use http::{Request, Response};
use http_body::Frame;
use http_body_util::Full;
use hyper::body::Incoming;
use support::{Answer, Command, Dialect, FakeSpark, SERVICE, answer, field, headers, message, scripted};
use tokio::{
    sync::{Semaphore, watch},
    task::JoinSet,
    time::timeout,
};

const STREAMS: usize = 1000;
const STALLED: usize = 100;
/// Messages of a healthy stream and of a stalled one, and their size, bytes.
const MESSAGES: usize = 8;
const STALLED_MESSAGES: usize = 128;
const MESSAGE: usize = 16 * 1024;
/// Far more than it takes on two busy cores.
const PATIENCE: Duration = Duration::from_secs(120);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_streams_pass_beside_a_hundred_that_stall() {
    let (go, waiting) = watch::channel(false);
    let open = Arc::new(AtomicUsize::new(0));
    let counted = open.clone();
    let spark = FakeSpark::start(move |request: Request<Incoming>| {
        let is_stalled = request.headers().contains_key("x-stalled");
        let (mut waiting, open) = (waiting.clone(), counted.clone());
        async move {
            let (send, body) = scripted();
            tokio::spawn(async move {
                let chunk = message(&vec![7; MESSAGE]);
                let count = if is_stalled { STALLED_MESSAGES } else { MESSAGES };
                for index in 0..count {
                    if send.send(Ok(Frame::data(chunk.clone()))).await.is_err() {
                        return;
                    }
                    if index == 0 && !is_stalled {
                        open.fetch_add(1, SeqCst);
                        waiting.wait_for(|go| *go).await.unwrap();
                    }
                }
                let _ = send
                    .send(Ok(Frame::trailers(headers([("grpc-status", "0")]))))
                    .await;
            });
            answer(body)
        }
    })
    .await;
    // With everything on that costs memory for each stream.
    let bridge = Command::start(&[
        "--spark",
        &format!("sc://{}", spark.address),
        "--set",
        "log.access=/dev/null",
        "--set",
        "audit.log=/dev/null",
        "--set",
        "limits.abandoned_after=1m",
        "--set",
        "limits.bytes_per_result=1 GiB",
        // Clients on a busy machine may be slow to begin.
        "--set",
        "listen.header_timeout=2m",
    ])
    .await;
    let address = bridge.address;
    let open_one = move |dialect: Dialect, is_stalled: bool| async move {
        let operation = uuid::Uuid::new_v4().to_string();
        let body = [field(1, b"s-1"), field(6, operation.as_bytes())].concat();
        let mut request = Request::post(format!("http://{address}{SERVICE}ExecutePlan"))
            .header("content-type", dialect.content_type());
        if is_stalled {
            request = request.header("x-stalled", "1");
        }
        let request = request.body(Full::new(dialect.encode(message(&body)))).unwrap();
        let response: Response<Incoming> = support::send(address, dialect, request).await.unwrap();
        response
    };
    let whole = async |dialect: Dialect, response: Response<Incoming>, count: usize| {
        let (messages, trailers) = Answer::new(dialect, response).all().await.unwrap();
        assert_eq!(messages.len(), count);
        assert!(messages.iter().all(|message| message.len() == MESSAGE));
        assert_eq!(trailers["grpc-status"], "0");
    };
    let dialect = |index: usize| {
        if index.is_multiple_of(2) {
            Dialect::Web1
        } else {
            Dialect::Native
        }
    };

    // What first calls allocate for good is not the streams' doing.
    go.send_replace(true);
    for index in 0..2 {
        whole(dialect(index), open_one(dialect(index), false).await, MESSAGES).await;
    }
    go.send_replace(false);
    open.store(0, SeqCst);
    let empty = resident(bridge.pid());

    let mut stalled = Vec::new();
    for index in 0..STALLED {
        stalled.push((dialect(index), open_one(dialect(index), true).await));
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    let with_stalled = resident(bridge.pid());
    let each = with_stalled.saturating_sub(empty) / STALLED;
    assert!(each < 1024 * 1024, "a stalled reader holds {each} bytes");

    let begin = Instant::now();
    let mut streams = JoinSet::new();
    let turns = Arc::new(Semaphore::new(64));
    for index in 0..STREAMS {
        let turns = turns.clone();
        streams.spawn(async move {
            let dialect = dialect(index);
            // Clients arrive in a crowd, but not all in one instant.
            let turn = turns.acquire().await.unwrap();
            let response = open_one(dialect, false).await;
            drop(turn);
            whole(dialect, response, MESSAGES).await;
        });
    }
    timeout(PATIENCE, async {
        while open.load(SeqCst) < STREAMS {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await
    .expect("a thousand streams are open at a time");
    let opened = begin.elapsed();
    let with_all = resident(bridge.pid());
    let each_open = with_all.saturating_sub(with_stalled) / STREAMS;
    assert!(each_open < 256 * 1024, "an open stream holds {each_open} bytes");
    go.send_replace(true);
    timeout(PATIENCE, async {
        while let Some(ended) = streams.join_next().await {
            ended.unwrap();
        }
    })
    .await
    .expect("all streams end");
    println!(
        "{STALLED} stalled readers: {} KiB each; {STREAMS} streams open after {opened:?}, {} KiB each, through after {:?}",
        each / 1024,
        each_open / 1024,
        begin.elapsed()
    );
    // What stalled can go on: nothing was lost.
    for (dialect, response) in stalled {
        whole(dialect, response, STALLED_MESSAGES).await;
    }
    // Nothing is kept of the streams that ended, but what the allocator keeps of the most there ever was.
    let after = resident(bridge.pid());
    assert!(
        after < with_all + 64 * 1024 * 1024,
        "{after} bytes after {with_all}"
    );
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
