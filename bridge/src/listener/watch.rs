//! Notices when a connection only costs: a request's head that does not end, or nothing asked for too long.
//!
//! hyper cannot tell a slow head from an idle connection, so the bytes that arrive are watched here. What a request
//! does once its head is there, its stream included, is not a matter of these timeouts.

use std::{
    io, mem,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError, atomic::Ordering::Relaxed},
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    sync::Notify,
    task::AbortHandle,
    time::{Instant, sleep_until},
};

use super::workers::Load;

/// What one connection does, seen by its stream, its service and its timeouts.
#[derive(Debug)]
pub(super) struct Watch {
    state: Mutex<State>,
    changed: Notify,
    /// Of the thread that serves the connection.
    load: Arc<Load>,
}

#[derive(Debug)]
struct State {
    /// Requests whose answers are not through.
    open: usize,
    /// Whether the first request has yet to come. The thread's load has it already.
    is_new: bool,
    /// When the last of them ended, or the connection began.
    idle_since: Instant,
    /// When the first byte of a request's head came.
    head_since: Option<Instant>,
    /// Only there every byte between two requests belongs to a head.
    is_http1: bool,
    /// Whether another connection needs its place.
    is_spare: bool,
}

/// Why a connection should end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Overdue {
    /// A head takes too long. The client may not even speak HTTP.
    Head,
    /// Nothing was asked. The client may be told politely.
    Idle,
    /// Nothing is asked, and another one needs its place at once.
    Place,
}

impl Watch {
    /// A connection on which the first request is expected.
    pub(super) fn new(load: Arc<Load>) -> Arc<Self> {
        load.connections.fetch_add(1, Relaxed);
        load.calls.fetch_add(1, Relaxed);
        let now = Instant::now();
        Arc::new(Self {
            state: Mutex::new(State {
                open: 0,
                is_new: true,
                idle_since: now,
                head_since: Some(now),
                is_http1: false,
                is_spare: false,
            }),
            changed: Notify::new(),
            load,
        })
    }

    /// Waits until the connection should end.
    pub(super) async fn overdue(&self, header_timeout: Duration, idle_timeout: Duration) -> Overdue {
        loop {
            let changed = self.changed.notified();
            let due = {
                let state = self.state();
                match state.head_since {
                    _ if state.open > 0 => None,
                    _ if state.is_spare => return Overdue::Place,
                    Some(since) => Some((since + header_timeout, Overdue::Head)),
                    None => Some((state.idle_since + idle_timeout, Overdue::Idle)),
                }
            };
            match due {
                Some((when, overdue)) => tokio::select! {
                    () = sleep_until(when) => return overdue,
                    () = changed => {}
                },
                None => changed.await,
            }
        }
    }

    /// A request's head is there. The request is open until the guard is dropped.
    pub(super) fn request(self: &Arc<Self>, is_http1: bool) -> Guard {
        let mut state = self.state();
        state.open += 1;
        state.head_since = None;
        state.is_http1 = is_http1;
        if !mem::replace(&mut state.is_new, false) {
            self.load.calls.fetch_add(1, Relaxed);
        }
        drop(state);
        self.changed.notify_one();
        Guard(self.clone())
    }

    /// Since when nothing is asked, if that is so.
    pub(super) fn idle_since(&self) -> Option<Instant> {
        let state = self.state();
        let is_idle = state.open == 0 && state.head_since.is_none() && !state.is_spare;
        is_idle.then_some(state.idle_since)
    }

    /// Ends the connection as soon as nothing is asked.
    pub(super) fn make_way(&self) {
        self.state().is_spare = true;
        self.changed.notify_one();
    }

    fn received(&self) {
        let mut state = self.state();
        if state.is_http1 && state.open == 0 && state.head_since.is_none() {
            state.head_since = Some(Instant::now());
            drop(state);
            self.changed.notify_one();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An open request.
#[derive(Debug)]
pub(super) struct Guard(Arc<Watch>);

impl Drop for Guard {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.open -= 1;
        state.idle_since = Instant::now();
        drop(state);
        self.0.load.calls.fetch_sub(1, Relaxed);
        self.0.changed.notify_one();
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.load.connections.fetch_sub(1, Relaxed);
        if self.state().is_new {
            self.load.calls.fetch_sub(1, Relaxed);
        }
    }
}

/// A connection's bytes, of which the incoming ones are noticed.
#[derive(Debug)]
pub(super) struct Watched<S> {
    pub(super) stream: S,
    pub(super) watch: Arc<Watch>,
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if buffer.filled().len() > before {
            self.watch.received();
        }
        polled
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, pieces)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

/// An answer's body; its request is open for as long as it is there.
#[derive(Debug)]
pub(super) struct Guarded {
    open: Arc<Mutex<Option<Open>>>,
    /// Takes the body away when its time is over, whether anyone reads it or not.
    end: Option<AbortHandle>,
}

#[derive(Debug)]
struct Open {
    body: axum::body::Body,
    _guard: Guard,
}

impl Guarded {
    /// `end`: when its time is over.
    pub(super) fn new(body: axum::body::Body, guard: Guard, end: Option<Instant>) -> Self {
        let open = Arc::new(Mutex::new(Some(Open { body, _guard: guard })));
        let end = end.map(|end| {
            let open = open.clone();
            let end = async move {
                sleep_until(end).await;
                // Not while it is locked.
                let taken = lock(&open).take();
                drop(taken);
            };
            tokio::spawn(end).abort_handle()
        });
        Self { open, end }
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        if let Some(end) = &self.end {
            end.abort();
        }
    }
}

fn lock(open: &Mutex<Option<Open>>) -> MutexGuard<'_, Option<Open>> {
    open.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Body for Guarded {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        match &mut *lock(&self.open) {
            Some(open) => Pin::new(&mut open.body).poll_frame(cx),
            None => Poll::Ready(Some(Err(axum::Error::new(io::Error::from(
                io::ErrorKind::TimedOut,
            ))))),
        }
    }

    fn is_end_stream(&self) -> bool {
        lock(&self.open)
            .as_ref()
            .is_some_and(|open| open.body.is_end_stream())
    }

    fn size_hint(&self) -> SizeHint {
        lock(&self.open)
            .as_ref()
            .map_or_else(SizeHint::default, |open| open.body.size_hint())
    }
}
