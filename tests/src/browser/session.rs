//! A WebDriver session: Chromium, its driver and a profile, all gone at the end.

use std::{
    fs,
    path::PathBuf,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use fantoccini::{Client, ClientBuilder, wd::WebDriverCompatibleCommand};
use nix::{
    sys::signal::{Signal, kill},
    unistd::{Pid, geteuid},
};
use serde_json::{Value, json};
use url::Url;

use super::scratch;
use crate::{environment, process::Process, servers::free_port};

const START: Duration = Duration::from_secs(60);
const STOP: Duration = Duration::from_secs(5);

/// Chromium and its driver.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) client: Client,
    chromium: Option<Pid>,
    /// For everything that the two write.
    directory: PathBuf,
    driver: Process,
}

impl Session {
    /// Starts a browser with an empty profile, and further arguments.
    pub(super) async fn start(further: &[String]) -> Result<Self> {
        let port = free_port()?;
        let directory = scratch();
        fs::create_dir_all(&directory).with_context(|| format!("cannot create {}", directory.display()))?;
        let mut command = Command::new(environment::chromedriver()?);
        command.arg(format!("--port={port}")).env("TMPDIR", &directory);
        let mut driver = Process::start(command, Duration::ZERO)?;
        driver
            .line(START, |line| line.contains("started successfully").then_some(()))
            .await?;

        let mut arguments: Vec<String> = [
            "--headless",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
            "--force-color-profile=srgb",
            "--window-size=1440,900",
        ]
        .map(str::to_owned)
        .into();
        arguments.push(format!("--user-data-dir={}", directory.join("profile").display()));
        arguments.extend_from_slice(further);
        if geteuid().is_root() {
            arguments.push("--no-sandbox".to_owned());
        }
        let capabilities = json!({
            "goog:chromeOptions": { "binary": environment::chromium()?, "args": arguments },
            "goog:loggingPrefs": { "browser": "ALL" },
            "timeouts": { "script": 120_000, "pageLoad": 60_000 },
        });
        let Value::Object(capabilities) = capabilities else {
            anyhow::bail!("the capabilities are no object");
        };
        let client = ClientBuilder::new(hyper_util::client::legacy::connect::HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .with_context(|| format!("Chromium does not start:\n{}", driver.output()))?;
        let pid = client
            .capabilities()
            .and_then(|capabilities| capabilities.get("goog:processID").and_then(Value::as_i64));
        Ok(Self {
            client,
            chromium: pid.and_then(|pid| i32::try_from(pid).ok()).map(Pid::from_raw),
            directory,
            driver,
        })
    }

    /// A command of Chromium's own.
    pub(super) async fn post(&self, path: &'static str, body: Value) -> Result<Value> {
        let answer = self.client.issue_cmd(Post { path, body }).await;
        answer.with_context(|| format!("the browser refuses {path}"))
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // Killing the driver alone would leave the browser behind.
        if let Some(pid) = self.chromium {
            let _ = kill(pid, Signal::SIGKILL);
            self.driver.stop();
            let begin = Instant::now();
            while kill(pid, None).is_ok() && begin.elapsed() < STOP {
                thread::sleep(Duration::from_millis(10));
            }
        }
        // Left-overs in the temporary directory harm nobody.
        let _ = fs::remove_dir_all(&self.directory);
    }
}

#[derive(Debug)]
struct Post {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for Post {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, url::ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(self.body.to_string()))
    }
}
