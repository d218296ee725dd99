//! A request's body on its way to Spark: every message is read before it leaves, and leaves with its true user.
//!
//! A call of one message is read whole; an upload passes message by message. Where a request goes is not decided here.

use std::{
    collections::VecDeque,
    error::Error,
    pin::Pin,
    sync::{Arc, OnceLock},
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::{BufMut, Bytes, BytesMut};
use bytesize::ByteSize;
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;
use tokio::time::Instant;
use tonic::{Code, Status};
use uuid::Uuid;

use crate::{
    envelope::{
        Envelope, EnvelopeError, FrameError, Messages, Method, NEW_SESSION_ID, OPERATION_ID, new_id, prefix,
        signature,
    },
    identity::Identity,
    limits::Room,
};

/// A browser shows an answer only once its request is sent, so the rest of a refused one is still read, this long.
const DISCARD_TIME: Duration = Duration::from_secs(30);
/// After this time a request must have come at this pace on average, bytes a second: whoever sends it in drops takes
/// a place from others.
const PATIENCE: Duration = Duration::from_secs(30);
const LEAST_PACE: u64 = 4 * 1024;
/// Messages up to this size are copied into one piece with what is around them, bytes.
const SMALL: usize = 16 * 1024;

type BoxError = Box<dyn Error + Send + Sync>;

/// How much a request may hold.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sizes {
    pub(crate) message: ByteSize,
    /// All messages of an upload.
    pub(crate) upload: ByteSize,
}

/// Reads a request up to its first message, which says what the call is about.
pub(crate) async fn read(
    method: Method,
    identity: Option<&Identity>,
    sizes: Sizes,
    mut room: Room,
    mut body: tonic::body::Body,
) -> Result<(Envelope, RequestBody), Status> {
    let mut inbound = Inbound {
        method,
        identity: identity.cloned(),
        messages: Messages::new(sizes.message.as_u64() as usize),
        upload: sizes.upload,
        received: 0,
        session_id: None,
    };
    let mut ready = VecDeque::new();
    let first = match inbound.first(&mut body, &mut room, &mut ready).await {
        Ok(envelope) => envelope,
        Err(status) => {
            drop(room);
            let rest = async { while let Some(Ok(_)) = body.frame().await {} };
            // Whether the rest came or not, the answer is the same.
            let _ = tokio::time::timeout(DISCARD_TIME, rest).await;
            return Err(status);
        }
    };
    let upload = method.takes_a_stream().then(|| Upload {
        inbound,
        body,
        refusal: Arc::default(),
    });
    let room = Some(room);
    Ok((first, RequestBody { ready, room, upload }))
}

/// Checks a request's messages one after the other.
struct Inbound {
    method: Method,
    identity: Option<Identity>,
    messages: Messages,
    upload: ByteSize,
    received: u64,
    /// The session of the messages so far; Spark looks at the first one's only.
    session_id: Option<String>,
}

impl Inbound {
    async fn first(
        &mut self,
        body: &mut tonic::body::Body,
        room: &mut Room,
        ready: &mut VecDeque<Bytes>,
    ) -> Result<Envelope, Status> {
        let begun = Instant::now();
        let mut first = None;
        while first.is_none() || !self.method.takes_a_stream() {
            let Some(frame) = body.frame().await else { break };
            let frame = frame.map_err(|error| unreadable(&error))?;
            let Some(data) = frame.data_ref() else { continue };
            self.push(data, room)?;
            let late = begun.elapsed().saturating_sub(PATIENCE);
            if self.received < LEAST_PACE * late.as_secs() {
                return Err(Status::deadline_exceeded(
                    "The request comes too slowly; send it again over a better line.",
                ));
            }
            if first.is_none() {
                first = self.next(ready)?;
            }
            if first.is_some() && self.messages.has_rest() && !self.method.takes_a_stream() {
                return Err(refused_frame(&FrameError::Extra));
            }
        }
        first.ok_or_else(|| {
            refused_frame(&if self.messages.has_rest() {
                FrameError::Truncated
            } else {
                FrameError::Missing
            })
        })
    }

    fn push(&mut self, data: &[u8], room: &mut Room) -> Result<(), Status> {
        self.received += data.len() as u64;
        if self.method.takes_a_stream() && self.received > self.upload.as_u64() {
            return Err(Status::resource_exhausted(format!(
                "An upload may have {} here. Send fewer files at a time, or put them where the cluster reads them by itself.",
                self.upload
            )));
        }
        room.take(data.len())?;
        self.messages.push(data);
        Ok(())
    }

