//! The body of a response to an execution.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| spark_connect_client_fuzz::harness::response(bytes));
