//! A call under way: a promise of what comes of it, and a way to end it early.

use std::future::Future;

use futures::future::{AbortHandle, Abortable};
use js_sys::Promise;
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::future_to_promise;

/// A call under way.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Call {
    promise: Promise,
    abort: AbortHandle,
}

impl Call {
    pub(crate) fn start(work: impl Future<Output = Result<JsValue, JsValue>> + 'static) -> Self {
        let (abort, registration) = AbortHandle::new_pair();
        let work = Abortable::new(work, registration);
        // Whoever aborts a call has settled its promise in their own way.
        let promise = future_to_promise(async move { work.await.unwrap_or(Ok(JsValue::UNDEFINED)) });
        Self { promise, abort }
    }
}

#[wasm_bindgen]
impl Call {
    /// What comes of it. Rejects with the fields of an error.
    #[wasm_bindgen(getter)]
    pub fn promise(&self) -> Promise {
        self.promise.clone()
    }

    /// Ends it. Its requests are aborted, and its operation, if it has one, is interrupted.
    pub fn abort(&self) {
        self.abort.abort();
    }
}
