//! The connection string of the Spark Connect server, `sc://host:port/;key=value;...`, as PySpark reads it.
//!
//! Keys that name a person or a session belong to the clients behind the bridge and are refused here.

use std::{fmt, net::Ipv6Addr, time::Duration};

use http::{HeaderMap, HeaderName, HeaderValue, uri::Authority};
use percent_encoding::percent_decode_str;

const DEFAULT_PORT: u16 = 15002;
const DEFAULT_MAX_MESSAGE_SIZE: usize = 128 * 1024 * 1024;

/// Where Spark is, and how to talk to it. `Debug` and `Display` leave the token and every parameter out.
#[derive(Clone)]
pub struct SparkUri {
    /// `host:port`, IPv6 in brackets.
    pub(crate) authority: Authority,
    /// Whether the connection uses TLS.
    pub(crate) use_tls: bool,
    /// Sent with every request, in place of what the client sent under the same names.
    pub(crate) headers: HeaderMap,
    /// Largest message that a client may send, bytes.
    pub(crate) max_message_size: usize,
    /// HTTP/2 pings towards Spark; `None` sends none.
    pub(crate) keepalive: Option<Keepalive>,
}

/// HTTP/2 pings, which notice a Spark that vanished without a word. The defaults are PySpark's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keepalive {
    /// Silence before a ping is sent.
    pub time: Duration,
    /// Silence after a ping that means Spark is gone.
    pub timeout: Duration,
    /// Whether pings are sent while no call is open.
    pub without_calls: bool,
}

impl Default for Keepalive {
    fn default() -> Self {
        Self {
            time: Duration::from_secs(60),
            timeout: Duration::from_secs(20),
            without_calls: true,
        }
    }
}

/// Why a connection string was refused, in words for the person who wrote it. Never quotes a value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SparkUriError {
    /// Another scheme, or none.
    #[error("the address of Spark must start with sc://, for example sc://localhost:15002")]
    Scheme,
    /// No host between `sc://` and the port.
    #[error("the address of Spark names no host; write it like sc://localhost:15002")]
    NoHost,
    /// A host or port that cannot be one.
    #[error("`{0}` is not HOST or HOST:PORT (an IPv6 address goes in brackets: sc://[::1]:15002)")]
    Authority(String),
    /// Something other than `/;` after the host.
    #[error("`{0}` follows the host; only parameters may, as in sc://host:15002/;use_ssl=true")]
    Path(String),
    /// A parameter without `=`, or with a second one.
    #[error("the parameter `{0}` is not written as key=value")]
    Parameter(String),
    /// A known key with a value it cannot have.
    #[error("the value of {key} must be {expected}")]
    Value {
        /// The key.
        key: String,
        /// What the key takes.
        expected: &'static str,
    },
    /// A key that only a client can set.
    #[error("{0} belongs to the clients behind the bridge, not to the bridge; leave it out of the address")]
    ClientOnly(String),
    /// A key that cannot be the name of a metadata header.
    #[error("`{0}` is neither a known key nor a name that a metadata header can have")]
    HeaderName(String),
}

