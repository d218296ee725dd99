//! A site of another origin than the bridge's, and a browser on a page of it that has loaded the client.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use axum::{
    Router,
    body::Bytes,
    http::{StatusCode, Uri, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use e2e::{
    browser::{Browser, in_browser_with},
    environment,
    servers::Bridge,
};
use serde::de::DeserializeOwned;
use tokio::{net::TcpListener, task::JoinHandle};

/// What the site serves, and where it is in the work tree.
const FILES: [(&str, &str, &str); 4] = [
    ("/plain.html", "text/html", "docs/examples/plain.html"),
    ("/element.html", "text/html", "docs/examples/element.html"),
    (
        "/apache-arrow.js",
        "text/javascript",
        "app/js/node_modules/apache-arrow/Arrow.es2015.min.js",
    ),
    (
        "/worker.js",
        "text/javascript",
        "tests/tests/javascript/worker.js",
    ),
];
const EMPTY: &str = "<!doctype html><title>A site</title>";

/// A bridge, and a site whose pages may call it.
pub(crate) struct Stage {
    /// The site's address.
    pub(crate) site: String,
    pub(crate) bridge: Bridge,
    task: JoinHandle<()>,
}

impl Stage {
    /// Starts both before the shared Spark.
    pub(crate) async fn start() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let site = format!("http://{}", listener.local_addr()?);
        let router = Router::new().fallback(serve);
        let task = tokio::spawn(async move {
            // Until the stage is gone.
            let _ = axum::serve(listener, router).await;
        });
        // With any port: the example's page names another one than this bridge has.
        let flags = ["--allow-origin", &site, "--allow-host", "localhost"];
        let bridge = Bridge::start_with(0, &environment::spark_remote()?, &flags).await?;
        Ok(Self { site, bridge, task })
    }

    /// Runs a test on an empty page of the site, with the client of this stage's bridge.
    pub(crate) async fn on_page(&self, test: impl AsyncFnOnce(&Page<'_>) -> Result<()>) -> Result<()> {
        self.on_page_despite(&self.bridge.url(), |_| false, test).await
    }

    /// The same with a bridge of another address, and with what the console may complain of.
    pub(crate) async fn on_page_despite(
        &self,
        bridge: &str,
        expected: impl Fn(&str) -> bool,
        test: impl AsyncFnOnce(&Page<'_>) -> Result<()>,
    ) -> Result<()> {
        in_browser_with(&[], &self.site, expected, async |browser| {
            let module = format!("{bridge}/spark-connect.js");
            test(&Page { browser, module }).await
        })
        .await
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A page with the client.
pub(crate) struct Page<'a> {
    pub(crate) browser: &'a Browser,
    /// The address of the client's module.
    pub(crate) module: String,
}

impl Page<'_> {
    /// What the body of an async function gives, which has `connect`, `SparkConnectError` and `failure`: what a promise
    /// rejects with.
    pub(crate) async fn run<T: DeserializeOwned>(&self, body: &str) -> Result<T> {
        let expression = format!(
            "(async () => {{
                const {{ connect, SparkConnectError }} = await import({module:?});
                const failure = (promise) => promise.then((value) => {{ throw new Error(`nothing fails: ${{value}}`) }}, (error) => error);
                {body}
            }})()",
            module = self.module
        );
        self.browser
            .promise(&expression)
            .await
            .with_context(|| body.to_owned())
    }

    /// Loads npm's apache-arrow, as the global `Arrow`.
    pub(crate) async fn load_arrow(&self) -> Result<()> {
        let load = "new Promise((loaded, failed) => document.head.append(Object.assign(
            document.createElement('script'), { src: '/apache-arrow.js', onload: loaded, onerror: failed })))
            .then(() => typeof Arrow.tableFromIPC)";
        let kind: String = self.browser.promise(load).await?;
        anyhow::ensure!(kind == "function", "apache-arrow gives {kind}");
        Ok(())
    }
}

/// A file of the work tree.
pub(crate) fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name)
}

async fn serve(uri: Uri) -> Response {
    let Some((_, media_type, file)) = FILES.iter().find(|(name, ..)| *name == uri.path()) else {
        return match uri.path() {
            "/" => ([(CONTENT_TYPE, "text/html")], EMPTY).into_response(),
            // Every browser asks for it.
            "/favicon.ico" => StatusCode::NO_CONTENT.into_response(),
            _ => StatusCode::NOT_FOUND.into_response(),
        };
    };
    match std::fs::read(path(file)) {
        Ok(bytes) => ([(CONTENT_TYPE, *media_type)], Bytes::from(bytes)).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}
