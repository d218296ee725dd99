//! What a session asks of the server and hears of running operations, for those who want to see it: logs, tests,
//! progress.

use std::time::Duration;

use spark_connect_proto::connect as pb;

use super::Caller;
use crate::error::Error;

/// What a session is about to send. Told once, however often it has to be sent until it arrives.
#[derive(Clone, Copy, Debug)]
pub enum Sent<'a> {
    /// The plan of an `ExecutePlan`, as it was built: compression comes later.
    Plan(&'a pb::Plan),
    /// An `AnalyzePlan`.
    Analyze(&'a pb::AnalyzePlanRequest),
}

/// Is told of everything that is sent.
pub(super) type Observer = dyn Fn(Sent<'_>) + Send + Sync;

/// How a running operation goes on.
#[derive(Clone, Copy, Debug)]
pub enum Going<'a> {
    /// How far the server is.
    Progress(&'a pb::execute_plan_response::ExecutionProgress),
    /// The connection broke, and is taken up again.
    Retrying {
        /// Which try comes next, from 1.
        attempt: u32,
        /// How many there are.
        attempts: u32,
        /// How long until then.
        wait: Duration,
        /// What broke.
        error: &'a Error,
    },
}

/// Is told how operations go on, with the operation's id.
pub(super) type Watcher = dyn Fn(&str, Going<'_>) + Send + Sync;

impl Caller {
    /// The same, which tells this function what it sends.
    pub(crate) fn with_observer(&self, observer: impl Fn(Sent<'_>) + Send + Sync + 'static) -> Self {
        Self {
            observer: Some(std::sync::Arc::new(observer)),
            ..self.clone()
        }
    }

    /// The same, which tells this function how operations go on.
    pub(crate) fn with_watcher(&self, watcher: impl Fn(&str, Going<'_>) + Send + Sync + 'static) -> Self {
        Self {
            watcher: Some(std::sync::Arc::new(watcher)),
            ..self.clone()
        }
    }

    /// Tells the watcher, if there is one.
    pub(crate) fn watch(&self, operation_id: &str, going: Going<'_>) {
        if let Some(watcher) = &self.watcher {
            watcher(operation_id, going);
        }
    }

    /// Tells the observer, if there is one.
    pub(crate) fn tell(&self, sent: Sent<'_>) {
        if let Some(observer) = &self.observer {
            observer(sent);
        }
    }
}
