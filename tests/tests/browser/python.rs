//! PySpark cells as a newcomer meets them: typed, completed, run, failed, planned, kept.

use std::time::Duration;

use anyhow::{Result, ensure};
use e2e::{
    browser::{Browser, Notebook, in_browser},
    environment,
};
use serde_json::json;

const SOON: Duration = Duration::from_secs(20);

/// What the code of a cell printed.
async fn printed(browser: &Browser, cell: u32) -> Result<Option<String>> {
    let look = "return e2e.cell(arguments[0]).querySelector('.output-text')?.textContent ?? null";
    browser.js(look, vec![json!(cell)]).await
}

/// Adds a PySpark cell below the first.
async fn add(browser: &Browser, page: &Notebook<'_>) -> Result<()> {
    page.click_button(1, "PySpark").await?;
    browser
        .until(SOON, "e2e.isUsable(2) && e2e.source(2) === ''")
        .await
}

#[tokio::test]
async fn a_newcomer_runs_pyspark() -> Result<()> {
    in_browser(&environment::bridge_url()?, async |browser| {
        let page = Notebook::ready(browser).await?;
        add(browser, &page).await?;
        let source = "print('five rows')\ndf = spark.range(5)\ndf.select((df.id*2).alias(\"twice\"))";
        let status = page.run(2, source).await?;
        ensure!(
            status.contains("5 rows") && status.contains("all rows"),
            "{status}"
        );
        assert_eq!(page.row(2, 4).await?, ["8"]);
        assert_eq!(printed(browser, 2).await?.as_deref(), Some("five rows\n"));

        page.run(2, "df.show(1)\ndf.count() * 2").await?;
        let text = printed(browser, 2).await?.unwrap_or_default();
        ensure!(text.contains("|  0|\n") && text.ends_with("\n10\n"), "{text}");

        let status = page.run(2, "df.createOrReplaceTempView('few')").await?;
        ensure!(status.contains("Done."), "{status}");
        page.run(1, "SELECT sum(id) AS total FROM few").await?;
        assert_eq!(page.row(1, 0).await?, ["10"]);

        let error = page
            .fails(2, "x = 'é😀'\ndf.filter(df.id > 0) \\\n  .select('nope')")
            .await?;
        ensure!(error.message.starts_with("AnalysisException: "), "{error:?}");
        ensure!(
            error.facts.contains("UNRESOLVED_COLUMN") && error.facts.contains("line 3, columns 12–15"),
            "{error:?}"
        );
        ensure!(error.underlined == ["nope"], "{error:?}");
        let error = page.fails(2, "print(1)\nprint(unknown)").await?;
        ensure!(
            error.message == "NameError: name 'unknown' is not defined",
            "{error:?}"
        );
        ensure!(error.underlined == ["unknown"], "{error:?}");
        assert_eq!(printed(browser, 2).await?.as_deref(), Some("1\n"));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn deep_plans_fit_a_browsers_stack() -> Result<()> {
    in_browser(&environment::bridge_url()?, async |browser| {
        let page = Notebook::ready(browser).await?;
        add(browser, &page).await?;
        let sum = |terms: u32| {
            format!(
                "from pyspark.sql import functions as F\nsum = F.lit(0)\nfor i in range({terms}):\n    sum = sum + 1\n\
                 spark.range(1).select(sum.alias('sum'))"
            )
        };
        page.run(2, &sum(480)).await?;
        assert_eq!(page.row(2, 0).await?, ["480"]);
        let limited = "df = spark.range(1)\nfor i in range(200):\n    df = df.limit(5)\ndf";
        page.run(2, limited).await?;
        assert_eq!(page.row(2, 0).await?, ["0"]);
        let error = page.fails(2, &sum(20_000)).await?;
        ensure!(error.message.contains("levels deep"), "{error:?}");
        page.run(2, &sum(1)).await?;
        assert_eq!(page.row(2, 0).await?, ["1"]);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn variables_and_columns_are_completed() -> Result<()> {
    in_browser(&environment::bridge_url()?, async |browser| {
        let page = Notebook::ready(browser).await?;
        add(browser, &page).await?;
        page.run(2, "numbers = spark.range(3).withColumnRenamed('id', 'amount')").await?;
        page.set_source(2, "").await?;
        browser.js::<()>("e2e.editor(2).querySelector('.cm-content').focus()", vec![]).await?;
        for (typed, offered) in [("num", "numbers"), ("bers.sel", "select"), ("ect(\"am", "amount")] {
            browser.type_text(typed).await?;
            let first = format!(
                "e2e.editor(2).querySelector('.cm-tooltip-autocomplete li .cm-completionLabel')?.textContent === {offered:?}"
            );
            browser.until(SOON, &first).await?;
            browser.press("Escape").await?;
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_plan_is_seen_before_it_runs() -> Result<()> {
    in_browser(&environment::bridge_url()?, async |browser| {
        let page = Notebook::ready(browser).await?;
        add(browser, &page).await?;
        page.set_source(2, "spark.range(5).filter('id > 1').limit(2)")
            .await?;
        page.click(2, "[aria-label=Plan]").await?;
        let names = |expected: &str| {
            format!(
                "[...e2e.cell(2).querySelectorAll('[role=treeitem]')].filter((row) => row.checkVisibility())
                    .map((row) => row.querySelector('b').textContent).join(' ') === {expected:?}"
            )
        };
        browser.until(SOON, &names("Limit Filter Range")).await?;
        ensure!(page.status(2).await?.is_none(), "it ran");
        // The tree is walked and folded with keys.
        browser
            .js::<()>("e2e.cell(2).querySelector('[role=treeitem]').focus()", vec![])
            .await?;
        browser.press("ArrowDown").await?;
        browser.press("ArrowLeft").await?;
        browser.until(SOON, &names("Limit Filter")).await?;
        browser.press("Enter").await?;
        browser.until(SOON, &names("Limit Filter Range")).await?;
        // It follows the text, and Spark's parser draws that of SQL.
        page.set_source(2, "spark.range(5).distinct()").await?;
        browser.until(SOON, &names("Deduplicate Range")).await?;
        language(browser, 2, "sql").await?;
        page.set_source(2, "SELECT id FROM range(3) WHERE id > 1").await?;
        browser
            .until(SOON, &names("Project Filter UnresolvedTableValuedFunction"))
            .await?;
        ensure!(page.status(2).await?.is_none(), "it ran");
        Ok(())
    })
    .await
}

async fn language(browser: &Browser, cell: u32, name: &str) -> Result<()> {
    let choose = "const select = e2e.cell(arguments[0]).querySelector('.cell-kind');
                  select.focus();
                  select.value = arguments[1];
                  select.dispatchEvent(new Event('change', { bubbles: true }))";
    browser.js(choose, vec![json!(cell), json!(name)]).await
}

#[tokio::test]
async fn the_language_is_kept_and_its_change_undone() -> Result<()> {
    in_browser(&environment::bridge_url()?, async |browser| {
        let page = Notebook::ready(browser).await?;
        add(browser, &page).await?;
        page.set_source(2, "1 + 1").await?;
        let chosen = |name: &str| format!("e2e.cell(2).querySelector('.cell-kind').value === {name:?}");
        browser.until(SOON, &chosen("python")).await?;
        language(browser, 2, "sql").await?;
        browser.until(SOON, &chosen("sql")).await?;
        browser.press("Control+z").await?;
        browser.until(SOON, &chosen("python")).await?;
        browser
            .until(
                SOON,
                "document.querySelector('.save-note').textContent === 'Saved'",
            )
            .await?;
        browser.reload().await?;
        let page = Notebook::ready(browser).await?;
        page.show(2).await?;
        browser.until(SOON, &chosen("python")).await?;
        assert_eq!(page.source(2).await?, "1 + 1");
        page.run(2, "1 + 1").await?;
        assert_eq!(printed(browser, 2).await?.as_deref(), Some("2\n"));
        Ok(())
    })
    .await
}
