//! The command line against a real Spark, over gRPC and over grpc-web through a bridge.

mod cells;
mod ends;
mod files;
mod long;
mod program;
mod refusals;
mod results;
mod tls;
