//! What the two platforms do differently: time and tasks.

use std::{future::Future, time::Duration};

use futures::{
    future::{Either, select},
    pin_mut,
};

/// Waits.
pub async fn sleep(duration: Duration) {
    #[cfg(not(target_arch = "wasm32"))]
    tokio::time::sleep(duration).await;
    #[cfg(target_arch = "wasm32")]
    {
        let milliseconds = u32::try_from(duration.as_millis()).unwrap_or(u32::MAX);
        send_wrapper::SendWrapper::new(gloo_timers::future::TimeoutFuture::new(milliseconds)).await;
    }
}

/// What a future comes to, or nothing when it takes longer than this.
pub async fn timeout<T>(limit: Duration, future: impl Future<Output = T>) -> Option<T> {
    let limit = sleep(limit);
    pin_mut!(future, limit);
    match select(future, limit).await {
        Either::Left((result, _)) => Some(result),
        Either::Right(_) => None,
    }
}

/// Runs a future beside the caller. Natively it needs a tokio runtime; where there is none any more, the program is
/// ending and the future is dropped.
pub fn spawn(future: impl Future<Output = ()> + Send + 'static) {
    #[cfg(not(target_arch = "wasm32"))]
    if let Ok(runtime) = tokio::runtime::Handle::try_current() {
        runtime.spawn(future);
    }
    #[cfg(target_arch = "wasm32")]
    wasm_bindgen_futures::spawn_local(future);
}

/// Milliseconds since some moment, never going back.
pub fn now() -> f64 {
    #[cfg(not(target_arch = "wasm32"))]
    {
        // The runtime's clock, which tests can put forward.
        static START: std::sync::LazyLock<tokio::time::Instant> =
            std::sync::LazyLock::new(tokio::time::Instant::now);
        START.elapsed().as_secs_f64() * 1e3
    }
    #[cfg(target_arch = "wasm32")]
    performance_now()
}

/// A number from 0 to 1, to spread waits; not for secrets.
pub fn random() -> f64 {
    let bytes = uuid::Uuid::new_v4().into_bytes();
    f64::from(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])) / f64::from(u32::MAX)
}

/// A number from 0 on, to seed what is random in a query; not for secrets.
pub fn seed() -> i64 {
    let (high, _) = uuid::Uuid::new_v4().as_u64_pair();
    // The high half holds the version in bits that do not change.
    (high.rotate_left(16) >> 1).cast_signed()
}

#[cfg(target_arch = "wasm32")]
#[wasm_bindgen::prelude::wasm_bindgen]
extern "C" {
    // The same in a page and in a worker.
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn performance_now() -> f64;
}
