//! Connection strings: `sc://host:port/;key=value;...`, as PySpark's `ChannelBuilder` reads them.
//!
//! Only the text and what it means. Opening a connection is the transport's work.

use std::time::Duration;

use percent_encoding::percent_decode_str;
use uuid::Uuid;

/// The port that a connection string without one means.
pub const DEFAULT_PORT: u16 = 15002;

/// Bytes that one message may have unless the connection string says otherwise.
pub const DEFAULT_MAX_MESSAGE_SIZE: usize = 128 * 1024 * 1024;

const MAX_USER_AGENT: usize = 2048;

/// Where a Spark Connect server is, and how to talk to it.
#[derive(Clone, PartialEq, Eq)]
pub struct ConnectionString {
    /// A host name or an address; IPv6 without brackets.
    pub host: String,
    /// The port.
    pub port: u16,
    /// Whether the connection is encrypted: `use_ssl`, or implied by a token unless the host is `localhost`.
    pub use_ssl: bool,
    /// Sent as `authorization: Bearer ...`.
    pub token: Option<String>,
    /// The user's name on the server.
    pub user_id: Option<String>,
    /// Comes first in the client type that the server logs.
    pub user_agent: Option<String>,
    /// The session to join or to create.
    pub session_id: Option<Uuid>,
    /// Bytes that one message may have, `grpc_max_message_size`.
    pub max_message_size: usize,
    /// HTTP/2 pings on an idle connection. Browsers do their own.
    pub keepalive: Keepalive,
    /// Every other key, sent as a header with each request.
    pub headers: Vec<(String, String)>,
}

/// HTTP/2 pings: the keys `grpc_keepalive_*`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keepalive {
    /// Whether to send pings, `grpc_keepalive_enabled`.
    pub enabled: bool,
    /// Silence before a ping, `grpc_keepalive_time_ms`.
    pub time: Duration,
    /// How long an answer may take, `grpc_keepalive_timeout_ms`.
    pub timeout: Duration,
    /// Whether to ping when no call is open, `grpc_keepalive_without_calls`.
    pub without_calls: bool,
}

impl Default for Keepalive {
    fn default() -> Self {
        Self {
            enabled: true,
            time: Duration::from_secs(60),
            timeout: Duration::from_secs(20),
            without_calls: true,
        }
    }
}

/// What is wrong with a connection string. The sentence names the part and what is expected there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConnectionStringError {
    /// It is empty.
    #[error("The connection string is empty. Write one such as sc://localhost:15002.")]
    Empty,
    /// It does not start with `sc://`.
    #[error(
        "A connection string starts with sc://, for example sc://localhost:15002; this one does not: {0}"
    )]
    Scheme(String),
    /// There is no host.
    #[error("The connection string names no host. Write one such as sc://localhost:15002.")]
    NoHost,
    /// Brackets around an IPv6 address do not close, or hold no address.
    #[error("{0} is not a host: an IPv6 address stands in brackets, for example sc://[::1]:15002.")]
    Host(String),
    /// The port is not a number from 1 to 65535.
    #[error("{0} is not a port. A port is a number from 1 to 65535.")]
    Port(String),
    /// There is a path.
    #[error(
        "The path of a connection string must be empty, this one is {0}. Parameters follow after /; as in sc://host:15002/;use_ssl=true."
    )]
    Path(String),
    /// A user name or a password stands before the host.
    #[error(
        "A connection string names no user before the host. Write sc://host:15002/;user_id=NAME instead."
    )]
    UserInfo,
    /// A parameter is not `key=value`.
    #[error("The parameter {0} is not of the form key=value.")]
    Parameter(String),
    /// The percent encoding is broken or is not UTF-8.
    #[error("The value of {0} is not valid percent-encoded UTF-8.")]
    Encoding(String),
    /// A value is not what its key takes.
    #[error("The value of {key} must be {expected}, not {value}.")]
    Value {
        /// The key.
        key: String,
        /// What it takes.
        expected: &'static str,
        /// What was found.
        value: String,
    },
    /// A key cannot be the name of a header.
    #[error("{0} is neither a known parameter nor a valid header name.")]
    Header(String),
}

