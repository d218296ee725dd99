//! Which sites' pages may call, and what their browsers are told (CORS).
//!
//! The bridge's own pages always may. Other sites are listed by name; they send a token of their own, as no answer
//! allows them the bridge's cookies. Who may use Spark is not decided here.

use std::{str::FromStr, time::Duration};

use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Uri,
    header::{ETAG, ORIGIN},
    uri::{Authority, Scheme},
};
use tower_http::cors::{AllowHeaders, CorsLayer};

use crate::hosts::{host_and_port, names};

/// How long a browser may remember what it may send.
const PREFLIGHT_MAX_AGE: Duration = Duration::from_secs(60 * 60);
/// What a page may read of an answer besides its body.
const EXPOSED: [HeaderName; 5] = [
    HeaderName::from_static("grpc-status"),
    HeaderName::from_static("grpc-message"),
    HeaderName::from_static("grpc-status-details-bin"),
    HeaderName::from_static("grpc-encoding"),
    ETAG,
];

/// A site as browsers name it: scheme, host and port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowedOrigin(HeaderValue);

/// What an origin should have been.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected SCHEME://HOST or SCHEME://HOST:PORT and nothing after it, for example https://dashboards.example.com"
)]
pub struct AllowedOriginError;

impl FromStr for AllowedOrigin {
    type Err = AllowedOriginError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let uri = Uri::from_str(text).map_err(|_| AllowedOriginError)?;
        let scheme = uri.scheme().ok_or(AllowedOriginError)?;
        let (host, port) = uri
            .authority()
            .and_then(|authority| host_and_port(authority.as_str()))
            .ok_or(AllowedOriginError)?;
        let default_port = if *scheme == Scheme::HTTPS { 443 } else { 80 };
        let bare = text
            .strip_suffix('/')
            .unwrap_or(text)
            .ends_with(uri.authority().map_or("", Authority::as_str));
        if !bare || host.contains('*') || (*scheme != Scheme::HTTP && *scheme != Scheme::HTTPS) {
            return Err(AllowedOriginError);
        }
        let origin = match port.filter(|port| *port != default_port) {
            Some(port) => format!("{scheme}://{host}:{port}"),
            None => format!("{scheme}://{host}"),
        };
        HeaderValue::try_from(origin)
            .map(Self)
            .map_err(|_| AllowedOriginError)
    }
}

/// The sites whose pages may call besides the bridge's own.
#[derive(Clone, Debug, Default)]
pub struct Origins(Vec<HeaderValue>);

impl FromIterator<AllowedOrigin> for Origins {
    fn from_iter<T: IntoIterator<Item = AllowedOrigin>>(origins: T) -> Self {
        Self(origins.into_iter().map(|origin| origin.0).collect())
    }
}

impl Origins {
    /// Answers preflights and names the listed origin that asked; none is named to anyone else.
    pub(crate) fn layer(&self) -> Option<CorsLayer> {
        let layer = CorsLayer::new()
            .allow_origin(self.0.clone())
            .allow_methods([Method::GET, Method::POST])
            // Metadata for Spark may have any name.
            .allow_headers(AllowHeaders::mirror_request())
            .expose_headers(EXPOSED)
            .max_age(PREFLIGHT_MAX_AGE);
        (!self.0.is_empty()).then_some(layer)
    }

    /// Whether one of the bridge's own pages sent the request, or none at all, as far as a browser says.
    pub(crate) fn is_own_page(&self, uri: &Uri, headers: &HeaderMap) -> bool {
        headers
            .get_all("sec-fetch-site")
            .into_iter()
            .all(|site| site == "same-origin" || site == "none")
            && headers
                .get_all(ORIGIN)
                .into_iter()
                .all(|origin| is_own(origin, uri, headers))
    }

    /// Whether a page that may not call sent the request, as a browser says. Programs that are no browsers say nothing.
    pub(crate) fn forbids(&self, method: &Method, uri: &Uri, headers: &HeaderMap) -> bool {
        if method == Method::GET || method == Method::HEAD {
            return false;
        }
        let origins: Vec<_> = headers.get_all(ORIGIN).into_iter().collect();
        if let [origin] = origins[..]
            && self.0.contains(origin)
        {
            return false;
        }
        // A page of a neighbouring name is another site's as well; only its address bar would tell the user.
        !self.is_own_page(uri, headers)
    }
}

/// Whether an origin is the name under which the request was made. A proxy in front may speak another scheme.
fn is_own(origin: &HeaderValue, uri: &Uri, headers: &HeaderMap) -> bool {
    let own = || {
        let (scheme, authority) = origin.to_str().ok()?.split_once("://")?;
        let default_port = if scheme == "https" { 443 } else { 80 };
        let with_port = |text| host_and_port(text).map(|(host, port)| (host, port.unwrap_or(default_port)));
        let origin = with_port(authority)?;
        let named = names(uri, headers);
        Some(
            !named.is_empty()
                && named
                    .into_iter()
                    .all(|name| with_port(name).as_ref() == Some(&origin)),
        )
    };
    own() == Some(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_schemes_hosts_and_ports() {
        for (text, expected) in [
            ("https://a.example", "https://a.example"),
            ("https://A.Example:443/", "https://a.example"),
            ("http://a.example:80", "http://a.example"),
            ("http://localhost:5173", "http://localhost:5173"),
            ("http://[::1]:3000", "http://[::1]:3000"),
        ] {
            assert_eq!(text.parse::<AllowedOrigin>().unwrap().0, expected, "{text}");
        }
        for wrong in [
            "",
            "*",
            "null",
            "a.example",
            "https://",
            "https://a.example/x",
            "https://a.example?x",
            "file:///x",
            "ftp://a.example",
            "https://me@a.example",
            "https://a.example:0x1",
            "https://*.example",
            "https://a.example/#",
        ] {
            assert_eq!(wrong.parse::<AllowedOrigin>(), Err(AllowedOriginError), "{wrong}");
        }
    }
}
