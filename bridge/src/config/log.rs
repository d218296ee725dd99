//! `[log]` and `[audit]`: what is written down of requests, and where to.

use std::path::PathBuf;

use regex::Regex;

use super::table::{Section, Table};

/// SQL often carries passwords and keys: behind names, as `'fs.s3a.secret.key' = '...'` or `password "..."`, and inside
/// addresses, as `jdbc:postgresql://db/x?user=u&password=...`. Spark's strings have either quote, and escapes.
const REDACT: [&str; 2] = [
    r#"(?is)[\w.-]*(?:password|passwd|secret|token|credential|access[._-]?key)[\w.-]*\W{0,20}r?(?:'(?:[^'\\]|\\.|'')*(?:'|$)|"(?:[^"\\]|\\.|"")*(?:"|$))"#,
    r#"(?i)(?:password|passwd|pwd|secret|token|credential|access[._-]?key|accountkey|\bsig)=[^\s&;'"]+"#,
];

/// Where lines go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// `off`: nowhere.
    Off,
    /// `stdout`
    Stdout,
    /// `stderr`
    Stderr,
    /// Anything else is a file, which is appended to, and opened again on SIGHUP.
    File(PathBuf),
}

/// What is written down of each request.
#[derive(Clone, Debug)]
pub struct Log {
    /// `access`: one line of JSON for each request that ended, `"off"` (the default), `"stdout"`, `"stderr"` or a file.
    pub access: Target,
}

/// Who ran what.
#[derive(Clone, Debug)]
pub struct Audit {
    /// `log`: a line of JSON before a request goes to Spark and one when its answer ended; `"off"` (the default),
    /// `"stdout"`, `"stderr"` or a file.
    pub log: Target,
    /// `sql`: whether SQL stands there as `"text"` (the default) or only as its `"hash"`.
    pub with_text: bool,
    /// `redact`: regular expressions; what they match in SQL text is left out. By default they find string
    /// literals behind names such as password, secret or token, and such values in addresses.
    pub redact: Vec<Regex>,
}

impl Section for Log {
    fn read(table: &mut Table<'_>) -> Option<Self> {
        let access = target(table, "access");
        Some(Self { access: access? })
    }
}

impl Section for Audit {
    fn read(table: &mut Table<'_>) -> Option<Self> {
        let log = target(table, "log");
        let sql = table.or("sql", "text".to_owned());
        if sql != "text" && sql != "hash" {
            table.problem("sql", "expected \"text\" or \"hash\"");
        }
        let patterns = table.or("redact", REDACT.map(str::to_owned).to_vec());
        let mut redact = Vec::new();
        for (index, pattern) in patterns.iter().enumerate() {
            match Regex::new(pattern) {
                Ok(regex) => redact.push(regex),
                Err(_) => table.problem(
                    "redact",
                    format!("number {} of the list is no regular expression", index + 1),
                ),
            }
        }
        Some(Self {
            log: log?,
            with_text: sql == "text",
            redact,
        })
    }
}

fn target(table: &mut Table<'_>, key: &str) -> Option<Target> {
    let text = table.or(key, "off".to_owned());
    Some(match &*text {
        "off" => Target::Off,
        "stdout" => Target::Stdout,
        "stderr" => Target::Stderr,
        "" => {
            table.problem(key, "expected \"off\", \"stdout\", \"stderr\" or a file");
            return None;
        }
        path => Target::File(table.beside(path)),
    })
}
