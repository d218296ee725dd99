//! `cargo xtask conformance docstrings`: whether the examples in PySpark's own docstrings print in cells what they say.
//! The comparing is done by `conformance/docstrings.py`.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Result, ensure};

use crate::{
    process,
    progress::{Step, say},
    setup::python::SPARK,
    spark::{Manner, Spark},
    workspace::{Workspace, cargo},
};

const PACKAGE: &str = "spark-connect-cli";
/// The command line.
const PROGRAM: &str = "spark-connect";

/// Sets up what is needed and prints what came of it; with `write` the table goes into docs/pyspark.md.
pub(crate) fn compare(workspace: &Workspace, write: bool) -> Result<()> {
    let lock = workspace.lock()?;
    let program = build(workspace)?;
    let spark = Spark::ensure(workspace, SPARK)?;
    drop(lock);
    let outcome = run(workspace, &spark, &program, write)?;
    say(&outcome.lines.join("\n"));
    ensure!(
        outcome.failed == 0,
        "PySpark's docstrings do not fare as expected"
    );
    Ok(())
}

/// Compiles the command line, and returns its path.
fn build(workspace: &Workspace) -> Result<PathBuf> {
    let step = Step::start("Compile the command line");
    let mut command = cargo();
    command
        .current_dir(&workspace.root)
        .args(["build", "--locked", "--package", PACKAGE]);
    process::run(&step, &mut command)?;
    step.done("");
    let directory = workspace.target.join("debug");
    Ok(directory.join(format!("{PROGRAM}{}", env::consts::EXE_SUFFIX)))
}

/// What came of the docstrings.
pub(crate) struct Outcome {
    /// Examples that print what the docstring says.
    pub(crate) passed: usize,
    /// Whatever is not as expected.
    pub(crate) failed: usize,
    /// What was said of them.
    pub(crate) lines: Vec<String>,
}

/// Runs the examples through the command line, before a Spark that is started for them.
pub(crate) fn run(workspace: &Workspace, spark: &Spark, program: &Path, write: bool) -> Result<Outcome> {
    let running = spark.start_in(None, Manner::Doctests)?;
    let step = Step::start("Run the examples of PySpark's docstrings");
    let mut command = Command::new(spark.python());
    command
        .arg(workspace.root.join("xtask/conformance/docstrings.py"))
        .arg(program)
        .arg(&running.url)
        .arg("--documentation")
        .arg(workspace.root.join("docs/pyspark.md"));
    if write {
        command.arg("--write");
    }
    let (success, lines) = process::observe(&mut command, |line| step.detail(line))?;
    running.check()?;
    let sums = lines.last().and_then(|line| sums(line));
    let (passed, total, surprises) = sums.unwrap_or_default();
    let failed = if success { surprises } else { surprises.max(1) };
    match failed {
        0 => step.done(&format!("{passed} of {total}")),
        _ => step.failed(&format!("{passed} of {total}")),
    }
    Ok(Outcome {
        passed,
        failed,
        lines,
    })
}

/// The numbers in `examples 90/100, surprises 0`.
fn sums(line: &str) -> Option<(usize, usize, usize)> {
    let (examples, surprises) = line.strip_prefix("examples ")?.split_once(", surprises ")?;
    let (passed, total) = examples.split_once('/')?;
    Some((passed.parse().ok()?, total.parse().ok()?, surprises.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_read() {
        assert_eq!(sums("examples 90/100, surprises 2"), Some((90, 100, 2)));
        assert_eq!(sums("examples 90"), None);
        assert_eq!(sums("Traceback"), None);
    }
}
