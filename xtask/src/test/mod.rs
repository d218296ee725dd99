//! `cargo xtask test`: checks of the sources, unit tests, and end-to-end tests before a real Spark and a real
//! bridge. One line per suite at the end, then the sum.

mod cargo_tests;
mod report;

use std::{
    env,
    ffi::OsString,
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    thread::{self, JoinHandle},
    time::Instant,
};

use anyhow::{Context, Result, anyhow};

use self::{
    cargo_tests::{Executable, TestsOf},
    report::Report,
};
use crate::{
    bridge, docstrings, process,
    progress::{Step, say},
    setup::{
        browser::Browser,
        node::Node,
        python::SPARK,
        wasm_target::{self, TARGET},
    },
    spark::Spark,
    tidy, web,
    workspace::{Workspace, cargo},
};

/// Crates that browsers run, which clippy sees a second time, as they are compiled for them.
const WASM_PACKAGES: [&str; 8] = [
    "spark-connect-client",
    "spark-connect-javascript",
    "result-table",
    "engine-api",
    "spark-connect-engine",
    "spark-widgets",
    "spark-notebook",
    "e2e-tonic-web",
];
/// What the report calls the examples of PySpark's docstrings.
const DOCSTRINGS: &str = "docstrings";
/// The package of the end-to-end tests.
const END_TO_END: &str = "e2e";

