//! Compares functions, columns and plans with those of PySpark, which builds them without a server.

mod cells;
mod conformance;
mod frames;
mod functions;
mod python;
mod types;
mod views;
