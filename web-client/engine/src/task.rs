//! Tasks on the engine's one thread.

use std::future::Future;

/// Runs a future beside the others.
pub(crate) fn spawn(future: impl Future<Output = ()> + 'static) {
    #[cfg(target_arch = "wasm32")]
    wasm_bindgen_futures::spawn_local(future);
    #[cfg(not(target_arch = "wasm32"))]
    tokio::task::spawn_local(future);
}

/// Lets the messages be handled that have come meanwhile.
pub(crate) async fn pause() {
    #[cfg(target_arch = "wasm32")]
    gloo_timers::future::TimeoutFuture::new(0).await;
    #[cfg(not(target_arch = "wasm32"))]
    tokio::task::yield_now().await;
}
