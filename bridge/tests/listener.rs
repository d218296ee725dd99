//! The listener over real sockets: TLS, HTTP/2, client certificates, renewal, deadlines, and what signals do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::{fs, net::SocketAddr, path::Path, process::Stdio, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Frame;
use http_body_util::{BodyExt, Full};
use hyper::{body::Incoming, client::conn};
use hyper_util::rt::{TokioExecutor, TokioIo};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject},
};
use spark_connect_bridge::Settings;
use support::{
    Answer, Bridge, Dialect, FakeSpark, SERVICE, answer, field, frames, headers, message, ok, scripted, soon,
    status,
};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
    time::{Instant, sleep},
};
use tokio_rustls::TlsConnector;

/// A directory that goes away with the test.
struct Directory(std::path::PathBuf);

impl Directory {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("bridge-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// An authority, and what it signs.
struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    /// A certificate and its key as PEM.
    fn sign(&self, name: &str) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new([name.to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        (certificate.pem(), key.serialize_pem())
    }

    /// Writes a certificate for `localhost` where settings expect it.
    fn install(&self, directory: &Path) {
        let (certificate, key) = self.sign("localhost");
        fs::write(directory.join("tls.crt"), certificate).unwrap();
        fs::write(directory.join("tls.key"), key).unwrap();
    }

    fn pem(&self) -> String {
        self.0.pem()
    }
}

/// A client that trusts `roots` (PEM), speaks `alpn`, and shows a certificate if it has one.
fn client(roots: &str, alpn: &[&str], own: Option<(String, String)>) -> TlsConnector {
    let mut store = RootCertStore::empty();
    for root in CertificateDer::pem_slice_iter(roots.as_bytes()) {
        store.add(root.unwrap()).unwrap();
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(store);
    let mut config = match own {
        Some((certificate, key)) => builder
            .with_client_auth_cert(
                vec![CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap()],
                PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap(),
            )
            .unwrap(),
        None => builder.with_no_client_auth(),
    };
    config.alpn_protocols = alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
    TlsConnector::from(Arc::new(config))
}

/// Sends a request over TLS, in HTTP/2 if that was agreed on.
async fn send(
    address: SocketAddr,
    client: &TlsConnector,
    request: Request<Full<Bytes>>,
) -> std::io::Result<Response<Incoming>> {
    let stream = TcpStream::connect(address).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let stream = soon("a handshake", client.connect(name, stream)).await?;
    let is_http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
    let stream = TokioIo::new(stream);
    let sent = if is_http2 {
        let (mut sender, connection) = conn::http2::handshake(TokioExecutor::new(), stream)
            .await
            .map_err(std::io::Error::other)?;
        tokio::spawn(connection);
        soon("an answer", sender.send_request(request)).await
    } else {
        let (mut sender, connection) = conn::http1::handshake(stream)
            .await
            .map_err(std::io::Error::other)?;
        tokio::spawn(connection);
        soon("an answer", sender.send_request(request)).await
    };
    sent.map_err(std::io::Error::other)
}

fn tls_settings(directory: &Path, spark: SocketAddr, more: &str) -> Settings {
    let text = format!(
        "[listen]\nhosts = [\"localhost\"]\n[listen.tls]\ncertificate_file = \"{0}/tls.crt\"\nkey_file = \"{0}/tls.key\"\n{more}\n\
         [backends.main]\nservers = [\"{spark}\"]\n",
        directory.display()
    );
    Settings::parse(&text).unwrap()
}

fn call(dialect: Dialect) -> Request<Full<Bytes>> {
    Request::post(format!("https://localhost{SERVICE}Config"))
        .header("host", "localhost")
        .header("content-type", dialect.content_type())
        .body(Full::new(dialect.encode(message(&field(1, b"s")))))
        .unwrap()
}

fn healthz() -> Request<Full<Bytes>> {
    Request::get("https://localhost/healthz")
        .header("host", "localhost")
        .body(Full::default())
        .unwrap()
}

#[tokio::test]
async fn tls_carries_both_versions_of_http_and_every_dialect() {
    let spark = FakeSpark::start(|_| async { ok(&[b"answer"]) }).await;
    let directory = Directory::new("tls");
    let authority = Authority::new();
    authority.install(&directory.0);
    let bridge = Bridge::with(tls_settings(&directory.0, spark.address, "")).await;
    for dialect in Dialect::ALL {
        let alpn: &[&str] = if dialect.is_http2() {
            &["h2"]
        } else {
            &["http/1.1"]
        };
        let client = client(&authority.pem(), alpn, None);
        let response = send(bridge.address, &client, call(dialect)).await.unwrap();
        let (messages, trailers) = Answer::new(dialect, response).all().await.unwrap();
        assert_eq!(messages, ["answer"], "{dialect:?}");
        assert_eq!(trailers["grpc-status"], "0", "{dialect:?}");
    }
    // A browser offers both and gets HTTP/2; a client without ALPN is understood too.
    for (alpn, version) in [
        (&["h2", "http/1.1"][..], http::Version::HTTP_2),
        (&[], http::Version::HTTP_11),
    ] {
        let response = send(bridge.address, &client(&authority.pem(), alpn, None), healthz())
            .await
            .unwrap();
        assert_eq!(response.version(), version);
    }
    // Cleartext is no way in.
    let mut stream = TcpStream::connect(bridge.address).await.unwrap();
    stream
        .write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n")
        .await
        .unwrap();
    let mut answer = Vec::new();
    let _ = soon("the end", stream.read_to_end(&mut answer)).await;
    assert!(!answer.starts_with(b"HTTP"), "{answer:?}");
}

#[tokio::test]
async fn client_certificates_are_asked_for_when_set() {
    let spark = FakeSpark::start(|_| async { ok(&[]) }).await;
    let directory = Directory::new("mtls");
    let (authority, clients, strangers) = (Authority::new(), Authority::new(), Authority::new());
    authority.install(&directory.0);
    let ca = directory.0.join("clients.crt");
    fs::write(&ca, clients.pem()).unwrap();
    let ca = format!("client_ca_file = \"{}\"\n", ca.display());
    for (more, with, without) in [
        (ca.clone(), true, false),
        (format!("{ca}client_certificate = \"optional\""), true, true),
    ] {
        let bridge = Bridge::with(tls_settings(&directory.0, spark.address, &more)).await;
        for (own, accepted) in [
            (Some(clients.sign("ann")), with),
            (Some(strangers.sign("ann")), false),
            (None, without),
        ] {
            let client = client(&authority.pem(), &["h2"], own);
            let response = send(bridge.address, &client, healthz()).await;
            assert_eq!(response.is_ok(), accepted, "{more} {response:?}");
        }
    }
}

/// A second bridge, which listens with TLS, stands in for a Spark that does.
#[tokio::test]
async fn servers_are_shown_the_certificate_that_they_ask_for() {
    let spark = FakeSpark::start(|_| async { ok(&[b"answer"]) }).await;
    let directory = Directory::new("upstream");
    let (authority, clients, strangers) = (Authority::new(), Authority::new(), Authority::new());
    authority.install(&directory.0);
    let file = |name: &str, text: String| {
        let path = directory.0.join(name);
        fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let ca = file("ca.crt", authority.pem());
    let other_ca = file("other.crt", strangers.pem());
    let asked = format!("client_ca_file = \"{}\"", file("clients.crt", clients.pem()));
    let server = Bridge::with(tls_settings(&directory.0, spark.address, &asked)).await;
    let own = |name: &str, issuer: &Authority| {
        let (certificate, key) = issuer.sign("the bridge");
        let (certificate, key) = (
            file(&format!("{name}.crt"), certificate),
            file(&format!("{name}.key"), key),
        );
        format!("client_certificate_file = \"{certificate}\"\nclient_key_file = \"{key}\"")
    };
    let ours = own("ours", &clients);
    for (what, ca, name, own, reached) in [
        ("all as it should be", &ca, "localhost", ours.clone(), true),
        (
            "a stranger's certificate",
            &ca,
            "localhost",
            own("strange", &strangers),
            false,
        ),
        ("no certificate", &ca, "localhost", String::new(), false),
        (
            "a server of another authority",
            &other_ca,
            "localhost",
            ours.clone(),
            false,
        ),
        ("a server of another name", &ca, "spark.internal", ours, false),
    ] {
        let settings = format!(
            "[backends.main]\nservers = [\"{}\"]\ntls = true\nca_file = \"{ca}\"\nserver_name = \"{name}\"\n{own}",
            server.address
        );
        let bridge = Bridge::with(Settings::parse(&settings).unwrap()).await;
        let response = bridge
            .call("Config", Dialect::Web1, message(&field(1, b"s")))
            .await;
        if reached {
            let (messages, _) = Answer::new(Dialect::Web1, response).all().await.unwrap();
            assert_eq!(messages, ["answer"], "{what}");
        } else {
            let (code, sentence) = status(response.headers());
            assert_eq!(code, 14, "{what}: {sentence}");
            println!("{what}: {sentence}");
        }
    }
}

#[tokio::test]
async fn a_slow_handshake_is_cut_off() {
    let directory = Directory::new("slow");
    Authority::new().install(&directory.0);
    let settings = tls_settings(&directory.0, ([127, 0, 0, 1], 1).into(), "");
    let mut settings = settings;
    settings.listen.header_timeout = Duration::from_millis(200);
    let bridge = Bridge::with(settings).await;
    let mut stream = TcpStream::connect(bridge.address).await.unwrap();
    let start = Instant::now();
    // The first bytes of a handshake.
    stream.write_all(&[22, 3, 1, 2]).await.unwrap();
    let _ = soon("the end", stream.read_to_end(&mut Vec::new())).await;
    assert!(
        (150..2000).contains(&start.elapsed().as_millis()),
        "{:?}",
        start.elapsed()
    );
}

#[tokio::test(start_paused = true)]
async fn a_new_certificate_is_used_without_a_restart() {
    let directory = Directory::new("renew");
    let (old, new) = (Authority::new(), Authority::new());
    old.install(&directory.0);
    let settings = tls_settings(&directory.0, ([127, 0, 0, 1], 1).into(), "");
    let bridge = Bridge::with(settings).await;
    let trusted = async |authority: &Authority| {
        let client = client(&authority.pem(), &["http/1.1"], None);
        send(bridge.address, &client, healthz()).await.is_ok()
    };
    assert!(trusted(&old).await);
    // What cannot be read changes nothing.
    fs::write(directory.0.join("tls.crt"), "half a file").unwrap();
    sleep(Duration::from_secs(61)).await;
    assert!(trusted(&old).await);
    new.install(&directory.0);
    sleep(Duration::from_secs(61)).await;
    assert!(trusted(&new).await);
    assert!(!trusted(&old).await);
}

#[tokio::test]
async fn deadlines_end_calls() {
    let spark = FakeSpark::start(|request| async move {
        if request.uri().path().ends_with("Config") {
            std::future::pending::<()>().await;
        }
        let (send, body) = scripted();
        tokio::spawn(async move {
            send.send(Ok(Frame::data(message(b"first")))).await.unwrap();
            let cut = Instant::now();
            send.closed().await;
            assert!(cut.elapsed() < Duration::from_secs(5), "Spark's stream goes on");
        });
        answer(body)
    })
    .await;
    let bridge = Bridge::before(spark.address).await;
    for dialect in Dialect::ALL {
        for (method, expected) in [("Config", &[][..]), ("ExecutePlan", &["first"])] {
            let start = Instant::now();
            let request = Request::post(format!("http://{}{SERVICE}{method}", bridge.address))
                .header("grpc-timeout", "300m");
            let response = bridge.send(dialect, request, message(&field(1, b"s"))).await;
            let head = response.headers().clone();
            let (messages, trailers) = Answer::new(dialect, response).all().await.unwrap();
            let fields = if trailers.is_empty() { head } else { trailers };
            assert_eq!(status(&fields).0, 4, "{dialect:?} {method}");
            assert_eq!(messages, expected, "{dialect:?} {method}");
            let waited = start.elapsed();
            assert!(
                (250..3000).contains(&waited.as_millis()),
                "{dialect:?} {method}: {waited:?}"
            );
        }
        let request =
            Request::post(format!("http://{}{SERVICE}Config", bridge.address)).header("grpc-timeout", "soon");
        let response = bridge.send(dialect, request, message(b"")).await;
        assert_eq!(status(response.headers()).0, 3, "{dialect:?}");
    }
}

#[tokio::test]
async fn big_messages_pass_both_ways() {
    const SIZE: usize = 128 * 1024 * 1024 - 1024;
    let spark = FakeSpark::start(|request| async move {
        let body = request.into_body().collect().await.unwrap().to_bytes();
        answer(frames(vec![
            Frame::data(body),
            Frame::trailers(headers([("grpc-status", "0")])),
        ]))
    })
    .await;
    let bridge = Bridge::before(spark.address).await;
    let big = [field(6, b"o-1"), field(9, &vec![7; SIZE])].concat();
    for dialect in [Dialect::Web1, Dialect::Native] {
        let response = bridge.call("ExecutePlan", dialect, message(&big)).await;
        let (messages, trailers) = Answer::new(dialect, response).all().await.unwrap();
        assert_eq!(trailers["grpc-status"], "0", "{dialect:?}");
        assert!(messages == [&big[..]], "{dialect:?}");
    }
}

/// The bridge as a process with a file of settings, and what it says.
struct Process {
    child: tokio::process::Child,
    address: SocketAddr,
    said: tokio::io::Lines<BufReader<tokio::process::ChildStderr>>,
}

impl Process {
    async fn start(arguments: &[&str]) -> Self {
        let mut child = support::Command::prepared()
            .args(["--listen", "127.0.0.1:0", "--set", "identity.startup_token=false"])
            .args(arguments)
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        soon("the first line", stdout.read_line(&mut line)).await.unwrap();
        let (_, rest) = line.split_once("://").unwrap();
        let address = rest.split('/').next().unwrap().parse().unwrap();
        let said = BufReader::new(child.stderr.take().unwrap()).lines();
        Self { child, address, said }
    }

    fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(self.child.id().unwrap() as i32), signal).unwrap();
    }

    async fn says(&mut self, part: &str) {
        soon(part, async {
            while !self.said.next_line().await.unwrap().expect(part).contains(part) {}
        })
        .await;
    }

    async fn get(&self, path: &str) -> Option<u16> {
        let request = Request::get(format!("http://{}{path}", self.address))
            .body(Full::default())
            .unwrap();
        let stream = TcpStream::connect(self.address).await.ok()?;
        drop(stream);
        support::send(self.address, Dialect::Web1, request)
            .await
            .ok()
            .map(|response| response.status().as_u16())
    }
}

/// A Spark that answers health checks, and opens a stream that ends when the test says so.
async fn streaming() -> (FakeSpark, tokio::sync::mpsc::Receiver<support::Frames>) {
    let (opened, scripts) = tokio::sync::mpsc::channel(8);
    let spark = FakeSpark::start(move |request| {
        let opened = opened.clone();
        async move {
            if request.uri().path().starts_with("/grpc.health") {
                return ok(&[]);
            }
            let (send, body) = scripted();
            send.send(Ok(Frame::data(message(b"first")))).await.unwrap();
            opened.send(send).await.unwrap();
            answer(body)
        }
    })
    .await;
    (spark, scripts)
}

async fn open(address: SocketAddr, dialect: Dialect) -> Answer {
    let request = Request::post(format!("http://{address}{SERVICE}ExecutePlan"))
        .header("content-type", dialect.content_type())
        .body(Full::new(dialect.encode(message(&field(1, b"s")))))
        .unwrap();
    let response = soon("an answer", support::send(address, dialect, request))
        .await
        .unwrap();
    let mut answer = Answer::new(dialect, response);
    assert_eq!(answer.message().await.unwrap().unwrap(), "first");
    answer
}

async fn finish(mut answer: Answer, script: support::Frames) {
    script.send(Ok(Frame::data(message(b"last")))).await.unwrap();
    script
        .send(Ok(Frame::trailers(headers([("grpc-status", "0")]))))
        .await
        .unwrap();
    drop(script);
    assert_eq!(answer.message().await.unwrap().unwrap(), "last");
    assert_eq!(answer.message().await.unwrap(), None);
    assert_eq!(answer.trailers.unwrap()["grpc-status"], "0");
}

/// The status of a call without any message.
async fn code(address: SocketAddr, path: &str) -> i32 {
    let request = Request::post(format!("http://{address}{path}"))
        .header("content-type", Dialect::Web1.content_type())
        .body(Full::default())
        .unwrap();
    let response = support::send(address, Dialect::Web1, request).await.unwrap();
    status(response.headers()).0
}

#[tokio::test]
async fn hangup_reloads_without_touching_streams() {
    let (spark, mut scripts) = streaming().await;
    let directory = Directory::new("reload");
    let file = directory.0.join("bridge.toml");
    let settings = |name: &str| format!("[backends.{name}]\nservers = [\"{}\"]\n", spark.address);
    fs::write(&file, settings("one")).unwrap();
    let mut bridge = Process::start(&["--config", file.to_str().unwrap()]).await;

    let mut streams = Vec::new();
    for dialect in [Dialect::Web1, Dialect::Native] {
        streams.push((open(bridge.address, dialect).await, scripts.recv().await.unwrap()));
    }
    let of_one = format!("/one{SERVICE}Nothing");
    let of_two = format!("/two{SERVICE}ExecutePlan");
    assert_eq!(code(bridge.address, &of_one).await, 12);
    assert_eq!(code(bridge.address, &of_two).await, 5);

    fs::write(&file, "[backends.two]\nserver = [\"h\"]\n").unwrap();
    bridge.signal(Signal::SIGHUP);
    bridge
        .says("bridge.toml:2:1: [backends.two] has no setting `server`; perhaps `servers` is meant.")
        .await;
    assert_eq!(code(bridge.address, &of_two).await, 5);

    fs::write(&file, settings("two")).unwrap();
    bridge.signal(Signal::SIGHUP);
    bridge.says("New settings are in use.").await;
    let status = code(bridge.address, &of_two).await;
    assert_eq!(status, 3, "the backend is there, the message is not");
    for (stream, script) in streams {
        finish(stream, script).await;
    }
}

#[tokio::test]
async fn terminate_drains() {
    let (spark, mut scripts) = streaming().await;
    let spark = format!("sc://{}", spark.address);
    let mut bridge = Process::start(&["--spark", &spark, "--set", "listen.drain_delay=1s"]).await;
    assert_eq!(bridge.get("/readyz").await, Some(200));
    let mut streams = Vec::new();
    for dialect in [Dialect::Web1, Dialect::Native] {
        streams.push((open(bridge.address, dialect).await, scripts.recv().await.unwrap()));
    }
    bridge.signal(Signal::SIGTERM);
    soon("unreadiness", async {
        while bridge.get("/readyz").await != Some(503) {
            sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
    assert_eq!(bridge.get("/healthz").await, Some(200));
    soon("the end of accepting", async {
        while bridge.get("/healthz").await.is_some() {
            sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    // Longer than Ctrl+C would have given them.
    sleep(Duration::from_secs(6)).await;
    for (stream, script) in streams {
        finish(stream, script).await;
    }
    let exit = soon("the end", bridge.child.wait()).await.unwrap();
    assert_eq!(exit.code(), Some(0));
}

#[tokio::test]
async fn a_drain_has_its_limit_and_a_second_signal_ends_it() {
    for (set, second) in [
        ("listen.drain_timeout=500ms", false),
        ("listen.drain_timeout=1h", true),
    ] {
        let (spark, mut scripts) = streaming().await;
        let spark = format!("sc://{}", spark.address);
        let mut bridge = Process::start(&["--spark", &spark, "--set", set]).await;
        let mut stream = open(bridge.address, Dialect::Web1).await;
        let _script = scripts.recv().await.unwrap();
        let start = Instant::now();
        bridge.signal(Signal::SIGTERM);
        if second {
            sleep(Duration::from_millis(500)).await;
            bridge.signal(Signal::SIGTERM);
        }
        let exit = soon("the end", bridge.child.wait()).await.unwrap();
        assert_eq!(exit.code(), Some(0));
        let waited = start.elapsed();
        assert!((400..5000).contains(&waited.as_millis()), "{set}: {waited:?}");
        assert!(
            stream.message().await.is_err(),
            "cut, so that the client reattaches"
        );
    }
}

#[tokio::test]
async fn a_certificate_of_ones_own_is_made_once() {
    let directory = Directory::new("own");
    let kept = directory.0.join("kept");
    let arguments = ["--self-signed", kept.to_str().unwrap()];
    let mut pems = Vec::new();
    for _ in 0..2 {
        let bridge = Process::start(&arguments).await;
        let pem = fs::read_to_string(kept.join("bridge.crt")).unwrap();
        let request = Request::get(format!("https://localhost:{}/healthz", bridge.address.port()))
            .header("host", format!("localhost:{}", bridge.address.port()))
            .body(Full::default())
            .unwrap();
        let response = send(bridge.address, &client(&pem, &["h2"], None), request)
            .await
            .unwrap();
        assert_eq!(response.status(), 200);
        pems.push(pem);
    }
    assert_eq!(pems[0], pems[1]);
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(kept.join("bridge.key"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
}
