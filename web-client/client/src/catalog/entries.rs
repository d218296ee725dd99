//! What the catalog gives, read from the rows that it comes as.

use std::collections::BTreeMap;

use arrow_array::{Array, BooleanArray, ListArray, RecordBatch, StringArray, cast::AsArray};

use crate::error::{Error, Result};

/// Reads what an operation gives from its rows.
pub trait FromRows: Sized {
    /// Fails if the rows are others than those of the operation.
    fn from_rows(batches: &[RecordBatch]) -> Result<Self>;
}

/// A catalog, as `Catalog.listCatalogs` lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogMetadata {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
}

/// A database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Database {
    /// Its name.
    pub name: String,
    /// Its catalog.
    pub catalog: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// Where its tables are.
    pub location_uri: Option<String>,
}

/// A table or a view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its catalog.
    pub catalog: Option<String>,
    /// Its database, in parts.
    pub namespace: Option<Vec<String>>,
    /// What it is for.
    pub description: Option<String>,
    /// `MANAGED`, `EXTERNAL`, `VIEW` or `TEMPORARY`.
    pub table_type: String,
    /// Whether it is of this session only.
    pub is_temporary: bool,
}

/// A function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// Its catalog.
    pub catalog: Option<String>,
    /// Its database, in parts.
    pub namespace: Option<Vec<String>>,
    /// What it does.
    pub description: Option<String>,
    /// The Java class that does it.
    pub class_name: Option<String>,
    /// Whether it is of this session only.
    pub is_temporary: bool,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub description: Option<String>,
    /// Its type, as DDL.
    pub data_type: String,
    /// Whether it may be null.
    pub nullable: bool,
    /// Whether the table is partitioned by it.
    pub is_partition: bool,
    /// Whether the table is bucketed by it.
    pub is_bucket: bool,
    /// Whether the table is clustered by it.
    pub is_cluster: bool,
}

/// A partition of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TablePartition {
    /// The values of the partition's columns, such as `year=2024/month=1`.
    pub partition: String,
}

/// A row of a batch.
struct Row<'a>(&'a RecordBatch, usize);

impl Row<'_> {
    fn text(&self, at: usize) -> Option<String> {
        let texts: &StringArray = self.0.columns().get(at)?.as_string_opt()?;
        texts.is_valid(self.1).then(|| texts.value(self.1).to_owned())
    }

    fn required(&self, at: usize) -> Result<String> {
        self.text(at).ok_or_else(|| unexpected("a text"))
    }

    fn flag(&self, at: usize) -> Result<bool> {
        let flags: Option<&BooleanArray> = self.0.columns().get(at).and_then(|array| array.as_boolean_opt());
        flags
            .filter(|flags| flags.is_valid(self.1))
            .map(|flags| flags.value(self.1))
            .ok_or_else(|| unexpected("a truth value"))
    }

    /// Older servers give fewer columns.
    fn late_flag(&self, at: usize) -> Result<bool> {
        if at < self.0.num_columns() {
            self.flag(at)
        } else {
            Ok(false)
        }
    }

    fn texts(&self, at: usize) -> Option<Vec<String>> {
        let lists: &ListArray = self.0.columns().get(at)?.as_list_opt()?;
        let list = lists.is_valid(self.1).then(|| lists.value(self.1))?;
        let texts: &StringArray = list.as_string_opt()?;
        Some(texts.iter().flatten().map(str::to_owned).collect())
    }
}

fn unexpected(what: &str) -> Error {
    Error::protocol(format!("the catalog gave something else than {what}"))
}

/// Reads one entry from one row.
trait FromRow: Sized {
    fn from_row(row: &Row<'_>) -> Result<Self>;
}

fn rows(batches: &[RecordBatch]) -> impl Iterator<Item = Row<'_>> {
    batches
        .iter()
        .flat_map(|batch| (0..batch.num_rows()).map(move |at| Row(batch, at)))
}

fn only<T: FromRow>(batches: &[RecordBatch]) -> Result<T> {
    let row = rows(batches).next().ok_or_else(|| unexpected("one row"))?;
    T::from_row(&row)
}

impl<T: FromRow> FromRows for Vec<T> {
    fn from_rows(batches: &[RecordBatch]) -> Result<Self> {
        rows(batches).map(|row| T::from_row(&row)).collect()
    }
}

impl FromRows for () {
    fn from_rows(_: &[RecordBatch]) -> Result<Self> {
        Ok(())
    }
}

impl FromRows for bool {
    fn from_rows(batches: &[RecordBatch]) -> Result<Self> {
        let row = rows(batches).next().ok_or_else(|| unexpected("one row"))?;
        row.flag(0)
    }
}

impl FromRows for String {
    fn from_rows(batches: &[RecordBatch]) -> Result<Self> {
        match rows(batches).next() {
            Some(row) => row.required(0),
            None => Ok(String::new()),
        }
    }
}

impl FromRows for BTreeMap<String, String> {
    fn from_rows(batches: &[RecordBatch]) -> Result<Self> {
        rows(batches)
            .map(|row| Ok((row.required(0)?, row.text(1).unwrap_or_default())))
            .collect()
    }
}

impl FromRows for Database {
    fn from_rows(batches: &[RecordBatch]) -> Result<Self> {
        only(batches)
    }
}

impl FromRows for Table {
    fn from_rows(batches: &[RecordBatch]) -> Result<Self> {
        only(batches)
    }
}

impl FromRows for Function {
    fn from_rows(batches: &[RecordBatch]) -> Result<Self> {
        only(batches)
    }
}

impl FromRow for CatalogMetadata {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            name: row.required(0)?,
            description: row.text(1),
        })
    }
}

impl FromRow for Database {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            name: row.required(0)?,
            catalog: row.text(1),
            description: row.text(2),
            location_uri: row.text(3),
        })
    }
}

impl FromRow for Table {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            name: row.required(0)?,
            catalog: row.text(1),
            namespace: row.texts(2),
            description: row.text(3),
            table_type: row.text(4).unwrap_or_default(),
            is_temporary: row.flag(5)?,
        })
    }
}

impl FromRow for Function {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            name: row.required(0)?,
            catalog: row.text(1),
            namespace: row.texts(2),
            description: row.text(3),
            class_name: row.text(4),
            is_temporary: row.flag(5)?,
        })
    }
}

impl FromRow for Column {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            name: row.required(0)?,
            description: row.text(1),
            data_type: row.required(2)?,
            nullable: row.flag(3)?,
            is_partition: row.flag(4)?,
            is_bucket: row.flag(5)?,
            is_cluster: row.late_flag(6)?,
        })
    }
}

impl FromRow for TablePartition {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            partition: row.required(0)?,
        })
    }
}