impl ConnectionString {
    /// Reads a connection string.
    pub fn parse(text: &str) -> Result<Self, ConnectionStringError> {
        use ConnectionStringError as E;
        let text = text.trim();
        if text.is_empty() {
            return Err(E::Empty);
        }
        let rest = text
            .strip_prefix("sc://")
            .ok_or_else(|| E::Scheme(without_parameters(text).to_owned()))?;
        let (authority, path) = match rest.find(['/', ';', '?', '#']) {
            Some(at) => rest.split_at(at),
            None => (rest, ""),
        };
        let (host, port) = host_and_port(authority)?;
        let parameters = match path.strip_prefix('/').unwrap_or(path) {
            "" => "",
            rest => rest
                .strip_prefix(';')
                .ok_or_else(|| E::Path(without_parameters(path).to_owned()))?,
        };

        let mut parsed = Self {
            host,
            port,
            use_ssl: false,
            token: None,
            user_id: None,
            user_agent: None,
            session_id: None,
            max_message_size: DEFAULT_MAX_MESSAGE_SIZE,
            keepalive: Keepalive::default(),
            headers: Vec::new(),
        };
        let mut use_ssl = None;
        for parameter in parameters.split(';').filter(|p| !p.is_empty()) {
            let (key, value) = match parameter.split_once('=') {
                Some((key, value)) if !key.is_empty() && !value.contains('=') => (key, value),
                _ => {
                    return Err(E::Parameter(
                        parameter.split('=').next().unwrap_or_default().to_owned(),
                    ));
                }
            };
            let value = decoded(key, value)?;
            match key {
                "use_ssl" => use_ssl = Some(boolean(key, &value)?),
                "token" => parsed.token = Some(value),
                "user_id" => parsed.user_id = Some(value),
                "user_agent" => parsed.user_agent = Some(user_agent(value)?),
                "session_id" => {
                    let id = Uuid::try_parse(&value).map_err(|_| E::Value {
                        key: key.to_owned(),
                        expected: "a UUID",
                        value: value.clone(),
                    })?;
                    parsed.session_id = Some(id);
                }
                "grpc_max_message_size" => parsed.max_message_size = number(key, &value)?,
                "grpc_keepalive_enabled" => parsed.keepalive.enabled = boolean(key, &value)?,
                "grpc_keepalive_time_ms" => parsed.keepalive.time = milliseconds(key, &value)?,
                "grpc_keepalive_timeout_ms" => parsed.keepalive.timeout = milliseconds(key, &value)?,
                "grpc_keepalive_without_calls" => parsed.keepalive.without_calls = boolean(key, &value)?,
                _ => {
                    let name = key.to_ascii_lowercase();
                    let valid = http::HeaderName::try_from(name.as_str()).is_ok()
                        && http::HeaderValue::try_from(value.as_str()).is_ok();
                    if !valid {
                        return Err(E::Header(key.to_owned()));
                    }
                    parsed.headers.push((name, value));
                }
            }
        }
        // A token in the clear would be anybody's, so it implies TLS, except where nothing leaves the machine.
        parsed.use_ssl = use_ssl.unwrap_or(false) || (parsed.token.is_some() && parsed.host != "localhost");
        Ok(parsed)
    }

    /// With what the string leaves out from the variables that PySpark reads: `SPARK_CONNECT_AUTHENTICATE_TOKEN`, which
    /// implies TLS as a token in the string does, and `SPARK_CONNECT_USER_AGENT`.
    pub fn with_environment(
        mut self,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, ConnectionStringError> {
        if self.token.is_none() {
            self.token = variable("SPARK_CONNECT_AUTHENTICATE_TOKEN").filter(|token| !token.is_empty());
            self.use_ssl |= self.token.is_some() && self.host != "localhost";
        }
        if self.user_agent.is_none() {
            self.user_agent = variable("SPARK_CONNECT_USER_AGENT")
                .filter(|agent| !agent.is_empty())
                .map(user_agent)
                .transpose()?;
        }
        Ok(self)
    }

    /// `http://host:port` or `https://host:port`.
    pub fn base_url(&self) -> String {
        let scheme = if self.use_ssl { "https" } else { "http" };
        format!("{scheme}://{}", self.authority())
    }

    /// The headers that each request carries: the token's, and every key that is none of the known ones.
    pub fn request_headers(&self) -> impl Iterator<Item = (String, String)> {
        let token = self
            .token
            .iter()
            .map(|token| ("authorization".to_owned(), format!("Bearer {token}")));
        token.chain(self.headers.iter().cloned())
    }

    /// `host:port`, with brackets around an IPv6 address.
    pub fn authority(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }
}

impl std::str::FromStr for ConnectionString {
    type Err = ConnectionStringError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

/// Without the token and the headers, which may be secret.
impl std::fmt::Debug for ConnectionString {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "sc://{}/;use_ssl={}", self.authority(), self.use_ssl)
    }
}

