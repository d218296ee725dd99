//! A session on a server: what PySpark's `SparkSession` is.
//!
//! Running plans is `execute`'s work, building them `plan`'s.

mod analyze;
mod artifacts;
mod call;
mod compress;
mod config;
mod local;
mod observe;
mod operations;

use std::sync::Arc;

use futures::StreamExt;
use spark_connect_proto::connect::{self as pb, spark_connect_service_client::SparkConnectServiceClient};

pub use self::{analyze::ExplainMode, artifacts::Artifact, config::RuntimeConfig, observe::Sent};
use self::{compress::Compression, observe::Observer};
use crate::{
    DataFrame,
    connection::ConnectionString,
    error::{Error, Result},
    execute::{Execution, Output},
    plan,
    request::Requests,
    retry::RetryPolicy,
    transport::Transport,
};

pub(crate) type Client = SparkConnectServiceClient<Transport>;

/// A session. Cheap to clone; clones are the same session.
#[derive(Clone)]
pub struct Session {
    inner: Arc<Inner>,
}

#[derive(Clone)]
struct Inner {
    client: Client,
    requests: Requests,
    retry_policy: RetryPolicy,
    compression: Compression,
    observer: Option<Arc<Observer>>,
}

impl Session {
    /// Opens a session. The server hears of it with the first request.
    pub fn connect(connection: &ConnectionString) -> Result<Self> {
        Ok(Self::new(
            Transport::connect(connection)?,
            connection,
            RetryPolicy::default(),
        ))
    }

    /// Opens a session over a transport, with the user, the session id and the limits of a connection string.
    pub fn new(transport: Transport, connection: &ConnectionString, retry_policy: RetryPolicy) -> Self {
        let client = SparkConnectServiceClient::new(transport)
            .max_decoding_message_size(connection.max_message_size)
            .max_encoding_message_size(connection.max_message_size);
        let session_id = connection.session_id.unwrap_or_else(uuid::Uuid::new_v4);
        let user_id = connection.user_id.clone().unwrap_or_else(default_user);
        let requests = Requests::new(session_id.to_string(), user_id, client_type(connection));
        Self {
            inner: Arc::new(Inner {
                client,
                requests,
                retry_policy,
                compression: Compression::default(),
                observer: None,
            }),
        }
    }

    /// The same session, whose calls from here on are repeated as this policy says.
    pub fn with_retry_policy(&self, retry_policy: RetryPolicy) -> Self {
        self.with(|inner| inner.retry_policy = retry_policy)
    }

    fn with_requests(&self, requests: Requests) -> Self {
        self.with(|inner| inner.requests = requests)
    }

    /// The same session, changed for the calls from here on.
    fn with(&self, change: impl FnOnce(&mut Inner)) -> Self {
        let mut inner = (*self.inner).clone();
        change(&mut inner);
        Self {
            inner: Arc::new(inner),
        }
    }

    /// The session's id on the server.
    pub fn session_id(&self) -> &str {
        self.inner.requests.session_id()
    }

    pub(crate) fn client(&self) -> Client {
        self.inner.client.clone()
    }

    pub(crate) fn requests(&self) -> &Requests {
        &self.inner.requests
    }

    pub(crate) fn retry_policy(&self) -> &RetryPolicy {
        &self.inner.retry_policy
    }

    fn compression(&self) -> &Compression {
        &self.inner.compression
    }

    /// Runs a plan.
    pub fn execute(&self, plan: pb::Plan) -> Execution {
        Execution::new(self.clone(), plan)
    }

    /// Has the server look at a SQL text, as `SparkSession.sql`: a command has run when this returns, a query runs
    /// when the DataFrame does.
    pub async fn sql(&self, text: &str) -> Result<DataFrame> {
        let mut execution = self.execute(plan::sql_command(text));
        let mut result = None;
        while let Some(output) = execution.next().await {
            if let Output::Sql(relation) = output? {
                result = Some(*relation);
            }
        }
        let relation = result.ok_or_else(|| Error::protocol("a SQL command has no result"))?;
        Ok(DataFrame::new(self.clone(), relation))
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session")
            .field("session_id", &self.session_id())
            .finish_non_exhaustive()
    }
}

fn default_user() -> String {
    #[cfg(not(target_arch = "wasm32"))]
    if let Ok(user) = std::env::var("SPARK_USER").or_else(|_| std::env::var("USER")) {
        return user;
    }
    "anonymous".to_owned()
}

fn client_type(connection: &ConnectionString) -> String {
    let ours = concat!("spark-connect-web/", env!("CARGO_PKG_VERSION"));
    let platform = if cfg!(target_arch = "wasm32") {
        "wasm"
    } else {
        std::env::consts::OS
    };
    match &connection.user_agent {
        Some(agent) => format!("{agent} {ours} rust {platform}"),
        None => format!("{ours} rust {platform}"),
    }
}
