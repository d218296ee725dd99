//! A session on a server: what PySpark's `SparkSession` is.
//!
//! Running plans is `execute`'s work, building them `plan`'s.

mod analyze;
mod artifacts;
mod commands;
mod config;
mod local;
mod operations;

use std::sync::Arc;

use futures::StreamExt;
use spark_connect_proto::connect as pb;

pub use self::{analyze::ExplainMode, artifacts::Artifact, commands::Checkpoint, config::RuntimeConfig};
use crate::{
    DataFrame,
    call::{Caller, Going, Sent},
    connection::ConnectionString,
    error::{Error, Result},
    execute::{Execution, Output},
    plan,
    request::Requests,
    result::Form,
    retry::RetryPolicy,
    transport::Transport,
};

/// A session. Cheap to clone; clones are the same session.
#[derive(Clone)]
pub struct Session {
    caller: Arc<Caller>,
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
        let session_id = connection.session_id.unwrap_or_else(uuid::Uuid::new_v4);
        let user_id = connection.user_id.clone().unwrap_or_else(default_user);
        let requests = Requests::new(session_id.to_string(), user_id, client_type(connection));
        Self::of(Caller::new(transport, connection, requests, retry_policy))
    }

    fn of(caller: Caller) -> Self {
        Self {
            caller: Arc::new(caller),
        }
    }

    /// The same session, whose calls from here on are repeated as this policy says.
    pub fn with_retry_policy(&self, retry_policy: RetryPolicy) -> Self {
        Self::of(self.caller.with_retry_policy(retry_policy))
    }

    /// The same session, which from here on tells the observer of every plan that it runs and every question that it
    /// asks about one. The observer is called in the middle of sending: it must not take long.
    pub fn with_observer(&self, observer: impl Fn(Sent<'_>) + Send + Sync + 'static) -> Self {
        Self::of(self.caller.with_observer(observer))
    }

    /// The same session, which from here on tells the watcher how the operations that it runs go on, each with its
    /// id. The watcher is called before the one who runs the operation hears of it.
    pub fn with_watcher(&self, watcher: impl Fn(&str, Going<'_>) + Send + Sync + 'static) -> Self {
        Self::of(self.caller.with_watcher(watcher))
    }

    /// The session's id on the server, `SparkSession.session_id`.
    pub fn session_id(&self) -> &str {
        self.caller.requests().session_id()
    }

    /// The number that the first relation of a message gets, with room for as many as a message may hold.
    pub(crate) fn first_plan(&self) -> i64 {
        self.caller.requests().first_plan()
    }

    /// Runs a plan.
    pub fn execute(&self, plan: pb::Plan) -> Execution {
        Execution::new(self.caller.clone(), plan, Form::Batches)
    }

    /// Runs a plan whose rows are handed on as they are: they come as [`Output::Ipc`].
    pub fn execute_ipc(&self, plan: pb::Plan) -> Execution {
        Execution::new(self.caller.clone(), plan, Form::Ipc)
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
    // Nobody is claimed to be anyone: a bridge that knows better says who it is.
    String::new()
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

#[cfg(test)]
mod tests {
    use std::{
        sync::{
            Arc, Mutex,
            atomic::{AtomicUsize, Ordering},
        },
        time::Duration,
    };

    use http::Request;
    use tonic::{Status, body::Body};

    use super::*;

    /// A session whose requests are counted and never arrive.
    fn session(requests: &Arc<AtomicUsize>) -> Session {
        let requests = requests.clone();
        let service = tower::service_fn(move |request: Request<Body>| {
            if !request.uri().path().ends_with("ReleaseExecute") {
                requests.fetch_add(1, Ordering::Relaxed);
            }
            async { Err(Status::unavailable("nobody is there")) }
        });
        let connection = ConnectionString::parse("sc://localhost").unwrap();
        let policy = RetryPolicy {
            max_retries: 2,
            initial_backoff: Duration::ZERO,
            ..RetryPolicy::default()
        };
        Session::new(Transport::from_service(service), &connection, policy)
    }

    #[tokio::test]
    async fn everything_is_told_once_however_often_it_is_sent() {
        let (requests, told) = (Arc::default(), Arc::new(Mutex::new(Vec::new())));
        let seen = told.clone();
        let session = session(&requests).with_observer(move |sent| {
            let text = match sent {
                Sent::Plan(plan) => format!("{plan:?}"),
                Sent::Analyze(request) => format!("{:?}", request.analyze),
            };
            seen.lock().unwrap().push(text);
        });
        let plan = plan::root(plan::sql("SELECT 1"));

        drop(session.execute(plan.clone()));
        assert_eq!(told.lock().unwrap().len(), 0, "nothing was sent");

        session.execute(plan.clone()).collect().await.unwrap_err();
        assert_eq!(requests.swap(0, Ordering::Relaxed), 3);
        assert_eq!(std::mem::take(&mut *told.lock().unwrap()), [format!("{plan:?}")]);

        session.spark_version().await.unwrap_err();
        assert_eq!(requests.swap(0, Ordering::Relaxed), 3);
        assert_eq!(
            std::mem::take(&mut *told.lock().unwrap()),
            ["Some(SparkVersion(SparkVersion))"]
        );

        session.conf().get("spark.app.name").await.unwrap_err();
        assert_eq!(
            told.lock().unwrap().len(),
            0,
            "neither a plan nor a question about one"
        );
    }
}
