//! A failure as a person reads it: a sentence, Spark's names for it, the line and the place in it.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet, normalize_untrusted_str};
use spark_connect_client::Error;

use crate::failure::{Failure, Statement};

/// The text for standard error, with styles that a stream without them strips.
pub(crate) fn render(failure: &Failure, verbose: bool, renderer: &Renderer) -> String {
    let sentence = |text: &str| renderer.render(&[Group::with_title(Level::ERROR.primary_title(text))]);
    match failure {
        Failure::Closed => String::new(),
        Failure::Interrupted => sentence("interrupted"),
        Failure::Usage(text) | Failure::Output(text) => sentence(text),
        Failure::Cell(failure, statement) => cell(failure, statement, renderer),
        Failure::Query(error, statement) => query(error, statement.as_deref(), verbose, renderer),
    }
}

/// The last line of a traceback, and the step that failed.
fn cell(failure: &pyspark_cells::Failure, statement: &Statement, renderer: &Renderer) -> String {
    let title = failure.to_string();
    let title = normalize_untrusted_str(&title);
    let span = failure
        .span
        .filter(|span| span.start < span.end && span.end <= statement.source.len());
    let snippet = span.map(|span| {
        Snippet::source(&*statement.source)
            .line_start(statement.first_line)
            .path(statement.name.as_deref())
            .annotation(AnnotationKind::Primary.span(span.start..span.end))
    });
    renderer.render(&[Group::with_title(Level::ERROR.primary_title(title)).elements(snippet)])
}

fn query(error: &Error, statement: Option<&Statement>, verbose: bool, renderer: &Renderer) -> String {
    let mut title = Level::ERROR.primary_title(error.sentence());
    if let Some(class) = error.error_class() {
        title = title.id(class);
    }
    let mut group = Group::with_title(title);
    let snippet = statement.and_then(|statement| snippet(error, statement));
    let placed = snippet.is_some();
    group = group.elements(snippet);
    let Some(spark) = error.spark.as_deref() else {
        return renderer.render(&[group]);
    };
    if let Some(state) = &spark.sql_state {
        group = group.element(Level::NOTE.message(format!("SQLSTATE {}", normalize_untrusted_str(state))));
    }
    if !placed {
        let drawings = spark.contexts.iter().map(|context| context.summary.trim());
        for drawing in drawings.filter(|drawing| !drawing.is_empty()) {
            group = group.element(Level::NOTE.message(normalize_untrusted_str(drawing)));
        }
    }
    let mut text = renderer.render(&[group]);
    if verbose && let Some(trace) = &spark.stack_trace {
        // It begins with the whole message, and holds the causes.
        text.push('\n');
        text.push_str(&normalize_untrusted_str(trace));
    }
    text
}

/// The lines of the places that an error names.
fn snippet<'a>(
    error: &Error,
    statement: &'a Statement,
) -> Option<Snippet<'a, annotate_snippets::Annotation<'a>>> {
    let text = statement.source.get(statement.start..)?;
    let places = error.places(text);
    if places.is_empty() {
        return None;
    }
    let annotations = places.into_iter().map(|place| {
        AnnotationKind::Primary.span(statement.start + place.start..statement.start + place.end)
    });
    Some(
        Snippet::source(&*statement.source)
            .line_start(statement.first_line)
            .path(statement.name.as_deref())
            .annotations(annotations),
    )
}

#[cfg(test)]
mod tests {
    use spark_connect_client::{Cause, ErrorKind, QueryContext, SparkError};

    use super::*;

    fn rendered(error: Error, source: &str, start: usize, verbose: bool) -> String {
        let statement = Statement {
            source: source.to_owned(),
            start,
            name: Some("report.sql".to_owned()),
            first_line: 1,
        };
        let failure = Failure::Query(Box::new(error), Some(Box::new(statement)));
        render(&failure, verbose, &Renderer::plain())
    }

    fn missing_table() -> Error {
        let mut error = Error::new(
            ErrorKind::Spark,
            "[TABLE_OR_VIEW_NOT_FOUND] The table or view `zones` cannot be found. SQLSTATE: 42P01; line 1 pos 14",
        );
        error.spark = Some(Box::new(SparkError {
            error_class: Some("TABLE_OR_VIEW_NOT_FOUND".into()),
            sql_state: Some("42P01".into()),
            contexts: vec![QueryContext {
                start: 14,
                stop: 18,
                ..QueryContext::default()
            }],
            causes: vec![Cause {
                class: "java.lang.Exception".into(),
                message: "gone".into(),
            }],
            stack_trace: Some("org.apache.spark.X: message\n    at a.B.c(B.scala:1)\u{1b}[31m".into()),
            ..SparkError::default()
        }));
        error
    }

    #[test]
    fn the_place_is_underlined() {
        insta::assert_snapshot!(rendered(missing_table(), "SELECT * FROM zones", 0, false));
    }

    #[test]
    fn a_later_statement_is_underlined_where_it_stands() {
        let source = "SELECT 1;\n-- über\n\tSELECT 'é😀', * FROM nothing";
        let mut error = missing_table();
        if let Some(spark) = &mut error.spark {
            spark.contexts[0].start = 30;
            spark.contexts[0].stop = 36;
        }
        insta::assert_snapshot!(rendered(error, source, 9, false));
    }

    #[test]
    fn a_trace_is_shown_on_request_and_controls_no_terminal() {
        let text = rendered(missing_table(), "SELECT * FROM zones", 0, true);
        assert!(!text.contains('\u{1b}'), "{text}");
        insta::assert_snapshot!(text);
    }

    #[test]
    fn a_view_shows_sparks_drawing() {
        let mut error = missing_table();
        if let Some(spark) = &mut error.spark {
            spark.contexts[0].object_type = "VIEW".into();
            spark.contexts[0].summary =
                "== SQL of VIEW v (line 1, position 8) ==\nSELECT 1/0\n       ^^^\n".into();
        }
        insta::assert_snapshot!(rendered(error, "SELECT * FROM v", 0, false));
    }

    #[test]
    fn sentences() {
        let plain = |failure| render(&failure, true, &Renderer::plain());
        let unreachable = Error::new(ErrorKind::Unreachable, "localhost:1 cannot be reached.");
        let texts = [
            plain(Failure::Usage("x.txt is no script.".into())),
            plain(Failure::Cell(
                Box::new(pyspark_cells::Failure {
                    class: "ValueError".into(),
                    message: "no".into(),
                    span: Some(pyspark_cells::Span { start: 0, end: 4 }),
                    error: None,
                }),
                Box::new(Statement {
                    source: "f(x)\n".into(),
                    first_line: 1,
                    ..Statement::default()
                }),
            )),
            plain(unreachable.into()),
            plain(Failure::Interrupted),
            plain(Failure::Closed),
        ];
        insta::assert_snapshot!(texts.join("\n"));
    }
}
