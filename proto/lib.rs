//! Spark Connect's wire definitions (Apache Spark 4.3), as prost messages and a tonic client stub.
//!
//! Only what the wire says. Building plans, running them and reading results belong to `spark-connect-client`.
#![allow(missing_docs, unreachable_pub)]
#![allow(clippy::all)]

/// The messages and the service of package `spark.connect`.
pub mod connect {
    tonic::include_proto!("spark.connect");
}

#[path = "since.rs"]
pub mod since;

/// The compiled descriptors of every file of the package, a serialized `google.protobuf.FileDescriptorSet`.
pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));
