//! One call: admits the request, translates grpc-web (tonic-web's layer does), passes it to Spark and the answer
//! back. Answers are raw; what they say is between the client and Spark.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    Extension,
    body::Body,
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use http::{
    HeaderMap, HeaderName, HeaderValue, StatusCode, Version,
    header::{ACCEPT, AUTHORIZATION, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, TE},
};
use tokio::time::timeout_at;
use tonic::{Code, Status};
use tonic_web::GrpcWebLayer;
use tower::{Layer, ServiceExt, service_fn};

use crate::{
    backend::{Answer, BACKEND_HEADER, Backend, Backends, Server},
    deadline::Deadline,
    dialect::{Dialect, Refusal},
    envelope::{Envelope, Method},
    identity::{Access, Identity, Peer, Rights},
    inbound::{self, Sizes},
    limits::{Connection, Limits},
    observe::Call,
    origins::Origins,
    relay::{Held, Relay},
};

const SERVICE: &str = "/spark.connect.SparkConnectService/";
/// A plan of this size, bytes, takes milliseconds to read; others on the thread need not wait for larger ones.
const LARGE: usize = 256 * 1024;
/// What a browser or a proxy says about itself, and what HTTP/2 has no place for.
const NOT_FORWARDED: [&str; 24] = [
    "accept",
    "accept-encoding",
    "accept-language",
    "cache-control",
    "connection",
    "content-length",
    "cookie",
    "dnt",
    "expect",
    "forwarded",
    "host",
    "http2-settings",
    "keep-alive",
    "max-forwards",
    "origin",
    "pragma",
    "priority",
    "referer",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
    "x-grpc-web",
    "x-requested-with",
];

/// What every call needs.
pub(crate) struct Calls {
    pub(crate) backends: Arc<Backends>,
    pub(crate) origins: Origins,
    pub(crate) access: Arc<Access>,
    pub(crate) limits: Arc<Limits>,
    /// How long a call may take.
    pub(crate) longest: Option<Duration>,
}

/// Answers a request to Spark's service.
pub(crate) async fn call(
    State(calls): State<Arc<Calls>>,
    Extension(call): Extension<Arc<Call>>,
    request: Request,
) -> Response {
    let (dialect, method, backend) = match calls.admit(&request) {
        Ok(admitted) => admitted,
        Err(refusal) => return refusal.answer(request.headers()),
    };
    let backend = backend.clone();
    call.is_for(&backend.name, method);
    let (mut parts, body) = request.into_parts();
    let is_own = calls.origins.is_own_page(&parts.uri, &parts.headers);
    let caller = match calls.access.identify(&parts, is_own).await {
        Ok(identity) => {
            call.comes_from(identity.as_ref());
            calls
                .access
                .rights(identity.as_ref(), &backend.name)
                .map(|rights| Caller { identity, rights })
        }
        Err(status) => Err(status),
    };
    let caller = match caller {
        Ok(caller) => caller,
        Err(status) => return Refusal::from(status).answer(&parts.headers),
    };
    calls.access.take_credentials(&mut parts.headers);
    let mut request = Request::from_parts(parts, body);
    let wanted = dialect.of_answer(request.headers());
    request.headers_mut().insert(CONTENT_TYPE, dialect.media_type());
    request.headers_mut().insert(ACCEPT, wanted.media_type());

    let longest = calls.longest;
    let forward = service_fn(move |request: Request<tonic::body::Body>| {
        let (backend, caller, call, limits) = (
            backend.clone(),
            caller.clone(),
            call.clone(),
            calls.limits.clone(),
        );
        // In a box: the layers around it would move its many kilobytes several times.
        Box::pin(async move {
            let answer = match Deadline::of(request.headers(), longest) {
                Ok(deadline) => {
                    let answer = forward(&backend, method, &caller, &call, &limits, request, deadline);
                    match deadline {
                        Some(deadline) => timeout_at(deadline.at, answer)
                            .await
                            .unwrap_or_else(|_| Err(deadline.exceeded())),
                        None => answer.await,
                    }
                }
                Err(status) => Err(status),
            };
            if let Err(status) = &answer {
                call.is_refused(status);
            }
            Ok::<_, Infallible>(answer.unwrap_or_else(Status::into_http))
        })
    });
    match GrpcWebLayer::new().layer(forward).oneshot(request).await {
        Ok(response) => response.into_response(),
        Err(never) => match never {},
    }
}

