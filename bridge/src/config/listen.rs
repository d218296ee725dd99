//! `[listen]`: where and how the bridge is reached.

use std::{
    fmt, fs,
    net::Ipv4Addr,
    path::{Path, PathBuf},
    str::FromStr,
    sync::Arc,
    time::Duration,
};

use rustls::ServerConfig;

use super::{
    table::{Section, Table},
    tls,
};
use crate::{
    hosts::{AllowedHost, host_and_port},
    listener,
};

/// Where and how the bridge is reached.
#[derive(Clone, Debug)]
pub struct Listen {
    /// `address`: HOST:PORT to listen on; port 0 takes any free one. Default `127.0.0.1:8080`.
    pub address: String,
    /// `hosts`: names, NAME or NAME:PORT, under which the bridge answers besides its own. On a loopback address its
    /// own are `localhost`, `127.0.0.1` and `[::1]`; on any other it answers under every name if none is listed.
    pub hosts: Vec<AllowedHost>,
    /// `header_timeout`: how long a client may take for a TLS handshake, for the head of a request, and for the first
    /// request on a new connection. Default 10 s.
    pub header_timeout: Duration,
    /// `body_timeout`: the longest silence inside a request's body. Default 30 s.
    pub body_timeout: Duration,
    /// `idle_timeout`: how long a connection may stay open without a request. Default 5 min.
    pub idle_timeout: Duration,
    /// `total_timeout`: how long a request may take in all, to the last byte of its answer. Default as long as it takes.
    pub total_timeout: Option<Duration>,
    /// `drain_delay`: how long connections are still accepted after SIGTERM while `/readyz` says no, so that whoever
    /// balances the load can notice. Default none.
    pub drain_delay: Option<Duration>,
    /// `drain_timeout`: how long streams may go on after SIGTERM. Spark ends each stream at 2 minutes, so the default,
    /// 130 s, cuts nobody.
    pub drain_timeout: Duration,
    /// `[listen.tls]`; without it connections are in the clear.
    pub tls: Option<ListenTls>,
}

/// TLS towards clients. The files are read again on SIGHUP, and when they change.
#[derive(Clone, Debug)]
pub struct ListenTls {
    /// `certificate_file`: PEM, the bridge's own certificate first, then the ones between it and the authority.
    pub certificate_file: PathBuf,
    /// `key_file`: PEM, the private key of that certificate.
    pub key_file: PathBuf,
    /// `generate`: whether a self-signed certificate for `localhost` and `hosts` is written to the two files when
    /// they are not there. For one's own machine; a browser must be told to trust it. Default false.
    pub generate: bool,
    /// `client_ca_file`: PEM, the authorities whose client certificates are accepted. Without it nobody is asked for
    /// one.
    pub client_ca_file: Option<PathBuf>,
    /// `client_certificate`: whether a client without certificate is refused, `"required"` (the default with
    /// `client_ca_file`), or served, `"optional"`.
    pub client_certificate_required: bool,
    loaded: Option<Arc<LoadedTls>>,
}

/// What was in the files of [`ListenTls`], and what rustls makes of it.
pub(crate) struct LoadedTls {
    contents: Vec<Vec<u8>>,
    pub(crate) config: Arc<ServerConfig>,
}

/// `HOST:PORT`; a name is looked up only when it is listened on.
struct Address(String);

impl FromStr for Address {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let expected = "expected HOST:PORT, for example 127.0.0.1:8080; an IPv6 address goes in brackets";
        let (host, port) = host_and_port(text).ok_or(expected)?;
        let is_number = host.chars().all(|c| c.is_ascii_digit() || c == '.');
        if port.is_none() || (is_number && host.parse::<Ipv4Addr>().is_err()) {
            return Err(expected);
        }
        Ok(Self(text.to_owned()))
    }
}

/// The setting `address` of a listener.
pub(super) fn address(table: &mut Table<'_>, default: &str) -> String {
    let address = table.parsed::<Address>("address");
    address.map_or_else(|| default.to_owned(), |address| address.0)
}

impl Section for Listen {
    fn read(table: &mut Table<'_>) -> Option<Self> {
        let seconds = Duration::from_secs;
        Some(Self {
            address: address(table, "127.0.0.1:8080"),
            hosts: table.parsed_list("hosts").unwrap_or_default(),
            header_timeout: table.or("header_timeout", seconds(10)),
            body_timeout: table.or("body_timeout", seconds(30)),
            idle_timeout: table.or("idle_timeout", seconds(300)),
            total_timeout: table.get("total_timeout"),
            drain_delay: table.get("drain_delay"),
            drain_timeout: table.or("drain_timeout", seconds(130)),
            tls: table.optional_section("tls"),
        })
    }
}

