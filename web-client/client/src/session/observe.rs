//! What a session asks of the server, for those who want to see it: logs, tests, a plan view.

use spark_connect_proto::connect as pb;

use super::Session;

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

impl Session {
    /// The same session, which from here on tells the observer of every plan that it runs and every question that it
    /// asks about one. The observer is called in the middle of sending: it must not take long.
    pub fn with_observer(&self, observer: impl Fn(Sent<'_>) + Send + Sync + 'static) -> Self {
        self.with(|inner| inner.observer = Some(std::sync::Arc::new(observer)))
    }

    pub(crate) fn tell(&self, sent: Sent<'_>) {
        if let Some(observer) = &self.inner.observer {
            observer(sent);
        }
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
    use crate::{ConnectionString, RetryPolicy, Transport, plan};

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
