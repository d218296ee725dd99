//! What the end-to-end tests stand on: Spark, bridges, browsers and proxies that stop with the test that started them,
//! and questions to ask of them.
//!
//! The tests themselves are in `tests/`. `cargo xtask test` starts one Spark with the sample data and one bridge, says
//! where they are through environment variables ([`environment`]), and runs them.

pub mod browser;
pub mod engine;
pub mod environment;
pub mod operation;
pub mod oracle;
pub mod process;
pub mod proxy;
pub mod route;
pub mod scripted;
pub mod servers;
pub mod tale;
pub mod tls;
