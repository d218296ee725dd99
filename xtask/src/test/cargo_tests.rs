//! Test programs: compiled by Cargo, in one go so that few crates are compiled twice, and run one by one.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use anyhow::{Result, bail};
use serde_json::Value;

use super::report::{Report, counts};
use crate::{
    process,
    progress::{Step, say},
    workspace::{Workspace, cargo},
};

/// The packages of a run of Cargo. `cargo xtask` has compiled xtask with the features that it alone needs, and
/// would do so again after it was compiled with those of all the others.
const GROUPS: [&[&str]; 2] = [&["--workspace", "--exclude", "xtask"], &["--package", "xtask"]];

/// A compiled test program.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Executable {
    /// What the report calls it: the package, and the test file if it is not the package's own sources.
    pub(super) suite: String,
    pub(super) package: String,
    program: PathBuf,
    /// Where tests expect to be started.
    directory: PathBuf,
}

/// Which tests run, and how.
#[derive(Debug, Default)]
pub(super) struct TestsOf<'a> {
    /// Only tests whose names contain this.
    pub(super) names: Option<&'a str>,
    pub(super) variables: &'a [(&'static str, OsString)],
    /// Show what succeeding tests print: they measure.
    pub(super) shown: bool,
}

/// Compiles all test programs.
pub(super) fn compile(workspace: &Workspace) -> Result<Vec<Executable>> {
    let step = Step::start("Compile the tests");
    let mut executables = Vec::new();
    for group in GROUPS {
        let mut command = cargo();
        command
            .current_dir(&workspace.root)
            .args(["test", "--locked", "--no-run", "--message-format=json"]);
        let (success, lines) = process::observe(command.args(group), |line| {
            if !line.starts_with('{') {
                step.detail(line.trim_start());
            }
        })?;
        let messages: Vec<Value> = lines
            .iter()
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect();
        if !success {
            bail!("the tests do not compile:\n{}", errors(&messages, &lines));
        }
        executables.extend(messages.iter().filter_map(executable));
    }
    step.done("");
    Ok(executables)
}

/// Compiles the programs with the features that the tests were compiled with, and returns the path of the bridge. The
/// command line is beside it.
pub(super) fn compile_programs(workspace: &Workspace) -> Result<PathBuf> {
    let step = Step::start("Compile the programs");
    let mut command = cargo();
    command
        .current_dir(&workspace.root)
        .args(["build", "--locked", "--bins"])
        .args(GROUPS[0]);
    process::run(&step, &mut command)?;
    step.done("");
    Ok(crate::bridge::program(workspace, "dev"))
}

/// Runs the examples in the documentation.
pub(super) fn documentation(workspace: &Workspace) -> Result<Option<Report>> {
    let mut command = cargo();
    command
        .current_dir(&workspace.root)
        .args(["test", "--locked", "--doc"])
        .args(GROUPS[0]);
    observe("documentation", &mut command, false)
}

impl Executable {
    /// Runs the tests. None when there are none of the wanted names.
    pub(super) fn run(&self, tests: &TestsOf<'_>) -> Result<Option<Report>> {
        let mut command = Command::new(&self.program);
        command
            .current_dir(&self.directory)
            .env("CARGO_MANIFEST_DIR", &self.directory)
            // An error's text says what failed; where it was made is forty lines of the harness.
            .env("RUST_LIB_BACKTRACE", "0")
            .envs(tests.variables.iter().map(|(name, value)| (name, value)))
            .args(tests.names);
        if tests.shown {
            command.arg("--show-output");
        }
        observe(&self.suite, &mut command, tests.shown)
    }
}

