//! Servers of a test's own: a Spark, a bridge, and ports for them.

use std::{env, fs, net::TcpListener, process::Command, time::Duration};

use anyhow::{Context, Result};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use uuid::Uuid;

use crate::{environment, process::Process};

/// How long Spark may take to start on a machine that does other things as well.
const SPARK_START: Duration = Duration::from_secs(180);
const SPARK_STOP: Duration = Duration::from_secs(30);
const BRIDGE_START: Duration = Duration::from_secs(20);

/// A port that nobody listens on.
pub fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// A Spark of a test's own, without the sample data. It stops when dropped.
#[derive(Debug)]
pub struct Spark {
    process: Process,
    port: u16,
}

impl Spark {
    /// Starts a Spark and waits until it answers.
    pub async fn start() -> Result<Self> {
        Self::start_at(free_port()?).await
    }

    /// Starts a Spark on a port, where another may have been before.
    pub async fn start_at(port: u16) -> Result<Self> {
        Self::launch(port, &[]).await
    }

    /// Starts a Spark with settings beside the usual ones.
    pub async fn start_with(settings: &[(&str, String)]) -> Result<Self> {
        Self::launch(free_port()?, settings).await
    }

    async fn launch(port: u16, settings: &[(&str, String)]) -> Result<Self> {
        let mut command = Command::new(environment::xtask()?);
        // Spark reads its settings from Java's properties.
        let properties: Vec<_> = settings
            .iter()
            .map(|(key, value)| format!("-D{key}={value}"))
            .collect();
        command.env("JAVA_TOOL_OPTIONS", properties.join(" "));
        command
            .args(["spark", "--port", &port.to_string()])
            .args(["--version", &environment::spark_version()?]);
        let mut process = Process::start(command, SPARK_STOP)?;
        process
            .line(SPARK_START, |line| line.contains("sc://").then_some(()))
            .await?;
        Ok(Self { process, port })
    }

    /// The port that it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its connection string.
    pub fn remote(&self) -> String {
        format!("sc://127.0.0.1:{}", self.port)
    }

    /// Stops it, as an operator does.
    pub fn stop(&mut self) {
        self.process.stop();
    }
}

/// A bridge of a test's own. It stops when dropped.
#[derive(Debug)]
pub struct Bridge {
    process: Process,
    port: u16,
}

impl Bridge {
    /// Starts a bridge before the Spark that a connection string names.
    pub async fn before(spark: &str) -> Result<Self> {
        Self::start_at(0, spark).await
    }

    /// Starts a bridge on a port, where another may have been before.
    pub async fn start_at(port: u16, spark: &str) -> Result<Self> {
        Self::start_with(port, spark, &[]).await
    }

    /// The same, with further flags.
    pub async fn start_with(port: u16, spark: &str, flags: &[&str]) -> Result<Self> {
        let mut command = Command::new(environment::bridge()?);
        // Proxies before it have ports of their own.
        command.args([
            "--allow-host",
            "127.0.0.1",
            "--listen",
            &format!("127.0.0.1:{port}"),
            "--spark",
            spark,
            "--set",
            "identity.startup_token=false",
        ]);
        command.args(flags);
        let mut process = Process::start(command, Duration::ZERO)?;
        let port = process.line(BRIDGE_START, listening).await?;
        Ok(Self { process, port })
    }

    /// Starts a bridge with a file of settings.
    pub async fn with_settings(settings: &str) -> Result<Self> {
        let file = env::temp_dir().join(format!("bridge-{}.toml", Uuid::new_v4()));
        fs::write(&file, settings)?;
        let mut command = Command::new(environment::bridge()?);
        command.args(["--listen", "127.0.0.1:0", "--config"]).arg(&file);
        let mut process = Process::start(command, Duration::ZERO)?;
        let port = process.line(BRIDGE_START, listening).await;
        fs::remove_file(file)?;
        Ok(Self { process, port: port? })
    }

    /// The port that it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The address of its page.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The connection string of its page.
    pub fn remote(&self) -> String {
        format!("sc://127.0.0.1:{}", self.port)
    }

    /// Waits for a line of its output in which `find` finds something.
    pub async fn line<T>(&mut self, find: impl Fn(&str) -> Option<T>) -> Result<T> {
        self.process.line(BRIDGE_START, find).await
    }

    /// Waits for its own end.
    pub async fn ended(&mut self) -> Result<()> {
        self.process.ended().await
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: Signal) -> Result<()> {
        Ok(kill(Pid::from_raw(i32::try_from(self.process.id())?), signal)?)
    }

    /// Kills it, as an accident does.
    pub fn kill(&mut self) {
        self.process.stop();
    }
}

/// The port in the line with which a bridge says that it is ready.
fn listening(line: &str) -> Option<u16> {
    let (_, rest) = line.split_once("://127.0.0.1:")?;
    rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// The connection string of the page at an `http://` address.
pub fn remote_of(url: &str) -> Result<String> {
    let authority = url
        .strip_prefix("http://")
        .with_context(|| format!("{url} is no http:// address"))?;
    Ok(format!("sc://{authority}"))
}
