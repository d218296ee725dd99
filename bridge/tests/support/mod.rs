//! A scripted gRPC server in Spark's place, a bridge before it, and clients that see every byte.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

pub mod besieged;
pub mod caller;
pub mod issuer;

use std::{
    error::Error,
    net::SocketAddr,
    pin::{Pin, pin},
    process::Stdio,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use bytes::{Buf, BufMut, Bytes, BytesMut};
use futures::{StreamExt, stream};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response};
use http_body::Frame;
use http_body_util::{BodyExt, Full, StreamBody, combinators::UnsyncBoxBody};
use hyper::{
    body::Incoming,
    client::conn::{http1, http2},
    server::conn::http2 as server,
    service::service_fn,
};
use hyper_util::rt::{TokioExecutor, TokioIo};
use spark_connect_bridge::{Config, Settings, Sources, WebRoot, Workers, serve};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    net::{TcpListener, TcpStream},
    sync::{Notify, mpsc},
    task::JoinHandle,
    time::timeout,
};

pub type BoxError = Box<dyn Error + Send + Sync>;
pub type Body = UnsyncBoxBody<Bytes, BoxError>;
pub type Frames = mpsc::Sender<Result<Frame<Bytes>, BoxError>>;

pub const SERVICE: &str = "/spark.connect.SparkConnectService/";

/// Nothing in these tests takes longer unless it hangs.
pub async fn soon<F: Future>(what: &str, future: F) -> F::Output {
    match timeout(Duration::from_secs(30), future).await {
        Ok(output) => output,
        Err(_) => panic!("waited 30 s for {what}"),
    }
}

/// A gRPC message: flag, length, bytes.
pub fn message(bytes: &[u8]) -> Bytes {
    let mut framed = BytesMut::with_capacity(5 + bytes.len());
    framed.put_u8(0);
    framed.put_u32(bytes.len() as u32);
    framed.put_slice(bytes);
    framed.freeze()
}

/// A field of a protobuf message, numbered 1 to 15.
pub fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
    let mut field = vec![number << 3 | 2];
    let mut length = bytes.len();
    while length >= 0x80 {
        field.push(length as u8 | 0x80);
        length >>= 7;
    }
    field.push(length as u8);
    field.extend_from_slice(bytes);
    field
}

pub fn headers<const N: usize>(pairs: [(&'static str, &'static str); N]) -> HeaderMap {
    let pairs = pairs.map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
    HeaderMap::from_iter(pairs)
}

// ---- in Spark's place

/// A body whose frames a test sends one at a time; `Frames::closed` tells when nobody reads it any more.
pub fn scripted() -> (Frames, Body) {
    let (sender, receiver) = mpsc::channel(1);
    let frames = stream::unfold(receiver, async |mut receiver| {
        Some((receiver.recv().await?, receiver))
    });
    (sender, StreamBody::new(frames).boxed_unsync())
}

/// A body of whole frames.
pub fn frames(frames: Vec<Frame<Bytes>>) -> Body {
    StreamBody::new(stream::iter(frames).map(Ok)).boxed_unsync()
}

pub fn answer(body: Body) -> Response<Body> {
    Response::builder()
        .header("content-type", "application/grpc")
        .body(body)
        .unwrap()
}

/// Messages and a status of zero.
pub fn ok(messages: &[&[u8]]) -> Response<Body> {
    let mut sent: Vec<_> = messages.iter().map(|bytes| Frame::data(message(bytes))).collect();
    sent.push(Frame::trailers(headers([("grpc-status", "0")])));
    answer(frames(sent))
}

/// Answers with what it was sent, and with the path and chosen request headers as response headers.
pub async fn echo(request: Request<Incoming>) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let mut response = answer(frames(vec![
        Frame::data(body),
        Frame::trailers(headers([("grpc-status", "0"), ("x-trailer-bin", "AAEC")])),
    ]));
    for (name, value) in &parts.headers {
        let name = HeaderName::try_from(format!("seen-{name}")).unwrap();
        response.headers_mut().append(name, value.clone());
    }
    response
        .headers_mut()
        .insert("seen-path", HeaderValue::from_str(parts.uri.path()).unwrap());
    response
}

/// What Spark received: the method, and each message.
pub type Received = Arc<std::sync::Mutex<Vec<(String, Vec<Bytes>)>>>;

