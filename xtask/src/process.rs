//! Other programs: found on the path, run to their end with their last line shown as progress, or asked for
//! what they print. A failure shows the command and what it wrote. Programs that keep running are in
//! [`crate::server`].

use std::{
    env,
    io::{self, BufRead, BufReader},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{Mutex, MutexGuard, PoisonError},
};

use anyhow::{Context, Result, anyhow, bail};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

use crate::progress::Step;

/// Lines of a failed program's output that its error shows.
const SHOWN: usize = 200;

/// What [`observe`] runs at the moment, so that an end of ours is an end of theirs.
static RUNNING: Mutex<Vec<u32>> = Mutex::new(Vec::new());

/// The program's path, when `PATH` has an executable file of this name.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?)
        .map(|directory| directory.join(program))
        .find(|path| is_executable(path))
}

fn is_executable(path: &Path) -> bool {
    path.metadata()
        .is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

/// Runs a program that must succeed, and returns its standard output.
pub(crate) fn capture(command: &mut Command) -> Result<String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| cannot_start(command))?;
    if !output.status.success() {
        let text = [
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr),
        ]
        .concat();
        bail!(
            "`{}` failed ({}):\n{}",
            shown(command),
            output.status,
            text.trim_end()
        );
    }
    String::from_utf8(output.stdout).with_context(|| format!("`{}` printed invalid UTF-8", shown(command)))
}

/// Runs a program that must succeed, showing its last line as the step's detail.
pub(crate) fn run(step: &Step, command: &mut Command) -> Result<()> {
    let (success, lines) = observe(command, |line| step.detail(line.trim_start()))?;
    if !success {
        let from = lines.len().saturating_sub(SHOWN);
        bail!("`{}` failed:\n{}", shown(command), lines[from..].join("\n"));
    }
    Ok(())
}

/// Runs a program that must succeed; when it fails, the error ends with what to do.
pub(crate) fn run_or(step: &Step, command: &mut Command, advice: &str) -> Result<()> {
    run(step, command).map_err(|error| anyhow!("{error:#}\n{advice}"))
}

/// Runs a program, gives each line of its two outputs to `line` as it comes, in the order of writing, and
/// returns whether it succeeded, and all lines.
pub(crate) fn observe(command: &mut Command, mut line: impl FnMut(&str)) -> Result<(bool, Vec<String>)> {
    let (reader, writer) = io::pipe().context("cannot create a pipe")?;
    command
        .stdin(Stdio::null())
        .stdout(writer.try_clone()?)
        .stderr(writer);
    let spawned = command.spawn().with_context(|| cannot_start(command));
    // The command keeps the pipe's writing ends, and we would wait for ourselves.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = spawned?;
    running().push(child.id());
    let mut lines = Vec::new();
    for bytes in BufReader::new(reader).split(b'\n').map_while(Result::ok) {
        let text = String::from_utf8_lossy(&bytes).trim_end().to_owned();
        line(&text);
        lines.push(text);
    }
    let status = child
        .wait()
        .with_context(|| format!("lost `{}`", shown(command)))?;
    running().retain(|id| *id != child.id());
    Ok((status.success(), lines))
}

/// Ends every program that [`observe`] runs.
pub(crate) fn stop_all() {
    for id in running().drain(..) {
        if let Ok(id) = i32::try_from(id) {
            // An error means that it has ended already.
            let _ = kill(Pid::from_raw(id), Signal::SIGTERM);
        }
    }
}

fn running() -> MutexGuard<'static, Vec<u32>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The command as one would type it, for messages.
pub(crate) fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}

fn cannot_start(command: &Command) -> String {
    format!("cannot start `{}`", shown(command))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn both_outputs_are_observed_in_order() -> Result<()> {
        let mut seen = Vec::new();
        let (success, lines) = observe(
            &mut shell("echo one; echo '  two' >&2; echo three; exit 3"),
            |line| {
                seen.push(line.to_owned());
            },
        )?;
        assert!(!success);
        assert_eq!(lines, ["one", "  two", "three"]);
        assert_eq!(seen, lines);
        Ok(())
    }

    #[test]
    fn failures_name_the_command_and_show_its_words() {
        let error = capture(&mut shell("echo no such thing >&2; exit 1"))
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("`sh -c") && error.contains("no such thing"),
            "{error}"
        );
        let error = capture(&mut Command::new("no-such-program"))
            .unwrap_err()
            .to_string();
        assert!(error.contains("cannot start `no-such-program`"), "{error}");
    }

    #[test]
    fn programs_are_found_on_the_path() {
        assert!(find("sh").is_some());
        assert!(find("no-such-program").is_none());
    }
}
