//! The page opens: what a newcomer finds, and what it weighs.

use std::time::Duration;

use anyhow::{Result, ensure};
use e2e::{
    browser::{Notebook, in_browser},
    environment,
};
use serde::Deserialize;

/// What every other test here relies on.
#[tokio::test]
async fn complaints_are_heard() -> Result<()> {
    in_browser(&environment::bridge_url()?, async |browser| {
        Notebook::ready(browser).await?;
        for (script, expected) in [
            ("console.error('from the page')", "from the page"),
            ("console.warn('a warning')", "a warning"),
            (
                "setTimeout(() => { throw new Error('nobody caught it') })",
                "nobody caught it",
            ),
            (
                "Promise.reject(new Error('nobody waited for it'))",
                "nobody waited for it",
            ),
            (
                "e2e.workers[0].postMessage(new Uint8Array([255, 255, 255]))",
                "between page and engine",
            ),
            (
                "document.body.setAttribute('style', 'color: red')",
                "policy style-src",
            ),
            (
                "document.body.append(Object.assign(document.createElement('script'), { text: '1' }))",
                "policy script-src",
            ),
            (
                "fetch('http://127.0.0.1:9/').catch(() => {})",
                "policy connect-src",
            ),
            ("fetch('/nothing-here')", "404"),
        ] {
            browser.js::<()>(script, vec![]).await?;
            let mut heard = Vec::new();
            for _ in 0..100 {
                heard.extend(browser.complaints().await?);
                if heard.iter().any(|complaint| complaint.contains(expected)) {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            ensure!(
                heard.iter().any(|complaint| complaint.contains(expected)),
                "{expected:?} is not in {heard:#?}"
            );
        }
        // Reports of the same come late.
        tokio::time::sleep(Duration::from_millis(500)).await;
        browser.complaints().await?;
        Ok(())
    })
    .await
}

/// Bytes over the wire that the page may take before the notebook stands, and in all.
const FIRST: u64 = 400_000;
const IN_ALL: u64 = 1_500_000;

/// A file that the page has loaded.
#[derive(Debug, Deserialize)]
struct Loaded {
    name: String,
    bytes: u64,
    /// When it was there, in ms.
    end: f64,
    /// Whether nothing is painted without it.
    blocking: bool,
    /// Whether the notebook needs it, not only its editor or its engine.
    first: bool,
}

#[tokio::test]
async fn a_newcomer_finds_a_notebook_that_runs() -> Result<()> {
    in_browser(&environment::bridge_url()?, async |browser| {
        let page = Notebook::ready(browser).await?;
        let cells: u32 = browser
            .js("return document.querySelectorAll('.cell').length", vec![])
            .await?;
        ensure!(cells > 1, "{cells} cells");
        let connection: String = browser
            .js("return document.querySelector('.connection').innerText", vec![])
            .await?;
        ensure!(
            connection.contains(&format!("Spark {}", environment::spark_version()?)),
            "{connection:?}"
        );
        for cell in 1..=cells {
            page.show(cell).await?;
            page.click(cell, ".run-button").await?;
            let status = page.finished(cell).await?;
            ensure!(
                !page.rows(cell).await?.is_empty(),
                "cell {cell}: {status} {}",
                page.source(cell).await?
            );
            println!("cell {cell}: {status}");
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_page_is_light() -> Result<()> {
    in_browser(&environment::bridge_url()?, async |browser| {
        Notebook::ready(browser).await?;
        let loaded: Vec<Loaded> = browser.js("return e2e.loaded()", vec![]).await?;
        let engine: u64 = browser.promise("e2e.engineBytes()").await?;
        let paint = "return performance.getEntriesByName('first-contentful-paint')[0].startTime";
        let paint: f64 = browser.js(paint, vec![]).await?;
        let sum = |part: &dyn Fn(&Loaded) -> bool| -> u64 {
            loaded
                .iter()
                .filter(|file| part(file))
                .map(|file| file.bytes)
                .sum()
        };
        let (blocking, first) = (sum(&|file| file.blocking), sum(&|file| file.first));
        let all = sum(&|_| true) + engine;
        println!("First paint at {paint:.0} ms. Bytes over the wire:");
        println!("{blocking:>9} before anything is painted");
        println!("{first:>9} before the notebook stands");
        println!("{all:>9} with the editor and the engine, of which {engine} are the engine's");
        for Loaded { name, bytes, end, .. } in &loaded {
            println!("{bytes:>9} by {end:>5.0} ms  {name}");
        }
        ensure!(
            blocking > 0 && first < FIRST,
            "{first} bytes before the notebook stands"
        );
        ensure!(all < IN_ALL, "{all} bytes in all");
        Ok(())
    })
    .await
}
