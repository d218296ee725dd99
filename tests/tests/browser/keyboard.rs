//! The notebook without a mouse: type, run, walk through the result, and back.

use std::time::Duration;

use anyhow::{Result, ensure};
use e2e::{
    browser::{Browser, Notebook, in_browser},
    environment,
};

const SOON: Duration = Duration::from_secs(20);

#[tokio::test]
async fn a_query_is_typed_run_and_read_with_keys_alone() -> Result<()> {
    in_browser(&environment::bridge_url()?, async |browser| {
        let page = Notebook::ready(browser).await?;
        tab_until(browser, "e2e.focused()?.closest('.cm-editor')").await?;
        browser.press("Control+a").await?;
        let query = "SELECT id, id * 2 AS twice, concat('row ', id) AS label FROM range(1000)";
        browser.type_text(query).await?;
        browser.press("Control+Enter").await?;
        browser
            .until(SOON, "e2e.text(1, '.status')?.includes('1,000 rows')")
            .await?;

        browser.press("Escape").await?;
        tab_until(browser, "e2e.focused()?.closest('[role=grid]')").await?;
        // The first key shows where one is, the next ones move.
        for (keys, row, column, text) in [
            ("Control+Home", 0, 0, "0"),
            ("ArrowDown", 1, 0, "1"),
            ("ArrowRight", 1, 1, "2"),
            ("End", 1, 2, "row 1"),
            ("Control+End", 999, 2, "row 999"),
            ("ArrowUp", 998, 2, "row 998"),
            ("Home", 998, 0, "998"),
        ] {
            browser.press(keys).await?;
            let (at, label) = (
                format!("aria-rowindex='{}'", row + 2),
                format!("aria-colindex='{}'", column + 2),
            );
            let found = format!(
                "e2e.grid(1).querySelector(\"[{at}] [{label}].current\")?.textContent === {text:?} \
                 && e2e.focused()?.matches(\"[{label}]\")"
            );
            browser.until(SOON, &found).await?;
        }
        browser.press("Enter").await?;
        browser
            .until(
                SOON,
                "e2e.cell(1).querySelector('.dg-split.open')?.innerText.includes('998')",
            )
            .await?;
        browser.press("Escape").await?;
        browser
            .until(SOON, "!e2e.cell(1).querySelector('.dg-split.open')")
            .await?;
        let back = "return e2e.focused()?.closest('[role=grid]') !== null";
        ensure!(browser.js::<bool>(back, vec![]).await?);
        assert_eq!(page.source(1).await?, query);
        Ok(())
    })
    .await
}

/// Presses Tab until something is so.
async fn tab_until(browser: &Browser, expression: &str) -> Result<()> {
    for _ in 0..60 {
        if browser
            .js::<bool>(&format!("return Boolean({expression})"), vec![])
            .await?
        {
            return Ok(());
        }
        browser.press("Tab").await?;
    }
    anyhow::bail!("60 tabs do not lead to {expression}")
}
