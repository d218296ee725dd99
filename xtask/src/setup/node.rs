//! Node, which runs esbuild and wasm-opt, and the packages of `app/js`.

use std::{path::PathBuf, process::Command};

use anyhow::{Context, Result, ensure};

use crate::{
    process,
    progress::Step,
    stamp::{Input, Stamp},
    workspace::Workspace,
};

/// The oldest major version that the tools run on.
const OLDEST: u32 = 20;

/// A Node with its packages installed.
#[derive(Debug)]
pub(crate) struct Node {
    /// The `node` executable.
    pub(crate) program: PathBuf,
}

impl Node {
    /// Finds Node and installs the packages of `app/js`.
    pub(crate) fn ensure(workspace: &Workspace) -> Result<Self> {
        let program = process::find("node")
            .with_context(|| format!("no `node` on the path; install Node {OLDEST} or later"))?;
        let version = process::capture(Command::new(&program).arg("--version"))?;
        ensure!(
            major(&version).is_some_and(|major| major >= OLDEST),
            "Node {} is too old; install {OLDEST} or later",
            version.trim()
        );
        let node = Self { program };
        node.install(workspace)?;
        Ok(node)
    }

    fn install(&self, workspace: &Workspace) -> Result<()> {
        let directory = workspace.javascript();
        let lock = directory.join("package-lock.json");
        let modules = directory.join("node_modules");
        let stamp = Stamp::new(workspace, "npm", &[Input::Path(&lock)])?;
        if stamp.is_current(&[&modules]) {
            return Ok(());
        }
        let step = Step::start("Install the JavaScript packages");
        process::run(
            &step,
            Command::new("npm")
                .current_dir(&directory)
                .args(["ci", "--ignore-scripts"]),
        )
        .context("the packages come from npm's registry; check the network, then try again")?;
        stamp.write()?;
        step.done("");
        Ok(())
    }
}

/// The major version in `v20.11.0`.
fn major(version: &str) -> Option<u32> {
    version.trim().strip_prefix('v')?.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn major_versions() {
        assert_eq!(major("v20.20.2\n"), Some(20));
        assert_eq!(major("20"), None);
    }
}
