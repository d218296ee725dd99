//! Any request that a client may send, put through what the bridge reads of it. It may refuse it; it may neither panic,
//! nor take one user for another, nor hoard memory.
//!
//! From `bridge`, with cargo-fuzz and a nightly Rust installed (a stable one serves with `RUSTC_BOOTSTRAP=1 cargo fuzz`):
//!
//! ```sh
//! cargo run --manifest-path fuzz/Cargo.toml --bin seeds
//! cargo +nightly fuzz run envelope -- -timeout=10 -rss_limit_mb=2048
//! ```
//!
//! `frames` and `text` are the other targets. The tests of the bridge put the seeds, whole and damaged, through the same
//! functions.

pub mod harness;
pub mod seeds;
