//! A Spark that is down, and a bridge that goes away in mid-query: told in place, nothing typed is lost, and all goes on
//! when they are back.

use std::time::Duration;

use anyhow::{Result, ensure};
use e2e::{
    browser::{Notebook, in_browser, in_browser_despite},
    environment,
    proxy::Proxy,
    servers::{Bridge, Spark, free_port},
};

const SOON: Duration = Duration::from_secs(30);
/// The first rows come at once, the last ones after seconds, however many tasks run side by side.
const SLOW: &str = "SELECT id, hex(id) AS h,
  if(id % 500000 = 0, java_method('java.lang.Thread', 'sleep', id DIV 500000 * 800), '') AS s
FROM range(0, 3000000, 1, 6)";

#[tokio::test]
async fn a_spark_that_is_down_is_told_and_comes_back() -> Result<()> {
    let port = free_port()?;
    let bridge = Bridge::before(&format!("sc://127.0.0.1:{port}")).await?;
    in_browser(&bridge.url(), async |browser| {
        let page = Notebook::usable(browser).await?;
        page.set_source(1, "SELECT 'typed while Spark is down' AS word").await?;
        let told = format!("document.querySelector('.banner.bad')?.innerText.includes('Spark cannot be reached at 127.0.0.1:{port}')");
        browser.until(SOON, &told).await?;
        page.click(1, ".run-button").await?;
        browser.until(SOON, "e2e.text(1, '.status')?.includes('Waiting for the connection')").await?;
        assert_eq!(page.source(1).await?, "SELECT 'typed while Spark is down' AS word");

        let spark = environment::spark_remote()?;
        let spark = spark.trim_start_matches("sc://").trim_end_matches('/').parse()?;
        let _proxy = Proxy::start_at(([127, 0, 0, 1], port).into(), spark).await?;
        let retry = "const button = [...document.querySelectorAll('.banner button')].find((b) => b.textContent === 'Retry'); button?.click()";
        browser.js::<()>(retry, vec![]).await?;
        browser.until(SOON, "e2e.isConnected()").await?;
        // What waited runs by itself.
        browser.until(SOON, "e2e.grid(1)").await?;
        let status = page.finished(1).await?;
        ensure!(status.contains("1 row"), "{status}");
        assert_eq!(page.row(1, 0).await?, ["typed while Spark is down"]);
        Ok(())
    })
    .await
}

/// What Chromium itself says of requests that nobody answers.
fn no_answer(line: &str) -> bool {
    line.contains("net::ERR_")
}

#[tokio::test]
async fn a_bridge_that_comes_back_loses_no_row() -> Result<()> {
    let spark = environment::spark_remote()?;
    let mut bridge = Bridge::before(&spark).await?;
    in_browser_despite(&bridge.url(), no_answer, async |browser| {
        let page = Notebook::ready(browser).await?;
        page.run(1, SLOW).await?;
        page.click_button(1, "Load all rows").await?;
        browser
            .until(SOON, "e2e.isActive(1) && e2e.rows(1).length > 0")
            .await?;
        bridge.kill();
        browser
            .until(SOON, "e2e.text(1, '.status')?.includes('Connection broke')")
            .await?;
        let _bridge = Bridge::start_at(bridge.port(), &spark).await?;
        let status = page.finished(1).await?;
        ensure!(status.contains("3,000,000 rows"), "{status}");
        browser.js::<()>("e2e.grid(1).scrollTop = 1e9", vec![]).await?;
        assert_eq!(page.row(1, 2_999_999).await?, ["2999999", "2DC6BF", ""]);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_bridge_that_stays_away_is_told() -> Result<()> {
    let spark = environment::spark_remote()?;
    let mut bridge = Bridge::before(&spark).await?;
    in_browser_despite(&bridge.url(), no_answer, async |browser| {
        let page = Notebook::ready(browser).await?;
        page.run(1, SLOW).await?;
        page.click_button(1, "Load all rows").await?;
        browser
            .until(SOON, "e2e.isActive(1) && e2e.rows(1).length > 0")
            .await?;
        bridge.kill();
        let error = page.failed(1).await?;
        ensure!(error.message.contains("cannot be reached"), "{error:?}");
        assert_eq!(page.row(1, 1).await?, ["1", "1", ""]);
        assert_eq!(page.source(1).await?, SLOW);
        let _bridge = Bridge::start_at(bridge.port(), &spark).await?;
        let status = page.run(2, "SELECT 'next'").await?;
        ensure!(status.contains("1 row"), "{status}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_spark_that_is_restarted_in_mid_query_is_told() -> Result<()> {
    let mut spark = Spark::start().await?;
    let bridge = Bridge::before(&spark.remote()).await?;
    in_browser(&bridge.url(), async |browser| {
        let page = Notebook::ready(browser).await?;
        page.run(1, SLOW).await?;
        page.click_button(1, "Load all rows").await?;
        browser
            .until(SOON, "e2e.isActive(1) && e2e.rows(1).length > 0")
            .await?;
        spark.stop();
        let error = page.failed(1).await?;
        // Whether it could still say so before it was gone is a matter of chance.
        let told = ["Spark stopped", "cannot be reached"];
        ensure!(
            told.iter().any(|words| error.message.contains(words)),
            "{error:?}"
        );
        let _spark = Spark::start_at(spark.port()).await?;
        assert_eq!(page.row(1, 1).await?, ["1", "1", ""]);
        assert_eq!(page.source(1).await?, SLOW);
        // The session is another one, which a person has to know before anything runs in it.
        let error = page.fails(2, "SELECT 'next'").await?;
        ensure!(error.message.contains("lost this session"), "{error:?}");
        page.click_button(2, "Run again").await?;
        let status = page.finished(2).await?;
        ensure!(status.contains("1 row"), "{status}");
        Ok(())
    })
    .await
}
