//! Connections to Spark: opened when needed, shared by few enough streams, replaced when they break.
//!
//! A reader that stalls keeps at most one stream window of its connection. Because a connection carries only so
//! many streams that all their windows fit into its own, stalled readers never starve a healthy one.
//!
//! Answers that are streams have a connection each while there are few: those that share one also share its thread
//! and its lock, which costs half as much processor time again. Small calls share one, whose system calls they share.

use std::{
    collections::HashMap,
    error::Error,
    fmt, io,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use http::{
    HeaderValue, Method, Request, Response, Uri, Version,
    header::{CONTENT_TYPE, TE},
    uri::Authority,
};
use hyper::{
    body::Incoming,
    client::conn::http2::{Builder, SendRequest},
};
use hyper_rustls::{FixedServerNameResolver, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::connect::HttpConnector,
    rt::{TokioExecutor, TokioTimer},
};
use rustls::pki_types::ServerName;
use tokio::runtime::{self, Handle};
use tonic::Status;
use tower::ServiceExt;

use super::health::State;
use crate::{config::Backend, inbound::RequestBody};

/// What one stream may hold back when its reader stalls, bytes.
const STREAM_WINDOW: u32 = 512 * 1024;
/// How many calls share a connection at most.
const STREAMS_PER_CONNECTION: usize = 16;
/// How many connections a thread has before its answers that are streams share one, and how many it keeps for later.
const SPREAD: usize = 8;
/// More than all streams of a connection may hold back together.
const CONNECTION_WINDOW: u32 = STREAM_WINDOW * (STREAMS_PER_CONNECTION as u32 + 1);
/// How large the pieces of an answer may be, bytes: each costs a few calls of the system on its way through.
const FRAME: u32 = 128 * 1024;
/// Room for an error's details and for metadata, bytes.
const MAX_HEADERS: u32 = 256 * 1024;
/// Clients that leave in a hurry must not cost the others the connection they share.
const MAX_REMEMBERED_RESETS: usize = 1024;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const TIME_BETWEEN_NOTICES: Duration = Duration::from_secs(5);

type BoxError = Box<dyn Error + Send + Sync>;

/// One Spark Connect server of a backend.
pub(crate) struct Server {
    pub(crate) settings: Arc<Backend>,
    pub(crate) authority: Authority,
    pub(super) health: State,
    /// By the event loop that they belong to: a call on another one's connection would wake that thread for each piece.
    connections: Mutex<HashMap<runtime::Id, Vec<Connection>>>,
    next_id: AtomicU64,
    /// Held while a connection is opened; remembers when and why that failed last.
    opening: tokio::sync::Mutex<Option<(Instant, Status)>>,
    last_notice: Mutex<Option<Instant>>,
}

struct Connection {
    id: u64,
    sender: SendRequest<RequestBody>,
    /// Calls, of either kind.
    calls: usize,
    /// Those whose answers are streams.
    streams: usize,
}

impl Connection {
    fn has_room(&self) -> bool {
        self.calls < STREAMS_PER_CONNECTION
    }
}

/// How much a method of Spark's answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Message,
    Stream,
}

/// A stream's place on a connection, given back when dropped.
pub(crate) struct Lease {
    server: Arc<Server>,
    runtime: runtime::Id,
    id: u64,
    answer: Answer,
    reused: bool,
}

impl Server {
    pub(super) fn new(settings: Arc<Backend>, authority: Authority) -> Self {
        Self {
            health: State::new(settings.health),
            settings,
            authority,
            connections: Mutex::default(),
            next_id: AtomicU64::default(),
            opening: tokio::sync::Mutex::default(),
            last_notice: Mutex::default(),
        }
    }

    /// The address of one of Spark's methods.
    pub(crate) fn uri(&self, path: &str) -> Result<Uri, http::Error> {
        Uri::builder()
            .scheme(if self.settings.tls.is_some() {
                "https"
            } else {
                "http"
            })
            .authority(self.authority.clone())
            .path_and_query(path)
            .build()
    }

