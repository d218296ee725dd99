//! The notebook's page in headless Chromium, on a real Spark behind a real bridge.

mod errors;
mod keeping;
mod keyboard;
mod look;
mod opening;
mod outages;
mod results;
mod speed;
mod stopping;
