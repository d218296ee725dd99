//! `[backends.NAME]`: the Spark Connect servers that calls go to. The list is the operator's alone; a client chooses
//! among the names and never names a host.

use std::{collections::BTreeMap, fmt, str::FromStr, sync::Arc, time::Duration};

use bytesize::ByteSize;
use http::{HeaderMap, HeaderName, HeaderValue, header::AUTHORIZATION, uri::Authority};
use rustls::{
    ClientConfig,
    pki_types::{CertificateDer, ServerName},
};

use super::{
    secret::Secret,
    table::{Section, Table},
    tls,
};
use crate::spark_uri::{Keepalive, SparkUri, parse_authority};

/// The backend that a `--spark` connection string describes.
const NAME_OF_URI: &str = "spark";
const MAX_UPLOAD: ByteSize = ByteSize::gib(2);

/// The named backends, and the one for clients that name none.
#[derive(Clone, Debug)]
pub struct Backends {
    /// At least one.
    pub by_name: BTreeMap<String, Backend>,
    /// `default_backend`; with a single backend that one.
    pub default: Option<String>,
}

/// One cluster: servers that are reached alike.
#[derive(Clone, PartialEq)]
pub struct Backend {
    /// `servers`: HOST or HOST:PORT (15002 if none is given) of each server. A session stays on one of them.
    pub servers: Vec<Authority>,
    /// TLS towards the servers; `None` is cleartext.
    pub tls: Option<BackendTls>,
    /// Headers that every request carries, in place of what the client sent under the same names: `metadata`, and the
    /// token of `token_env` or `token_file` as `authorization: Bearer TOKEN`.
    pub headers: HeaderMap,
    /// `max_message_size`: the largest message that a client may send. Default 128 MiB, as Spark's.
    pub max_message_size: ByteSize,
    /// `max_upload_size`: what all messages of one upload may have together. Default 2 GiB.
    pub max_upload_size: ByteSize,
    /// `[backends.NAME.keepalive]`: HTTP/2 pings; `enabled = false` sends none.
    pub keepalive: Option<Keepalive>,
    /// `[backends.NAME.health]`
    pub health: Health,
}

/// `tls = true`: TLS towards the servers of a backend.
#[derive(Clone)]
pub struct BackendTls {
    /// `server_name`: the name in the servers' certificates, when it is not the one in `servers`.
    pub server_name: Option<String>,
    /// The authorities of `ca_file`, or the public ones, and the certificate and key of `client_certificate_file` and
    /// `client_key_file` for servers that ask.
    pub(crate) client: ClientConfig,
    /// What `client` was made of.
    authorities: Option<Vec<CertificateDer<'static>>>,
    identity: Option<Arc<tls::Identity>>,
}

/// How it is found out whether a server answers. No check opens a Spark session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Health {
    /// `interval`: time between two checks of a server. Default 10 s.
    pub interval: Duration,
    /// `timeout`: how long a server may take to answer a check. Default 5 s.
    pub timeout: Duration,
    /// `failures`: how many checks in a row must fail before new sessions avoid the server. Default 2.
    pub failures: u32,
}

impl Default for Health {
    fn default() -> Self {
        Self {
            interval: Duration::from_secs(10),
            timeout: Duration::from_secs(5),
            failures: 2,
        }
    }
}

impl Backends {
    /// Reads `[backends]` and `default_backend` of the file itself.
    pub(super) fn read(table: &mut Table<'_>) -> Option<Self> {
        let by_name: BTreeMap<String, Backend> = table.sections("backends");
        let default: Option<String> = table.get("default_backend");
        for name in by_name.keys().filter(|name| !is_name(name)) {
            let sentence = format!("`{name}` cannot be a backend's name: use a-z, 0-9, - and _");
            table.problem("backends", sentence);
        }
        if let Some(default) = &default
            && !by_name.contains_key(default)
        {
            table.problem("default_backend", format!("there is no [backends.{default}]"));
        }
        let only = || by_name.keys().next().filter(|_| by_name.len() == 1).cloned();
        Some(Self {
            default: default.or_else(only),
            by_name,
        })
    }
}

/// The servers, for the operator.
impl fmt::Display for Backends {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let servers = self.by_name.values().flat_map(|backend| &backend.servers);
        let servers: Vec<String> = servers.map(|server| format!("sc://{server}")).collect();
        f.write_str(&servers.join(", "))
    }
}

impl TryFrom<SparkUri> for Backends {
    type Error = String;

    fn try_from(uri: SparkUri) -> Result<Self, String> {
        Ok(Self {
            by_name: BTreeMap::from([(NAME_OF_URI.to_owned(), uri.try_into()?)]),
            default: Some(NAME_OF_URI.to_owned()),
        })
    }
}

impl TryFrom<SparkUri> for Backend {
    type Error = String;

    fn try_from(uri: SparkUri) -> Result<Self, String> {
        let tls = uri.use_tls.then(|| BackendTls::new(None, None, None));
        Ok(Self {
            servers: vec![uri.authority],
            tls: tls.transpose()?,
            headers: uri.headers,
            max_message_size: ByteSize(uri.max_message_size as u64),
            max_upload_size: MAX_UPLOAD,
            keepalive: uri.keepalive,
            health: Health::default(),
        })
    }
}

/// A name that can stand in a path, a header and an environment variable.
fn is_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    !name.is_empty() && name.len() <= 63 && name.chars().all(plain)
}

/// `HOST` or `HOST:PORT`.
struct Server(Authority);

impl FromStr for Server {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let expected = "expected HOST or HOST:PORT, for example spark-1.internal:15002; an IPv6 address goes in brackets";
        parse_authority(text)
            .map(|(authority, _)| Self(authority))
            .map_err(|_| expected)
    }
}

