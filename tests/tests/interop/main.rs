//! Clients that nobody here wrote, through the bridge to a real Spark: each runs a query, gets an error with its
//! details, and cancels.

mod browser;
mod native;
mod outcome;
mod tonic_web;
