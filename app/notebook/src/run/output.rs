//! What is known of one run: from the moment it is asked for to its end. Pure: time comes in as milliseconds.

use std::sync::Arc;

use engine_api::{Column, ErrorKind, ErrorReport, Event, Progress, RowLimit, RunId, Summary};

/// The first words of statements that change what the catalog holds.
const DEFINITIONS: [&str; 5] = ["CREATE", "DROP", "ALTER", "USE", "REPLACE"];

/// How far a run is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// It waits for its turn, or for the connection.
    Queued,
    /// It is under way.
    Running,
    /// The user asked it to stop; its end has not been told yet.
    Stopping,
    /// It is complete.
    Finished(Summary),
    /// It ended early; rows received before stay.
    Failed(ErrorReport),
    /// There was nothing to run: the cell is empty.
    Empty,
    /// The result was given up, to free memory or because the engine ended. The text says which.
    Dropped(&'static str),
}

impl Phase {
    /// Whether the end is still to come.
    pub(crate) fn is_active(&self) -> bool {
        matches!(self, Self::Queued | Self::Running | Self::Stopping)
    }

    /// Whether the user stopped it.
    pub(crate) fn is_cancelled(&self) -> bool {
        matches!(self, Self::Failed(error) if error.kind == ErrorKind::Cancelled)
    }
}

/// A connection that broke and is taken up again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Retry {
    /// Which try comes next, from 1.
    pub(crate) attempt: u32,
    /// After this many the run fails.
    pub(crate) attempts: u32,
    /// What broke.
    pub(crate) reason: String,
}

/// One run of one cell, and what came of it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Output {
    /// The run's name.
    pub(crate) run: RunId,
    /// The text that was run.
    pub(crate) source: Arc<str>,
    /// How many rows it may return.
    pub(crate) limit: RowLimit,
    /// How far it is.
    pub(crate) phase: Phase,
    /// What the code printed so far.
    pub(crate) text: String,
    /// The result's columns, once known.
    pub(crate) columns: Option<Arc<Vec<Column>>>,
    /// Rows so far.
    pub(crate) rows: u64,
    /// Bytes held for them.
    pub(crate) bytes: u64,
    /// What the server reported last.
    pub(crate) progress: Option<Progress>,
    /// Set while a broken connection is taken up again.
    pub(crate) retry: Option<Retry>,
    /// When it was sent to the engine.
    pub(crate) sent_ms: Option<f64>,
    /// From then to the first rows.
    pub(crate) first_rows_ms: Option<u64>,
    /// From then to its end, if it failed; a complete run has it in its summary.
    pub(crate) failed_ms: Option<u64>,
}

impl Output {
    /// A run that waits.
    pub(crate) fn queued(run: RunId, source: Arc<str>, limit: RowLimit) -> Self {
        Self {
            run,
            source,
            limit,
            phase: Phase::Queued,
            text: String::new(),
            columns: None,
            rows: 0,
            bytes: 0,
            progress: None,
            retry: None,
            sent_ms: None,
            first_rows_ms: None,
            failed_ms: None,
        }
    }

    /// It goes to the engine.
    pub(crate) fn send(&mut self, now: f64) {
        self.phase = Phase::Running;
        self.sent_ms = Some(now);
    }

    /// The user asks it to stop.
    pub(crate) fn stop(&mut self) {
        if self.phase == Phase::Running {
            self.phase = Phase::Stopping;
        }
    }

    /// It ends early.
    pub(crate) fn fail(&mut self, error: ErrorReport, now: f64) {
        self.failed_ms = Some(self.elapsed_ms(now));
        self.retry = None;
        self.phase = Phase::Failed(error);
    }

    /// Milliseconds since it went to the engine.
    pub(crate) fn elapsed_ms(&self, now: f64) -> u64 {
        match (&self.phase, self.failed_ms) {
            (Phase::Finished(summary), _) => summary.elapsed_ms,
            (_, Some(failed)) => failed,
            _ => self.sent_ms.map_or(0, |sent| (now - sent).max(0.0) as u64),
        }
    }

