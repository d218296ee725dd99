//! The envelope of any request, against prost.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| spark_connect_bridge_fuzz::harness::envelope(data));
