//! What the bridge reads of a request: who it says it comes from, which session and operation it is about, and, when
//! someone asks, what its plan does. And the one thing it writes: who it truly comes from.
//!
//! Pure and bounded: bytes in, values out. Nothing is decoded as a whole or encoded again. Protobuf lets a field
//! appear several times, the last one counting and messages merging; a request therefore gets its true user
//! appended, and no reading of what comes before can undo it.
//!
//! - `wire`: protobuf's wire format
//! - `frames`: a body's messages
//! - `method`: Spark's methods and the field numbers of their requests
//! - `settings`: which of Spark's settings a request asks for
//! - `survey`: what a plan does
//! - `compressed`: plans that travel compressed
//! - `schema`: the message types that `survey` walks through
//! - `sql`: whether SQL text is clearly a query

mod compressed;
mod frames;
mod method;
mod schema;
mod settings;
mod sql;
mod survey;
mod wire;

use bytes::Bytes;

pub(crate) use frames::prefix;
pub use frames::{FrameError, Messages};
pub use method::Method;
pub use survey::{Survey, Writes};
pub use wire::WireError;
use wire::{Fields, Value, put_bytes};

/// `session_id` and `user_context`, in every request.
const SESSION_ID: u32 = 1;
const USER_CONTEXT: u32 = 2;
/// In a request to clone a session.
pub(crate) const NEW_SESSION_ID: u32 = 4;
/// In a request to execute a plan.
pub(crate) const OPERATION_ID: u32 = 6;
/// In a request to release an operation.
const RELEASE_ALL: u32 = 5;
/// Inside `user_context`.
const USER_ID: u32 = 1;
const USER_NAME: u32 = 2;
const EXTENSIONS: u32 = 999;
/// Longest id that is looked at, bytes. Spark's own are UUIDs of 36.
const MAX_ID: usize = 1024;

/// Why a message is not passed on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    /// The bytes are no protobuf message.
    #[error("the request is no message of Spark Connect: {0}")]
    Wire(#[from] WireError),
    /// A text that Spark would refuse as well.
    #[error("the request's {0} is not text")]
    Text(&'static str),
    /// An id that is too long to be one.
    #[error("the request's {0} is longer than {MAX_ID} bytes")]
    Long(&'static str),
    /// Two different users in one message.
    #[error("the request names more than one user")]
    SeveralUsers,
}

/// Who sent a message, and what it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// The method that is called.
    pub method: Method,
    /// Who the message says it comes from; empty if it does not say. Spark believes it, the bridge must not.
    pub claimed_user: String,
    /// Whether the message extends its user in ways that only plugins of the server understand.
    pub extends_user: bool,
    /// The session, of the client's choice; empty if it names none. Spark tells sessions apart by user and this.
    pub session_id: String,
    /// The server's side of the session, as the client saw it last.
    pub observed_server_session_id: Option<String>,
    /// The operation that is started, read, released or interrupted.
    pub operation_id: Option<String>,
    /// Whether a ReleaseExecute ends its operation, and not only what was read of it.
    pub releases_all: bool,
    /// The session that CloneSession is to make, if the client chooses its name.
    pub new_session_id: Option<String>,
    message: Bytes,
}

impl Envelope {
    /// Reads a message of one of `method`'s requests.
    pub fn read(method: Method, message: Bytes) -> Result<Self, EnvelopeError> {
        let mut envelope = Self {
            method,
            claimed_user: String::new(),
            extends_user: false,
            session_id: String::new(),
            observed_server_session_id: None,
            operation_id: None,
            releases_all: false,
            new_session_id: None,
            message: Bytes::new(),
        };
        for field in Fields::of(&message) {
            let field = field?;
            // A field of another wire type than its own is an unknown field to Spark.
            let Value::Bytes(bytes) = field.value else {
                continue;
            };
            let number = Some(field.number);
            if field.number == SESSION_ID {
                envelope.session_id = id("session_id", bytes)?;
            } else if field.number == USER_CONTEXT {
                envelope.read_user(bytes)?;
            } else if number == method.observed_field() {
                let observed = id("client_observed_server_side_session_id", bytes)?;
                envelope.observed_server_session_id = Some(observed);
            } else if number == method.operation_field() {
                envelope.operation_id = Some(id("operation_id", bytes)?);
            } else if field.number == RELEASE_ALL && method == Method::ReleaseExecute {
                envelope.releases_all = true;
            } else if field.number == NEW_SESSION_ID && method == Method::CloneSession {
                envelope.new_session_id = Some(id("new_session_id", bytes)?);
            }
        }
        envelope.message = message;
        Ok(envelope)
    }

    fn read_user(&mut self, user_context: &[u8]) -> Result<(), EnvelopeError> {
        for field in Fields::of(user_context) {
            let field = field?;
            let Value::Bytes(bytes) = field.value else {
                continue;
            };
            match field.number {
                USER_ID => {
                    let user = id("user_id", bytes)?;
                    if !self.claimed_user.is_empty() && !user.is_empty() && self.claimed_user != user {
                        return Err(EnvelopeError::SeveralUsers);
                    }
                    if !user.is_empty() {
                        self.claimed_user = user;
                    }
                }
                USER_NAME => drop(text("user_name", bytes)?),
                EXTENSIONS => self.extends_user = true,
                _ => {}
            }
        }
        Ok(())
    }

    /// The message as it came.
    pub fn message(&self) -> &Bytes {
        &self.message
    }

    /// Whether Spark's answer to a request for its settings would contain the token that its clients share.
    pub fn reveals_token(&self) -> Result<bool, EnvelopeError> {
        Ok(settings::reveals_token(&self.message)?)
    }

    /// The bytes of an ExecutePlan's plan, or of what an AnalyzePlan asks about one.
    pub fn plan(&self) -> Option<&[u8]> {
        let numbers = match self.method {
            Method::ExecutePlan => 3..=3,
            // One of these, with `client_observed_server_side_session_id` among them.
            Method::AnalyzePlan => 4..=u32::MAX,
            _ => return None,
        };
        Fields::of(&self.message)
            .map_while(Result::ok)
            .filter(|field| {
                numbers.contains(&field.number) && Some(field.number) != self.method.observed_field()
            })
            .find_map(|field| match field.value {
                Value::Bytes(bytes) => Some(bytes),
                _ => None,
            })
    }

    /// What the request's plans do; walks through all of the message.
    pub fn survey(&self) -> Survey {
        Survey::of(self.method, &self.message)
    }
}

/// The bytes that, appended to any request's message, make `user` the one it comes from.
pub fn signature(user: &str, name: &str) -> Bytes {
    let mut context = Vec::new();
    put_bytes(&mut context, USER_ID, user.as_bytes());
    put_bytes(&mut context, USER_NAME, name.as_bytes());
    let mut appended = Vec::new();
    put_bytes(&mut appended, USER_CONTEXT, &context);
    appended.into()
}

/// The bytes that, appended to a request, name what it makes; `number` is the field of the name.
pub(crate) fn new_id(number: u32, id: &str) -> Vec<u8> {
    let mut appended = Vec::new();
    put_bytes(&mut appended, number, id.as_bytes());
    appended
}

fn id(what: &'static str, bytes: &[u8]) -> Result<String, EnvelopeError> {
    if bytes.len() > MAX_ID {
        return Err(EnvelopeError::Long(what));
    }
    text(what, bytes).map(str::to_owned)
}

fn text<'a>(what: &'static str, bytes: &'a [u8]) -> Result<&'a str, EnvelopeError> {
    str::from_utf8(bytes).map_err(|_| EnvelopeError::Text(what))
}
