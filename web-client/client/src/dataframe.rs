//! A relation and the session that it is for: PySpark's `DataFrame`, as far as it exists.

use arrow_array::RecordBatch;
use spark_connect_proto::connect as pb;

use crate::{
    error::Result,
    execute::Execution,
    plan,
    session::{ExplainMode, Session},
};

/// A query that has not run yet.
#[derive(Clone, Debug)]
pub struct DataFrame {
    session: Session,
    relation: pb::Relation,
}

impl DataFrame {
    /// The query of a relation.
    pub fn new(session: Session, relation: pb::Relation) -> Self {
        Self { session, relation }
    }

    /// The relation.
    pub fn relation(&self) -> &pb::Relation {
        &self.relation
    }

    /// At most this many rows of it, `DataFrame.limit`.
    pub fn limit(self, rows: i32) -> Self {
        Self {
            relation: plan::limit(self.relation, rows),
            session: self.session,
        }
    }

    /// The schema that it will have. Nothing runs.
    pub async fn schema(&self) -> Result<pb::data_type::Struct> {
        self.session.schema(&self.relation).await
    }

    /// The plan that Spark would run, `DataFrame.explain`.
    pub async fn explain(&self, mode: ExplainMode) -> Result<String> {
        self.session.explain(&self.relation, mode).await
    }

    /// The schema as a tree, `DataFrame.printSchema`; nested types down to a level, if one is given.
    pub async fn tree_string(&self, level: Option<i32>) -> Result<String> {
        self.session.tree_string(&self.relation, level).await
    }

    /// Whether it needs no executors, `DataFrame.isLocal`.
    pub async fn is_local(&self) -> Result<bool> {
        self.session.is_local(&self.relation).await
    }

    /// Whether it reads a stream, `DataFrame.isStreaming`.
    pub async fn is_streaming(&self) -> Result<bool> {
        self.session.is_streaming(&self.relation).await
    }

    /// The files it reads, as far as Spark can tell, `DataFrame.inputFiles`.
    pub async fn input_files(&self) -> Result<Vec<String>> {
        self.session.input_files(&self.relation).await
    }

    /// Whether both would compute the same, `DataFrame.sameSemantics`.
    pub async fn same_semantics(&self, other: &Self) -> Result<bool> {
        self.session.same_semantics(&self.relation, &other.relation).await
    }

    /// A number that equal computations share, `DataFrame.semanticHash`.
    pub async fn semantic_hash(&self) -> Result<i32> {
        self.session.semantic_hash(&self.relation).await
    }

    /// Keeps the result on the server from its first computation on, `DataFrame.persist`.
    pub async fn persist(&self, level: Option<pb::StorageLevel>) -> Result<()> {
        self.session.persist(&self.relation, level).await
    }

    /// Lets the server forget a kept result, `DataFrame.unpersist`; waits for it if `blocking`.
    pub async fn unpersist(&self, blocking: bool) -> Result<()> {
        self.session.unpersist(&self.relation, blocking).await
    }

    /// Where the result is kept, `DataFrame.storageLevel`.
    pub async fn storage_level(&self) -> Result<pb::StorageLevel> {
        self.session.storage_level(&self.relation).await
    }

    /// Runs it; its batches come as they arrive.
    pub fn execute(&self) -> Execution {
        self.session.execute(plan::root(self.relation.clone()))
    }

    /// Runs it and returns all rows, `DataFrame.collect`.
    pub async fn collect(&self) -> Result<Vec<RecordBatch>> {
        self.execute().collect().await
    }
}
