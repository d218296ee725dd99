//! The engine with PySpark cells. A page loads it beside the other one when the first PySpark cell asks for something, so that
//! whoever only writes SQL does not wait for it. Everything is in `spark-connect-engine`.

pub use spark_connect_engine::*;
