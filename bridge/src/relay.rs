//! Spark's answer on its way to the client: every frame as it comes, and a status at the end in any case.
//!
//! Counts message lengths to know where a message ends; never looks into one.

use std::{
    error::Error,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http::HeaderMap;
use http_body::{Body, Frame};
use hyper::body::Incoming;
use tokio::time::{Instant, Sleep, sleep_until};
use tonic::Status;

use crate::{backend::Lease, deadline, observe::Call};

/// The body of Spark's answer. Dropping it ends the stream at Spark.
pub(crate) struct Relay {
    /// `None` once it is cut.
    body: Option<Incoming>,
    lease: Lease,
    call: Arc<Call>,
    position: Position,
    /// When the client stops waiting.
    deadline: Option<Pin<Box<Sleep>>>,
    /// Whether the status is out: in the headers of an answer without messages, or in trailers.
    ended: bool,
}

impl Relay {
    /// `has_status`: the status came with the headers.
    pub(crate) fn new(
        body: Incoming,
        lease: Lease,
        call: Arc<Call>,
        has_status: bool,
        deadline: Option<Instant>,
    ) -> Self {
        Self {
            deadline: deadline.map(|deadline| Box::pin(sleep_until(deadline))),
            body: Some(body),
            lease,
            call,
            position: Position::default(),
            ended: has_status,
        }
    }

    /// Ends the answer before Spark has.
    fn break_off(&mut self, status: Status) -> Result<Frame<Bytes>, Status> {
        self.ended = true;
        self.call.is_refused(&status);
        let mut trailers = HeaderMap::new();
        // Inside a message, trailers would be read as the rest of it; then only a broken body tells the truth.
        if !self.position.is_between_messages() || status.add_header(&mut trailers).is_err() {
            return Err(status);
        }
        Ok(Frame::trailers(trailers))
    }
}

impl Body for Relay {
    type Data = Bytes;
    type Error = Box<dyn Error + Send + Sync>;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let this = self.get_mut();
        if let Some(deadline) = &mut this.deadline
            && !this.ended
            && deadline.as_mut().poll(cx).is_ready()
        {
            this.deadline = None;
            let frame = this.break_off(deadline::exceeded());
            // Nobody reads what still comes.
            this.body = None;
            return Poll::Ready(Some(frame.map_err(Into::into)));
        }
        let Some(body) = &mut this.body else {
            return Poll::Ready(None);
        };
        let frame = match ready!(Pin::new(body).poll_frame(cx)) {
            Some(Ok(frame)) => {
                match frame.data_ref() {
                    Some(data) => this.position.advance(data),
                    None => {
                        this.ended = true;
                        if let Some(trailers) = frame.trailers_ref() {
                            this.call.has_status(trailers);
                        }
                    }
                }
                Ok(frame)
            }
            None | Some(Err(_)) if this.ended => return Poll::Ready(None),
            Some(Err(error)) => {
                let status = this.lease.lost(Some(&error));
                this.break_off(status)
            }
            None => {
                let status = this.lease.lost(None);
                this.break_off(status)
            }
        };
        Poll::Ready(Some(frame.map_err(Into::into)))
    }

    fn is_end_stream(&self) -> bool {
        self.ended && self.body.as_ref().is_none_or(Body::is_end_stream)
    }
}

/// Where the bytes so far end in a sequence of gRPC messages: a flag, four bytes of length, as many bytes.
#[derive(Debug, Default)]
struct Position {
    prefix: [u8; 5],
    prefix_len: usize,
    left: usize,
}

impl Position {
    fn advance(&mut self, mut data: &[u8]) {
        while !data.is_empty() {
            if self.left > 0 {
                let taken = self.left.min(data.len());
                self.left -= taken;
                data = &data[taken..];
                continue;
            }
            self.prefix[self.prefix_len] = data[0];
            self.prefix_len += 1;
            data = &data[1..];
            if self.prefix_len == self.prefix.len() {
                let [_, length @ ..] = self.prefix;
                self.left = u32::from_be_bytes(length) as usize;
                self.prefix_len = 0;
            }
        }
    }

    fn is_between_messages(&self) -> bool {
        self.prefix_len == 0 && self.left == 0
    }
}

#[cfg(test)]
mod tests {
    use super::Position;

    #[test]
    fn position_is_found_however_the_bytes_are_cut() {
        let bytes = [
            0, 0, 0, 0, 3, b'a', b'b', b'c', 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, b'd',
        ];
        let ends = [0, 8, 13, 19];
        for step in 1..=bytes.len() {
            let mut position = Position::default();
            let mut seen = 0;
            for chunk in bytes.chunks(step) {
                position.advance(chunk);
                seen += chunk.len();
                assert_eq!(
                    position.is_between_messages(),
                    ends.contains(&seen),
                    "{seen} bytes in steps of {step}"
                );
            }
        }
    }
}
