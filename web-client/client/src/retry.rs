//! When to try again, and after how long. The clock and the randomness are the caller's.

use std::time::Duration;

/// How often and after how long a request is tried again; PySpark's `DefaultPolicy` by default.
#[derive(Clone, Debug, PartialEq)]
pub struct RetryPolicy {
    /// Tries after the first one.
    pub max_retries: u32,
    /// The first wait.
    pub initial_backoff: Duration,
    /// Each wait is this many times the one before.
    pub multiplier: u32,
    /// No wait of our own is longer.
    pub max_backoff: Duration,
    /// At most this much is added at random.
    pub jitter: Duration,
    /// Nothing is added to shorter waits.
    pub min_jitter_backoff: Duration,
    /// No wait that the server asks for is longer.
    pub max_server_backoff: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            max_retries: 15,
            initial_backoff: Duration::from_millis(50),
            multiplier: 4,
            max_backoff: Duration::from_secs(60),
            jitter: Duration::from_millis(500),
            min_jitter_backoff: Duration::from_secs(2),
            max_server_backoff: Duration::from_secs(600),
        }
    }
}

impl RetryPolicy {
    /// For a first contact: gives up after about a second.
    pub fn quick() -> Self {
        Self {
            max_retries: 3,
            ..Self::default()
        }
    }

    /// For someone who waits before a screen: gives up after about a minute.
    pub fn interactive() -> Self {
        Self {
            max_retries: 9,
            max_backoff: Duration::from_secs(10),
            ..Self::default()
        }
    }
}

/// The tries of one request so far.
#[derive(Clone, Debug)]
pub(crate) struct Retries {
    policy: RetryPolicy,
    done: u32,
    next: Duration,
}

impl Retries {
    /// None so far.
    pub(crate) fn new(policy: RetryPolicy) -> Self {
        let next = policy.initial_backoff;
        Self {
            policy,
            done: 0,
            next,
        }
    }

    /// Something came back: the budget is fresh again.
    pub(crate) fn reset(&mut self) {
        self.done = 0;
        self.next = self.policy.initial_backoff;
    }

    /// How long to wait before the next try, or nothing when there is none left.
    ///
    /// `server` is the wait that the server asked for (`google.rpc.RetryInfo`), `random` is from 0 to 1.
    pub(crate) fn next_wait(&mut self, server: Option<Duration>, random: f64) -> Option<Duration> {
        if self.done >= self.policy.max_retries {
            return None;
        }
        self.done += 1;
        let mut wait = self.next;
        self.next = wait
            .saturating_mul(self.policy.multiplier)
            .min(self.policy.max_backoff);
        if let Some(asked) = server {
            wait = wait.max(asked.min(self.policy.max_server_backoff));
        }
        if wait >= self.policy.min_jitter_backoff {
            wait += self.policy.jitter.mul_f64(random.clamp(0.0, 1.0));
        }
        Some(wait)
    }

    /// Which try comes next, from 1, and how many there are.
    pub(crate) fn count(&self) -> (u32, u32) {
        (self.done, self.policy.max_retries)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(policy: RetryPolicy, random: f64) -> Vec<u128> {
        let mut retries = Retries::new(policy);
        std::iter::from_fn(|| retries.next_wait(None, random))
            .map(|w| w.as_millis())
            .collect()
    }

    #[test]
    fn waits_are_those_of_pyspark() {
        let mut expected = vec![50, 200, 800, 3_200, 12_800, 51_200];
        expected.extend([60_000; 9]);
        assert_eq!(waits(RetryPolicy::default(), 0.0), expected);
    }

    #[test]
    fn only_long_waits_are_spread() {
        assert_eq!(
            waits(RetryPolicy::default(), 1.0)[..5],
            [50, 200, 800, 3_700, 13_300]
        );
    }

    #[test]
    fn someone_who_watches_waits_about_a_minute() {
        let total: u128 = waits(RetryPolicy::interactive(), 0.5).iter().sum();
        assert!((50_000..75_000).contains(&total), "{total}");
    }

    #[test]
    fn the_server_may_ask_for_more_within_bounds() {
        let mut retries = Retries::new(RetryPolicy::default());
        let asked = |retries: &mut Retries, s| retries.next_wait(Some(Duration::from_secs(s)), 0.0).unwrap();
        assert_eq!(asked(&mut retries, 7), Duration::from_secs(7));
        assert_eq!(asked(&mut retries, 0), Duration::from_millis(200));
        assert_eq!(asked(&mut retries, 100_000), Duration::from_secs(600));
    }

    #[test]
    fn a_response_makes_the_budget_fresh() {
        let mut retries = Retries::new(RetryPolicy::default());
        while retries.next_wait(None, 0.0).is_some() {}
        retries.reset();
        assert_eq!(retries.next_wait(None, 0.0), Some(Duration::from_millis(50)));
        assert_eq!(retries.count(), (1, 15));
    }
}
