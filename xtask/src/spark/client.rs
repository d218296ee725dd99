//! The Python script that waits for a server and makes the samples known to it.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use anyhow::{Context, Result, bail};

use crate::{process, progress::Step, server::Server};

/// What the script prints when the server can be used.
const READY: &str = "ready";
const POLL: Duration = Duration::from_millis(20);

/// A running script. It ends when this value is dropped.
#[derive(Debug)]
pub(super) struct Client {
    process: Child,
    log: PathBuf,
}

impl Client {
    /// Starts the script; its output goes to the file `log`.
    pub(super) fn start(command: &mut Command, log: &Path) -> Result<Self> {
        let output = File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
        let process = command
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            .spawn()
            .with_context(|| format!("cannot start `{}`", process::shown(command)))?;
        Ok(Self {
            process,
            log: log.to_path_buf(),
        })
    }

    /// Waits until the script says that the server can be used; its other lines are shown as progress.
    pub(super) fn wait(&mut self, step: &Step, server: &Server) -> Result<()> {
        loop {
            let ended = self.process.try_wait()?;
            let output = fs::read_to_string(&self.log).unwrap_or_default();
            match output.lines().last() {
                _ if output.lines().any(|line| line == READY) => return Ok(()),
                Some(line) => step.detail(line),
                None => (),
            }
            server.check()?;
            if ended.is_some() {
                bail!(
                    "Spark answers, but the samples cannot be made known to it:\n{}",
                    output.trim_end()
                );
            }
            thread::sleep(POLL);
        }
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // Errors mean that it has ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
