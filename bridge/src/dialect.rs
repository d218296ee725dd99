//! The ways a client may speak gRPC, and how it is refused in its own.

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use http::{
    HeaderMap, HeaderValue, StatusCode,
    header::{ACCEPT, ALLOW, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS},
};
use tonic::{Code, Status};

use crate::observe::Refused;

/// How a client speaks gRPC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    Native,
    Web,
    WebText,
}

impl Dialect {
    /// From a media type, whatever its parameters and its message format.
    fn of(media_type: &str) -> Option<Self> {
        let essence = media_type
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .to_ascii_lowercase();
        match essence.split('+').next().unwrap_or_default() {
            "application/grpc" => Some(Self::Native),
            "application/grpc-web" => Some(Self::Web),
            "application/grpc-web-text" => Some(Self::WebText),
            _ => None,
        }
    }

    pub(crate) fn of_request(headers: &HeaderMap) -> Option<Self> {
        headers.get(CONTENT_TYPE)?.to_str().ok().and_then(Self::of)
    }

    /// What the client wants back: what it names, else what it speaks.
    pub(crate) fn of_answer(self, headers: &HeaderMap) -> Self {
        let accept = headers
            .get(ACCEPT)
            .and_then(|accept| accept.to_str().ok())
            .unwrap_or_default();
        accept.split(',').find_map(Self::of).unwrap_or(self)
    }

    /// The media type as tonic-web recognises it.
    pub(crate) fn media_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Native => "application/grpc",
            Self::Web => "application/grpc-web+proto",
            Self::WebText => "application/grpc-web-text+proto",
        })
    }
}

/// Why a request is answered without a call.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) http: StatusCode,
    pub(crate) grpc: Code,
    pub(crate) sentence: String,
    /// The methods that would have been right, for status 405.
    pub(crate) allow: Option<&'static str>,
}

/// A status that needs no HTTP status of its own.
impl From<Status> for Refusal {
    fn from(status: Status) -> Self {
        Self {
            http: StatusCode::OK,
            grpc: status.code(),
            sentence: status.message().to_owned(),
            allow: None,
        }
    }
}

impl Refusal {
    /// Another HTTP method than the ones in `allow`.
    pub(crate) fn method(allow: &'static str, sentence: impl Into<String>) -> Self {
        Self {
            http: StatusCode::METHOD_NOT_ALLOWED,
            grpc: Code::Unimplemented,
            sentence: sentence.into(),
            allow: Some(allow),
        }
    }

    /// A gRPC status for a gRPC client, a line of text for anyone else.
    pub(crate) fn answer(self, request: &HeaderMap) -> Response {
        let refused = Refused(self.sentence.clone());
        let mut response = match Dialect::of_request(request) {
            Some(dialect) => {
                let mut response = Status::new(self.grpc, self.sentence).into_http::<Body>();
                let media_type = dialect.of_answer(request).media_type();
                response.headers_mut().insert(CONTENT_TYPE, media_type);
                response
            }
            None => format!("{}\n", self.sentence).into_response(),
        };
        *response.status_mut() = self.http;
        // The sentence may repeat what was asked, and must not be taken for a page.
        response
            .headers_mut()
            .insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        response.extensions_mut().insert(refused);
        if let Some(allow) = self.allow {
            response
                .headers_mut()
                .insert(ALLOW, HeaderValue::from_static(allow));
        }
        response
    }
}
