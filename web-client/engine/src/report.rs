//! Errors as a user interface shows them: a sentence, Spark's own terms, and the place in the cell's source.

use std::ops::Range;

use engine_api::{ErrorKind, ErrorReport, Origin};
#[cfg(feature = "python")]
use pyspark_cells::Failure;
use spark_connect_client::{Error, ErrorKind as Kind};

/// The report on a PySpark cell where none can run.
#[cfg(not(feature = "python"))]
pub(crate) fn without_python() -> ErrorReport {
    ErrorReport::new(ErrorKind::Internal, "This engine runs SQL cells only.")
}

/// The report of an exception that a cell's code raised.
#[cfg(feature = "python")]
pub(crate) fn raised(failure: &Failure, source: &str) -> ErrorReport {
    let origins = failure.span.and_then(|span| origin(source, span.start..span.end));
    let told = match failure.error.as_deref() {
        // The class and the state of Spark's own stand beside the message.
        Some(error) => ErrorReport {
            message: format!("{}: {}", failure.class, error.sentence()),
            ..report(error, "", 0)
        },
        None => ErrorReport::new(ErrorKind::Raised, failure.to_string()),
    };
    ErrorReport {
        origins: origins.into_iter().collect(),
        ..told
    }
}

/// The report of an error of the statement that begins at this byte of the source.
pub(crate) fn report(error: &Error, source: &str, start: usize) -> ErrorReport {
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
    let places = error.places(source.get(start..).unwrap_or_default()).into_iter();
    let origins = places
        .filter_map(|place| origin(source, start + place.start..start + place.end))
        .collect();
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
        statement: None,
    }
}

/// A place in the source as editors count.
fn origin(source: &str, place: Range<usize>) -> Option<Origin> {
    let before = source.get(..place.start)?;
    let units = |text: &str| text.encode_utf16().count() as u32;
    let start = units(before);
    Some(Origin {
        start,
        end: start + units(source.get(place)?),
        line: before.matches('\n').count() as u32 + 1,
        column: before.chars().rev().take_while(|c| *c != '\n').count() as u32 + 1,
    })
}

#[cfg(test)]
mod tests {
    use spark_connect_client::QueryContext;

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
    fn a_later_statement_is_marked_where_it_is() {
        let mut error = Error::new(Kind::Spark, "x");
        error.spark = Some(Box::new(spark_connect_client::SparkError {
            contexts: vec![context(8, 8), context(10, 10)],
            ..Default::default()
        }));
        let source = "SELECT 'é😀';\nSELECT 1; SELECT a\nb";
        let start = source.find(" SELECT a").unwrap();
        let origins = report(&error, source, start).origins;
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
        let report = report(&error, "SELECT a", 0);
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
