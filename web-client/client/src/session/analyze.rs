//! What the server can tell about a plan, a type or itself without running anything: the `AnalyzePlan` RPC.

use spark_connect_proto::connect::{
    self as pb,
    analyze_plan_request::{self as request, Analyze},
    analyze_plan_response::Result as Answer,
};

use super::Session;
use crate::{
    call::Sent,
    error::{Error, Result},
    plan,
};

/// How much `DataFrame.explain` tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExplainMode {
    /// The physical plan.
    Simple,
    /// The logical plans as well.
    Extended,
    /// The physical plan and the generated code.
    Codegen,
    /// The logical plan with statistics, where there are any.
    Cost,
    /// The physical plan in an outline and its nodes in detail.
    Formatted,
}

impl From<ExplainMode> for request::explain::ExplainMode {
    fn from(mode: ExplainMode) -> Self {
        match mode {
            ExplainMode::Simple => Self::Simple,
            ExplainMode::Extended => Self::Extended,
            ExplainMode::Codegen => Self::Codegen,
            ExplainMode::Cost => Self::Cost,
            ExplainMode::Formatted => Self::Formatted,
        }
    }
}

/// Takes the answer of one kind out of a response, or says that it is of another.
macro_rules! answer {
    ($session:expr, $question:expr, $answer:ident) => {
        match $session.analyze($question).await? {
            Answer::$answer(answer) => Ok(answer),
            _ => Err(Error::protocol(concat!(
                "a question was answered with something other than ",
                stringify!($answer)
            ))),
        }
    };
}

impl Session {
    /// The server's version, `SparkSession.version`, for example `4.3.0`.
    pub async fn spark_version(&self) -> Result<String> {
        let answer = answer!(
            self,
            Analyze::SparkVersion(request::SparkVersion {}),
            SparkVersion
        )?;
        Ok(answer.version)
    }

    /// The data type of a DDL text such as `a INT, b STRING`.
    pub async fn ddl_parse(&self, ddl: &str) -> Result<pb::DataType> {
        let question = Analyze::DdlParse(request::DdlParse {
            ddl_string: ddl.to_owned(),
        });
        answer!(self, question, DdlParse)?
            .parsed
            .ok_or_else(|| Error::protocol("a parsed DDL text has no type"))
    }

    /// The DDL text of a data type that is written in JSON, `DataType.toDDL`.
    pub async fn json_to_ddl(&self, json: &str) -> Result<String> {
        let question = Analyze::JsonToDdl(request::JsonToDdl {
            json_string: json.to_owned(),
        });
        Ok(answer!(self, question, JsonToDdl)?.ddl_string)
    }

    /// The schema that a relation would have, `DataFrame.schema`.
    pub(crate) async fn schema(&self, relation: &pb::Relation) -> Result<pb::data_type::Struct> {
        let question = Analyze::Schema(request::Schema { plan: root(relation) });
        match answer!(self, question, Schema)?
            .schema
            .and_then(|schema| schema.kind)
        {
            Some(pb::data_type::Kind::Struct(schema)) => Ok(schema),
            _ => Err(Error::protocol("the schema of a relation is not a struct")),
        }
    }

    pub(crate) async fn explain(&self, relation: &pb::Relation, mode: ExplainMode) -> Result<String> {
        let explain_mode = request::explain::ExplainMode::from(mode).into();
        let question = Analyze::Explain(request::Explain {
            plan: root(relation),
            explain_mode,
        });
        Ok(answer!(self, question, Explain)?.explain_string)
    }

    pub(crate) async fn tree_string(&self, relation: &pb::Relation, level: Option<i32>) -> Result<String> {
        let question = Analyze::TreeString(request::TreeString {
            plan: root(relation),
            level,
        });
        Ok(answer!(self, question, TreeString)?.tree_string)
    }

    pub(crate) async fn is_local(&self, relation: &pb::Relation) -> Result<bool> {
        let question = Analyze::IsLocal(request::IsLocal { plan: root(relation) });
        Ok(answer!(self, question, IsLocal)?.is_local)
    }

    pub(crate) async fn is_streaming(&self, relation: &pb::Relation) -> Result<bool> {
        let question = Analyze::IsStreaming(request::IsStreaming { plan: root(relation) });
        Ok(answer!(self, question, IsStreaming)?.is_streaming)
    }

    pub(crate) async fn input_files(&self, relation: &pb::Relation) -> Result<Vec<String>> {
        let question = Analyze::InputFiles(request::InputFiles { plan: root(relation) });
        Ok(answer!(self, question, InputFiles)?.files)
    }

    pub(crate) async fn same_semantics(&self, target: &pb::Relation, other: &pb::Relation) -> Result<bool> {
        let question = Analyze::SameSemantics(request::SameSemantics {
            target_plan: root(target),
            other_plan: root(other),
        });
        Ok(answer!(self, question, SameSemantics)?.result)
    }

    pub(crate) async fn semantic_hash(&self, relation: &pb::Relation) -> Result<i32> {
        let question = Analyze::SemanticHash(request::SemanticHash { plan: root(relation) });
        Ok(answer!(self, question, SemanticHash)?.result)
    }

    pub(crate) async fn persist(
        &self,
        relation: &pb::Relation,
        level: Option<pb::StorageLevel>,
    ) -> Result<()> {
        let question = Analyze::Persist(request::Persist {
            relation: Some(relation.clone()),
            storage_level: level,
        });
        answer!(self, question, Persist).map(|_| ())
    }

    pub(crate) async fn unpersist(&self, relation: &pb::Relation, blocking: bool) -> Result<()> {
        let question = Analyze::Unpersist(request::Unpersist {
            relation: Some(relation.clone()),
            blocking: Some(blocking),
        });
        answer!(self, question, Unpersist).map(|_| ())
    }

    pub(crate) async fn storage_level(&self, relation: &pb::Relation) -> Result<pb::StorageLevel> {
        let question = Analyze::GetStorageLevel(request::GetStorageLevel {
            relation: Some(relation.clone()),
        });
        answer!(self, question, GetStorageLevel)?
            .storage_level
            .ok_or_else(|| Error::protocol("the storage level of a relation is missing"))
    }

    async fn analyze(&self, question: Analyze) -> Result<Answer> {
        let request = self.caller.requests().analyze(question);
        self.caller.check_question(&request).await?;
        self.caller.tell(Sent::Analyze(&request));
        let response = self
            .caller
            .unary(request, |mut client, request| async move {
                client.analyze_plan(request).await
            })
            .await?;
        response
            .result
            .ok_or_else(|| Error::protocol("a question about a plan has no answer"))
    }
}

fn root(relation: &pb::Relation) -> Option<pb::Plan> {
    Some(plan::root(relation.clone()))
}
