//! TLS: to Spark with a token, and to a bridge; certificates that nobody vouches for are refused.

use std::net::SocketAddr;

use anyhow::{Context, Result, ensure};
use e2e::{environment, servers::Bridge, tls::Tls};
use spark_connect_client::ConnectionString;

use crate::program::{Directory, Ran, Running};

const QUERY: [&str; 4] = ["sql", "SELECT 1 + 1 AS two", "--format", "csv"];

/// Where a server listens, from `scheme://host:port`.
fn address(url: &str) -> Result<SocketAddr> {
    let authority = url.split("://").nth(1).context("no address")?;
    Ok(authority.trim_end_matches('/').parse()?)
}

async fn ran(remote: String, arguments: Vec<String>, trusted: Option<String>) -> Result<Ran> {
    let run = move || {
        let arguments: Vec<&str> = QUERY
            .iter()
            .copied()
            .chain(arguments.iter().map(String::as_str))
            .collect();
        let variables = trusted.iter().map(|path| ("SSL_CERT_FILE", path.as_str()));
        let token = [("SPARK_CONNECT_AUTHENTICATE_TOKEN", "unused by this server")];
        Running::with(&remote, &arguments, variables.chain(token))?.finish("")
    };
    tokio::task::spawn_blocking(run).await?
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn spark_behind_tls() -> Result<()> {
    let spark = ConnectionString::parse(&environment::spark_remote()?)?;
    let tls = Tls::before(address(&spark.base_url())?, &["h2"]).await?;
    let directory = Directory::new()?;
    let trusted = directory.file("ca.pem", &tls.certificate)?;
    let remote = format!("sc://localhost:{}/;use_ssl=true", tls.port);
    let answer = ran(remote.clone(), Vec::new(), Some(trusted)).await?;
    assert_eq!(answer.text()?, "two\r\n2\r\n");

    let answer = ran(remote, Vec::new(), None).await?;
    assert_eq!(answer.status, Some(3), "{}", answer.stderr);
    ensure!(answer.stderr.contains("certificate"), "{}", answer.stderr);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bridge_behind_tls() -> Result<()> {
    let bridge = Bridge::before(&environment::spark_remote()?).await?;
    let tls = Tls::before(address(&bridge.url())?, &["http/1.1"]).await?;
    let directory = Directory::new()?;
    let trusted = directory.file("ca.pem", &tls.certificate)?;
    let route = vec!["--bridge".to_owned(), format!("https://127.0.0.1:{}", tls.port)];
    let answer = ran("sc://spark".to_owned(), route.clone(), Some(trusted)).await?;
    assert_eq!(answer.text()?, "two\r\n2\r\n");

    let answer = ran("sc://spark".to_owned(), route, None).await?;
    assert_eq!(answer.status, Some(3), "{}", answer.stderr);
    ensure!(answer.stderr.contains("certificate"), "{}", answer.stderr);
    Ok(())
}
