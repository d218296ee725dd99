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

/// Why a connection string was refused, in words for the person who wrote it. Quotes keys only: wherever else the
/// string is wrong, there may be a token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SparkUriError {
    /// Another scheme, or none.
    #[error("the address of Spark must start with sc://, for example sc://localhost:15002")]
    Scheme,
    /// A host or port that cannot be one, or no host.
    #[error(
        "after sc:// comes HOST or HOST:PORT with a port from 1 to 65535; an IPv6 address goes in brackets, as in \
         sc://[::1]:15002"
    )]
    Authority,
    /// Something other than `/;` after the host.
    #[error("only parameters may follow the host, as in sc://localhost:15002/;use_ssl=true")]
    Path,
    /// A parameter without `=`; counted from 1.
    #[error("parameter {0} is not written as key=value")]
    Parameter(usize),
    /// A key with a value it cannot have.
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
            path => path.strip_prefix(';').ok_or(SparkUriError::Path)?,
        };

        let mut use_ssl = None;
        let mut token = default_token.map(str::to_owned);
        let mut headers = HeaderMap::new();
        let mut max_message_size = DEFAULT_MAX_MESSAGE_SIZE;
        let mut keepalive = Keepalive::default();
        let mut keepalive_enabled = true;
        let parameters = parameters.split(';').filter(|parameter| !parameter.is_empty());
        for (index, parameter) in parameters.enumerate() {
            let (key, value) = parse_parameter(index + 1, parameter)?;
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
pub(crate) fn parse_authority(text: &str) -> Result<(Authority, String), SparkUriError> {
    let (host, port) = match text.rsplit_once(':') {
        // A colon inside brackets is part of an IPv6 address.
        Some((host, port)) if !port.ends_with(']') => {
            (host, port.parse().map_err(|_| SparkUriError::Authority)?)
        }
        _ => (text, DEFAULT_PORT),
    };
    let bare = match host.strip_prefix('[') {
        Some(inner) => inner
            .strip_suffix(']')
            .filter(|inner| inner.parse::<Ipv6Addr>().is_ok()),
        None => Some(host).filter(|host| !host.is_empty() && !host.contains([':', '@', '%', '?', '#', ']'])),
    };
    let authority = Authority::try_from(format!("{host}:{port}"));
    match (bare, authority) {
        (Some(bare), Ok(authority)) if port != 0 => Ok((authority, bare.to_ascii_lowercase())),
        _ => Err(SparkUriError::Authority),
    }
}

fn parse_parameter(number: usize, parameter: &str) -> Result<(&str, String), SparkUriError> {
    let (key, value) = parameter
        .split_once('=')
        .filter(|(key, _)| !key.is_empty())
        .ok_or(SparkUriError::Parameter(number))?;
    let refuse = |expected| SparkUriError::Value {
        key: key.to_owned(),
        expected,
    };
    if value.contains('=') {
        return Err(refuse("percent-encoded: write = as %3D"));
    }
    let value = percent_decode_str(value)
        .decode_utf8()
        .map_err(|_| refuse("percent-encoded UTF-8"))?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connection_strings() {
        // (string, authority, TLS, headers)
        let bearer = ("authorization", "Bearer t");
        type Case<'a> = (&'a str, &'a str, bool, &'a [(&'a str, &'a str)]);
        let cases: &[Case] = &[
            ("sc://localhost", "localhost:15002", false, &[]),
            (
                " sc://spark.example.com:443/ ",
                "spark.example.com:443",
                false,
                &[],
            ),
            ("sc://10.0.0.1:15003/;", "10.0.0.1:15003", false, &[]),
            ("sc://[::1]", "[::1]:15002", false, &[]),
            ("sc://[2001:db8::1]:1", "[2001:db8::1]:1", false, &[]),
            ("sc://h/;use_ssl=true", "h:15002", true, &[]),
            ("sc://h/;token=t", "h:15002", true, &[bearer]),
            ("sc://h/;token=t;use_ssl=False", "h:15002", false, &[bearer]),
            ("sc://h/;token=", "h:15002", false, &[]),
            ("sc://localhost/;token=t", "localhost:15002", false, &[bearer]),
            ("sc://127.0.0.1/;token=t", "127.0.0.1:15002", false, &[bearer]),
            ("sc://[::1]/;token=t", "[::1]:15002", false, &[bearer]),
            (
                "sc://LOCALHOST/;token=t;use_ssl=true",
                "LOCALHOST:15002",
                true,
                &[bearer],
            ),
            (
                "sc://h/;X-Cluster=a%20b;x-two=%3D%3B",
                "h:15002",
                false,
                &[("x-cluster", "a b"), ("x-two", "=;")],
            ),
        ];
        for (text, authority, tls, headers) in cases {
            let uri = SparkUri::parse(text, None).unwrap();
            assert_eq!(uri.authority, *authority, "{text}");
            assert_eq!(uri.use_tls, *tls, "{text}");
            assert_eq!(uri.headers.len(), headers.len(), "{text}");
            for (name, value) in *headers {
                assert_eq!(uri.headers[*name], value, "{text}");
            }
            assert_eq!(uri.max_message_size, 128 * 1024 * 1024);
            assert_eq!(uri.keepalive, Some(Keepalive::default()));
        }
    }

    #[test]
    fn settings_of_the_connection() {
        let uri = SparkUri::parse(
            "sc://h/;grpc_max_message_size=7;grpc_keepalive_time_ms=10;grpc_keepalive_timeout_ms=20;\
             grpc_keepalive_without_calls=false",
            None,
        )
        .unwrap();
        let millis = Duration::from_millis;
        assert_eq!(uri.max_message_size, 7);
        assert_eq!(
            uri.keepalive,
            Some(Keepalive {
                time: millis(10),
                timeout: millis(20),
                without_calls: false
            })
        );
        let uri = SparkUri::parse("sc://h/;grpc_keepalive_enabled=false", None).unwrap();
        assert_eq!(uri.keepalive, None);
    }

    #[test]
    fn the_environments_token_counts_when_there_is_no_other() {
        for (text, token, expected) in [
            ("sc://h", "e", Some("Bearer e")),
            ("sc://h/;token=t", "e", Some("Bearer t")),
            ("sc://h", "", None),
        ] {
            let uri = SparkUri::parse(text, Some(token)).unwrap();
            let sent = uri
                .headers
                .get("authorization")
                .map(|value| value.to_str().unwrap());
            assert_eq!(sent, expected, "{text}");
            assert_eq!(uri.use_tls, expected.is_some(), "{text}");
        }
    }

    #[test]
    fn wrong_strings_are_explained_without_their_secrets() {
        const AUTHORITY: &str = "after sc:// comes HOST or HOST:PORT with a port from 1 to 65535; \
                                 an IPv6 address goes in brackets, as in sc://[::1]:15002";
        const SCHEME: &str = "the address of Spark must start with sc://, for example sc://localhost:15002";
        const PATH: &str = "only parameters may follow the host, as in sc://localhost:15002/;use_ssl=true";
        let cases = [
            ("", SCHEME),
            ("localhost:15002", SCHEME),
            ("http://secret@h", SCHEME),
            ("local[*]", SCHEME),
            ("sc://", AUTHORITY),
            ("sc://:15002", AUTHORITY),
            ("sc://h:0", AUTHORITY),
            ("sc://h:65536", AUTHORITY),
            ("sc://h:secret", AUTHORITY),
            ("sc://::1", AUTHORITY),
            ("sc://[::1", AUTHORITY),
            ("sc://[secret]", AUTHORITY),
            ("sc://me:secret@h", AUTHORITY),
            ("sc://a b", AUTHORITY),
            ("sc://h?token=secret", AUTHORITY),
            ("sc://h/token=secret", PATH),
            ("sc://h/path;token=secret", PATH),
            (
                "sc://h/;use_ssl=true;secret",
                "parameter 2 is not written as key=value",
            ),
            ("sc://h/;=secret", "parameter 1 is not written as key=value"),
            (
                "sc://h/;token=secret==",
                "the value of token must be percent-encoded: write = as %3D",
            ),
            (
                "sc://h/;token=secret%FF",
                "the value of token must be percent-encoded UTF-8",
            ),
            (
                "sc://h/;token=secret%0A",
                "the value of token must be text that an HTTP header can carry",
            ),
            (
                "sc://h/;use_ssl=secret",
                "the value of use_ssl must be true or false",
            ),
            (
                "sc://h/;grpc_max_message_size=0",
                "the value of grpc_max_message_size must be a whole number above 0",
            ),
            (
                "sc://h/;grpc_keepalive_time_ms=-1",
                "the value of grpc_keepalive_time_ms must be a whole number above 0",
            ),
            (
                "sc://h/;user_id=secret",
                "user_id belongs to the clients behind the bridge, not to the bridge; leave it out of the address",
            ),
            (
                "sc://h/;a b=secret",
                "`a b` is neither a known key nor a name that a metadata header can have",
            ),
        ];
        for (text, expected) in cases {
            let error = SparkUri::parse(text, None).unwrap_err().to_string();
            assert_eq!(error, expected, "{text}");
            assert!(!error.contains("secret"), "{error}");
        }
    }

    #[test]
    fn printing_shows_no_secret() {
        let uri = SparkUri::parse("sc://h/;token=secret;x-key=secret", None).unwrap();
        assert_eq!(uri.to_string(), "sc://h:15002");
        assert!(!format!("{uri:?}").contains("secret"), "{uri:?}");
    }
}
