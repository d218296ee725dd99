//! A Spark Connect client for browsers and native programs.
//!
//! ```no_run
//! # async fn example() -> spark_connect_client::Result<()> {
//! use spark_connect_client::{ConnectionString, Session};
//!
//! let session = Session::connect(&ConnectionString::parse("sc://localhost:15002")?)?;
//! let batches = session.sql("SELECT * FROM range(10)").await?.collect().await?;
//! # Ok(()) }
//! ```
//!
//! A query becomes an unresolved plan ([`plan`]), travels over a [`Transport`] and comes back as Arrow batches through
//! an [`Execution`], which survives lost connections. Formatting and keeping results is the business of others.

mod call;
pub mod catalog;
pub mod column;
pub mod connection;
mod dataframe;
mod error;
mod execute;
pub mod functions;
mod options;
mod places;
pub mod plan;
pub mod platform;
pub mod reader;
mod request;
mod result;
mod retry;
mod session;
pub mod statements;
pub mod streaming;
pub mod transport;
pub mod types;
pub mod udf;
pub mod unsupported;
pub mod writer;

pub use call::Going;
pub use call::{Observation, Sent};
pub use catalog::Catalog;
pub use column::{Column, Window, WindowSpec};
pub use connection::{ConnectionString, ConnectionStringError};
pub use dataframe::{
    AsOf, Command, DataFrame, DataFrameNaFunctions, DataFrameStatFunctions, DropNa, GroupedData, TableArg,
};
pub use error::{BreakingChange, Cause, Error, ErrorKind, QueryContext, Result, SparkError};
pub use execute::{Execution, ObservedMetrics, Output};
pub use reader::{DataFrameReader, TableValuedFunction};
pub use result::read_stream;
pub use retry::RetryPolicy;
pub use session::{Artifact, Checkpoint, ExplainMode, RuntimeConfig, Session};
pub use spark_connect_proto::connect as proto;
pub use streaming::{DataStreamReader, DataStreamWriter, StreamingQuery, StreamingQueryManager};
pub use transport::Transport;
pub use writer::{DataFrameWriter, DataFrameWriterV2, MergeIntoWriter};
