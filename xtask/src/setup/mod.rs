//! What a machine needs beyond Rust and Python 3, fetched into `tools` of the target directory where it is
//! missing. `cargo clean` removes it all.

pub(crate) mod browser;
pub(crate) mod java;
pub(crate) mod node;
pub(crate) mod python;
pub(crate) mod wasm_target;

/// What to do when a download fails.
const NETWORK: &str =
    "It comes from the network: check the connection and the proxy settings, then try again.";
