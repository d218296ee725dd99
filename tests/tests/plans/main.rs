//! Compares functions, columns and plans with those of PySpark, which builds them without a server.

mod functions;
mod python;
