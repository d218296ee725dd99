//! `cargo xtask tidy`: what a compiler does not check. Which crate imports which, which module of the client
//! imports which, how files open and how long they are, words and addresses that must not be there, and that
//! ARCHITECTURE.md speaks of what exists.

mod architecture;
mod crates;
mod modules;
mod text;

use std::{
    fmt::{self, Display},
    fs,
    process::Command,
};

use anyhow::{Context, Result, bail};

use crate::{process, workspace::Workspace};

/// A place that breaks a rule, and what to do about it.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Finding {
    path: String,
    /// From 1 on.
    line: usize,
    advice: String,
}

impl Finding {
    fn new(path: &str, line: usize, advice: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            line,
            advice: advice.into(),
        }
    }
}

impl Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.advice)
    }
}

/// A text file of the work tree.
#[derive(Debug)]
struct File {
    /// Relative to the root, with slashes.
    path: String,
    text: String,
}

/// Fails with all findings.
pub(crate) fn check(workspace: &Workspace) -> Result<()> {
    let files = files(workspace)?;
    let mut findings: Vec<Finding> = files.iter().flat_map(text::check).collect();
    findings.extend(modules::check(&files));
    findings.extend(architecture::check(&files));
    findings.extend(crates::check(workspace, &files)?);
    findings.sort();
    match findings.len() {
        0 => Ok(()),
        1 => bail!("{}", findings[0]),
        count => {
            let lines: Vec<String> = findings.iter().map(Finding::to_string).collect();
            bail!("{}\n{count} findings", lines.join("\n"))
        }
    }
}

/// Every text file that is in git, or would be with the next commit.
fn files(workspace: &Workspace) -> Result<Vec<File>> {
    let mut git = Command::new("git");
    git.current_dir(&workspace.root)
        .args(["ls-files", "--cached", "--others", "--exclude-standard"]);
    let list = process::capture(&mut git).context("tidy looks at what git knows; run it in a clone")?;
    let mut files = Vec::new();
    for path in list.lines() {
        let Ok(bytes) = fs::read(workspace.root.join(path)) else {
            // Removed, but not committed yet.
            continue;
        };
        if let Ok(text) = String::from_utf8(bytes) {
            files.push(File {
                path: path.to_owned(),
                text,
            });
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tree_is_tidy() -> Result<()> {
        let result = check(&Workspace::find()?);
        assert!(result.is_ok(), "{:#}", result.unwrap_err());
        Ok(())
    }
}
