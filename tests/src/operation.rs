//! Whether an operation goes on, by two witnesses: Spark's word on it, and a heart that its tasks let beat.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use spark_connect_client::{
    ConnectionString, Session, Transport,
    proto::{
        GetStatusRequest, UserContext, get_status_request::OperationStatusRequest,
        get_status_response::operation_status::OperationState,
        spark_connect_service_client::SparkConnectServiceClient,
    },
};
use tonic::Code;
use uuid::Uuid;

use crate::{environment, oracle, route::Route};

/// A query that runs for hours, sends no row, and leaves a trace in the server's JVM as long as its tasks run.
#[derive(Clone, Debug)]
pub struct Heart {
    key: String,
}

impl Heart {
    /// One that nobody else has.
    pub fn new() -> Self {
        Self {
            key: format!("e2e.heart.{}", Uuid::new_v4()),
        }
    }

    /// The query. One task, which sleeps most of the time.
    pub fn query(&self) -> String {
        format!(
            "SELECT id FROM (SELECT id, java_method('java.lang.Thread', 'sleep', 5L) AS slept, \
             java_method('java.lang.System', 'setProperty', '{}', cast(id AS STRING)) AS before \
             FROM range(0, 10000000, 1, 1)) WHERE before = 'never' OR slept = 'never'",
            self.key
        )
    }

    /// Waits until it beats.
    pub async fn beats(&self, witness: &Session) -> Result<()> {
        let begin = Instant::now();
        let first = self.pulse(witness).await?;
        while begin.elapsed() < Duration::from_secs(60) {
            tokio::time::sleep(Duration::from_millis(50)).await;
            if self.pulse(witness).await? != first {
                return Ok(());
            }
        }
        bail!("the tasks of the query do not run")
    }

    /// Waits until it stands still, and says how long that took at most.
    pub async fn stops(&self, witness: &Session) -> Result<Duration> {
        let begin = Instant::now();
        let mut last = self.pulse(witness).await?;
        ensure!(!last.starts_with("${"), "it has never beaten");
        let mut since = begin.elapsed();
        // Once would do, if a busy machine did not let a task wait.
        let mut still = 0;
        while still < 2 {
            let asked = begin.elapsed();
            tokio::time::sleep(Duration::from_millis(700)).await;
            let now = self.pulse(witness).await?;
            if now == last {
                still += 1;
                continue;
            }
            ensure!(
                asked < Duration::from_secs(20),
                "the tasks of the query still run after {asked:?}"
            );
            (last, since, still) = (now, begin.elapsed(), 0);
        }
        Ok(since)
    }

    /// Read by the parser, so that it needs no task: other queries may have taken all the places for tasks.
    async fn pulse(&self, witness: &Session) -> Result<String> {
        oracle::value(witness, &format!("VALUES ('${{system:{}}}')", self.key)).await
    }
}

impl Default for Heart {
    fn default() -> Self {
        Self::new()
    }
}

/// The first version of Spark that tells the state of an operation.
pub const STATES: (u32, u32) = (4, 2);

/// Waits until Spark says of an operation that it does not run any more, and says how it ended; none from a version that
/// tells nothing.
pub async fn end(
    route: Route,
    session: &ConnectionString,
    operation: &str,
) -> Result<Option<OperationState>> {
    let begin = Instant::now();
    loop {
        let state = state(route.transport(session)?, session, operation).await?;
        let running = matches!(state, Some(OperationState::Running | OperationState::Terminating));
        if !running {
            return Ok(state);
        }
        ensure!(
            begin.elapsed() < Duration::from_secs(20),
            "the operation is still {state:?}"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Spark's word on an operation of the session that a connection string names; none from a version that tells nothing,
/// which is then verified.
pub async fn state(
    transport: Transport,
    session: &ConnectionString,
    operation: &str,
) -> Result<Option<OperationState>> {
    let request = GetStatusRequest {
        session_id: session.session_id.context("a session without an id")?.to_string(),
        user_context: Some(UserContext {
            user_id: session.user_id.clone().unwrap_or_default(),
            ..UserContext::default()
        }),
        operation_status: Some(OperationStatusRequest {
            operation_ids: vec![operation.to_owned()],
            ..OperationStatusRequest::default()
        }),
        ..GetStatusRequest::default()
    };
    let answer = SparkConnectServiceClient::new(transport)
        .get_status(request)
        .await;
    if !environment::spark_is_at_least(STATES)? {
        let code = answer.err().map(|status| status.code());
        ensure!(code == Some(Code::Unimplemented), "{code:?}");
        return Ok(None);
    }
    let answer = answer?.into_inner();
    let status = answer
        .operation_statuses
        .first()
        .context("no word on the operation")?;
    Ok(Some(status.state()))
}