impl Calls {
    /// Refuses what is no call of a known method by a client that may make it.
    fn admit(&self, request: &Request) -> Result<(Dialect, Method, &Arc<Backend>), Refusal> {
        let headers = request.headers();
        if request.method() != http::Method::POST {
            return Err(Refusal::method("POST", "Spark's methods are called with POST."));
        }
        if self.origins.forbids(request.method(), request.uri(), headers) {
            return Err(Refusal {
                http: StatusCode::FORBIDDEN,
                grpc: Code::PermissionDenied,
                sentence: "This bridge answers its own pages only; the request comes from another site's. \
                       Start the bridge with --allow-origin to let that site call."
                    .to_owned(),
                allow: None,
            });
        }
        let path = request.uri().path();
        let (before, named) = path.split_once(SERVICE).unwrap_or_default();
        let in_path = before.strip_prefix('/');
        let dialect = Dialect::of_request(headers);
        let method = Method::of_name(named);
        match (dialect, method) {
            (None, _) => Err(Refusal {
                http: StatusCode::UNSUPPORTED_MEDIA_TYPE,
                grpc: Code::Internal,
                sentence: "Spark's methods take the content types application/grpc-web+proto, \
                       application/grpc-web-text+proto and, over HTTP/2, application/grpc."
                    .to_owned(),
                allow: None,
            }),
            (Some(Dialect::Native), _) if request.version() != Version::HTTP_2 => Err(Refusal {
                http: StatusCode::BAD_REQUEST,
                grpc: Code::Internal,
                sentence: "gRPC needs HTTP/2; over HTTP/1.1 use application/grpc-web+proto.".to_owned(),
                allow: None,
            }),
            (Some(_), None) => Err(Refusal {
                http: StatusCode::OK,
                grpc: Code::Unimplemented,
                sentence: format!("Spark Connect has no method {named} that this bridge knows."),
                allow: None,
            }),
            (Some(dialect), Some(method)) => Ok((dialect, method, self.backends.choose(in_path, headers)?)),
        }
    }
}

/// Who calls, and what they may do.
#[derive(Clone)]
struct Caller {
    identity: Option<Identity>,
    rights: Rights,
}

/// Spark answers requests for its settings with the token that all its clients share, and puts it into SQL, names and
/// types that refer to its environment; only the bridge holds it.
fn refuse_token(envelope: &Envelope) -> Result<(), Status> {
    let method = envelope.method;
    if matches!(method, Method::AnalyzePlan | Method::Config | Method::ExecutePlan)
        && envelope.survey().reads_environment
    {
        return Err(Status::permission_denied(
            "Spark's answer could contain the token that this bridge keeps: write no ${env:...} and ${system:...}, and \
             nothing that this bridge cannot read.",
        ));
    }
    let reveals_token = || {
        envelope
            .reveals_token()
            .map_err(|error| Status::invalid_argument(format!("The request cannot be read: {error}.")))
    };
    if method == Method::Config && reveals_token()? {
        return Err(Status::permission_denied(
            "Spark's answer would contain the token that this bridge keeps. Ask for single settings, or for all \
             with a prefix such as spark.sql.",
        ));
    }
    Ok(())
}

/// Whether someone may do what a request wants.
fn permit(backend: &Backend, caller: &Caller, envelope: &Envelope) -> Result<(), Status> {
    caller.rights.check(envelope)?;
    if backend.settings.headers.contains_key(AUTHORIZATION) {
        refuse_token(envelope)?;
    }
    Ok(())
}

/// Decides about a request, and tells the audit log.
fn judge(
    backend: &Backend,
    caller: &Caller,
    call: &Arc<Call>,
    envelope: Envelope,
) -> Result<Envelope, Status> {
    let permitted = permit(backend, caller, &envelope);
    let identity = caller.identity.as_ref();
    let user = identity.map_or(&envelope.claimed_user, |identity| &identity.user);
    call.is_about(&envelope, user, permitted.as_ref().err());
    permitted.map(|()| envelope)
}

