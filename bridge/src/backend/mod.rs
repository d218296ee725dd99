//! The named backends while the bridge runs: which one a request is for, and which of its servers.
//!
//! A name comes from the request's path or header, a server from the backend's own list: no client names a host.
//!
//! - `affinity`: a session's server
//! - `health`: whether a server answers
//! - `server`: connections to one server

mod affinity;
mod health;
mod server;

use std::{collections::BTreeMap, sync::Arc};

use http::{HeaderMap, HeaderName, StatusCode};
use tonic::Code;

pub(crate) use self::server::{Answer, Lease, Server};
use self::{affinity::Affinity, health::Checks};
use crate::{config, dialect::Refusal};

/// The header by which a client chooses a backend, in place of the path.
pub(crate) const BACKEND_HEADER: HeaderName = HeaderName::from_static("x-spark-backend");

/// All backends.
#[derive(Debug)]
pub(crate) struct Backends {
    by_name: BTreeMap<String, Arc<Backend>>,
    default: Option<String>,
}

/// One cluster.
#[derive(Debug)]
pub(crate) struct Backend {
    pub(crate) name: String,
    pub(crate) settings: Arc<config::Backend>,
    servers: Vec<Arc<Server>>,
    affinity: Affinity,
    /// Ends with the backend.
    _checks: Checks,
}

impl Backends {
    /// Backends as `settings` say. Those of `before` that are still set alike keep their connections and sessions.
    pub(crate) fn new(settings: &config::Backends, before: Option<&Self>) -> Self {
        let mut by_name = BTreeMap::new();
        for (name, settings) in &settings.by_name {
            let kept = before
                .and_then(|before| before.by_name.get(name))
                .filter(|backend| *backend.settings == *settings);
            let backend = match kept {
                Some(backend) => backend.clone(),
                None => {
                    let sessions = before.and_then(|before| before.by_name.get(name));
                    Arc::new(Backend::new(
                        name,
                        settings,
                        sessions.map(|backend| &backend.affinity),
                    ))
                }
            };
            by_name.insert(name.clone(), backend);
        }
        Self {
            by_name,
            default: settings.default.clone(),
        }
    }

    /// The backend that a request is for: named in its path, else in its header, else the default one.
    pub(crate) fn choose(
        &self,
        in_path: Option<&str>,
        headers: &HeaderMap,
    ) -> Result<&Arc<Backend>, Refusal> {
        let refuse = |sentence: String| Refusal {
            http: StatusCode::OK,
            grpc: Code::NotFound,
            sentence,
            allow: None,
        };
        let mut in_header = headers.get_all(BACKEND_HEADER).into_iter();
        let named = match (in_path, in_header.next(), in_header.next()) {
            (Some(name), ..) => Some(name),
            (None, Some(name), None) => Some(name.to_str().unwrap_or_default()),
            (None, None, _) => self.default.as_deref(),
            (None, ..) => {
                return Err(refuse(format!(
                    "The request names several backends; {BACKEND_HEADER} goes once."
                )));
            }
        };
        let Some(name) = named else {
            return Err(refuse(format!(
                "Name a backend of this bridge: in the path before the method, or with the header {BACKEND_HEADER}."
            )));
        };
        self.by_name
            .get(name)
            .ok_or_else(|| refuse("This bridge has no backend of that name.".to_owned()))
    }

    /// Every backend.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Arc<Backend>> {
        self.by_name.values()
    }
}

impl Backend {
    fn new(name: &str, settings: &config::Backend, sessions: Option<&Affinity>) -> Self {
        let settings = Arc::new(settings.clone());
        let servers: Vec<_> = settings
            .servers
            .iter()
            .map(|server| Arc::new(Server::new(settings.clone(), server.clone())))
            .collect();
        Self {
            name: name.to_owned(),
            affinity: Affinity::new(&settings.servers, sessions),
            _checks: Checks::start(&servers, settings.health),
            servers,
            settings,
        }
    }

    /// The server of a user's session. A session that is new goes where it is expected, or, while that server does
    /// not answer, to the next one; one that is known, or says so itself with `exists`, stays where it is.
    pub(crate) async fn server(&self, user: &str, session: &str, exists: bool) -> &Arc<Server> {
        let order = self.affinity.order(user, session);
        let home = &self.servers[order[0]];
        if self.servers.len() == 1 {
            return home;
        }
        if let Some(known) = self.affinity.known(user, session) {
            return &self.servers[known];
        }
        let mut chosen = order[0];
        if !exists {
            for candidate in order {
                let server = &self.servers[candidate];
                if server.health.is_up() && server.connect().await.is_ok() {
                    chosen = candidate;
                    break;
                }
            }
        }
        self.affinity.remember(user, session, chosen);
        &self.servers[chosen]
    }

    /// Keeps a session on a server, as a clone is where its original is.
    pub(crate) fn remember(&self, user: &str, session: &str, server: &Arc<Server>) {
        let index = self.servers.iter().position(|known| Arc::ptr_eq(known, server));
        if let Some(index) = index.filter(|_| self.servers.len() > 1) {
            self.affinity.remember(user, session, index);
        }
    }

    /// Whether any server answers. Asks those that were not asked for a while.
    pub(crate) async fn answers(&self) -> bool {
        let checks = self
            .servers
            .iter()
            .map(|server| health::fresh(server, self.settings.health));
        futures::future::join_all(checks).await.into_iter().any(|up| up)
    }
}
