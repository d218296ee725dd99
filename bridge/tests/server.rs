//! The accept loop and the command around it: slow clients, the end, flags and messages.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::{sync::Arc, time::Duration};

use http_body::Frame;
use http_body_util::BodyExt;
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use spark_connect_bridge::{Config, Settings, WebRoot, Workers, serve};
use support::{
    Answer, Command, Dialect, FakeSpark, SERVICE, answer, config, headers, message, scripted, soon,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::{mpsc, oneshot},
    time::Instant,
};

/// The clock is the test's: it jumps ahead whenever everything waits.
#[tokio::test(start_paused = true)]
async fn who_does_not_finish_a_request_is_cut_off() {
    let bridge = support::Bridge::start("sc://127.0.0.1:1").await;
    let head = format!("GET /healthz HTTP/1.1\r\nhost: {}\r\n", bridge.address);
    let whole = format!("{head}\r\n");
    let post = format!(
        "POST {SERVICE}Config HTTP/1.1\r\nhost: {}\r\ncontent-type: application/grpc-web+proto\r\n\
         content-length: 9\r\n\r\n",
        bridge.address
    );
    // (what, what is sent, with the answer awaited in between; seconds until the end)
    for (what, sent, seconds) in [
        ("nothing", &[""][..], 10),
        ("half of HTTP/2's preface", &["PRI * HTT"], 10),
        (
            "HTTP/2's preface alone",
            &["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
            10,
        ),
        ("half a head", &[&head], 10),
        ("a request, and half another", &[&whole, &head], 10),
        ("a request, and nothing more", &[&whole], 300),
        ("a head, and half of its body", &[&format!("{post}1234")], 30),
    ] {
        let mut stream = TcpStream::connect(bridge.address).await.unwrap();
        for (index, piece) in sent.iter().enumerate() {
            stream.write_all(piece.as_bytes()).await.unwrap();
            if index + 1 < sent.len() {
                let mut answer = [0; 1024];
                let length = stream.read(&mut answer).await.unwrap();
                assert!(answer[..length].ends_with(b"ok"));
            }
        }
        let start = Instant::now();
        // How it is cut off is of no interest, and what was said before neither.
        let _ = stream.read_to_end(&mut Vec::new()).await;
        let waited = start.elapsed();
        let expected = Duration::from_secs(seconds - 1)..Duration::from_secs(seconds + 7);
        assert!(expected.contains(&waited), "{what}: {waited:?}");
    }
}

/// Whoever only holds connections open keeps nobody out.
#[tokio::test]
async fn the_idlest_connection_makes_way() {
    let settings =
        Settings::parse("[limits]\nconnections = 3\n[backends.main]\nservers = [\"127.0.0.1:1\"]\n");
    let bridge = support::Bridge::with(settings.unwrap()).await;
    let request = format!("GET /healthz HTTP/1.1\r\nhost: {}\r\n\r\n", bridge.address);
    let ask = async |stream: &mut TcpStream| {
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = [0; 1024];
        let length = soon("an answer", stream.read(&mut answer)).await.unwrap();
        assert!(answer[..length].ends_with(b"ok"));
    };
    let mut streams = Vec::new();
    for _ in 0..5 {
        let mut stream = TcpStream::connect(bridge.address).await.unwrap();
        ask(&mut stream).await;
        streams.push(stream);
    }
    for ended in &mut streams[..2] {
        assert_eq!(soon("the end", ended.read(&mut [0])).await.unwrap(), 0);
    }
    for open in &mut streams[2..] {
        ask(open).await;
    }
}

/// A stream that says nothing is no idle connection.
#[tokio::test(start_paused = true)]
async fn an_open_stream_has_no_timeout() {
    let spark = FakeSpark::start(|_| async {
        let (send, body) = scripted();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_secs(3600)).await;
            let trailers = headers([("grpc-status", "0")]);
            send.send(Ok(Frame::trailers(trailers))).await.unwrap();
        });
        answer(body)
    })
    .await;
    // Pings would not come back before the clock has jumped.
    let spark = format!("sc://{}/;grpc_keepalive_enabled=false", spark.address);
    let bridge = support::Bridge::start(&spark).await;
    let request = http::Request::post(format!("http://{}{SERVICE}ExecutePlan", bridge.address))
        .header("content-type", Dialect::Web1.content_type())
        .body(http_body_util::Full::new(message(b"")))
        .unwrap();
    let response = support::send(bridge.address, Dialect::Web1, request)
        .await
        .unwrap();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    assert!(body.ends_with(b"grpc-status:0\r\n"), "{body:?}");
}

