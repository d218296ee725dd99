//! What an editor asks about a cell before it runs: completions, and the plan that it would come to.

use arrow_array::{Array, cast::AsArray};
use engine_api::{Completion, CompletionKind, ErrorKind, ErrorReport, Language, Plan, PlanNode};
use pyspark_cells::CompletionKind as Kind;
use spark_connect_client::{Error, plan::OutlineNode, statements};

use crate::{core::Connection, drawing, report};

/// What may stand at a place of PySpark code, and where what is typed already begins; both places in UTF-16 code units.
/// Nothing while a cell runs: its variables change meanwhile.
pub(crate) async fn complete(open: &Connection, source: &str, at: u32) -> (u32, Vec<Completion>) {
    let Some(python) = open.python.try_lock() else {
        return (at, Vec::new());
    };
    let completions = python.interpreter.complete(source, byte_of(source, at)).await;
    let item = |item: pyspark_cells::Completion| Completion {
        name: item.name,
        kind: kind(item.kind),
        detail: item.detail,
    };
    let start = source.get(..completions.start).unwrap_or_default();
    let start = start.encode_utf16().count() as u32;
    (start, completions.items.into_iter().map(item).collect())
}

/// The plan of a source.
pub(crate) async fn plan(open: &Connection, language: Language, source: &str) -> Result<Plan, ErrorReport> {
    match language {
        Language::Sql => sql(open, source).await,
        Language::Python => python(open, source).await,
    }
}

async fn python(open: &Connection, source: &str) -> Result<Plan, ErrorReport> {
    let Some(python) = open.python.try_lock() else {
        return Err(ErrorReport::new(
            ErrorKind::Invalid,
            "A PySpark cell is running. Its variables, and so the plan, are known when it is over.",
        ));
    };
    let planned = python.interpreter.plan(source).await;
    let planned = planned.map_err(|failure| report::raised(&failure, source))?;
    let planned = planned.ok_or_else(|| {
        ErrorReport::new(
            ErrorKind::Invalid,
            "No statement of this cell makes a DataFrame, so there is no plan.",
        )
    })?;
    let line = |at: usize| source.get(..at).unwrap_or_default().matches('\n').count() as u32 + 1;
    let rest = source.get(planned.span.end..).unwrap_or_default();
    Ok(Plan {
        nodes: planned.frame.plan().outline().into_iter().map(node).collect(),
        line: (!rest.trim().is_empty()).then(|| line(planned.span.start)),
    })
}

/// Spark's own parser draws the plan of SQL text.
async fn sql(open: &Connection, source: &str) -> Result<Plan, ErrorReport> {
    let last = statements::split(source).pop().unwrap_or_default();
    let statement = source.get(last.clone()).unwrap_or_default();
    if statement.trim().is_empty() {
        return Err(ErrorReport::new(
            ErrorKind::Invalid,
            "The cell is empty: there is no plan.",
        ));
    }
    let explained = explain(open, statement).await;
    // Its places would be those in the question, not in the cell.
    let text = explained.map_err(|error| report::report(&error, "", 0))?;
    let nodes = drawing::parsed(&text);
    if nodes.is_empty() {
        return Err(ErrorReport::new(
            ErrorKind::Internal,
            "The server's explanation of the statement shows no plan.",
        ));
    }
    let line = source.get(..last.start).unwrap_or_default();
    let line = line.trim_end().matches('\n').count() as u32 + 1;
    Ok(Plan {
        nodes,
        line: (last.start > 0).then_some(line),
    })
}

/// What Spark draws of a statement that it does not run.
async fn explain(open: &Connection, statement: &str) -> Result<String, Error> {
    let frame = open.session.sql(&format!("EXPLAIN EXTENDED {statement}")).await?;
    let rows = match frame.known_rows()? {
        Some(rows) => rows,
        None => frame.collect().await?,
    };
    let text = rows.iter().find_map(|batch| {
        let texts = batch.columns().first()?.as_string_opt::<i32>()?;
        (!texts.is_empty()).then(|| texts.value(0).to_owned())
    });
    Ok(text.unwrap_or_default())
}

fn node(node: OutlineNode) -> PlanNode {
    PlanNode {
        level: node.level,
        name: node.name.to_owned(),
        properties: node
            .properties
            .into_iter()
            .map(|(word, text)| (word.to_owned(), text))
            .collect(),
    }
}

fn kind(kind: Kind) -> CompletionKind {
    match kind {
        Kind::Variable => CompletionKind::Variable,
        Kind::Function => CompletionKind::Function,
        Kind::Method => CompletionKind::Method,
        Kind::Attribute => CompletionKind::Attribute,
        Kind::Class => CompletionKind::Class,
        Kind::Module => CompletionKind::Module,
        Kind::Column => CompletionKind::Column,
        Kind::Keyword => CompletionKind::Keyword,
    }
}

/// The byte at a UTF-16 code unit; the end for one beyond it.
fn byte_of(text: &str, at: u32) -> usize {
    let mut left = at as usize;
    for (byte, character) in text.char_indices() {
        if left < character.len_utf16() {
            return byte;
        }
        left -= character.len_utf16();
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_code_units() {
        let text = "é😀x";
        assert_eq!([0, 1, 2, 3, 4, 9].map(|at| byte_of(text, at)), [0, 2, 2, 6, 7, 7]);
    }
}
