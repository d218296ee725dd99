//! A relation and the session that it is for: PySpark's `DataFrame`, as far as it exists.

use arrow_array::{Array, RecordBatch, cast::AsArray};
use spark_connect_proto::connect::{self as pb, relation::RelType};

use crate::{
    error::{Error, Result},
    execute::Execution,
    plan, result,
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

    /// The rows, if they came with the relation: those of a SQL command that has run.
    pub fn known_rows(&self) -> Result<Option<Vec<RecordBatch>>> {
        match &self.relation.rel_type {
            Some(RelType::LocalRelation(pb::LocalRelation {
                data: Some(data),
                schema: None,
            })) => result::decode(vec![data.clone()]).map(Some),
            _ => Ok(None),
        }
    }

    /// The first rows as `DataFrame.show` prints them. A value of more characters than `truncate` is cut, with 0 none
    /// is; `vertical` has each value on a line.
    pub async fn show_string(&self, rows: i32, truncate: i32, vertical: bool) -> Result<String> {
        let relation = plan::show_string(self.relation.clone(), rows, truncate, vertical);
        let batches = self.session.execute(plan::root(relation)).collect().await?;
        let text = batches.first().and_then(|batch| {
            let texts = batch.columns().first()?.as_string_opt::<i32>()?;
            (!texts.is_empty()).then(|| texts.value(0).to_owned())
        });
        text.ok_or_else(|| Error::protocol("rows that were asked for as a text came as something else"))
    }

    /// Runs it and returns all rows, `DataFrame.collect`.
    pub async fn collect(&self) -> Result<Vec<RecordBatch>> {
        self.execute().collect().await
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
