//! Compares functions, columns and plans with those of PySpark, which builds them without a server.

mod frames;
mod functions;
mod python;
mod types;
mod views;
