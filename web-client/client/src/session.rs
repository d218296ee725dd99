//! A session on a server: what PySpark's `SparkSession` is, and the RPCs that belong to no running operation.

use std::{future::Future, sync::Arc};

use spark_connect_proto::connect::{
    self as pb, analyze_plan_request as analyze, config_request::operation::OpType,
    spark_connect_service_client::SparkConnectServiceClient,
};
use tonic::{Response, Status};

use crate::{
    DataFrame,
    connection::ConnectionString,
    error::{Error, ErrorKind, Result},
    execute::{Execution, Output},
    plan, platform,
    request::Requests,
    retry::{Retries, RetryPolicy},
    transport::Transport,
};

pub(crate) type Client = SparkConnectServiceClient<Transport>;

/// A session. Cheap to clone; clones are the same session.
#[derive(Clone)]
pub struct Session {
    inner: Arc<Inner>,
}

struct Inner {
    client: Client,
    requests: Requests,
    retry_policy: RetryPolicy,
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
            }),
        }
    }

    /// The same session, whose calls from here on are repeated as this policy says.
    pub fn with_retry_policy(&self, retry_policy: RetryPolicy) -> Self {
        let Inner { client, requests, .. } = &*self.inner;
        Self {
            inner: Arc::new(Inner {
                client: client.clone(),
                requests: requests.clone(),
                retry_policy,
            }),
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

    /// Runs a plan.
    pub fn execute(&self, plan: pb::Plan) -> Execution {
        Execution::new(self.clone(), plan)
    }

    /// Has the server look at a SQL text, as `SparkSession.sql`: a command has run when this returns, a query runs
    /// when the DataFrame does.
    pub async fn sql(&self, text: &str) -> Result<DataFrame> {
        use futures::StreamExt;
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

    /// The server's version, for example `4.3.0`.
    pub async fn spark_version(&self) -> Result<String> {
        let request = self
            .requests()
            .analyze(analyze::Analyze::SparkVersion(analyze::SparkVersion {}));
        let response = self
            .unary(|mut client| {
                let request = request.clone();
                async move { client.analyze_plan(request).await }
            })
            .await?;
        self.check(&response.session_id, &response.server_side_session_id)?;
        match response.result {
            Some(pb::analyze_plan_response::Result::SparkVersion(version)) => Ok(version.version),
            _ => Err(Error::protocol(
                "the question for its version was answered with something else",
            )),
        }
    }

    /// The schema that a relation would have, without running it, `DataFrame.schema`.
    pub(crate) async fn schema(&self, relation: &pb::Relation) -> Result<pb::data_type::Struct> {
        let plan = Some(plan::root(relation.clone()));
        let request = self
            .requests()
            .analyze(analyze::Analyze::Schema(analyze::Schema { plan }));
        let response = self
            .unary(|mut client| {
                let request = request.clone();
                async move { client.analyze_plan(request).await }
            })
            .await?;
        self.check(&response.session_id, &response.server_side_session_id)?;
        match response.result {
            Some(pb::analyze_plan_response::Result::Schema(pb::analyze_plan_response::Schema {
                schema:
                    Some(pb::DataType {
                        kind: Some(pb::data_type::Kind::Struct(schema)),
                    }),
            })) => Ok(schema),
            _ => Err(Error::protocol(
                "the question for a schema was answered with something else",
            )),
        }
    }

    /// The value of a runtime setting, `spark.conf.get`.
    pub async fn config(&self, key: &str) -> Result<Option<String>> {
        let get = pb::config_request::GetOption {
            keys: vec![key.to_owned()],
        };
        let request = self.requests().config(OpType::GetOption(get));
        let response = self
            .unary(|mut client| {
                let request = request.clone();
                async move { client.config(request).await }
            })
            .await?;
        self.check(&response.session_id, &response.server_side_session_id)?;
        Ok(response
            .pairs
            .into_iter()
            .find(|pair| pair.key == key)
            .and_then(|pair| pair.value))
    }

    /// Interrupts a running operation, `SparkSession.interruptOperation`. Returns the ids of what was interrupted.
    pub async fn interrupt_operation(&self, operation_id: &str) -> Result<Vec<String>> {
        use pb::interrupt_request::{Interrupt, InterruptType};
        let what = Interrupt::OperationId(operation_id.to_owned());
        let request = self.requests().interrupt(InterruptType::OperationId, Some(what));
        let response = self
            .unary(|mut client| {
                let request = request.clone();
                async move { client.interrupt(request).await }
            })
            .await?;
        self.check(&response.session_id, &response.server_side_session_id)?;
        Ok(response.interrupted_ids)
    }

    /// Ends the session on the server: its operations stop, its temporary views and settings are gone.
    pub async fn release(&self) -> Result<()> {
        let request = self.requests().release_session();
        self.unary(|mut client| {
            let request = request.clone();
            async move { client.release_session(request).await }
        })
        .await?;
        Ok(())
    }

    /// Makes a call that may be repeated until it succeeds, as the retry policy says.
    pub(crate) async fn unary<T, F>(&self, mut call: impl FnMut(Client) -> F) -> Result<T>
    where
        F: Future<Output = Result<Response<T>, Status>>,
    {
        let mut retries = Retries::new(self.inner.retry_policy.clone());
        loop {
            let error = match call(self.client()).await {
                Ok(response) => return Ok(response.into_inner()),
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
            if let Ok(details) = self.client().fetch_error_details(request).await {
                error.add_details(details.into_inner());
            }
        }
        error
    }

    /// Verifies that a response is for this session, and that the server has not begun a new one in its place.
    pub(crate) fn check(&self, session_id: &str, server_side_session_id: &str) -> Result<()> {
        if session_id != self.session_id() {
            return Err(Error::protocol(format_args!(
                "a response is for the session {session_id}, not for {}",
                self.session_id()
            )));
        }
        if server_side_session_id.is_empty() {
            return Ok(());
        }
        let observed = self
            .requests()
            .observed()
            .get_or_init(|| server_side_session_id.to_owned());
        if observed != server_side_session_id {
            return Err(Error::new(
                ErrorKind::SessionLost,
                "The server has lost this session and begun a new one; temporary views and settings are gone. \
                 Connect again.",
            ));
        }
        Ok(())
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
