//! grpc-web's text mode, however it is cut.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| spark_connect_bridge_fuzz::harness::text(data));
