//! The accept loop: timeouts and caps that axum's own would not enforce, and an end that lets streams finish.

use std::{
    io,
    net::SocketAddr,
    pin::pin,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    time::Duration,
};

use axum::Router;
use hyper::service::service_fn;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{
        conn::auto::Builder,
        graceful::{GracefulShutdown, Watcher},
    },
};
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinSet,
    time::{sleep, timeout},
};
use tower::ServiceExt;

use crate::identity::Peer;

/// How long a client may take to send the head of a request, and the first one on a new connection.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);
/// How long open streams may go on once the end was asked for.
const GRACE: Duration = Duration::from_secs(5);
const MAX_CONNECTIONS: usize = 4096;
const MAX_STREAMS_PER_CONNECTION: u32 = 256;
/// What a connection may hold of a request's head, and of an answer that its reader does not take, bytes.
const BUFFER: usize = 64 * 1024;
const PING_INTERVAL: Duration = Duration::from_secs(30);
/// A pause after the machine ran out of something, such as file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(500);

/// Serves `router` until `shutdown` is ready, then stops accepting and gives open streams five seconds.
pub async fn serve(listener: TcpListener, router: Router, shutdown: impl Future<Output = ()>) {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .max_buf_size(BUFFER);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(PING_INTERVAL)
        .max_concurrent_streams(MAX_STREAMS_PER_CONNECTION)
        .max_header_list_size(BUFFER as u32)
        .max_send_buf_size(BUFFER);

    let graceful = GracefulShutdown::new();
    let mut connections = JoinSet::new();
    let mut shutdown = pin!(shutdown);
    loop {
        while connections.try_join_next().is_some() {}
        let accepted = tokio::select! {
            accepted = accept(&listener, &mut connections) => accepted,
            () = &mut shutdown => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                let watcher = graceful.watcher();
                connections.spawn(serve_connection(
                    builder.clone(),
                    stream,
                    Peer(peer),
                    router.clone(),
                    watcher,
                ));
            }
            // A client that is gone again is its own business; anything else will not pass at once.
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
            Err(error) => {
                crate::notice(&format!("A connection could not be accepted: {error}."));
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    drop(listener);
    // Whoever is left after that ends with the set of connections.
    let _ = timeout(GRACE, graceful.shutdown()).await;
}

async fn accept(
    listener: &TcpListener,
    connections: &mut JoinSet<()>,
) -> io::Result<(TcpStream, SocketAddr)> {
    if connections.len() >= MAX_CONNECTIONS {
        connections.join_next().await;
    }
    listener.accept().await
}

async fn serve_connection(
    builder: Builder<TokioExecutor>,
    stream: TcpStream,
    peer: Peer,
    router: Router,
    watcher: Watcher,
) {
    // Not worth a connection, should it fail.
    let _ = stream.set_nodelay(true);
    let asked = AtomicBool::new(false);
    let service = service_fn(|mut request: hyper::Request<_>| {
        asked.store(true, Relaxed);
        request.extensions_mut().insert(peer);
        router.clone().oneshot(request)
    });
    let connection = watcher.watch(builder.serve_connection(TokioIo::new(stream), service));
    // hyper's own timeout starts only once it knows which HTTP is spoken.
    let idle = async {
        sleep(HEADER_TIMEOUT).await;
        if asked.load(Relaxed) {
            std::future::pending::<()>().await;
        }
    };
    // An error on a client's connection has no one left to be told to.
    tokio::select! {
        _ = connection => {}
        () = idle => {}
    }
}