async fn forward(
    backend: &Arc<Backend>,
    method: Method,
    caller: &Caller,
    call: &Arc<Call>,
    limits: &Limits,
    request: Request<tonic::body::Body>,
    deadline: Option<Deadline>,
) -> Result<Response, Status> {
    let (parts, body) = request.into_parts();
    let identity = caller.identity.as_ref();
    let address = parts.extensions.get::<Peer>().map(|peer| peer.0.ip());
    let connection = parts
        .extensions
        .get::<Arc<Connection>>()
        .map(|connection| &**connection);
    let admitted = limits.admit(identity, address, connection, method)?;
    let sizes = Sizes {
        message: backend.settings.max_message_size,
        upload: backend.settings.max_upload_size,
    };
    let (envelope, body) = inbound::read(method, identity, sizes, limits.room(), body).await?;
    let envelope = if envelope.message().len() <= LARGE {
        judge(backend, caller, call, envelope)?
    } else {
        let (backend, caller, call) = (backend.clone(), caller.clone(), call.clone());
        tokio::task::spawn_blocking(move || judge(&backend, &caller, &call, envelope))
            .await
            .map_err(|_| Status::internal("The bridge failed to read the request."))??
    };
    let user = identity.map_or(&envelope.claimed_user, |identity| &identity.user);
    let exists = envelope.observed_server_session_id.is_some() || !method.opens_sessions();
    let server = backend.server(user, &envelope.session_id, exists).await;
    if let Some(clone) = &envelope.new_session_id {
        backend.remember(user, clone, server);
    }
    let attached = limits.operations.notice(backend, server, user, &envelope, call)?;
    let held = Held { admitted, attached };
    call.goes_to(server.authority.as_str());
    let refusal = body.refusal();
    let mut request = http::Request::new(body);
    *request.method_mut() = http::Method::POST;
    *request.version_mut() = Version::HTTP_2;
    *request.uri_mut() = server
        .uri(&format!("{SERVICE}{method}"))
        .map_err(|error| Status::internal(format!("The address of Spark cannot be used: {error}.")))?;
    *request.headers_mut() = forwarded(parts.headers, &backend.settings.headers);
    call.joins_trace(request.headers_mut());

    let answer = if method.answers_with_a_stream() {
        Answer::Stream
    } else {
        Answer::Message
    };
    let (response, lease) = match server.send(request, answer).await {
        Ok(answered) => answered,
        Err(status) => return Err(refusal.get().cloned().unwrap_or(status)),
    };
    let (mut parts, body) = response.into_parts();
    if parts.status != StatusCode::OK || Dialect::of_request(&parts.headers) != Some(Dialect::Native) {
        return Err(not_grpc(server, &parts));
    }
    // grpc-web appends the trailers to the body.
    parts.headers.remove(CONTENT_LENGTH);
    parts.version = Version::default();
    let has_status = parts.headers.contains_key(Status::GRPC_STATUS);
    Ok(Response::from_parts(
        parts,
        Body::new(Relay::new(body, lease, call.clone(), held, has_status, deadline)),
    ))
}

fn forwarded(mut headers: HeaderMap, own: &HeaderMap) -> HeaderMap {
    // What the client calls its connection's own. Left to whoever sends the request on, such a list would take the
    // bridge's own headers away.
    let of_connection: Vec<HeaderName> = headers
        .get_all(CONNECTION)
        .into_iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .filter(|name| *name != CONTENT_TYPE)
        .collect();
    let unwanted: Vec<HeaderName> = headers
        .keys()
        .filter(|name| {
            let name = name.as_str();
            NOT_FORWARDED.contains(&name)
                || ["sec-", "proxy-", "access-control-", "x-forwarded-"]
                    .iter()
                    .any(|prefix| name.starts_with(prefix))
        })
        .cloned()
        .collect();
    headers.remove(BACKEND_HEADER);
    for name in unwanted.into_iter().chain(of_connection) {
        headers.remove(name);
    }
    headers.insert(TE, HeaderValue::from_static("trailers"));
    for (name, value) in own {
        headers.insert(name, value.clone());
    }
    headers
}

/// The status for an answer that no gRPC server gives.
fn not_grpc(server: &Server, answer: &http::response::Parts) -> Status {
    let code = match answer.status.as_u16() {
        400 => Code::Internal,
        401 => Code::Unauthenticated,
        403 => Code::PermissionDenied,
        404 => Code::Unimplemented,
        429 | 502..=504 => Code::Unavailable,
        _ => Code::Unknown,
    };
    let media_type = answer
        .headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    Status::new(
        code,
        format!(
            "What answers at {} is not Spark Connect: HTTP status {}, content type {}. Check the address.",
            server.authority,
            answer.status,
            media_type.unwrap_or("not given"),
        ),
    )
}
