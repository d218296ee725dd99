//! What `cargo xtask test` tells the tests through environment variables.

use std::{env, time::Duration};

use anyhow::{Context, Result, bail};
use uuid::Uuid;

/// The connection string of the shared Spark, which holds the sample data. Must not be stopped.
pub fn spark_remote() -> Result<String> {
    variable("SPARK_REMOTE")
}

/// The address of the shared bridge before that Spark, `http://127.0.0.1:PORT`.
pub fn bridge_url() -> Result<String> {
    let url = variable("BRIDGE_URL")?;
    Ok(url.trim_end_matches('/').to_owned())
}

/// The version of the shared Spark, and of each that a test starts, as `4.3.0`.
pub fn spark_version() -> Result<String> {
    variable("E2E_SPARK_VERSION")
}

/// Whether those Sparks are of this version, as `(4, 2)`, or newer.
pub fn spark_is_at_least(version: (u32, u32)) -> Result<bool> {
    let text = spark_version()?;
    let mut numbers = text.split('.').map(str::parse);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => Ok((major, minor) >= version),
        _ => bail!("{text} is not a version of Spark"),
    }
}

/// A Python that has PySpark.
pub fn python() -> Result<String> {
    variable("E2E_PYTHON")
}

/// The program that starts a Spark of one's own.
pub fn xtask() -> Result<String> {
    variable("E2E_XTASK")
}

/// The bridge's program.
pub fn bridge() -> Result<String> {
    variable("E2E_BRIDGE")
}

/// The command line's program.
pub fn cli() -> Result<String> {
    variable("E2E_CLI")
}

/// Node's program, for the packages of `app/js` and `tests/js`.
pub fn node() -> Result<String> {
    variable("E2E_NODE")
}

/// Where the module of `tests/tonic-web` and its JavaScript are.
pub fn tonic_web() -> Result<String> {
    variable("E2E_TONIC_WEB")
}

/// Chromium's program.
pub fn chromium() -> Result<String> {
    variable("E2E_CHROMIUM")
}

/// Chromium's WebDriver.
pub fn chromedriver() -> Result<String> {
    variable("E2E_CHROMEDRIVER")
}

/// What random faults are planned from: `E2E_SEED` if it is set, to repeat a run, otherwise another number each time.
pub fn seed() -> Result<u64> {
    match env::var("E2E_SEED") {
        Ok(seed) => seed
            .parse()
            .with_context(|| format!("E2E_SEED is no number: {seed}")),
        Err(_) => Ok(Uuid::new_v4().as_u64_pair().0),
    }
}

/// How long the query lasts that outlasts the server's streams: `E2E_LONG_SECONDS` if it is set, for a run with Spark's
/// own two minutes a stream (300 makes three of them); otherwise the run is short, and so are the streams.
pub fn long_query() -> Result<Option<Duration>> {
    match env::var("E2E_LONG_SECONDS") {
        Ok(seconds) => {
            let seconds = seconds.parse();
            let seconds = seconds.context("E2E_LONG_SECONDS is no number of seconds")?;
            Ok(Some(Duration::from_secs(seconds)))
        }
        Err(_) => Ok(None),
    }
}

/// A missing variable is a failure, never a reason to skip a test.
fn variable(name: &str) -> Result<String> {
    env::var(name)
        .with_context(|| format!("{name} is not set: run cargo xtask test, which starts what the tests need"))
}