/// Unless requests have a time in all.
#[tokio::test(start_paused = true)]
async fn what_takes_too_long_in_all_ends() {
    const SIZE: usize = 32 << 20;
    let (opened, mut scripts) = mpsc::channel(1);
    let spark = FakeSpark::start(move |_| {
        let opened = opened.clone();
        async move {
            let (send, body) = scripted();
            opened.send(send).await.unwrap();
            answer(body)
        }
    })
    .await;
    let spark = format!("sc://{}/;grpc_keepalive_enabled=false", spark.address);
    let mut settings = support::settings(&spark);
    settings.listen.total_timeout = Some(Duration::from_secs(60));
    let files = [("big".to_owned(), bytes::Bytes::from(vec![7; SIZE]))];
    settings.web.files = Some(Arc::new(WebRoot::from_files(files)));
    let bridge = support::Bridge::with(settings).await;

    // A call is told, and that it may go on.
    let request = http::Request::post(format!("http://{}{SERVICE}ExecutePlan", bridge.address))
        .header("content-type", Dialect::Web1.content_type())
        .body(http_body_util::Full::new(message(b"")))
        .unwrap();
    let begun = Instant::now();
    let response = support::send(bridge.address, Dialect::Web1, request)
        .await
        .unwrap();
    let script = scripts.recv().await.unwrap();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    assert!(begun.elapsed() < Duration::from_secs(70), "{:?}", begun.elapsed());
    let end = String::from_utf8_lossy(&body);
    assert!(end.contains("grpc-status:8\r\n"), "{end}");
    assert!(
        end.contains("grpc-status-details-bin:"),
        "when to try again: {end}"
    );
    script.closed().await;

    // Whoever takes nothing of a page is cut off as well.
    let mut stream = TcpStream::connect(bridge.address).await.unwrap();
    let request = format!("GET /big HTTP/1.1\r\nhost: {}\r\n\r\n", bridge.address);
    stream.write_all(request.as_bytes()).await.unwrap();
    tokio::time::sleep(Duration::from_secs(600)).await;
    let mut taken = Vec::new();
    let _ = stream.read_to_end(&mut taken).await;
    assert!((1..SIZE).contains(&taken.len()), "{}", taken.len());
}

