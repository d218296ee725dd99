//! npm's clients in Chromium: connect-web, and Google's grpc-web in both of its formats.

use std::{path::Path, process::Command};

use anyhow::{Context, Result, ensure};
use base64::{Engine, prelude::BASE64_STANDARD};
use e2e::{browser::in_browser_despite, environment};
use serde_json::json;
use spark_connect_proto::DESCRIPTORS;

use crate::outcome::Outcome;

/// The clients in one script.
fn bundle() -> Result<String> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("js");
    let mut esbuild = Command::new(environment::node()?);
    esbuild.current_dir(directory).arg("src/bundle.js");
    let output = esbuild.output().context("cannot start Node")?;
    let complaint = String::from_utf8_lossy(&output.stderr);
    ensure!(
        output.status.success(),
        "esbuild cannot bundle the clients: {complaint}"
    );
    Ok(String::from_utf8(output.stdout)?)
}

async fn check(client: &str) -> Result<()> {
    let bridge = environment::bridge_url()?;
    let script = bundle()?;
    let descriptors = BASE64_STANDARD.encode(DESCRIPTORS);
    // Any page of the bridge's own will do.
    let icon = |complaint: &str| complaint.contains("favicon.ico");
    in_browser_despite(&format!("{bridge}/healthz"), icon, async |browser| {
        browser.js::<()>(&script, Vec::new()).await?;
        let descriptors = vec![json!(descriptors)];
        browser
            .js::<()>("window.descriptors = arguments[0]", descriptors)
            .await?;
        let call = format!(
            "window.interop({}, {}, window.descriptors)",
            json!(client),
            json!(bridge)
        );
        let outcome: Outcome = browser.promise(&call).await?;
        outcome.check(client)
    })
    .await
}

#[tokio::test]
async fn connect_web() -> Result<()> {
    check("connect-web").await
}

#[tokio::test]
async fn grpc_web_as_text() -> Result<()> {
    check("grpc-web text").await
}

#[tokio::test]
async fn grpc_web_binary() -> Result<()> {
    check("grpc-web binary").await
}
