//! `cargo xtask`: every development command. Each command sets up what it needs, so a fresh machine needs Rust
//! and Python 3 only.

mod process;
mod progress;
#[cfg(test)]
mod scratch;
mod setup;
mod stamp;
mod web;
mod workspace;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::{progress::say, setup::node::Node, workspace::Workspace};

/// Development commands of Spark Connect for the web.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Build what users run: dist/ with the bridge, the notebook embedded in it, and the notebook's files.
    Build,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(arguments.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<()> {
    let workspace = Workspace::find()?;
    match command {
        Command::Build => {
            setup::wasm_target::ensure()?;
            let node = Node::ensure(&workspace)?;
            web::build(&workspace, &node)
        }
    }
}