/// Runs the suites whose names contain `filter`; where none does, the tests whose names contain it.
/// The end-to-end tests meet this version of Spark.
pub(crate) fn test(workspace: &Workspace, filter: Option<&str>, version: &str) -> Result<ExitCode> {
    let mut reports = Vec::new();
    if let Err(error) = run(workspace, filter, version, &mut reports) {
        say(&format!("error: {error:#}"));
        reports.push(Report::failure("set-up"));
    }
    let mut output = io::stdout();
    for report in &reports {
        writeln!(output, "{report}")?;
    }
    let sum = report::Sum::of(&reports);
    writeln!(output, "{sum}")?;
    Ok(if sum.is_success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn run(workspace: &Workspace, filter: Option<&str>, version: &str, reports: &mut Vec<Report>) -> Result<()> {
    let lock = workspace.lock()?;
    // Downloads and the sample data take minutes; without a filter they are needed for sure.
    let early = filter.is_none().then(|| Servers::prepare(workspace, version));
    wasm_target::ensure()?;
    let checks: Vec<&Check> = CHECKS
        .iter()
        .filter(|check| matches(check.name, filter))
        .collect();
    for check in &checks {
        reports.push(check.run(workspace));
    }

    let docstrings = matches(DOCSTRINGS, filter);
    let executables = cargo_tests::compile(workspace)?;
    let by_suite = executables
        .iter()
        .any(|executable| matches(&executable.suite, filter));
    let (selected, names): (Vec<&Executable>, _) = match filter {
        Some(filter) if by_suite => (
            executables.iter().filter(|e| e.suite.contains(filter)).collect(),
            None,
        ),
        Some(_) if docstrings || !checks.is_empty() => (Vec::new(), None),
        filter => (executables.iter().collect(), filter),
    };
    let (end_to_end, units): (Vec<_>, Vec<_>) = selected.into_iter().partition(|e| e.package == END_TO_END);
    for unit in units {
        reports.extend(unit.run(&TestsOf {
            names,
            ..TestsOf::default()
        })?);
    }
    if filter.is_none() {
        reports.extend(cargo_tests::documentation(workspace)?);
    }
    if end_to_end.is_empty() && !docstrings {
        return Ok(());
    }

    say(&web::build(workspace, &Node::ensure(workspace)?)?);
    let others = web::build_others(workspace)?;
    let program = cargo_tests::compile_programs(workspace)?;
    let servers = early
        .unwrap_or_else(|| Servers::prepare(workspace, version))
        .wait()?;
    drop(lock);
    let spark = servers.spark.start(None)?;
    let bridge = bridge::Running::start(
        workspace,
        &program,
        &spark.url,
        bridge::claim(workspace, None)?,
        true,
    )?;
    let mut variables = servers.variables(&spark.url, &bridge.url, program.clone())?;
    variables.push(("E2E_TONIC_WEB", others.into()));
    for executable in end_to_end {
        reports.extend(executable.run(&TestsOf {
            names,
            variables: &variables,
            shown: true,
        })?);
        // What stopped the shared servers would be the cause of every later failure.
        spark.check()?;
        bridge.check()?;
    }
    if docstrings && version == SPARK {
        drop((bridge, spark));
        reports.push(run_docstrings(workspace, &servers.spark, &program)?);
    }
    Ok(())
}

/// The examples of PySpark's docstrings, which are those of its newest version.
fn run_docstrings(workspace: &Workspace, spark: &Spark, bridge: &Path) -> Result<Report> {
    let begin = Instant::now();
    let outcome = docstrings::run(workspace, spark, &command_line(bridge), false)?;
    if outcome.failed > 0 {
        say(&outcome.lines.join("\n"));
    }
    Ok(Report {
        name: DOCSTRINGS.to_owned(),
        passed: outcome.passed,
        failed: outcome.failed,
        elapsed: begin.elapsed(),
    })
}

/// The command line, beside the bridge.
fn command_line(bridge: &Path) -> PathBuf {
    bridge.with_file_name(format!("spark-connect{}", env::consts::EXE_SUFFIX))
}

fn matches(name: &str, filter: Option<&str>) -> bool {
    filter.is_none_or(|filter| name.contains(filter))
}

/// A check of the sources, which passes or fails as a whole.
struct Check {
    name: &'static str,
    action: fn(&Workspace, &Step) -> Result<()>,
}

const CHECKS: [Check; 4] = [
    Check {
        name: "format",
        action: format,
    },
    Check {
        name: "tidy",
        action: |workspace, _| tidy::check(workspace),
    },
    Check {
        name: "clippy",
        action: clippy,
    },
    Check {
        name: "clippy wasm32",
        action: clippy_wasm,
    },
];

impl Check {
    fn run(&self, workspace: &Workspace) -> Report {
        let begin = Instant::now();
        let step = Step::start(format!("Check: {}", self.name));
        let result = (self.action)(workspace, &step);
        let (passed, failed) = match &result {
            Ok(()) => (1, 0),
            Err(_) => (0, 1),
        };
        match result {
            Ok(()) => step.done(""),
            Err(error) => {
                step.failed("");
                say(&format!("{error:#}"));
            }
        }
        Report {
            name: self.name.to_owned(),
            passed,
            failed,
            elapsed: begin.elapsed(),
        }
    }
}

fn format(workspace: &Workspace, step: &Step) -> Result<()> {
    let mut command = cargo();
    command
        .current_dir(&workspace.root)
        .args(["fmt", "--all", "--check"]);
    process::run_or(step, &mut command, "Run `cargo fmt --all`.")
}

fn clippy(workspace: &Workspace, step: &Step) -> Result<()> {
    let mut command = cargo();
    command
        .current_dir(&workspace.root)
        .args(["clippy", "--locked", "--workspace", "--all-targets"]);
    process::run(step, command.args(["--", "--deny", "warnings"]))
}

fn clippy_wasm(workspace: &Workspace, step: &Step) -> Result<()> {
    let mut command = cargo();
    command
        .current_dir(&workspace.root)
        .args(["clippy", "--locked", "--target", TARGET]);
    for package in WASM_PACKAGES {
        command.args(["--package", package]);
    }
    process::run(step, command.args(["--", "--deny", "warnings"]))?;
    // The page's own engine has no PySpark cells.
    let mut command = cargo();
    command
        .current_dir(&workspace.root)
        .args(["clippy", "--locked", "--target", TARGET]);
    command.args(["--package", "spark-connect-engine", "--no-default-features"]);
    process::run(step, command.args(["--", "--deny", "warnings"]))
}

/// What the end-to-end tests run against, being prepared or ready to start.
struct Servers {
    spark: Spark,
    browser: Browser,
    node: PathBuf,
}

struct Preparation(JoinHandle<Result<Servers>>);

impl Servers {
    /// Sets up Spark, the samples and a browser beside what else happens.
    fn prepare(workspace: &Workspace, version: &str) -> Preparation {
        let (workspace, version) = (workspace.clone(), version.to_owned());
        Preparation(thread::spawn(move || {
            let browser = Browser::ensure()?;
            let spark = Spark::ensure(&workspace, &version)?;
            let node = Node::ensure_for_tests(&workspace)?.program;
            Ok(Servers { spark, browser, node })
        }))
    }

    /// What the end-to-end tests are told; see `environment` in their sources.
    fn variables(
        &self,
        spark: &str,
        bridge: &str,
        program: PathBuf,
    ) -> Result<Vec<(&'static str, OsString)>> {
        Ok(vec![
            ("SPARK_REMOTE", spark.into()),
            ("BRIDGE_URL", bridge.into()),
            ("E2E_SPARK_VERSION", self.spark.version.clone().into()),
            ("E2E_PYTHON", self.spark.python().into()),
            ("E2E_CHROMIUM", self.browser.program.clone().into()),
            ("E2E_CHROMEDRIVER", self.browser.driver.clone().into()),
            (
                "E2E_XTASK",
                env::current_exe().context("cannot find xtask itself")?.into(),
            ),
            ("E2E_CLI", command_line(&program).into()),
            ("E2E_BRIDGE", program.into()),
            ("E2E_NODE", self.node.clone().into()),
        ])
    }
}

impl Preparation {
    fn wait(self) -> Result<Servers> {
        self.0
            .join()
            .unwrap_or_else(|_| Err(anyhow!("the set-up ended early")))
    }
}
