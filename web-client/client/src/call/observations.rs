//! Observations that someone waits for: their metrics come with the result of whatever runs the observed DataFrame.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use spark_connect_proto::connect::expression::Literal;

use super::Caller;
use crate::error::Error;

/// The metrics of an observation, or why Spark has none.
pub(crate) type Seen = Result<Vec<(String, Literal)>, Box<Error>>;

/// The metrics of a name that the executions of a session bring, PySpark's `Observation`.
#[derive(Clone, Debug)]
pub struct Observation(Arc<Watch>);

#[derive(Debug)]
struct Watch {
    name: String,
    seen: Mutex<Option<Seen>>,
}

impl Observation {
    /// The name that [`DataFrame::observe`](crate::DataFrame::observe) was given.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// Each metric's name and value, once an execution has brought them; or why Spark has none.
    pub fn get(&self) -> Option<Seen> {
        lock(&self.0.seen).clone()
    }
}

/// Those of a session that are still waited for.
#[derive(Clone, Debug, Default)]
pub(super) struct Observations(Arc<Mutex<Vec<Weak<Watch>>>>);

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Caller {
    /// Waits for the metrics of a name.
    pub(crate) fn observation(&self, name: String) -> Observation {
        let watch = Arc::new(Watch {
            name,
            seen: Mutex::default(),
        });
        let mut watches = lock(&self.observations.0);
        watches.retain(|watch| watch.strong_count() > 0);
        watches.push(Arc::downgrade(&watch));
        drop(watches);
        Observation(watch)
    }

    /// Hands the metrics of a name to those who wait for them.
    pub(crate) fn observed(&self, name: &str, metrics: &Seen) {
        let watches = lock(&self.observations.0);
        for watch in watches.iter().filter_map(Weak::upgrade) {
            if watch.name == name {
                *lock(&watch.seen) = Some(metrics.clone());
            }
        }
    }
}
