//! Commands: what is run for what it does.

use std::{fmt, sync::Arc};

use futures::StreamExt;
use spark_connect_proto::connect::{self as pb, command::CommandType, execute_plan_response::ResponseType};

use super::Session;
use crate::{
    error::{Error, Result},
    execute::Output,
    plan, platform,
    retry::RetryPolicy,
};

impl Session {
    /// Runs a command and returns its results, in the order in which they came: those of a write are none, that of
    /// starting a stream is one `WriteStreamOperationStartResult`, and so on.
    pub async fn run_command(&self, command: pb::Plan) -> Result<Vec<ResponseType>> {
        let mut outputs = self.execute(command);
        let mut results = Vec::new();
        while let Some(output) = outputs.next().await {
            if let Output::Command(result) = output? {
                results.push(*result);
            }
        }
        Ok(results)
    }

    /// Runs a command that has one result, which `pick` finds among those of all kinds.
    pub(crate) async fn command_result<T>(
        &self,
        command: pb::Plan,
        pick: impl Fn(ResponseType) -> Option<T>,
    ) -> Result<T> {
        let results = self.run_command(command).await?;
        results
            .into_iter()
            .find_map(pick)
            .ok_or_else(|| Error::protocol("a command ended without the result that it has"))
    }
}

/// A result that the server keeps, PySpark's `DataFrame.checkpoint`. It is forgotten there when the last clone of this is
/// dropped.
#[derive(Clone, Debug)]
pub struct Checkpoint(Arc<Kept>);

struct Kept {
    session: Session,
    relation_id: String,
}

impl Checkpoint {
    /// The relation that reads it. It can be run as long as the checkpoint is there.
    pub fn relation(&self) -> pb::Relation {
        plan::cached_remote_relation(self.0.relation_id.clone())
    }
}

impl Session {
    /// Computes a relation once and keeps the result on the server: in the checkpoint directory, or `local`ly on the
    /// executors, at a storage level if one is given. If it is not `eager` it is computed on its first use.
    pub async fn checkpoint(
        &self,
        relation: pb::Relation,
        local: bool,
        eager: bool,
        storage_level: Option<pb::StorageLevel>,
    ) -> Result<Checkpoint> {
        let command = pb::CheckpointCommand {
            relation: Some(relation),
            local,
            eager,
            storage_level,
        };
        let relation_id = self
            .command_result(
                plan::command(CommandType::CheckpointCommand(command)),
                |result| match result {
                    ResponseType::CheckpointCommandResult(result) => Some(result.relation?.relation_id),
                    _ => None,
                },
            )
            .await?;
        let session = self.clone();
        Ok(Checkpoint(Arc::new(Kept { session, relation_id })))
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        let session = self.session.with_retry_policy(RetryPolicy::quick());
        let command = pb::RemoveCachedRemoteRelationCommand {
            relation: Some(pb::CachedRemoteRelation {
                relation_id: std::mem::take(&mut self.relation_id),
            }),
        };
        platform::spawn(async move {
            let command = plan::command(CommandType::RemoveCachedRemoteRelationCommand(command));
            // Nobody waits for the answer; the end of the session forgets it as well.
            let _ = session.run_command(command).await;
        });
    }
}

impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kept")
            .field("relation_id", &self.relation_id)
            .finish_non_exhaustive()
    }
}
