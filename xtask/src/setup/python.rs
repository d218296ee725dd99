//! A virtual environment with PySpark, which carries Spark itself; and other programs that PyPI carries.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail, ensure};

use super::NETWORK;
use crate::{
    process,
    progress::Step,
    stamp::{Input, Stamp},
    workspace::Workspace,
};

/// The version of Spark that everything is built for, and of PySpark, which the tests compare with.
pub(crate) const SPARK: &str = "4.3.0";
/// Spark Connect's own Python client, and the server's jars. pandas 3 is not supported by it yet.
const PYSPARK: [&str; 2] = ["pyspark[connect]==4.3.0", "pandas<3"];
/// The oldest Python that PySpark runs on.
const OLDEST: (u32, u32) = (3, 11);

/// A Python with PySpark installed.
#[derive(Debug, Clone)]
pub(crate) struct Python {
    /// The interpreter of the virtual environment.
    pub(crate) program: PathBuf,
}

impl Python {
    /// Makes sure that the virtual environment is there, with PySpark in it.
    pub(crate) fn ensure(workspace: &Workspace) -> Result<Self> {
        let program = environment(workspace)?;
        let stamp = Stamp::new(workspace, "pyspark", &PYSPARK.map(Input::Text))?;
        if !stamp.is_current(&[&program]) {
            let step = Step::start("Install PySpark with Spark in it (half a gigabyte)");
            let mut pip = pip(&program);
            process::run_or(&step, pip.args(PYSPARK), NETWORK)?;
            stamp.write()?;
            step.done("");
        }
        Ok(Self { program })
    }

    /// The directory that Spark's scripts call `SPARK_HOME`, of some version of Spark: it is fetched unless it is the
    /// one that came with PySpark, or is there.
    pub(crate) fn spark_home(&self, workspace: &Workspace, version: &str) -> Result<PathBuf> {
        if version == SPARK {
            return self.own_spark_home();
        }
        let package = format!("pyspark=={version}");
        let home = install_apart(
            workspace,
            &format!("spark-{version}"),
            &package,
            &format!("Install Spark {version} (half a gigabyte)"),
        )?
        .join("pyspark");
        ensure!(
            home.join("jars").is_dir(),
            "{package} has no Spark in it; name a version of Spark from 4.0 on, as 4.0.1"
        );
        Ok(home)
    }

    fn own_spark_home(&self) -> Result<PathBuf> {
        let environment = self
            .program
            .parent()
            .and_then(Path::parent)
            .context("an interpreter without directory")?;
        let libraries = environment.join("lib");
        let versions =
            fs::read_dir(&libraries).with_context(|| format!("cannot read {}", libraries.display()))?;
        for version in versions {
            let home = version?.path().join("site-packages/pyspark");
            if home.join("jars").is_dir() {
                return Ok(home);
            }
        }
        bail!(
            "{} has no PySpark; remove {} and run this again",
            libraries.display(),
            environment.display()
        )
    }
}

/// Installs a package of PyPI into a directory of its own below `tools`, unless it is there; `purpose` is what the
/// person reads meanwhile.
pub(super) fn install_apart(
    workspace: &Workspace,
    name: &str,
    package: &str,
    purpose: &str,
) -> Result<PathBuf> {
    let directory = workspace.tools().join(name);
    let stamp = Stamp::new(workspace, name, &[Input::Text(package)])?;
    if !stamp.is_current(&[&directory]) {
        let program = environment(workspace)?;
        let step = Step::start(purpose);
        let mut pip = pip(&program);
        pip.arg("--upgrade").arg("--target").arg(&directory).arg(package);
        process::run_or(&step, &mut pip, NETWORK)?;
        stamp.write()?;
        step.done("");
    }
    Ok(directory)
}

fn pip(python: &Path) -> Command {
    let mut command = Command::new(python);
    command.args([
        "-m",
        "pip",
        "install",
        "--no-input",
        "--disable-pip-version-check",
        "--prefer-binary",
    ]);
    command
}

/// Creates the virtual environment unless it is there, and returns its interpreter. Several threads may ask.
fn environment(workspace: &Workspace) -> Result<PathBuf> {
    static ONE_AT_A_TIME: std::sync::Mutex<()> = std::sync::Mutex::new(());
    let _guard = ONE_AT_A_TIME.lock();
    let directory = workspace.tools().join("python");
    let program = directory.join("bin/python");
    if process::capture(Command::new(&program).args(["-m", "pip", "--version"])).is_ok() {
        return Ok(program);
    }
    let python = process::find("python3").with_context(|| {
        format!(
            "no `python3` on the path; install Python {}.{} or later",
            OLDEST.0, OLDEST.1
        )
    })?;
    let version = process::capture(Command::new(&python).arg("--version"))?;
    ensure!(
        parse(&version).is_some_and(|version| version >= OLDEST),
        "{} is {}, but PySpark needs Python {}.{} or later; put a newer `python3` on the path",
        python.display(),
        version.trim(),
        OLDEST.0,
        OLDEST.1
    );
    let step = Step::start("Create a virtual environment for Python");
    process::run_or(
        &step,
        Command::new(&python)
            .args(["-m", "venv", "--clear"])
            .arg(&directory),
        "On Debian and Ubuntu virtual environments are a package of their own: apt-get install python3-venv",
    )?;
    step.done("");
    Ok(program)
}

/// Major and minor version in `Python 3.11.7`.
fn parse(version: &str) -> Option<(u32, u32)> {
    let mut numbers = version.trim().strip_prefix("Python ")?.split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions() {
        assert_eq!(parse("Python 3.11.7\n"), Some((3, 11)));
        assert_eq!(parse("Python 3.15.0a1"), Some((3, 15)));
        assert_eq!(parse("pypy"), None);
        assert!((3, 9) < OLDEST && (4, 0) > OLDEST);
    }
}