    /// Takes in what the engine says of this run. An ended run is not changed any more.
    pub(crate) fn apply(&mut self, event: Event, now: f64) {
        if !self.phase.is_active() {
            return;
        }
        match event {
            Event::Schema { columns, .. } => self.columns = Some(Arc::new(columns)),
            Event::Printed { text, .. } => self.text.push_str(&text),
            Event::Rows { rows, bytes, .. } => {
                if self.first_rows_ms.is_none() && rows > 0 {
                    self.first_rows_ms = Some(self.elapsed_ms(now));
                }
                (self.rows, self.bytes, self.retry) = (rows, bytes, None);
            }
            Event::Progress { progress, .. } => (self.progress, self.retry) = (Some(progress), None),
            Event::Retrying {
                attempt,
                attempts,
                reason,
                ..
            } => {
                self.retry = Some(Retry {
                    attempt,
                    attempts,
                    reason,
                });
            }
            Event::Finished { summary, .. } => {
                (self.rows, self.bytes, self.retry) = (summary.rows, summary.bytes, None);
                self.first_rows_ms = summary.first_rows_ms.or(self.first_rows_ms);
                self.phase = Phase::Finished(summary);
            }
            Event::Failed { error, .. } => self.fail(error, now),
            _ => {}
        }
    }

    /// Whether it completed and may have changed what the catalog holds.
    pub(crate) fn may_change_catalog(&self) -> bool {
        match &self.phase {
            Phase::Finished(summary) => summary.message.is_some() || is_definition(&self.source),
            _ => false,
        }
    }

    /// The share of tasks that are done, for the page's title: `62`.
    pub(crate) fn percent(&self) -> Option<u64> {
        let progress = self.progress.as_ref()?;
        let tasks = progress.tasks();
        (tasks > 0).then(|| progress.completed_tasks().min(tasks) * 100 / tasks)
    }
}

/// Methods of PySpark that change what the catalog holds.
const METHODS: [&str; 5] = ["View(", "saveAsTable(", "insertInto(", ".sql(", "writeTo("];

/// Whether any statement of the source begins with a word that changes the catalog, or calls a method that may.
fn is_definition(source: &str) -> bool {
    if METHODS.iter().any(|method| source.contains(method)) {
        return true;
    }
    source.split(';').any(|statement| {
        let word = after_comments(statement)
            .split(|c: char| !c.is_ascii_alphabetic())
            .next()
            .unwrap_or_default();
        DEFINITIONS
            .iter()
            .any(|definition| word.eq_ignore_ascii_case(definition))
    })
}

/// A statement without the comments before it.
fn after_comments(statement: &str) -> &str {
    let mut rest = statement.trim_start();
    loop {
        let after = if rest.starts_with("--") {
            rest.split_once('\n')
        } else if rest.starts_with("/*") {
            rest.split_once("*/")
        } else {
            return rest;
        };
        rest = after.map_or("", |(_, after)| after.trim_start());
    }
}