impl SparkUri {
    /// Reads a connection string. `default_token` (PySpark takes it from `SPARK_CONNECT_AUTHENTICATE_TOKEN`)
    /// counts when the string has no token of its own.
    ///
    /// A token turns TLS on, except towards this machine itself or when the string says `use_ssl=false`: Spark
    /// has no TLS of its own, and a bridge on Spark's private network may have to do without.
    pub fn parse(text: &str, default_token: Option<&str>) -> Result<Self, SparkUriError> {
        let rest = text.trim().strip_prefix("sc://").ok_or(SparkUriError::Scheme)?;
        let (authority, path) = rest.split_at(rest.find(['/', ';']).unwrap_or(rest.len()));
        let (authority, host) = parse_authority(authority)?;
        let parameters = match path.strip_prefix('/').unwrap_or(path) {
            "" => "",
            path => path
                .strip_prefix(';')
                .ok_or_else(|| SparkUriError::Path(path.split(';').next().unwrap_or_default().to_owned()))?,
        };

        let mut use_ssl = None;
        let mut token = default_token.map(str::to_owned);
        let mut headers = HeaderMap::new();
        let mut max_message_size = DEFAULT_MAX_MESSAGE_SIZE;
        let mut keepalive = Keepalive::default();
        let mut keepalive_enabled = true;
        for parameter in parameters.split(';').filter(|parameter| !parameter.is_empty()) {
            let (key, value) = parse_parameter(parameter)?;
            match key {
                "use_ssl" => use_ssl = Some(parse_bool(key, &value)?),
                "token" => token = Some(value),
                "grpc_max_message_size" => max_message_size = parse_positive(key, &value)? as usize,
                "grpc_keepalive_enabled" => keepalive_enabled = parse_bool(key, &value)?,
                "grpc_keepalive_time_ms" => keepalive.time = parse_millis(key, &value)?,
                "grpc_keepalive_timeout_ms" => keepalive.timeout = parse_millis(key, &value)?,
                "grpc_keepalive_without_calls" => keepalive.without_calls = parse_bool(key, &value)?,
                "user_id" | "user_agent" | "session_id" => {
                    return Err(SparkUriError::ClientOnly(key.to_owned()));
                }
                _ => {
                    let name =
                        HeaderName::try_from(key).map_err(|_| SparkUriError::HeaderName(key.to_owned()))?;
                    headers.insert(name, header_value(key, &value)?);
                }
            }
        }
        if let Some(token) = token.filter(|token| !token.is_empty()) {
            let mut bearer = header_value("token", &format!("Bearer {token}"))?;
            bearer.set_sensitive(true);
            headers.insert(http::header::AUTHORIZATION, bearer);
        }
        let local = matches!(host.as_str(), "localhost" | "127.0.0.1" | "::1");
        let has_token = headers.contains_key(http::header::AUTHORIZATION);
        Ok(Self {
            authority,
            use_tls: use_ssl.unwrap_or(has_token && !local),
            headers,
            max_message_size,
            keepalive: keepalive_enabled.then_some(keepalive),
        })
    }
}

impl fmt::Display for SparkUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sc://{}", self.authority)
    }
}

impl fmt::Debug for SparkUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SparkUri")
            .field("authority", &self.authority)
            .field("use_tls", &self.use_tls)
            .finish_non_exhaustive()
    }
}

/// The authority with its port, and the bare host.
fn parse_authority(text: &str) -> Result<(Authority, String), SparkUriError> {
    let refuse = || SparkUriError::Authority(text.to_owned());
    let (host, port) = match text.rsplit_once(':') {
        // A colon inside brackets is part of an IPv6 address.
        Some((host, port)) if !port.ends_with(']') => (host, port.parse().map_err(|_| refuse())?),
        _ => (text, DEFAULT_PORT),
    };
    if host.is_empty() {
        return Err(SparkUriError::NoHost);
    }
    let bare = match host.strip_prefix('[') {
        Some(inner) => {
            let inner = inner.strip_suffix(']').ok_or_else(refuse)?;
            inner.parse::<Ipv6Addr>().map_err(|_| refuse())?;
            inner
        }
        None if host.contains([':', '@', '%', '?', '#', ']']) => return Err(refuse()),
        None => host,
    };
    if port == 0 {
        return Err(refuse());
    }
    let authority = Authority::try_from(format!("{host}:{port}")).map_err(|_| refuse())?;
    Ok((authority, bare.to_ascii_lowercase()))
}

fn parse_parameter(parameter: &str) -> Result<(&str, String), SparkUriError> {
    // The error names the key alone: the rest may be a token.
    let key = parameter.split('=').next().unwrap_or_default();
    let refuse = || SparkUriError::Parameter(key.to_owned());
    let (key, value) = parameter.split_once('=').ok_or_else(refuse)?;
    if key.is_empty() || value.contains('=') {
        return Err(refuse());
    }
    let value = percent_decode_str(value)
        .decode_utf8()
        .map_err(|_| SparkUriError::Value {
            key: key.to_owned(),
            expected: "percent-encoded UTF-8",
        })?;
    Ok((key, value.into_owned()))
}

fn parse_bool(key: &str, value: &str) -> Result<bool, SparkUriError> {
    match value.to_ascii_lowercase().as_str() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(SparkUriError::Value {
            key: key.to_owned(),
            expected: "true or false",
        }),
    }
}

fn parse_positive(key: &str, value: &str) -> Result<u32, SparkUriError> {
    value
        .parse()
        .ok()
        .filter(|number| *number > 0)
        .ok_or_else(|| SparkUriError::Value {
            key: key.to_owned(),
            expected: "a whole number above 0",
        })
}

fn parse_millis(key: &str, value: &str) -> Result<Duration, SparkUriError> {
    parse_positive(key, value).map(|millis| Duration::from_millis(millis.into()))
}

fn header_value(key: &str, value: &str) -> Result<HeaderValue, SparkUriError> {
    HeaderValue::try_from(value).map_err(|_| SparkUriError::Value {
        key: key.to_owned(),
        expected: "text that an HTTP header can carry",
    })
}
