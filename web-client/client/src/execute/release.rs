//! Tells the server which responses it may forget, beside the stream that reads them.
//!
//! One request is under way at a time; what was read meanwhile goes into the next one. Failures are of no
//! consequence: the server forgets abandoned operations by itself.

use std::sync::{Arc, Mutex, PoisonError};

use spark_connect_proto::connect::release_execute_request as pb;

use crate::{call::Caller, platform};

/// Releases one operation. Dropping it before the operation ended releases the whole operation, which ends it.
pub(super) struct Releaser {
    shared: Arc<Shared>,
}

struct Shared {
    caller: Arc<Caller>,
    operation_id: String,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    wanted: Option<pb::Release>,
    busy: bool,
    all: bool,
}

impl Releaser {
    pub(super) fn new(caller: Arc<Caller>, operation_id: String) -> Self {
        Self {
            shared: Arc::new(Shared {
                caller,
                operation_id,
                state: Mutex::default(),
            }),
        }
    }

    /// Every response up to this one has been read.
    pub(super) fn release_until(&self, response_id: String) {
        self.want(pb::Release::ReleaseUntil(pb::ReleaseUntil { response_id }), false);
    }

    /// The operation is over.
    pub(super) fn release_all(&self) {
        self.want(pb::Release::ReleaseAll(pb::ReleaseAll {}), true);
    }

    fn want(&self, release: pb::Release, all: bool) {
        let mut state = self.shared.lock();
        if state.all {
            return;
        }
        state.all = all;
        state.wanted = Some(release);
        if !state.busy {
            state.busy = true;
            platform::spawn(send(self.shared.clone()));
        }
    }
}

impl Drop for Releaser {
    fn drop(&mut self) {
        self.release_all();
    }
}

impl Shared {
    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn next(&self) -> Option<pb::Release> {
        let mut state = self.lock();
        let next = state.wanted.take();
        state.busy = next.is_some();
        next
    }
}

async fn send(shared: Arc<Shared>) {
    while let Some(release) = shared.next() {
        let caller = &shared.caller;
        let request = caller.requests().release_execute(&shared.operation_id, release);
        // Nobody waits for the answer, and the server cleans up after five minutes.
        let _ = caller
            .unary(request, |mut client, request| async move {
                client.release_execute(request).await
            })
            .await;
    }
}
