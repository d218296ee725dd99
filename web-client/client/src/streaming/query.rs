//! Running streams: PySpark's `StreamingQuery` and `SparkSession.streams`.

use std::time::Duration;

use spark_connect_proto::connect::{
    self as pb, StreamingQueryInstanceId,
    command::CommandType,
    execute_plan_response::ResponseType,
    streaming_query_command::{AwaitTerminationCommand, Command as Ask, ExplainCommand},
    streaming_query_command_result::{ExceptionResult, ResultType as Answer},
    streaming_query_manager_command::{AwaitAnyTerminationCommand, Command as AskManager},
    streaming_query_manager_command_result::{ResultType as ManagerAnswer, StreamingQueryInstance},
};

use crate::{
    Session,
    error::{Error, Result},
    plan,
};

/// A query that reads a stream, and runs on the server.
#[derive(Clone, Debug)]
pub struct StreamingQuery {
    session: Session,
    id: StreamingQueryInstanceId,
    name: Option<String>,
}

/// What a query is doing, `StreamingQuery.status`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamingQueryStatus {
    /// What it is doing, in words.
    pub message: String,
    /// Whether there is something to read.
    pub is_data_available: bool,
    /// Whether it is at a step.
    pub is_trigger_active: bool,
    /// Whether it runs.
    pub is_active: bool,
}

fn milliseconds(timeout: Duration) -> Result<i64> {
    match i64::try_from(timeout.as_millis()) {
        Ok(milliseconds) if milliseconds > 0 => Ok(milliseconds),
        _ => Err(Error::invalid(
            "[VALUE_NOT_POSITIVE] Value for `timeout` must be positive.",
        )),
    }
}

fn odd() -> Error {
    Error::protocol("a question about a stream was answered with something else")
}

impl StreamingQuery {
    pub(super) fn new(session: Session, id: StreamingQueryInstanceId, name: Option<String>) -> Self {
        Self { session, id, name }
    }

    fn of(session: &Session, instance: StreamingQueryInstance) -> Self {
        Self::new(session.clone(), instance.id.unwrap_or_default(), instance.name)
    }

    /// Its id, the same when it is started again from a checkpoint, `StreamingQuery.id`.
    pub fn id(&self) -> &str {
        &self.id.id
    }

    /// The id of this run, `StreamingQuery.runId`.
    pub fn run_id(&self) -> &str {
        &self.id.run_id
    }

    /// Its name, `StreamingQuery.name`.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The plan of a question or an order.
    pub fn plan(&self, ask: Ask) -> pb::Plan {
        plan::command(CommandType::StreamingQueryCommand(pb::StreamingQueryCommand {
            query_id: Some(self.id.clone()),
            command: Some(ask),
        }))
    }

    async fn ask(&self, ask: Ask) -> Result<Option<Answer>> {
        let pick = |response| match response {
            ResponseType::StreamingQueryCommandResult(result) => Some(result.result_type),
            _ => None,
        };
        self.session.command_result(self.plan(ask), pick).await
    }

    /// What it is doing, `StreamingQuery.status`.
    pub async fn status(&self) -> Result<StreamingQueryStatus> {
        match self.ask(Ask::Status(true)).await? {
            Some(Answer::Status(status)) => Ok(StreamingQueryStatus {
                message: status.status_message,
                is_data_available: status.is_data_available,
                is_trigger_active: status.is_trigger_active,
                is_active: status.is_active,
            }),
            _ => Err(odd()),
        }
    }

    /// Whether it runs, `StreamingQuery.isActive`.
    pub async fn is_active(&self) -> Result<bool> {
        Ok(self.status().await?.is_active)
    }

    /// The last steps, each as JSON, `StreamingQuery.recentProgress`.
    pub async fn recent_progress(&self) -> Result<Vec<String>> {
        match self.ask(Ask::RecentProgress(true)).await? {
            Some(Answer::RecentProgress(progress)) => Ok(progress.recent_progress_json),
            _ => Err(odd()),
        }
    }

    /// The last step, as JSON, `StreamingQuery.lastProgress`.
    pub async fn last_progress(&self) -> Result<Option<String>> {
        match self.ask(Ask::LastProgress(true)).await? {
            Some(Answer::RecentProgress(mut progress)) => Ok(progress.recent_progress_json.pop()),
            _ => Err(odd()),
        }
    }

