//! tonic-web-wasm-client in Chromium, on a page of another site than the bridge.

use std::{fs, path::Path};

use anyhow::Result;
use axum::{
    Router,
    http::header::CONTENT_TYPE,
    response::{Html, IntoResponse},
    routing::get,
};
use e2e::{browser::in_browser_with, environment, servers::Bridge};
use serde_json::json;
use tokio::net::TcpListener;
use uuid::Uuid;

use crate::outcome::Outcome;

const NAME: &str = "e2e_tonic_web";

#[tokio::test]
async fn tonic_web_wasm_client() -> Result<()> {
    let directory = environment::tonic_web()?;
    let read = |name: String| fs::read(Path::new(&directory).join(name));
    let (script, code) = (read(format!("{NAME}.js"))?, read(format!("{NAME}_bg.wasm"))?);
    let typed = |content_type: &'static str, bytes: Vec<u8>| {
        get(move || async move { ([(CONTENT_TYPE, content_type)], bytes).into_response() })
    };
    let router = Router::new()
        .route("/", get(async || Html("<!doctype html><title>A site</title>")))
        .route("/client.js", typed("text/javascript", script))
        .route("/client.wasm", typed("application/wasm", code));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let site = format!("http://{}", listener.local_addr()?);
    let server = tokio::spawn(async move { axum::serve(listener, router).await });

    let bridge = Bridge::start_with(0, &environment::spark_remote()?, &["--allow-origin", &site]).await?;
    let icon = |complaint: &str| complaint.contains("favicon.ico");
    let result = in_browser_with(&[], &site, icon, async |browser| {
        let call = format!(
            "(async () => {{
               const client = await import('/client.js');
               await client.default({{ module_or_path: '/client.wasm' }});
               return JSON.parse(await client.interop({}, {}));
             }})()",
            json!(bridge.url()),
            json!(Uuid::new_v4().to_string())
        );
        let outcome: Outcome = browser.promise(&call).await?;
        outcome.check("tonic-web-wasm-client")
    })
    .await;
    server.abort();
    result
}
