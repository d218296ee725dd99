//! What the page reads of a result: windows, values at length, copies, statistics; and of the catalog.

use anyhow::{Context, Result, ensure};
use e2e::engine::connected;
use engine_api::{CatalogKind, CellKind, Histogram, RowLimit};

#[tokio::test]
async fn windows_are_cut_to_the_result() -> Result<()> {
    connected(async |engine| {
        let (run, told) = engine
            .run(
                "SELECT id, id * 10 AS t, if(id = 1, null, 'null') AS n FROM range(3)",
                RowLimit::All,
            )
            .await?;
        told.summary()?;
        assert_eq!(engine.texts(run, 1..900, 0..2).await?, [["1", "10"], ["2", "20"]]);
        let window = engine.window(run, 0..2, 2..90).await?;
        assert_eq!((window.rows.clone(), window.columns.clone()), (0..2, 2..3));
        let kinds: Vec<_> = window
            .cells
            .iter()
            .map(|cell| (cell.text.as_str(), cell.kind))
            .collect();
        assert_eq!(kinds, [("null", CellKind::Whole), ("null", CellKind::Null)]);
        ensure!(engine.window(run, 5..9, 0..1).await?.cells.is_empty());
        Ok(())
    })
    .await
}

#[tokio::test]
async fn two_thousand_columns_are_read_where_one_looks() -> Result<()> {
    connected(async |engine| {
        let columns: Vec<_> = (0..2000).map(|n| format!("id * {n} AS c{n}")).collect();
        let (run, told) = engine
            .run(
                &format!("SELECT {} FROM range(100)", columns.join(", ")),
                RowLimit::All,
            )
            .await?;
        assert_eq!(told.columns.len(), 2000);
        assert_eq!(told.columns[1999].name, "c1999");
        assert_eq!(
            engine.texts(run, 99..100, 1998..2000).await?,
            [[(99 * 1998).to_string(), (99 * 1999).to_string()]]
        );
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_value_of_50_mb_is_shown_in_part() -> Result<()> {
    connected(async |engine| {
        const SIZE: u64 = 50 << 20;
        let query = format!(
            "SELECT repeat('x', {SIZE}) AS big, array_repeat(named_struct('a', 1, 'b', 'x'), 3) AS nested"
        );
        let (run, told) = engine.run(&query, RowLimit::Preview(10)).await?;
        assert_eq!(told.summary()?.rows, 1);
        let window = engine.window(run, 0..1, 0..1).await?;
        let cell = window.cell(0, 0).context("no cell")?;
        assert_eq!(cell.kind, CellKind::Cut);
        ensure!(
            cell.text.len() < 10_000,
            "{} bytes for one cell of a grid",
            cell.text.len()
        );
        let value = engine.value(run, 0, 0, 100_000).await?;
        assert_eq!(
            (value.total_bytes, value.text.len(), value.null),
            (SIZE, 100_000, false)
        );
        let value = engine.value(run, 0, 1, 100_000).await?;
        ensure!(
            value.text.lines().count() > 3 && value.text.contains("  "),
            "{}",
            value.text
        );
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_copy_is_tab_separated() -> Result<()> {
    connected(async |engine| {
        let query =
            "SELECT * FROM VALUES (1, 'plain'), (2, 'tab\\there'), (3, null), (4, 'two\\nlines') AS t(n, s)";
        let (run, told) = engine.run(query, RowLimit::All).await?;
        told.summary()?;
        let text = engine
            .copy(run, 0..4, 0..2)
            .await?
            .map_err(|e| anyhow::anyhow!("{e:?}"))?;
        insta::assert_snapshot!(text);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn statistics_count_every_row() -> Result<()> {
    connected(async |engine| {
        let query = "SELECT id, id % 10 AS digit, if(id % 4 = 0, null, concat('v', id % 3)) AS s, \
                     date_add(DATE '2024-01-01', cast(id % 366 AS INT)) AS d FROM range(0, 100000, 1, 3)";
        let (run, told) = engine.run(query, RowLimit::All).await?;
        told.summary()?;
        let (rows, columns) = engine.statistics(run, 0..4).await?;
        assert_eq!((rows, columns.len()), (100_000, 4));
        let [id, digit, text, date] = columns.as_slice() else {
            anyhow::bail!("{columns:?}")
        };
        assert_eq!(
            (id.nulls, id.min.as_deref(), id.max.as_deref()),
            (0, Some("0"), Some("99999"))
        );
        let distinct = id.distinct.context("no count of distinct values")?;
        ensure!(
            (95_000..105_000).contains(&distinct),
            "{distinct} distinct values"
        );
        let Some(Histogram::Bins(bins)) = &id.histogram else {
            anyhow::bail!("{id:?}")
        };
        assert_eq!(bins.iter().sum::<u64>(), 100_000);
        assert_eq!(digit.distinct, Some(10));
        assert_eq!((text.nulls, text.distinct), (25_000, Some(3)));
        let Some(Histogram::Top { values, other }) = &text.histogram else {
            anyhow::bail!("{text:?}")
        };
        assert_eq!(values.iter().map(|(_, count)| count).sum::<u64>() + other, 75_000);
        assert_eq!(
            (date.min.as_deref(), date.max.as_deref()),
            (Some("2024-01-01"), Some("2024-12-31"))
        );
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_catalog_is_listed_level_by_level() -> Result<()> {
    connected(async |engine| {
        let view = "CREATE TEMPORARY VIEW `a view` AS SELECT 1L AS n, map('k', 1.5BD) AS m";
        engine.run(view, RowLimit::All).await?.1.summary()?;
        let names = async |path: &[&str]| -> Result<Vec<(String, CatalogKind, String)>> {
            let entries = engine
                .catalog(path)
                .await?
                .map_err(|e| anyhow::anyhow!("{e:?}"))?;
            Ok(entries
                .into_iter()
                .map(|e| (e.name, e.kind, e.data_type))
                .collect())
        };
        let has = |entries: &[(String, CatalogKind, String)], name: &str, kind| {
            entries.iter().any(|entry| entry.0 == name && entry.1 == kind)
        };
        ensure!(has(&names(&[]).await?, "spark_catalog", CatalogKind::Catalog));
        ensure!(has(
            &names(&["spark_catalog"]).await?,
            "default",
            CatalogKind::Schema
        ));
        ensure!(has(
            &names(&["spark_catalog", "default"]).await?,
            "a view",
            CatalogKind::View
        ));
        let error = engine
            .catalog(&["spark_catalog", "nowhere"])
            .await?
            .err()
            .context("a schema that is not there")?;
        ensure!(
            error.error_class.is_some_and(|class| class.contains("NOT_FOUND")),
            "{}",
            error.message
        );
        Ok(())
    })
    .await
}
