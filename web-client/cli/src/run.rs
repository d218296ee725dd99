//! Runs statements in order, and has their results written.

use std::{
    io::{self, IsTerminal, Write},
    ops::Range,
    path::PathBuf,
};

use futures::{
    StreamExt,
    stream::{self, BoxStream},
};
use indicatif::HumanCount;
use pyspark_cells::{Interpreter, Shown};
use spark_connect_client::{DataFrame, Error, Output, Session, plan, proto::Relation, statements};
use tokio::sync::mpsc;

use crate::{
    arguments::{Format, Language, Results},
    connect::Connected,
    destination::Destination,
    failure::{Failure, Statement},
    format::Layout,
    progress::{Progress, seconds},
    source::Source,
    write::{self, Message},
};

/// Statements that are run, and what becomes of their results.
pub(crate) struct Run {
    session: Session,
    layout: Layout,
    limit: Option<u32>,
    /// The file that is asked for.
    file: Option<PathBuf>,
    destination: Option<Destination>,
    /// The variables of PySpark code.
    interpreter: Interpreter,
    /// Results written so far.
    written: u64,
}

impl Run {
    /// Prepares to write; runs nothing.
    pub(crate) fn new(connected: &Connected, results: &Results, destination: Destination) -> Self {
        let format = results.format();
        let width = match destination.is_terminal() {
            true => terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| width.0.into()),
            false => None,
        };
        Self {
            session: connected.session.clone(),
            layout: Layout {
                format,
                time_zone: connected.time_zone.clone(),
                width,
            },
            limit: results.limit(),
            file: results.output.clone(),
            destination: Some(destination),
            interpreter: Interpreter::new(connected.session.clone()),
            written: 0,
        }
    }

    /// Runs the statements of all sources until one fails.
    pub(crate) async fn go(mut self, sources: &[Source]) -> Result<(), Failure> {
        for (at, source) in sources.iter().enumerate() {
            if source.language == Language::Python {
                self.python(source).await?;
                continue;
            }
            let ranges = statements::split(&source.text);
            for (number, range) in ranges.iter().enumerate() {
                let last = at + 1 == sources.len() && number + 1 == ranges.len();
                let wanted = last || self.layout.format.holds_several();
                self.statement(source, range, wanted).await?;
            }
        }
        match self.destination {
            Some(destination) if self.written > 0 => destination.keep(),
            _ => {
                if let Some(file) = &self.file {
                    let file = file.display();
                    note(&format!("There is no result, so {file} is not written."));
                }
                Ok(())
            }
        }
    }

    /// Runs PySpark code; what it prints goes to standard output at once. A file's last expression is not shown, as
    /// Python shows none; that of a notebook's cell is.
    async fn python(&mut self, source: &Source) -> Result<(), Failure> {
        // What cannot be written is noticed when a result is.
        let print = |text: &str| {
            let mut out = io::stdout().lock();
            let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
        };
        let outcome = self
            .interpreter
            .run(&source.text, print)
            .await
            .map_err(|failure| {
                let statement = Statement {
                    source: source.text.clone(),
                    start: 0,
                    name: source.name.clone(),
                    first_line: source.first_line,
                };
                Failure::Cell(Box::new(failure), Box::new(statement))
            })?;
        if source.is_cell
            && let Some(Shown::Text(text)) = outcome.shown
        {
            print(&format!("{text}\n"));
        }
        Ok(())
    }

    async fn statement(
        &mut self,
        source: &Source,
        range: &Range<usize>,
        wanted: bool,
    ) -> Result<(), Failure> {
        let failed = |error: Error| {
            let statement = Statement {
                source: source.text.clone(),
                start: range.start,
                name: source.name.clone(),
                first_line: source.first_line,
            };
            Failure::Query(Box::new(error), Some(Box::new(statement)))
        };
        let mut progress = Progress::begin();
        let text = source.text.get(range.clone()).unwrap_or_default();
        let relation = look_at(&self.session, text, &mut progress)
            .await
            .map_err(failed)?;
        let frame = DataFrame::new(self.session.clone(), relation);
        match frame.known_rows().map_err(failed)? {
            Some(batches) => {
                if wanted {
                    let outputs = stream::iter(batches)
                        .map(|batch| Ok(Output::Batch(batch)))
                        .boxed();
                    self.result(outputs, true, &mut progress, &failed).await?;
                }
            }
            None if wanted => {
                let frame = match (self.limit, self.layout.format) {
                    // One row more tells whether there are more.
                    (Some(limit), Format::Table) => frame.limit(rows(limit).saturating_add(1)),
                    (Some(limit), _) => frame.limit(rows(limit)),
                    (None, _) => frame,
                };
                let whole = self.limit.is_none();
                self.result(
                    frame.execute().map_err(failed)?.boxed(),
                    whole,
                    &mut progress,
                    &failed,
                )
                .await?;
            }
            None => {
                // It is run for the errors that it may have.
                let mut execution = frame.execute().map_err(failed)?;
                while let Some(output) = execution.next().await {
                    progress.tell(&output.map_err(failed)?);
                }
            }
        }
        Ok(())
    }

    /// Has the rows of a result written while more of them arrive. `whole` if no limit is on what arrives.
    async fn result(
        &mut self,
        mut outputs: BoxStream<'_, Result<Output, Error>>,
        whole: bool,
        progress: &mut Progress,
        failed: &impl Fn(Error) -> Failure,
    ) -> Result<(), Failure> {
        let Some(mut destination) = self.destination.take() else {
            return Err(Failure::Closed);
        };
        let shares_terminal = destination.is_terminal() && self.layout.format != Format::Table;
        let layout = self.layout.clone();
        let result = write::Result {
            limit: self.limit.map(u64::from),
            whole,
            follows_another: self.written > 0,
        };
        let (sender, mut messages) = mpsc::channel(1);
        let writer = tokio::task::spawn_blocking(move || {
            let written = result.write(&mut destination, &layout, || messages.blocking_recv());
            (destination, written)
        });
        let received = loop {
            let message = match outputs.next().await {
                Some(Ok(output)) => {
                    progress.tell(&output);
                    match output {
                        Output::Batch(batch) => Message::Rows(batch),
                        _ => continue,
                    }
                }
                Some(Err(error)) => break Err(failed(error)),
                None => Message::End,
            };
            let end = matches!(message, Message::End);
            if end || shares_terminal {
                progress.clear();
            }
            // Nobody takes it when writing has failed, which the writer says itself.
            if sender.send(message).await.is_err() || end {
                break Ok(());
            }
        };
        drop(sender);
        let (destination, written) = writer.await.map_err(|_| {
            Failure::Output("The result cannot be written: its format is at fault.".to_owned())
        })?;
        self.destination = Some(destination);
        received?;
        if let Some(rows) = written? {
            self.written += 1;
            if io::stderr().is_terminal() {
                let noun = if rows == 1 { "row" } else { "rows" };
                note(&format!(
                    "{} {noun} in {}",
                    HumanCount(rows),
                    seconds(progress.elapsed())
                ));
            }
        }
        Ok(())
    }
}

/// Has the server analyse a statement. A command has run when this returns.
async fn look_at(session: &Session, text: &str, progress: &mut Progress) -> Result<Relation, Error> {
    let mut execution = session.execute(plan::sql_command(text));
    let mut relation = None;
    while let Some(output) = execution.next().await {
        let output = output?;
        progress.tell(&output);
        if let Output::Sql(result) = output {
            relation = Some(*result);
        }
    }
    relation.ok_or_else(|| {
        Error::new(
            spark_connect_client::ErrorKind::Protocol,
            "The server gave no answer to the statement.",
        )
    })
}

fn rows(limit: u32) -> i32 {
    i32::try_from(limit).unwrap_or(i32::MAX)
}

/// Something that is no result and no error.
fn note(text: &str) {
    // What cannot be said is no reason to stop.
    let _ = writeln!(io::stderr(), "{text}");
}
