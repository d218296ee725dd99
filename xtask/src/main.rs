//! `cargo xtask`: every development command. Each command sets up what it needs, so a fresh machine needs Rust
//! and Python 3 only.

mod bridge;
mod conformance;
mod dist;
mod docstrings;
mod port;
mod process;
mod progress;
mod run;
#[cfg(test)]
mod scratch;
mod server;
mod setup;
mod spark;
mod stamp;
mod test;
mod tidy;
mod web;
mod workspace;

use std::{ffi::OsString, process::ExitCode};

use anyhow::Result;
use clap::{Parser, Subcommand, ValueEnum};

use crate::{progress::say, setup::python::SPARK, workspace::Workspace};

/// Development commands of Spark Connect for the web.
///
/// Each sets up what it needs: on a fresh machine Rust and Python 3 are enough. Tools go to the target directory;
/// only `test` may install something system-wide, a browser, and says so.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start the notebook: set up and build everything, start Spark and the bridge, print the URL.
    ///
    /// Ctrl+C stops all of it.
    Run {
        /// Use this Spark Connect server (sc://HOST:PORT) instead of starting one.
        #[arg(long, value_name = "URL")]
        spark: Option<String>,
        /// Serve the notebook on this port of loopback; by default the first free one from 8080 on.
        #[arg(long)]
        port: Option<u16>,
        /// Do not open a browser.
        #[arg(long)]
        no_open: bool,
    },
    /// Build what users run into dist/: the bridge with the notebook in it, and the notebook's files.
    Build,
    /// Start a local Spark Connect server with sample data, and print its URL once it answers.
    ///
    /// It ends with Ctrl+C, with the program that started it, or when standard input, if it is a pipe, closes.
    Spark {
        /// Listen on this port of loopback; by default the first free one from 15002 on.
        #[arg(long)]
        port: Option<u16>,
        /// Start this version of Spark, as PyPI has it.
        #[arg(long, value_name = "VERSION", default_value = SPARK)]
        version: String,
    },
    /// Check the sources, run the unit tests, and the end-to-end tests before a real Spark, a bridge and a browser.
    Test {
        /// Only suites whose names contain this, as the report calls them; if none does, only tests whose names do.
        filter: Option<String>,
        /// Run the end-to-end tests before this version of Spark, as PyPI has it.
        #[arg(long, value_name = "VERSION", default_value = SPARK)]
        spark: String,
    },
    /// Compare cells with PySpark itself: count what of it is here, by class, and list what is not, with the reasons; run
    /// the examples in its docstrings before a real Spark.
    Conformance {
        /// Only this; by default everything.
        part: Option<Part>,
        /// Put the tables into docs/pyspark.md.
        #[arg(long)]
        write: bool,
    },
    /// Check what a compiler does not: imports between crates, the openings and lengths of files, and more.
    Tidy,
    #[command(name = server::GUARD, hide = true)]
    Guard {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        words: Vec<OsString>,
    },
}

/// What of PySpark is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Its functions, methods and attributes, by name.
    Api,
    /// The examples in PySpark's own docstrings.
    Docstrings,
}

fn main() -> ExitCode {
    let result = run(Arguments::parse().command);
    server::stop_all();
    match result {
        Ok(code) => code,
        Err(error) => {
            say(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<ExitCode> {
    if let Command::Guard { words } = command {
        return server::guard(&words);
    }
    server::stop_on_signals()?;
    let workspace = Workspace::find()?;
    match command {
        Command::Run { spark, port, no_open } => run::run(&workspace, spark, port, !no_open)?,
        Command::Build => dist::build(&workspace)?,
        Command::Spark { port, version } => {
            server::watch_parent();
            run::spark(&workspace, port, &version)?;
        }
        Command::Test { filter, spark } => return test::test(&workspace, filter.as_deref(), &spark),
        Command::Conformance { part, write } => {
            if part.is_none_or(|part| part == Part::Api) {
                conformance::count(&workspace, write)?;
            }
            if part.is_none_or(|part| part == Part::Docstrings) {
                docstrings::compare(&workspace, write)?;
            }
        }
        Command::Tidy => tidy::check(&workspace)?,
        Command::Guard { .. } => (),
    }
    Ok(ExitCode::SUCCESS)
}
