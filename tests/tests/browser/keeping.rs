//! What was typed is there after a reload, however soon it comes.

use std::time::Duration;

use anyhow::{Result, ensure};
use e2e::{
    browser::{Notebook, in_browser},
    environment,
};

#[tokio::test]
async fn a_reload_brings_the_notebook_back() -> Result<()> {
    in_browser(&environment::bridge_url()?, async |browser| {
        let page = Notebook::ready(browser).await?;
        let text = "-- mine: é 😀\nSELECT 'kept' AS word";
        page.set_source(2, text).await?;
        let saved = Duration::from_secs(20);
        browser
            .until(
                saved,
                "document.querySelector('.save-note').textContent === 'Saved'",
            )
            .await?;
        browser.reload().await?;
        let page = Notebook::ready(browser).await?;
        page.show(2).await?;
        assert_eq!(page.source(2).await?, text);

        // Too soon for any timer.
        page.set_source(2, "SELECT 'typed last'").await?;
        browser.reload().await?;
        let page = Notebook::ready(browser).await?;
        page.show(2).await?;
        assert_eq!(page.source(2).await?, "SELECT 'typed last'");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn cells_are_added_moved_and_deleted() -> Result<()> {
    in_browser(&environment::bridge_url()?, async |browser| {
        let page = Notebook::ready(browser).await?;
        let before: u32 = count(browser).await?;
        page.set_source(1, "SELECT 'first'").await?;
        page.click(1, ".cell-insert button").await?;
        browser.until(Duration::from_secs(10), "e2e.isUsable(2)").await?;
        ensure!(count(browser).await? == before + 1);
        page.set_source(2, "SELECT 'new'").await?;
        page.click(2, "[aria-label='Move up']").await?;
        browser
            .until(Duration::from_secs(10), "e2e.isUsable(1) && e2e.isUsable(2)")
            .await?;
        assert_eq!(
            (page.source(1).await?, page.source(2).await?),
            ("SELECT 'new'".into(), "SELECT 'first'".into())
        );
        page.click(1, "[aria-label=Delete]").await?;
        browser
            .until(
                Duration::from_secs(10),
                &format!("document.querySelectorAll('.cell').length === {before}"),
            )
            .await?;
        assert_eq!(page.source(1).await?, "SELECT 'first'");
        Ok(())
    })
    .await
}

async fn count(browser: &e2e::browser::Browser) -> Result<u32> {
    browser
        .js("return document.querySelectorAll('.cell').length", vec![])
        .await
}
