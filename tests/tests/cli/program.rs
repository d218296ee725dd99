//! The program under test: its arguments, its input, and what came of it.

use std::{
    io::{Read, Write},
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use anyhow::{Context, Result, ensure};
use e2e::{environment, route::Route};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use uuid::Uuid;

/// What came of a run.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) status: Option<i32>,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
}

impl Ran {
    /// Standard output as text, if the run ended well and without a word.
    pub(crate) fn text(&self) -> Result<&str> {
        ensure!(
            self.status == Some(0) && self.stderr.is_empty(),
            "exit status {:?}: {}",
            self.status,
            self.stderr
        );
        Ok(std::str::from_utf8(&self.stdout)?)
    }
}

/// Runs the program to its end, on the shared Spark.
pub(crate) fn run(route: Route, arguments: &[&str], input: &str) -> Result<Ran> {
    Running::start(route, arguments)?.finish(input)
}

/// A program that runs. It is killed when dropped.
pub(crate) struct Running {
    child: Child,
}

impl Running {
    /// Starts the program on the shared Spark.
    pub(crate) fn start(route: Route, arguments: &[&str]) -> Result<Self> {
        let mut command = Command::new(environment::cli()?);
        command.env("SPARK_REMOTE", environment::spark_remote()?);
        if route == Route::GrpcWeb {
            command.args(["--bridge", &environment::bridge_url()?]);
        }
        Self::spawn(command.args(arguments))
    }

    /// Starts the program on the server that a connection string names.
    pub(crate) fn on(remote: &str, arguments: &[&str]) -> Result<Self> {
        Self::with(remote, arguments, [])
    }

    /// Starts the program on the server that a connection string names, with these variables.
    pub(crate) fn with<'a>(
        remote: &str,
        arguments: &[&str],
        variables: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self> {
        Self::spawn(
            Command::new(environment::cli()?)
                .args(["--remote", remote])
                .args(arguments)
                .envs(variables),
        )
    }

    fn spawn(command: &mut Command) -> Result<Self> {
        let child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .context("cannot start the command line")?;
        Ok(Self { child })
    }

    /// Its process id.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Its standard output, to be read while it runs.
    pub(crate) fn output(&mut self) -> Result<impl Read + Send + use<>> {
        self.child.stdout.take().context("the output was taken already")
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, signal: Signal) -> Result<()> {
        Ok(kill(Pid::from_raw(i32::try_from(self.id())?), signal)?)
    }

    /// Gives it its input and waits for its end.
    pub(crate) fn finish(mut self, input: &str) -> Result<Ran> {
        if let Some(mut stdin) = self.child.stdin.take() {
            // A program that ends before it has read everything says so itself.
            let _ = stdin.write_all(input.as_bytes());
        }
        let mut stdout = Vec::new();
        let mut stderr = String::new();
        let errors = self.child.stderr.take().context("no standard error")?;
        let errors = std::thread::spawn(move || {
            let mut errors = errors;
            errors.read_to_string(&mut stderr).map(|_| stderr)
        });
        if let Some(mut output) = self.child.stdout.take() {
            output.read_to_end(&mut stdout)?;
        }
        let stderr = errors
            .join()
            .map_err(|_| anyhow::anyhow!("no standard error"))??;
        Ok(Ran {
            status: self.child.wait()?.code(),
            stdout,
            stderr,
        })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Both fail only when it has ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A directory that is gone at the end of the test.
pub(crate) struct Directory(PathBuf);

impl Directory {
    pub(crate) fn new() -> Result<Self> {
        let path = std::env::temp_dir().join(format!("spark-connect-e2e-{}", Uuid::new_v4()));
        std::fs::create_dir(&path)?;
        Ok(Self(path))
    }

    /// The path of a file in it.
    pub(crate) fn path(&self, name: &str) -> Result<String> {
        let path = self.0.join(name).into_os_string().into_string();
        path.map_err(|path| anyhow::anyhow!("{} is not UTF-8", path.display()))
    }

    /// Writes a file in it, and returns its path.
    pub(crate) fn file(&self, name: &str, content: &str) -> Result<String> {
        let path = self.path(name)?;
        std::fs::write(&path, content)?;
        Ok(path)
    }

    /// The names of the files in it.
    pub(crate) fn names(&self) -> Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in std::fs::read_dir(&self.0)? {
            names.push(entry?.file_name().to_string_lossy().into_owned());
        }
        names.sort();
        Ok(names)
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        // What is left of it hurts nobody.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
