//! One request while it lasts: what is found out about it on the way, and what is told of it at its end.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant, SystemTime},
};

use axum::extract::Request;
use http::{Extensions, HeaderMap, StatusCode, Version};
use tonic::{Code, Status};

use super::{Observer, audit::Statement, metrics::Open, trace::TraceContext, traces::CallSpan};
use crate::{
    envelope::{Envelope, Method},
    identity::{Identity, Peer},
};

/// Longest path that is written down, bytes.
const MAX_PATH: usize = 256;

/// One request, from its head to the end of its answer.
#[derive(Debug)]
pub(crate) struct Call {
    pub(super) observer: Arc<Observer>,
    pub(super) time: SystemTime,
    pub(super) http_method: http::Method,
    /// Without the query, which may hold secrets.
    pub(super) path: String,
    pub(super) version: Version,
    pub(super) client: Option<SocketAddr>,
    trace: Option<TraceContext>,
    began: Instant,
    first_byte: OnceLock<Duration>,
    received: AtomicU64,
    sent: AtomicU64,
    facts: Mutex<Facts>,
    /// From when it is known what is called.
    open: OnceLock<Open>,
    span: OnceLock<CallSpan>,
}

/// What is found out on the way.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    pub(super) backend: Option<String>,
    pub(super) server: Option<String>,
    pub(super) method: Option<Method>,
    /// Who the bridge knows it is.
    pub(super) user: Option<String>,
    pub(super) session: Option<String>,
    pub(super) operation: Option<String>,
    pub(super) http_status: Option<StatusCode>,
    pub(super) grpc_status: Option<Code>,
    /// That the answer's batches say they have.
    pub(super) rows: Option<u64>,
    /// Why the bridge itself refused it.
    pub(super) refusal: Option<String>,
    pub(super) ending: Option<Ending>,
    /// What the audit log has told of it, if it is to tell how that ended.
    pub(super) statement: Option<Statement>,
}

/// How an answer ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// It is through.
    Complete,
    /// It could not be told to its end.
    Broken,
}

/// An extension of answers that the bridge gives in place of Spark: why.
#[derive(Clone, Debug)]
pub(crate) struct Refused(pub(crate) String);

impl Call {
    pub(super) fn begin(observer: Arc<Observer>, request: &Request) -> Arc<Self> {
        let path = request.uri().path();
        let end = path.floor_char_boundary(MAX_PATH);
        Arc::new(Self {
            observer,
            time: SystemTime::now(),
            http_method: request.method().clone(),
            path: path[..end].to_owned(),
            version: request.version(),
            client: request.extensions().get::<Peer>().map(|peer| peer.0),
            trace: TraceContext::of(request.headers()),
            began: Instant::now(),
            first_byte: OnceLock::new(),
            received: AtomicU64::new(0),
            sent: AtomicU64::new(0),
            facts: Mutex::default(),
            open: OnceLock::new(),
            span: OnceLock::new(),
        })
    }

    /// Which method of which backend is called.
    pub(crate) fn is_for(&self, backend: &str, method: Method) {
        let mut facts = self.facts();
        facts.backend = Some(backend.to_owned());
        facts.method = Some(method);
        drop(facts);
        self.open
            .get_or_init(|| self.observer.metrics.opens(self.began, backend, method.name()));
        if let Some(traces) = &self.observer.traces {
            self.span
                .get_or_init(|| traces.begin(method, self.time, self.trace.as_ref()));
        }
    }

    /// The trace it belongs to, or begins.
    pub(super) fn trace_id(&self) -> Option<String> {
        let given = self.trace.as_ref().map(|trace| trace.trace_id.clone());
        given.or_else(|| self.span().map(CallSpan::trace_id))
    }

    /// Its span, if there is one.
    pub(super) fn span(&self) -> Option<&CallSpan> {
        self.span.get()
    }

    /// Tells Spark which span it works for. Without one of the bridge's own the client's header passes as it is.
    pub(crate) fn joins_trace(&self, headers: &mut HeaderMap) {
        if let Some(header) = self.span().and_then(CallSpan::header) {
            headers.insert("traceparent", header);
        }
    }

    /// Who calls, now that it is known.
    pub(crate) fn comes_from(&self, identity: Option<&Identity>) {
        self.facts().user = identity.map(|identity| identity.user.clone());
    }

    /// What its first message is about. The audit log is told what is about to happen at Spark in `user`'s name, or,
    /// with `refused`, what is not.
    pub(crate) fn is_about(&self, envelope: &Envelope, user: &str, refused: Option<&Status>) {
        let some = |text: &String| (!text.is_empty()).then(|| text.clone());
        let mut facts = self.facts();
        facts.session = some(&envelope.session_id);
        facts.operation = envelope.operation_id.as_ref().and_then(some);
        drop(facts);
        if let Some(audit) = &self.observer.audit
            && let Some(statement) = audit.statement(envelope, user)
        {
            audit.begins(self, &statement, refused);
            if refused.is_none() {
                self.facts().statement = Some(statement);
            }
        }
    }