    /// Sends a request and waits for the head of the answer. The lease must live as long as the answer's body.
    pub(crate) async fn send(
        self: &Arc<Self>,
        mut request: Request<RequestBody>,
        answer: Answer,
    ) -> Result<(Response<Incoming>, Lease), Status> {
        loop {
            let (lease, mut sender) = self.lease(answer).await?;
            match sender.try_send_request(request).await {
                Ok(response) => return Ok((response, lease)),
                // Comes back unsent when an older connection turns out to be closed: another one takes it.
                Err(mut error) => match error.take_message() {
                    Some(unsent) if lease.reused => request = unsent,
                    _ => return Err(lease.lost(Some(error.error()))),
                },
            }
        }
    }

    /// Makes sure that there is a connection with room for a call.
    pub(super) async fn connect(self: &Arc<Self>) -> Result<(), Status> {
        self.lease(Answer::Message).await.map(drop)
    }

    /// Asks something of the bridge's own, with one message.
    pub(crate) async fn ask(
        self: &Arc<Self>,
        path: &str,
        message: &[u8],
    ) -> Result<(Response<Incoming>, Lease), Status> {
        let mut request = Request::new(RequestBody::of(message));
        *request.method_mut() = Method::POST;
        *request.version_mut() = Version::HTTP_2;
        *request.uri_mut() = self
            .uri(path)
            .map_err(|error| Status::internal(error.to_string()))?;
        *request.headers_mut() = self.settings.headers.clone();
        let headers = request.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
        headers.insert(TE, HeaderValue::from_static("trailers"));
        self.send(request, Answer::Message).await
    }

    async fn lease(self: &Arc<Self>, answer: Answer) -> Result<(Lease, SendRequest<RequestBody>), Status> {
        let asked = Instant::now();
        if let Some(lease) = self.lease_open(answer) {
            return Ok(lease);
        }
        let mut last_failure = self.opening.lock().await;
        if let Some(lease) = self.lease_open(answer) {
            return Ok(lease);
        }
        // Who waited while another call found Spark down need not try again in turn.
        if let Some((when, status)) = &*last_failure
            && *when >= asked
        {
            return Err(status.clone());
        }
        let opened = tokio::time::timeout(CONNECT_TIMEOUT, self.open())
            .await
            .unwrap_or_else(|_| Err(io::Error::from(io::ErrorKind::TimedOut).into()));
        match opened {
            Ok(sender) => {
                let mut connection = Connection {
                    id: self.next_id.fetch_add(1, Relaxed),
                    sender,
                    calls: 0,
                    streams: 0,
                };
                let runtime = Handle::current().id();
                let lease = self.take(runtime, &mut connection, answer, false);
                self.connections().entry(runtime).or_default().push(connection);
                Ok(lease)
            }
            Err(error) => {
                self.health.unreachable();
                let status = Status::unavailable(self.cannot_connect(&*error));
                self.notice(status.message());
                *last_failure = Some((Instant::now(), status.clone()));
                Err(status)
            }
        }
    }

    fn lease_open(self: &Arc<Self>, answer: Answer) -> Option<(Lease, SendRequest<RequestBody>)> {
        let runtime = Handle::current().id();
        let mut connections = self.connections();
        let connections = connections.get_mut(&runtime)?;
        connections.retain(|connection| !connection.sender.is_closed());
        let may_open = connections.len() < SPREAD;
        let mut open = connections.iter_mut().filter(|connection| connection.has_room());
        let connection = match answer {
            Answer::Message => open.next()?,
            Answer::Stream => open
                .min_by_key(|connection| connection.streams)
                .filter(|connection| connection.streams == 0 || !may_open)?,
        };
        Some(self.take(runtime, connection, answer, true))
    }