/// Keeps what a request says, and answers with nothing but success and with its headers.
pub async fn receive(keep: &Received, request: Request<Incoming>) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let method = parts.uri.path().rsplit('/').next().unwrap().to_owned();
    // What breaks off was refused on the way.
    let Ok(body) = body.collect().await else {
        return ok(&[]);
    };
    let mut bytes = body.to_bytes();
    let mut messages = Vec::new();
    while !bytes.is_empty() {
        assert_eq!(bytes.get_u8(), 0);
        let length = bytes.get_u32() as usize;
        messages.push(bytes.split_to(length));
    }
    keep.lock().unwrap().push((method, messages));
    let mut response = ok(&[]);
    for (name, value) in &parts.headers {
        let name = HeaderName::try_from(format!("seen-{name}")).unwrap();
        response.headers_mut().append(name, value.clone());
    }
    response
}

/// A server that keeps what it receives.
pub async fn recorder() -> (FakeSpark, Received) {
    let received = Received::default();
    let keep = received.clone();
    let spark = FakeSpark::start(move |request: Request<Incoming>| {
        let keep = keep.clone();
        async move { receive(&keep, request).await }
    })
    .await;
    (spark, received)
}

pub struct FakeSpark {
    pub address: SocketAddr,
    pub connections: Arc<AtomicUsize>,
    drain: Arc<Notify>,
    accept: JoinHandle<()>,
}

impl FakeSpark {
    pub async fn start<H, F>(handler: H) -> Self
    where
        H: Fn(Request<Incoming>) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Response<Body>> + Send + 'static,
    {
        Self::start_at(([127, 0, 0, 1], 0).into(), handler).await
    }

    pub async fn start_at<H, F>(address: SocketAddr, handler: H) -> Self
    where
        H: Fn(Request<Incoming>) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Response<Body>> + Send + 'static,
    {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let connections = Arc::new(AtomicUsize::new(0));
        let drain = Arc::new(Notify::new());
        let (count, drained) = (connections.clone(), drain.clone());
        let accept = tokio::spawn(async move {
            let mut open = tokio::task::JoinSet::new();
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                count.fetch_add(1, SeqCst);
                let (handler, drained) = (handler.clone(), drained.clone());
                open.spawn(async move {
                    let service = service_fn(move |request| {
                        let answer = handler(request);
                        async move { Ok::<_, std::convert::Infallible>(answer.await) }
                    });
                    let server = server::Builder::new(TokioExecutor::new());
                    let mut connection = pin!(server.serve_connection(TokioIo::new(stream), service));
                    tokio::select! {
                        _ = &mut connection => return,
                        () = drained.notified() => connection.as_mut().graceful_shutdown(),
                    }
                    let _ = connection.await;
                });
            }
        });
        Self {
            address,
            connections,
            drain,
            accept,
        }
    }

    /// Takes no new calls on the connections there are, and lets the open ones finish.
    pub fn drain(&self) {
        self.drain.notify_waiters();
    }

    /// Ends the server and every connection to it, as a killed process does.
    pub async fn stop(self) {
        self.accept.abort();
        let _ = self.accept.await;
    }

    pub fn connections(&self) -> usize {
        self.connections.load(SeqCst)
    }
}

// ---- the bridge

/// What is set when nothing but `--spark` is given.
pub fn settings(spark: &str) -> Settings {
    let sources = Sources {
        spark: Some(spark.to_owned()),
        ..Sources::default()
    };
    sources.load().unwrap()
}

pub fn config(spark: &str) -> Config {
    Config {
        settings: settings(spark),
        address: ([127, 0, 0, 1], 8080).into(),
        web_root: WebRoot::from_files([]),
    }
}

/// A bridge that asks nobody who they are, unless it can know.
pub fn assemble(mut config: Config) -> spark_connect_bridge::Bridge {
    config.settings.identity.startup_token = false;
    spark_connect_bridge::Bridge::new(config).unwrap()
}

/// The same as a router.
pub fn router(config: Config) -> axum::Router {
    assemble(config).router()
}

/// A bridge in this process, on a port of its own, until it is dropped.
pub struct Bridge {
    pub address: SocketAddr,
    pub bridge: Arc<spark_connect_bridge::Bridge>,
    task: JoinHandle<()>,
}

impl Bridge {
    pub async fn before(spark: SocketAddr) -> Self {
        Self::start(&format!("sc://{spark}")).await
    }

    pub async fn start(spark: &str) -> Self {
        Self::with(config(spark).settings).await
    }

