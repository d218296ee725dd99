//! Methods that choose, compute or rename columns, and columns of this DataFrame alone.

use super::DataFrame;
use crate::{
    column::{Column, IntoColumn},
    error::{Error, Result},
    functions,
    plan::{Expression, Kind, Named, SubqueryRole},
    proto,
};

fn expressions(cols: impl IntoIterator<Item = impl IntoColumn>) -> Vec<Expression> {
    cols.into_iter()
        .map(|col| col.into_column().into_expression())
        .collect()
}

impl DataFrame {
    /// The column of a name in this DataFrame, `df["name"]` or `df.name`; `*` stands for all columns.
    pub fn col(&self, name: &str) -> Column {
        if name == "*" {
            return Column::new(Expression::new(
                Kind::Star {
                    target: None,
                    plan: Some(self.plan.id().clone()),
                },
                Vec::new(),
            ));
        }
        self.attribute(name, false)
    }

    /// A metadata column of this DataFrame, `DataFrame.metadataColumn`.
    pub fn metadata_column(&self, name: &str) -> Column {
        self.attribute(name, true)
    }

    fn attribute(&self, name: &str, metadata: bool) -> Column {
        let kind = Kind::Attribute {
            name: name.to_owned(),
            plan: Some(self.plan.id().clone()),
            metadata,
        };
        Column::new(Expression::new(kind, Vec::new()))
    }

    /// The columns of this DataFrame whose names match a pattern in backticks, `DataFrame.colRegex`.
    pub fn col_regex(&self, pattern: &str) -> Column {
        let kind = Kind::Regex {
            name: pattern.to_owned(),
            plan: Some(self.plan.id().clone()),
        };
        Column::new(Expression::new(kind, Vec::new()))
    }

    /// The one value of this DataFrame, as a column of another query, `DataFrame.scalar`.
    pub fn scalar(&self) -> Column {
        self.subquery(SubqueryRole::Scalar)
    }

    /// Whether this DataFrame has rows, as a column of another query, `DataFrame.exists`.
    pub fn exists(&self) -> Column {
        self.subquery(SubqueryRole::Exists)
    }

    fn subquery(&self, role: SubqueryRole) -> Column {
        let kind = Kind::Subquery {
            plan: self.plan.clone(),
            role,
        };
        Column::new(Expression::new(kind, Vec::new()))
    }

    /// These columns, `DataFrame.select`.
    pub fn select(&self, cols: impl IntoIterator<Item = impl IntoColumn>) -> Self {
        self.with(self.plan.project(expressions(cols)))
    }

    /// These SQL expressions, `DataFrame.selectExpr`.
    pub fn select_expr(&self, texts: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.select(texts.into_iter().map(functions::expr))
    }

    /// All columns, and this besides or instead, `DataFrame.withColumn`.
    pub fn with_column(&self, name: impl Into<String>, col: Column) -> Self {
        self.with_columns([(name, col)])
    }

    /// All columns, and these besides or instead, `DataFrame.withColumns`.
    pub fn with_columns(&self, columns: impl IntoIterator<Item = (impl Into<String>, Column)>) -> Self {
        let named = |(name, column): (_, Column)| Named {
            name: Into::into(name),
            expression: column.into_expression(),
            metadata: None,
        };
        self.with(self.plan.with_columns(columns.into_iter().map(named).collect()))
    }

    /// A column with metadata, a JSON object, `DataFrame.withMetadata`.
    pub fn with_metadata(&self, name: &str, metadata: impl Into<String>) -> Self {
        self.with(self.plan.with_columns(vec![Named {
            name: name.to_owned(),
            expression: self.col(name).into_expression(),
            metadata: Some(metadata.into()),
        }]))
    }

    /// A column under a new name, `DataFrame.withColumnRenamed`.
    pub fn with_column_renamed(&self, existing: impl Into<String>, new: impl Into<String>) -> Self {
        self.with_columns_renamed([(existing, new)])
    }

    /// Columns under new names, old and new, `DataFrame.withColumnsRenamed`.
    pub fn with_columns_renamed(
        &self,
        names: impl IntoIterator<Item = (impl Into<String>, impl Into<String>)>,
    ) -> Self {
        let names = names.into_iter().map(|(old, new)| (old.into(), new.into()));
        self.with(self.plan.with_columns_renamed(names.collect()))
    }

