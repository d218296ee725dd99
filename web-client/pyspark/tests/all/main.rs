//! Cells against real Python.

#![allow(clippy::unwrap_used, clippy::panic)] // Helpers of tests may fail the test.

mod any_source;
mod editing;
#[allow(unreachable_pub)]
#[path = "../../fuzz/src/grammar.rs"]
mod grammar;
#[allow(unreachable_pub)]
#[path = "../../fuzz/src/harness.rs"]
mod harness;
mod limits;
mod python;
#[allow(unreachable_pub)]
#[path = "../../fuzz/src/seeds.rs"]
mod seeds;
mod spark_values;
mod speed;
