//! A local Spark Connect server with the database `samples`. The first start on a machine writes the samples and
//! an archive of Java's classes; later ones are ready within seconds.

mod client;
mod jvm;

use std::{
    fs,
    io::ErrorKind,
    net::{Ipv4Addr, TcpStream},
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::Duration,
};

use anyhow::{Context, Result};

pub(crate) use self::jvm::Manner;
use self::{
    client::Client,
    jvm::{Archive, Options},
};
use crate::{
    port,
    progress::Step,
    server::Server,
    setup::{
        java::Java,
        python::{Python, SPARK},
    },
    stamp::{Input, Stamp, digest},
    workspace::Workspace,
};

/// Where a server is expected unless the person says otherwise.
const PORT: u16 = 15002;
/// How often a server that starts is looked at.
const POLL: Duration = Duration::from_millis(50);

/// A way to start servers: everything they need is installed.
#[derive(Debug, Clone)]
pub(crate) struct Spark {
    workspace: Workspace,
    /// The version of Spark.
    pub(crate) version: String,
    python: Python,
    java: Java,
    spark_home: PathBuf,
    /// The data of the samples; its name changes with their SQL.
    samples: PathBuf,
    archive: PathBuf,
}

/// A server that answers. It ends when this value is dropped.
#[derive(Debug)]
pub(crate) struct Running {
    /// Ends first: it may still be talking to the server.
    _client: Option<Client>,
    server: Server,
    /// `sc://127.0.0.1:PORT`.
    pub(crate) url: String,
    /// Keeps the port ours.
    _claim: port::Claim,
}

impl Spark {
    /// Installs what is missing, this version of Spark included, and prepares the samples.
    pub(crate) fn ensure(workspace: &Workspace, version: &str) -> Result<Self> {
        let python = Python::ensure(workspace)?;
        let java = Java::ensure(workspace)?;
        let spark_home = python.spark_home(workspace, version)?;
        let data = digest(&[Input::Path(&sql(workspace)), Input::Path(&script(workspace))])?;
        let samples = workspace.target.join(format!("samples-{data}"));
        let archive = workspace.tools().join(format!("spark-classes-{version}.jsa"));
        if version != SPARK && !samples.is_dir() {
            // Only the newest has every function that the samples are made with; any can read them.
            Self::ensure(workspace, SPARK)?;
        }
        let spark = Self {
            workspace: workspace.clone(),
            version: version.to_owned(),
            python,
            java,
            spark_home,
            samples,
            archive,
        };
        spark.prepare()?;
        Ok(spark)
    }

    /// The interpreter that has PySpark.
    pub(crate) fn python(&self) -> &Path {
        &self.python.program
    }

    /// Writes the samples and the archive of classes, in one run of a server, unless they are there.
    fn prepare(&self) -> Result<()> {
        let home = self.spark_home.to_string_lossy();
        let samples = Stamp::new(
            &self.workspace,
            "samples",
            &[Input::Text(&self.samples.to_string_lossy())],
        )?;
        let archive = Stamp::new(
            &self.workspace,
            &format!("spark-classes-{}", self.version),
            &[Input::Text(&self.java.description), Input::Text(&home)],
        )?;
        let fill = !samples.is_current(&[&self.samples]);
        if !fill && archive.is_current(&[]) {
            return Ok(());
        }
        let step = Step::start(if fill {
            "Let Spark write the sample data"
        } else {
            "Prepare Spark for faster starts"
        });
        if fill {
            remove_old_samples(&self.workspace)?;
        }
        remove(&self.archive)?;
        let running = self.launch(
            &step,
            None,
            Archive::Write(self.archive.clone()),
            Manner::Development,
            fill,
        )?;
        step.detail("waiting for Spark to end");
        drop(running);
        samples.write()?;
        archive.write()?;
        step.done("");
        Ok(())
    }

    /// Starts a server on `port`, by default the first free one from 15002 on, and waits until it answers.
    pub(crate) fn start(&self, port: Option<u16>) -> Result<Running> {
        self.start_in(port, Manner::Development)
    }

    /// Starts a server for something.
    pub(crate) fn start_in(&self, port: Option<u16>, manner: Manner) -> Result<Running> {
        let step = Step::start("Start Spark");
        let archive = if self.archive.is_file() {
            Archive::Read(self.archive.clone())
        } else {
            Archive::None
        };
        let running = self.launch(&step, port, archive, manner, false)?;
        step.done(&running.url);
        Ok(running)
    }

    fn launch(
        &self,
        step: &Step,
        port: Option<u16>,
        archive: Archive,
        manner: Manner,
        fill: bool,
    ) -> Result<Running> {
        let directory = self.workspace.target.join("spark");
        let claim = port::claim(&directory, PORT, port)?;
        let port = claim.port;
        let directory = directory.join(port.to_string());
        // Left by the last server on this port; its catalog was in its memory.
        remove(&directory)?;
        fs::create_dir_all(&directory).with_context(|| format!("cannot create {}", directory.display()))?;
        let logging = self.workspace.root.join("xtask/spark/log4j2.properties");
        let options = Options {
            port,
            directory: &directory,
            logging: &logging,
            archive,
            manner,
        };
        let command = jvm::command(&self.java, &self.python, &self.spark_home, &options);
        step.detail("waiting for Spark to answer");
        let server = Server::start("Spark", &command, &directory.join("spark.log"))?;

        let client = match manner {
            Manner::Development => Some(self.make_samples_known(step, &server, &directory, port, fill)?),
            Manner::Doctests => {
                wait_for(&server, port)?;
                None
            }
        };
        Ok(Running {
            _client: client,
            server,
            url: format!("sc://127.0.0.1:{port}"),
            _claim: claim,
        })
    }

    /// Waits until the server answers, and makes the samples known to it; with `fill` their data are written too.
    fn make_samples_known(
        &self,
        step: &Step,
        server: &Server,
        directory: &Path,
        port: u16,
        fill: bool,
    ) -> Result<Client> {
        let mut client = Command::new(&self.python.program);
        client
            .arg(script(&self.workspace))
            .arg(port.to_string())
            .arg(sql(&self.workspace))
            .arg(&self.samples);
        if fill {
            client.arg("--fill");
        }
        let mut client = Client::start(&mut client, &directory.join("samples.log"))?;
        client.wait(step, server)?;
        Ok(client)
    }
}

impl Running {
    /// Fails when the server has ended.
    pub(crate) fn check(&self) -> Result<()> {
        self.server.check()
    }
}

/// Waits until the server listens.
fn wait_for(server: &Server, port: u16) -> Result<()> {
    while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
        server.check()?;
        thread::sleep(POLL);
    }
    Ok(())
}

fn script(workspace: &Workspace) -> PathBuf {
    workspace.root.join("xtask/spark/samples.py")
}

fn sql(workspace: &Workspace) -> PathBuf {
    workspace.root.join("xtask/samples")
}

fn remove_old_samples(workspace: &Workspace) -> Result<()> {
    for entry in fs::read_dir(&workspace.target)? {
        let path = entry?.path();
        if path
            .file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with("samples-"))
        {
            remove(&path)?;
        }
    }
    Ok(())
}

/// Removes a file, or a directory with everything in it, if it is there.
fn remove(path: &Path) -> Result<()> {
    let removed = if path.is_dir() {
        fs::remove_dir_all(path)
    } else {
        fs::remove_file(path)
    };
    match removed {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", path.display()))
        }
        _ => Ok(()),
    }
}
