//! The bridge as a process: starts it, and does what signals ask for.
//!
//! SIGHUP reads the settings again, SIGTERM lets open streams finish, SIGINT gives them a moment; a second one of the
//! last two ends at once.

use std::{
    io::{self, Write, stdout},
    net::SocketAddr,
    sync::Arc,
    time::Duration,
};

use tokio::{
    net::TcpListener,
    signal::unix::{Signal, SignalKind, signal},
    task::JoinSet,
    time::sleep,
};

use crate::{
    bridge::{Bridge, Config},
    config::{Settings, Sources},
    listener::{Workers, serve},
    notice,
    web_root::WebRoot,
};

/// How long open streams may go on after Ctrl+C.
const INTERRUPTED: Duration = Duration::from_secs(5);

/// Serves as `settings` say, which `sources` gave, until a signal ends it. An error is a sentence.
pub async fn run(mut settings: Settings, sources: Sources) -> Result<(), String> {
    if settings.listen.prepare()? {
        notice("A self-signed certificate was made; browsers ask whether to trust it.");
    }
    let cannot_listen = |error| {
        format!(
            "Cannot listen on {}: {error}. Choose another with --listen HOST:PORT.",
            settings.listen.address
        )
    };
    let listener = TcpListener::bind(&settings.listen.address)
        .await
        .map_err(cannot_listen)?;
    let address = listener.local_addr().map_err(cannot_listen)?;
    let mut signals = Signals::new().map_err(|error| format!("Cannot wait for signals: {error}."))?;

    let (tls, spark) = (settings.listen.tls.is_some(), settings.backends.to_string());
    let bridge = Arc::new(Bridge::new(Config {
        settings,
        address,
        web_root: WebRoot::embedded(),
    })?);
    // Nobody may be reading it.
    let _ = writeln!(
        stdout(),
        "The notebook is at {}{} (Spark at {spark}). Ctrl+C ends it.",
        url(address, tls),
        bridge.query()
    );

    let current = bridge.current();
    let metrics = &current.settings.metrics;
    let _metrics = if metrics.enabled {
        let listener = TcpListener::bind(&metrics.address).await.map_err(|error| {
            format!(
                "Cannot tell metrics on {}: {error}. Set metrics.address to another.",
                metrics.address
            )
        })?;
        let router = bridge.metrics();
        let mut tasks = JoinSet::new();
        // It ends with the set.
        tasks.spawn(async move { axum::serve(listener, router).await });
        Some(tasks)
    } else {
        None
    };
    drop(current);

    let (end, ended) = tokio::sync::oneshot::channel();
    let workers = Workers::start().map_err(|error| format!("Cannot start threads: {error}."))?;
    let serving = serve(listener, bridge.clone(), workers, async {
        // The sender lives until it is used.
        ended.await.unwrap_or(Duration::ZERO)
    });
    let governing = async {
        let grace = signals.until_end(&bridge, &sources).await;
        let _ = end.send(grace);
        signals.end().await;
    };
    tokio::select! {
        () = serving => {}
        () = governing => {}
    }
    bridge.flush().await;
    Ok(())
}

struct Signals {
    interrupt: Signal,
    terminate: Signal,
    hangup: Signal,
}

impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
        })
    }

    /// Reloads until a signal asks for the end; returns how long open streams may go on.
    async fn until_end(&mut self, bridge: &Bridge, sources: &Sources) -> Duration {
        loop {
            tokio::select! {
                _ = self.hangup.recv() => reload(bridge, sources),
                _ = self.interrupt.recv() => return INTERRUPTED,
                _ = self.terminate.recv() => break,
            }
        }
        bridge.end();
        let current = bridge.current();
        let listen = &current.settings.listen;
        if let Some(delay) = listen.drain_delay {
            tokio::select! {
                () = sleep(delay) => {}
                () = self.end() => return Duration::ZERO,
            }
        }
        listen.drain_timeout
    }

    async fn end(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// Takes new settings if there is nothing wrong with them.
fn reload(bridge: &Bridge, sources: &Sources) {
    let mut settings = match sources.load() {
        Ok(settings) => settings,
        Err(problems) => {
            notice("The settings stay as they were:");
            for line in problems.lines() {
                notice(&line);
            }
            return;
        }
    };
    if let Err(sentence) = settings.listen.prepare() {
        notice(&format!("The settings stay as they were: {sentence}"));
        return;
    }
    let moves = settings.listen.address != bridge.current().settings.listen.address;
    match bridge.reload(settings) {
        Ok(()) if moves => {
            notice("New settings are in use, except for listen.address, which counts after a restart.");
        }
        Ok(()) => notice("New settings are in use."),
        Err(sentence) => notice(&format!("The settings stay as they were: {sentence}")),
    }
}

fn url(address: SocketAddr, tls: bool) -> String {
    let scheme = if tls { "https" } else { "http" };
    if address.ip().is_unspecified() {
        format!("{scheme}://localhost:{}/", address.port())
    } else {
        format!("{scheme}://{address}/")
    }
}