    fn take(
        self: &Arc<Self>,
        runtime: runtime::Id,
        connection: &mut Connection,
        answer: Answer,
        reused: bool,
    ) -> (Lease, SendRequest<RequestBody>) {
        connection.calls += 1;
        connection.streams += usize::from(answer == Answer::Stream);
        let lease = Lease {
            server: self.clone(),
            runtime,
            id: connection.id,
            answer,
            reused,
        };
        (lease, connection.sender.clone())
    }

    async fn open(&self) -> Result<SendRequest<RequestBody>, BoxError> {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        let uri = self.uri("/")?;
        let Some(tls) = &self.settings.tls else {
            return self.handshake(tcp.oneshot(uri).await?).await;
        };
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(tls.client.clone())
            .https_only();
        let connector = match &tls.server_name {
            Some(name) => {
                let name = ServerName::try_from(name.clone())?;
                connector.with_server_name_resolver(FixedServerNameResolver::new(name))
            }
            None => connector,
        };
        let connector = connector.enable_http2().wrap_connector(tcp);
        self.handshake(connector.oneshot(uri).await?).await
    }

    async fn handshake<S>(&self, stream: S) -> Result<SendRequest<RequestBody>, BoxError>
    where
        S: hyper::rt::Read + hyper::rt::Write + Send + Unpin + 'static,
    {
        let mut builder = Builder::new(TokioExecutor::new());
        builder
            .timer(TokioTimer::new())
            .initial_stream_window_size(STREAM_WINDOW)
            .initial_connection_window_size(CONNECTION_WINDOW)
            .max_frame_size(FRAME)
            .max_header_list_size(MAX_HEADERS)
            .max_concurrent_reset_streams(MAX_REMEMBERED_RESETS);
        if let Some(keepalive) = self.settings.keepalive {
            builder
                .keep_alive_interval(keepalive.time)
                .keep_alive_timeout(keepalive.timeout)
                .keep_alive_while_idle(keepalive.without_calls);
        }
        let (sender, connection) = builder.handshake(stream).await?;
        // Its errors reach the streams it carries.
        tokio::spawn(connection);
        Ok(sender)
    }

    fn cannot_connect(&self, error: &(dyn Error + 'static)) -> String {
        let address = &self.authority;
        let cause = root_cause(error);
        let advice = if cause.is::<rustls::Error>() {
            "Check that the server there has TLS, with a certificate for this name from a public authority."
        } else {
            "Check that the Spark Connect server is running and listens there."
        };
        format!(
            "Spark cannot be reached at {address}: {}. {advice}",
            describe(cause)
        )
    }

    /// One line for the operator, and not the same line a hundred times.
    fn notice(&self, message: &str) {
        let mut last = self.last_notice.lock().unwrap_or_else(PoisonError::into_inner);
        if last.is_none_or(|last| last.elapsed() >= TIME_BETWEEN_NOTICES) {
            *last = Some(Instant::now());
            crate::notice(message);
        }
    }

    fn connections(&self) -> MutexGuard<'_, HashMap<runtime::Id, Vec<Connection>>> {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Leaves out what is secret.
impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("authority", &self.authority)
            .field("health", &self.health)
            .finish_non_exhaustive()
    }
}

impl Lease {
    /// The status of a call whose stream ended before Spark had given one.
    pub(crate) fn lost(&self, error: Option<&hyper::Error>) -> Status {
        let address = &self.server.authority;
        let cause = match error {
            Some(error) => describe(root_cause(error)),
            None => "the answer has no end".to_owned(),
        };
        let message = format!(
            "The connection to Spark at {address} broke off. \
             Check that a Spark Connect server is still running there. ({cause})"
        );
        self.server.notice(&message);
        Status::unavailable(message)
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let mut connections = self.server.connections();
        let Some(connections) = connections.get_mut(&self.runtime) else {
            return;
        };
        if let Some(connection) = connections.iter_mut().find(|connection| connection.id == self.id) {
            connection.calls -= 1;
            connection.streams -= usize::from(self.answer == Answer::Stream);
        }
        let mut kept = SPREAD;
        connections.retain(|connection| {
            let spare = kept > 0;
            kept = kept.saturating_sub(1);
            spare || connection.calls > 0
        });
    }
}

