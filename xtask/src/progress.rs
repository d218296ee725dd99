//! What a person sees while long steps run. On a terminal one line at the bottom says what runs, for how long
//! and what it is at; elsewhere each step is a line when it begins, every half minute, and when it ends.
//! Everything goes to standard error: standard output is for results.

use std::{
    io::{self, IsTerminal, Write},
    sync::{Mutex, MutexGuard, OnceLock, PoisonError},
    thread,
    time::{Duration, Instant},
};

const REDRAW: Duration = Duration::from_millis(100);
const REMINDER: Duration = Duration::from_secs(30);
const SPINNER: [&str; 10] = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

/// A running step. It ends with [`Step::done`]; a step that is dropped before that has failed or was given up.
#[derive(Debug)]
pub(crate) struct Step {
    id: u64,
}

#[derive(Debug)]
struct Running {
    id: u64,
    title: String,
    detail: String,
    started: Instant,
    reminded: Instant,
}

#[derive(Debug, Default)]
struct State {
    next: u64,
    running: Vec<Running>,
    drawn: bool,
    frame: usize,
}

impl Step {
    /// Begins a step; the title says what happens: "Compile the page".
    pub(crate) fn start(title: impl Into<String>) -> Self {
        let title = title.into();
        let mut state = state();
        if !terminal() {
            state.print(&format!("· {title}"));
        }
        let id = state.next;
        state.next += 1;
        let now = Instant::now();
        state.running.push(Running {
            id,
            title,
            detail: String::new(),
            started: now,
            reminded: now,
        });
        Self { id }
    }

    /// Says what the step is at, or waits for.
    pub(crate) fn detail(&self, detail: impl Into<String>) {
        if let Some(running) = state().running.iter_mut().find(|running| running.id == self.id) {
            running.detail = detail.into();
        }
    }

    /// Ends the step; `note` may add a result to the line, or be empty.
    pub(crate) fn done(self, note: &str) {
        self.end("✓", note);
    }

    /// Ends a step that did not succeed, where others go on.
    pub(crate) fn failed(self, note: &str) {
        self.end("✗", note);
    }

    fn end(&self, mark: &str, note: &str) {
        let mut state = state();
        if let Some(running) = state.remove(self.id) {
            let separator = if note.is_empty() { "" } else { ": " };
            let elapsed = elapsed(running.started.elapsed());
            state.print(&format!("{mark} {}{separator}{note} ({elapsed})", running.title));
        }
    }
}

impl Drop for Step {
    fn drop(&mut self) {
        state().remove(self.id);
    }
}

/// Prints a line for the person at the terminal, above the running steps.
pub(crate) fn say(line: &str) {
    state().print(line);
}

/// A duration as people read it: `0.4 s`, `42 s`, `3 min 05 s`.
pub(crate) fn elapsed(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0..10 => format!("{:.1} s", duration.as_secs_f64()),
        10..60 => format!("{seconds} s"),
        _ => format!("{} min {:02} s", seconds / 60, seconds % 60),
    }
}

fn state() -> MutexGuard<'static, State> {
    static STATE: OnceLock<Mutex<State>> = OnceLock::new();
    STATE
        .get_or_init(|| {
            thread::spawn(tick);
            Mutex::default()
        })
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
}

fn terminal() -> bool {
    static TERMINAL: OnceLock<bool> = OnceLock::new();
    *TERMINAL.get_or_init(|| io::stderr().is_terminal())
}

fn tick() {
    loop {
        thread::sleep(REDRAW);
        let mut state = state();
        if terminal() {
            state.draw();
        } else {
            state.remind();
        }
    }
}

impl State {
    fn remove(&mut self, id: u64) -> Option<Running> {
        let index = self.running.iter().position(|running| running.id == id)?;
        let running = self.running.remove(index);
        if self.running.is_empty() {
            self.clear();
        }
        Some(running)
    }

    fn print(&mut self, line: &str) {
        self.clear();
        // A closed standard error leaves nobody to tell.
        let _ = writeln!(io::stderr(), "{line}");
    }

    fn clear(&mut self) {
        if self.drawn {
            let _ = write!(io::stderr(), "\r\x1b[K");
            self.drawn = false;
        }
    }

    fn draw(&mut self) {
        if self.running.is_empty() {
            return;
        }
        self.frame += 1;
        let steps: Vec<String> = self.running.iter().map(Running::line).collect();
        let line = format!("{} {}", SPINNER[self.frame % SPINNER.len()], steps.join("  |  "));
        // No wrapping while drawing: a wrapped line could not be cleared.
        let _ = write!(io::stderr(), "\r\x1b[K\x1b[?7l{line}\x1b[?7h");
        let _ = io::stderr().flush();
        self.drawn = true;
    }

    fn remind(&mut self) {
        let mut lines = Vec::new();
        for running in &mut self.running {
            if running.reminded.elapsed() >= REMINDER {
                running.reminded = Instant::now();
                lines.push(format!("  {}", running.line()));
            }
        }
        for line in lines {
            self.print(&line);
        }
    }
}

impl Running {
    fn line(&self) -> String {
        let separator = if self.detail.is_empty() { "" } else { ": " };
        format!(
            "{} ({}){separator}{}",
            self.title,
            elapsed(self.started.elapsed()),
            self.detail
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_well() {
        assert_eq!(elapsed(Duration::from_millis(420)), "0.4 s");
        assert_eq!(elapsed(Duration::from_secs(42)), "42 s");
        assert_eq!(elapsed(Duration::from_secs(185)), "3 min 05 s");
    }
}
