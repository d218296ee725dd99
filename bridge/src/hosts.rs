//! Under which names the bridge may be called.
//!
//! On a loopback address only its own names are answered, so that a foreign page cannot reach it by pointing its
//! own name at 127.0.0.1 (DNS rebinding). Who may use Spark is not decided here.

use std::{net::SocketAddr, str::FromStr, sync::Arc};

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderMap, StatusCode, Uri, header::HOST, uri::Authority};
use tonic::Code;

use crate::{config::Listen, dialect::Refusal};

/// The names under which requests are answered.
#[derive(Debug)]
pub(crate) struct Hosts {
    /// Any name if there are none.
    allowed: Vec<AllowedHost>,
    /// The port that browsers leave out.
    default_port: u16,
}

/// A host name or address, with any port or with one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowedHost {
    host: String,
    port: Option<u16>,
}

/// What `NAME` or `NAME:PORT` should have been.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected NAME or NAME:PORT, for example notebook.example.com")]
pub struct AllowedHostError;

impl FromStr for AllowedHost {
    type Err = AllowedHostError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (host, port) = host_and_port(text).ok_or(AllowedHostError)?;
        Ok(Self { host, port })
    }
}

impl AllowedHost {
    /// Without the port.
    pub(crate) fn name(&self) -> &str {
        self.host.trim_start_matches('[').trim_end_matches(']')
    }
}

impl Hosts {
    /// The names for a bridge that listens on `address`. On a loopback address these are `localhost`, `127.0.0.1`,
    /// `[::1]` and the address itself, with its port, and the ones that are set; elsewhere the ones that are set, or
    /// all if there are none.
    pub(crate) fn for_listener(address: SocketAddr, settings: &Listen) -> Self {
        let mut allowed = settings.hosts.clone();
        if address.ip().is_loopback() {
            let own = SocketAddr::new(address.ip(), 0).to_string();
            let own = own.trim_end_matches(":0");
            for host in ["localhost", "127.0.0.1", "[::1]", own] {
                allowed.push(AllowedHost {
                    host: host.to_owned(),
                    port: Some(address.port()),
                });
            }
        }
        Self {
            allowed,
            default_port: if settings.tls.is_some() { 443 } else { 80 },
        }
    }

    /// Whether a request may name this host.
    fn allows(&self, authority: &str) -> bool {
        host_and_port(authority).is_some_and(|(host, port)| {
            let port = port.unwrap_or(self.default_port);
            self.allowed
                .iter()
                .any(|a| a.host == host && a.port.is_none_or(|p| p == port))
        })
    }
}

/// Refuses requests for names that are not ours.
pub(crate) async fn check(State(hosts): State<Arc<Hosts>>, request: Request, next: Next) -> Response {
    let named = names(request.uri(), request.headers());
    if hosts.allowed.is_empty() || (!named.is_empty() && named.iter().all(|name| hosts.allows(name))) {
        return next.run(request).await;
    }
    let unknown = match named[..] {
        [] => "requests that name no host".to_owned(),
        _ => format!("the name {}", named.join(" and ")),
    };
    let refusal = Refusal {
        http: StatusCode::MISDIRECTED_REQUEST,
        grpc: Code::PermissionDenied,
        sentence: format!(
            "This bridge does not answer {unknown}. Open it under the address it printed when it started, \
             or start it with --allow-host NAME.",
        ),
        allow: None,
    };
    refusal.answer(request.headers())
}

/// Every name the request gives for its target: HTTP/2 has `:authority`, HTTP/1.1 `Host`, a proxy's request both.
pub(crate) fn names<'a>(uri: &'a Uri, headers: &'a HeaderMap) -> Vec<&'a str> {
    let host = headers
        .get_all(HOST)
        .into_iter()
        .map(|host| host.to_str().unwrap_or("(not text)"));
    uri.authority()
        .map(Authority::as_str)
        .into_iter()
        .chain(host)
        .collect()
}

/// A host in lower case, and its port.
pub(crate) fn host_and_port(text: &str) -> Option<(String, Option<u16>)> {
    let authority = Authority::from_str(text).ok()?;
    let host = authority.host();
    let port = match authority.as_str().strip_prefix(host)? {
        "" => None,
        port => Some(port.strip_prefix(':')?.parse().ok()?),
    };
    (!host.is_empty()).then(|| (host.to_ascii_lowercase(), port))
}
