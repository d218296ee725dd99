//! The messages of a request's body: a flag, four bytes of length, as many bytes.
//!
//! Refuses compressed messages, as nobody can see what they say. Knows nothing of what a message says.

use bytes::{Buf, Bytes, BytesMut};

const PREFIX: usize = 5;

/// Why a body is no sequence of messages.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// The compressed flag is set.
    #[error("compressed requests are not passed on; send them uncompressed")]
    Compressed,
    /// Another flag is set, such as that of grpc-web's trailers.
    #[error("a message of the request has an unknown flag")]
    Flag,
    /// A message is longer than allowed; in bytes.
    #[error("a message of the request has {length} bytes, and this bridge passes on {limit} at most")]
    TooLong {
        /// What its prefix says.
        length: usize,
        /// What is allowed.
        limit: usize,
    },
    /// The body ends inside a message.
    #[error("the request ends inside a message")]
    Truncated,
    /// A call that takes one message has none.
    #[error("the request has no message")]
    Missing,
    /// A call that takes one message has more.
    #[error("the request has more than its one message")]
    Extra,
}

/// Cuts a body into messages as it arrives.
#[derive(Debug)]
pub struct Messages {
    buffer: BytesMut,
    limit: usize,
}

impl Messages {
    /// `limit`: bytes of the longest message.
    pub fn new(limit: usize) -> Self {
        Self {
            buffer: BytesMut::new(),
            limit,
        }
    }

    /// Takes more of the body.
    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// The next whole message, if it is there.
    pub fn take(&mut self) -> Result<Option<Bytes>, FrameError> {
        let Some(mut prefix) = self.buffer.get(..PREFIX) else {
            return match self.buffer.first() {
                // Refused as early as possible.
                Some(&flag) => check_flag(flag).map(|()| None),
                None => Ok(None),
            };
        };
        check_flag(prefix.get_u8())?;
        let length = prefix.get_u32() as usize;
        if length > self.limit {
            return Err(FrameError::TooLong {
                length,
                limit: self.limit,
            });
        }
        let missing = (PREFIX + length).saturating_sub(self.buffer.len());
        if missing > 0 {
            // Once and no more than it takes, as messages may be large.
            self.buffer.reserve(missing);
            return Ok(None);
        }
        self.buffer.advance(PREFIX);
        Ok(Some(self.buffer.split_to(length).freeze()))
    }

    /// Whether there are bytes of a message that is not whole yet.
    pub fn has_rest(&self) -> bool {
        !self.buffer.is_empty()
    }
}

fn check_flag(flag: u8) -> Result<(), FrameError> {
    match flag {
        0 => Ok(()),
        1 => Err(FrameError::Compressed),
        _ => Err(FrameError::Flag),
    }
}

/// The prefix of a message of `length` bytes; `None` if there is none for so many.
pub(crate) fn prefix(length: usize) -> Option<[u8; PREFIX]> {
    let [a, b, c, d] = u32::try_from(length).ok()?.to_be_bytes();
    Some([0, a, b, c, d])
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: usize = 8;

    #[test]
    fn messages_are_found_however_the_body_is_cut() {
        let body = b"\0\0\0\0\x03abc\0\0\0\0\0\0\0\0\0\x08abcdefgh";
        for step in 1..=body.len() {
            let mut messages = Messages::new(LIMIT);
            let mut found = Vec::new();
            for chunk in body.chunks(step) {
                messages.push(chunk);
                while let Some(message) = messages.take().unwrap() {
                    found.push(message);
                }
            }
            assert_eq!(found, ["abc", "", "abcdefgh"], "in steps of {step}");
            assert!(!messages.has_rest());
        }
    }

    #[test]
    fn what_is_no_message_is_refused() {
        type Case = (&'static [u8], Result<Option<&'static [u8]>, FrameError>);
        let cases: [Case; 8] = [
            (b"\0\0\0\0\x02hi", Ok(Some(b"hi"))),
            (b"", Ok(None)),
            (b"\0\0", Ok(None)),
            (b"\0\0\0\0\x02h", Ok(None)),
            (b"\x01", Err(FrameError::Compressed)),
            (b"\x01\0\0\0\0", Err(FrameError::Compressed)),
            (b"\x80\0\0\0\0", Err(FrameError::Flag)),
            (
                b"\0\xff\xff\xff\xff",
                Err(FrameError::TooLong {
                    length: 0xffff_ffff,
                    limit: LIMIT,
                }),
            ),
        ];
        for (body, expected) in cases {
            let mut messages = Messages::new(LIMIT);
            messages.push(body);
            assert_eq!(
                messages.take().map(|found| found.map(Vec::from)),
                expected.map(|found| found.map(Vec::from)),
                "{body:x?}"
            );
        }
    }

    #[test]
    fn a_prefix_says_what_follows() {
        let mut messages = Messages::new(LIMIT);
        messages.push(&prefix(2).unwrap());
        messages.push(b"hi");
        assert_eq!(messages.take().unwrap().unwrap(), "hi");
        assert_eq!(prefix(usize::MAX), None);
    }
}
