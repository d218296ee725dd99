//! Merging a DataFrame into a table: PySpark's `DataFrame.mergeInto`.

use spark_connect_proto::connect::{self as pb, command::CommandType, merge_action::ActionType};

use crate::{
    Column, DataFrame,
    dataframe::Command,
    error::Result,
    functions,
    plan::{self, Expression, Kind},
};

/// Merges a DataFrame into a table, `DataFrame.mergeInto`.
#[derive(Clone, Debug)]
pub struct MergeIntoWriter {
    frame: DataFrame,
    table: String,
    condition: Expression,
    matched: Vec<Expression>,
    not_matched: Vec<Expression>,
    not_matched_by_source: Vec<Expression>,
    schema_evolution: bool,
}

/// What happens to a row of the table that matches, `MergeIntoWriter.WhenMatched`.
#[derive(Clone, Debug)]
pub struct WhenMatched(MergeIntoWriter, Option<Column>);

/// What happens to a row of the DataFrame that matches none of the table, `MergeIntoWriter.WhenNotMatched`.
#[derive(Clone, Debug)]
pub struct WhenNotMatched(MergeIntoWriter, Option<Column>);

/// What happens to a row of the table that matches none of the DataFrame, `MergeIntoWriter.WhenNotMatchedBySource`.
#[derive(Clone, Debug)]
pub struct WhenNotMatchedBySource(MergeIntoWriter, Option<Column>);

impl DataFrame {
    /// Merges the DataFrame into a table; rows match where a condition holds, `DataFrame.mergeInto`.
    pub fn merge_into(&self, table: impl Into<String>, condition: Column) -> MergeIntoWriter {
        MergeIntoWriter {
            frame: self.clone(),
            table: table.into(),
            condition: condition.into_expression(),
            matched: Vec::new(),
            not_matched: Vec::new(),
            not_matched_by_source: Vec::new(),
            schema_evolution: false,
        }
    }
}

fn action<K: Into<String>>(
    action: ActionType,
    condition: Option<Column>,
    assignments: impl IntoIterator<Item = (K, Column)>,
) -> Expression {
    let kind = Kind::MergeAction {
        action,
        conditional: condition.is_some(),
    };
    let assignments = assignments
        .into_iter()
        .flat_map(|(key, value)| [functions::expr(key), value]);
    let children = condition
        .into_iter()
        .chain(assignments)
        .map(Column::into_expression);
    Expression::new(kind, children.collect())
}

const NOTHING: [(&str, Column); 0] = [];

impl MergeIntoWriter {
    /// For rows of the table that match, and for which a condition holds, `MergeIntoWriter.whenMatched`.
    pub fn when_matched(self, condition: Option<Column>) -> WhenMatched {
        WhenMatched(self, condition)
    }

    /// For rows that the table lacks, and for which a condition holds, `MergeIntoWriter.whenNotMatched`.
    pub fn when_not_matched(self, condition: Option<Column>) -> WhenNotMatched {
        WhenNotMatched(self, condition)
    }

    /// For rows that the DataFrame lacks, and for which a condition holds, `MergeIntoWriter.whenNotMatchedBySource`.
    pub fn when_not_matched_by_source(self, condition: Option<Column>) -> WhenNotMatchedBySource {
        WhenNotMatchedBySource(self, condition)
    }

    /// The table gets columns that it lacks, `MergeIntoWriter.withSchemaEvolution`.
    pub fn with_schema_evolution(mut self) -> Self {
        self.schema_evolution = true;
        self
    }

    /// Merges, `MergeIntoWriter.merge`.
    pub fn merge(self) -> Command {
        let session = self.frame.session().clone();
        Command::new(session, self.command().map(CommandType::MergeIntoTableCommand))
    }

    fn command(self) -> Result<pb::MergeIntoTableCommand> {
        let (matched, not_matched) = (self.matched.len(), self.not_matched.len());
        let expressions: Vec<Expression> = std::iter::once(self.condition)
            .chain(self.matched)
            .chain(self.not_matched)
            .chain(self.not_matched_by_source)
            .collect();
        let mut parts = plan::parts(
            self.frame.session().first_plan(),
            std::slice::from_ref(self.frame.plan()),
            &expressions,
        )?;
        Ok(pb::MergeIntoTableCommand {
            target_table_name: self.table,
            source_table_plan: parts.input().map(|input| *input),
            merge_condition: parts.expression(),
            match_actions: parts.take(matched),
            not_matched_actions: parts.take(not_matched),
            not_matched_by_source_actions: parts.rest(),
            with_schema_evolution: self.schema_evolution,
        })
    }
}

impl WhenMatched {
    /// All columns get the DataFrame's values, `MergeIntoWriter.WhenMatched.updateAll`.
    pub fn update_all(mut self) -> MergeIntoWriter {
        self.0
            .matched
            .push(action(ActionType::UpdateStar, self.1, NOTHING));
        self.0
    }

    /// These columns get these values, `MergeIntoWriter.WhenMatched.update`.
    pub fn update(
        mut self,
        assignments: impl IntoIterator<Item = (impl Into<String>, Column)>,
    ) -> MergeIntoWriter {
        self.0
            .matched
            .push(action(ActionType::Update, self.1, assignments));
        self.0
    }

    /// The row is deleted, `MergeIntoWriter.WhenMatched.delete`.
    pub fn delete(mut self) -> MergeIntoWriter {
        self.0.matched.push(action(ActionType::Delete, self.1, NOTHING));
        self.0
    }
}

impl WhenNotMatched {
    /// The row is inserted, `MergeIntoWriter.WhenNotMatched.insertAll`.
    pub fn insert_all(mut self) -> MergeIntoWriter {
        self.0
            .not_matched
            .push(action(ActionType::InsertStar, self.1, NOTHING));
        self.0
    }

    /// A row of these values is inserted, `MergeIntoWriter.WhenNotMatched.insert`.
    pub fn insert(
        mut self,
        assignments: impl IntoIterator<Item = (impl Into<String>, Column)>,
    ) -> MergeIntoWriter {
        self.0
            .not_matched
            .push(action(ActionType::Insert, self.1, assignments));
        self.0
    }
}

impl WhenNotMatchedBySource {
    /// All columns get the DataFrame's values, `MergeIntoWriter.WhenNotMatchedBySource.updateAll`.
    pub fn update_all(mut self) -> MergeIntoWriter {
        let action = action(ActionType::UpdateStar, self.1, NOTHING);
        self.0.not_matched_by_source.push(action);
        self.0
    }

    /// These columns get these values, `MergeIntoWriter.WhenNotMatchedBySource.update`.
    pub fn update(
        mut self,
        assignments: impl IntoIterator<Item = (impl Into<String>, Column)>,
    ) -> MergeIntoWriter {
        let action = action(ActionType::Update, self.1, assignments);
        self.0.not_matched_by_source.push(action);
        self.0
    }

    /// The row is deleted, `MergeIntoWriter.WhenNotMatchedBySource.delete`.
    pub fn delete(mut self) -> MergeIntoWriter {
        let action = action(ActionType::Delete, self.1, NOTHING);
        self.0.not_matched_by_source.push(action);
        self.0
    }
}
