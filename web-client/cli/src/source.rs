//! What is to be run: texts with statements, from the command line, a file or standard input.

use std::{io::Read, path::Path};

use crate::{arguments::Language, failure::Failure, notebook};

/// A text with statements: a file, a cell, the argument.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Source {
    /// What it is called in messages.
    pub(crate) name: Option<String>,
    /// What it is written in.
    pub(crate) language: Language,
    /// The text.
    pub(crate) text: String,
    /// The number of its first line.
    pub(crate) first_line: usize,
    /// Whether it is a cell of a notebook, whose last value is shown.
    pub(crate) is_cell: bool,
}

impl Source {
    /// SQL whose first line is line 1.
    fn sql(name: Option<String>, text: String) -> Self {
        Self {
            name,
            language: Language::Sql,
            text,
            first_line: 1,
            is_cell: false,
        }
    }
}

/// The SQL of an argument; that of standard input if there is none, or if it is `-`.
pub(crate) fn from_argument(argument: Option<String>) -> Result<Vec<Source>, Failure> {
    let source = match argument {
        Some(text) if text != "-" => Source::sql(None, text),
        _ => Source::sql(Some("standard input".to_owned()), standard_input()?),
    };
    complete(
        vec![source],
        "There is no SQL to run. Write it as an argument, or into standard input.",
    )
}

/// All of standard input.
pub(crate) fn standard_input() -> Result<String, Failure> {
    let mut bytes = Vec::new();
    std::io::stdin()
        .read_to_end(&mut bytes)
        .map_err(|e| Failure::Usage(format!("Standard input cannot be read: {e}.")))?;
    utf8(bytes, "Standard input")
}

/// The texts of a file, in order.
pub(crate) fn from_file(path: &Path) -> Result<Vec<Source>, Failure> {
    let name = path.display().to_string();
    let extension = path
        .extension()
        .and_then(|e| e.to_str())
        .map(str::to_ascii_lowercase);
    let read = || {
        let bytes =
            std::fs::read(path).map_err(|e| Failure::Usage(format!("{name} cannot be read: {e}.")))?;
        utf8(bytes, &name)
    };
    match extension.as_deref() {
        Some("sql") => complete(
            vec![Source::sql(Some(name.clone()), read()?)],
            &format!("There is no SQL in {name}."),
        ),
        Some("ipynb") => complete(
            notebook::cells(&read()?, &name)?,
            &format!("There is no code in {name}."),
        ),
        Some("py") => Ok(vec![Source {
            language: Language::Python,
            ..Source::sql(Some(name.clone()), read()?)
        }]),
        _ => Err(Failure::Usage(format!(
            "{name} is neither an .sql nor an .ipynb file. SQL of another kind can be piped into spark-connect sql."
        ))),
    }
}

fn utf8(bytes: Vec<u8>, name: &str) -> Result<String, Failure> {
    let text = String::from_utf8(bytes).map_err(|e| {
        Failure::Usage(format!(
            "{name} is not UTF-8 (byte {}).",
            e.utf8_error().valid_up_to()
        ))
    })?;
    // Editors on Windows begin UTF-8 files with a byte order mark, which Spark's parser takes for code.
    Ok(match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_owned(),
        None => text,
    })
}

fn complete(sources: Vec<Source>, nothing: &str) -> Result<Vec<Source>, Failure> {
    match sources.iter().all(|source| source.text.trim().is_empty()) {
        true => Err(Failure::Usage(nothing.to_owned())),
        false => Ok(sources),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usage(result: Result<Vec<Source>, Failure>) -> String {
        match result {
            Err(Failure::Usage(text)) => text,
            other => panic!("{other:?}"),
        }
    }

    /// A file that is gone at the end of the test.
    struct File(std::path::PathBuf);

    impl File {
        fn new(name: &str, content: &[u8]) -> Self {
            let path = std::env::temp_dir().join(format!("spark-connect-{}-{name}", std::process::id()));
            std::fs::write(&path, content).unwrap();
            Self(path)
        }
    }

    impl Drop for File {
        fn drop(&mut self) {
            let _ = std::fs::remove_file(&self.0);
        }
    }

    #[test]
    fn an_argument_is_sql() {
        let sources = from_argument(Some("SELECT 1".to_owned())).unwrap();
        assert_eq!(sources, [Source::sql(None, "SELECT 1".to_owned())]);
        assert!(usage(from_argument(Some(" \n".to_owned()))).starts_with("There is no SQL"));
    }

    #[test]
    fn files_are_read_by_their_extension() {
        let sql = File::new("a.SQL", "\u{feff}SELECT 'é'".as_bytes());
        let sources = from_file(&sql.0).unwrap();
        assert_eq!(
            (sources[0].text.as_str(), sources[0].language),
            ("SELECT 'é'", Language::Sql)
        );
        assert_eq!(sources[0].name, Some(sql.0.display().to_string()));

        let python = File::new("a.py", b"spark.range(1)");
        assert_eq!(from_file(&python.0).unwrap()[0].language, Language::Python);

        let empty = File::new("b.sql", b"\n");
        assert!(usage(from_file(&empty.0)).starts_with("There is no SQL in"));
        let latin = File::new("c.sql", b"SELECT '\xe9'");
        assert!(usage(from_file(&latin.0)).ends_with("is not UTF-8 (byte 8)."));
        assert!(usage(from_file(Path::new("no/such.sql"))).contains("cannot be read"));
        assert!(usage(from_file(Path::new("a.txt"))).contains("neither an .sql nor an .ipynb"));
    }
}
