//! Operations that run for clients of this bridge: which of them have lost their client, and how much each has sent.
//!
//! The only memory the bridge has of what clients do, and kept only when a limit needs it. Another replica does not
//! know it: a client that continues there is gone from here.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use bytes::Bytes;
use http_body_util::BodyExt;
use prost::Message as _;
use spark_connect_proto::connect as proto;
use tokio::time::{sleep, timeout};
use tonic::Status;
use uuid::Uuid;

use super::refusal;
use crate::{
    backend::{Backend, Server},
    config,
    envelope::{Envelope, Method},
    observe::{Call, Metrics},
};

/// Operations that are remembered; beyond that the longest idle one is left to Spark.
const MAX_OPERATIONS: usize = 10_000;
/// Spark forgets an operation that nobody reads after this long (`spark.connect.execute.manager.detachedTimeout`), and
/// so does the bridge if nothing else is set.
const FORGOTTEN: Duration = Duration::from_secs(5 * 60);
const INTERRUPT: &str = "/spark.connect.SparkConnectService/Interrupt";
const INTERRUPT_TIMEOUT: Duration = Duration::from_secs(30);

/// The operations that are known.
#[derive(Debug)]
pub(crate) struct Operations {
    abandoned_after: Option<Duration>,
    bytes_per_result: Option<u64>,
    table: Arc<Mutex<HashMap<Key, Operation>>>,
    metrics: Arc<Metrics>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    backend: String,
    user: String,
    session: String,
    operation: String,
}

struct Operation {
    server: Arc<Server>,
    /// Streams on which it is read.
    streams: usize,
    /// When the last one of them ended.
    idle_since: Instant,
    sent: u64,
}

/// A stream on which an operation is read.
pub(crate) struct Attached {
    operations: Arc<Operations>,
    key: Key,
    call: Arc<Call>,
}

impl Operations {
    pub(super) fn new(settings: &config::Limits, metrics: Arc<Metrics>, before: Option<&Self>) -> Arc<Self> {
        Arc::new(Self {
            abandoned_after: settings.abandoned_after,
            bytes_per_result: settings.bytes_per_result.map(|limit| limit.as_u64()),
            table: before.map(|before| before.table.clone()).unwrap_or_default(),
            metrics,
        })
    }

    /// Notices what a request means for operations. The result lives as long as the answer to one that reads.
    pub(crate) fn notice(
        self: &Arc<Self>,
        backend: &Backend,
        server: &Arc<Server>,
        user: &str,
        envelope: &Envelope,
        call: &Arc<Call>,
    ) -> Result<Option<Attached>, Status> {
        if self.abandoned_after.is_none() && self.bytes_per_result.is_none() {
            return Ok(None);
        }
        let key = Key {
            backend: backend.name.clone(),
            user: user.to_owned(),
            session: envelope.session_id.clone(),
            operation: operation(envelope)?,
        };
        match envelope.method {
            Method::ExecutePlan | Method::ReattachExecute if !key.operation.is_empty() => {
                self.attach(key, server, call).map(Some)
            }
            Method::ReleaseExecute if envelope.releases_all => {
                self.table().remove(&key);
                Ok(None)
            }
            Method::ReleaseSession => {
                let of_session = |other: &Key| {
                    (&other.backend, &other.user, &other.session) == (&key.backend, &key.user, &key.session)
                };
                self.table().retain(|other, _| !of_session(other));
                Ok(None)
            }
            _ => Ok(None),
        }
    }

    fn attach(
        self: &Arc<Self>,
        key: Key,
        server: &Arc<Server>,
        call: &Arc<Call>,
    ) -> Result<Attached, Status> {
        let mut table = self.table();
        if table.len() >= MAX_OPERATIONS && !table.contains_key(&key) {
            make_room(&mut table);
        }
        let operation = table.entry(key.clone()).or_insert_with(|| Operation {
            server: server.clone(),
            streams: 0,
            idle_since: Instant::now(),
            sent: 0,
        });
        if let Some(limit) = self.bytes_per_result
            && operation.sent > limit
        {
            self.metrics.limited("bytes_per_result");
            return Err(too_large(limit));
        }
        operation.streams += 1;
        drop(table);
        Ok(Attached {
            operations: self.clone(),
            key,
            call: call.clone(),
        })
    }

    /// Waits a while; if nobody reads the operation until then, it is interrupted.
    async fn abandon(self: Arc<Self>, key: Key, idle_since: Instant, call: Arc<Call>) {
        sleep(self.abandoned_after.unwrap_or(FORGOTTEN)).await;
        let operation = {
            let mut table = self.table();
            match table.get(&key) {
                Some(operation) if operation.streams == 0 && operation.idle_since == idle_since => {
                    table.remove(&key)
                }
                _ => None,
            }
        };
        if let (Some(operation), Some(time)) = (operation, self.abandoned_after) {
            let reason = format!(
                "its client has been gone for {}",
                humantime::format_duration(time)
            );
            self.interrupt(&key, &operation.server, &call, &reason).await;
        }
    }

