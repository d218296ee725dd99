//! Something that is done for its effect: what `save`, `createTempView` and their kin return, to be awaited.

use std::future::IntoFuture;

use futures::future::BoxFuture;
use spark_connect_proto::connect::{self as pb, execute_plan_response::ResponseType};

use crate::{error::Result, plan, session::Session};

/// A command that has not run yet. Await it, or [`run`](Self::run) it for what it tells.
#[must_use = "a command does nothing until it is awaited"]
#[derive(Clone, Debug)]
pub struct Command {
    session: Session,
    plan: Result<pb::Plan>,
}

impl Command {
    pub(crate) fn new(session: Session, command: Result<pb::command::CommandType>) -> Self {
        Self {
            session,
            plan: command.map(plan::command),
        }
    }

    /// The plan, as it is sent. Fails if the command was asked for wrongly.
    pub fn plan(&self) -> Result<pb::Plan> {
        self.plan.clone()
    }

    /// Runs it and returns what it tells, apart from rows.
    pub async fn run(self) -> Result<Vec<ResponseType>> {
        self.session.run_command(self.plan?).await
    }
}

impl IntoFuture for Command {
    type Output = Result<()>;
    type IntoFuture = BoxFuture<'static, Result<()>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async { self.run().await.map(|_| ()) })
    }
}
