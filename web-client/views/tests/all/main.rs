//! Views against what makes plans of them: the interpreter of PySpark cells, and the views themselves.

#![allow(clippy::unwrap_used, clippy::panic)] // Helpers of tests may fail the test.

mod builder;
mod cells;
mod code;
mod damaged;
mod docs;
mod plans;
