//! What a session asks of the server, for those who want to see it: logs, tests, a plan view.

use spark_connect_proto::connect as pb;

use super::Caller;

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

impl Caller {
    /// The same, which tells this function what it sends.
    pub(crate) fn with_observer(&self, observer: impl Fn(Sent<'_>) + Send + Sync + 'static) -> Self {
        Self {
            observer: Some(std::sync::Arc::new(observer)),
            ..self.clone()
        }
    }

    /// Tells the observer, if there is one.
    pub(crate) fn tell(&self, sent: Sent<'_>) {
        if let Some(observer) = &self.observer {
            observer(sent);
        }
    }
}
