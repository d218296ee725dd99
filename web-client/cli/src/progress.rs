//! A line at the bottom of a terminal that says how far Spark is. Elsewhere only what must be known is said.

use std::{
    io::{self, Write},
    time::{Duration, Instant},
};

use indicatif::{HumanBytes, HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};
use spark_connect_client::{Output, proto::execute_plan_response::ExecutionProgress};

/// A command that takes less long than this shows no line.
const PATIENCE: Duration = Duration::from_millis(500);
const REDRAW: Duration = Duration::from_millis(100);

/// How far a statement is.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
    /// Whether there is a terminal for the line.
    terminal: bool,
    started: Instant,
    told: ExecutionProgress,
    rows: u64,
}

impl Progress {
    /// A statement begins. The line is hidden where nobody sees it.
    pub(crate) fn begin() -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        // A template that does not parse would be a line without a bar.
        if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_msg} {elapsed_precise}") {
            bar.set_style(style);
        }
        Self {
            bar,
            terminal: !ProgressDrawTarget::stderr().is_hidden(),
            started: Instant::now(),
            told: ExecutionProgress::default(),
            rows: 0,
        }
    }

    /// Takes in what the operation tells.
    pub(crate) fn tell(&mut self, output: &Output) {
        match output {
            Output::Progress(told) => self.told = told.clone(),
            Output::Batch(batch) => self.rows += batch.num_rows() as u64,
            Output::Retrying {
                attempt,
                attempts,
                wait,
                error,
            } => {
                let reason = error.sentence();
                let wait = seconds(*wait);
                self.bar.suspend(|| {
                    // What cannot be said is no reason to stop.
                    let _ = writeln!(
                        io::stderr(),
                        "Connection lost ({reason}) Trying again in {wait}, {attempt} of {attempts}."
                    );
                });
            }
            _ => return,
        }
        self.show();
    }

    fn show(&mut self) {
        if !self.terminal || self.started.elapsed() < PATIENCE {
            return;
        }
        if self.bar.is_hidden() {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
            self.bar.enable_steady_tick(REDRAW);
        }
        self.bar.set_message(line(&self.told, self.rows));
    }

    /// Takes the line away, for good.
    pub(crate) fn clear(&mut self) {
        self.terminal = false;
        self.bar.finish_and_clear();
    }

    /// The time since the beginning.
    pub(crate) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.clear();
    }
}

/// A time as short as it can be told.
pub(crate) fn seconds(time: Duration) -> String {
    let tenths = time.as_millis() / 100;
    match tenths / 600 {
        0 => format!("{}.{} s", tenths / 10, tenths % 10),
        minutes => format!("{minutes} min {} s", tenths / 10 % 60),
    }
}

/// Bar, stages, tasks, bytes and rows, as far as there are any.
fn line(told: &ExecutionProgress, rows: u64) -> String {
    let sum = |of: fn(&Stage) -> i64| {
        told.stages
            .iter()
            .map(of)
            .map(|n| u64::try_from(n).unwrap_or(0))
            .sum::<u64>()
    };
    let tasks = sum(|stage| stage.num_tasks);
    let done = sum(|stage| stage.num_completed_tasks).min(tasks);
    let read = sum(|stage| stage.input_bytes_read);
    let mut parts = Vec::new();
    if tasks > 0 {
        let stages = told.stages.len();
        let finished = told.stages.iter().filter(|stage| stage.done).count();
        parts.push(format!("{} {finished}/{stages} stages", bar(done, tasks)));
        parts.push(format!("{}/{} tasks", HumanCount(done), HumanCount(tasks)));
    }
    if read > 0 {
        parts.push(format!("{} read", HumanBytes(read)));
    }
    if rows > 0 {
        parts.push(format!("{} rows", HumanCount(rows)));
    }
    match parts.is_empty() {
        true => "Running".to_owned(),
        false => parts.join(" · "),
    }
}

type Stage = spark_connect_client::proto::execute_plan_response::execution_progress::StageInfo;

fn bar(done: u64, all: u64) -> String {
    const WIDTH: u64 = 20;
    let filled = (done * WIDTH / all) as usize;
    format!("{}{}", "━".repeat(filled), "╌".repeat(WIDTH as usize - filled))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        for (milliseconds, expected) in [
            (0, "0.0 s"),
            (1_250, "1.2 s"),
            (59_999, "59.9 s"),
            (60_000, "1 min 0 s"),
            (7_325_000, "122 min 5 s"),
        ] {
            assert_eq!(seconds(Duration::from_millis(milliseconds)), expected);
        }
    }

    #[test]
    fn a_line_says_what_is_known() {
        let stage = |tasks, completed, read, done| Stage {
            num_tasks: tasks,
            num_completed_tasks: completed,
            input_bytes_read: read,
            done,
            ..Stage::default()
        };
        let told = |stages| ExecutionProgress {
            stages,
            ..ExecutionProgress::default()
        };
        let lines = [
            line(&told(vec![]), 0),
            line(&told(vec![]), 1_234_567),
            line(&told(vec![stage(0, 0, 0, false)]), 0),
            line(
                &told(vec![stage(8, 8, 3_000_000, true), stage(1_200, 25, 0, false)]),
                12,
            ),
            line(&told(vec![stage(2, 5, -1, true), stage(-4, 0, 0, true)]), 0),
        ];
        insta::assert_snapshot!(lines.join("\n"));
    }
}
