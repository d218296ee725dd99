//! One client's connection: TLS if it is set, HTTP/1.1 or HTTP/2, and its timeouts.

use std::{net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use hyper::service::service_fn;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto::Builder,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    sync::watch::Receiver,
    time::{Instant, sleep, timeout},
};
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt;
use tower_http::timeout::TimeoutBody;

use super::watch::{Guarded, Overdue, Watch, Watched};
use crate::{
    bridge::{Bridge, Current},
    identity::Peer,
    limits,
};

const MAX_STREAMS_PER_CONNECTION: u32 = 256;
/// What a connection may hold of a request's head, and of an answer that its reader does not take, bytes.
const BUFFER: usize = 64 * 1024;
const PING_INTERVAL: Duration = Duration::from_secs(30);
/// How long a client may take to close a connection once it was told to.
const CLOSING: Duration = Duration::from_secs(5);

/// Serves a connection to its end, which is near once `ending` says so.
pub(super) async fn serve(
    bridge: Arc<Bridge>,
    stream: std::net::TcpStream,
    address: SocketAddr,
    watch: Arc<Watch>,
    ending: Receiver<bool>,
) {
    let Ok(stream) = TcpStream::from_std(stream) else {
        return;
    };
    // Not worth a connection, should it fail.
    let _ = stream.set_nodelay(true);
    let current = bridge.current();
    let peer = Peer(address);
    match bridge.tls() {
        None => talk(&bridge, &current, stream, peer, &watch, ending).await,
        Some(tls) => {
            let handshake = TlsAcceptor::from(tls.config.clone()).accept(stream);
            // A handshake that fails has no one left to be told to.
            let Ok(Ok(stream)) = timeout(current.settings.listen.header_timeout, handshake).await else {
                return;
            };
            talk(&bridge, &current, stream, peer, &watch, ending).await;
        }
    }
}

async fn talk<S>(
    bridge: &Arc<Bridge>,
    current: &Current,
    stream: S,
    peer: Peer,
    watch: &Arc<Watch>,
    mut ending: Receiver<bool>,
) where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let listen = &current.settings.listen;
    let account = Arc::new(limits::Connection::default());
    let service = service_fn(|mut request: http::Request<hyper::body::Incoming>| {
        let guard = watch.request(request.version() < http::Version::HTTP_2);
        request.extensions_mut().insert(peer);
        request.extensions_mut().insert(account.clone());
        let current = bridge.current();
        let body_timeout = current.settings.listen.body_timeout;
        // A call has been told by then.
        let end = current
            .settings
            .listen
            .total_timeout
            .map(|time| Instant::now() + time + CLOSING);
        let request = request.map(|body| TimeoutBody::new(body_timeout, body));
        let answer = current.router.clone().oneshot(request);
        async move {
            answer
                .await
                .map(|answer| answer.map(|body| Guarded::new(body, guard, end)))
        }
    });
    let stream = TokioIo::new(Watched {
        stream,
        watch: watch.clone(),
    });
    let builder = builder();
    let mut connection = pin!(builder.serve_connection(stream, service));
    // An error on a client's connection has no one left to be told to.
    let overdue = async || watch.overdue(listen.header_timeout, listen.idle_timeout).await;
    tokio::select! {
        _ = connection.as_mut() => return,
        overdue = overdue() => if overdue != Overdue::Idle { return },
        _ = ending.wait_for(|ending| *ending) => {}
    }
    connection.as_mut().graceful_shutdown();
    // What a client asked for meanwhile is still answered.
    let quiet = async {
        sleep(CLOSING).await;
        watch.overdue(Duration::ZERO, Duration::ZERO).await;
    };
    tokio::select! {
        _ = connection => {}
        () = quiet => {}
    }
}

/// Timeouts are the watch's.
fn builder() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().header_read_timeout(None).max_buf_size(BUFFER);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(PING_INTERVAL)
        .max_concurrent_streams(MAX_STREAMS_PER_CONNECTION)
        .max_header_list_size(BUFFER as u32)
        .max_send_buf_size(BUFFER);
    builder
}
