//! What the catalog holds below a path, asked level by level.

use arrow_array::{Array, BooleanArray, RecordBatch, StringArray};
use engine_api::{CatalogEntry, CatalogKind};
use spark_connect_client::{DataFrame, Error, ErrorKind, Session, plan, types};

use crate::columns::spark_kind;

/// The entries below a path of names: none for the catalogs, then schemas, tables and views, columns.
pub(crate) async fn list(session: &Session, path: &[String]) -> Result<Vec<CatalogEntry>, Error> {
    let quoted = path
        .iter()
        .map(|name| plan::quoted(name))
        .collect::<Vec<_>>()
        .join(".");
    match path.len() {
        0 => names(session, "SHOW CATALOGS", CatalogKind::Catalog).await,
        1 => names(session, &format!("SHOW SCHEMAS IN {quoted}"), CatalogKind::Schema).await,
        2 => tables(session, &quoted).await,
        3 => columns(session, &quoted).await,
        _ => Err(Error::new(
            ErrorKind::Invalid,
            "A path in the catalog has at most three names.",
        )),
    }
}

fn entry(name: &str, kind: CatalogKind) -> CatalogEntry {
    CatalogEntry {
        name: name.to_owned(),
        kind,
        data_type: String::new(),
        comment: String::new(),
    }
}

async fn names(session: &Session, statement: &str, kind: CatalogKind) -> Result<Vec<CatalogEntry>, Error> {
    let batches = session.sql(statement).await?.collect().await?;
    let names = batches
        .iter()
        .filter_map(|batch| batch.columns().first()?.as_any().downcast_ref());
    Ok(names
        .flat_map(|names: &StringArray| names.iter().flatten().map(|name| entry(name, kind)))
        .collect())
}

async fn tables(session: &Session, schema: &str) -> Result<Vec<CatalogEntry>, Error> {
    let batches = DataFrame::new(session.clone(), plan::list_tables(schema))
        .collect()
        .await?;
    let mut entries = Vec::new();
    for batch in &batches {
        let (Some(names), Some(kinds)) = (text(batch, "name"), text(batch, "tableType")) else {
            continue;
        };
        let temporary = batch
            .column_by_name("isTemporary")
            .and_then(|c| c.as_any().downcast_ref::<BooleanArray>());
        let comments = text(batch, "description");
        for row in (0..batch.num_rows()).filter(|row| names.is_valid(*row)) {
            let view = temporary.is_some_and(|t| t.is_valid(row) && t.value(row))
                || (kinds.is_valid(row) && kinds.value(row).contains("VIEW"));
            let kind = if view {
                CatalogKind::View
            } else {
                CatalogKind::Table
            };
            let comment = comments
                .filter(|c| c.is_valid(row))
                .map(|c| c.value(row))
                .unwrap_or_default();
            entries.push(CatalogEntry {
                comment: comment.to_owned(),
                ..entry(names.value(row), kind)
            });
        }
    }
    Ok(entries)
}

fn text<'a>(batch: &'a RecordBatch, column: &str) -> Option<&'a StringArray> {
    batch.column_by_name(column)?.as_any().downcast_ref()
}

async fn columns(session: &Session, table: &str) -> Result<Vec<CatalogEntry>, Error> {
    let schema = DataFrame::new(session.clone(), plan::table(table))
        .schema()
        .await?;
    let column = |field: spark_connect_client::proto::data_type::StructField| {
        let data_type = field.data_type.unwrap_or_default();
        let metadata = field
            .metadata
            .and_then(|json| serde_json::from_str::<serde_json::Value>(&json).ok());
        CatalogEntry {
            name: field.name,
            kind: CatalogKind::Column(spark_kind(&data_type)),
            data_type: types::simple_string(&data_type),
            comment: metadata
                .and_then(|m| Some(m.get("comment")?.as_str()?.to_owned()))
                .unwrap_or_default(),
        }
    };
    Ok(schema.fields.into_iter().map(column).collect())
}