fn root_cause<'a>(error: &'a (dyn Error + 'static)) -> &'a (dyn Error + 'static) {
    // An io::Error that wraps another error does not count it as its source.
    let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    match wrapped
        .map(|error| error as &(dyn Error + 'static))
        .or_else(|| error.source())
    {
        Some(deeper) => root_cause(deeper),
        None => error,
    }
}

/// An error without the machine's error number.
fn describe(error: &(dyn Error + 'static)) -> String {
    match error.downcast_ref::<io::Error>() {
        Some(error) if error.raw_os_error().is_some() => error.kind().to_string(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::StatusCode;
    use http_body_util::Empty;
    use hyper::{server::conn::http2, service::service_fn};
    use hyper_util::rt::TokioIo;
    use rustls::{
        ServerConfig,
        crypto::ring,
        pki_types::{CertificateDer, PrivateKeyDer},
    };
    use tokio::net::TcpListener;
    use tokio_rustls::TlsAcceptor;

    use super::*;
    use crate::{config::BackendTls, spark_uri::SparkUri};

    /// A gRPC server with TLS and a certificate for `localhost` that no public authority has signed.
    async fn tls_server() -> (u16, CertificateDer<'static>) {
        let certified = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let certificate = certified.cert.der().clone();
        let key = PrivateKeyDer::try_from(certified.signing_key.serialize_der()).unwrap();
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.clone()], key)
            .unwrap();
        config.alpn_protocols = vec![b"h2".to_vec()];
        let acceptor = TlsAcceptor::from(Arc::new(config));

        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let Ok(stream) = acceptor.accept(stream).await else {
                    continue;
                };
                let service = service_fn(async |request: Request<Incoming>| {
                    let mut response = Response::new(Empty::<Bytes>::new());
                    response
                        .headers_mut()
                        .insert("seen", request.headers()["authorization"].clone());
                    Ok::<_, std::convert::Infallible>(response)
                });
                tokio::spawn(
                    http2::Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), service),
                );
            }
        });
        (port, certificate)
    }

    async fn ask(server: Server) -> Result<Response<Incoming>, Status> {
        Arc::new(server).ask("/", b"").await.map(|(response, _)| response)
    }

    #[tokio::test]
    async fn tls_reaches_a_server_with_a_trusted_certificate() {
        let (port, certificate) = tls_server().await;
        let own = || Some(vec![certificate.clone()]);
        let server = |host: &str, tls: Result<BackendTls, String>| {
            let uri = SparkUri::parse(&format!("sc://{host}:{port}/;use_ssl=true;token=t"), None).unwrap();
            let mut backend = Backend::try_from(uri).unwrap();
            backend.tls = Some(tls.unwrap());
            let authority = backend.servers[0].clone();
            Server::new(Arc::new(backend), authority)
        };
        let trusting = || BackendTls::new(own(), None, None);
        let renaming = || BackendTls::new(own(), None, Some("localhost".to_owned()));
        for trusting in [server("localhost", trusting()), server("127.0.0.1", renaming())] {
            let response = ask(trusting).await.unwrap();
            assert_eq!(response.status(), StatusCode::OK);
            assert_eq!(response.headers()["seen"], "Bearer t");
        }

        let strange = server("localhost", BackendTls::new(None, None, None));
        let misnamed = server("127.0.0.1", trusting());
        for (server, cause) in [(strange, "UnknownIssuer"), (misnamed, "not valid for name")] {
            let status = ask(server).await.unwrap_err();
            assert_eq!(status.code(), tonic::Code::Unavailable);
            assert!(status.message().contains(cause), "{status}");
            assert!(
                status.message().contains("with a certificate for this name"),
                "{status}"
            );
        }
    }
}
