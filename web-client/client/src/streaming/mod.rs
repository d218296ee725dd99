//! Streams: PySpark's `SparkSession.readStream`, `DataFrame.writeStream` and `SparkSession.streams`.

mod query;
mod reader;
mod writer;

pub use self::{
    query::{StreamingQuery, StreamingQueryManager, StreamingQueryStatus},
    reader::DataStreamReader,
    writer::{DataStreamWriter, Trigger},
};
