//! Makes one Spark Connect server reachable from browsers: translates grpc-web to gRPC and serves the notebook.
//!
//! [`router`] is the whole bridge as an axum router, callable without a socket; [`serve`] is the accept loop
//! around it. The bridge keeps no sessions. Of a request it reads the envelope; answers pass through as they come, and
//! so does every trailer.
//!
//! - [`config`]: the settings, from a file, the environment and flags
//! - `spark_uri`: the `sc://` connection string
//! - `upstream`: connections to Spark, shared so that stalled readers cannot starve healthy ones
//! - `rpc`: one call, from the browser's request to Spark's answer
//! - `dialect`: grpc-web, its text form, gRPC; and how each is refused
//! - `envelope`: what is read of a request's messages
//! - `inbound`: the request's body, with its true user
//! - `relay`: the answer's body, ended by a status even when Spark goes away
//! - `hosts`: under which names it may be called
//! - `origins`: which sites' pages may call
//! - `web_root`: the notebook's files
//! - `server`: the accept loop, timeouts and the graceful end

pub mod config;
mod dialect;
pub mod envelope;
mod hosts;
mod identity;
mod inbound;
mod origins;
mod relay;
mod rpc;
mod server;
mod spark_uri;
mod upstream;
mod web_root;

use std::{io::Write, sync::Arc};

use axum::{
    Router,
    middleware::{from_fn, from_fn_with_state},
    routing::{any, get},
};

use tower::util::option_layer;

use self::upstream::Upstream;
pub use config::{Settings, Sources};
pub use hosts::{AllowedHost, AllowedHostError, Hosts};
pub use identity::Identity;
pub use origins::{AllowedOrigin, AllowedOriginError, Origins};
pub use server::serve;
pub use spark_uri::{Keepalive, SparkUri, SparkUriError};
pub use web_root::WebRoot;

/// What a bridge needs to know.
#[derive(Debug)]
pub struct Config {
    /// What an operator can set.
    pub settings: Settings,
    /// The names under which the bridge may be reached.
    pub hosts: Hosts,
    /// The notebook's files.
    pub web_root: WebRoot,
}

/// The bridge: Spark's RPCs, the notebook and `/healthz`. Connects to Spark when the first call comes.
pub fn router(config: Config) -> Router {
    let cors = option_layer(config.settings.web.origins.layer());
    let pages = Router::new()
        .fallback(any(web_root::serve))
        .with_state(Arc::new(config.web_root))
        .layer(from_fn(web_root::security_headers));
    let mut calls = Router::new();
    if let Some(backend) = config.settings.backends.default_backend()
        && let Some(server) = backend.servers.first()
    {
        let upstream = Upstream::new(Arc::new(backend.clone()), server.clone());
        let state = rpc::Calls {
            upstream: Arc::new(upstream),
            origins: config.settings.web.origins,
        };
        calls = Router::new()
            .route("/spark.connect.SparkConnectService/{method}", any(rpc::call))
            .with_state(Arc::new(state));
    }
    calls
        .merge(pages)
        .layer(cors)
        .layer(from_fn_with_state(Arc::new(config.hosts), hosts::check))
        .route("/healthz", get(async || "ok"))
}

/// One line for whoever runs the bridge. Nobody may be listening any more.
fn notice(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}
