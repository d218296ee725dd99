//! What PySpark code would do, without running it: what may stand at a place of it, and the plan that it would come to.

use engine_api::{Completion, CompletionKind, ErrorKind, ErrorReport, Plan, PlanNode};
use pyspark_cells::CompletionKind as Kind;
use spark_connect_client::plan::OutlineNode;

use crate::{core::Connection, report};

/// As `editing::complete`. Nothing while a cell runs: its variables change meanwhile.
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

/// The plan of the last DataFrame that the code makes.
pub(crate) async fn plan(open: &Connection, source: &str) -> Result<Plan, ErrorReport> {
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
