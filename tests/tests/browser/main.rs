//! The notebook's page in headless Chromium, on a real Spark behind a real bridge.

mod account;
mod errors;
// The bridge's own tests use more of it.
#[allow(dead_code, unreachable_pub, clippy::unwrap_used)]
#[path = "../../../bridge/tests/support/issuer.rs"]
mod issuer;
mod keeping;
mod keyboard;
mod look;
mod opening;
mod outages;
mod python;
mod results;
mod speed;
mod stopping;