    /// The operation was interrupted after the call, without its client.
    pub(crate) fn is_interrupted(
        &self,
        backend: &str,
        user: &str,
        session: &str,
        operation: &str,
        reason: &str,
    ) {
        if let Some(audit) = &self.observer.audit {
            audit.interrupts(
                self,
                backend,
                Statement::interrupt(user, session, operation),
                reason,
            );
        }
    }

    /// Which server it goes to.
    pub(crate) fn goes_to(&self, server: &str) {
        self.facts().server = Some(server.to_owned());
    }

    /// The bridge itself gives the answer, for this reason.
    pub(crate) fn is_refused(&self, status: &Status) {
        let mut facts = self.facts();
        facts.grpc_status = Some(status.code());
        facts.refusal = Some(status.message().to_owned());
    }

    /// The status that Spark gave in headers or trailers.
    pub(crate) fn has_status(&self, fields: &HeaderMap) {
        if let Some(code) = fields.get(Status::GRPC_STATUS) {
            self.facts().grpc_status = Some(Code::from_bytes(code.as_bytes()));
        }
    }

    /// Whether someone wants to know the rows of the answer.
    pub(crate) fn counts_rows(&self) -> bool {
        let facts = self.facts();
        facts.statement.is_some()
            && matches!(facts.method, Some(Method::ExecutePlan | Method::ReattachExecute))
    }

    /// The rows of the answer so far; none if they cannot be counted.
    pub(crate) fn has_rows(&self, rows: Option<u64>) {
        self.facts().rows = rows;
    }

    pub(super) fn received(&self, bytes: usize) {
        self.received.fetch_add(bytes as u64, Relaxed);
        if let Some(open) = self.open.get() {
            open.received(bytes);
        }
    }

    pub(super) fn sent(&self, bytes: usize) {
        self.sent.fetch_add(bytes as u64, Relaxed);
        self.first_byte.get_or_init(|| self.began.elapsed());
        if let Some(open) = self.open.get() {
            open.offers(bytes);
        }
    }

    /// Whoever reads the answer asks for more.
    pub(super) fn is_read_on(&self) {
        if let Some(open) = self.open.get() {
            open.is_taken();
        }
    }

    pub(super) fn answered(&self, status: StatusCode, headers: &HeaderMap, extensions: &Extensions) {
        let refused = extensions.get::<Refused>();
        let mut facts = self.facts();
        facts.http_status = Some(status);
        if let Some(Refused(sentence)) = refused {
            facts.refusal = Some(sentence.clone());
        }
        drop(facts);
        self.has_status(headers);
    }

    pub(super) fn ended(&self, ending: Ending) {
        self.facts().ending.get_or_insert(ending);
    }

    /// The answer is gone, wherever it went.
    pub(super) fn end(&self) {
        if let Some(open) = self.open.get() {
            open.close();
        }
        self.observer.ended(&Ended {
            call: self,
            facts: self.facts().clone(),
            duration: self.began.elapsed(),
            first_byte: self.first_byte.get().copied(),
            received: self.received.load(Relaxed),
            sent: self.sent.load(Relaxed),
        });
    }

    pub(super) fn facts(&self) -> MutexGuard<'_, Facts> {
        self.facts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request that is over.
pub(super) struct Ended<'a> {
    pub(super) call: &'a Call,
    pub(super) facts: Facts,
    pub(super) duration: Duration,
    /// From the head of the request to the first byte of the answer's body.
    pub(super) first_byte: Option<Duration>,
    /// Bytes of the request's body, as they came.
    pub(super) received: u64,
    /// Bytes of the answer's body that were handed to the client's connection.
    pub(super) sent: u64,
}

impl Ended<'_> {
    /// How it ended, in a word: `ok`; `error`, with another status of Spark's than zero; `refused` by the bridge;
    /// `unavailable`, when Spark is; `late`, when the client's deadline passed; `cancelled`, when the client left; `broken`, when Spark left inside a message.
    pub(super) fn outcome(&self) -> &'static str {
        match (self.facts.ending, self.facts.grpc_status) {
            (_, Some(Code::Unavailable)) if self.facts.refusal.is_some() => "unavailable",
            (_, Some(Code::DeadlineExceeded)) if self.facts.refusal.is_some() => "late",
            _ if self.facts.refusal.is_some() => "refused",
            (None, _) => "cancelled",
            (Some(Ending::Broken), _) => "broken",
            (Some(Ending::Complete), Some(code)) if code != Code::Ok => "error",
            (Some(Ending::Complete), _) => "ok",
        }
    }
}
