//! Any source text, put through the interpreter. It may refuse it; it may neither panic, nor hang, nor hoard memory.
//!
//! From `web-client/pyspark`, with cargo-fuzz and a nightly Rust installed (a stable one serves with
//! `RUSTC_BOOTSTRAP=1 cargo fuzz`); lists that hold themselves are not freed, so leaks are not looked for:
//!
//! ```sh
//! cargo run --manifest-path fuzz/Cargo.toml --bin seeds
//! ASAN_OPTIONS=detect_leaks=0 cargo +nightly fuzz run source -- -timeout=60 -rss_limit_mb=4096
//! ASAN_OPTIONS=detect_leaks=0 cargo +nightly fuzz run program -- -timeout=60 -rss_limit_mb=4096
//! ```
//!
//! The tests of the interpreter put damaged seeds and chosen programs through the same functions.

pub mod grammar;
pub mod harness;
pub mod seeds;
