//! The framing of a grpc-web body.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| spark_connect_client_fuzz::harness::framing(bytes));