impl Section for ListenTls {
    fn read(table: &mut Table<'_>) -> Option<Self> {
        let certificate_file = table.required_path("certificate_file");
        let key_file = table.required_path("key_file");
        let generate = table.or("generate", false);
        let client_ca_file = table.path("client_ca_file");
        let client_certificate = table.get::<String>("client_certificate");
        if !matches!(
            client_certificate.as_deref(),
            None | Some("required" | "optional")
        ) {
            table.problem("client_certificate", "expected \"required\" or \"optional\"");
        }
        if client_certificate.is_some() && client_ca_file.is_none() {
            table.problem(
                "client_certificate",
                "client certificates need client_ca_file too",
            );
        }
        let mut tls = Self {
            certificate_file: certificate_file?,
            key_file: key_file?,
            generate,
            client_ca_file,
            client_certificate_required: client_certificate.as_deref() != Some("optional"),
            loaded: None,
        };
        if table.resolves() && !(generate && tls.is_missing()) {
            match tls.load() {
                Ok(loaded) => tls.loaded = Some(Arc::new(loaded)),
                Err(wrong) => table.problem(wrong.key, wrong.sentence),
            }
        }
        Some(tls)
    }
}

/// A file that cannot be used.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Wrong {
    key: &'static str,
    sentence: String,
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "listen.tls.{}: {}", self.key, self.sentence)
    }
}

impl ListenTls {
    /// What the files say now.
    pub(crate) fn load(&self) -> Result<LoadedTls, Wrong> {
        let mut contents = Vec::new();
        let certificates = read(
            "certificate_file",
            &self.certificate_file,
            tls::certificates,
            &mut contents,
        )?;
        let key = read("key_file", &self.key_file, tls::private_key, &mut contents)?;
        let roots = |pem: &[u8]| tls::roots(&tls::certificates(pem)?);
        let clients = match &self.client_ca_file {
            Some(file) => Some(read("client_ca_file", file, roots, &mut contents)?),
            None => None,
        };
        let config = tls::server((certificates, key), clients, self.client_certificate_required);
        match config {
            Ok(config) => Ok(LoadedTls {
                contents,
                config: Arc::new(config),
            }),
            Err(sentence) => Err(Wrong {
                key: "key_file",
                sentence,
            }),
        }
    }

    /// What is served with, once [`Listen::prepare`] has been called.
    pub(crate) fn loaded(&self) -> Option<&Arc<LoadedTls>> {
        self.loaded.as_ref()
    }

    fn is_missing(&self) -> bool {
        !self.certificate_file.exists() && !self.key_file.exists()
    }
}

impl LoadedTls {
    /// Whether the same files were read.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        self.contents == other.contents
    }
}

/// Leaves the key out.
impl fmt::Debug for LoadedTls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LoadedTls")
    }
}

fn read<T>(
    key: &'static str,
    file: &Path,
    parse: impl FnOnce(&[u8]) -> Result<T, String>,
    contents: &mut Vec<Vec<u8>>,
) -> Result<T, Wrong> {
    let wrong = |sentence| Wrong {
        key,
        sentence: format!("{}: {sentence}", file.display()),
    };
    let bytes = fs::read(file).map_err(|error| wrong(format!("{error}")))?;
    let parsed = parse(&bytes).map_err(wrong)?;
    contents.push(bytes);
    Ok(parsed)
}

impl Listen {
    /// Makes the certificate that `generate` asks for, if it is not there. True if it was made.
    pub(crate) fn prepare(&mut self) -> Result<bool, String> {
        let Some(tls) = self.tls.as_mut().filter(|tls| tls.loaded.is_none()) else {
            return Ok(false);
        };
        let names: Vec<String> = self.hosts.iter().map(|host| host.name().to_owned()).collect();
        listener::generate(&tls.certificate_file, &tls.key_file, &names)
            .map_err(|error| format!("{} cannot be written: {error}", tls.certificate_file.display()))?;
        tls.loaded = Some(Arc::new(tls.load().map_err(|wrong| wrong.to_string())?));
        Ok(true)
    }
}
