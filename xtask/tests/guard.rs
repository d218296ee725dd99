//! The guard of a program that runs until we end, in a process of its own.

use std::{
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Result, bail};

fn guard(words: &[&str]) -> Result<Child> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    Ok(command
        .arg("guard")
        .args(words)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?)
}

fn end_of(mut child: Child) -> Result<ExitStatus> {
    let begin = Instant::now();
    while begin.elapsed() < Duration::from_secs(20) {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        thread::sleep(Duration::from_millis(20));
    }
    child.kill()?;
    bail!("the guard is still there after 20 s")
}

#[test]
fn the_program_ends_when_standard_input_closes() -> Result<()> {
    let mut child = guard(&["sleep", "1000"])?;
    drop(child.stdin.take());
    assert_eq!(end_of(child)?.code(), Some(128 + 15));
    Ok(())
}

#[test]
fn the_programs_own_end_is_the_guards() -> Result<()> {
    let mut child = guard(&["sh", "-c", "exit 7"])?;
    let _open = child.stdin.take();
    assert_eq!(end_of(child)?.code(), Some(7));
    Ok(())
}
