//! The command line: what can be said, and what it means.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

const EXIT_STATUS: &str = "\
Exit status:
  0    everything ran
  1    a query failed, or its result could not be written
  2    the command line or a file named in it makes no sense
  3    the server cannot be reached
  130  interrupted";

/// Runs SQL on a Spark Connect server.
#[derive(Debug, Parser)]
#[command(name = "spark-connect", version, after_help = EXIT_STATUS)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) server: Server,
    /// Show the causes and the stack trace of an error as well.
    #[arg(long, short, global = true)]
    pub(crate) verbose: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Where Spark is.
#[derive(Args, Clone, Debug)]
pub(crate) struct Server {
    /// The server: sc://HOST:PORT/;KEY=VALUE;...
    #[arg(
        long,
        global = true,
        value_name = "URL",
        env = "SPARK_REMOTE",
        hide_env_values = true,
        default_value = "sc://localhost:15002"
    )]
    pub(crate) remote: String,
    /// Go through a bridge, http://HOST:PORT, which knows the server. Of --remote only the parameters count then.
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) bridge: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run SQL statements.
    #[command(after_help = EXIT_STATUS)]
    Sql {
        /// The statements, separated by semicolons. Standard input if left out, or if it is -.
        #[arg(value_name = "SQL")]
        text: Option<String>,
        #[command(flatten)]
        results: Results,
    },
    /// Run a file: .sql, or the SQL cells of an .ipynb notebook. Stops at the first error.
    #[command(after_help = EXIT_STATUS)]
    Run {
        /// The file. Cells are SQL if they begin with %%sql, or if the notebook's language is SQL.
        file: PathBuf,
        #[command(flatten)]
        results: Results,
    },
    /// Evaluate cells for another program.
    ///
    /// Standard input is a JSON array of cell sources. They are evaluated in order in one session; a failed cell does
    /// not stop the later ones. Standard output has one JSON object per line and cell, as soon as it is evaluated:
    /// cell (its index), ok, text (what was printed), error (ExceptionClass: message, as PySpark names it, or null),
    /// plans (base64 of each spark.connect.Plan that ExecutePlan sent), analyze (base64 of each AnalyzePlanRequest).
    #[command(after_help = EXIT_STATUS)]
    Cells {
        /// What the cells are written in.
        #[arg(long, value_enum, default_value_t = Language::Python)]
        language: Language,
    },
}

/// What becomes of results.
#[derive(Args, Clone, Debug)]
pub(crate) struct Results {
    /// How results are written. By default as the extension of --output says, else as a table. table and markdown have
    /// the result of each statement, the other formats only that of the last one.
    #[arg(long, short, value_enum)]
    pub(crate) format: Option<Format>,
    /// Write to a file, which appears when everything has run.
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// At most so many rows of each result. By default 20 in a table, elsewhere all.
    #[arg(long, short, value_name = "ROWS", value_parser = clap::value_parser!(u32).range(..i64::from(i32::MAX)))]
    pub(crate) limit: Option<u32>,
}

/// How a result is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Aligned columns; long values are cut.
    Table,
    /// RFC 4180 with a header; null is empty, an empty text is "".
    Csv,
    /// One JSON object per line; numbers have all their digits, nested values stay nested.
    Json,
    /// An Arrow IPC stream.
    Arrow,
    /// A Parquet file.
    Parquet,
    /// A table for Markdown.
    Markdown,
}

/// What cells are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Language {
    /// SQL statements.
    Sql,
    /// PySpark code.
    Python,
}

impl Results {
    /// The format that is asked for, or that the name of the file means.
    pub(crate) fn format(&self) -> Format {
        let extension = self.output.as_ref().and_then(|path| path.extension()?.to_str());
        let meant = match extension.map(str::to_ascii_lowercase).as_deref() {
            Some("csv") => Format::Csv,
            Some("json" | "jsonl" | "ndjson") => Format::Json,
            Some("arrow" | "arrows") => Format::Arrow,
            Some("parquet") => Format::Parquet,
            Some("md" | "markdown") => Format::Markdown,
            _ => Format::Table,
        };
        self.format.unwrap_or(meant)
    }

    /// At most so many rows of each result.
    pub(crate) fn limit(&self) -> Option<u32> {
        const ROWS_OF_A_TABLE: u32 = 20;
        self.limit
            .or((self.format() == Format::Table).then_some(ROWS_OF_A_TABLE))
    }
}

impl Format {
    /// Whether one stream can hold several results.
    pub(crate) fn holds_several(self) -> bool {
        matches!(self, Self::Table | Self::Markdown)
    }

    /// Whether a terminal can show it.
    pub(crate) fn is_text(self) -> bool {
        !matches!(self, Self::Arrow | Self::Parquet)
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn results(line: &[&str]) -> Results {
        let line = ["spark-connect", "sql"].iter().chain(line);
        match Arguments::try_parse_from(line).unwrap().command {
            Command::Sql { results, .. } => results,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_definition_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_file_name_means_a_format() {
        for (line, expected) in [
            (&[][..], Format::Table),
            (&["-o", "x"], Format::Table),
            (&["-o", "x.txt"], Format::Table),
            (&["-o", "a.b/x.CSV"], Format::Csv),
            (&["-o", "x.jsonl"], Format::Json),
            (&["-o", "x.parquet"], Format::Parquet),
            (&["-o", "x.arrows"], Format::Arrow),
            (&["-o", "x.md"], Format::Markdown),
            (&["-o", "x.csv", "-f", "json"], Format::Json),
        ] {
            assert_eq!(results(line).format(), expected, "{line:?}");
        }
    }

    #[test]
    fn only_tables_are_short_by_default() {
        assert_eq!(results(&[]).limit(), Some(20));
        assert_eq!(results(&["--limit", "0"]).limit(), Some(0));
        assert_eq!(results(&["-f", "csv"]).limit(), None);
        assert_eq!(results(&["-f", "csv", "-l", "7"]).limit(), Some(7));
    }

    #[test]
    fn what_makes_no_sense_is_a_usage_error() {
        for line in [
            &["spark-connect"][..],
            &["spark-connect", "sql", "--format", "xml"],
            &["spark-connect", "sql", "--limit", "-1"],
            &["spark-connect", "sql", "--limit", "2147483647"],
            &["spark-connect", "run"],
            &["spark-connect", "cells", "--language", "scala"],
        ] {
            assert_eq!(
                Arguments::try_parse_from(line).unwrap_err().exit_code(),
                2,
                "{line:?}"
            );
        }
    }
}
