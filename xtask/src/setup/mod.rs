//! What a machine needs beyond Rust and Python 3, fetched into the target directory where it is missing.

pub(crate) mod node;
pub(crate) mod wasm_target;
