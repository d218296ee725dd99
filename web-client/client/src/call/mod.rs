//! Calls to a server: one way for every unary call, repeated as the retry policy says, checked, its error completed.
//!
//! What a call is about is `request`'s business; what comes of it is `session`'s and `execute`'s.

mod compress;
mod observations;
mod observe;
mod version;

use std::{future::Future, sync::Arc, time::Duration};

use spark_connect_proto::connect::{self as pb, spark_connect_service_client::SparkConnectServiceClient};
use tonic::{Response, Status};

use self::{
    compress::Compression,
    observations::Observations,
    observe::{Observer, Watcher},
    version::ServerVersion,
};
pub use self::{
    observations::Observation,
    observe::{Going, Sent},
};
use crate::{
    connection::ConnectionString,
    error::{Error, ErrorKind, Result, SESSION_LOST},
    platform,
    request::Requests,
    retry::{Retries, RetryPolicy},
    transport::Transport,
};

/// How long most calls may take, as PySpark has it.
const DEADLINE: Duration = Duration::from_secs(10 * 60);
/// How long a call may take for which the server resolves a plan, or for which much is sent.
const LONG_DEADLINE: Duration = Duration::from_secs(60 * 60);
/// How long an error waits for its details.
const DETAILS_DEADLINE: Duration = Duration::from_secs(30);

/// tonic's stub over a transport.
pub(crate) type Client = SparkConnectServiceClient<Transport>;

/// Everything that the calls of a session have in common.
#[derive(Clone)]
pub(crate) struct Caller {
    client: Client,
    requests: Requests,
    retry_policy: RetryPolicy,
    compression: Compression,
    server_version: ServerVersion,
    observer: Option<Arc<Observer>>,
    observations: Observations,
    watcher: Option<Arc<Watcher>>,
}

/// A response that says which session it is for.
pub(crate) trait OfSession {
    /// How long the call may take.
    const DEADLINE: Duration;
    /// The session's id.
    fn session_id(&self) -> &str;
    /// The server's own id of the session, or nothing.
    fn server_side_session_id(&self) -> &str;
}

macro_rules! of_session {
    ($deadline:ident: $($response:ident),*) => {$(
        impl OfSession for pb::$response {
            const DEADLINE: Duration = $deadline;

            fn session_id(&self) -> &str {
                &self.session_id
            }

            fn server_side_session_id(&self) -> &str {
                &self.server_side_session_id
            }
        }
    )*};
}

of_session!(LONG_DEADLINE: AddArtifactsResponse, AnalyzePlanResponse);
of_session!(
    DEADLINE: ArtifactStatusesResponse,
    CloneSessionResponse,
    ConfigResponse,
    ExecutePlanResponse,
    GetStatusResponse,
    InterruptResponse,
    ReleaseExecuteResponse,
    ReleaseSessionResponse
);

impl Caller {
    pub(crate) fn new(
        transport: Transport,
        connection: &ConnectionString,
        requests: Requests,
        retry_policy: RetryPolicy,
    ) -> Self {
        let client = SparkConnectServiceClient::new(transport)
            .max_decoding_message_size(connection.max_message_size)
            .max_encoding_message_size(connection.max_message_size);
        Self {
            client,
            requests,
            retry_policy,
            compression: Compression::default(),
            server_version: ServerVersion::default(),
            observer: None,
            observations: Observations::default(),
            watcher: None,
        }
    }

    /// The same, for another session of the same server.
    pub(crate) fn with_requests(&self, requests: Requests) -> Self {
        Self {
            requests,
            ..self.clone()
        }
    }

    /// The same, whose calls are repeated as this policy says.
    pub(crate) fn with_retry_policy(&self, retry_policy: RetryPolicy) -> Self {
        Self {
            retry_policy,
            ..self.clone()
        }
    }

    pub(crate) fn client(&self) -> Client {
        self.client.clone()
    }

    pub(crate) fn requests(&self) -> &Requests {
        &self.requests
    }

    pub(crate) fn retry_policy(&self) -> &RetryPolicy {
        &self.retry_policy
    }

    /// Makes a call that may be repeated until it succeeds, and checks that the answer is for this session.
    pub(crate) async fn unary<Request, T, F>(
        &self,
        request: Request,
        mut call: impl FnMut(Client, Request) -> F,
    ) -> Result<T>
    where
        Request: Clone,
        T: OfSession,
        F: Future<Output = Result<Response<T>, Status>>,
    {
        let mut retries = Retries::new(self.retry_policy().clone());
        loop {
            // On the heap: tonic's futures are large, and a browser's stack is not.
            let answer = Box::pin(call(self.client(), request.clone()));
            let error = match within_deadline(answer).await {
                Ok(response) => {
                    let response = response.into_inner();
                    self.check(&response)?;
                    return Ok(response);
                }
                Err(status) => Error::from(status),
            };
            let wait = match error.is_retryable() {
                true => retries.next_wait(error.retry_after, platform::random()),
                false => None,
            };
            match wait {
                Some(wait) => platform::sleep(wait).await,
                None => return Err(self.with_details(error).await),
            }
        }
    }

    /// Completes an error with what the server keeps about it. Not repeated: half an error is better than none.
    pub(crate) async fn with_details(&self, mut error: Error) -> Error {
        let error_id = error.spark.as_ref().and_then(|spark| spark.error_id.clone());
        if let Some(error_id) = error_id {
            let request = self.requests().fetch_error_details(error_id);
            let mut client = self.client();
            let answer = Box::pin(client.fetch_error_details(request));
            if let Some(Ok(details)) = platform::timeout(DETAILS_DEADLINE, answer).await {
                error.add_details(details.into_inner());
            }
        }
        error
    }

    /// Verifies that a response is for this session, and that the server has not begun a new one in its place.
    pub(crate) fn check(&self, response: &impl OfSession) -> Result<()> {
        if response.session_id() != self.requests.session_id() {
            return Err(Error::protocol(format_args!(
                "a response is for the session {}, not for {}",
                response.session_id(),
                self.requests.session_id()
            )));
        }
        let server_side = response.server_side_session_id();
        if server_side.is_empty() {
            return Ok(());
        }
        let observed = self.requests().observed().get_or_init(|| server_side.to_owned());
        if observed != server_side {
            return Err(Error::new(ErrorKind::SessionLost, SESSION_LOST));
        }
        Ok(())
    }
}

/// Ends a wait for an answer that does not come.
pub(crate) async fn within_deadline<T: OfSession>(
    call: impl Future<Output = Result<Response<T>, Status>>,
) -> Result<Response<T>, Status> {
    let answer = platform::timeout(T::DEADLINE, call).await;
    answer.unwrap_or_else(|| Err(too_late(T::DEADLINE)))
}

pub(crate) fn too_late(deadline: Duration) -> Status {
    let minutes = deadline.as_secs() / 60;
    Status::deadline_exceeded(format!(
        "The server did not finish its answer within {minutes} minutes. It may hang, or something before it may hold the answer back."
    ))
}
