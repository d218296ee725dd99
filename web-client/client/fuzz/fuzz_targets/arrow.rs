//! The data of a record batch.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| spark_connect_client_fuzz::harness::arrow(bytes));