    /// With these settings, whatever address they name; asks nobody who they are, unless it can know.
    pub async fn with(mut settings: Settings) -> Self {
        settings.identity.startup_token = false;
        Self::as_set(settings).await
    }

    /// With exactly these settings, whatever address they name.
    pub async fn as_set(settings: Settings) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let config = Config {
            settings,
            address,
            ..config("sc://127.0.0.1:1")
        };
        let bridge = Arc::new(spark_connect_bridge::Bridge::new(config).unwrap());
        let task = tokio::spawn(serve(
            listener,
            bridge.clone(),
            Workers::here(),
            std::future::pending(),
        ));
        Self {
            address,
            bridge,
            task,
        }
    }

    pub async fn call(&self, method: &str, dialect: Dialect, body: impl Into<Bytes>) -> Response<Incoming> {
        let request = Request::post(format!("http://{}{SERVICE}{method}", self.address));
        self.send(dialect, request, body).await
    }

    pub async fn send(
        &self,
        dialect: Dialect,
        request: http::request::Builder,
        body: impl Into<Bytes>,
    ) -> Response<Incoming> {
        let body = dialect.encode(body.into());
        let request = request
            .header("content-type", dialect.content_type())
            .body(Full::new(body))
            .unwrap();
        soon("the head of an answer", send(self.address, dialect, request))
            .await
            .unwrap()
    }
}

impl Drop for Bridge {
    fn drop(&mut self) {
        self.task.abort();
    }
}

// ---- clients

/// How a client speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    Web1,
    Web2,
    WebText1,
    WebText2,
    Native,
}

impl Dialect {
    pub const ALL: [Self; 5] = [
        Self::Web1,
        Self::Web2,
        Self::WebText1,
        Self::WebText2,
        Self::Native,
    ];

    pub fn is_http2(self) -> bool {
        matches!(self, Self::Web2 | Self::WebText2 | Self::Native)
    }

    pub fn is_text(self) -> bool {
        matches!(self, Self::WebText1 | Self::WebText2)
    }

    pub fn content_type(self) -> &'static str {
        match self {
            Self::Web1 | Self::Web2 => "application/grpc-web+proto",
            Self::WebText1 | Self::WebText2 => "application/grpc-web-text+proto",
            Self::Native => "application/grpc",
        }
    }

    pub fn encode(self, body: Bytes) -> Bytes {
        use base64::Engine as _;
        if self.is_text() {
            base64::engine::general_purpose::STANDARD.encode(body).into()
        } else {
            body
        }
    }
}

/// One request on a connection of its own, which closes when the answer is dropped.
pub async fn send(
    address: SocketAddr,
    dialect: Dialect,
    request: Request<Full<Bytes>>,
) -> Result<Response<Incoming>, hyper::Error> {
    let stream = TokioIo::new(TcpStream::connect(address).await.unwrap());
    if dialect.is_http2() {
        let (mut sender, connection) = http2::handshake(TokioExecutor::new(), stream).await?;
        tokio::spawn(connection);
        sender.send_request(request).await
    } else {
        let (mut sender, connection) = http1::handshake(stream).await?;
        tokio::spawn(connection);
        let (mut parts, body) = request.into_parts();
        let authority = parts.uri.authority().cloned();
        parts.uri = parts.uri.path_and_query().unwrap().as_str().parse().unwrap();
        if let Some(authority) = authority
            && !parts.headers.contains_key("host")
        {
            parts
                .headers
                .insert("host", HeaderValue::from_str(authority.as_str()).unwrap());
        }
        sender.send_request(Request::from_parts(parts, body)).await
    }
}

/// Reads an answer message by message, in any dialect.
pub struct Answer {
    dialect: Dialect,
    body: Pin<Box<Incoming>>,
    text: BytesMut,
    read: BytesMut,
    /// What came in trailers: HTTP's or grpc-web's.
    pub trailers: Option<HeaderMap>,
}

impl Answer {
    pub fn new(dialect: Dialect, response: Response<Incoming>) -> Self {
        Self {
            dialect,
            body: Box::pin(response.into_body()),
            text: BytesMut::new(),
            read: BytesMut::new(),
            trailers: None,
        }
    }

    /// The next message; `None` at the end.
    pub async fn message(&mut self) -> Result<Option<Bytes>, BoxError> {
        loop {
            match self.take_frame() {
                Some((flag, bytes)) if flag & 0x80 == 0 => return Ok(Some(bytes)),
                Some((_, bytes)) => {
                    assert_eq!(self.trailers, None, "two frames of trailers");
                    self.trailers = Some(parse_trailers(&bytes));
                }
                None if self.read_frame().await? => {}
                None => {
                    assert!(
                        self.read.is_empty(),
                        "the answer ends inside a frame: {:?}",
                        self.read
                    );
                    return Ok(None);
                }
            }
        }
    }

