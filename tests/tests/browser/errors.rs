//! Errors in their cell: what Spark says, where it is, and that the next cell runs as if nothing had happened.

use anyhow::{Context, Result, ensure};
use e2e::{
    browser::{Notebook, in_browser},
    environment,
};
use serde_json::json;

#[tokio::test]
async fn errors_show_in_place_and_the_next_cell_runs() -> Result<()> {
    in_browser(&environment::bridge_url()?, async |browser| {
        let page = Notebook::ready(browser).await?;
        for (source, underlined, facts, message) in [
            (
                "SELECT *\nFROM range(3) nothing here",
                "here",
                ["PARSE_SYNTAX_ERROR", "42601", "line 2"],
                "Syntax error",
            ),
            (
                "SELECT 'é😀',\n  zonne FROM range(3)",
                "zonne",
                ["UNRESOLVED_COLUMN", "42703", "line 2, columns 3–7"],
                "zonne",
            ),
            (
                "SELECT 10 / (id - 5)\nFROM range(10)",
                "10 / (id - 5)",
                ["DIVIDE_BY_ZERO", "22012", "line 1, columns 8–20"],
                "Division by zero",
            ),
        ] {
            let error = page.fails(1, source).await?;
            ensure!(error.underlined == [underlined], "{source}: {error:?}");
            ensure!(
                facts.iter().all(|fact| error.facts.contains(fact)),
                "{source}: {error:?}"
            );
            ensure!(error.message.contains(message), "{source}: {error:?}");
            assert_eq!(page.source(1).await?, source);
            let status = page.run(2, "SELECT 'next'").await?;
            ensure!(status.contains("1 row"), "{status}");
        }
        // The line goes away with the fault.
        page.run(1, "SELECT 1").await?;
        ensure!(
            browser
                .js::<Vec<String>>("return e2e.underlined(1)", vec![])
                .await?
                .is_empty()
        );
        Ok(())
    })
    .await
}

#[tokio::test]
async fn an_empty_cell_says_so() -> Result<()> {
    in_browser(&environment::bridge_url()?, async |browser| {
        let page = Notebook::ready(browser).await?;
        for nothing in [" ", "-- a note, no more"] {
            let status = page.run(1, nothing).await?;
            ensure!(status.contains("Nothing to run"), "{status}");
            page.run(2, "SELECT 'next'").await?;
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_cell_of_5_mb_runs_and_fails_and_is_kept() -> Result<()> {
    in_browser(&environment::bridge_url()?, async |browser| {
        let page = Notebook::ready(browser).await?;
        let fill = "e2e.paste(1, `SELECT length('${'spark'.repeat(1 << 20)}') AS n ${arguments[0]}`)";
        browser.js::<()>(fill, vec![json!("")]).await?;
        page.click(1, ".run-button").await?;
        page.finished(1).await?;
        assert_eq!(page.row(1, 0).await?, [(5 << 20).to_string()]);
        browser.js::<()>(fill, vec![json!("FROMM x y")]).await?;
        page.click(1, ".run-button").await?;
        let error = page.failed(1).await?;
        ensure!(error.facts.contains("PARSE_SYNTAX_ERROR"), "{error:?}");
        let source = page.source(1).await?;
        ensure!(
            source.len() > 5 << 20 && source.ends_with("AS n FROMM x y"),
            "{} characters are left",
            source.len()
        );
        page.run(2, "SELECT 'next'").await?;
        let saved = std::time::Duration::from_secs(20);
        browser
            .until(
                saved,
                "document.querySelector('.save-note').textContent === 'Saved'",
            )
            .await?;
        browser.reload().await?;
        let page = Notebook::ready(browser).await?;
        ensure!(
            page.source(1).await? == source,
            "the text is another after a reload"
        );
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_wrong_connection_string_is_explained() -> Result<()> {
    in_browser(&environment::bridge_url()?, async |browser| {
        let page = Notebook::ready(browser).await?;
        page.set_source(1, "SELECT 'typed before'").await?;
        browser.js::<()>("document.querySelector('.connection').click()", vec![]).await?;
        let field = "[...document.querySelectorAll('dialog[open] input')].find((input) => input.value.startsWith('sc://'))";
        let dialog = std::time::Duration::from_secs(10);
        browser.until(dialog, field).await?;
        browser.js::<()>(&format!("const field = {field}; field.focus(); field.select()"), vec![]).await?;
        browser.type_text("http://localhost:8080").await?;
        browser.press("Enter").await?;
        browser.until(dialog, "document.body.innerText.includes('starts with sc://')").await?;
        let text: String = browser.js("return document.body.innerText", vec![]).await?;
        text.lines().find(|line| line.contains("sc://localhost:15002")).context("no example of a right one")?;
        Ok(())
    })
    .await
}
