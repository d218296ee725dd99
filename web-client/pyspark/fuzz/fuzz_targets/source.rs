//! Any text.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| pyspark_cells_fuzz::harness::source(bytes));
