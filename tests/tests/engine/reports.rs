//! Errors as the cell shows them: Spark's terms, and the place in the source in the editor's units.

use anyhow::Result;
use e2e::engine::{Engine, connected};
use engine_api::{ErrorKind, ErrorReport, Origin, RowLimit};

#[tokio::test]
async fn errors_are_marked_in_the_source() -> Result<()> {
    connected(async |engine| {
        for (source, class, state, marked) in [
            ("SELECT * FROMM x", "PARSE_SYNTAX_ERROR", "42601", "x"),
            ("SELECT 'é😀' a b", "PARSE_SYNTAX_ERROR", "42601", "b"),
            (
                "SELECT 'é😀',\n  zonne\nFROM range(3)",
                "UNRESOLVED_COLUMN.WITH_SUGGESTION",
                "42703",
                "zonne",
            ),
            (
                "-- 😀😀\nSELECT * FROM nosuch.`tabelle ü`",
                "TABLE_OR_VIEW_NOT_FOUND",
                "42P01",
                "nosuch.`tabelle ü`",
            ),
            (
                "SELECT '😀', 10 / (id - 5)\nFROM range(10)",
                "DIVIDE_BY_ZERO",
                "22012",
                "10 / (id - 5)",
            ),
            (
                "SELECT cast('😀' AS INT)",
                "CAST_INVALID_INPUT",
                "22018",
                "cast('😀' AS INT)",
            ),
            (
                "SELECT '😀'; SELECT 1;\nSELECT '😀', zonne",
                "UNRESOLVED_COLUMN.WITHOUT_SUGGESTION",
                "42703",
                "zonne",
            ),
        ] {
            let report = failure(&engine, source).await?;
            assert_eq!(report.kind, ErrorKind::Spark, "{source}");
            assert_eq!(
                report.error_class.as_deref(),
                Some(class),
                "{source}: {}",
                report.message
            );
            assert_eq!(report.sql_state.as_deref(), Some(state), "{source}");
            let found: Vec<_> = report.origins.iter().map(|origin| mark(source, origin)).collect();
            assert_eq!(found, [marked], "{source}");
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn lines_and_columns_are_those_of_the_editor() -> Result<()> {
    connected(async |engine| {
        let report = failure(&engine, "SELECT '😀',\n  '😀', zonne").await?;
        let origin = report
            .origins
            .first()
            .map(|origin| (origin.line, origin.column, origin.start));
        assert_eq!(origin, Some((2, 8, 21)));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn reports_hold_what_spark_tells() -> Result<()> {
    connected(async |engine| {
        let report = failure(&engine, "SELECT zonne FROM range(3) AS zone").await?;
        assert_eq!(report.message.lines().count(), 1, "{}", report.message);
        assert!(
            report
                .parameters
                .contains(&("objectName".to_owned(), "`zonne`".to_owned())),
            "{:?}",
            report.parameters
        );
        let report = failure(&engine, "SELECT assert_true(id < 5) FROM range(10)").await?;
        assert!(
            report
                .stack_trace
                .is_some_and(|trace| trace.contains("\n    at ")),
            "no stack trace"
        );
        let long = "word ".repeat(4000);
        let report = failure(&engine, &format!("SELECT raise_error('{long}')")).await?;
        assert!(
            report.message.contains(&long[..19_000]),
            "{} characters",
            report.message.len()
        );
        Ok(())
    })
    .await
}

async fn failure(engine: &Engine, source: &str) -> Result<ErrorReport> {
    engine.run(source, RowLimit::Preview(100)).await?.1.error()
}

fn mark(source: &str, origin: &Origin) -> String {
    let units: Vec<u16> = source.encode_utf16().collect();
    let marked = units
        .get(origin.start as usize..origin.end as usize)
        .unwrap_or_default();
    String::from_utf16_lossy(marked)
}
