//! Native gRPC through the bridge's own port: PySpark, and bare grpcio; in the clear, and with TLS and a token.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};
use e2e::{environment, servers::Bridge};
use serde::Deserialize;

const TOKEN: &str = "interop-token-of-ada";

/// What the scripts print.
#[derive(Debug, Deserialize)]
struct Outcome {
    rows: u64,
    error_class: String,
    sql_state: String,
    cancelled: String,
    interrupted: String,
    uploaded: String,
    deadline: Option<String>,
    forged: Option<String>,
}

/// Runs a script against a connection string; `roots` are the authorities to trust.
async fn run(script: &str, remote: &str, roots: Option<&Path>) -> Result<Outcome> {
    let mut command = Command::new(environment::python()?);
    command
        .arg(
            Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("tests/interop")
                .join(script),
        )
        .arg(remote)
        .env_remove("SPARK_REMOTE");
    if let Some(roots) = roots {
        command.env("GRPC_DEFAULT_SSL_ROOTS_FILE_PATH", roots);
    }
    let output = tokio::task::spawn_blocking(move || command.output()).await??;
    let (out, error) = (
        String::from_utf8(output.stdout)?,
        String::from_utf8(output.stderr)?,
    );
    ensure!(output.status.success(), "{script} failed:\n{out}\n{error}");
    let line = out.lines().last().context("the script says nothing")?;
    println!("{script} {remote}: {line}");
    Ok(serde_json::from_str(line)?)
}

fn expect(outcome: &Outcome) -> Result<()> {
    ensure!(outcome.rows == 5000, "{outcome:?}");
    ensure!(
        outcome.error_class.starts_with("UNRESOLVED_COLUMN"),
        "{outcome:?}"
    );
    ensure!(outcome.sql_state == "42703", "{outcome:?}");
    ensure!(
        outcome.cancelled == "CANCELLED" || outcome.cancelled == "OPERATION_CANCELED",
        "{outcome:?}"
    );
    ensure!(outcome.interrupted == "OPERATION_CANCELED", "{outcome:?}");
    ensure!(outcome.uploaded == "hello from an artifact", "{outcome:?}");
    Ok(())
}

/// A bridge with TLS that knows one person.
struct Secured {
    bridge: Bridge,
    directory: PathBuf,
}

impl Secured {
    async fn start(name: &str) -> Result<Self> {
        let directory = std::env::temp_dir().join(format!("interop-{name}-{}", std::process::id()));
        fs::create_dir_all(&directory)?;
        let settings = directory.join("bridge.toml");
        fs::write(
            &settings,
            "[identity]\n[[identity.tokens]]\nuser = \"ada\"\ntoken_file = \"token\"\n\
                 [listen.tls]\ncertificate_file = \"bridge.crt\"\nkey_file = \"bridge.key\"\ngenerate = true\n\
                 [listen]\nheader_timeout = \"10s\"\n",
        )?;
        fs::write(directory.join("token"), TOKEN)?;
        let settings = settings.to_str().context("a path that is no text")?;
        let bridge = Bridge::start_with(0, &environment::spark_remote()?, &["--config", settings]).await?;
        Ok(Self { bridge, directory })
    }

    fn remote(&self, token: &str) -> String {
        format!(
            "sc://localhost:{}/;use_ssl=true;token={token}",
            self.bridge.port()
        )
    }

    fn roots(&self) -> PathBuf {
        self.directory.join("bridge.crt")
    }
}

impl Drop for Secured {
    fn drop(&mut self) {
        // Nothing is lost with it.
        let _ = fs::remove_dir_all(&self.directory);
    }
}

fn clear() -> Result<String> {
    e2e::servers::remote_of(&environment::bridge_url()?)
}

#[tokio::test]
async fn pyspark_in_the_clear() -> Result<()> {
    expect(&run("pyspark_client.py", &clear()?, None).await?)
}

#[tokio::test]
async fn pyspark_with_tls_and_a_token() -> Result<()> {
    let secured = Secured::start("pyspark").await?;
    let outcome = run(
        "pyspark_client.py",
        &secured.remote(TOKEN),
        Some(&secured.roots()),
    )
    .await?;
    expect(&outcome)?;
    let refused = run(
        "pyspark_client.py",
        &secured.remote("wrong-token-of-ada"),
        Some(&secured.roots()),
    )
    .await;
    let error = refused.err().context("a wrong token was let in")?.to_string();
    ensure!(error.contains("UNAUTHENTICATED"), "{error}");
    Ok(())
}

#[tokio::test]
async fn grpcio_in_the_clear() -> Result<()> {
    let outcome = run("grpcio_client.py", &clear()?, None).await?;
    expect(&outcome)?;
    ensure!(
        outcome.deadline.as_deref() == Some("DEADLINE_EXCEEDED"),
        "{outcome:?}"
    );
    Ok(())
}

#[tokio::test]
async fn grpcio_with_tls_and_a_token() -> Result<()> {
    let secured = Secured::start("grpcio").await?;
    let outcome = run("grpcio_client.py", &secured.remote(TOKEN), Some(&secured.roots())).await?;
    expect(&outcome)?;
    ensure!(
        outcome.deadline.as_deref() == Some("DEADLINE_EXCEEDED"),
        "{outcome:?}"
    );
    ensure!(
        outcome.forged.as_deref() == Some("PERMISSION_DENIED"),
        "{outcome:?}"
    );
    Ok(())
}
