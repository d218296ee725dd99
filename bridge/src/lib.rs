//! Makes one Spark Connect server reachable from browsers: translates grpc-web to gRPC and serves the notebook.
//!
//! [`router`] is the whole bridge as an axum router, callable without a socket; [`Bridge`] is one that takes new
//! settings while it runs, and [`serve`] the accept loop around it. The bridge keeps no sessions. Of a request it reads
//! the envelope; answers pass through as they come, and so does every trailer.
//!
//! - [`config`]: the settings, from a file, the environment and flags
//! - `bridge`: all of it put together, again with each reload
//! - `spark_uri`: the `sc://` connection string
//! - `backend`: the named clusters, which server a session is on, connections that stalled readers cannot block
//! - `rpc`: one call, from the browser's request to Spark's answer
//! - `deadline`: the time that a client gives a call
//! - `dialect`: grpc-web, its text form, gRPC; and how each is refused
//! - `envelope`: what is read of a request's messages
//! - `identity`: who calls, and what they may do
//! - `inbound`: the request's body, with its true user
//! - `relay`: the answer's body, ended by a status even when Spark goes away
//! - `limits`: how much anyone may use, and what becomes of operations whose client is gone
//! - `observe`: the logs and the numbers
//! - `hosts`: under which names it may be called
//! - `origins`: which sites' pages may call
//! - `web_root`: the notebook's files
//! - `listener`: the accept loop, TLS, timeouts and the graceful end
//! - `process`: what signals do

mod backend;
mod bridge;
pub mod config;
mod deadline;
mod dialect;
pub mod envelope;
mod hosts;
mod identity;
mod inbound;
mod limits;
mod listener;
mod observe;
mod origins;
mod process;
mod relay;
mod rpc;
mod spark_uri;
mod web_root;

use std::io::Write;

pub use bridge::{Bridge, Config, router};
pub use config::{Settings, Sources};
pub use hosts::{AllowedHost, AllowedHostError};
pub use identity::Identity;
pub use listener::{Workers, serve};
pub use origins::{AllowedOrigin, AllowedOriginError, Origins};
pub use process::run;
pub use spark_uri::{Keepalive, SparkUri, SparkUriError};
pub use web_root::WebRoot;

/// One line for whoever runs the bridge. Nobody may be listening any more.
fn notice(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}
