//! Whether a server answers. A check asks gRPC's own health service, which Spark does not have: its "unimplemented"
//! proves that gRPC answers there, and no Spark session is opened.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
    time::Instant,
};

use http_body_util::BodyExt;
use tokio::{task::JoinSet, time};

use super::server::Server;
use crate::config::Health;

const CHECK: &str = "/grpc.health.v1.Health/Check";
/// The answer of a health service whose server wants no more calls: a message with status 2.
const NOT_SERVING: &[u8] = &[0, 0, 0, 0, 2, 8, 2];

/// What is known of a server.
#[derive(Debug)]
pub(super) struct State {
    /// Checks and connections that failed since the last success.
    failures: AtomicU32,
    /// How many of them mean that the server is down.
    allowed: u32,
    checked: Mutex<Option<Instant>>,
}

impl State {
    pub(super) fn new(settings: Health) -> Self {
        Self {
            failures: AtomicU32::new(0),
            allowed: settings.failures.max(1),
            checked: Mutex::default(),
        }
    }

    /// A server counts as up until it was found down.
    pub(super) fn is_up(&self) -> bool {
        self.failures.load(Relaxed) < self.allowed
    }

    /// Nothing was listening, which needs no second opinion.
    pub(super) fn unreachable(&self) {
        self.failures.fetch_max(self.allowed, Relaxed);
    }

    fn checked(&self, answered: bool) {
        if answered {
            self.failures.store(0, Relaxed);
        } else {
            // Saturates far below an overflow.
            let _ = self
                .failures
                .fetch_update(Relaxed, Relaxed, |failures| failures.checked_add(1));
        }
        *self.checked.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    fn last_checked(&self) -> Option<Instant> {
        *self.checked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The checks in the background, for backends whose new sessions have a choice. They end when this is dropped.
#[derive(Debug)]
pub(super) struct Checks {
    _tasks: JoinSet<()>,
}

impl Checks {
    pub(super) fn start(servers: &[Arc<Server>], settings: Health) -> Self {
        let mut tasks = JoinSet::new();
        if servers.len() > 1 {
            for server in servers {
                let server = server.clone();
                tasks.spawn(async move {
                    let mut interval = time::interval(settings.interval);
                    interval.set_missed_tick_behavior(time::MissedTickBehavior::Delay);
                    loop {
                        interval.tick().await;
                        check(&server, settings).await;
                    }
                });
            }
        }
        Self { _tasks: tasks }
    }
}

/// Whether a server is up, as of at most one interval ago.
pub(super) async fn fresh(server: &Arc<Server>, settings: Health) -> bool {
    let last = server.health.last_checked();
    if last.is_none_or(|last| last.elapsed() >= settings.interval) {
        check(server, settings).await;
    }
    server.health.is_up()
}

async fn check(server: &Arc<Server>, settings: Health) {
    let was_up = server.health.is_up();
    let answered = time::timeout(settings.timeout, answers(server))
        .await
        .unwrap_or(false);
    server.health.checked(answered);
    if was_up != server.health.is_up() {
        let now = if was_up {
            "does not answer any more"
        } else {
            "answers again"
        };
        crate::notice(&format!("Spark at {} {now}.", server.authority));
    }
}

async fn answers(server: &Arc<Server>) -> bool {
    let Ok((response, _lease)) = server.ask(CHECK, b"").await else {
        return false;
    };
    let (parts, body) = response.into_parts();
    // Whatever the status, it is gRPC's.
    if parts.headers.contains_key("grpc-status") {
        return true;
    }
    body.collect().await.is_ok_and(|body| {
        body.trailers()
            .is_some_and(|trailers| trailers.contains_key("grpc-status"))
            && body.to_bytes() != NOT_SERVING
    })
}