#[tokio::test]
async fn nonsense_ends_a_connection_and_nothing_else() {
    let bridge = support::Bridge::start("sc://127.0.0.1:1").await;
    for nonsense in [
        &b"\x00\x01\x02\x03\r\n\r\n"[..],
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /\xff\xfe HTTP/1.1\r\nhost: a\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: \xff\xfe\r\n\r\n",
        b"POST /spark.connect.SparkConnectService/Config HTTP/1.1\r\nhost: a\r\ncontent-type: \xff\r\n\
          origin: \xff\r\naccept: \xff\r\ncontent-length: 0\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: a\r\nnew\nline: x\r\n\r\n",
        b"GET / HTTP/1.1\r\naccept-encoding: \xff\r\nif-none-match: \xff\r\nhost: a\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nnonsense that is no frame at all",
        &[b"GET / HTTP/1.1\r\nx: ", &[b'x'; 200_000][..], b"\r\n\r\n"].concat(),
        &b"GET / HTTP/1.1\r\n"
            .iter()
            .chain(b"a: b\r\n".repeat(1000).iter())
            .copied()
            .collect::<Vec<_>>(),
    ] {
        let mut stream = TcpStream::connect(bridge.address).await.unwrap();
        // It may be closed before everything is written.
        let _ = stream.write_all(nonsense).await;
        let _ = stream.shutdown().await;
        let _ = soon("the end of nonsense", stream.read_to_end(&mut Vec::new())).await;

        let mut stream = TcpStream::connect(bridge.address).await.unwrap();
        let request = format!(
            "GET /healthz HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n",
            bridge.address
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        soon("an answer", stream.read_to_string(&mut answer))
            .await
            .unwrap();
        assert!(answer.ends_with("\r\n\r\nok"), "{answer}");
    }
}

#[tokio::test]
async fn the_end_lets_streams_finish() {
    let (opened, mut scripts) = mpsc::channel(1);
    let spark = FakeSpark::start(move |_| {
        let opened = opened.clone();
        async move {
            let (send, body) = scripted();
            opened.send(send).await.unwrap();
            answer(body)
        }
    })
    .await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let bridge = support::assemble(Config {
        address,
        ..config(&format!("sc://{}", spark.address))
    });
    let (end, ended) = oneshot::channel::<Duration>();
    let workers = Workers::start().unwrap();
    let server = tokio::spawn(serve(listener, Arc::new(bridge), workers, async {
        ended.await.unwrap()
    }));
    let call = async |dialect: Dialect| {
        let request = http::Request::post(format!("http://{address}{}ExecutePlan", support::SERVICE))
            .header("content-type", dialect.content_type())
            .body(http_body_util::Full::new(dialect.encode(message(b""))))
            .unwrap();
        let response = support::send(address, dialect, request).await.unwrap();
        Answer::new(dialect, response)
    };
    let mut finishing = Vec::new();
    for dialect in [Dialect::Web1, Dialect::Web2, Dialect::Native] {
        finishing.push((call(dialect).await, scripts.recv().await.unwrap()));
    }
    let mut endless = call(Dialect::Web1).await;
    let _endless_script = scripts.recv().await.unwrap();

    let start = Instant::now();
    end.send(Duration::from_secs(4)).unwrap();
    soon("the end of accepting", async {
        while TcpStream::connect(address).await.is_ok() {}
    })
    .await;
    for (answer, send) in finishing {
        send.send(Ok(Frame::data(message(b"last")))).await.unwrap();
        send.send(Ok(Frame::trailers(headers([("grpc-status", "0")]))))
            .await
            .unwrap();
        drop(send);
        let (messages, trailers) = answer.all().await.unwrap();
        assert_eq!(messages, ["last"]);
        assert_eq!(trailers["grpc-status"], "0");
    }
    soon("the end", server).await.unwrap();
    let waited = start.elapsed();
    assert!(waited >= Duration::from_secs(4), "{waited:?}");
    assert!(endless.message().await.is_err());
}

#[tokio::test]
async fn a_signal_ends_the_command() {
    for signal in [Signal::SIGINT, Signal::SIGTERM] {
        let bridge = Command::start(&[]).await;
        kill(Pid::from_raw(bridge.pid() as i32), signal).unwrap();
        assert_eq!(bridge.wait().await.code(), Some(0), "{signal:?}");
    }
}

#[tokio::test]
async fn mistakes_are_told_in_a_sentence() {
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    // (arguments, exit code, what standard error contains)
    for (arguments, code, expected) in [
        (&["--spark", "http://localhost"][..], 2, "must start with sc://"),
        (
            &["--spark", "sc://h/;token=secret;x"],
            2,
            "parameter 2 is not written as key=value",
        ),
        (&["--spark", "sc://h/;token=sec=ret"], 2, "write = as %3D"),
        (&["--listen", &taken], 1, "Cannot listen on 127.0.0.1:"),
        (&["--listen", "nowhere"], 2, "expected HOST:PORT"),
        (
            &["--listen", "nowhere.invalid:80"],
            1,
            "Choose another with --listen HOST:PORT.",
        ),
        (
            &["--listen", "192.0.2.1:80"],
            2,
            "whoever reaches this address could use Spark",
        ),
        (&["--allow-host", "http://a"], 2, "expected NAME or NAME:PORT"),
        (&["--sparks", "x"], 2, "--spark"),
        (&["serve"], 2, "unrecognized subcommand 'serve'"),
    ] {
        let output = soon("the command", Command::prepared().args(arguments).output())
            .await
            .unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {error}");
        assert!(error.contains(expected), "{arguments:?}: {error}");
        assert!(error.starts_with("error: "), "{arguments:?}: {error}");
        assert!(!error.contains("sec"), "{arguments:?}: {error}");
        assert_eq!(output.stdout, b"", "{arguments:?}");
    }
}

#[tokio::test]
async fn help_explains_itself() {
    let output = Command::prepared()
        .arg("--help")
        .env("SPARK_REMOTE", "sc://h/;token=secret")
        .output()
        .await
        .unwrap();
    assert_eq!(output.status.code(), Some(0));
    let help = String::from_utf8(output.stdout).unwrap();
    for part in [
        "--spark",
        "--listen",
        "--allow-host",
        "sc://localhost:15002",
        "127.0.0.1:8080",
        "Examples:",
    ] {
        assert!(help.contains(part), "{part} is not in:\n{help}");
    }
    assert!(!help.contains("secret"), "{help}");
}

#[tokio::test]
async fn who_listens_for_others_must_know_them() {
    let output = Command::prepared()
        .args(["--listen", "0.0.0.0:0"])
        .output()
        .await
        .unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{error}");
    assert!(
        error.starts_with("error: --listen: whoever reaches this address"),
        "{error}"
    );
    assert!(error.contains("set [identity]"), "{error}");
    assert_eq!(output.stdout, b"");
}
