//! A program that the bytes choose.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| pyspark_cells_fuzz::harness::program(bytes));
