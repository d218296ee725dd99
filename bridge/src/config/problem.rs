//! What is wrong with the settings, and where.

use std::{fmt, path::PathBuf};

/// Where a setting was made.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// In the file; line and column count from 1, columns in characters.
    File {
        /// The line.
        line: usize,
        /// The column.
        column: usize,
    },
    /// In the environment variable of this name.
    Environment(String),
    /// With this flag.
    Flag(String),
    /// Nowhere: what is missing, or the built-in default.
    Nowhere,
}

/// One mistake. It never quotes the value of a setting, since that may be a secret in the wrong place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Where it was made.
    pub place: Place,
    /// What is wrong and what to do, without the full stop.
    pub sentence: String,
}

/// Everything that is wrong with the settings, in the order of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problems {
    pub(super) file: Option<PathBuf>,
    pub(super) list: Vec<Problem>,
}

impl Problems {
    /// One line for each problem: `FILE:LINE:COLUMN: sentence`, or the name of the variable or flag in front.
    pub fn lines(&self) -> impl Iterator<Item = String> {
        self.list.iter().map(|problem| {
            let sentence = &problem.sentence;
            let file = self.file.as_ref().map(|file| file.display().to_string());
            let file = file.as_deref().unwrap_or("settings");
            match &problem.place {
                Place::File { line, column } => format!("{file}:{line}:{column}: {sentence}."),
                Place::Environment(name) => format!("{name}: {sentence}."),
                Place::Flag(name) => format!("{name}: {sentence}."),
                Place::Nowhere => match &self.file {
                    Some(_) => format!("{file}: {sentence}."),
                    None => format!("{sentence}."),
                },
            }
        })
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> = self.lines().collect();
        f.write_str(&lines.join("\n"))
    }
}

impl std::error::Error for Problems {}