    /// Waits for bytes that are no whole message yet.
    pub async fn part(&mut self, bytes: usize) {
        while self.read.len() < bytes {
            assert!(self.read_frame().await.unwrap(), "the answer ended");
        }
    }

    /// Reads a frame of HTTP's; false at the end.
    async fn read_frame(&mut self) -> Result<bool, BoxError> {
        use base64::Engine as _;
        let Some(frame) = soon("a frame", self.body.frame()).await else {
            return Ok(false);
        };
        match frame?.into_data() {
            Ok(data) if self.dialect.is_text() => {
                self.text.extend_from_slice(&data);
                // Every piece has its own padding, and pieces arrive cut anywhere.
                while self.text.len() >= 4 {
                    let group = self.text.split_to(4);
                    self.read
                        .extend_from_slice(&base64::engine::general_purpose::STANDARD.decode(group)?);
                }
            }
            Ok(data) => self.read.extend_from_slice(&data),
            Err(frame) => self.trailers = frame.into_trailers().ok(),
        }
        Ok(true)
    }

    /// Every message to the end, and the trailers.
    pub async fn all(mut self) -> Result<(Vec<Bytes>, HeaderMap), BoxError> {
        let mut messages = Vec::new();
        while let Some(message) = self.message().await? {
            messages.push(message);
        }
        Ok((messages, self.trailers.unwrap_or_default()))
    }

    fn take_frame(&mut self) -> Option<(u8, Bytes)> {
        let mut head = self.read.get(..5)?;
        let flag = head.get_u8();
        let length = head.get_u32() as usize;
        if self.read.len() < 5 + length {
            return None;
        }
        self.read.advance(5);
        Some((flag, self.read.split_to(length).freeze()))
    }
}

fn parse_trailers(bytes: &[u8]) -> HeaderMap {
    let text = std::str::from_utf8(bytes).unwrap();
    text.split_terminator("\r\n")
        .map(|line| {
            let (name, value) = line.split_once(':').unwrap();
            (
                HeaderName::try_from(name).unwrap(),
                HeaderValue::try_from(value.trim()).unwrap(),
            )
        })
        .collect()
}

/// The status and message in headers or trailers, percent-decoded.
pub fn status(fields: &HeaderMap) -> (i32, String) {
    let code = fields
        .get("grpc-status")
        .unwrap_or_else(|| panic!("no status in {fields:?}"));
    let message = fields.get("grpc-message").map_or(&[][..], HeaderValue::as_bytes);
    let message = percent_encoding::percent_decode(message).decode_utf8().unwrap();
    (code.to_str().unwrap().parse().unwrap(), message.into_owned())
}

// ---- the command

/// The bridge as a process of its own, until it is dropped.
pub struct Command {
    child: tokio::process::Child,
    /// Where it says it listens.
    pub address: SocketAddr,
}

impl Command {
    /// The command before its arguments, with an environment that says nothing.
    pub fn prepared() -> tokio::process::Command {
        let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_spark-connect-bridge"));
        command
            .env_remove("SPARK_REMOTE")
            .env_remove("SPARK_CONNECT_AUTHENTICATE_TOKEN")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }

    /// Starts it on a free port and waits for the line that says where.
    pub async fn start(arguments: &[&str]) -> Self {
        Self::start_prepared(Self::prepared(), arguments).await
    }

    /// The same with a command that is prepared further.
    pub async fn start_prepared(mut command: tokio::process::Command, arguments: &[&str]) -> Self {
        let mut child = command
            .args(["--listen", "127.0.0.1:0", "--set", "identity.startup_token=false"])
            .args(arguments)
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        soon("the first line", stdout.read_line(&mut line)).await.unwrap();
        let address = line
            .split("http://")
            .nth(1)
            .and_then(|rest| rest.split('/').next())
            .unwrap();
        Self {
            address: address.parse().unwrap(),
            child,
        }
    }

    pub fn pid(&self) -> u32 {
        self.child.id().unwrap()
    }

    pub async fn wait(mut self) -> std::process::ExitStatus {
        soon("the end of the bridge", self.child.wait()).await.unwrap()
    }
}
