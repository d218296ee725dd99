//! Faults between the client and Spark, and Sparks that break the protocol: nothing is lost, repeated or out of order,
//! and everything ends.

mod cuts;
mod lies;
mod random;
mod script;
mod stage;
