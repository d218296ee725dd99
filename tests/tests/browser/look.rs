//! Pictures of the page, for the README: a finished result in light and dark.

use std::{fs, path::Path, time::Duration};

use anyhow::{Result, ensure};
use e2e::{
    browser::{Notebook, in_browser},
    environment,
};
use serde_json::json;

const LARGEST: u64 = 1_000_000;

#[tokio::test]
async fn the_page_is_pictured() -> Result<()> {
    in_browser(&environment::bridge_url()?, async |browser| {
        browser.set_size(1440, 900, 2.0).await?;
        let page = Notebook::ready(browser).await?;
        page.show(2).await?;
        page.click(2, ".run-button").await?;
        page.finished(2).await?;
        page.click(1, ".fold").await?;
        browser
            .js::<()>("document.activeElement.blur(); scrollTo(0, 0)", vec![])
            .await?;
        browser
            .until(
                Duration::from_secs(20),
                "document.querySelector('.save-note').textContent === 'Saved'",
            )
            .await?;
        let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
        fs::create_dir_all(&docs)?;
        let mut colours = Vec::new();
        for (name, dark) in [("light", false), ("dark", true)] {
            browser.set_dark(dark).await?;
            page.rows(2).await?;
            browser.promise::<()>("e2e.still()").await?;
            colours.push(
                browser
                    .js::<String>("return getComputedStyle(document.body).backgroundColor", vec![])
                    .await?,
            );
            let path = docs.join(format!("screenshot-{name}.png"));
            browser.screenshot(&path).await?;
            let size = path.metadata()?.len();
            ensure!(size < LARGEST, "{} has {size} bytes", path.display());
        }
        ensure!(colours[0] != colours[1], "light and dark are both {}", colours[0]);
        narrow(browser).await
    })
    .await
}

/// On a phone nothing is wider than the screen.
async fn narrow(browser: &e2e::browser::Browser) -> Result<()> {
    browser.set_size(400, 800, 2.0).await?;
    let width = "return [document.documentElement.scrollWidth, innerWidth]";
    let (content, screen): (u32, u32) = browser.js(width, vec![json!(null)]).await?;
    ensure!(
        content <= screen,
        "the page is {content} px wide on a screen of {screen}"
    );
    for (name, dark) in [("light", false), ("dark", true)] {
        browser.set_dark(dark).await?;
        browser.promise::<()>("e2e.still()").await?;
        browser
            .screenshot(&Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("narrow-{name}.png")))
            .await?;
    }
    Ok(())
}
