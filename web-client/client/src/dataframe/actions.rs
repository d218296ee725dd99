//! Methods that run: counts, first rows, texts, views, checkpoints.

use arrow_array::{Array, Int64Array, RecordBatch, cast::AsArray};
use spark_connect_proto::connect::{self as pb, command::CommandType};

use super::{Command, DataFrame};
use crate::{
    column::{Column, IntoValue},
    error::{Error, Result},
    plan::{Expression, LogicalPlan},
};

impl DataFrame {
    /// The plan of [`count`](Self::count): one row with one value.
    pub fn count_frame(&self) -> Self {
        let count = Expression::function("count", vec![1.into_value().into_expression()]);
        self.with(
            self.plan
                .aggregate(crate::plan::Grouping::By, Vec::new(), vec![count]),
        )
    }

    /// How many rows there are, `DataFrame.count`.
    pub async fn count(&self) -> Result<i64> {
        let batches = self.count_frame().collect().await?;
        batches
            .iter()
            .find_map(|batch| {
                let counts: &Int64Array = batch.columns().first()?.as_primitive_opt()?;
                (!counts.is_empty()).then(|| counts.value(0))
            })
            .ok_or_else(|| Error::protocol("a number of rows came as something else"))
    }

    /// Whether there are no rows, `DataFrame.isEmpty`.
    pub async fn is_empty(&self) -> Result<bool> {
        let batches = self.select(Vec::<Column>::new()).limit(1).collect().await?;
        Ok(batches.iter().all(|batch| batch.num_rows() == 0))
    }

    /// At most so many rows, `DataFrame.take`, `DataFrame.head` or `DataFrame.first`.
    pub async fn take(&self, rows: i32) -> Result<Vec<RecordBatch>> {
        self.limit(rows).collect().await
    }

    /// The plan of [`tail`](Self::tail).
    pub fn tail_frame(&self, rows: i32) -> Self {
        self.with(self.plan.tail(rows))
    }

    /// At most so many rows, the last, `DataFrame.tail`.
    pub async fn tail(&self, rows: i32) -> Result<Vec<RecordBatch>> {
        self.tail_frame(rows).collect().await
    }

    /// The plan of [`show_string`](Self::show_string): one row with one text.
    pub fn show_frame(&self, rows: i32, truncate: i32, vertical: bool) -> Self {
        self.with(self.plan.show_string(rows, truncate, vertical))
    }

    /// The first rows as `DataFrame.show` prints them. A value of more characters than `truncate` is cut, with 0 none
    /// is; `vertical` has each value on a line.
    pub async fn show_string(&self, rows: i32, truncate: i32, vertical: bool) -> Result<String> {
        self.show_frame(rows, truncate, vertical).text().await
    }

    /// The first rows as an HTML table.
    pub async fn html_string(&self, rows: i32, truncate: i32) -> Result<String> {
        self.with(self.plan.html_string(rows, truncate)).text().await
    }

    async fn text(&self) -> Result<String> {
        let batches = self.collect().await?;
        let text = batches.iter().find_map(|batch| {
            let texts = batch.columns().first()?.as_string_opt::<i32>()?;
            (!texts.is_empty()).then(|| texts.value(0).to_owned())
        });
        text.ok_or_else(|| Error::protocol("rows that were asked for as a text came as something else"))
    }

    /// What PySpark's `repr` prints, such as `DataFrame[id: bigint]`. Asks the server for the schema.
    pub async fn repr(&self) -> Result<String> {
        let dtypes = self.dtypes().await?;
        let columns: Vec<String> = dtypes
            .iter()
            .map(|(name, kind)| format!("{name}: {kind}"))
            .collect();
        Ok(format!("DataFrame[{}]", columns.join(", ")))
    }

    /// Keeps the result as PySpark does without a level, `DataFrame.cache`.
    pub async fn cache(&self) -> Result<()> {
        self.persist(Some(pb::StorageLevel {
            use_disk: true,
            use_memory: true,
            use_off_heap: false,
            deserialized: true,
            replication: 1,
        }))
        .await
    }

    /// A view of this session, `DataFrame.createTempView`. Spark refuses a name that is taken.
    pub fn create_temp_view(&self, name: impl Into<String>) -> Command {
        self.create_view(name.into(), false, false)
    }

    /// A view of this session, `DataFrame.createOrReplaceTempView`, or `DataFrame.registerTempTable`.
    pub fn create_or_replace_temp_view(&self, name: impl Into<String>) -> Command {
        self.create_view(name.into(), false, true)
    }

    /// A view of all sessions, `DataFrame.createGlobalTempView`. Spark refuses a name that is taken.
    pub fn create_global_temp_view(&self, name: impl Into<String>) -> Command {
        self.create_view(name.into(), true, false)
    }

    /// A view of all sessions, `DataFrame.createOrReplaceGlobalTempView`.
    pub fn create_or_replace_global_temp_view(&self, name: impl Into<String>) -> Command {
        self.create_view(name.into(), true, true)
    }

    fn create_view(&self, name: String, is_global: bool, replace: bool) -> Command {
        let command = self.relation().map(|input| {
            CommandType::CreateDataframeView(pb::CreateDataFrameViewCommand {
                input: Some(input),
                name,
                is_global,
                replace,
            })
        });
        Command::new(self.session.clone(), command)
    }

    /// The DataFrame with its rows kept on reliable storage, `DataFrame.checkpoint`; at once, or when it first runs. The
    /// server forgets them when the last DataFrame that reads them is dropped.
    pub async fn checkpoint(&self, eager: bool) -> Result<Self> {
        self.kept(false, eager, None).await
    }

    /// The DataFrame with its rows kept on the executors, `DataFrame.localCheckpoint`.
    pub async fn local_checkpoint(&self, eager: bool, level: Option<pb::StorageLevel>) -> Result<Self> {
        self.kept(true, eager, level).await
    }

    async fn kept(&self, local: bool, eager: bool, level: Option<pb::StorageLevel>) -> Result<Self> {
        let relation = self.relation()?;
        let checkpoint = self.session.checkpoint(relation, local, eager, level).await?;
        let relation = checkpoint.relation();
        Ok(self.with(LogicalPlan::kept(relation, checkpoint)))
    }
}
