//! Clients that nobody here wrote, through the bridge to a real Spark: each runs a query, gets an error with its
//! details, and cancels.
//!
//! tonic-web-wasm-client is not among them: it loses trailers that are cut across chunks, and would need a wasm crate
//! of its own to say so.

mod browser;
mod native;