fn host_and_port(authority: &str) -> Result<(String, u16), ConnectionStringError> {
    use ConnectionStringError as E;
    if authority.contains('@') {
        return Err(E::UserInfo);
    }
    let (host, port) = if let Some(rest) = authority.strip_prefix('[') {
        let (address, rest) = rest
            .split_once(']')
            .ok_or_else(|| E::Host(authority.to_owned()))?;
        if address.parse::<std::net::Ipv6Addr>().is_err() {
            return Err(E::Host(authority.to_owned()));
        }
        let port = match rest.strip_prefix(':') {
            Some(port) => Some(port),
            None if rest.is_empty() => None,
            None => return Err(E::Host(authority.to_owned())),
        };
        (address, port)
    } else {
        match authority.split_once(':') {
            Some((_, port)) if port.contains(':') => return Err(E::Host(authority.to_owned())),
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        }
    };
    if host.is_empty() {
        return Err(E::NoHost);
    }
    if host.contains(|c: char| c.is_whitespace() || c.is_control() || "\\^`{}|<>\"%".contains(c)) {
        return Err(E::Host(host.to_owned()));
    }
    let port = match port {
        None => DEFAULT_PORT,
        Some(text) => match text.parse() {
            Ok(port) if port > 0 => port,
            _ => return Err(E::Port(text.to_owned())),
        },
    };
    Ok((host.to_owned(), port))
}

/// What may be repeated in a message: parameters may hold a token.
fn without_parameters(text: &str) -> &str {
    text.split(';').next().unwrap_or_default()
}

fn decoded(key: &str, value: &str) -> Result<String, ConnectionStringError> {
    let bytes = value.as_bytes();
    let broken = bytes.iter().enumerate().any(|(at, byte)| {
        *byte == b'%'
            && !bytes
                .get(at + 1..at + 3)
                .is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit))
    });
    if broken {
        return Err(ConnectionStringError::Encoding(key.to_owned()));
    }
    match percent_decode_str(value).decode_utf8() {
        Ok(text) => Ok(text.into_owned()),
        Err(_) => Err(ConnectionStringError::Encoding(key.to_owned())),
    }
}

fn invalid(key: &str, expected: &'static str, value: &str) -> ConnectionStringError {
    ConnectionStringError::Value {
        key: key.to_owned(),
        expected,
        value: value.to_owned(),
    }
}

fn boolean(key: &str, value: &str) -> Result<bool, ConnectionStringError> {
    match value.to_ascii_lowercase().as_str() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(invalid(key, "true or false", value)),
    }
}

fn number(key: &str, value: &str) -> Result<usize, ConnectionStringError> {
    match value.parse() {
        Ok(number) if number > 0 => Ok(number),
        _ => Err(invalid(key, "a number of bytes above zero", value)),
    }
}

fn milliseconds(key: &str, value: &str) -> Result<Duration, ConnectionStringError> {
    match value.parse() {
        Ok(number) if number > 0 => Ok(Duration::from_millis(number)),
        _ => Err(invalid(key, "a number of milliseconds above zero", value)),
    }
}

