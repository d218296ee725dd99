//! The notebook's page as a person sees it: cells by their number, what is in them and what came of them.

use std::{collections::BTreeMap, time::Duration};

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use serde_json::json;

use super::Browser;

/// How long the page may take to be there on a machine that does other things as well.
const OPEN: Duration = Duration::from_secs(60);
const RUN: Duration = Duration::from_secs(120);

/// A row of a grid: its number from 0, and its cells by column: text and classes.
#[derive(Clone, Debug, Deserialize)]
pub struct GridRow(pub u64, pub BTreeMap<u32, (String, String)>);

impl GridRow {
    /// The texts of its cells.
    pub fn texts(&self) -> Vec<&str> {
        self.1.values().map(|(text, _)| text.as_str()).collect()
    }
}

/// An error as a cell shows it.
#[derive(Clone, Debug, Deserialize)]
pub struct Complaint {
    /// The sentence.
    pub message: String,
    /// The error class, the SQLSTATE and the place, as far as they are known.
    pub facts: String,
    /// The underlined parts of the source.
    pub underlined: Vec<String>,
}

/// The notebook's page.
#[derive(Clone, Copy, Debug)]
pub struct Notebook<'a>(pub &'a Browser);

impl<'a> Notebook<'a> {
    /// The page of a browser, once its first cell can be used and Spark has answered.
    pub async fn ready(browser: &'a Browser) -> Result<Self> {
        let page = Self::usable(browser).await?;
        browser.until(OPEN, "e2e.isConnected()").await?;
        Ok(page)
    }

    /// The page of a browser, once its first cell can be used.
    pub async fn usable(browser: &'a Browser) -> Result<Self> {
        browser.until(OPEN, "e2e.isUsable(1)").await?;
        Ok(Self(browser))
    }

    /// The text of a cell.
    pub async fn source(&self, cell: u32) -> Result<String> {
        self.0
            .js("return e2e.source(arguments[0])", vec![json!(cell)])
            .await
    }

    /// Puts a text in place of a cell's.
    pub async fn set_source(&self, cell: u32, text: &str) -> Result<()> {
        self.show(cell).await?;
        self.0
            .js("e2e.paste(...arguments)", vec![json!(cell), json!(text)])
            .await
    }

    /// Scrolls to a cell, whose editor then is there.
    pub async fn show(&self, cell: u32) -> Result<()> {
        let scroll = "e2e.cell(arguments[0]).scrollIntoView({ block: 'start' })";
        self.0.js::<()>(scroll, vec![json!(cell)]).await?;
        self.0.until(OPEN, &format!("e2e.isUsable({cell})")).await
    }

    /// Clicks on something in a cell.
    pub async fn click(&self, cell: u32, selector: &str) -> Result<()> {
        let found: bool = self
            .0
            .js(
                "const found = e2e.cell(arguments[0]).querySelector(arguments[1]); found?.click(); return found !== null",
                vec![json!(cell), json!(selector)],
            )
            .await?;
        ensure!(found, "cell {cell} has no {selector}");
        Ok(())
    }

    /// Clicks on a button of a cell that bears a text.
    pub async fn click_button(&self, cell: u32, text: &str) -> Result<()> {
        let find = "const found = [...e2e.cell(arguments[0]).querySelectorAll('button')]
                        .find((button) => button.textContent.includes(arguments[1]));
                    found?.click();
                    return found !== undefined";
        let found: bool = self.0.js(find, vec![json!(cell), json!(text)]).await?;
        ensure!(found, "cell {cell} has no button {text:?}");
        Ok(())
    }

    /// Puts a text into a cell, runs it, and waits for the end. Returns the line about the run, or fails with the error.
    pub async fn run(&self, cell: u32, text: &str) -> Result<String> {
        self.start(cell, text).await?;
        self.finished(cell).await
    }

    /// Puts a text into a cell and runs it.
    pub async fn start(&self, cell: u32, text: &str) -> Result<()> {
        self.set_source(cell, text).await?;
        self.click(cell, ".run-button").await
    }

    /// Runs a cell's query once more for all its rows.
    pub async fn load_all(&self, cell: u32) -> Result<String> {
        self.click_button(cell, "Load all rows").await?;
        self.finished(cell).await
    }

    /// Waits for the end of a run. Returns the line about it, or fails with the error.
    pub async fn finished(&self, cell: u32) -> Result<String> {
        self.over(cell).await?;
        if let Some(error) = self.complaint(cell).await? {
            bail!("cell {cell} fails: {error:?}");
        }
        self.status(cell).await?.context("a run without a word about it")
    }

    /// Puts a text into a cell, runs it, and waits for the error that it must give.
    pub async fn fails(&self, cell: u32, text: &str) -> Result<Complaint> {
        self.start(cell, text).await?;
        self.failed(cell).await
    }

    /// Waits for the error that a run must end with.
    pub async fn failed(&self, cell: u32) -> Result<Complaint> {
        self.over(cell).await?;
        let status = self.status(cell).await?;
        self.complaint(cell)
            .await?
            .with_context(|| format!("cell {cell} has no error, it says {status:?}"))
    }

    async fn over(&self, cell: u32) -> Result<()> {
        self.0.until(RUN, &format!("!e2e.isActive({cell})")).await
    }

    /// The line about a run.
    pub async fn status(&self, cell: u32) -> Result<Option<String>> {
        self.0
            .js("return e2e.text(arguments[0], '.status')", vec![json!(cell)])
            .await
    }

    /// The error of a run.
    pub async fn complaint(&self, cell: u32) -> Result<Option<Complaint>> {
        let look = "const [n] = arguments;
                    const message = e2e.text(n, '.error-message');
                    return message === null ? null
                        : { message, facts: e2e.text(n, '.error-facts'), underlined: e2e.underlined(n) }";
        self.0.js(look, vec![json!(cell)]).await
    }

    /// The rows of a cell's grid that are on the page, once all their cells are there.
    pub async fn rows(&self, cell: u32) -> Result<Vec<GridRow>> {
        self.0
            .promise(&format!("e2e.settled({cell}).then(() => e2e.rows({cell}))"))
            .await
    }

    /// The texts of one row of a cell's grid, which must be on the page.
    pub async fn row(&self, cell: u32, row: u64) -> Result<Vec<String>> {
        let rows = self.rows(cell).await?;
        let found = rows.iter().find(|found| found.0 == row);
        let found = found.with_context(|| format!("row {row} is not on the page"))?;
        Ok(found.texts().into_iter().map(str::to_owned).collect())
    }
}
