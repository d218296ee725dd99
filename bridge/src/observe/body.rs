//! An answer's body on its way out: its bytes are counted, and its end is noticed, whichever it is.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use axum::body::Body;
use bytes::Bytes;
use http_body::{Body as _, Frame, SizeHint};

use super::call::{Call, Ending};

/// Ends its call when it is dropped.
pub(super) struct End(pub(super) Arc<Call>);

impl Drop for End {
    fn drop(&mut self) {
        self.0.end();
    }
}

/// An answer's body.
pub(super) struct Observed {
    body: Body,
    end: End,
}

impl Observed {
    pub(super) fn new(body: Body, end: End) -> Self {
        let observed = Self { body, end };
        observed.notice_end();
        observed
    }

    /// Nobody asks a body for more once it has said that it is over.
    fn notice_end(&self) {
        if self.body.is_end_stream() {
            self.end.0.ended(Ending::Complete);
        }
    }
}

impl http_body::Body for Observed {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        self.end.0.is_read_on();
        let polled = ready!(Pin::new(&mut self.body).poll_frame(cx));
        let call = &self.end.0;
        match &polled {
            Some(Ok(frame)) => {
                if let Some(data) = frame.data_ref() {
                    call.sent(data.len());
                }
                self.notice_end();
            }
            Some(Err(_)) => call.ended(Ending::Broken),
            None => call.ended(Ending::Complete),
        }
        Poll::Ready(polled)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