fn observe(suite: &str, command: &mut Command, shown: bool) -> Result<Option<Report>> {
    let begin = Instant::now();
    let step = Step::start(format!("Test: {suite}"));
    let (success, lines) = process::observe(command, |line| step.detail(line))?;
    let (passed, failed) = counts(&lines, success);
    if failed > 0 || shown {
        let told = lines
            .iter()
            .filter(|line| !(line.starts_with("test ") && line.ends_with(" ... ok")));
        say(&told.map(String::as_str).collect::<Vec<_>>().join("\n"));
    }
    let note = format!("{passed} passed, {failed} failed");
    if failed > 0 {
        step.failed(&note)
    } else {
        step.done(&note)
    }
    let report = Report {
        name: suite.to_owned(),
        passed,
        failed,
        elapsed: begin.elapsed(),
    };
    Ok((passed + failed > 0).then_some(report))
}

/// The test program that a message of Cargo speaks of, if it does.
fn executable(message: &Value) -> Option<Executable> {
    if message["reason"] != "compiler-artifact" || message["profile"]["test"] != true {
        return None;
    }
    let program = PathBuf::from(message["executable"].as_str()?);
    let directory = Path::new(message["manifest_path"].as_str()?)
        .parent()?
        .to_path_buf();
    let package = package(message["package_id"].as_str()?)?.to_owned();
    let target = &message["target"];
    let name = target["name"].as_str()?;
    let suite = match target["kind"][0].as_str()? {
        "test" => format!("{package} {name}"),
        "bin" if name == package && directory.join("src/lib.rs").is_file() => format!("{package} main"),
        _ => package.clone(),
    };
    Some(Executable {
        suite,
        package,
        program,
        directory,
    })
}

/// The name in `path+file:///tree/tests#e2e@0.1.0`, or in `path+file:///tree/xtask#0.1.0`.
fn package(id: &str) -> Option<&str> {
    let (place, version) = id.rsplit_once('#')?;
    match version.split_once('@') {
        Some((name, _)) => Some(name),
        None => place.rsplit('/').next(),
    }
}

/// The compiler's errors; else what Cargo said itself.
fn errors(messages: &[Value], lines: &[String]) -> String {
    let rendered: Vec<&str> = messages
        .iter()
        .filter(|message| message["message"]["level"] == "error")
        .filter_map(|message| message["message"]["rendered"].as_str())
        .collect();
    if rendered.is_empty() {
        lines
            .iter()
            .filter(|line| !line.starts_with('{'))
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join("\n")
    } else {
        rendered.join("\n")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn artifact(id: &str, kind: &str, name: &str, test: bool) -> Value {
        json!({
            "reason": "compiler-artifact",
            "package_id": id,
            "manifest_path": "/tree/tests/Cargo.toml",
            "target": {"kind": [kind], "name": name},
            "profile": {"test": test},
            "executable": "/tree/target/debug/deps/wire-1",
        })
    }

    #[test]
    fn test_programs_are_recognised() {
        let wire = executable(&artifact(
            "path+file:///tree/tests#e2e@0.1.0",
            "test",
            "wire",
            true,
        ));
        assert_eq!(
            wire,
            Some(Executable {
                suite: "e2e wire".into(),
                package: "e2e".into(),
                program: "/tree/target/debug/deps/wire-1".into(),
                directory: "/tree/tests".into(),
            })
        );
        let unit = executable(&artifact("path+file:///tree/xtask#0.1.0", "bin", "xtask", true));
        assert_eq!(unit.map(|unit| unit.suite), Some("xtask".into()));
        assert_eq!(
            executable(&artifact("path+file:///tree/xtask#0.1.0", "bin", "xtask", false)),
            None
        );
        assert_eq!(
            executable(&json!({"reason": "build-finished", "success": true})),
            None
        );
    }

    #[test]
    fn the_compilers_errors_come_first() {
        let message = json!({"message": {"level": "error", "rendered": "error[E0308]: no"}});
        let lines = ["{}".to_owned(), "error: could not compile".to_owned()];
        assert_eq!(errors(&[message], &lines), "error[E0308]: no");
        assert_eq!(errors(&[], &lines), "error: could not compile");
    }
}