    /// Waits until everything that is there now is read, `StreamingQuery.processAllAvailable`.
    pub async fn process_all_available(&self) -> Result<()> {
        self.ask(Ask::ProcessAllAvailable(true)).await.map(|_| ())
    }

    /// Ends it, `StreamingQuery.stop`.
    pub async fn stop(&self) -> Result<()> {
        self.ask(Ask::Stop(true)).await.map(|_| ())
    }

    /// The plan of its last step, `StreamingQuery.explain`.
    pub async fn explain(&self, extended: bool) -> Result<String> {
        match self.ask(Ask::Explain(ExplainCommand { extended })).await? {
            Some(Answer::Explain(explained)) => Ok(explained.result),
            _ => Err(odd()),
        }
    }

    /// What ended it, `StreamingQuery.exception`.
    pub async fn exception(&self) -> Result<Option<ExceptionResult>> {
        match self.ask(Ask::Exception(true)).await? {
            Some(Answer::Exception(exception)) => {
                Ok(exception.exception_message.is_some().then_some(exception))
            }
            None => Ok(None),
            Some(_) => Err(odd()),
        }
    }

    /// Waits for its end; whether it has ended within a time, if one is given, `StreamingQuery.awaitTermination`.
    pub async fn await_termination(&self, timeout: Option<Duration>) -> Result<bool> {
        let timeout_ms = timeout.map(milliseconds).transpose()?;
        let ask = Ask::AwaitTermination(AwaitTerminationCommand { timeout_ms });
        match self.ask(ask).await? {
            Some(Answer::AwaitTermination(ended)) => Ok(ended.terminated),
            _ => Err(odd()),
        }
    }
}

/// The streams of a session, `SparkSession.streams`.
#[derive(Clone, Debug)]
pub struct StreamingQueryManager(Session);

impl Session {
    /// The streams of this session, `SparkSession.streams`.
    pub fn streams(&self) -> StreamingQueryManager {
        StreamingQueryManager(self.clone())
    }
}

impl StreamingQueryManager {
    async fn ask(&self, ask: AskManager) -> Result<Option<ManagerAnswer>> {
        let command = pb::StreamingQueryManagerCommand { command: Some(ask) };
        let plan = plan::command(CommandType::StreamingQueryManagerCommand(command));
        let pick = |response| match response {
            ResponseType::StreamingQueryManagerCommandResult(result) => Some(result.result_type),
            _ => None,
        };
        self.0.command_result(plan, pick).await
    }

    /// Those that run, `StreamingQueryManager.active`.
    pub async fn active(&self) -> Result<Vec<StreamingQuery>> {
        match self.ask(AskManager::Active(true)).await? {
            Some(ManagerAnswer::Active(active)) => {
                let queries = active.active_queries.into_iter();
                Ok(queries.map(|query| StreamingQuery::of(&self.0, query)).collect())
            }
            _ => Err(odd()),
        }
    }

    /// The one of an id, if it runs, `StreamingQueryManager.get`.
    pub async fn get(&self, id: &str) -> Result<Option<StreamingQuery>> {
        match self.ask(AskManager::GetQuery(id.to_owned())).await? {
            Some(ManagerAnswer::Query(query)) => Ok(Some(StreamingQuery::of(&self.0, query))),
            None => Ok(None),
            Some(_) => Err(odd()),
        }
    }

    /// Waits for the end of one; whether one has ended within a time, if one is given,
    /// `StreamingQueryManager.awaitAnyTermination`.
    pub async fn await_any_termination(&self, timeout: Option<Duration>) -> Result<bool> {
        let timeout_ms = timeout.map(milliseconds).transpose()?;
        let ask = AskManager::AwaitAnyTermination(AwaitAnyTerminationCommand { timeout_ms });
        match self.ask(ask).await? {
            Some(ManagerAnswer::AwaitAnyTermination(ended)) => Ok(ended.terminated),
            _ => Err(odd()),
        }
    }

    /// Forgets those that ended, so that one can be waited for anew, `StreamingQueryManager.resetTerminated`.
    pub async fn reset_terminated(&self) -> Result<()> {
        self.ask(AskManager::ResetTerminated(true)).await.map(|_| ())
    }
}
