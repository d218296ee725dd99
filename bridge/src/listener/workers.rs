//! The threads that serve connections, each with an event loop of its own.
//!
//! A call passes through two connections, the client's and Spark's. On one thread neither has to wake another for the
//! other's sake, which for small calls would cost as much again as all the rest.

use std::{
    io,
    num::NonZeroUsize,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    thread::{self, JoinHandle},
};

use tokio::{
    runtime::{Builder, Handle},
    sync::oneshot,
};

/// Threads that serve connections. They end when this is dropped, and what they serve with them.
#[derive(Debug)]
pub struct Workers {
    first: Worker,
    rest: Vec<Worker>,
}

#[derive(Debug)]
pub(super) struct Worker {
    pub(super) handle: Handle,
    pub(super) load: Arc<Load>,
    /// What ends the thread when it is dropped, and the thread. `None` for a runtime of the caller's.
    thread: Option<(oneshot::Sender<()>, JoinHandle<()>)>,
}

/// What a thread has to do.
#[derive(Debug, Default)]
pub(super) struct Load {
    /// Calls under way, and the first ones of new connections, which are about to come.
    pub(super) calls: AtomicUsize,
    pub(super) connections: AtomicUsize,
}

impl Workers {
    /// A thread for each processor.
    pub fn start() -> io::Result<Self> {
        let count = thread::available_parallelism().map_or(1, NonZeroUsize::get);
        Ok(Self {
            first: Worker::start()?,
            rest: (1..count).map(|_| Worker::start()).collect::<io::Result<_>>()?,
        })
    }

    /// The caller's runtime, and no thread of its own.
    ///
    /// # Panics
    ///
    /// Outside of a runtime.
    pub fn here() -> Self {
        Self {
            first: Worker {
                handle: Handle::current(),
                load: Arc::default(),
                thread: None,
            },
            rest: Vec::new(),
        }
    }

    /// The one with the least to do.
    pub(super) fn idlest(&self) -> &Worker {
        self.rest.iter().fold(&self.first, |idlest, worker| {
            if worker.load.now() < idlest.load.now() {
                worker
            } else {
                idlest
            }
        })
    }
}

impl Worker {
    fn start() -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let (running, ended) = oneshot::channel::<()>();
        let thread = thread::Builder::new().name("worker".to_owned()).spawn(move || {
            // Nothing is ever sent.
            let _ = runtime.block_on(ended);
            runtime.shutdown_background();
        })?;
        Ok(Self {
            handle,
            load: Arc::default(),
            thread: Some((running, thread)),
        })
    }
}

/// What its connections still write, they have written then.
impl Drop for Worker {
    fn drop(&mut self) {
        if let Some((running, thread)) = self.thread.take() {
            drop(running);
            // A panic has been told by then.
            let _ = thread.join();
        }
    }
}

impl Load {
    /// Calls first: connections may be idle.
    fn now(&self) -> (usize, usize) {
        (self.calls.load(Relaxed), self.connections.load(Relaxed))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_connection_goes_where_the_least_is_done() {
        let mut workers = Workers::here();
        workers.rest.push(Workers::here().first);
        let place = |calls: [usize; 2], connections: [usize; 2]| {
            for (worker, index) in [(&workers.first, 0), (&workers.rest[0], 1)] {
                worker.load.calls.store(calls[index], Relaxed);
                worker.load.connections.store(connections[index], Relaxed);
            }
            usize::from(std::ptr::eq(workers.idlest(), &workers.rest[0]))
        };
        assert_eq!(place([0, 0], [0, 0]), 0);
        assert_eq!(place([0, 0], [1, 0]), 1);
        assert_eq!(place([2, 1], [2, 9]), 1);
        assert_eq!(place([1, 2], [9, 2]), 0);
    }

    #[test]
    fn what_runs_on_a_worker_ends_with_it() {
        struct Told(std::sync::mpsc::Sender<()>);
        impl Drop for Told {
            fn drop(&mut self) {
                let _ = self.0.send(());
            }
        }
        let workers = Workers::start().unwrap();
        let (tell, told) = std::sync::mpsc::channel();
        let told_at_the_end = Told(tell);
        workers.idlest().handle.spawn(async move {
            let _told = told_at_the_end;
            std::future::pending::<()>().await;
        });
        drop(workers);
        told.try_recv().unwrap();
    }
}
