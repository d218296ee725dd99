//! The command: reads its flags, and checks settings or serves with them.

use std::{
    io::{Write, stdout},
    path::PathBuf,
    process::ExitCode,
};

use clap::{Args, Parser, Subcommand};
use spark_connect_bridge::{Sources, config::Problems, run};

const EXAMPLES: &str = "\
Examples:
  A Spark Connect server on this machine:
    spark-connect-bridge
  One on another machine:
    spark-connect-bridge --spark sc://spark.example.com:15002
  With TLS and a token, which stays out of the list of processes:
    SPARK_CONNECT_AUTHENTICATE_TOKEN=... spark-connect-bridge --spark 'sc://spark.example.com:443/;use_ssl=true'
  With everything else that can be set, from a file (deploy/reference.toml lists it all):
    spark-connect-bridge --config bridge.toml
  On another port, reached through a proxy that keeps the name of the site:
    spark-connect-bridge --listen 127.0.0.1:9000 --allow-host notebook.example.com

Then open the address that is printed. PySpark can use the bridge too:
    SparkSession.builder.remote(\"sc://127.0.0.1:8080\").getOrCreate()";

/// Makes a Spark Connect server reachable from browsers: serves the notebook and passes its calls on to Spark.
#[derive(Parser)]
#[command(version, after_help = EXAMPLES, max_term_width = 100, args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,

    #[command(flatten)]
    settings: SettingsArguments,
}

#[derive(Subcommand)]
enum Command {
    /// Says what is wrong in a file of settings, with line and column, and serves nothing.
    CheckConfig {
        /// The file.
        file: PathBuf,

        /// Look only at the file, not at the environment variables, secrets and certificates that it names.
        #[arg(long)]
        syntax_only: bool,
    },
}

#[derive(Args)]
struct SettingsArguments {
    /// The file of settings (TOML).
    ///
    /// Each setting is also an environment variable: listen.address is SPARK_CONNECT_BRIDGE__LISTEN__ADDRESS.
    /// Variables win over the file, flags over both.
    #[arg(long, value_name = "FILE", env = "SPARK_CONNECT_BRIDGE_CONFIG")]
    config: Option<PathBuf>,

    /// Another value for a setting of the file, for example listen.idle_timeout=1m; can be given several times.
    #[arg(long, value_name = "SETTING=VALUE", value_parser = parse_assignment)]
    set: Vec<(String, String)>,

    /// The Spark Connect server, as PySpark writes it: sc://HOST[:PORT]/;KEY=VALUE;...
    ///
    /// Keys: use_ssl, token, grpc_max_message_size, grpc_keepalive_enabled, grpc_keepalive_time_ms,
    /// grpc_keepalive_timeout_ms, grpc_keepalive_without_calls; any other key is sent to Spark as a header.
    /// A token turns TLS on unless Spark runs on this machine; use_ssl=false turns it off.
    /// Several servers, clusters, certificates and more can be set in the file.
    /// Without it SPARK_REMOTE counts, then sc://localhost:15002.
    #[arg(long, value_name = "URI")]
    spark: Option<String>,

    /// The address to listen on; port 0 takes any free one. Default 127.0.0.1:8080.
    ///
    /// Whoever reaches it can use Spark, so leave it on this machine unless something in front decides who may.
    #[arg(long, value_name = "HOST:PORT")]
    listen: Option<String>,

    /// Speak TLS with a certificate of this machine's own, kept in this directory and made when it is not there.
    ///
    /// With TLS browsers use HTTP/2, which has no limit of six requests at a time. They ask once whether to trust the
    /// certificate.
    #[arg(long, value_name = "DIRECTORY")]
    self_signed: Option<PathBuf>,

    /// Answer under this name too, NAME or NAME:PORT; can be given several times.
    ///
    /// On this machine's own addresses the bridge answers only as localhost, 127.0.0.1 and [::1]. On any other address
    /// it answers under every name unless this is given.
    #[arg(long, value_name = "NAME[:PORT]")]
    allow_host: Vec<String>,

    /// Let the pages of this site call from their visitors' browsers (CORS); can be given several times.
    #[arg(long, value_name = "SCHEME://HOST[:PORT]")]
    allow_origin: Vec<String>,
}

impl From<SettingsArguments> for Sources {
    fn from(arguments: SettingsArguments) -> Self {
        Self {
            file: arguments.config,
            environment: Sources::environment(),
            set: arguments.set,
            listen: arguments.listen,
            self_signed: arguments.self_signed,
            allow_host: arguments.allow_host,
            allow_origin: arguments.allow_origin,
            spark: arguments.spark,
        }
    }
}

fn parse_assignment(text: &str) -> Result<(String, String), &'static str> {
    match text.split_once('=') {
        Some((setting, value)) => Ok((setting.trim().to_owned(), value.trim().to_owned())),
        None => Err("expected SETTING=VALUE, for example listen.idle_timeout=1m"),
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if let Some(Command::CheckConfig { file, syntax_only }) = arguments.command {
        return check_config(file, syntax_only);
    }
    let sources = Sources::from(arguments.settings);
    let settings = match sources.load() {
        Ok(settings) => settings,
        Err(problems) => return tell(&problems),
    };
    match run(settings, sources).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => fail(1, &sentence),
    }
}

fn check_config(file: PathBuf, syntax_only: bool) -> ExitCode {
    let sources = Sources {
        file: Some(file.clone()),
        environment: Sources::environment(),
        ..Sources::default()
    };
    let checked = if syntax_only {
        sources.check_syntax()
    } else {
        sources.load().map(drop)
    };
    match checked {
        Ok(()) => {
            // Nobody may be reading it.
            let _ = writeln!(stdout(), "{} is fine.", file.display());
            ExitCode::SUCCESS
        }
        Err(problems) => tell(&problems),
    }
}

fn tell(problems: &Problems) -> ExitCode {
    for line in problems.lines() {
        eprintln!("error: {line}");
    }
    ExitCode::from(2)
}

fn fail(code: u8, sentence: &str) -> ExitCode {
    eprintln!("error: {sentence}");
    ExitCode::from(code)
}
