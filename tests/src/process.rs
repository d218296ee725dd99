//! Programs that a test starts, and that end with it however it ends.

use std::{
    io::{BufRead, BufReader, Read},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

/// A running program. Dropping it closes its standard input, waits as long as it is given, then kills it.
#[derive(Debug)]
pub struct Process {
    name: String,
    child: Child,
    lines: Arc<Mutex<Vec<String>>>,
    patience: Duration,
}

impl Process {
    /// Starts a program. `patience` is how long it may take to end once its standard input is closed; zero kills it
    /// at once.
    pub fn start(mut command: Command, patience: Duration) -> Result<Self> {
        let name = command.get_program().to_string_lossy().into_owned();
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().with_context(|| format!("cannot start {name}"))?;
        let lines = Arc::default();
        collect(child.stdout.take(), &lines);
        collect(child.stderr.take(), &lines);
        Ok(Self {
            name,
            child,
            lines,
            patience,
        })
    }

    /// Waits for a line of its output in which `find` finds something.
    pub async fn line<T>(&mut self, within: Duration, find: impl Fn(&str) -> Option<T>) -> Result<T> {
        let begin = Instant::now();
        loop {
            let exited = self.child.try_wait()?;
            if let Some(found) = self.lines().iter().find_map(|line| find(line)) {
                return Ok(found);
            }
            if let Some(status) = exited {
                bail!(
                    "{} ended ({status}) before it was ready:\n{}",
                    self.name,
                    self.output()
                );
            }
            if begin.elapsed() > within {
                bail!("{} is not ready after {within:?}:\n{}", self.name, self.output());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Its number.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits until it ends by itself.
    pub async fn ended(&mut self) -> Result<()> {
        while self.child.try_wait()?.is_none() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }

    /// What it has written so far.
    pub fn output(&self) -> String {
        self.lines().join("\n")
    }

    /// Ends it and waits for its end. Nothing happens when it has ended already.
    pub fn stop(&mut self) {
        drop(self.child.stdin.take());
        let begin = Instant::now();
        while begin.elapsed() < self.patience {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            thread::sleep(Duration::from_millis(20));
        }
        // Both fail only when it has ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    fn lines(&self) -> std::sync::MutexGuard<'_, Vec<String>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Reads an output to its end beside the test, so that the program never waits for a reader.
fn collect(output: Option<impl Read + Send + 'static>, lines: &Arc<Mutex<Vec<String>>>) {
    let Some(output) = output else { return };
    let lines = lines.clone();
    thread::spawn(move || {
        for line in BufReader::new(output).split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line).trim_end().to_owned();
            lines.lock().unwrap_or_else(PoisonError::into_inner).push(line);
        }
    });
}
