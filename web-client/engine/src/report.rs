//! Errors as a user interface shows them: a sentence, Spark's own terms, and the place in the cell's source.

use engine_api::{ErrorKind, ErrorReport, Origin};
use spark_connect_client::{Error, ErrorKind as Kind, QueryContext};

/// The report of an error of a statement that begins at this byte of the source.
pub(crate) fn report_at(error: &Error, source: &str, start: usize) -> ErrorReport {
    let (before, statement) = source.split_at(start);
    let mut report = report(error, statement);
    let lines = before.matches('\n').count() as u32;
    let columns = before.chars().rev().take_while(|c| *c != '\n').count() as u32;
    let units = before.encode_utf16().count() as u32;
    for origin in &mut report.origins {
        origin.column += if origin.line == 1 { columns } else { 0 };
        origin.line += lines;
        origin.start += units;
        origin.end += units;
    }
    report
}

/// The report of an error of a run of this source.
pub(crate) fn report(error: &Error, source: &str) -> ErrorReport {
    let spark = error.spark.as_deref();
    let kind = match error.kind {
        Kind::Invalid | Kind::TooLarge => ErrorKind::Invalid,
        Kind::Unreachable | Kind::DeadlineExceeded => ErrorKind::Unreachable,
        Kind::Denied => ErrorKind::Denied,
        Kind::Cancelled => ErrorKind::Cancelled,
        Kind::Spark => ErrorKind::Spark,
        Kind::SessionLost => ErrorKind::SessionLost,
        Kind::Unimplemented | Kind::Protocol => ErrorKind::Internal,
    };
    let contexts = spark.map(|s| s.contexts.as_slice()).unwrap_or_default();
    let mut origins: Vec<Origin> = contexts
        .iter()
        .filter_map(|context| origin(context, source))
        .collect();
    if origins.is_empty() {
        origins.extend(position_in_message(&error.message).and_then(|at| origin_at(at, source)));
    }
    ErrorReport {
        kind,
        message: error.sentence().to_owned(),
        error_class: error.error_class().map(str::to_owned),
        sql_state: spark.and_then(|s| s.sql_state.clone()),
        parameters: spark
            .map(|s| s.parameters.clone().into_iter().collect())
            .unwrap_or_default(),
        origins,
        causes: spark
            .map(|s| {
                s.causes
                    .iter()
                    .map(|cause| format!("{}: {}", cause.class, cause.message))
                    .collect()
            })
            .unwrap_or_default(),
        stack_trace: spark.and_then(|s| s.stack_trace.clone()),
    }
}

/// Where a context of Spark's is in the source, unless it is in the text of a view.
fn origin(context: &QueryContext, source: &str) -> Option<Origin> {
    if context.dataframe || !context.object_type.is_empty() {
        return None;
    }
    let start = usize::try_from(context.start).ok()?;
    let stop = usize::try_from(context.stop).ok()?;
    (start <= stop)
        .then(|| between(source, start, stop + 1))
        .flatten()
}

/// Positions in code points, as Spark's parser counts, to an origin.
fn between(source: &str, start: usize, end: usize) -> Option<Origin> {
    let (mut utf16, mut line, mut column) = (0, 1, 1);
    let mut from = None;
    for (at, c) in source.chars().enumerate() {
        if at == start {
            from = Some((utf16, line, column));
        }
        if at == end {
            break;
        }
        utf16 += c.len_utf16() as u32;
        if c == '\n' {
            (line, column) = (line + 1, 1);
        } else {
            column += 1;
        }
    }
    let (start, line, column) = from?;
    Some(Origin {
        start,
        end: utf16,
        line,
        column,
    })
}

/// The line, from 1, and the position in it, from 0, that a parser's message names: `(line 1, pos 15)`.
fn position_in_message(message: &str) -> Option<(usize, usize)> {
    let at = message.rfind("(line ")?;
    let (line, rest) = message[at + "(line ".len()..].split_once(", pos ")?;
    let (position, _) = rest.split_once(')')?;
    Some((line.parse().ok()?, position.parse().ok()?))
}

