//! Where things are: the work tree, the target directory, and what Cargo's lock file says.

use std::{
    env,
    fs::{self, File},
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::{process, progress::Step};

/// The work tree and the directory that builds go to.
#[derive(Debug, Clone)]
pub(crate) struct Workspace {
    /// The directory of the root `Cargo.toml`.
    pub(crate) root: PathBuf,
    /// Cargo's target directory: `CARGO_TARGET_DIR`, Cargo's configuration, or `target` of the work tree.
    pub(crate) target: PathBuf,
}

impl Workspace {
    /// The work tree that this program was built from.
    pub(crate) fn find() -> Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .context("xtask has no directory above it")?
            .to_path_buf();
        let mut command = cargo();
        command
            .current_dir(&root)
            .args(["metadata", "--format-version=1", "--no-deps"]);
        let metadata: Value = serde_json::from_str(&process::capture(&mut command)?)
            .context("`cargo metadata` did not print JSON")?;
        let target = metadata["target_directory"]
            .as_str()
            .context("`cargo metadata` names no target directory")?;
        Ok(Self {
            target: PathBuf::from(target),
            root,
        })
    }

    /// The static files of the page, as the bridge embeds them.
    pub(crate) fn web_root(&self) -> PathBuf {
        self.root.join("target/web-root")
    }

    /// Waits until no other command sets up or builds, and keeps others waiting as long as the result lives.
    pub(crate) fn lock(&self) -> Result<File> {
        let path = self.target.join("xtask.lock");
        let context = || format!("cannot lock {}", path.display());
        fs::create_dir_all(&self.target).with_context(context)?;
        let file = File::create(&path).with_context(context)?;
        if file.try_lock().is_err() {
            let step = Step::start("Wait for another cargo xtask to finish building");
            file.lock().with_context(context)?;
            step.done("");
        }
        Ok(file)
    }

    /// Downloaded tools: the Python environment, and Java and Node where the machine has none.
    pub(crate) fn tools(&self) -> PathBuf {
        self.target.join("tools")
    }

    /// The directory of the JavaScript sources and of `node_modules`.
    pub(crate) fn javascript(&self) -> PathBuf {
        self.root.join("app/js")
    }

    /// The version that `Cargo.lock` holds for `package`.
    pub(crate) fn locked_version(&self, package: &str) -> Result<String> {
        let path = self.root.join("Cargo.lock");
        let lock = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        match locked_versions(&lock, package).as_slice() {
            [version] => Ok((*version).to_owned()),
            [] => bail!(
                "Cargo.lock holds no package {package}; run `cargo check -p {package}` and look at its error"
            ),
            several => {
                bail!(
                    "Cargo.lock holds {package} more than once ({}); one of them must go",
                    several.join(", ")
                )
            }
        }
    }
}

/// The `cargo` that runs us, else the one on the path.
pub(crate) fn cargo() -> Command {
    Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

fn locked_versions<'a>(lock: &'a str, package: &str) -> Vec<&'a str> {
    let value = |line: &'a str, key: &str| {
        line.strip_prefix(key)
            .and_then(|rest| rest.strip_prefix(" = \""))
            .and_then(|rest| rest.strip_suffix('"'))
    };
    let mut lines = lock.lines();
    let mut versions = Vec::new();
    while let Some(line) = lines.next() {
        if value(line, "name") == Some(package) {
            versions.extend(lines.next().and_then(|line| value(line, "version")));
        }
    }
    versions
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locked_versions_are_read_by_whole_name() {
        let lock = "[[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.1\"\n\n\
                    [[package]]\nname = \"wasm-bindgen-macro\"\nversion = \"0.2.9\"\n\n\
                    [[package]]\nname = \"syn\"\nversion = \"2.0.0\"\n\n\
                    [[package]]\nname = \"syn\"\nversion = \"3.0.0\"\n";
        assert_eq!(locked_versions(lock, "wasm-bindgen"), ["0.2.1"]);
        assert_eq!(locked_versions(lock, "syn"), ["2.0.0", "3.0.0"]);
        assert!(locked_versions(lock, "bindgen").is_empty());
    }
}
