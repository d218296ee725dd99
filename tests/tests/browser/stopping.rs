//! Stop stops, at once and on the server too; so does closing the page.

use std::time::Duration;

use anyhow::{Result, ensure};
use e2e::{
    browser::{Notebook, in_browser},
    environment,
    operation::Heart,
    route::Route,
};

#[tokio::test]
async fn stop_ends_the_query_on_the_server() -> Result<()> {
    in_browser(&environment::bridge_url()?, async |browser| {
        let (heart, witness) = (Heart::new(), Route::Grpc.session()?);
        let page = Notebook::ready(browser).await?;
        page.start(1, &heart.query()).await?;
        heart.beats(&witness).await?;
        // The next cell waits for its turn.
        page.start(2, "SELECT 'next'").await?;
        page.click(1, ".run-button").await?;
        let status = page.finished(1).await?;
        ensure!(status.contains("Stopped"), "{status}");
        let took = heart.stops(&witness).await?;
        println!("The tasks stood still {took:?} after the page said so, or sooner.");
        let status = page.finished(2).await?;
        ensure!(status.contains("1 row"), "{status}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn escape_stops_and_keeps_the_rows() -> Result<()> {
    in_browser(&environment::bridge_url()?, async |browser| {
        let page = Notebook::ready(browser).await?;
        let query = "SELECT id, if(id = 19999, java_method('java.lang.Thread', 'sleep', 9000L), '') AS s FROM range(0, 20000, 1, 4)";
        page.run(1, query).await?;
        page.click_button(1, "Load all rows").await?;
        browser.until(Duration::from_secs(60), "e2e.isActive(1) && e2e.rows(1).length > 0").await?;
        browser.js::<()>("e2e.grid(1).focus()", vec![]).await?;
        browser.press("Escape").await?;
        let status = page.finished(1).await?;
        ensure!(status.contains("Stopped") && status.contains("rows received before"), "{status}");
        assert_eq!(page.row(1, 0).await?[0], "0");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn closing_the_page_ends_the_query() -> Result<()> {
    let (heart, witness) = (Heart::new(), Route::Grpc.session()?);
    in_browser(&environment::bridge_url()?, async |browser| {
        let page = Notebook::ready(browser).await?;
        page.start(1, &heart.query()).await?;
        heart.beats(&witness).await?;
        browser.close_tab().await?;
        heart.stops(&witness).await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn leaving_the_page_ends_the_query() -> Result<()> {
    let (heart, witness) = (Heart::new(), Route::Grpc.session()?);
    let url = environment::bridge_url()?;
    in_browser(&url, async |browser| {
        let page = Notebook::ready(browser).await?;
        page.start(1, &heart.query()).await?;
        heart.beats(&witness).await?;
        // The browser may keep the page for the way back.
        browser.goto("about:blank").await?;
        heart.stops(&witness).await?;
        browser.goto(&url).await?;
        Notebook::ready(browser).await?;
        Ok(())
    })
    .await
}
