//! A connection string.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| spark_connect_client_fuzz::harness::connection(bytes));
