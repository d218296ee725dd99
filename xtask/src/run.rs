//! `cargo xtask run`: from a fresh machine to a notebook in the browser.

use std::{
    env,
    io::{self, Write},
    process::{Command, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use anyhow::{Context, Result};

use crate::{
    bridge, process,
    progress::say,
    setup::{self, node::Node, python::SPARK},
    spark::{self, Spark},
    web,
    workspace::Workspace,
};

/// How often running servers are looked at.
const POLL: Duration = Duration::from_millis(200);
/// Compiles in half the time of `release`, and serves one person as fast.
const PROFILE: &str = "dev";

/// Builds and starts everything, and stays until one of it ends.
pub(crate) fn run(
    workspace: &Workspace,
    remote: Option<String>,
    port: Option<u16>,
    open: bool,
) -> Result<()> {
    let lock = workspace.lock()?;
    let claim = bridge::claim(workspace, port)?;
    let local = remote.is_none();
    let (spark, program) = both(
        {
            let workspace = workspace.clone();
            move || {
                local
                    .then(|| Spark::ensure(&workspace, SPARK)?.start(None))
                    .transpose()
            }
        },
        {
            let workspace = workspace.clone();
            move || {
                setup::wasm_target::ensure()?;
                web::build(&workspace, &Node::ensure(&workspace)?)?;
                bridge::build(&workspace, PROFILE)
            }
        },
    )?;
    drop(lock);

    let remote = match (&spark, remote) {
        (Some(spark), _) => spark.url.clone(),
        (None, remote) => remote.context("no Spark was started and none was named")?,
    };
    let bridge = bridge::Running::start(workspace, &program, &remote, claim, false)?;
    say(&format!(
        "The notebook is ready, on Spark at {remote}. Ctrl+C stops everything. Open:"
    ));
    writeln!(io::stdout(), "{}", bridge.url)?;
    if open {
        open_browser(&bridge.url);
    }
    stay(spark.as_ref(), &bridge)
}

/// Starts a local Spark of some version, prints its URL and stays until it ends.
pub(crate) fn spark(workspace: &Workspace, port: Option<u16>, version: &str) -> Result<()> {
    let lock = workspace.lock()?;
    let spark = Spark::ensure(workspace, version)?;
    drop(lock);
    let spark = spark.start(port)?;
    writeln!(io::stdout(), "{}", spark.url)?;
    loop {
        spark.check()?;
        thread::sleep(POLL);
    }
}

fn stay(spark: Option<&spark::Running>, bridge: &bridge::Running) -> Result<()> {
    loop {
        spark.map_or(Ok(()), spark::Running::check)?;
        bridge.check()?;
        thread::sleep(POLL);
    }
}

/// Runs two long jobs side by side, and fails as soon as one of them does.
pub(crate) fn both<A: Send + 'static, B: Send + 'static>(
    a: impl FnOnce() -> Result<A> + Send + 'static,
    b: impl FnOnce() -> Result<B> + Send + 'static,
) -> Result<(A, B)> {
    enum Done<A, B> {
        A(A),
        B(B),
    }
    let (sender, receiver) = mpsc::channel();
    let other = sender.clone();
    // A lost receiver means that the other job has failed.
    thread::spawn(move || sender.send(a().map(Done::A)));
    thread::spawn(move || other.send(b().map(Done::B)));
    let (mut first, mut second) = (None, None);
    loop {
        match receiver.recv().context("a job ended without a result")?? {
            Done::A(a) => first = Some(a),
            Done::B(b) => second = Some(b),
        }
        if let (Some(_), Some(_)) = (&first, &second) {
            return first.zip(second).context("a job ended without a result");
        }
    }
}

/// Shows the page, when there is a desktop to show it on.
fn open_browser(url: &str) {
    let desktop = env::var_os("DISPLAY").is_some() || env::var_os("WAYLAND_DISPLAY").is_some();
    let opener = match env::consts::OS {
        "macos" => process::find("open"),
        _ => process::find("xdg-open").filter(|_| desktop),
    };
    if let Some(opener) = opener {
        // The URL is printed anyway.
        let _ = Command::new(opener)
            .arg(url)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
    }
}

#[cfg(test)]
mod tests {
    use anyhow::bail;

    use super::*;

    #[test]
    fn two_jobs_give_two_results() -> Result<()> {
        assert_eq!(both(|| Ok(1), || Ok("two"))?, (1, "two"));
        Ok(())
    }

    #[test]
    fn a_failure_does_not_wait_for_the_other_job() {
        let (release, wait) = mpsc::channel::<()>();
        let error = both(move || Ok(wait.recv()), || -> Result<()> { bail!("no") }).unwrap_err();
        assert_eq!(error.to_string(), "no");
        drop(release);
    }
}
