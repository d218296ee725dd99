//! Results in the grid: rows that are there before the query ends, and cells that are what Spark says.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use e2e::{
    browser::{Browser, Notebook, in_browser},
    environment,
    oracle::{self, Checksum},
    route::Route,
};
use serde::Deserialize;
use serde_json::json;

#[derive(Debug, Deserialize)]
struct Sight {
    active: bool,
    status: Option<String>,
    first: Option<String>,
}

#[tokio::test]
async fn the_first_rows_show_before_the_query_ends() -> Result<()> {
    in_browser(&environment::bridge_url()?, async |browser| {
        let page = Notebook::ready(browser).await?;
        let query = "SELECT id, hex(id) AS h, if(id % 2500 = 2499, java_method('java.lang.Thread', 'sleep', 800L), '') AS s
                     FROM range(0, 20000, 1, 8)";
        let preview = page.run(1, query).await?;
        ensure!(preview.contains("First 10,000 rows") && preview.contains("preview"), "{preview}");
        page.click_button(1, "Load all rows").await?;
        browser.js::<()>("e2e.watch(1)", vec![]).await?;
        let whole = page.finished(1).await?;
        ensure!(whole.contains("20,000 rows") && whole.contains("all rows"), "{whole}");
        let sights: Vec<Sight> = browser.js("return e2e.sights", vec![]).await?;
        let early = sights.iter().find(|sight| sight.active && sight.first.as_deref() == Some("0"));
        let early = early.with_context(|| format!("no row before the end: {sights:?}"))?;
        let said = early.status.as_deref().unwrap_or_default();
        ensure!(said.contains("rows so far") && !said.contains("20,000"), "{said}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn every_cell_is_what_spark_says() -> Result<()> {
    in_browser(&environment::bridge_url()?, async |browser| {
        let page = Notebook::ready(browser).await?;
        let query = "SELECT id, hex(id * 7919) AS h, cast(id / 7 AS DECIMAL(20, 4)) AS d, \
                     cast(date_add(DATE '2024-01-01', cast(id AS INT)) AS STRING) AS day FROM range(0, 3000, 1, 3)";
        let status = page.run(1, query).await?;
        ensure!(status.contains("3,000 rows"), "{status}");
        let rows: Vec<(u64, Vec<String>)> = browser.promise("e2e.scrollThrough(1)").await?;
        let mut ours = Checksum::default();
        for (at, (row, cells)) in rows.iter().enumerate() {
            ensure!(*row == at as u64, "row {at} was not shown");
            ours.add(cells.iter().map(String::as_str));
        }
        let session = Route::Grpc.session()?;
        assert_eq!(ours, Checksum::by_spark(&session, query, &["id", "h", "d", "day"]).await?);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_samples_are_what_spark_says() -> Result<()> {
    in_browser(&environment::bridge_url()?, async |browser| {
        let session = Route::Grpc.session()?;
        let table = "SELECT * FROM (SELECT row_number() OVER (ORDER BY pickup_at, trip_id) AS n, trip_id, fare, total FROM samples.trips)";
        let count = oracle::value(&session, "SELECT count(*) FROM samples.trips").await?;
        ensure!(count.parse::<u64>()? > 1_000_000, "{count} trips");
        let page = Notebook::ready(browser).await?;
        page.run(1, table).await?;
        let status = page.load_all(1).await?;
        ensure!(status.replace(',', "").contains(&format!("{count} rows")), "{status} of {count}");
        let last = count.parse::<u64>()? - 1;
        for row in [0, 1, 4_321, 99_999, 777_777, last] {
            go_to(browser, 1, row).await?;
            let told = oracle::rows(&session, &format!("{table} WHERE n = {}", row + 1)).await?;
            assert_eq!(page.row(1, row).await?, told[0], "row {row}");
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn ten_million_rows_are_scrolled_through() -> Result<()> {
    in_browser(&environment::bridge_url()?, async |browser| {
        let page = Notebook::ready(browser).await?;
        page.run(1, "SELECT id FROM range(10000000)").await?;
        let status = page.load_all(1).await?;
        println!("{status}");
        ensure!(status.contains("10,000,000 rows"), "{status}");
        let own = |row: &e2e::browser::GridRow| row.texts() == [row.0.to_string()];
        for part in [0.0, 0.25, 0.5, 0.999, 1.0] {
            let scroll = "const grid = e2e.grid(1);
                          grid.scrollTop = (grid.scrollHeight - grid.clientHeight) * arguments[0]";
            browser.js::<()>(scroll, vec![json!(part)]).await?;
            let rows = page.rows(1).await?;
            ensure!(rows.len() > 5 && rows.iter().all(own), "at {part}: {rows:?}");
            let middle = rows[rows.len() / 2].0 as f64 / 1e7;
            ensure!(
                (middle - part).abs() < 0.02,
                "at {part} the rows around {middle} show"
            );
        }
        ensure!(page.row(1, 9_999_999).await? == ["9999999"]);
        go_to(browser, 1, 1_234_567).await?;
        ensure!(page.row(1, 1_234_567).await? == ["1234567"]);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn two_thousand_columns_are_scrolled_through() -> Result<()> {
    in_browser(&environment::bridge_url()?, async |browser| {
        let page = Notebook::ready(browser).await?;
        let columns: Vec<_> = (0..2000).map(|n| format!("id * {n} AS c{n}")).collect();
        page.run(1, &format!("SELECT {} FROM range(1, 100)", columns.join(", ")))
            .await?;
        let on_page: usize = browser
            .js("return e2e.grid(1).querySelectorAll('.dg-cell').length", vec![])
            .await?;
        ensure!(on_page < 2000, "{on_page} cells are on the page");
        browser.js::<()>("e2e.grid(1).scrollLeft = 1e9", vec![]).await?;
        let rows = page.rows(1).await?;
        let last = rows
            .first()
            .and_then(|row| row.1.get(&1999))
            .context("the last column is not there")?;
        assert_eq!(last.0, "1999");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn values_are_told_apart() -> Result<()> {
    in_browser(&environment::bridge_url()?, async |browser| {
        let page = Notebook::ready(browser).await?;
        let query = "SELECT * FROM VALUES (1, 'null', array(1, null)), (2, null, null), (3, '', array()) AS t(n, s, a)";
        page.run(1, query).await?;
        let rows = page.rows(1).await?;
        let looks: Vec<_> = rows.iter().map(|row| row.1.values().cloned().collect::<Vec<_>>()).collect();
        let cell = |text: &str, class: &str| (text.to_owned(), class.to_owned());
        let plain = "dg-cell";
        let end = "dg-cell end";
        assert_eq!(
            looks,
            [
                [cell("1", end), cell("null", plain), cell("[1, null]", plain)],
                [cell("2", end), cell("null", "dg-cell null"), cell("null", "dg-cell null")],
                [cell("3", end), cell("", "dg-cell empty"), cell("[]", plain)],
            ]
        );
        Ok(())
    })
    .await
}

#[tokio::test]
async fn results_without_rows_or_columns_are_told() -> Result<()> {
    in_browser(&environment::bridge_url()?, async |browser| {
        let page = Notebook::ready(browser).await?;
        let status = page.run(1, "SELECT id, 'x' AS text FROM range(0)").await?;
        ensure!(status.contains("0 rows"), "{status}");
        let heads: String = browser.js("return e2e.text(1, '.output-grid')", vec![]).await?;
        ensure!(heads.contains("text") && heads.contains("No rows"), "{heads}");
        let status = page.run(1, "SELECT * EXCEPT (id) FROM range(7)").await?;
        ensure!(status.contains("7 rows, but no columns"), "{status}");
        let status = page
            .run(1, "CREATE OR REPLACE TEMPORARY VIEW hourly AS SELECT 1 AS n")
            .await?;
        ensure!(status.contains("Created temporary view hourly."), "{status}");
        let status = page.run(2, "SELECT n FROM hourly").await?;
        ensure!(status.contains("1 row"), "{status}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_value_of_50_mb_is_shown_in_part() -> Result<()> {
    in_browser(&environment::bridge_url()?, async |browser| {
        let page = Notebook::ready(browser).await?;
        page.run(1, "SELECT 1 AS n, repeat('spark', 10 * 1024 * 1024) AS big")
            .await?;
        let row = page.row(1, 0).await?;
        ensure!(
            row[1].starts_with("sparkspark") && row[1].ends_with('…') && row[1].len() < 10_000,
            "{}",
            row[1].len()
        );
        let status = page.run(2, "SELECT 'next'").await?;
        ensure!(status.contains("1 row"), "{status}");
        Ok(())
    })
    .await
}

/// Goes to a row as a person does: Control+G, the number, Enter.
async fn go_to(browser: &Browser, cell: u32, row: u64) -> Result<()> {
    browser
        .js::<()>("e2e.grid(arguments[0]).focus()", vec![json!(cell)])
        .await?;
    browser.press("Control+g").await?;
    let asked = Duration::from_secs(10);
    browser
        .until(asked, "e2e.focused()?.matches('.dg-main input')")
        .await?;
    browser.press("Control+a").await?;
    browser.type_text(&(row + 1).to_string()).await?;
    browser.press("Enter").await
}
