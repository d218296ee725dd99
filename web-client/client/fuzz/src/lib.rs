//! Any bytes from outside, put through the client. It may refuse them; it may neither panic nor hoard memory.
//!
//! From `web-client/client`, with cargo-fuzz and a nightly Rust installed (a stable one serves with
//! `RUSTC_BOOTSTRAP=1 cargo fuzz`):
//!
//! ```sh
//! cargo run --manifest-path fuzz/Cargo.toml --bin seeds
//! cargo +nightly fuzz run response
//! ```
//!
//! The tests of the client put damaged seeds through the same functions.

pub mod harness;
pub mod seeds;
