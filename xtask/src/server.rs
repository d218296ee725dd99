//! Programs that run until we end. Each is started by a guard, a copy of this program that ends it as soon as
//! the guard's standard input closes; so it ends with us even when we are killed.

use std::{
    env,
    ffi::OsString,
    fs::{self, File},
    io, mem,
    os::unix::{
        fs::{FileTypeExt, OpenOptionsExt},
        process::{CommandExt, ExitStatusExt, parent_id},
    },
    path::{Path, PathBuf},
    process::{Child, Command, ExitCode, ExitStatus, Stdio, exit},
    sync::{Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use anyhow::{Context, Result, bail};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

use crate::{process, progress::say};

/// The hidden command that makes this program a guard.
pub(crate) const GUARD: &str = "guard";
/// How long a program may take to end before it is killed.
const PATIENCE: Duration = Duration::from_secs(30);
/// Lines of a log that an error shows.
const SHOWN: usize = 30;

/// Guards of everything that runs, so that a signal can end all of it.
static GUARDS: Mutex<Vec<(u32, Child)>> = Mutex::new(Vec::new());

/// A running program. It ends when this value is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    name: &'static str,
    guard: u32,
    log: PathBuf,
}

impl Server {
    /// Starts a program whose output goes to the file `log`.
    pub(crate) fn start(name: &'static str, command: &Command, log: &Path) -> Result<Self> {
        // What a program prints may let its readers in.
        let output = File::options()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(log);
        let output = output.with_context(|| format!("cannot write {}", log.display()))?;
        let mut guard = Command::new(env::current_exe().context("cannot find xtask itself")?);
        guard
            .arg(GUARD)
            .arg(command.get_program())
            .args(command.get_args());
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => guard.env(name, value),
                None => guard.env_remove(name),
            };
        }
        if let Some(directory) = command.get_current_dir() {
            guard.current_dir(directory);
        }
        // A group of its own: Ctrl+C reaches us, and we end the others in order.
        guard
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(output.try_clone()?)
            .stderr(output);
        let child = guard
            .spawn()
            .with_context(|| format!("cannot start `{}`", process::shown(command)))?;
        let id = child.id();
        guards().push((id, child));
        Ok(Self {
            name,
            guard: id,
            log: log.to_path_buf(),
        })
    }

    /// Fails, with the end of the program's log, when it has ended.
    pub(crate) fn check(&self) -> Result<()> {
        let mut guards = guards();
        let Some((_, child)) = guards.iter_mut().find(|(id, _)| *id == self.guard) else {
            bail!("{} was stopped", self.name);
        };
        let Some(status) = child.try_wait()? else {
            return Ok(());
        };
        Err(self.ended(status))
    }

    fn ended(&self, status: ExitStatus) -> anyhow::Error {
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        let end = lines[lines.len().saturating_sub(SHOWN)..].join("\n");
        anyhow::anyhow!(
            "{} ended by itself ({status}); its log is {}:\n{end}",
            self.name,
            self.log.display()
        )
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let mut guards = guards();
        if let Some(index) = guards.iter().position(|(id, _)| *id == self.guard) {
            let (_, child) = guards.remove(index);
            stop(child);
        }
    }
}

/// From here on SIGINT, SIGTERM and SIGHUP stop every server and end this program.
pub(crate) fn stop_on_signals() -> Result<()> {
    ctrlc::set_handler(|| {
        stop_all();
        exit(130);
    })
    .context("cannot watch for Ctrl+C")
}

/// Stops everything that runs for us, the last server first; the main thread may not start anything afterwards.
pub(crate) fn stop_all() {
    process::stop_all();
    let mut guards = guards();
    if !guards.is_empty() {
        say("Stopping.");
    }
    while let Some((_, guard)) = guards.pop() {
        stop(guard);
    }
    // The lock stays with us, so that nobody reports what we have stopped, or starts more.
    mem::forget(guards);
}

fn guards() -> MutexGuard<'static, Vec<(u32, Child)>> {
    GUARDS.lock().unwrap_or_else(PoisonError::into_inner)
}

fn stop(mut guard: Child) {
    drop(guard.stdin.take());
    // It waits for at most PATIENCE; a guard that cannot be waited for is gone.
    let _ = guard.wait();
}

/// Runs a program until it ends or standard input closes.
pub(crate) fn guard(words: &[OsString]) -> Result<ExitCode> {
    let (program, arguments) = words.split_first().context("the guard needs a program")?;
    let mut command = Command::new(program);
    let mut child = command
        .args(arguments)
        .stdin(Stdio::null())
        .spawn()
        .with_context(|| format!("cannot start {}", program.to_string_lossy()))?;
    let id = Pid::from_raw(i32::try_from(child.id()).context("a process id that is no i32")?);
    // Errors of kill mean that it has ended already.
    ctrlc::set_handler(move || {
        let _ = kill(id, Signal::SIGTERM);
    })
    .context("cannot watch for signals")?;
    thread::spawn(move || {
        let _ = io::copy(&mut io::stdin(), &mut io::sink());
        let _ = kill(id, Signal::SIGTERM);
        thread::sleep(PATIENCE);
        let _ = kill(id, Signal::SIGKILL);
    });
    let status = child.wait()?;
    // As shells say it: 128 and the signal that ended it.
    let code = status.code().or_else(|| Some(128 + status.signal()?));
    Ok(code
        .and_then(|code| u8::try_from(code).ok())
        .map_or(ExitCode::FAILURE, ExitCode::from))
}

/// Stops every server and ends this program when whoever started us is gone: when standard input is a pipe and
/// closes, or our parent is another process than at the start.
pub(crate) fn watch_parent() {
    let is_pipe = fs::metadata("/dev/stdin")
        .is_ok_and(|metadata| metadata.file_type().is_fifo() || metadata.file_type().is_socket());
    if is_pipe {
        thread::spawn(|| {
            // An error means that nobody is at the other end.
            let _ = io::copy(&mut io::stdin(), &mut io::sink());
            stop_all();
            exit(0);
        });
    }
    let parent = parent_id();
    thread::spawn(move || {
        while parent_id() == parent {
            thread::sleep(Duration::from_millis(500));
        }
        stop_all();
        exit(0);
    });
}
