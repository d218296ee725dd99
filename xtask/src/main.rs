//! `cargo xtask`: every development command. Each command sets up what it needs, so a fresh machine needs Rust
//! and Python 3 only.

mod port;
mod process;
mod progress;
#[cfg(test)]
mod scratch;
mod server;
mod setup;
mod spark;
mod stamp;
mod web;
mod workspace;

use std::{
    ffi::OsString,
    io::{self, Write},
    process::ExitCode,
    thread,
    time::Duration,
};

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::{progress::say, setup::node::Node, spark::Spark, workspace::Workspace};

/// How often a running server is looked at.
const POLL: Duration = Duration::from_millis(200);

/// Development commands of Spark Connect for the web.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Build what users run into dist/: the bridge with the notebook in it, and the notebook's files.
    Build,
    /// Start a local Spark Connect server with sample data, and print its URL once it answers. It ends with
    /// Ctrl+C, with the program that started it, or when standard input, if it is a pipe, closes.
    Spark {
        /// Listen on this port of loopback. By default the first free one from 15002 on.
        #[arg(long)]
        port: Option<u16>,
    },
    #[command(name = server::GUARD, hide = true)]
    Guard {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        words: Vec<OsString>,
    },
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
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
        Command::Build => {
            setup::wasm_target::ensure()?;
            let node = Node::ensure(&workspace)?;
            web::build(&workspace, &node)?;
        }
        Command::Spark { port } => spark(&workspace, port)?,
        Command::Guard { .. } => (),
    }
    Ok(ExitCode::SUCCESS)
}

fn spark(workspace: &Workspace, port: Option<u16>) -> Result<()> {
    server::watch_parent();
    let spark = Spark::ensure(workspace)?.start(port)?;
    writeln!(io::stdout(), "{}", spark.url)?;
    loop {
        thread::sleep(POLL);
        spark.check()?;
    }
}
