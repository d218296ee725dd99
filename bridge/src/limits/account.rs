//! What one identity uses, or all together.

use std::{
    fmt,
    num::NonZeroU32,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use governor::{
    DefaultDirectRateLimiter, Quota, RateLimiter,
    clock::{Clock, DefaultClock},
};

const DAY: u64 = 24 * 60 * 60;

/// What is used at the moment, and was today.
#[derive(Default)]
pub(super) struct Account {
    connections: AtomicU32,
    streams: AtomicU32,
    /// With the rate it was made for.
    rate: Mutex<Option<(NonZeroU32, Arc<DefaultDirectRateLimiter>)>>,
    /// Days since 1970, and bytes sent on that day.
    today: Mutex<(u64, u64)>,
}

/// A place for a stream, given back when dropped.
#[derive(Debug)]
pub(super) struct Stream(Arc<Account>);

impl Account {
    /// Counts a call; `Some` is how long it should have waited.
    pub(super) fn request(&self, per_second: NonZeroU32) -> Option<Duration> {
        let limiter = {
            let mut rate = self.rate.lock().unwrap_or_else(PoisonError::into_inner);
            match &*rate {
                Some((made_for, limiter)) if *made_for == per_second => limiter.clone(),
                _ => {
                    let limiter = Arc::new(RateLimiter::direct(Quota::per_second(per_second)));
                    *rate = Some((per_second, limiter.clone()));
                    limiter
                }
            }
        };
        let not_until = limiter.check().err()?;
        Some(not_until.wait_time_from(DefaultClock::default().now()))
    }

    /// A place for a stream, if there is one.
    pub(super) fn stream(account: &Arc<Self>, limit: NonZeroU32) -> Option<Stream> {
        take(&account.streams, limit).then(|| Stream(account.clone()))
    }

    /// Whether there is a place for a connection; then it is taken.
    pub(super) fn connect(&self, limit: NonZeroU32) -> bool {
        take(&self.connections, limit)
    }

    /// Gives the place of a connection back.
    pub(super) fn disconnect(&self) {
        self.connections.fetch_sub(1, Relaxed);
    }

    /// Bytes sent since midnight.
    pub(super) fn bytes_today(&self) -> u64 {
        self.add_today(0)
    }

    /// Adds to the bytes sent since midnight, and returns them.
    pub(super) fn add_today(&self, bytes: u64) -> u64 {
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let day = since_1970.as_secs() / DAY;
        let mut today = self.today.lock().unwrap_or_else(PoisonError::into_inner);
        if today.0 != day {
            *today = (day, 0);
        }
        today.1 = today.1.saturating_add(bytes);
        today.1
    }
}

fn take(used: &AtomicU32, limit: NonZeroU32) -> bool {
    used.fetch_update(Relaxed, Relaxed, |used| (used < limit.get()).then(|| used + 1))
        .is_ok()
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.0.streams.fetch_sub(1, Relaxed);
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account")
            .field("connections", &self.connections)
            .field("streams", &self.streams)
            .finish_non_exhaustive()
    }
}
