//! The settings: one TOML file, environment variables over it, flags over both.
//!
//! `deploy/reference.toml` lists every setting with its default; a test keeps it complete. A new section is a file
//! here with a struct that implements [`table::Section`], one field of [`Settings`], and its lines in the reference.
//!
//! - `tree`: values and their places, before anyone knows what they mean
//! - `table`, `value`: the reading of typed settings, with all problems at once
//! - `problem`: what is wrong, and where
//! - `secret`: from a variable or a file, never from the settings themselves
//! - `tls`: certificates and keys
//! - `listen`, `identity`, `backends`, `web`, `log`, `metrics`, `limits`, `traces`: the sections

mod backends;
mod identity;
mod limits;
mod listen;
mod log;
mod metrics;
mod problem;
mod secret;
mod table;
pub(crate) mod tls;
mod traces;
mod tree;
mod value;
mod web;

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;

use std::{cell::RefCell, collections::BTreeMap, env, fs, net::SocketAddr, path::PathBuf};

pub use backends::{Backend, BackendTls, Backends, Health};
pub use identity::{
    IdentitySettings, Issuer, LoginSettings, OidcSettings, ProxySettings, Role, Token, TokenSettings,
};
pub use limits::{IdentityLimits, Limits};
pub(crate) use listen::LoadedTls;
pub use listen::{Listen, ListenTls};
pub use log::{Audit, Log, Target};
pub use metrics::Metrics;
pub use problem::{Place, Problem, Problems};
pub use secret::Secret;
pub use traces::Traces;
pub use web::Web;

use self::{
    table::{Reading, Section, Table},
    tree::{Entries, Node, Value},
};
use crate::spark_uri::SparkUri;

/// A setting of the file is also the environment variable of this prefix and the setting's path in capitals, `__`
/// between its parts: `SPARK_CONNECT_BRIDGE__LISTEN__ADDRESS`.
pub const ENVIRONMENT_PREFIX: &str = "SPARK_CONNECT_BRIDGE__";
/// Spark's own variable for its pre-shared token, which counts for a connection string without one.
const SPARK_TOKEN: &str = "SPARK_CONNECT_AUTHENTICATE_TOKEN";
/// PySpark's variable for the connection string.
const SPARK_REMOTE: &str = "SPARK_REMOTE";
const DEFAULT_SPARK: &str = "sc://localhost:15002";

/// Everything that can be set. Each field is a section of the file.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `[listen]`
    pub listen: Listen,
    /// `[backends.NAME]` and `default_backend`
    pub backends: Backends,
    /// `[identity]`
    pub identity: IdentitySettings,
    /// `[[roles]]`
    pub roles: Vec<Role>,
    /// `[web]`
    pub web: Web,
    /// `[log]`
    pub log: Log,
    /// `[audit]`
    pub audit: Audit,
    /// `[metrics]`
    pub metrics: Metrics,
    /// `[limits]`
    pub limits: Limits,
    /// `[traces]`
    pub traces: Traces,
}

impl Section for Settings {
    fn read(table: &mut Table<'_>) -> Option<Self> {
        let listen: Option<Listen> = table.section("listen");
        let backends = Backends::read(table);
        let identity: Option<IdentitySettings> = table.section("identity");
        let roles: Vec<Role> = table.list("roles");
        if !roles.is_empty() && identity.as_ref().is_some_and(|identity| !identity.knows_people()) {
            table.problem("roles", "roles need [identity] to say how people are known");
        }
        if let (Some(listen), Some(identity)) = (&listen, &identity)
            && !identity.knows_people()
            && listen
                .address
                .parse::<SocketAddr>()
                .is_ok_and(|address| !address.ip().is_loopback())
        {
            table.problem(
                "listen",
                "whoever reaches this address could use Spark, as nothing says how people are known: set [identity], or \
                 listen on 127.0.0.1",
            );
        }
        let known = backends.as_ref().map(|backends| &backends.by_name);
        // Without any, a connection string describes one.
        if let Some(known) = known.filter(|known| !known.is_empty()) {
            let named = roles.iter().filter_map(|role| role.backends.as_ref()).flatten();
            for unknown in named.filter(|name| !known.contains_key(*name)) {
                table.problem(
                    "roles",
                    format!("a role is for the backend `{unknown}`, but there is no [backends.{unknown}]"),
                );
            }
        }
        let web = table.section("web");
        let log = table.section("log");
        let audit = table.section("audit");
        let metrics = table.section("metrics");
        let limits: Option<Limits> = table.section("limits");
        let longest = known.and_then(|known| known.values().map(|backend| backend.max_message_size).max());
        if let (Some(limits), Some(longest)) = (&limits, longest)
            && limits.request_bytes < longest
        {
            table.problem(
                "limits",
                "request_bytes is less than the max_message_size of a backend, whose largest requests would never pass",
            );
        }
        let traces = table.section("traces");
        Some(Self {
            listen: listen?,
            backends: backends?,
            identity: identity?,
            roles,
            web: web?,
            log: log?,
            audit: audit?,
            metrics: metrics?,
            limits: limits?,
            traces: traces?,
        })
    }
}

/// Where settings come from.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// The file.
    pub file: Option<PathBuf>,
    /// Environment variables: settings, and whatever `..._env` settings name.
    pub environment: BTreeMap<String, String>,
    /// `--set`: a setting's path with dots, and its value.
    pub set: Vec<(String, String)>,
    /// `--listen`: the address.
    pub listen: Option<String>,
    /// `--self-signed`: the directory of a certificate of one's own, made when it is not there.
    pub self_signed: Option<PathBuf>,
    /// `--allow-host`: more names.
    pub allow_host: Vec<String>,
    /// `--allow-origin`: sites.
    pub allow_origin: Vec<String>,
    /// `--spark`: the connection string of the only backend.
    pub spark: Option<String>,
}

