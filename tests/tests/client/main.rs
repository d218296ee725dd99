//! The client against a real Spark, over gRPC and over grpc-web through a bridge.
mod commands;
mod ends;
mod errors;
mod identity;
mod long;
mod outages;
mod results;
mod session;
mod uploads;
mod views;
