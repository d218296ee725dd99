//! Carries HTTP bodies and gRPC status between the client and a server or a bridge.
//!
//! Knows no Spark message. A [`Transport`] is a service from HTTP request to HTTP response with gRPC framing on both
//! sides; where the wire speaks grpc-web, the framing is translated here.

pub mod framing;

#[cfg(target_arch = "wasm32")]
mod fetch;
#[cfg(not(target_arch = "wasm32"))]
mod native;

use std::{
    fmt,
    task::{Context, Poll},
};

use futures::{FutureExt, TryFutureExt, future::BoxFuture};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode};
use http_body::Frame;
use http_body_util::BodyExt;
use tonic::{Code, Status, body::Body, metadata::MetadataMap};
use tower::util::BoxCloneSyncService;
use tower_service::Service;

use crate::{connection::ConnectionString, error::Error};

/// A way to a server. Cheap to clone; clones share their connections.
#[derive(Clone)]
pub struct Transport {
    service: BoxCloneSyncService<Request<Body>, Response<Body>, Status>,
    headers: HeaderMap,
}

impl Transport {
    /// The way that fits the platform: fetch with grpc-web in a browser, gRPC elsewhere.
    ///
    /// Connects when the first request is sent. Natively it must be called inside a tokio runtime.
    pub fn connect(connection: &ConnectionString) -> Result<Self, Error> {
        #[cfg(target_arch = "wasm32")]
        return Self::fetch(connection);
        #[cfg(not(target_arch = "wasm32"))]
        return Self::grpc(connection);
    }

    /// Wraps a service of one's own, for example a scripted one in a test.
    pub fn from_service<S>(service: S) -> Self
    where
        S: Service<Request<Body>, Response = Response<Body>, Error = Status> + Clone + Send + Sync + 'static,
        S::Future: Send + 'static,
    {
        Self {
            service: BoxCloneSyncService::new(service),
            headers: HeaderMap::new(),
        }
    }

    /// Adds the headers that a connection string asks for.
    fn with_headers_of(mut self, connection: &ConnectionString) -> Result<Self, Error> {
        for (name, value) in connection.request_headers() {
            let (Ok(header), Ok(mut value)) = (HeaderName::try_from(&name), HeaderValue::try_from(value))
            else {
                return Err(Error::new(
                    crate::ErrorKind::Invalid,
                    format!("The value of {name} cannot be sent as a header. Leave out control characters."),
                ));
            };
            // Any of them may be a key to something; none belongs into a log.
            value.set_sensitive(true);
            self.headers.append(header, value);
        }
        Ok(self)
    }
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transport").finish_non_exhaustive()
    }
}

impl Service<Request<Body>> for Transport {
    type Response = Response<Body>;
    type Error = Status;
    type Future = BoxFuture<'static, Result<Response<Body>, Status>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Status>> {
        self.service.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        for (name, value) in &self.headers {
            request.headers_mut().append(name, value.clone());
        }
        self.service.call(request).map_ok(readable).boxed()
    }
}

const STATUS_DETAILS: &str = "grpc-status-details-bin";

/// The response without details of its status that cannot be read: tonic panics at them.
fn readable(response: Response<Body>) -> Response<Body> {
    let (mut parts, body) = response.into_parts();
    drop_unreadable(&mut parts.headers);
    let body = body.map_frame(|frame| match frame.into_trailers() {
        Ok(mut trailers) => {
            drop_unreadable(&mut trailers);
            Frame::trailers(trailers)
        }
        Err(frame) => frame,
    });
    Response::from_parts(parts, Body::new(body))
}

fn drop_unreadable(headers: &mut HeaderMap) {
    let Some(details) = headers.get(STATUS_DETAILS) else {
        return;
    };
    let alone = HeaderMap::from_iter([(HeaderName::from_static(STATUS_DETAILS), details.clone())]);
    let alone = MetadataMap::from_headers(alone);
    let bytes = alone.get_bin(STATUS_DETAILS).map(|details| details.to_bytes());
    if !matches!(bytes, Some(Ok(_))) {
        headers.remove(STATUS_DETAILS);
    }
}

/// What a response says when it is not gRPC at all: the page of a proxy, a login form, another service.
fn not_grpc(status: StatusCode, headers: &HeaderMap, url: &str) -> Option<Status> {
    let is_grpc = headers
        .get(http::header::CONTENT_TYPE)
        .is_some_and(|value| value.as_bytes().starts_with(b"application/grpc"));
    if is_grpc || headers.contains_key("grpc-status") {
        return None;
    }
    let code = match status.as_u16() {
        401 => Code::Unauthenticated,
        403 | 421 => Code::PermissionDenied,
        413 => Code::ResourceExhausted,
        408 | 429 | 502..=504 => Code::Unavailable,
        _ => Code::Unimplemented,
    };
    let advice = match code {
        Code::Unauthenticated | Code::PermissionDenied => "It refuses this request.",
        Code::ResourceExhausted => "It refuses a request of this size.",
        Code::Unavailable => "It may be starting or overloaded.",
        _ => "Check the address: it is not that of a Spark Connect bridge.",
    };
    Some(Status::new(
        code,
        format!("{url} answered HTTP {status} instead of a gRPC response. {advice}"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_grpc_is_explained() {
        let mut headers = HeaderMap::new();
        let code = |status, headers: &HeaderMap| {
            not_grpc(StatusCode::from_u16(status).unwrap(), headers, "http://b").map(|s| s.code())
        };
        assert_eq!(code(404, &headers), Some(Code::Unimplemented));
        assert_eq!(code(200, &headers), Some(Code::Unimplemented));
        assert_eq!(code(401, &headers), Some(Code::Unauthenticated));
        assert_eq!(code(503, &headers), Some(Code::Unavailable));
        headers.insert(
            "content-type",
            HeaderValue::from_static("application/grpc-web+proto"),
        );
        assert_eq!(code(200, &headers), None);
    }

    #[test]
    fn details_that_cannot_be_read_are_left_out() {
        for (details, kept) in [
            ("CA4SAWE", true),
            ("CA4SAWE=", true),
            ("C\u{e3}", false),
            ("====", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(
                STATUS_DETAILS,
                HeaderValue::from_bytes(details.as_bytes()).unwrap(),
            );
            headers.insert("grpc-status", HeaderValue::from_static("13"));
            drop_unreadable(&mut headers);
            assert_eq!(headers.contains_key(STATUS_DETAILS), kept, "{details}");
            let status = Status::from_header_map(&headers).unwrap();
            assert_eq!(status.code(), Code::Internal);
        }
    }

    #[test]
    fn a_token_that_is_no_header_is_refused_without_repeating_it() {
        let mut connection = ConnectionString::parse("sc://localhost").unwrap();
        connection.token = Some("se\ncret".to_owned());
        let service = tower::service_fn(|_: Request<Body>| async { Err(Status::unavailable("")) });
        let error = Transport::from_service(service)
            .with_headers_of(&connection)
            .unwrap_err();
        assert!(!error.message.contains("cret"), "{error}");
    }
}
