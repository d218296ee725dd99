//! PySpark's `DataFrame`: a relation and the session that it is for.
//!
//! What a method builds is a relation of `plan`; what it asks the server is the session's. Here is what PySpark puts
//! between: names, defaults, conveniences.

mod actions;
mod columns;
mod command;
mod group;
mod join;
mod missing;
mod rows;
mod statistics;
mod table_arg;

use arrow_array::RecordBatch;
use spark_connect_proto::connect::{self as pb, relation::RelType};

pub use self::{
    command::Command,
    group::GroupedData,
    join::AsOf,
    missing::{DataFrameNaFunctions, DropNa},
    statistics::DataFrameStatFunctions,
    table_arg::TableArg,
};
use crate::{
    error::{Error, Result},
    execute::Execution,
    plan::{self, LogicalPlan},
    result,
    session::{ExplainMode, Session},
};

/// A query that has not run yet. Cheap to clone.
#[derive(Clone, Debug)]
pub struct DataFrame {
    session: Session,
    plan: LogicalPlan,
}

impl DataFrame {
    /// The query of a relation whose message somebody else built.
    pub fn new(session: Session, relation: pb::Relation) -> Self {
        Self::of(session, LogicalPlan::message(relation))
    }

    /// The query of a plan.
    pub fn of(session: Session, plan: LogicalPlan) -> Self {
        Self { session, plan }
    }

    /// The plan.
    pub fn plan(&self) -> &LogicalPlan {
        &self.plan
    }

    /// The session, `DataFrame.sparkSession`.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// The relation, as it is sent. Fails if it is too large or too deep to be sent.
    pub fn relation(&self) -> Result<pb::Relation> {
        self.plan.to_relation_from(self.session.first_plan())
    }

    /// The same query, written at a place of the caller's source; for one that was built just now.
    pub fn with_origin(self, origin: pb::Origin) -> Self {
        Self {
            plan: self.plan.with_origin(origin),
            ..self
        }
    }

    /// Another query of the same session.
    fn with(&self, plan: LogicalPlan) -> Self {
        Self::of(self.session.clone(), plan)
    }

    /// Fails unless the other is of the same session.
    fn same_session(&self, other: &Self) -> Result<()> {
        if self.session.session_id() == other.session.session_id() {
            Ok(())
        } else {
            Err(Error::invalid(
                "[SESSION_NOT_SAME] Both Datasets must belong to the same SparkSession.",
            ))
        }
    }

    /// The schema that it will have. Nothing runs.
    pub async fn schema(&self) -> Result<pb::data_type::Struct> {
        self.session.schema(&self.relation()?).await
    }

    /// The plan that Spark would run, `DataFrame.explain`.
    pub async fn explain(&self, mode: ExplainMode) -> Result<String> {
        self.session.explain(&self.relation()?, mode).await
    }

    /// The schema as a tree, `DataFrame.printSchema`; nested types down to a level, if one is given.
    pub async fn tree_string(&self, level: Option<i32>) -> Result<String> {
        self.session.tree_string(&self.relation()?, level).await
    }

    /// Whether it needs no executors, `DataFrame.isLocal`.
    pub async fn is_local(&self) -> Result<bool> {
        self.session.is_local(&self.relation()?).await
    }

    /// Whether it reads a stream, `DataFrame.isStreaming`.
    pub async fn is_streaming(&self) -> Result<bool> {
        self.session.is_streaming(&self.relation()?).await
    }

    /// The files it reads, as far as Spark can tell, `DataFrame.inputFiles`.
    pub async fn input_files(&self) -> Result<Vec<String>> {
        self.session.input_files(&self.relation()?).await
    }

    /// Whether both would compute the same, `DataFrame.sameSemantics`.
    pub async fn same_semantics(&self, other: &Self) -> Result<bool> {
        self.session
            .same_semantics(&self.relation()?, &other.relation()?)
            .await
    }

    /// A number that equal computations share, `DataFrame.semanticHash`.
    pub async fn semantic_hash(&self) -> Result<i32> {
        self.session.semantic_hash(&self.relation()?).await
    }

    /// Keeps the result on the server from its first computation on, `DataFrame.persist`.
    pub async fn persist(&self, level: Option<pb::StorageLevel>) -> Result<()> {
        self.session.persist(&self.relation()?, level).await
    }

    /// Lets the server forget a kept result, `DataFrame.unpersist`; waits for it if `blocking`.
    pub async fn unpersist(&self, blocking: bool) -> Result<()> {
        self.session.unpersist(&self.relation()?, blocking).await
    }

    /// Where the result is kept, `DataFrame.storageLevel`; also says whether there is one, `DataFrame.is_cached`.
    pub async fn storage_level(&self) -> Result<pb::StorageLevel> {
        self.session.storage_level(&self.relation()?).await
    }

    /// Runs it; its batches come as they arrive; what comes is read as it comes, `DataFrame.toLocalIterator`.
    pub fn execute(&self) -> Result<Execution> {
        Ok(self.session.execute(plan::root(self.relation()?)))
    }

    /// The rows, if they came with the relation: those of a SQL command that has run.
    pub fn known_rows(&self) -> Result<Option<Vec<RecordBatch>>> {
        match self.relation()?.rel_type {
            Some(RelType::LocalRelation(pb::LocalRelation {
                data: Some(data),
                schema: None,
            })) => result::decode(vec![data]).map(Some),
            _ => Ok(None),
        }
    }

    /// Runs it and returns all rows, `DataFrame.collect`.
    pub async fn collect(&self) -> Result<Vec<RecordBatch>> {
        self.execute()?.collect().await
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::Int64Array;
    use arrow_ipc::writer::StreamWriter;
    use arrow_schema::{DataType, Field, Schema};

    use super::*;
    use crate::ConnectionString;

    #[tokio::test]
    async fn what_is_asked_again_is_another_question() {
        let session = Session::connect(&ConnectionString::parse("sc://localhost:1").unwrap()).unwrap();
        let frame = DataFrame::new(session, plan::sql("SELECT 1"));
        let number = || frame.relation().unwrap().common.unwrap().plan_id.unwrap();
        // Or the server would answer with what it made of the question before, and not look again.
        assert_ne!(number(), number());
    }

    #[tokio::test]
    async fn the_rows_of_a_command_need_no_server() {
        let session = Session::connect(&ConnectionString::parse("sc://localhost:1").unwrap()).unwrap();
        let known = |relation| DataFrame::new(session.clone(), relation).known_rows();
        let schema = Arc::new(Schema::new(vec![Field::new("id", DataType::Int64, false)]));
        let column = Arc::new(Int64Array::from_iter_values(0..3));
        let batch = RecordBatch::try_new(schema.clone(), vec![column]).unwrap();
        let mut writer = StreamWriter::try_new(Vec::new(), &schema).unwrap();
        writer.write(&batch).unwrap();
        let data = writer.into_inner().unwrap();

        let rows = known(plan::local_relation(data.clone().into(), None));
        assert_eq!(rows.unwrap().unwrap(), [batch]);
        let retyped = known(plan::local_relation(data.into(), Some("id INT".to_owned())));
        assert_eq!(retyped.unwrap(), None);
        assert_eq!(known(plan::sql("SELECT 1")).unwrap(), None);
        assert!(known(plan::local_relation("no Arrow".into(), None)).is_err());
    }
}
