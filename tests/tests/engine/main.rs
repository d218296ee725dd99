//! The engine, natively, against a real Spark: everything that the page asks of it.

mod connections;
mod python;
mod reads;
mod reports;
mod runs;
mod types;