impl Section for Backend {
    fn read(table: &mut Table<'_>) -> Option<Self> {
        table.demand("servers");
        let servers: Option<Vec<Server>> = table.parsed_list("servers");
        if servers.as_ref().is_some_and(Vec::is_empty) {
            table.problem("servers", "name at least one server");
        }
        let tls = read_tls(table);
        let mut headers = read_metadata(table);
        if let Some(token) = table.secret("token") {
            match bearer(&token) {
                Some(value) => {
                    headers.insert(AUTHORIZATION, value);
                }
                None => {
                    let key = if table.is_set("token_file") {
                        "token_file"
                    } else {
                        "token_env"
                    };
                    table.problem(key, "the token has characters that no HTTP header can carry");
                }
            }
        }
        let max_message_size = table.or("max_message_size", ByteSize::mib(128));
        let max_upload_size = table.or("max_upload_size", MAX_UPLOAD);
        let keepalive: Option<KeepaliveSection> = table.section("keepalive");
        let health = table.section("health");
        Some(Self {
            servers: servers?.into_iter().map(|server| server.0).collect(),
            tls,
            headers,
            max_message_size,
            max_upload_size,
            keepalive: keepalive?.0,
            health: health?,
        })
    }
}

impl BackendTls {
    pub(crate) fn new(
        authorities: Option<Vec<CertificateDer<'static>>>,
        identity: Option<tls::Identity>,
        server_name: Option<String>,
    ) -> Result<Self, String> {
        let roots = authorities
            .as_ref()
            .map_or_else(|| Ok(tls::public_roots()), |own| tls::roots(own))?;
        Ok(Self {
            client: tls::client(roots, identity.as_ref())?,
            server_name,
            authorities,
            identity: identity.map(Arc::new),
        })
    }
}

fn read_tls(table: &mut Table<'_>) -> Option<BackendTls> {
    let enabled = table.or("tls", false);
    let authorities = table.file("ca_file", |pem| {
        let certificates = tls::certificates(pem)?;
        tls::roots(&certificates).map(|_| certificates)
    });
    let server_name: Option<String> = table.get("server_name");
    if server_name
        .as_ref()
        .is_some_and(|name| ServerName::try_from(name.as_str()).is_err())
    {
        table.problem("server_name", "expected a host name, for example spark.internal");
    }
    let certificates = table.file("client_certificate_file", tls::certificates);
    let key = table.file("client_key_file", tls::private_key);
    for key in [
        "ca_file",
        "server_name",
        "client_certificate_file",
        "client_key_file",
    ] {
        if !enabled && table.is_set(key) {
            table.problem(key, "this needs tls = true");
        }
    }
    for (one, other) in [
        ("client_certificate_file", "client_key_file"),
        ("client_key_file", "client_certificate_file"),
    ] {
        if table.is_set(one) && !table.is_set(other) {
            table.problem(one, format!("this needs {other} too"));
        }
    }
    if !enabled {
        return None;
    }
    match BackendTls::new(authorities, certificates.zip(key), server_name) {
        Ok(tls) => Some(tls),
        Err(sentence) => {
            table.problem("client_certificate_file", sentence);
            None
        }
    }
}

fn read_metadata(table: &mut Table<'_>) -> HeaderMap {
    let metadata: BTreeMap<String, String> = table.get("metadata").unwrap_or_default();
    let mut headers = HeaderMap::new();
    for (name, value) in metadata {
        match (HeaderName::try_from(&name), HeaderValue::try_from(value)) {
            (Ok(header), _) if header == AUTHORIZATION => {
                table.problem(
                    "metadata",
                    "a token does not stand in this file: use token_env or token_file",
                );
            }
            (Ok(header), Ok(value)) => {
                headers.insert(header, value);
            }
            (Err(_), _) => table.problem("metadata", format!("`{name}` cannot be the name of a header")),
            (_, Err(_)) => table.problem("metadata", format!("the value of `{name}` cannot be a header's")),
        }
    }
    headers
}

fn bearer(token: &Secret) -> Option<HeaderValue> {
    let mut value = HeaderValue::try_from(format!("Bearer {}", token.expose())).ok()?;
    value.set_sensitive(true);
    Some(value)
}

struct KeepaliveSection(Option<Keepalive>);

impl Section for KeepaliveSection {
    fn read(table: &mut Table<'_>) -> Option<Self> {
        let default = Keepalive::default();
        let enabled = table.or("enabled", true);
        let keepalive = Keepalive {
            time: table.or("time", default.time),
            timeout: table.or("timeout", default.timeout),
            without_calls: table.or("without_calls", default.without_calls),
        };
        Some(Self(enabled.then_some(keepalive)))
    }
}

impl Section for Health {
    fn read(table: &mut Table<'_>) -> Option<Self> {
        let default = Self::default();
        Some(Self {
            interval: table.or("interval", default.interval),
            timeout: table.or("timeout", default.timeout),
            failures: table.or("failures", default.failures),
        })
    }
}

impl PartialEq for BackendTls {
    fn eq(&self, other: &Self) -> bool {
        let made_of = |tls: &Self| {
            (
                tls.server_name.clone(),
                tls.authorities.clone(),
                tls.identity.clone(),
            )
        };
        made_of(self) == made_of(other)
    }
}

/// Leaves the values of headers out.
impl fmt::Debug for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Backend")
            .field("servers", &self.servers)
            .field("tls", &self.tls.is_some())
            .field("headers", &self.headers.keys().collect::<Vec<_>>())
            .field("max_message_size", &self.max_message_size)
            .field("max_upload_size", &self.max_upload_size)
            .field("keepalive", &self.keepalive)
            .field("health", &self.health)
            .finish()
    }
}