    async fn interrupt(&self, key: &Key, server: &Arc<Server>, call: &Call, reason: &str) {
        let request = proto::InterruptRequest {
            session_id: key.session.clone(),
            user_context: Some(proto::UserContext {
                user_id: key.user.clone(),
                ..Default::default()
            }),
            interrupt_type: proto::interrupt_request::InterruptType::OperationId.into(),
            interrupt: Some(proto::interrupt_request::Interrupt::OperationId(
                key.operation.clone(),
            )),
            ..Default::default()
        };
        let interrupted = timeout(INTERRUPT_TIMEOUT, ask(server, request.encode_to_vec().into())).await;
        match interrupted {
            // It had ended, and only its client never said that it knows.
            Ok(Ok(false)) => {}
            Ok(Ok(true)) => {
                self.metrics.interrupted(&key.backend);
                call.is_interrupted(&key.backend, &key.user, &key.session, &key.operation, reason);
            }
            Ok(Err(error)) => crate::notice(&format!("An operation could not be interrupted: {error}.")),
            Err(_) => crate::notice("An operation could not be interrupted: Spark does not answer."),
        }
    }

    fn table(&self) -> MutexGuard<'_, HashMap<Key, Operation>> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Attached {
    /// Counts bytes of the result. An error ends the stream, and the operation is interrupted.
    pub(crate) fn sends(&self, bytes: usize) -> Result<(), Status> {
        let Some(limit) = self.operations.bytes_per_result else {
            return Ok(());
        };
        let mut table = self.operations.table();
        let Some(operation) = table.get_mut(&self.key) else {
            return Ok(());
        };
        operation.sent = operation.sent.saturating_add(bytes as u64);
        if operation.sent <= limit {
            return Ok(());
        }
        let server = operation.server.clone();
        drop(table);
        self.operations.metrics.limited("bytes_per_result");
        let (operations, key, call) = (self.operations.clone(), self.key.clone(), self.call.clone());
        tokio::spawn(async move {
            operations
                .interrupt(&key, &server, &call, "its result is larger than allowed")
                .await;
        });
        Err(too_large(limit))
    }
}

impl Drop for Attached {
    fn drop(&mut self) {
        let now = Instant::now();
        let mut table = self.operations.table();
        let Some(operation) = table.get_mut(&self.key) else {
            return;
        };
        operation.streams = operation.streams.saturating_sub(1);
        operation.idle_since = now;
        let is_idle = operation.streams == 0;
        drop(table);
        // Without a runtime the bridge has ended.
        if is_idle && let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let operations = self.operations.clone();
            runtime.spawn(operations.abandon(self.key.clone(), now, self.call.clone()));
        }
    }
}

/// An operation's name as Spark keeps it: Spark takes a UUID in any way that Java reads, and writes it in lower case.
fn operation(envelope: &Envelope) -> Result<String, Status> {
    let id = envelope.operation_id.as_deref().unwrap_or_default();
    // With hyphens, as Java wants them.
    let uuid = Uuid::try_parse(id).ok().filter(|_| id.len() == 36);
    match uuid {
        Some(uuid) => Ok(uuid.to_string()),
        // Anything else that Spark would run would escape from its limits.
        None if envelope.method == Method::ExecutePlan => Err(Status::invalid_argument(
            "The operation_id of a query must be a UUID of 36 characters. Leave it out to be given one.",
        )),
        None => Ok(id.to_owned()),
    }
}

/// Asks Spark to interrupt; whether there was something to interrupt.
async fn ask(server: &Arc<Server>, request: Bytes) -> Result<bool, String> {
    let (response, _lease) = server
        .ask(INTERRUPT, &request)
        .await
        .map_err(|status| status.message().to_owned())?;
    let answer = response
        .into_body()
        .collect()
        .await
        .map_err(|error| error.to_string())?
        .to_bytes();
    // A status without a message: the session is gone, and its operations with it.
    let Some(message) = answer.get(5..) else {
        return Ok(false);
    };
    proto::InterruptResponse::decode(message)
        .map(|response| !response.interrupted_ids.is_empty())
        .map_err(|error| error.to_string())
}

fn too_large(limit: u64) -> Status {
    refusal(
        format!(
            "The result is larger than {}, which is all this bridge passes on. Ask for less, or write it to a table.",
            bytesize::ByteSize(limit)
        ),
        None,
    )
}

/// Forgets the longest idle tenth.
fn make_room(table: &mut HashMap<Key, Operation>) {
    let mut idle: Vec<Instant> = table.values().map(|operation| operation.idle_since).collect();
    let (_, kept, _) = idle.select_nth_unstable(table.len() / 10);
    let kept = *kept;
    table.retain(|_, operation| operation.streams > 0 || operation.idle_since > kept);
}

impl fmt::Debug for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Operation")
            .field("streams", &self.streams)
            .field("sent", &self.sent)
            .finish_non_exhaustive()
    }
}
