//! The command: reads its flags, listens, prints the address to open and serves until a signal ends it.

use std::{
    env,
    io::{Write, stdout},
    net::SocketAddr,
    process::ExitCode,
};

use clap::Parser;
use spark_connect_bridge::{AllowedHost, AllowedOrigin, Config, Hosts, SparkUri, WebRoot, router, serve};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};

const EXAMPLES: &str = "\
Examples:
  A Spark Connect server on this machine:
    spark-connect-bridge
  One on another machine:
    spark-connect-bridge --spark sc://spark.example.com:15002
  With TLS and a token, which stays out of the list of processes:
    SPARK_CONNECT_AUTHENTICATE_TOKEN=... spark-connect-bridge --spark 'sc://spark.example.com:443/;use_ssl=true'
  On another port, reached through a proxy that keeps the name of the site:
    spark-connect-bridge --listen 127.0.0.1:9000 --allow-host notebook.example.com

Then open the address that is printed. PySpark can use the bridge too:
    SparkSession.builder.remote(\"sc://127.0.0.1:8080\").getOrCreate()";

/// Makes a Spark Connect server reachable from browsers: serves the notebook and passes its calls on to Spark.
#[derive(Parser)]
#[command(version, after_help = EXAMPLES, max_term_width = 100)]
struct Arguments {
    /// The Spark Connect server, as PySpark writes it: sc://HOST[:PORT]/;KEY=VALUE;...
    ///
    /// Keys: use_ssl, token, grpc_max_message_size, grpc_keepalive_enabled, grpc_keepalive_time_ms,
    /// grpc_keepalive_timeout_ms, grpc_keepalive_without_calls; any other key is sent to Spark as a header.
    /// A token turns TLS on unless Spark runs on this machine; use_ssl=false turns it off.
    #[arg(
        long,
        value_name = "URI",
        env = "SPARK_REMOTE",
        hide_env_values = true,
        default_value = "sc://localhost:15002"
    )]
    spark: String,

    /// The address to listen on; port 0 takes any free one.
    ///
    /// Whoever reaches it can use Spark, so leave it on this machine unless something in front decides who may.
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:8080")]
    listen: String,

    /// Answer under this name too; can be given several times.
    ///
    /// On this machine's own addresses the bridge answers only as localhost, 127.0.0.1 and [::1]. On any other address
    /// it answers under every name unless this is given.
    #[arg(long, value_name = "NAME[:PORT]")]
    allow_host: Vec<AllowedHost>,

    /// Let the pages of this site call from their visitors' browsers (CORS); can be given several times.
    #[arg(long, value_name = "SCHEME://HOST[:PORT]")]
    allow_origin: Vec<AllowedOrigin>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // Not clap's parser: its errors would print the token.
    let token = env::var("SPARK_CONNECT_AUTHENTICATE_TOKEN").ok();
    let spark = match SparkUri::parse(&arguments.spark, token.as_deref()) {
        Ok(spark) => spark,
        Err(error) => return fail(2, &format!("--spark: {error}.")),
    };
    match run(arguments, spark).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => fail(1, &sentence),
    }
}

async fn run(arguments: Arguments, spark: SparkUri) -> Result<(), String> {
    let cannot_listen = |error| {
        format!(
            "Cannot listen on {}: {error}. Choose another with --listen HOST:PORT.",
            arguments.listen
        )
    };
    let listener = TcpListener::bind(&arguments.listen)
        .await
        .map_err(cannot_listen)?;
    let address = listener.local_addr().map_err(cannot_listen)?;
    let shutdown = shutdown_signal().map_err(|error| format!("Cannot wait for signals: {error}."))?;

    if !address.ip().is_loopback() {
        eprintln!(
            "Warning: whoever can reach {address} can use Spark, as the bridge asks nobody who they are."
        );
    }
    // Nobody may be reading it.
    let _ = writeln!(
        stdout(),
        "The notebook is at {} (Spark at {spark}). Ctrl+C ends it.",
        url(address)
    );
    let hosts = Hosts::for_listener(address, arguments.allow_host);
    serve(
        listener,
        router(Config {
            spark,
            hosts,
            origins: arguments.allow_origin.into_iter().collect(),
            web_root: WebRoot::embedded(),
        }),
        shutdown,
    )
    .await;
    Ok(())
}

/// Ready once SIGINT or SIGTERM arrives.
fn shutdown_signal() -> std::io::Result<impl Future<Output = ()>> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

fn url(address: SocketAddr) -> String {
    if address.ip().is_unspecified() {
        format!("http://localhost:{}/", address.port())
    } else {
        format!("http://{address}/")
    }
}

fn fail(code: u8, sentence: &str) -> ExitCode {
    eprintln!("error: {sentence}");
    ExitCode::from(code)
}
