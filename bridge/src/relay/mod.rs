//! Spark's answer on its way to the client: every frame as it comes, and a status at the end in any case.
//!
//! Counts message lengths to know where a message ends. Looks into one only to count the rows for the audit log.
//!
//! - `rows`: the rows of an answer's batches

mod rows;

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
use tokio::time::{Sleep, sleep_until};
use tonic::Status;

use self::rows::Rows;
use crate::{
    backend::Lease,
    deadline::Deadline,
    limits::{Admitted, Attached},
    observe::Call,
};

/// The body of Spark's answer. Dropping it ends the stream at Spark.
pub(crate) struct Relay {
    /// `None` once it is cut.
    body: Option<Incoming>,
    lease: Lease,
    call: Arc<Call>,
    position: Position,
    /// When it must be over.
    deadline: Option<(Pin<Box<Sleep>>, Deadline)>,
    /// Whether the status is out: in the headers of an answer without messages, or in trailers.
    ended: bool,
    held: Held,
    /// Why the answer ends with the message that is on its way.
    cut: Option<Status>,
}

/// What a call holds until its answer is through.
pub(crate) struct Held {
    pub(crate) admitted: Admitted,
    pub(crate) attached: Option<Attached>,
}

impl Held {
    fn sends(&self, bytes: usize) -> Result<(), Status> {
        self.admitted.sends(bytes)?;
        self.attached
            .as_ref()
            .map_or(Ok(()), |attached| attached.sends(bytes))
    }
}

impl Relay {
    /// `has_status`: the status came with the headers.
    pub(crate) fn new(
        body: Incoming,
        lease: Lease,
        call: Arc<Call>,
        held: Held,
        has_status: bool,
        deadline: Option<Deadline>,
    ) -> Self {
        Self {
            deadline: deadline.map(|deadline| (Box::pin(sleep_until(deadline.at)), deadline)),
            body: Some(body),
            lease,
            position: Position {
                rows: call.counts_rows().then(Rows::default),
                ..Position::default()
            },
            call,
            ended: has_status,
            held,
            cut: None,
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

    /// Ends the answer and lets go of the rest, which nobody reads.
    fn end(&mut self, status: Status) -> Result<Frame<Bytes>, Box<dyn Error + Send + Sync>> {
        let frame = self.break_off(status);
        self.body = None;
        frame.map_err(Into::into)
    }

    /// Counts data, and leaves away what comes after the last message that is allowed.
    fn pass(&mut self, data: &mut Bytes) {
        if self.cut.is_none() {
            self.cut = self.held.sends(data.len()).err();
        }
        if self.cut.is_some() {
            let passed = self.position.advance_to_end(data);
            data.truncate(passed);
        } else {
            self.position.advance(data);
        }
        if let Some(rows) = &self.position.rows {
            self.call.has_rows(rows.total());
        }
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
        if let Some((sleep, deadline)) = &mut this.deadline
            && !this.ended
            && sleep.as_mut().poll(cx).is_ready()
        {
            let status = deadline.exceeded();
            this.deadline = None;
            return Poll::Ready(Some(this.end(status)));
        }
        if this.position.is_between_messages()
            && let Some(status) = this.cut.take()
        {
            return Poll::Ready(Some(this.end(status)));
        }
        let Some(body) = &mut this.body else {
            return Poll::Ready(None);
        };
        let frame = match ready!(Pin::new(body).poll_frame(cx)) {
            Some(Ok(mut frame)) => {
                match frame.data_mut() {
                    Some(data) => this.pass(data),
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
        self.cut.is_none() && self.ended && self.body.as_ref().is_none_or(Body::is_end_stream)
    }
}

/// Where the bytes so far end in a sequence of gRPC messages: a flag, four bytes of length, as many bytes.
#[derive(Debug, Default)]
struct Position {
    prefix: [u8; 5],
    prefix_len: usize,
    left: usize,
    /// If they are counted.
    rows: Option<Rows>,
}

impl Position {
    fn advance(&mut self, mut data: &[u8]) {
        while !data.is_empty() {
            if self.left > 0 {
                let (taken, rest) = data.split_at(self.left.min(data.len()));
                self.left -= taken.len();
                if let Some(rows) = &mut self.rows {
                    rows.bytes(taken);
                }
                data = rest;
                continue;
            }
            self.prefix[self.prefix_len] = data[0];
            self.prefix_len += 1;
            data = &data[1..];
            if self.prefix_len == self.prefix.len() {
                let [flag, length @ ..] = self.prefix;
                self.left = u32::from_be_bytes(length) as usize;
                self.prefix_len = 0;
                if let Some(rows) = &mut self.rows {
                    rows.message(flag);
                }
            }
        }
    }

    /// Goes on to the end of the message, if it is there; returns how far that is.
    fn advance_to_end(&mut self, data: &[u8]) -> usize {
        let mut passed = 0;
        while passed < data.len() {
            // Byte by byte in a prefix, in one step through a message.
            let step = self.left.clamp(1, data.len() - passed);
            self.advance(&data[passed..passed + step]);
            passed += step;
            if self.is_between_messages() {
                break;
            }
        }
        passed
    }

    fn is_between_messages(&self) -> bool {
        self.prefix_len == 0 && self.left == 0
    }
}

#[cfg(test)]
mod tests {
    use super::Position;

    #[test]
    fn an_answer_is_cut_after_a_whole_message() {
        let bytes = [0, 0, 0, 0, 3, b'a', b'b', b'c', 1, 0, 0, 0, 0, 0];
        for (begin, end) in [(0, 8), (3, 8), (6, 8), (8, 13), (9, 13)] {
            let mut position = Position::default();
            position.advance(&bytes[..begin]);
            assert_eq!(
                begin + position.advance_to_end(&bytes[begin..]),
                end,
                "from {begin}"
            );
            assert!(position.is_between_messages());
        }
        let mut position = Position::default();
        assert_eq!(position.advance_to_end(&bytes[..6]), 6);
        assert!(!position.is_between_messages());
    }

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
