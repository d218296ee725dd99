//! A relation and the session that it is for: PySpark's `DataFrame`, as far as it exists.

use arrow_array::RecordBatch;
use spark_connect_proto::connect as pb;

use crate::{error::Result, execute::Execution, plan, session::Session};

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

    /// Runs it; its batches come as they arrive.
    pub fn execute(&self) -> Execution {
        self.session.execute(plan::root(self.relation.clone()))
    }

    /// Runs it and returns all rows, `DataFrame.collect`.
    pub async fn collect(&self) -> Result<Vec<RecordBatch>> {
        self.execute().collect().await
    }
}
