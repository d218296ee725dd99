//! The client for JavaScript, /spark-connect.js: on pages of another site, on a real Spark behind a real bridge.

mod element;
mod failures;
mod page;
mod reading;
mod sessions;
mod stage;
mod types;
mod values;
