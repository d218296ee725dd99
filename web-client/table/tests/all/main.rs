//! The crate as its users see it.

#![allow(clippy::unwrap_used, clippy::panic)] // Helpers of tests may fail the test.

mod common;
mod exports;
mod formats;
mod kinds;
mod random;
mod statistics;
mod variants;
mod windows;
