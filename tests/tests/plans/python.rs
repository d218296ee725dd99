//! Asks a Python that has PySpark.

use std::{
    io::Write,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, ensure};
use e2e::environment;
use serde_json::Value;

/// What a script of this directory answers, in JSON, to a question in JSON.
pub(crate) fn ask(script: &str, question: &Value) -> Result<Value> {
    let mut python = Command::new(environment::python()?)
        .args(["-W", "ignore", "-c", script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let mut stdin = python.stdin.take().context("Python has no input")?;
    let question = question.to_string();
    let writer = std::thread::spawn(move || stdin.write_all(question.as_bytes()));
    let output = python.wait_with_output()?;
    writer.join().ok().context("asking Python failed")??;
    ensure!(
        output.status.success(),
        "Python failed: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(serde_json::from_slice(&output.stdout)?)
}
