//! The whole bridge, put together from its settings, and again when they change.

use std::{
    fmt,
    net::SocketAddr,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

use axum::{
    Router,
    extract::State,
    middleware::{from_fn, from_fn_with_state},
    routing::{any, get},
};
use http::{StatusCode, header::CACHE_CONTROL};
use tower::util::option_layer;

use crate::{
    backend::Backends,
    config::Settings,
    hosts::{self, Hosts},
    rpc,
    web_root::{self, WebRoot},
};

/// What a bridge needs to know.
#[derive(Debug)]
pub struct Config {
    /// What an operator can set.
    pub settings: Settings,
    /// Where the bridge listens.
    pub address: SocketAddr,
    /// The notebook's files.
    pub web_root: WebRoot,
}

/// A bridge without its listener. Connects to Spark when the first call comes.
pub struct Bridge {
    address: SocketAddr,
    web_root: Arc<WebRoot>,
    ending: Arc<AtomicBool>,
    current: RwLock<Arc<Current>>,
}

/// What settings have made; a request keeps the one that it began with.
pub(crate) struct Current {
    pub(crate) settings: Settings,
    pub(crate) router: Router,
    backends: Arc<Backends>,
}

/// The bridge as a router, with settings that never change: Spark's RPCs, the notebook, `/healthz` and `/readyz`.
pub fn router(config: Config) -> Router {
    Bridge::new(config).router()
}

impl Bridge {
    /// Puts a bridge together.
    pub fn new(config: Config) -> Self {
        let (address, web_root) = (config.address, Arc::new(config.web_root));
        let ending = Arc::default();
        let current = assemble(config.settings, None, address, &web_root, &ending);
        Self {
            address,
            web_root,
            ending,
            current: RwLock::new(Arc::new(current)),
        }
    }

    /// Serves requests from now on as `settings` say. Streams that are open go on as they began, and backends that
    /// are set as before keep their connections and their sessions.
    pub fn reload(&self, settings: Settings) {
        let before = self.current();
        let current = assemble(
            settings,
            Some(&before),
            self.address,
            &self.web_root,
            &self.ending,
        );
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(current);
    }

    /// The bridge as a router, with the settings it has now.
    pub fn router(&self) -> Router {
        self.current().router.clone()
    }

    pub(crate) fn current(&self) -> Arc<Current> {
        self.current
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl fmt::Debug for Bridge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bridge")
            .field("settings", &self.current().settings)
            .finish_non_exhaustive()
    }
}

/// What keeps state across settings takes it from `before`.
fn assemble(
    settings: Settings,
    before: Option<&Current>,
    address: SocketAddr,
    web_root: &Arc<WebRoot>,
    ending: &Arc<AtomicBool>,
) -> Current {
    let backends = Arc::new(Backends::new(
        &settings.backends,
        before.map(|before| &*before.backends),
    ));
    let hosts = Arc::new(Hosts::for_listener(address, &settings.listen));
    let cors = option_layer(settings.web.origins.layer());
    let pages = Router::new()
        .fallback(any(web_root::serve))
        .with_state(web_root.clone())
        .layer(from_fn(web_root::security_headers));
    let calls = rpc::Calls {
        backends: backends.clone(),
        origins: settings.web.origins.clone(),
    };
    let router = Router::new()
        .route("/spark.connect.SparkConnectService/{method}", any(rpc::call))
        .route(
            "/{backend}/spark.connect.SparkConnectService/{method}",
            any(rpc::call),
        )
        .with_state(Arc::new(calls))
        .merge(pages)
        .layer(cors)
        .layer(from_fn_with_state(hosts, hosts::check))
        .route("/healthz", get(async || "ok"))
        .route(
            "/readyz",
            get(ready).with_state((backends.clone(), ending.clone())),
        );
    Current {
        settings,
        router,
        backends,
    }
}

/// Whether new requests are welcome here: not while the bridge ends, and not while no backend answers.
async fn ready(
    State((backends, ending)): State<(Arc<Backends>, Arc<AtomicBool>)>,
) -> (StatusCode, [(http::HeaderName, &'static str); 1], String) {
    let mut ready = false;
    let mut text = String::new();
    for backend in backends.all() {
        let answers = backend.answers().await;
        ready |= answers;
        let state = if answers { "ok" } else { "no server answers" };
        text.push_str(&format!("{}: {state}\n", backend.name));
    }
    if ending.load(Relaxed) {
        ready = false;
        text = "ending\n".to_owned();
    }
    let status = if ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (status, [(CACHE_CONTROL, "no-store")], text)
}
