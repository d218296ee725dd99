//! What an editor asks about a cell before it runs: completions, and the plan that it would come to.

use arrow_array::{Array, cast::AsArray};
use engine_api::{Completion, ErrorKind, ErrorReport, Language, Plan};
use spark_connect_client::{Error, statements};

#[cfg(feature = "python")]
use crate::rehearsal;
#[cfg(not(feature = "python"))]
use crate::report::without_python;
use crate::{core::Connection, drawing, report};

/// What may stand at a place of PySpark code, and where what is typed already begins; both places in UTF-16 code units.
pub(crate) async fn complete(open: &Connection, source: &str, at: u32) -> (u32, Vec<Completion>) {
    #[cfg(feature = "python")]
    return rehearsal::complete(open, source, at).await;
    #[cfg(not(feature = "python"))]
    {
        let _ = (open, source);
        (at, Vec::new())
    }
}

/// The plan of a source.
pub(crate) async fn plan(open: &Connection, language: Language, source: &str) -> Result<Plan, ErrorReport> {
    match language {
        Language::Sql => sql(open, source).await,
        #[cfg(feature = "python")]
        Language::Python => rehearsal::plan(open, source).await,
        #[cfg(not(feature = "python"))]
        Language::Python => Err(without_python()),
    }
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