    /// Takes the next whole message, and adds it as it goes to Spark to `ready`.
    fn next(&mut self, ready: &mut VecDeque<Bytes>) -> Result<Option<Envelope>, Status> {
        let Some(message) = self.messages.take().map_err(|error| refused_frame(&error))? else {
            return Ok(None);
        };
        let mut envelope = Envelope::read(self.method, message).map_err(|error| refused_message(&error))?;
        let first = self.session_id.get_or_insert_with(|| envelope.session_id.clone());
        if *first != envelope.session_id {
            return Err(Status::invalid_argument(
                "The messages of an upload must all name the same session.",
            ));
        }
        let appended = match &self.identity {
            Some(identity) => {
                enforce(&envelope, identity)?;
                signature(&identity.user, &identity.name)
            }
            None => Bytes::new(),
        };
        let appended = match name_new(&mut envelope) {
            Some(name) => [&appended[..], &name].concat().into(),
            None => appended,
        };
        let message = envelope.message();
        let length = message.len() + appended.len();
        let prefix = prefix(length).ok_or_else(|| {
            refused_frame(&FrameError::TooLong {
                length,
                limit: u32::MAX as usize,
            })
        })?;
        if length <= SMALL {
            let mut whole = BytesMut::with_capacity(prefix.len() + length);
            whole.put_slice(&prefix);
            whole.put_slice(message);
            whole.put_slice(&appended);
            ready.push_back(whole.freeze());
        } else {
            ready.extend([Bytes::copy_from_slice(&prefix), message.clone(), appended]);
        }
        Ok(Some(envelope))
    }
}

/// Names what a client leaves to Spark to name: the session that a clone makes, since where it lives must be known
/// here, and an operation, since what cannot be named could be neither limited nor found in a log.
fn name_new(envelope: &mut Envelope) -> Option<Vec<u8>> {
    let (name, number) = match envelope.method {
        Method::CloneSession => (&mut envelope.new_session_id, NEW_SESSION_ID),
        Method::ExecutePlan => (&mut envelope.operation_id, OPERATION_ID),
        _ => return None,
    };
    if name.is_some() {
        return None;
    }
    let id = Uuid::new_v4().to_string();
    let appended = new_id(number, &id);
    *name = Some(id);
    Some(appended)
}

/// Refuses a message that claims to come from someone else.
fn enforce(envelope: &Envelope, identity: &Identity) -> Result<(), Status> {
    if !envelope.claimed_user.is_empty() && envelope.claimed_user != identity.user {
        return Err(Status::permission_denied(format!(
            "You are {user} here, and the request names another user. Leave user_id out of the connection string, or \
             write user_id={user}.",
            user = identity.user
        )));
    }
    if envelope.extends_user {
        return Err(Status::permission_denied(
            "This bridge says who you are, and passes on no extensions of the user's context.",
        ));
    }
    Ok(())
}

/// What goes to Spark.
pub(crate) struct RequestBody {
    ready: VecDeque<Bytes>,
    /// What they take of the memory for requests.
    room: Option<Room>,
    /// What still arrives.
    upload: Option<Upload>,
}

struct Upload {
    inbound: Inbound,
    body: tonic::body::Body,
    refusal: Arc<OnceLock<Status>>,
}

impl RequestBody {
    /// A body of one message, of the bridge's own.
    pub(crate) fn of(message: &[u8]) -> Self {
        let framed = prefix(message.len()).map(|prefix| Bytes::from([&prefix[..], message].concat()));
        Self {
            ready: framed.into_iter().collect(),
            room: None,
            upload: None,
        }
    }

    /// Holds, once the body has broken off, why it had to.
    pub(crate) fn refusal(&self) -> Arc<OnceLock<Status>> {
        self.upload
            .as_ref()
            .map_or_else(Arc::default, |upload| upload.refusal.clone())
    }
}