/// The run that an event is about.
pub(crate) fn run_of(event: &Event) -> Option<RunId> {
    match event {
        Event::Started { run, .. }
        | Event::Schema { run, .. }
        | Event::Printed { run, .. }
        | Event::Rows { run, .. }
        | Event::Progress { run, .. }
        | Event::Retrying { run, .. }
        | Event::Finished { run, .. }
        | Event::Failed { run, .. } => Some(*run),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine_api::Stage;

    const RUN: RunId = RunId(1);

    fn output() -> Output {
        let mut output = Output::queued(RUN, "SELECT 1".into(), RowLimit::Preview(10));
        output.send(1_000.0);
        output
    }

    fn rows(rows: u64) -> Event {
        Event::Rows {
            run: RUN,
            rows,
            bytes: rows * 8,
        }
    }

    #[test]
    fn a_query_from_queue_to_end() {
        let mut output = output();
        output.apply(
            Event::Schema {
                run: RUN,
                columns: vec![],
            },
            1_100.0,
        );
        output.apply(rows(0), 1_150.0);
        output.apply(rows(5), 1_180.0);
        output.apply(rows(9), 1_900.0);
        assert_eq!(
            (output.rows, output.bytes, output.first_rows_ms),
            (9, 72, Some(180))
        );
        assert_eq!(output.elapsed_ms(2_500.0), 1_500);
        let summary = Summary {
            rows: 10,
            bytes: 80,
            elapsed_ms: 1_234,
            ..Default::default()
        };
        output.apply(Event::Finished { run: RUN, summary }, 9_000.0);
        assert_eq!((output.rows, output.elapsed_ms(99_000.0)), (10, 1_234));
    }

    #[test]
    fn a_failure_keeps_rows_and_time() {
        let mut output = output();
        output.apply(rows(5), 1_100.0);
        output.stop();
        assert_eq!(output.phase, Phase::Stopping);
        output.apply(
            Event::Failed {
                run: RUN,
                error: ErrorReport::new(ErrorKind::Cancelled, "stopped"),
            },
            1_700.0,
        );
        assert!(output.phase.is_cancelled());
        assert_eq!((output.rows, output.elapsed_ms(5_000.0)), (5, 700));
    }

    #[test]
    fn nothing_changes_after_the_end() {
        let mut output = output();
        output.apply(
            Event::Finished {
                run: RUN,
                summary: Summary::default(),
            },
            1_100.0,
        );
        let ended = output.clone();
        output.apply(rows(5), 1_200.0);
        output.apply(
            Event::Failed {
                run: RUN,
                error: ErrorReport::new(ErrorKind::Spark, "late"),
            },
            1_300.0,
        );
        output.stop();
        assert_eq!(output, ended);
    }

    #[test]
    fn a_retry_shows_until_something_comes() {
        let mut output = output();
        let retrying = Event::Retrying {
            run: RUN,
            attempt: 2,
            attempts: 5,
            wait_ms: 100,
            reason: "broken".into(),
        };
        output.apply(retrying, 1_100.0);
        assert_eq!(output.retry.as_ref().map(|retry| retry.attempt), Some(2));
        output.apply(rows(1), 1_200.0);
        assert_eq!(output.retry, None);
    }

    #[test]
    fn only_a_completed_definition_changes_the_catalog() {
        for (source, message, expected) in [
            ("SELECT 1", None, false),
            ("SELECT 1", Some("done"), true),
            ("create table t (a int)", None, true),
            ("-- first\n/* then */ DROP VIEW v", None, true),
            ("SELECT 1; USE other", None, true),
            ("-- CREATE", None, false),
            ("created", None, false),
            ("", None, false),
        ] {
            let mut output = Output::queued(RUN, source.into(), RowLimit::Preview(10));
            output.send(0.0);
            assert!(!output.may_change_catalog(), "{source}: it is not complete");
            let summary = Summary {
                message: message.map(Into::into),
                ..Default::default()
            };
            output.apply(Event::Finished { run: RUN, summary }, 1.0);
            assert_eq!(output.may_change_catalog(), expected, "{source}");
        }
    }

    #[test]
    fn percent_is_of_known_tasks() {
        let mut output = output();
        assert_eq!(output.percent(), None);
        let stage = |tasks, completed_tasks| Stage {
            id: 0,
            tasks,
            completed_tasks,
            input_bytes: 0,
            done: false,
        };
        for (stages, expected) in [
            (vec![], None),
            (vec![stage(200, 124)], Some(62)),
            (vec![stage(3, 3), stage(1, 0)], Some(75)),
            (vec![stage(2, 3)], Some(100)),
        ] {
            output.progress = Some(Progress {
                stages,
                inflight_tasks: 0,
            });
            assert_eq!(output.percent(), expected);
        }
    }
}
