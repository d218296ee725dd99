//! The engine, natively, against a real Spark: everything that the page asks of it.

mod connections;
mod reads;
mod reports;
mod runs;
mod types;
