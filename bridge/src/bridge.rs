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
    middleware::from_fn_with_state,
    routing::{any, get},
};
use http::{
    StatusCode,
    header::{CACHE_CONTROL, CONTENT_TYPE},
};
use tower::util::option_layer;

use crate::{
    backend::Backends,
    config::{LoadedTls, Settings},
    hosts::{self, Hosts},
    identity::{self, Access},
    limits::Limits,
    observe::{self, Metrics, Observer},
    rpc,
    web_root::{self, WebRoot},
};

const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

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
    tls: RwLock<Option<Arc<LoadedTls>>>,
}

/// What settings have made; a request keeps the one that it began with.
pub(crate) struct Current {
    pub(crate) settings: Settings,
    pub(crate) router: Router,
    backends: Arc<Backends>,
    access: Arc<Access>,
    limits: Arc<Limits>,
    observer: Arc<Observer>,
    pub(crate) metrics: Arc<Metrics>,
}

/// The bridge as a router, with settings that never change: Spark's RPCs, the notebook, `/healthz` and `/readyz`.
/// Fails as [`Bridge::new`] does.
pub fn router(config: Config) -> Result<Router, String> {
    Ok(Bridge::new(config)?.router())
}

impl Bridge {
    /// Puts a bridge together. Fails, with a sentence, when the settings let in anyone from elsewhere, and when a log
    /// cannot be opened.
    pub fn new(config: Config) -> Result<Self, String> {
        let (address, web_root) = (config.address, Arc::new(config.web_root));
        let ending = Arc::default();
        let current = assemble(config.settings, None, address, &web_root, &ending)?;
        Ok(Self {
            address,
            web_root,
            ending,
            tls: RwLock::new(loaded_tls(&current.settings)),
            current: RwLock::new(Arc::new(current)),
        })
    }

    /// What belongs behind the bridge's address where it is printed, so that whoever opens it may call.
    pub fn query(&self) -> String {
        self.current().access.query()
    }

    /// Serves requests from now on as `settings` say. Streams that are open go on as they began, and backends that
    /// are set as before keep their connections and their sessions. Fails as [`Bridge::new`] does, and changes nothing.
    pub fn reload(&self, settings: Settings) -> Result<(), String> {
        let before = self.current();
        let current = assemble(
            settings,
            Some(&before),
            self.address,
            &self.web_root,
            &self.ending,
        )?;
        *self.tls.write().unwrap_or_else(PoisonError::into_inner) = loaded_tls(&current.settings);
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(current);
        Ok(())
    }

    /// `/metrics`, for a listener of its own.
    pub fn metrics(&self) -> Router {
        let metrics = self.current().metrics.clone();
        Router::new().route(
            "/metrics",
            get(async move || ([(CONTENT_TYPE, OPEN_METRICS)], metrics.text())),
        )
    }

    /// Sends the traces that wait to be sent.
    pub async fn flush(&self) {
        let observer = self.current().observer.clone();
        // It blocks and does not panic.
        let _ = tokio::task::spawn_blocking(move || observer.flush()).await;
    }

    /// Tells through `/readyz` that new requests should go elsewhere.
    pub(crate) fn end(&self) {
        self.ending.store(true, Relaxed);
    }

    /// TLS for new connections.
    pub(crate) fn tls(&self) -> Option<Arc<LoadedTls>> {
        self.tls.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Serves new connections with other certificates.
    pub(crate) fn renew_tls(&self, tls: Arc<LoadedTls>) {
        *self.tls.write().unwrap_or_else(PoisonError::into_inner) = Some(tls);
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

fn loaded_tls(settings: &Settings) -> Option<Arc<LoadedTls>> {
    settings.listen.tls.as_ref()?.loaded().cloned()
}

/// What keeps state across settings takes it from `before`.
fn assemble(
    settings: Settings,
    before: Option<&Current>,
    address: SocketAddr,
    web_root: &Arc<WebRoot>,
    ending: &Arc<AtomicBool>,
) -> Result<Current, String> {
    let metrics = before.map(|before| before.metrics.clone()).unwrap_or_default();
    let limits = Limits::new(&settings, metrics.clone(), before.map(|before| &*before.limits));
    let limits = Arc::new(limits);
    let observer = Arc::new(Observer::new(&settings, metrics.clone())?);
    let access = Access::new(&settings, address, before.map(|before| &*before.access))?;
    let access = Arc::new(access);
    let backends = Arc::new(Backends::new(
        &settings.backends,
        before.map(|before| &*before.backends),
    ));
    let hosts = Arc::new(Hosts::for_listener(address, &settings.listen));
    let cors = option_layer(settings.web.origins.layer());
    let files = match (&settings.web.files, settings.web.notebook) {
        (_, false) => Arc::new(WebRoot::nothing()),
        (Some(files), true) => files.clone(),
        (None, true) => web_root.clone(),
    };
    let policy = web_root::policy(&settings.web.frame_ancestors);
    let pages = Router::new()
        .fallback(any(web_root::serve))
        .with_state(files)
        .layer(from_fn_with_state(access.clone(), identity::routes::startup))
        .merge(identity::routes::router(identity::routes::Pages {
            access: access.clone(),
            origins: settings.web.origins.clone(),
        }))
        .layer(from_fn_with_state(policy, web_root::security_headers));
    let calls = rpc::Calls {
        backends: backends.clone(),
        origins: settings.web.origins.clone(),
        access: access.clone(),
        limits: limits.clone(),
        longest: settings.listen.total_timeout,
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
        // Around everything but the probes, which come every few seconds.
        .layer(from_fn_with_state(observer.clone(), observe::observe))
        .route("/healthz", get(async || "ok"))
        .route(
            "/readyz",
            get(ready).with_state((backends.clone(), ending.clone())),
        );
    Ok(Current {
        settings,
        router,
        backends,
        access,
        limits,
        observer,
        metrics,
    })
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
