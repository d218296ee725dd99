//! Headless Chromium, driven through WebDriver: opens a page, types, looks, and listens to what the console says.
//!
//! Browsers of one test program run one after the other, so that they do not slow each other down.

mod keys;
mod notebook;
mod session;

use std::{
    fs,
    panic::{AssertUnwindSafe, resume_unwind},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use futures::FutureExt;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::sync::{Mutex, MutexGuard};

use self::session::Session;

pub use self::notebook::{Complaint, GridRow, Notebook};

static TURN: Mutex<()> = Mutex::const_new(());
/// What every page holds before its own scripts run.
const HELPERS: &str = include_str!("page.js");

/// A browser with one tab. It ends when dropped.
#[derive(Debug)]
pub struct Browser {
    session: Session,
    _turn: MutexGuard<'static, ()>,
}

/// Runs a test in a new browser on a page. Fails if the console complains of anything.
pub async fn in_browser(url: &str, test: impl AsyncFnOnce(&Browser) -> Result<()>) -> Result<()> {
    in_browser_despite(url, |_| false, test).await
}

/// Runs a test in a new browser on a page. Fails if the console complains of anything that is not `expected`.
pub async fn in_browser_despite(
    url: &str,
    expected: impl Fn(&str) -> bool,
    test: impl AsyncFnOnce(&Browser) -> Result<()>,
) -> Result<()> {
    in_browser_with(&[], url, expected, test).await
}

/// The same, with further arguments of Chromium's command line.
pub async fn in_browser_with(
    arguments: &[String],
    url: &str,
    expected: impl Fn(&str) -> bool,
    test: impl AsyncFnOnce(&Browser) -> Result<()>,
) -> Result<()> {
    let browser = Browser::open(arguments, url).await?;
    let tested = AssertUnwindSafe(test(&browser)).catch_unwind().await;
    let complaints = browser.complaints().await;
    if !matches!(tested, Ok(Ok(()))) {
        let picture = std::env::temp_dir().join(format!("e2e-{}.png", uuid::Uuid::new_v4()));
        let saved = browser.screenshot(&picture).await.map(|()| picture);
        println!("The page at the end: {saved:?}. The console: {complaints:#?}");
    }
    match tested {
        Ok(tested) => tested?,
        Err(panic) => resume_unwind(panic),
    }
    let complaints: Vec<_> = complaints?.into_iter().filter(|line| !expected(line)).collect();
    ensure!(complaints.is_empty(), "the console complains: {complaints:#?}");
    Ok(())
}

impl Browser {
    async fn open(arguments: &[String], url: &str) -> Result<Self> {
        let turn = TURN.lock().await;
        let browser = Self {
            session: Session::start(arguments).await?,
            _turn: turn,
        };
        browser
            .cdp(
                "Page.addScriptToEvaluateOnNewDocument",
                json!({ "source": HELPERS }),
            )
            .await?;
        browser.goto(url).await?;
        Ok(browser)
    }

    /// Opens a page, and waits until it is loaded.
    pub async fn goto(&self, url: &str) -> Result<()> {
        Ok(self.session.client.goto(url).await?)
    }

    /// Loads the page again.
    pub async fn reload(&self) -> Result<()> {
        Ok(self.session.client.refresh().await?)
    }

    /// Goes back to the page before, as the browser's button does.
    pub async fn back(&self) -> Result<()> {
        Ok(self.session.client.back().await?)
    }

    /// Closes the tab as a person does, and goes on in an empty one.
    pub async fn close_tab(&self) -> Result<()> {
        let client = &self.session.client;
        let empty = client.new_window(true).await?.handle;
        client.close_window().await?;
        Ok(client.switch_to_window(empty).await?)
    }

    /// The body of a function, run on the page.
    pub async fn js<T: DeserializeOwned>(&self, body: &str, arguments: Vec<Value>) -> Result<T> {
        let answer = self.session.client.execute(body, arguments).await;
        let answer = answer.with_context(|| format!("on the page: {body}"))?;
        serde_json::from_value(answer.clone()).with_context(|| format!("{body} gives {answer}"))
    }

    /// The value of a promise of the page.
    pub async fn promise<T: DeserializeOwned>(&self, expression: &str) -> Result<T> {
        let body = format!(
            "const done = arguments[0];
             Promise.resolve({expression}).then((value) => done({{ value }}), (error) => done({{ error: String(error) }}));"
        );
        let mut answer = self.session.client.execute_async(&body, vec![]).await?;
        ensure!(
            answer["error"].is_null(),
            "{expression} fails: {}",
            answer["error"]
        );
        Ok(serde_json::from_value(answer["value"].take())?)
    }

    /// Waits until an expression is true on the page.
    pub async fn until(&self, within: Duration, expression: &str) -> Result<()> {
        let begin = Instant::now();
        while !self
            .js::<bool>(&format!("return Boolean({expression})"), vec![])
            .await?
        {
            ensure!(
                begin.elapsed() < within,
                "after {within:?} it is not so that {expression}"
            );
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        Ok(())
    }

    /// A command of the DevTools protocol.
    pub async fn cdp(&self, command: &str, parameters: Value) -> Result<Value> {
        self.session
            .post(
                "goog/cdp/execute",
                json!({ "cmd": command, "params": parameters }),
            )
            .await
    }

    /// A size of the window's content, and how many of the screen's pixels make one of the page's.
    pub async fn set_size(&self, width: u32, height: u32, scale: f64) -> Result<()> {
        let metrics =
            json!({ "width": width, "height": height, "deviceScaleFactor": scale, "mobile": false });
        self.cdp("Emulation.setDeviceMetricsOverride", metrics).await?;
        Ok(())
    }

    /// Has the system prefer the dark or the light.
    pub async fn set_dark(&self, dark: bool) -> Result<()> {
        let value = if dark { "dark" } else { "light" };
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": value }] });
        self.cdp("Emulation.setEmulatedMedia", features).await?;
        Ok(())
    }

    /// Writes what is to be seen into a PNG file.
    pub async fn screenshot(&self, path: &Path) -> Result<()> {
        let picture = self.session.client.screenshot().await?;
        fs::write(path, picture).with_context(|| format!("cannot write {}", path.display()))
    }

    /// What the console, the browser and the page's policy had to complain of since the last look.
    pub async fn complaints(&self) -> Result<Vec<String>> {
        let entries = self.session.post("se/log", json!({ "type": "browser" })).await?;
        let Value::Array(entries) = entries else {
            bail!("the console's log is {entries}");
        };
        let complaint = |entry: &Value| {
            let level = entry["level"].as_str().unwrap_or_default();
            let text = entry["message"].as_str().unwrap_or_default();
            matches!(level, "SEVERE" | "WARNING").then(|| format!("{level} {text}"))
        };
        let violations = "return window.e2e?.violations.splice(0) ?? []";
        let violations: Vec<String> = self.js(violations, vec![]).await?;
        Ok(entries.iter().filter_map(complaint).chain(violations).collect())
    }
}

/// A directory of this program's own.
fn scratch() -> PathBuf {
    std::env::temp_dir().join(format!("e2e-chromium-{}", uuid::Uuid::new_v4()))
}
