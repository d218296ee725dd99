//! Writing streams: PySpark's `DataFrame.writeStream`.

use std::collections::BTreeMap;

use spark_connect_proto::connect::{
    self as pb,
    command::CommandType,
    execute_plan_response::ResponseType,
    write_stream_operation_start::{SinkDestination, Trigger as Wire},
};

use super::StreamingQuery;
use crate::{
    DataFrame,
    error::{Error, Result},
    plan,
};

/// Writes a stream, `DataFrame.writeStream`.
#[derive(Clone, Debug)]
pub struct DataStreamWriter {
    frame: DataFrame,
    format: String,
    output_mode: String,
    query_name: String,
    options: BTreeMap<String, String>,
    partition_columns: Vec<String>,
    cluster_columns: Vec<String>,
    trigger: Option<Wire>,
}

/// When a stream does its next step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// After such a time, for example `5 seconds`.
    ProcessingTime(String),
    /// Once, and then it ends.
    Once,
    /// Until everything that is there is read, and then it ends.
    AvailableNow,
    /// All the time, with a checkpoint after such a time.
    Continuous(String),
    /// All the time, in batches of such a length.
    RealTime(String),
}

impl DataFrame {
    /// Writes the stream, `DataFrame.writeStream`.
    pub fn write_stream(&self) -> DataStreamWriter {
        DataStreamWriter {
            frame: self.clone(),
            format: String::new(),
            output_mode: String::new(),
            query_name: String::new(),
            options: BTreeMap::new(),
            partition_columns: Vec::new(),
            cluster_columns: Vec::new(),
            trigger: None,
        }
    }
}

fn not_empty(name: &str, value: &str) -> Result<String> {
    if value.trim().is_empty() {
        return Err(Error::invalid(format!(
            "[VALUE_NOT_NON_EMPTY_STR] Value for `{name}` must be a non empty string, got '{value}'."
        )));
    }
    Ok(value.trim().to_owned())
}

impl DataStreamWriter {
    /// Which rows are written: `append`, `complete` or `update`, `DataStreamWriter.outputMode`.
    pub fn output_mode(mut self, mode: impl Into<String>) -> Self {
        self.output_mode = mode.into();
        self
    }

    /// The format, such as `memory`, `DataStreamWriter.format`.
    pub fn format(mut self, source: impl Into<String>) -> Self {
        self.format = source.into();
        self
    }

    crate::options::option_methods!(DataStreamWriter);

    /// A directory for each value of columns, `DataStreamWriter.partitionBy`.
    pub fn partition_by(mut self, cols: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.partition_columns = cols.into_iter().map(Into::into).collect();
        self
    }

    /// Similar rows near each other, `DataStreamWriter.clusterBy`.
    pub fn cluster_by(mut self, cols: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.cluster_columns = cols.into_iter().map(Into::into).collect();
        self
    }

    /// The query's name, `DataStreamWriter.queryName`. Fails on an empty one.
    pub fn query_name(mut self, name: &str) -> Result<Self> {
        not_empty("queryName", name)?;
        self.query_name = name.to_owned();
        Ok(self)
    }

    /// When the query does its next step, `DataStreamWriter.trigger`. Fails on an empty time.
    pub fn trigger(mut self, trigger: Trigger) -> Result<Self> {
        self.trigger = Some(match trigger {
            Trigger::ProcessingTime(time) => {
                Wire::ProcessingTimeInterval(not_empty("processingTime", &time)?)
            }
            Trigger::Once => Wire::Once(true),
            Trigger::AvailableNow => Wire::AvailableNow(true),
            Trigger::Continuous(time) => Wire::ContinuousCheckpointInterval(not_empty("continuous", &time)?),
            Trigger::RealTime(time) => Wire::RealTimeBatchDuration(not_empty("realTime", &time)?),
        });
        Ok(self)
    }

    /// The plan of [`start`](Self::start), or of [`to_table`](Self::to_table) with a table's name.
    pub fn plan(&self, path: Option<&str>, table: Option<&str>) -> Result<pb::Plan> {
        let table = table.map(|name| SinkDestination::TableName(name.to_owned()));
        let path = path
            .filter(|path| !path.is_empty())
            .map(|path| SinkDestination::Path(path.to_owned()));
        let start = pb::WriteStreamOperationStart {
            input: Some(self.frame.relation()?),
            format: self.format.clone(),
            options: self.options.clone(),
            partitioning_column_names: self.partition_columns.clone(),
            output_mode: self.output_mode.clone(),
            query_name: self.query_name.clone(),
            foreach_writer: None,
            foreach_batch: None,
            clustering_column_names: self.cluster_columns.clone(),
            trigger: self.trigger.clone(),
            sink_destination: table.or(path),
        };
        Ok(plan::command(CommandType::WriteStreamOperationStart(start)))
    }

    /// Starts the query, to a path or where the options say, `DataStreamWriter.start`.
    pub async fn start(self, path: Option<&str>) -> Result<StreamingQuery> {
        let plan = self.plan(path, None)?;
        self.run(plan).await
    }

    /// Starts the query, to a table, `DataStreamWriter.toTable`.
    pub async fn to_table(self, name: &str) -> Result<StreamingQuery> {
        let plan = self.plan(None, Some(name))?;
        self.run(plan).await
    }

    async fn run(self, plan: pb::Plan) -> Result<StreamingQuery> {
        let session = self.frame.session().clone();
        let pick = |response| match response {
            ResponseType::WriteStreamOperationStartResult(result) => Some(result),
            _ => None,
        };
        let started = session.command_result(plan, pick).await?;
        let id = started.query_id.unwrap_or_default();
        let name = (!started.name.is_empty()).then_some(started.name);
        Ok(StreamingQuery::new(session, id, name))
    }
}
