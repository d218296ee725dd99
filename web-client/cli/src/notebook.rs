//! Jupyter notebooks: their code cells, and what each is written in.

use serde::Deserialize;

use crate::{arguments::Language, failure::Failure, source::Source};

#[derive(Deserialize)]
struct Notebook {
    nbformat: u32,
    #[serde(default)]
    metadata: Metadata,
    #[serde(default)]
    cells: Vec<Cell>,
}

#[derive(Default, Deserialize)]
struct Metadata {
    #[serde(default)]
    kernelspec: Kernel,
    #[serde(default)]
    language_info: Kernel,
}

#[derive(Default, Deserialize)]
struct Kernel {
    #[serde(default)]
    name: String,
    #[serde(default)]
    language: String,
}

#[derive(Deserialize)]
struct Cell {
    cell_type: String,
    #[serde(default)]
    source: Text,
}

/// The format allows for both.
#[derive(Deserialize)]
#[serde(untagged)]
enum Text {
    Whole(String),
    Lines(Vec<String>),
}

impl Default for Text {
    fn default() -> Self {
        Self::Lines(Vec::new())
    }
}

/// The code cells of a notebook that are not empty, in order.
pub(crate) fn cells(json: &str, name: &str) -> Result<Vec<Source>, Failure> {
    let no_notebook =
        |reason: &dyn std::fmt::Display| Failure::Usage(format!("{name} is no notebook: {reason}."));
    let notebook: Notebook = serde_json::from_str(json).map_err(|e| no_notebook(&e))?;
    if notebook.nbformat < 4 {
        return Err(Failure::Usage(format!(
            "{name} has the notebook format {}. Save it with a newer Jupyter, in format 4.",
            notebook.nbformat
        )));
    }
    let language = notebook.metadata.language();
    let cells = notebook.cells.into_iter().enumerate();
    let code = cells.filter(|(_, cell)| cell.cell_type == "code");
    let sources = code.map(|(at, cell)| source(cell, format!("{name}, cell {}", at + 1), language));
    Ok(sources.filter(|source| !source.text.trim().is_empty()).collect())
}

impl Metadata {
    fn language(&self) -> Language {
        let names = [
            &self.language_info.name,
            &self.kernelspec.language,
            &self.kernelspec.name,
        ];
        match names.iter().any(|name| name.eq_ignore_ascii_case("sql")) {
            true => Language::Sql,
            false => Language::Python,
        }
    }
}

/// A cell magic in the first line says what the rest of a cell is.
fn source(cell: Cell, name: String, notebook: Language) -> Source {
    let text = match cell.source {
        Text::Whole(text) => text,
        Text::Lines(lines) => lines.concat(),
    };
    let (line, rest) = text.split_once('\n').unwrap_or((&text, ""));
    let (language, first_line, text) = match line.trim().strip_prefix("%%") {
        // What follows on that line is for the magic.
        Some(magic) if magic.split_whitespace().next() == Some("sql") => (Language::Sql, 2, rest.to_owned()),
        // Every other magic is one of the Python kernel's.
        Some(_) => (Language::Python, 1, text),
        None => (notebook, 1, text),
    };
    Source {
        name: Some(name),
        language,
        text,
        first_line,
        is_cell: true,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn notebook(metadata: &Value, cells: &[Value]) -> String {
        let cells: Vec<Value> = cells
            .iter()
            .map(|source| json!({"cell_type": "code", "metadata": {}, "outputs": [], "source": source}))
            .collect();
        json!({"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": cells}).to_string()
    }

    fn read(json: &str) -> Vec<Source> {
        cells(json, "n.ipynb").unwrap()
    }

    #[test]
    fn the_first_line_of_a_cell_says_what_it_is() {
        let python = json!({"kernelspec": {"name": "python3", "language": "python"}});
        let found = read(&notebook(
            &python,
            &[
                json!("%%sql\nSELECT 1;\nSELECT 2"),
                json!(["%%sql  -o x\n", "SELECT 3"]),
                json!("spark.sql('SELECT 4')"),
                json!("%%sqlite\nSELECT 5"),
                json!("%sql SELECT 6"),
                json!(""),
                json!("%%sql"),
            ],
        ));
        let found: Vec<_> = found
            .iter()
            .map(|s| {
                (
                    s.language,
                    s.first_line,
                    s.text.as_str(),
                    s.name.as_deref().unwrap_or_default(),
                )
            })
            .collect();
        assert_eq!(
            found,
            [
                (Language::Sql, 2, "SELECT 1;\nSELECT 2", "n.ipynb, cell 1"),
                (Language::Sql, 2, "SELECT 3", "n.ipynb, cell 2"),
                (Language::Python, 1, "spark.sql('SELECT 4')", "n.ipynb, cell 3"),
                (Language::Python, 1, "%%sqlite\nSELECT 5", "n.ipynb, cell 4"),
                (Language::Python, 1, "%sql SELECT 6", "n.ipynb, cell 5"),
            ]
        );
    }

    #[test]
    fn the_metadata_says_what_a_notebook_is() {
        for (metadata, expected) in [
            (json!({}), Language::Python),
            (json!({"language_info": {"name": "sql"}}), Language::Sql),
            (
                json!({"kernelspec": {"name": "x", "language": "SQL"}}),
                Language::Sql,
            ),
            (
                json!({"kernelspec": {"name": "SQL", "display_name": "SQL"}}),
                Language::Sql,
            ),
            (
                json!({"kernelspec": {"name": "python3"}, "language_info": {"version": "3"}}),
                Language::Python,
            ),
        ] {
            let found = read(&notebook(&metadata, &[json!("SELECT 1")]));
            assert_eq!(found[0].language, expected, "{metadata}");
        }
        let sql = json!({"language_info": {"name": "sql"}});
        let found = read(&notebook(
            &sql,
            &[json!("%%python\nprint(1)"), json!("%%sql\nSELECT 1")],
        ));
        assert_eq!(
            (found[0].language, found[1].language),
            (Language::Python, Language::Sql)
        );
    }

    #[test]
    fn only_code_is_run() {
        let json = json!({"nbformat": 4, "cells": [
            {"cell_type": "markdown", "source": "# x"},
            {"cell_type": "raw", "source": "x"},
            {"cell_type": "code", "source": "%%sql\nSELECT 1"},
        ]});
        let found = read(&json.to_string());
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].name.as_deref(), Some("n.ipynb, cell 3"));
        assert_eq!(read(&json!({"nbformat": 4}).to_string()), []);
    }

    #[test]
    fn what_is_no_notebook_is_said() {
        for (json, expected) in [
            ("", "n.ipynb is no notebook: EOF"),
            ("[]", "n.ipynb is no notebook: "),
            (
                "{\"cells\": []}",
                "n.ipynb is no notebook: missing field `nbformat`",
            ),
            (
                "{\"nbformat\": 3, \"worksheets\": []}",
                "n.ipynb has the notebook format 3.",
            ),
            (
                "{\"nbformat\": 4, \"cells\": [{\"cell_type\": \"code\", \"source\": 1}]}",
                "n.ipynb is no notebook: ",
            ),
        ] {
            match cells(json, "n.ipynb") {
                Err(Failure::Usage(text)) => assert!(text.starts_with(expected), "{text}"),
                other => panic!("{other:?}"),
            }
        }
    }
}
