//! The bridge: built, and run before a Spark Connect server.

use std::{
    env, fs,
    net::{Ipv4Addr, TcpStream},
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::Duration,
};

use anyhow::{Context, Result};

use crate::{
    port, process,
    progress::Step,
    server::Server,
    workspace::{Workspace, cargo},
};

/// Where the notebook is expected unless the person says otherwise.
const PORT: u16 = 8080;
const PACKAGE: &str = "spark-connect-bridge";
const POLL: Duration = Duration::from_millis(20);

/// Compiles the bridge as `profile` says, and returns its path.
pub(crate) fn build(workspace: &Workspace, profile: &str) -> Result<PathBuf> {
    let step = Step::start("Compile the bridge");
    let mut command = cargo();
    command.current_dir(&workspace.root).args([
        "build",
        "--locked",
        "--package",
        PACKAGE,
        "--profile",
        profile,
    ]);
    process::run(&step, &mut command)?;
    step.done("");
    Ok(program(workspace, profile))
}

/// Where Cargo puts the bridge.
pub(crate) fn program(workspace: &Workspace, profile: &str) -> PathBuf {
    let directory = if profile == "dev" { "debug" } else { profile };
    workspace
        .target
        .join(directory)
        .join(format!("{PACKAGE}{}", env::consts::EXE_SUFFIX))
}

/// Claims `port` for a bridge, by default the first free one from 8080 on.
pub(crate) fn claim(workspace: &Workspace, port: Option<u16>) -> Result<port::Claim> {
    port::claim(&logs(workspace), PORT, port)
}

fn logs(workspace: &Workspace) -> PathBuf {
    workspace.target.join("bridge")
}

/// A bridge that answers. It ends when this value is dropped.
#[derive(Debug)]
pub(crate) struct Running {
    server: Server,
    /// `http://127.0.0.1:PORT`, and behind it what a browser needs to be let in.
    pub(crate) url: String,
    /// Keeps the port ours.
    _claim: port::Claim,
}

impl Running {
    /// Starts a bridge on a claimed port, and waits until it answers. `open`: whether it answers everyone on this
    /// machine, not only those who know its token.
    pub(crate) fn start(
        workspace: &Workspace,
        program: &Path,
        spark: &str,
        claim: port::Claim,
        open: bool,
    ) -> Result<Self> {
        let step = Step::start("Start the bridge");
        let address = (Ipv4Addr::LOCALHOST, claim.port);
        let mut command = Command::new(program);
        command
            .args(["--spark", spark, "--listen"])
            .arg(format!("{}:{}", address.0, address.1));
        if open {
            command.args(["--set", "identity.startup_token=false"]);
        }
        let log = logs(workspace).join(format!("{}.log", claim.port));
        let server = Server::start("the bridge", &command, &log)?;
        let url = loop {
            match printed(&log)? {
                Some(url) if TcpStream::connect(address).is_ok() => break url,
                _ => server.check()?,
            }
            thread::sleep(POLL);
        };
        let url = url.trim_end_matches('/').to_owned();
        step.done(&url);
        Ok(Self {
            server,
            url,
            _claim: claim,
        })
    }

    /// Fails when the bridge has ended.
    pub(crate) fn check(&self) -> Result<()> {
        self.server.check()
    }
}

/// The address that a bridge prints when it listens.
fn printed(log: &Path) -> Result<Option<String>> {
    let text = fs::read_to_string(log).with_context(|| format!("cannot read {}", log.display()))?;
    let address = text.split_whitespace().find(|word| word.starts_with("http://"));
    Ok(address.map(str::to_owned))
}
