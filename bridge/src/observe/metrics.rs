//! Numbers for Prometheus: per backend, method and status, never per user, session or SQL text, so that there are
//! only so many of them.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{
            AtomicBool, AtomicU64,
            Ordering::{self, Relaxed},
        },
    },
    time::{Duration, Instant},
};

use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::{Registry, Unit},
};
use tonic::Code;

use super::call::Ended;

/// A reader who takes nothing for this long has stalled. Less is a slow network.
const STALL: Duration = Duration::from_secs(1);
/// Seconds.
const BUCKETS: [f64; 13] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0, 120.0,
];

/// Which method of which backend; both are of the bridge's own lists, or empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Of {
    backend: String,
    method: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfEnded {
    backend: String,
    method: &'static str,
    /// gRPC's name of the status, or how the call ended without one.
    code: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfServer {
    backend: String,
    server: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfBackend {
    backend: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfLimit {
    limit: &'static str,
}

type Seconds = Counter<f64, AtomicU64>;

/// All numbers; they count on when settings change.
#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<OfEnded, Counter>,
    open: Family<Of, Gauge>,
    received: Family<Of, Counter>,
    sent: Family<Of, Counter>,
    first_byte: Family<Of, Histogram>,
    duration: Family<Of, Histogram>,
    stalls: Family<Of, Counter>,
    stalled_time: Family<Of, Seconds>,
    stalled: Gauge,
    unavailable: Family<OfServer, Counter>,
    limited: Family<OfLimit, Counter>,
    interrupted: Family<OfBackend, Counter>,
    lost_lines: Counter,
    readers: Mutex<HashMap<u64, Arc<Reader>>>,
    next_reader: AtomicU64,
}

/// Whether the reader of an answer takes what is offered.
#[derive(Debug)]
struct Reader {
    began: Instant,
    /// Since when it was offered something and took nothing, microseconds after `began`; 0 while nothing is offered.
    offered: AtomicU64,
}

/// The numbers of one call while it is open.
#[derive(Debug)]
pub(super) struct Open {
    metrics: Arc<Metrics>,
    of: Of,
    received: Counter,
    sent: Counter,
    id: u64,
    reader: Arc<Reader>,
    closed: AtomicBool,
}

impl Default for Metrics {
    fn default() -> Self {
        let histogram: fn() -> Histogram = || Histogram::new(BUCKETS);
        let mut metrics = Self {
            registry: Registry::with_prefix("spark_connect_bridge"),
            requests: Family::default(),
            open: Family::default(),
            received: Family::default(),
            sent: Family::default(),
            first_byte: Family::new_with_constructor(histogram),
            duration: Family::new_with_constructor(histogram),
            stalls: Family::default(),
            stalled_time: Family::default(),
            stalled: Gauge::default(),
            unavailable: Family::default(),
            limited: Family::default(),
            interrupted: Family::default(),
            lost_lines: Counter::default(),
            readers: Mutex::default(),
            next_reader: AtomicU64::new(0),
        };
        metrics.register();
        metrics
    }
}

impl Metrics {
    fn register(&mut self) {
        let registry = &mut self.registry;
        registry.register("requests", "Requests that ended", self.requests.clone());
        registry.register(
            "open_requests",
            "Requests whose answers are not through",
            self.open.clone(),
        );
        registry.register_with_unit(
            "received",
            "Bytes of requests' bodies",
            Unit::Bytes,
            self.received.clone(),
        );
        registry.register_with_unit("sent", "Bytes of answers' bodies", Unit::Bytes, self.sent.clone());
        registry.register_with_unit(
            "first_byte",
            "From a request's head to the first byte of its answer's body",
            Unit::Seconds,
            self.first_byte.clone(),
        );
        registry.register_with_unit(
            "duration",
            "From a request's head to the end of its answer",
            Unit::Seconds,
            self.duration.clone(),
        );
        registry.register(
            "stalls",
            "Pauses of more than a second of readers that were offered something",
            self.stalls.clone(),
        );
        registry.register_with_unit(
            "stalled",
            "How long those pauses were together",
            Unit::Seconds,
            self.stalled_time.clone(),
        );
        registry.register(
            "stalled_streams",
            "Readers that have paused for more than a second",
            self.stalled.clone(),
        );
        registry.register(
            "upstream_errors",
            "Calls that failed because a server of Spark was not reached or broke off",
            self.unavailable.clone(),
        );
        registry.register("limited", "Calls refused or cut by a limit", self.limited.clone());
        registry.register(
            "interrupted",
            "Operations interrupted because their client was gone, or their result too large",
            self.interrupted.clone(),
        );
        registry.register(
            "lost_log_lines",
            "Lines that a log had no room for",
            self.lost_lines.clone(),
        );
    }

    /// Everything, as Prometheus reads it.
    pub(crate) fn text(&self) -> String {
        let stalled = self
            .readers()
            .values()
            .filter(|reader| reader.waits() > STALL)
            .count();
        self.stalled.set(i64::try_from(stalled).unwrap_or(i64::MAX));
        let mut text = String::new();
        // Writing to a string does not fail.
        let _ = encode(&mut text, &self.registry);
        text
    }

    pub(super) fn opens(self: &Arc<Self>, began: Instant, backend: &str, method: &'static str) -> Open {
        let of = Of {
            backend: backend.to_owned(),
            method,
        };
        self.open.get_or_create(&of).inc();
        let id = self.next_reader.fetch_add(1, Relaxed);
        let reader = Arc::new(Reader {
            began,
            offered: AtomicU64::new(0),
        });
        self.readers().insert(id, reader.clone());
        Open {
            metrics: self.clone(),
            received: self.received.get_or_create(&of).clone(),
            sent: self.sent.get_or_create(&of).clone(),
            of,
            id,
            reader,
            closed: AtomicBool::new(false),
        }
    }

    pub(super) fn ended(&self, ended: &Ended<'_>) {
        let facts = &ended.facts;
        let of = Of {
            backend: facts.backend.clone().unwrap_or_default(),
            method: facts.method.map_or("", |method| method.name()),
        };
        self.duration
            .get_or_create(&of)
            .observe(ended.duration.as_secs_f64());
        if let Some(first_byte) = ended.first_byte {
            self.first_byte
                .get_or_create(&of)
                .observe(first_byte.as_secs_f64());
        }
        let outcome = ended.outcome();
        if outcome == "unavailable" {
            let server = OfServer {
                backend: of.backend.clone(),
                server: facts.server.clone().unwrap_or_default(),
            };
            self.unavailable.get_or_create(&server).inc();
        }
        let code = match (outcome, facts.grpc_status) {
            ("cancelled" | "broken", _) => outcome,
            (_, Some(code)) => name(code),
            (_, None) => outcome,
        };
        let Of { backend, method } = of;
        self.requests
            .get_or_create(&OfEnded {
                backend,
                method,
                code,
            })
            .inc();
    }

    /// A limit was met: its name.
    pub(crate) fn limited(&self, limit: &'static str) {
        self.limited.get_or_create(&OfLimit { limit }).inc();
    }

    /// An operation was interrupted by the bridge.
    pub(crate) fn interrupted(&self, backend: &str) {
        let backend = backend.to_owned();
        self.interrupted.get_or_create(&OfBackend { backend }).inc();
    }

    pub(super) fn lost_line(&self) {
        self.lost_lines.inc();
    }

    fn readers(&self) -> MutexGuard<'_, HashMap<u64, Arc<Reader>>> {
        self.readers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reader {
    fn waits(&self) -> Duration {
        match self.offered.load(Ordering::Relaxed) {
            0 => Duration::ZERO,
            offered => self
                .began
                .elapsed()
                .saturating_sub(Duration::from_micros(offered)),
        }
    }
}

impl Open {
    pub(super) fn received(&self, bytes: usize) {
        self.received.inc_by(bytes as u64);
    }

    /// A piece of the answer was handed over. Who takes it asks for the next one.
    pub(super) fn offers(&self, bytes: usize) {
        self.sent.inc_by(bytes as u64);
        let now = u64::try_from(self.reader.began.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.reader.offered.store(now.max(1), Relaxed);
    }

    /// The next piece is asked for, or nobody asks any more.
    pub(super) fn is_taken(&self) {
        let waited = self.reader.waits();
        if waited > STALL {
            self.metrics.stalls.get_or_create(&self.of).inc();
            self.metrics
                .stalled_time
                .get_or_create(&self.of)
                .inc_by(waited.as_secs_f64());
        }
        self.reader.offered.store(0, Relaxed);
    }
}

impl Open {
    /// The call is over, though something may still hold it.
    pub(super) fn close(&self) {
        if self.closed.swap(true, Relaxed) {
            return;
        }
        self.is_taken();
        self.metrics.readers().remove(&self.id);
        self.metrics.open.get_or_create(&self.of).dec();
    }
}

/// As the protocol writes it.
fn name(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}
