//! One run of a PySpark cell: what its code prints is told as it comes, and a DataFrame that it ends with is its result.

use std::time::Duration;

use engine_api::{ErrorReport, Summary};
use futures::{
    StreamExt,
    channel::mpsc::{UnboundedReceiver, unbounded},
    future::{Either, select},
    pin_mut,
};
use pyspark_cells::{Interpreter, Shown};
use spark_connect_client::{DataFrame, Going, Output, Session, platform};

use crate::{
    printed::{self, Printed},
    report::raised,
    run::{Fault, Run},
};

/// What runs the PySpark cells of a connection, one at a time.
pub(crate) struct Python {
    pub(crate) interpreter: Interpreter,
    /// What the operations tell that its code runs, with their ids.
    told: UnboundedReceiver<(String, Output)>,
}

impl Python {
    /// Without variables but `spark`.
    pub(crate) fn new(session: &Session) -> Self {
        let (tell, told) = unbounded();
        let session = session.with_watcher(move |operation_id, going| {
            let output = match going {
                Going::Progress(progress) => Output::Progress(progress.clone()),
                Going::Retrying {
                    attempt,
                    attempts,
                    wait,
                    error,
                } => Output::Retrying {
                    attempt,
                    attempts,
                    wait,
                    error: error.clone(),
                },
            };
            // Nobody listens any more once the connection is gone.
            let _ = tell.unbounded_send((operation_id.to_owned(), output));
        });
        Self {
            interpreter: Interpreter::new(session).with_tables(),
            told,
        }
    }
}

impl Run {
    /// Runs code.
    pub(crate) async fn python(mut self) -> Result<Summary, ErrorReport> {
        let python = self.open.python.clone();
        let mut python = python.lock().await;
        let source = self.request.source.clone();
        let printed = Printed::new(self.core.clone(), self.id());
        let outcome = self.evaluate(&mut python, &source, &printed).await;
        printed.flush();
        let shown = outcome.map_err(|failure| raised(&failure, &source))?;
        let Some(Shown::Table(frame)) = shown else {
            return self.done();
        };
        match self.table(&frame).await {
            Ok(summary) => Ok(summary),
            Err(Fault::Told(report)) => Err(report),
            Err(Fault::Spark(error)) => Err(raised(&python.interpreter.failure(error), &source)),
        }
    }

    /// Lets the interpreter run, and tells meanwhile what it prints and what its operations tell.
    async fn evaluate(
        &mut self,
        python: &mut Python,
        source: &str,
        printed: &Printed,
    ) -> Result<Option<Shown>, pyspark_cells::Failure> {
        let Python { interpreter, told } = python;
        // What came after a run was stopped is not of this one.
        while told.try_recv().is_ok() {}
        let printer = printed.clone();
        let run = interpreter.run(source, move |text: &str| printer.push(text));
        pin_mut!(run);
        let outcome = loop {
            let due = platform::sleep(Duration::from_millis(printed::EVERY_MS));
            pin_mut!(due);
            match select(&mut run, select(told.next(), due)).await {
                Either::Left((outcome, _)) => break outcome?,
                Either::Right((Either::Left((Some((operation_id, output)), _)), _)) => {
                    self.operation(&operation_id);
                    self.tell(output);
                }
                Either::Right(_) => printed.flush(),
            }
        };
        if let Some(Shown::Text(text)) = &outcome.shown {
            printed.push(text);
            printed.push("\n");
        }
        Ok(outcome.shown)
    }

    /// Reads the rows of a DataFrame.
    async fn table(&mut self, frame: &DataFrame) -> Result<Summary, Fault> {
        if let Some(rows) = frame.known_rows()?
            && rows.first().is_none_or(|batch| batch.num_columns() == 0)
        {
            return Ok(self.done()?);
        }
        let limit = self.preview();
        // One row more tells whether there are more.
        let limited =
            limit.map(|limit| frame.limit(i32::try_from(limit).unwrap_or(i32::MAX).saturating_add(1)));
        let cut = self
            .receive(limited.as_ref().unwrap_or(frame).execute()?, limit)
            .await?;
        Ok(self.summary(false, cut.then_some(limit).flatten())?)
    }

    /// The summary of a run without a table.
    fn done(&self) -> Result<Summary, ErrorReport> {
        let mut summary = self.summary(false, None)?;
        summary.message = Some("Done.".to_owned());
        Ok(summary)
    }
}