fn user_agent(value: String) -> Result<String, ConnectionStringError> {
    let escaped = percent_encoding::utf8_percent_encode(&value, percent_encoding::NON_ALPHANUMERIC);
    if escaped.map(str::len).sum::<usize>() > MAX_USER_AGENT {
        return Err(invalid(
            "user_agent",
            "at most 2048 characters when percent-encoded",
            "a longer one",
        ));
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> ConnectionString {
        ConnectionString::parse(text).unwrap()
    }

    #[test]
    fn hosts_and_ports() {
        for (text, host, port) in [
            ("sc://localhost", "localhost", 15002),
            ("sc://localhost/", "localhost", 15002),
            ("  sc://spark.example.com:443  ", "spark.example.com", 443),
            ("sc://[::1]:15002", "::1", 15002),
            ("sc://[2001:db8::1]", "2001:db8::1", 15002),
            ("sc://10.0.0.1:1/;", "10.0.0.1", 1),
            ("sc://h;use_ssl=false", "h", 15002),
        ] {
            let c = parsed(text);
            assert_eq!((c.host.as_str(), c.port), (host, port), "{text}");
        }
        assert_eq!(parsed("sc://[::1]:7/;use_ssl=true").base_url(), "https://[::1]:7");
    }

    #[test]
    fn parameters() {
        let c = parsed(
            "sc://h:1/;use_ssl=true;token=a%20b%3D;user_id=Ann%C3%A9;user_agent=app;session_id=00112233-4455-6677-8899-aabbccddeeff;\
             grpc_max_message_size=5;grpc_keepalive_enabled=false;grpc_keepalive_time_ms=10;grpc_keepalive_timeout_ms=20;\
             grpc_keepalive_without_calls=False;X-Cluster=one",
        );
        assert!(c.use_ssl);
        assert_eq!(c.token.as_deref(), Some("a b="));
        assert_eq!(c.user_id.as_deref(), Some("Anné"));
        assert_eq!(c.user_agent.as_deref(), Some("app"));
        assert_eq!(
            c.session_id.unwrap().to_string(),
            "00112233-4455-6677-8899-aabbccddeeff"
        );
        assert_eq!(c.max_message_size, 5);
        assert_eq!(
            c.keepalive,
            Keepalive {
                enabled: false,
                time: Duration::from_millis(10),
                timeout: Duration::from_millis(20),
                without_calls: false
            }
        );
        assert_eq!(c.headers, [("x-cluster".to_owned(), "one".to_owned())]);
    }

    #[test]
    fn the_environment_fills_what_is_left_out() {
        let variables = |name: &str| match name {
            "SPARK_CONNECT_AUTHENTICATE_TOKEN" => Some("secret".to_owned()),
            "SPARK_CONNECT_USER_AGENT" => Some("nightly".to_owned()),
            _ => None,
        };
        let filled = |text| parsed(text).with_environment(variables).unwrap();
        let c = filled("sc://h");
        assert_eq!((c.token.as_deref(), c.use_ssl), (Some("secret"), true));
        assert_eq!(c.user_agent.as_deref(), Some("nightly"));
        assert!(!filled("sc://localhost").use_ssl);
        let c = filled("sc://localhost/;token=mine;user_agent=me");
        assert_eq!(
            (c.token.as_deref(), c.user_agent.as_deref()),
            (Some("mine"), Some("me"))
        );
        let empty = |_: &str| Some(String::new());
        assert_eq!(
            parsed("sc://h").with_environment(empty).unwrap(),
            parsed("sc://h")
        );
        let long = |name: &str| (name == "SPARK_CONNECT_USER_AGENT").then(|| "x".repeat(2049));
        assert!(parsed("sc://h").with_environment(long).is_err());
    }

    #[test]
    fn a_token_implies_tls_except_on_localhost() {
        assert!(parsed("sc://h/;token=t").use_ssl);
        assert!(parsed("sc://h/;token=t;use_ssl=false").use_ssl);
        assert!(!parsed("sc://localhost/;token=t").use_ssl);
        assert!(parsed("sc://localhost/;token=t;use_ssl=true").use_ssl);
        assert!(!parsed("sc://h").use_ssl);
    }

    #[test]
    fn what_is_wrong_is_said() {
        let cases = [
            "",
            "http://localhost",
            "localhost:15002",
            "sc://",
            "sc://:15002",
            "sc://host:0",
            "sc://host:65536",
            "sc://host:abc",
            "sc://host:",
            "sc://a:b:c",
            "sc://[::1",
            "sc://[nonsense]",
            "sc://[::1]x",
            "sc://ann@host",
            "sc://host/path",
            "sc://host/path/;use_ssl=true",
            "sc://host?x=1",
            "sc://ho st",
            "sc://host/;use_ssl",
            "sc://host/;=x",
            "sc://host/;token=a=b",
            "sc://host/;use_ssl=yes",
            "sc://host/;session_id=12",
            "sc://host/;user_id=%ff",
            "sc://host/;user_id=%4",
            "sc://host/;grpc_max_message_size=0",
            "sc://host/;grpc_keepalive_time_ms=soon",
            "sc://host/;bad header=x",
        ];
        let report: String = cases
            .iter()
            .map(|case| match ConnectionString::parse(case) {
                Ok(_) => format!("{case:?}\n  accepted\n"),
                Err(error) => format!("{case:?}\n  {error}\n"),
            })
            .collect();
        insta::assert_snapshot!(report);
        let long = format!("sc://h/;user_agent={}", "é".repeat(400));
        assert!(ConnectionString::parse(&long).is_err());
    }

    #[test]
    fn secrets_are_not_repeated() {
        let text = "sc://h/;token=secret;x-key=secret";
        assert!(!format!("{:?}", parsed(text)).contains("secret"));
        for wrong in [
            "x://h/;token=secret",
            "sc://h/p;token=secret",
            "sc://h/;token=secret=1",
        ] {
            let message = ConnectionString::parse(wrong).unwrap_err().to_string();
            assert!(!message.contains("secret"), "{message}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_parsed_or_refused(text in "(sc://)?\\PC{0,60}") {
            let _ = ConnectionString::parse(&text);
        }
    }
}
