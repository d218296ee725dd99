//! The native ways: gRPC over HTTP/2, and grpc-web over HTTP/1.1 through a bridge.

use std::{error::Error as StdError, sync::Arc};

use bytes::Bytes;
use http::{HeaderValue, Request, Response, Uri, header};
use http_body_util::{BodyExt, Full};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use rustls::{ClientConfig, RootCertStore, crypto::ring, pki_types::CertificateDer};
use tonic::{
    Code, Status,
    body::Body,
    transport::{ClientTlsConfig, Endpoint},
};

use webpki_roots::TLS_SERVER_ROOTS;

use super::{Transport, framing::GrpcWebBody, not_grpc};
use crate::{
    connection::ConnectionString,
    error::{Error, ErrorKind},
};

/// One stream may hold this much unread, so that a slow reader does not keep the server from sending at once.
const STREAM_WINDOW: u32 = 4 * 1024 * 1024;
const CONNECTION_WINDOW: u32 = 16 * 1024 * 1024;

impl Transport {
    /// gRPC over HTTP/2, straight to a server. Must be called inside a tokio runtime.
    pub fn grpc(connection: &ConnectionString) -> Result<Self, Error> {
        let unusable = |error: &dyn std::fmt::Display| {
            Error::new(
                ErrorKind::Invalid,
                format!("{} cannot be connected to: {error}", connection.authority()),
            )
        };
        let mut endpoint = Endpoint::from_shared(connection.base_url())
            .map_err(|e| unusable(&e))?
            .connect_timeout(std::time::Duration::from_secs(20))
            .tcp_nodelay(true)
            .initial_stream_window_size(STREAM_WINDOW)
            .initial_connection_window_size(CONNECTION_WINDOW);
        if connection.keepalive.enabled {
            endpoint = endpoint
                .http2_keep_alive_interval(connection.keepalive.time)
                .keep_alive_timeout(connection.keepalive.timeout)
                .keep_alive_while_idle(connection.keepalive.without_calls);
        }
        if connection.use_ssl {
            let mut config = ClientTlsConfig::new().with_webpki_roots();
            if !native_certificates().is_empty() {
                config = config.with_native_roots();
            }
            endpoint = endpoint.tls_config(config).map_err(|e| unusable(&e))?;
        }
        let channel = endpoint.connect_lazy();
        let address = connection.authority();
        let service = tower::ServiceBuilder::new()
            .map_response(|response: Response<Body>| response.map(|body| Body::new(body.map_err(cut_off))))
            .map_err(move |error: tonic::transport::Error| unreachable(&address, &error))
            .service(channel);
        Self::from_service(service).with_headers_of(connection)
    }

    /// grpc-web over HTTP/1.1, as a browser speaks it to a bridge.
    pub fn grpc_web(connection: &ConnectionString) -> Result<Self, Error> {
        let mut roots = RootCertStore::from_iter(TLS_SERVER_ROOTS.iter().cloned());
        roots.add_parsable_certificates(native_certificates());
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|e| {
                Error::new(
                    ErrorKind::Invalid,
                    format!("TLS cannot be spoken on this machine: {e}."),
                )
            })?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(config)
            .https_or_http()
            .enable_http1()
            .build();
        let client: WebClient = Client::builder(TokioExecutor::new()).build(connector);
        let base = connection.base_url();
        let service = tower::service_fn(move |request: Request<Body>| {
            let (client, base) = (client.clone(), base.clone());
            async move { call_grpc_web(client, &base, request).await }
        });
        Self::from_service(service).with_headers_of(connection)
    }
}

type WebClient = Client<HttpsConnector<HttpConnector>, Full<Bytes>>;

/// The certificates that this machine trusts beside the public ones, or those in the file that `SSL_CERT_FILE` names.
fn native_certificates() -> Vec<CertificateDer<'static>> {
    rustls_native_certs::load_native_certs().certs
}

async fn call_grpc_web(
    client: WebClient,
    base: &str,
    request: Request<Body>,
) -> Result<Response<Body>, Status> {
    let (mut parts, body) = request.into_parts();
    let body = body.collect().await?.to_bytes();
    let url = format!("{base}{}", parts.uri.path());
    parts.uri = Uri::try_from(&url).map_err(|e| Status::internal(format!("{url} is no URL ({e})")))?;
    parts.version = http::Version::HTTP_11;
    parts.headers.remove(header::TE);
    parts.headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/grpc-web+proto"),
    );
    parts.headers.insert("x-grpc-web", HeaderValue::from_static("1"));
    let response = client
        .request(Request::from_parts(parts, Full::new(body)))
        .await
        .map_err(|error| unreachable(base, &error))?;
    if let Some(status) = not_grpc(response.status(), response.headers(), base) {
        return Err(status);
    }
    let (parts, body) = response.into_parts();
    let body = body.map_err(|error| broken(&error));
    let body = GrpcWebBody::new(body, &parts.headers);
    Ok(Response::from_parts(parts, Body::new(body)))
}

/// What tonic has no code for, in the middle of a body, is a connection that is gone: the same call may work later.
fn cut_off(status: Status) -> Status {
    match (status.code(), status.source()) {
        (Code::Unknown, Some(source)) => broken(source),
        _ => status,
    }
}

fn broken(error: &(dyn StdError + 'static)) -> Status {
    let reason = root_cause(error);
    Status::unavailable(format!(
        "The connection broke in the middle of a response ({reason})."
    ))
}

fn unreachable(address: &str, error: &(dyn StdError + 'static)) -> Status {
    let reason = root_cause(error);
    Status::unavailable(format!(
        "{address} cannot be reached ({reason}). Check the address, and that the server is running."
    ))
}

/// The outermost text is often only "transport error"; the reason is at the bottom.
fn root_cause<'a>(error: &'a (dyn StdError + 'static)) -> &'a (dyn StdError + 'static) {
    let mut reason = error;
    while let Some(source) = reason.source() {
        reason = source;
    }
    reason
}
