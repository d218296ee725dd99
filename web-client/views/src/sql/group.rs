//! Groups in SQL.

use spark_connect_client::{
    proto::{
        self as pb,
        aggregate::GroupType,
        expression::{ExprType, literal::LiteralType},
    },
    types::name_parts,
};

use super::{
    Sql,
    expression::Piece,
    name, no_sql,
    relation::{plain_name, result_name, same},
    select::Select,
};
use crate::{
    Result,
    error::ViewError,
    literal::{self, quoted},
};

impl Sql<'_> {
    pub(super) fn aggregate(
        &mut self,
        aggregate: &pb::Aggregate,
        input: Select,
        pieces: Vec<Piece>,
    ) -> Result<Select> {
        let mut select = self.ready(input, Select::takes_filter);
        let mut pieces = pieces.into_iter();
        let keys: Vec<Piece> = pieces
            .by_ref()
            .take(aggregate.grouping_expressions.len())
            .collect();
        let aggregates: Vec<Piece> = pieces
            .by_ref()
            .take(aggregate.aggregate_expressions.len())
            .collect();
        let rest: Vec<Piece> = pieces.collect();
        let is_number = |key: &pb::Expression| match &key.expr_type {
            Some(ExprType::Literal(literal)) => matches!(literal.literal_type, Some(LiteralType::Integer(_))),
            _ => false,
        };
        if aggregate.grouping_expressions.iter().any(is_number) {
            return Err(no_sql(
                "Aggregate",
                "GROUP BY takes a number for the place of a column",
            ));
        }
        let texts: Vec<String> = keys.iter().map(|key| select.resolved(&key.text)).collect();
        let list = texts.join(", ");
        let group = match GroupType::try_from(aggregate.group_type) {
            Ok(GroupType::Groupby) if keys.is_empty() => {
                match aggregates.iter().any(|piece| aggregates_surely(&piece.text)) {
                    true => None,
                    // One row, whether or not there is an aggregate.
                    false => Some("\nHAVING true".to_owned()),
                }
            }
            Ok(GroupType::Groupby) => Some(format!("\nGROUP BY {list}")),
            Ok(GroupType::Rollup) if !keys.is_empty() => Some(format!("\nGROUP BY ROLLUP ({list})")),
            Ok(GroupType::Cube) if !keys.is_empty() => Some(format!("\nGROUP BY CUBE ({list})")),
            Ok(GroupType::Rollup | GroupType::Cube) => {
                return Err(no_sql("Aggregate", "ROLLUP and CUBE take at least one column"));
            }
            Ok(GroupType::GroupingSets) => {
                let mut rest = rest.iter();
                let mut sets = Vec::new();
                for set in &aggregate.grouping_sets {
                    let columns = rest.by_ref().take(set.grouping_set.len());
                    let columns: Vec<String> = columns.map(|piece| select.resolved(&piece.text)).collect();
                    sets.push(format!("({})", columns.join(", ")));
                }
                Some(format!("\nGROUP BY GROUPING SETS ({})", sets.join(", ")))
            }
            Ok(GroupType::Pivot) => return self.pivot(aggregate, select, &keys, &aggregates, &rest),
            Ok(GroupType::Unspecified) | Err(_) => {
                return Err(ViewError::unknown("Aggregate", "kind of groups"));
            }
        };
        let columns = keys.iter().chain(&aggregates);
        let columns = columns
            .map(|piece| Ok(select.resolved(&piece.item()?)))
            .collect::<Result<Vec<_>>>()?;
        if columns.is_empty() {
            return Err(no_sql("Aggregate", "a query has at least one column"));
        }
        select.columns = Some(columns);
        select.group = Some(group.unwrap_or_default());
        let expressions = aggregate
            .grouping_expressions
            .iter()
            .chain(&aggregate.aggregate_expressions);
        select.names = expressions.map(result_name).collect();
        Ok(select)
    }

    fn pivot(
        &mut self,
        aggregate: &pb::Aggregate,
        mut select: Select,
        keys: &[Piece],
        aggregates: &[Piece],
        rest: &[Piece],
    ) -> Result<Select> {
        let pivot = aggregate
            .pivot
            .as_ref()
            .ok_or_else(|| ViewError::missing("Aggregate", "pivot"))?;
        if pivot.values.is_empty() {
            return Err(no_sql("Pivot", "PIVOT wants the values that become columns"));
        }
        let by = pivot.col.as_ref().and_then(plain_name);
        let by = by.ok_or_else(|| no_sql("Pivot", "PIVOT takes the name of a column"))?;
        // PIVOT groups by all columns that it does not use: the query below has those that are used, and no others.
        let mut used = Vec::new();
        for expression in &aggregate.aggregate_expressions {
            crate::walk::attributes(expression, &mut used)?;
        }
        let key_names: Option<Vec<String>> = aggregate.grouping_expressions.iter().map(result_name).collect();
        let key_names =
            key_names.ok_or_else(|| no_sql("Pivot", "a column that makes groups wants a name"))?;
        let mut columns = Vec::new();
        for (key, key_name) in keys.iter().zip(&key_names) {
            let text = select.resolved(&key.text);
            columns.push(format!("{text} AS {}", quoted(key_name)?));
        }
        let column = rest
            .first()
            .map(|piece| select.resolved(&piece.text))
            .unwrap_or_default();
        columns.push(format!("{column} AS {}", quoted(&by)?));
        let mut inside: Vec<String> = Vec::new();
        for name in used {
            let name = match &name_parts(&name).unwrap_or_default()[..] {
                [name] => name.clone(),
                _ => return Err(no_sql("Pivot", "its aggregates are of fields inside columns")),
            };
            if key_names.iter().chain([&by]).any(|taken| same(taken, &name)) {
                return Err(no_sql(
                    "Pivot",
                    format!("the column {name} is aggregated and makes groups"),
                ));
            }
            if !inside.iter().any(|known| same(known, &name)) {
                columns.push(quoted(&name)?);
                inside.push(name);
            }
        }
        select.columns = Some(columns);
        let values = pivot
            .values
            .iter()
            .map(literal::sql)
            .collect::<Result<Vec<_>>>()?;
        let aggregates = aggregates.iter().map(Piece::item).collect::<Result<Vec<_>>>()?;
        if aggregates.iter().any(|text| text.contains(['\u{1}', '*'])) {
            return Err(no_sql(
                "Pivot",
                "its aggregates are of all columns, or of those of one relation",
            ));
        }
        let alias = self.alias();
        let from = format!(
            "{}\nPIVOT (\n  {}\n  FOR {} IN ({})\n) AS {}",
            select.bracketed(),
            aggregates.join(", "),
            quoted(&by)?,
            values.join(", "),
            name(&alias)
        );
        Ok(Select::from(from, alias, false))
    }
}

/// Whether a text calls a function that is an aggregate, wherever it stands.
fn aggregates_surely(text: &str) -> bool {
    ["sum(", "count(", "avg(", "min(", "max("]
        .iter()
        .any(|call| text.starts_with(call))
}
