//! The messages of any body, however it is cut.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| spark_connect_bridge_fuzz::harness::frames(data));
