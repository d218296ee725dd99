//! The accept loop: connections with timeouts and caps that axum's own would not enforce, and an end that lets streams
//! finish.
//!
//! - `workers`: the threads that serve connections
//! - `connection`: one client's connection
//! - `watch`: what a connection does, and when that is too little
//! - `certificate`: TLS, and a certificate of one's own

mod certificate;
mod connection;
mod watch;
mod workers;

use std::{
    io,
    net::SocketAddr,
    pin::pin,
    sync::{Arc, Weak},
    time::Duration,
};

use tokio::{
    net::{TcpListener, TcpStream},
    sync,
    task::JoinSet,
    time::{sleep, timeout},
};

pub(crate) use self::certificate::generate;
use self::watch::Watch;
pub use self::workers::Workers;
use crate::bridge::Bridge;

/// A pause after the machine ran out of something, such as file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(500);

/// Serves `bridge` on `workers` until `shutdown` is ready. Then it stops accepting and lets open streams go on for as
/// long as `shutdown` says.
pub async fn serve(
    listener: TcpListener,
    bridge: Arc<Bridge>,
    workers: Workers,
    shutdown: impl Future<Output = Duration>,
) {
    let (end, ending) = sync::watch::channel(false);
    let mut connections = JoinSet::new();
    let mut watches = Vec::new();
    let mut shutdown = pin!(shutdown);
    let renewal = tokio::spawn(certificate::renew(bridge.clone()));
    let grace = loop {
        while connections.try_join_next().is_some() {}
        let accepted = tokio::select! {
            accepted = accept(&listener, &bridge, &mut connections, &mut watches) => accepted,
            grace = &mut shutdown => break grace,
        };
        // A worker's runtime takes the stream over.
        match accepted.and_then(|(stream, address)| Ok((stream.into_std()?, address))) {
            Ok((stream, address)) => {
                let worker = workers.idlest();
                // Counts from here on, for the next connection's choice.
                let watch = Watch::new(worker.load.clone());
                watches.push(Arc::downgrade(&watch));
                let connection = connection::serve(bridge.clone(), stream, address, watch, ending.clone());
                connections.spawn_on(connection, &worker.handle);
            }
            // A client that is gone again is its own business; anything else will not pass at once.
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
            Err(error) => {
                crate::notice(&format!("A connection could not be accepted: {error}."));
                sleep(ACCEPT_PAUSE).await;
            }
        }
    };
    renewal.abort();
    drop(listener);
    bridge.end();
    end.send_replace(true);
    // Whoever is left after that ends with the set of connections.
    let _ = timeout(grace, async { while connections.join_next().await.is_some() {} }).await;
}

async fn accept(
    listener: &TcpListener,
    bridge: &Bridge,
    connections: &mut JoinSet<()>,
    watches: &mut Vec<Weak<Watch>>,
) -> io::Result<(TcpStream, SocketAddr)> {
    let accepted = listener.accept().await;
    let limit = bridge.current().settings.limits.connections.get() as usize;
    // Between two prunings as many come as there were.
    if watches.len() >= 2 * connections.len().max(64) {
        watches.retain(|watch| watch.strong_count() > 0);
    }
    if connections.len() >= limit {
        let open = watches.iter().filter_map(Weak::upgrade);
        let idle = open.filter_map(|watch| Some((watch.idle_since()?, watch)));
        if let Some((_, idlest)) = idle.min_by_key(|(since, _)| *since) {
            idlest.make_way();
        }
        connections.join_next().await;
    }
    accepted
}
