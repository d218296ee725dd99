//! `spark-connect`: Spark Connect from a shell.
//!
//! This file joins the parts: arguments, a session, what runs in it, and an exit status. What a statement is and how
//! it travels is the client's business.

mod arguments;
mod cells;
mod connect;
mod destination;
mod diagnosis;
mod failure;
mod format;
mod interrupt;
mod notebook;
mod progress;
mod run;
mod source;
mod write;

use std::{
    future::Future,
    io::{self, IsTerminal, Write},
    pin::pin,
    process::ExitCode,
    time::Duration,
};

use annotate_snippets::Renderer;
use clap::Parser;

use crate::{
    arguments::{Arguments, Command, Language, Results, Server},
    connect::Connected,
    destination::Destination,
    failure::Failure,
    interrupt::Interrupts,
    run::Run,
    source::Source,
};

/// How long a blocked read or write may hold up the end.
const LAST_WRITES: Duration = Duration::from_secs(1);

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let verbose = arguments.verbose;
    let Err(failure) = start(arguments) else {
        return ExitCode::SUCCESS;
    };
    let text = diagnosis::render(&failure, verbose, &Renderer::styled());
    if !text.is_empty() {
        // What cannot be said still has its exit status.
        let _ = writeln!(anstream::stderr(), "{text}");
    }
    ExitCode::from(&failure)
}

fn start(arguments: Arguments) -> Result<(), Failure> {
    let broken = |e: io::Error| Failure::Output(format!("This machine refuses what it takes to run: {e}."));
    // One thread beside the main one keeps connections alive while the other decodes.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(broken)?;
    let outcome = runtime.block_on(async {
        let interrupts = Interrupts::listen().map_err(broken)?;
        command(arguments, interrupts).await
    });
    runtime.shutdown_timeout(LAST_WRITES);
    outcome
}

async fn command(arguments: Arguments, mut interrupts: Interrupts) -> Result<(), Failure> {
    let server = arguments.server;
    match arguments.command {
        Command::Sql { text, results } => {
            let sources = read(&mut interrupts, move || {
                hint(text.as_deref());
                source::from_argument(text)
            });
            run(&server, sources.await?, results, interrupts).await
        }
        Command::Run { file, results } => {
            let sources = read(&mut interrupts, move || source::from_file(&file)).await?;
            run(&server, sources, results, interrupts).await
        }
        Command::Cells { language } => {
            let json = read(&mut interrupts, source::standard_input).await?;
            let cells = cells::parse(&json)?;
            in_session(&server, interrupts, async |connected| match language {
                Language::Python => cells::python(&connected.session, &cells).await,
                Language::Sql => cells::sql(&connected.session, &cells).await,
            })
            .await
        }
    }
}

async fn run(
    server: &Server,
    sources: Vec<Source>,
    results: Results,
    interrupts: Interrupts,
) -> Result<(), Failure> {
    let destination = match &results.output {
        Some(path) => Destination::file(path)?,
        None => Destination::stdout(),
    };
    if destination.is_terminal() && !results.format().is_text() {
        return Err(Failure::Usage(
            "A terminal cannot show this format. Use --output, or pipe it into another program.".to_owned(),
        ));
    }
    in_session(server, interrupts, async |connected| {
        Run::new(connected, &results, destination).go(&sources).await
    })
    .await
}

/// Does some work in a session of its own, which ends with the work or when someone asks.
async fn in_session(
    server: &Server,
    mut interrupts: Interrupts,
    work: impl AsyncFnOnce(&Connected) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let connected = until_asked(&mut interrupts, connect::connect(server)).await?;
    let outcome = {
        let mut work = pin!(work(&connected));
        tokio::select! {
            outcome = &mut work => outcome,
            () = interrupts.asked() => {
                connected.interrupt().await;
                Err(Failure::Interrupted)
            }
        }
    };
    connected.release().await;
    outcome
}

/// Reads something that may block.
async fn read<T: Send + 'static>(
    interrupts: &mut Interrupts,
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    let work = tokio::task::spawn_blocking(work);
    until_asked(interrupts, async {
        work.await
            .map_err(|_| Failure::Usage("What is to be run cannot be read.".to_owned()))?
    })
    .await
}

async fn until_asked<T>(
    interrupts: &mut Interrupts,
    work: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    tokio::select! {
        outcome = work => outcome,
        () = interrupts.asked() => Err(Failure::Interrupted),
    }
}

/// Says what is waited for, when a person would have to guess.
fn hint(argument: Option<&str>) {
    if argument.is_none_or(|text| text == "-") && io::stdin().is_terminal() && io::stderr().is_terminal() {
        let _ = writeln!(io::stderr(), "Reading SQL until Ctrl+D.");
    }
}
