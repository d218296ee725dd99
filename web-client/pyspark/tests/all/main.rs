//! Cells against real Python.

#![allow(clippy::unwrap_used, clippy::panic)] // Helpers of tests may fail the test.

mod limits;
mod python;
mod spark_values;