/// The word at a place; the last word before it, when the place is the end of the source.
fn origin_at((line, position): (usize, usize), source: &str) -> Option<Origin> {
    let before: usize = source
        .split('\n')
        .take(line.checked_sub(1)?)
        .map(|l| l.chars().count() + 1)
        .sum();
    let chars: Vec<char> = source.chars().collect();
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let mut start = before + position;
    if chars.get(start).is_none_or(|c| c.is_whitespace()) {
        let last = chars[..start.min(chars.len())]
            .iter()
            .rposition(|c| !c.is_whitespace())?;
        let from = chars[..last]
            .iter()
            .rposition(|c| !word(*c))
            .map_or(0, |at| at + 1);
        return between(source, if word(chars[last]) { from } else { last }, last + 1);
    }
    let mut end = start + 1;
    if word(chars[start]) {
        while start > 0 && word(chars[start - 1]) {
            start -= 1;
        }
        while chars.get(end).copied().is_some_and(word) {
            end += 1;
        }
    }
    between(source, start, end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context(start: i32, stop: i32) -> QueryContext {
        QueryContext {
            start,
            stop,
            ..QueryContext::default()
        }
    }

    fn marked(source: &str, origin: &Origin) -> String {
        let units: Vec<u16> = source.encode_utf16().collect();
        String::from_utf16(&units[origin.start as usize..origin.end as usize]).unwrap()
    }

    #[test]
    fn contexts_count_code_points_and_editors_count_utf16() {
        let source = "SELECT 'é😀',\n  zz";
        let found = origin(&context(15, 16), source).unwrap();
        assert_eq!(
            found,
            Origin {
                start: 16,
                end: 18,
                line: 2,
                column: 3
            }
        );
        assert_eq!(marked(source, &found), "zz");
    }

    #[test]
    fn contexts_elsewhere_are_left_out() {
        assert_eq!(origin(&context(-1, 3), "SELECT 1"), None);
        assert_eq!(origin(&context(80, 90), "SELECT 1"), None);
        assert_eq!(origin(&context(5, 2), "SELECT 1"), None);
        let view = QueryContext {
            object_type: "VIEW".into(),
            ..context(0, 3)
        };
        assert_eq!(origin(&view, "SELECT 1"), None);
    }

    #[test]
    fn a_parsers_message_names_a_word() {
        for (source, message, expected) in [
            ("SELECT * FROMM x", "… (line 1, pos 15)\n\n== SQL ==", Some("x")),
            ("SELECT\n * FROMM abc d", "(line 2, pos 9)", Some("abc")),
            ("SELECT (", "(line 1, pos 8)", Some("(")),
            ("SELECT a FROM  ", "(line 1, pos 15)", Some("FROM")),
            ("-- x", "(line 1, pos 4)", Some("x")),
            ("", "(line 1, pos 0)", None),
            ("SELECT 1", "no position", None),
            ("SELECT 1", "(line 0, pos 1)", None),
            ("SELECT 1", "(line 9, pos 9)", Some("1")),
        ] {
            let found = position_in_message(message).and_then(|at| origin_at(at, source));
            assert_eq!(
                found.map(|o| marked(source, &o)).as_deref(),
                expected,
                "{source:?} {message:?}"
            );
        }
    }

    #[test]
    fn a_later_statement_is_marked_where_it_is() {
        let mut error = Error::new(Kind::Spark, "x");
        error.spark = Some(Box::new(spark_connect_client::SparkError {
            contexts: vec![context(8, 8), context(10, 10)],
            ..Default::default()
        }));
        let source = "SELECT 'é😀';\nSELECT 1; SELECT a\nb";
        let start = source.find(" SELECT a").unwrap();
        let origins = report_at(&error, source, start).origins;
        assert_eq!(
            origins[0],
            Origin {
                start: 31,
                end: 32,
                line: 2,
                column: 18
            }
        );
        assert_eq!(
            origins[1],
            Origin {
                start: 33,
                end: 34,
                line: 3,
                column: 1
            }
        );
        assert_eq!(
            (marked(source, &origins[0]), marked(source, &origins[1])),
            ("a".into(), "b".into())
        );
    }

    #[test]
    fn a_report_says_what_spark_says() {
        let mut error = Error::new(Kind::Spark, "[X] Not so. SQLSTATE: 42000; line 1 pos 7");
        error.spark = Some(Box::new(spark_connect_client::SparkError {
            error_class: Some("X".into()),
            sql_state: Some("42000".into()),
            contexts: vec![context(7, 7)],
            ..Default::default()
        }));
        let report = report(&error, "SELECT a");
        assert_eq!(report.message, "Not so.");
        assert_eq!(report.sql_state.as_deref(), Some("42000"));
        assert_eq!(
            report.origins,
            [Origin {
                start: 7,
                end: 8,
                line: 1,
                column: 8
            }]
        );
    }
}