    /// The columns under other names, in order, `DataFrame.toDF`.
    pub fn to_df(&self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.with(self.plan.to_df(names.into_iter().map(Into::into).collect()))
    }

    /// The columns of a schema, by name, in its types, `DataFrame.to`.
    pub fn to(&self, schema: proto::DataType) -> Self {
        self.with(self.plan.to_schema(schema))
    }

    /// All columns but those of these names, `DataFrame.drop`.
    pub fn drop(&self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let names = names.into_iter().map(Into::into).collect();
        self.with(self.plan.drop_columns(Vec::new(), names))
    }

    /// All columns but these and those of these names, `DataFrame.drop`.
    pub fn drop_columns(
        &self,
        cols: impl IntoIterator<Item = Column>,
        names: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        let names = names.into_iter().map(Into::into).collect();
        self.with(self.plan.drop_columns(expressions(cols), names))
    }

    /// The DataFrame under a name, `DataFrame.alias`.
    pub fn alias(&self, alias: impl Into<String>) -> Self {
        self.with(self.plan.subquery_alias(alias))
    }

    /// Columns as rows, `DataFrame.unpivot`, or `DataFrame.melt`. Without values all columns but the ids.
    pub fn unpivot<C: IntoColumn>(
        &self,
        ids: impl IntoIterator<Item = impl IntoColumn>,
        values: Option<impl IntoIterator<Item = C>>,
        variable_column_name: impl Into<String>,
        value_column_name: impl Into<String>,
    ) -> Self {
        self.with(self.plan.unpivot(
            expressions(ids),
            values.map(expressions),
            variable_column_name,
            value_column_name,
        ))
    }

    /// Rows as columns, named by a column, the first unless one is given, `DataFrame.transpose`.
    pub fn transpose(&self, index_column: Option<Column>) -> Self {
        self.with(self.plan.transpose(expressions(index_column)))
    }

    /// Each row as JSON, `DataFrame.toJSON`.
    pub fn to_json(&self) -> Self {
        let row = functions::r#struct([functions::col("*")]);
        self.select([functions::to_json(row, &[]).alias("value")])
    }

    /// All columns, and the number of the row, from 0, `DataFrame.zipWithIndex`.
    pub fn zip_with_index(&self, index_column: impl Into<String>) -> Self {
        let index = Expression::function("distributed_sequence_id", Vec::new());
        self.select([functions::col("*"), Column::new(index).alias(index_column)])
    }

    /// One row of these aggregates, `DataFrame.agg`. Fails without any.
    pub fn agg(&self, exprs: impl IntoIterator<Item = Column>) -> Result<Self> {
        self.group_by(Vec::<Column>::new()).agg(exprs)
    }

    /// What a function makes of it, `DataFrame.transform`.
    pub fn transform(&self, f: impl FnOnce(Self) -> Self) -> Self {
        f(self.clone())
    }

    /// A column by its place, from 0, `df[0]`. Asks the server for the schema.
    pub async fn col_at(&self, at: usize) -> Result<Column> {
        let schema = self.schema().await?;
        let field = schema.fields.get(at);
        let field = field.ok_or_else(|| {
            Error::invalid(format!(
                "There is no column {at}: the DataFrame has {}.",
                schema.fields.len()
            ))
        })?;
        Ok(functions::col(field.name.as_str()))
    }

    /// The names of the columns, `DataFrame.columns`. Asks the server for the schema.
    pub async fn columns(&self) -> Result<Vec<String>> {
        let schema = self.schema().await?;
        Ok(schema.fields.into_iter().map(|field| field.name).collect())
    }

    /// The names and types of the columns, `DataFrame.dtypes`. Asks the server for the schema.
    pub async fn dtypes(&self) -> Result<Vec<(String, String)>> {
        let schema = self.schema().await?;
        let dtype = |field: proto::data_type::StructField| {
            let data_type = field.data_type.unwrap_or_default();
            (field.name, crate::types::simple_string(&data_type))
        };
        Ok(schema.fields.into_iter().map(dtype).collect())
    }
}