impl Upload {
    /// Reads on until there is another message; `None` at the end.
    fn poll_more(
        &mut self,
        cx: &mut Context<'_>,
        room: &mut Room,
        ready: &mut VecDeque<Bytes>,
    ) -> Poll<Option<Result<(), Status>>> {
        loop {
            match self.inbound.next(ready) {
                Ok(None) => {}
                result => return Poll::Ready(Some(result.map(drop))),
            }
            match ready!(Pin::new(&mut self.body).poll_frame(cx)) {
                Some(Ok(frame)) => {
                    if let Some(data) = frame.data_ref()
                        && let Err(status) = self.inbound.push(data, room)
                    {
                        return Poll::Ready(Some(Err(status)));
                    }
                }
                Some(Err(error)) => return Poll::Ready(Some(Err(unreadable(&error)))),
                None if self.inbound.messages.has_rest() => {
                    return Poll::Ready(Some(Err(refused_frame(&FrameError::Truncated))));
                }
                None => return Poll::Ready(None),
            }
        }
    }
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = self.get_mut();
        loop {
            if let Some(bytes) = this.ready.pop_front() {
                if let Some(room) = &mut this.room {
                    room.give_back(bytes.len());
                }
                return Poll::Ready(Some(Ok(Frame::data(bytes))));
            }
            let (Some(upload), Some(room)) = (&mut this.upload, &mut this.room) else {
                return Poll::Ready(None);
            };
            match ready!(upload.poll_more(cx, room, &mut this.ready)) {
                Some(Ok(())) => {}
                Some(Err(status)) => {
                    let _ = upload.refusal.set(status.clone());
                    this.upload = None;
                    return Poll::Ready(Some(Err(status.into())));
                }
                None => this.upload = None,
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.ready.is_empty() && self.upload.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        let ready = self.ready.iter().map(|bytes| bytes.len() as u64).sum();
        match self.upload {
            Some(_) => SizeHint::default(),
            None => SizeHint::with_exact(ready),
        }
    }
}

/// A connection that breaks in the middle of a request may be heard of: one direction can end before the other. The same
/// request may then be sent again. tonic-web keeps of hyper's error nothing but the text.
fn unreadable(error: &Status) -> Status {
    let code = match error.message().contains("reading a body from connection") {
        true => Code::Unavailable,
        false => Code::InvalidArgument,
    };
    Status::new(
        code,
        format!("The request could not be read: {}.", error.message()),
    )
}

fn refused_frame(error: &FrameError) -> Status {
    let code = match error {
        FrameError::Compressed => Code::Unimplemented,
        FrameError::TooLong { .. } => Code::ResourceExhausted,
        _ => Code::InvalidArgument,
    };
    Status::new(code, sentence(error))
}

fn refused_message(error: &EnvelopeError) -> Status {
    let code = match error {
        EnvelopeError::SeveralUsers => Code::PermissionDenied,
        _ => Code::InvalidArgument,
    };
    Status::new(code, sentence(error))
}

fn sentence(error: &dyn Error) -> String {
    let text = error.to_string();
    let mut chars = text.chars();
    let first = chars.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(chars).chain(['.']).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use http_body_util::StreamBody;
    use tokio::time::sleep;

    use super::*;
    use crate::{config::Sources, limits::Limits};

    /// The clock is the test's: it jumps ahead whenever everything waits.
    #[tokio::test(start_paused = true)]
    async fn who_sends_in_drops_is_refused() {
        let body = |length: usize, piece: usize, pause: u64| {
            let message = [
                &prefix(length).unwrap()[..],
                &[0x7a, 0x80, 0x80, 0x04],
                &vec![7; length - 4],
            ]
            .concat();
            let pieces: Vec<Bytes> = message.chunks(piece).map(Bytes::copy_from_slice).collect();
            let frames = futures::stream::unfold(pieces.into_iter(), move |mut pieces| async move {
                sleep(Duration::from_secs(pause)).await;
                Some((Ok::<_, Status>(Frame::data(pieces.next()?)), pieces))
            });
            tonic::body::Body::new(StreamBody::new(frames))
        };
        let settings = Sources::default().load().unwrap();
        let limits = Limits::new(&settings, Arc::default(), None);
        // The field takes all of the message: 64 KiB.
        let length = 4 + 64 * 1024;
        for (what, piece, pause, expected) in [
            ("at once", length + 5, 0, None),
            ("slowly", 16 * 1024, 3, None),
            ("late, and then quickly", length + 5, 29, None),
            ("in drops", 64, 2, Some(Code::DeadlineExceeded)),
        ] {
            let begun = Instant::now();
            let sizes = Sizes {
                message: ByteSize(length as u64),
                upload: ByteSize(0),
            };
            let read = read(
                Method::Config,
                None,
                sizes,
                limits.room(),
                body(length, piece, pause),
            )
            .await;
            assert_eq!(read.err().map(|status| status.code()), expected, "{what}");
            assert!(
                begun.elapsed() < Duration::from_secs(100),
                "{what}: {:?}",
                begun.elapsed()
            );
        }
    }
}
