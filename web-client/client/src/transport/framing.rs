//! grpc-web's framing of a response body: gRPC messages, then one frame that holds the trailers.
//!
//! Pure: bytes in, messages' bytes and trailers out. The messages pass through as they came, for they are framed
//! as gRPC frames them; only the trailer frame is taken out.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::{Buf, Bytes, BytesMut};
use http::{HeaderMap, HeaderName, HeaderValue};
use http_body::{Body, Frame};
use tonic::Status;

const HEADER: usize = 5;
const TRAILER_FLAG: u8 = 0x80;
/// Trailers hold a status with its details. Spark's stay far below; a server that sends more is broken.
const MAX_TRAILERS: usize = 4 * 1024 * 1024;

/// Takes a response body apart. Feed it with [`push`](Self::push), drain it with [`next`](Self::next).
#[derive(Debug, Default)]
pub struct Deframer {
    input: Bytes,
    /// The beginning of a frame header, or of the trailers.
    partial: BytesMut,
    state: State,
}

#[derive(Debug, Default)]
enum State {
    /// Between frames, or inside a frame header.
    #[default]
    Header,
    /// Inside a message, with this many bytes to come.
    Message(usize),
    /// Inside the trailers, which have this many bytes.
    Trailers(usize),
    /// After the trailers.
    End,
}

/// A message with its frame header, not compressed: the body of a unary request.
pub fn framed(message: &[u8]) -> Vec<u8> {
    let mut body = Vec::with_capacity(HEADER + message.len());
    body.push(0);
    body.extend_from_slice(&(message.len() as u32).to_be_bytes());
    body.extend_from_slice(message);
    body
}

/// A part of a response body.
#[derive(Debug)]
pub enum Part {
    /// Bytes of messages, with their gRPC frame headers.
    Messages(Bytes),
    /// The trailers; nothing may follow.
    Trailers(HeaderMap),
}

impl Deframer {
    /// Adds the next bytes of the body. All parts of the bytes before must have been taken.
    pub fn push(&mut self, bytes: Bytes) {
        debug_assert!(self.input.is_empty(), "parts are taken before more bytes come");
        self.input = bytes;
    }

    /// The next part of the bytes so far, or nothing until there are more.
    #[allow(clippy::should_implement_trait)]
    pub fn next(&mut self) -> Result<Option<Part>, Status> {
        loop {
            if self.input.is_empty() {
                return Ok(None);
            }
            match self.state {
                State::Header => {
                    let missing = HEADER - self.partial.len();
                    let taken = self.input.split_to(missing.min(self.input.len()));
                    self.partial.extend_from_slice(&taken);
                    if self.partial.len() < HEADER {
                        return Ok(None);
                    }
                    let header = self.partial.split().freeze();
                    let length = (&header[1..]).get_u32() as usize;
                    if header[0] & TRAILER_FLAG == 0 {
                        self.state = if length == 0 {
                            State::Header
                        } else {
                            State::Message(length)
                        };
                        return Ok(Some(Part::Messages(header)));
                    }
                    if length > MAX_TRAILERS {
                        return Err(Status::internal(format!(
                            "the trailers of a response claim to have {length} bytes"
                        )));
                    }
                    if length == 0 {
                        self.state = State::End;
                        return Ok(Some(Part::Trailers(HeaderMap::new())));
                    }
                    self.state = State::Trailers(length);
                }
                State::Message(left) => {
                    let taken = self.input.split_to(left.min(self.input.len()));
                    self.state = if taken.len() == left {
                        State::Header
                    } else {
                        State::Message(left - taken.len())
                    };
                    return Ok(Some(Part::Messages(taken)));
                }
                State::Trailers(length) => {
                    let missing = length - self.partial.len();
                    let taken = self.input.split_to(missing.min(self.input.len()));
                    self.partial.extend_from_slice(&taken);
                    if self.partial.len() == length {
                        self.state = State::End;
                        return Ok(Some(Part::Trailers(parse_trailers(&self.partial.split()))));
                    }
                }
                State::End => return Err(Status::internal("a response goes on after its trailers")),
            }
        }
    }

    /// The body is over. An error unless it ended where it may.
    ///
    /// `status_in_headers` says that the response carried its gRPC status in its HTTP headers.
    pub fn finish(&self, status_in_headers: bool) -> Result<(), Status> {
        match self.state {
            State::End => Ok(()),
            State::Header if self.partial.is_empty() && status_in_headers => Ok(()),
            _ => Err(Status::unavailable(
                "The connection broke in the middle of a response.",
            )),
        }
    }
}

/// Reads trailers, which look like the headers of HTTP/1. Lines that are none are left out: a status that can be
/// read is worth more than a complaint about the line beside it.
fn parse_trailers(block: &[u8]) -> HeaderMap {
    let mut trailers = HeaderMap::new();
    for line in block.split(|byte| *byte == b'\n') {
        let line = line.trim_ascii();
        let Some(colon) = line.iter().position(|byte| *byte == b':') else {
            continue;
        };
        let name = line[..colon].trim_ascii().to_ascii_lowercase();
        let name = HeaderName::from_bytes(&name);
        let value = HeaderValue::from_bytes(line[colon + 1..].trim_ascii());
        if let (Ok(name), Ok(value)) = (name, value) {
            trailers.append(name, value);
        }
    }
    trailers
}

/// A grpc-web response body as a gRPC response body.
#[derive(Debug)]
pub struct GrpcWebBody<B> {
    inner: B,
    deframer: Deframer,
    status_in_headers: bool,
    done: bool,
}