impl Sources {
    /// The variables of this process. What is no text is no setting.
    pub fn environment() -> BTreeMap<String, String> {
        env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect()
    }

    /// Reads everything, the files and variables that settings name included.
    pub fn load(&self) -> Result<Settings, Problems> {
        self.read(true)
    }

    /// Reads the settings alone, so that they can be checked where their secrets and certificates are not.
    pub fn check_syntax(&self) -> Result<(), Problems> {
        self.read(false).map(drop)
    }

    fn read(&self, resolve: bool) -> Result<Settings, Problems> {
        let text = match &self.file {
            Some(file) => fs::read_to_string(file).map_err(|error| {
                self.problems(vec![value::problem(
                    &Place::Nowhere,
                    format!("the file cannot be read: {error}"),
                )])
            })?,
            None => String::new(),
        };
        self.read_text(&text, resolve)
    }

    fn read_text(&self, text: &str, resolve: bool) -> Result<Settings, Problems> {
        let mut problems = Vec::new();
        let mut entries = tree::parse(text, &mut problems);
        self.overlay(&mut entries, &mut problems);
        let reading = Reading {
            file: self.file.as_deref(),
            environment: &self.environment,
            resolve,
            problems: RefCell::new(problems),
            asked: RefCell::default(),
        };
        let settings = self.with_spark(&reading, Table::root(&reading, entries));
        let problems = reading.problems.into_inner();
        match settings {
            Some(settings) if problems.is_empty() => Ok(settings),
            _ => Err(self.problems(problems)),
        }
    }

    /// Puts environment variables and flags into the file's tree.
    fn overlay(&self, entries: &mut Entries, problems: &mut Vec<Problem>) {
        for (name, text) in &self.environment {
            let Some(path) = name.strip_prefix(ENVIRONMENT_PREFIX) else {
                continue;
            };
            let path = path.to_ascii_lowercase();
            let path: Vec<&str> = path.split("__").collect();
            tree::put(
                entries,
                &path,
                text_node(Place::Environment(name.clone()), text),
                problems,
            );
        }
        for (path, text) in &self.set {
            let place = Place::Flag(format!("--set {path}"));
            let path: Vec<&str> = path.split('.').collect();
            tree::put(entries, &path, text_node(place, text), problems);
        }
        if let Some(address) = &self.listen {
            let node = text_node(Place::Flag("--listen".to_owned()), address);
            tree::put(entries, &["listen", "address"], node, problems);
        }
        if let Some(directory) = &self.self_signed {
            let place = Place::Flag("--self-signed".to_owned());
            let directory = std::path::absolute(directory).unwrap_or_else(|_| directory.clone());
            for (key, text) in [
                (
                    "certificate_file",
                    directory.join("bridge.crt").display().to_string(),
                ),
                ("key_file", directory.join("bridge.key").display().to_string()),
                ("generate", "true".to_owned()),
            ] {
                let node = text_node(place.clone(), &text);
                tree::put(entries, &["listen", "tls", key], node, problems);
            }
        }
        for (flag, path, values) in [
            ("--allow-host", ["listen", "hosts"], &self.allow_host),
            ("--allow-origin", ["web", "origins"], &self.allow_origin),
        ] {
            if !values.is_empty() {
                let place = Place::Flag(flag.to_owned());
                let values = values.iter().map(|value| text_node(place.clone(), value));
                let value = Value::Array(values.collect());
                tree::put(entries, &path, Node { place, value }, problems);
            }
        }
    }

    /// Without `[backends]` there is one, which a connection string describes.
    fn with_spark(&self, reading: &Reading<'_>, settings: Option<Settings>) -> Option<Settings> {
        let tell = |place, sentence| reading.problems.borrow_mut().push(Problem { place, sentence });
        let mut settings = settings?;
        let flag = || Place::Flag("--spark".to_owned());
        if !settings.backends.by_name.is_empty() {
            if self.spark.is_some() {
                tell(
                    flag(),
                    "the file has [backends] already; leave one of the two out".to_owned(),
                );
            }
            return Some(settings);
        }
        let variable = self.environment.get(SPARK_REMOTE);
        let (place, uri) = match (&self.spark, variable) {
            (Some(uri), _) => (flag(), uri.as_str()),
            (None, Some(uri)) => (Place::Environment(SPARK_REMOTE.to_owned()), uri.as_str()),
            (None, None) => (Place::Nowhere, DEFAULT_SPARK),
        };
        let token = self.environment.get(SPARK_TOKEN);
        let backends = SparkUri::parse(uri, token.map(String::as_str))
            .map_err(|error| error.to_string())
            .and_then(Backends::try_from);
        match backends {
            Ok(backends) => settings.backends = backends,
            Err(sentence) => tell(place, sentence),
        }
        Some(settings)
    }

    fn problems(&self, mut list: Vec<Problem>) -> Problems {
        list.sort();
        Problems {
            file: self.file.clone(),
            list,
        }
    }
}

impl Settings {
    /// Settings from a file's text alone, relative paths seen from the working directory.
    pub fn parse(text: &str) -> Result<Self, Problems> {
        Sources::default().read_text(text, true)
    }
}

fn text_node(place: Place, text: &str) -> Node {
    Node {
        place,
        value: Value::Text(text.to_owned()),
    }
}
