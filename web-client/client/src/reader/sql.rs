//! SQL with arguments, and with DataFrames by name: PySpark's `SparkSession.sql`.

use spark_connect_proto::connect::{self as pb, command::CommandType};

use crate::{
    DataFrame, Session,
    error::Result,
    plan::{self, LogicalPlan, SqlArguments},
};

impl Session {
    /// Has the server look at a SQL text with arguments, `?` or `:name`, and DataFrames that it knows by their names,
    /// `SparkSession.sql`. A command has run when this returns, a query runs when the DataFrame does.
    pub async fn sql_with(
        &self,
        text: impl Into<String>,
        arguments: SqlArguments,
        frames: impl IntoIterator<Item = (impl Into<String>, DataFrame)>,
    ) -> Result<DataFrame> {
        let views = frames
            .into_iter()
            .map(|(name, frame)| frame.plan().subquery_alias(name));
        let query = LogicalPlan::sql(text, arguments, views.collect());
        let command = pb::SqlCommand {
            input: Some(query.to_relation_from(self.first_plan())?),
            ..Default::default()
        };
        let mut execution = self.execute(plan::command(CommandType::SqlCommand(command)));
        let mut result = None;
        while let Some(output) = futures::StreamExt::next(&mut execution).await {
            if let crate::Output::Sql(relation) = output? {
                result = Some(relation);
            }
        }
        // A query comes back as it was sent: its own tree says the same and keeps its identities.
        Ok(match result {
            Some(relation) if plan::is_command_result(&relation) => DataFrame::new(self.clone(), *relation),
            _ => DataFrame::of(self.clone(), query),
        })
    }
}