impl<B> GrpcWebBody<B> {
    /// Wraps the body of a response with these headers.
    pub fn new(inner: B, headers: &HeaderMap) -> Self {
        let status_in_headers = headers.contains_key("grpc-status");
        Self {
            inner,
            deframer: Deframer::default(),
            status_in_headers,
            done: false,
        }
    }
}

impl<B> Body for GrpcWebBody<B>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: Into<Status>,
{
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let this = &mut *self;
        loop {
            if this.done {
                return Poll::Ready(None);
            }
            match this.deframer.next() {
                Ok(Some(Part::Messages(bytes))) => return Poll::Ready(Some(Ok(Frame::data(bytes)))),
                Ok(Some(Part::Trailers(trailers))) => {
                    return Poll::Ready(Some(Ok(Frame::trailers(trailers))));
                }
                Ok(None) => {}
                Err(status) => {
                    this.done = true;
                    return Poll::Ready(Some(Err(status)));
                }
            }
            let frame = ready!(Pin::new(&mut this.inner).poll_frame(cx));
            match frame {
                Some(Ok(frame)) => {
                    if let Ok(bytes) = frame.into_data() {
                        this.deframer.push(bytes);
                    }
                }
                Some(Err(error)) => {
                    this.done = true;
                    return Poll::Ready(Some(Err(error.into())));
                }
                None => {
                    this.done = true;
                    if let Err(status) = this.deframer.finish(this.status_in_headers) {
                        return Poll::Ready(Some(Err(status)));
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(flag: u8, payload: &[u8]) -> Vec<u8> {
        let mut bytes = vec![flag];
        bytes.extend((payload.len() as u32).to_be_bytes());
        bytes.extend(payload);
        bytes
    }

    /// The messages' bytes, the trailers and how the body ended, when it comes in these pieces.
    fn deframed(
        pieces: &[&[u8]],
        status_in_headers: bool,
    ) -> (Vec<u8>, Option<HeaderMap>, Result<(), String>) {
        let mut deframer = Deframer::default();
        let (mut messages, mut trailers) = (Vec::new(), None);
        for piece in pieces {
            deframer.push(Bytes::copy_from_slice(piece));
            loop {
                match deframer.next() {
                    Ok(Some(Part::Messages(bytes))) => messages.extend_from_slice(&bytes),
                    Ok(Some(Part::Trailers(found))) => trailers = Some(found),
                    Ok(None) => break,
                    Err(status) => return (messages, trailers, Err(status.message().to_owned())),
                }
            }
        }
        let end = deframer
            .finish(status_in_headers)
            .map_err(|status| status.message().to_owned());
        (messages, trailers, end)
    }

    fn body() -> (Vec<u8>, Vec<u8>) {
        let messages: Vec<u8> = [frame(0, b"first message"), frame(0, b""), frame(1, &[7; 300])].concat();
        let trailers = frame(
            0x80,
            b"grpc-status: 13\r\nGRPC-Message:caf%C3%A9\r\nx-raw:\xff\xfe\r\nnonsense\r\n",
        );
        let body = [messages.clone(), trailers].concat();
        (messages, body)
    }

    #[test]
    fn requests_are_framed_as_responses_are() {
        assert_eq!(framed(b"a message"), frame(0, b"a message"));
    }

    #[test]
    fn a_body_cut_in_two_anywhere_is_the_same_body() {
        let (messages, body) = body();
        for cut in 0..=body.len() {
            let (head, tail) = body.split_at(cut);
            let (found, trailers, end) = deframed(&[head, tail], false);
            assert_eq!(found, messages, "cut at {cut}");
            let trailers = trailers.unwrap();
            assert_eq!(trailers["grpc-status"], "13");
            assert_eq!(trailers["grpc-message"], "caf%C3%A9");
            assert_eq!(trailers["x-raw"].as_bytes(), b"\xff\xfe");
            assert_eq!(trailers.len(), 3);
            assert_eq!(end, Ok(()));
        }
    }

    #[test]
    fn a_body_in_small_pieces_is_the_same_body() {
        let (messages, body) = body();
        for size in 1..8 {
            let pieces: Vec<&[u8]> = body.chunks(size).collect();
            let (found, trailers, end) = deframed(&pieces, false);
            assert_eq!((found, trailers.is_some(), end), (messages.clone(), true, Ok(())));
        }
    }

    #[test]
    fn a_body_that_ends_early_is_an_error_wherever_it_ends() {
        let (_, body) = body();
        for length in 0..body.len() {
            let (_, trailers, end) = deframed(&[&body[..length]], false);
            assert!(trailers.is_none());
            assert!(end.unwrap_err().contains("broke"), "ended after {length}");
        }
        assert_eq!(
            deframed(&[], true).2,
            Ok(()),
            "a status in the headers needs no trailers"
        );
        assert!(deframed(&[&[0, 0, 0, 0, 9, 1]], true).2.is_err());
    }

    #[test]
    fn lies_about_lengths_are_refused_without_allocating() {
        let huge = [0x80, 0xff, 0xff, 0xff, 0xff, b'x'];
        assert!(deframed(&[&huge], false).2.unwrap_err().contains("4294967295"));
        let after = [frame(0x80, b"grpc-status:0\r\n"), vec![0]].concat();
        assert!(
            deframed(&[&after], false)
                .2
                .unwrap_err()
                .contains("after its trailers")
        );
        assert!(deframed(&[&frame(0x80, b"")], false).2.is_ok());
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(pieces in proptest::collection::vec(proptest::collection::vec(proptest::num::u8::ANY, 0..20), 0..20)) {
            let pieces: Vec<&[u8]> = pieces.iter().map(Vec::as_slice).collect();
            let _ = deframed(&pieces, false);
        }
    }
}
