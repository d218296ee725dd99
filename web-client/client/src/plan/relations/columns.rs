//! Relations that choose, compute or rename columns.

use spark_connect_proto::connect::{self as pb, expression::Alias, parse::ParseFormat, relation::RelType};

use super::super::{Expression, LogicalPlan};

/// A column under a name, for `with_columns`.
#[derive(Clone, Debug)]
pub struct Named {
    /// The name.
    pub name: String,
    /// The column.
    pub expression: Expression,
    /// Its metadata, as JSON.
    pub metadata: Option<String>,
}

impl LogicalPlan {
    /// These columns, `Project`.
    pub fn project(&self, columns: Vec<Expression>) -> Self {
        self.above(columns, |parts| {
            RelType::Project(Box::new(pb::Project {
                input: parts.input(),
                expressions: parts.rest(),
            }))
        })
    }

    /// All columns, and these besides or instead, `WithColumns`.
    pub fn with_columns(&self, columns: Vec<Named>) -> Self {
        let (names, expressions): (Vec<_>, Vec<_>) = columns
            .into_iter()
            .map(|column| ((column.name, column.metadata), column.expression))
            .unzip();
        self.above(expressions, move |parts| {
            let aliases = names.iter().map(|(name, metadata)| Alias {
                expr: parts.expressions.next().map(Box::new),
                name: vec![name.clone()],
                metadata: metadata.clone(),
            });
            let aliases = aliases.collect();
            RelType::WithColumns(Box::new(pb::WithColumns {
                input: parts.input(),
                aliases,
            }))
        })
    }

    /// Columns under new names, old and new, `WithColumnsRenamed`.
    pub fn with_columns_renamed(&self, names: Vec<(String, String)>) -> Self {
        self.above(Vec::new(), move |parts| {
            let rename = |(old, new): &(String, String)| pb::with_columns_renamed::Rename {
                col_name: old.clone(),
                new_col_name: new.clone(),
            };
            RelType::WithColumnsRenamed(Box::new(pb::WithColumnsRenamed {
                input: parts.input(),
                renames: names.iter().map(rename).collect(),
                ..Default::default()
            }))
        })
    }

    /// The columns under other names, in order, `ToDF`.
    pub fn to_df(&self, column_names: Vec<String>) -> Self {
        self.above(Vec::new(), move |parts| {
            RelType::ToDf(Box::new(pb::ToDf {
                input: parts.input(),
                column_names: column_names.clone(),
            }))
        })
    }

    /// The columns of a schema, by name, in its types, `ToSchema`.
    pub fn to_schema(&self, schema: pb::DataType) -> Self {
        self.above(Vec::new(), move |parts| {
            RelType::ToSchema(Box::new(pb::ToSchema {
                input: parts.input(),
                schema: Some(schema.clone()),
            }))
        })
    }

    /// All columns but these, by expression and by name, `Drop`.
    pub fn drop_columns(&self, columns: Vec<Expression>, column_names: Vec<String>) -> Self {
        self.above(columns, move |parts| {
            RelType::Drop(Box::new(pb::Drop {
                input: parts.input(),
                columns: parts.rest(),
                column_names: column_names.clone(),
            }))
        })
    }

    /// Columns as rows, `Unpivot`: a row for each of the values, or of all other columns, with its name and its value.
    pub fn unpivot(
        &self,
        ids: Vec<Expression>,
        values: Option<Vec<Expression>>,
        variable_column_name: impl Into<String>,
        value_column_name: impl Into<String>,
    ) -> Self {
        let (variable_column_name, value_column_name) =
            (variable_column_name.into(), value_column_name.into());
        let (id_count, with_values) = (ids.len(), values.is_some());
        let expressions = ids.into_iter().chain(values.into_iter().flatten());
        self.above(expressions.collect(), move |parts| {
            let ids = parts.take(id_count);
            RelType::Unpivot(Box::new(pb::Unpivot {
                input: parts.input(),
                ids,
                values: with_values.then(|| pb::unpivot::Values { values: parts.rest() }),
                variable_column_name: variable_column_name.clone(),
                value_column_name: value_column_name.clone(),
            }))
        })
    }

    /// Rows as columns, named by the index column, `Transpose`.
    pub fn transpose(&self, index_columns: Vec<Expression>) -> Self {
        self.above(index_columns, |parts| {
            RelType::Transpose(Box::new(pb::Transpose {
                input: parts.input(),
                index_columns: parts.rest(),
            }))
        })
    }

    /// The rows of texts in a format, `Parse`.
    pub fn parse(
        &self,
        format: ParseFormat,
        schema: Option<pb::DataType>,
        options: Vec<(String, String)>,
    ) -> Self {
        self.above(Vec::new(), move |parts| {
            RelType::Parse(Box::new(pb::Parse {
                input: parts.input(),
                format: format.into(),
                schema: schema.clone(),
                options: options.iter().cloned().collect(),
            }))
        })
    }
}
