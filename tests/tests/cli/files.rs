//! Scripts and notebooks that are run, and files that are written.

use anyhow::{Result, ensure};
use e2e::route::Route;

use crate::program::{Directory, run};

const NOTEBOOK: &str = r#"{"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": {"name": "python3"}}, "cells": [
    {"cell_type": "markdown", "source": "Title"},
    {"cell_type": "code", "source": ["%%sql\n", "CREATE TEMPORARY VIEW v AS SELECT 41 AS a;\n", "SELECT a FROM v"]},
    {"cell_type": "code", "source": "%%sql\nSELECT\n  a + 1 AS b FROM v"},
    {"cell_type": "code", "source": ["spark.range(3).show()\n", "x = 1 / 0"]},
    {"cell_type": "code", "source": "%%sql\nSELECT 'never'"}
]}"#;

#[tokio::test]
async fn a_script_runs_until_a_statement_fails() -> Result<()> {
    let directory = Directory::new()?;
    let path = directory.file(
        "report.sql",
        "SELECT 1 AS a;\n\nSELECT *\nFROM nothing;\nSELECT 3 AS c;",
    )?;
    let ran = run(Route::Grpc, &["run", &path], "")?;
    assert_eq!(ran.status, Some(1));
    assert_eq!(
        String::from_utf8(ran.stdout)?,
        "+---+\n| a |\n+---+\n| 1 |\n+---+\n"
    );
    for part in [
        "error[TABLE_OR_VIEW_NOT_FOUND]: The table or view `nothing` cannot be found.",
        &format!("--> {path}:4:6"),
        "4 | FROM nothing;\n  |      ^^^^^^^\n",
        "SQLSTATE 42P01",
    ] {
        ensure!(ran.stderr.contains(part), "{part:?} is not in {}", ran.stderr);
    }
    Ok(())
}

#[tokio::test]
async fn a_notebook_runs_until_a_cell_fails() -> Result<()> {
    let directory = Directory::new()?;
    let path = directory.file("report.ipynb", NOTEBOOK)?;
    let ran = run(Route::Grpc, &["run", "-f", "markdown", &path], "")?;
    assert_eq!(ran.status, Some(1));
    assert_eq!(
        String::from_utf8(ran.stdout)?,
        "| a |\n| ---: |\n| 41 |\n\n| b |\n| ---: |\n| 42 |\n\
         +---+\n| id|\n+---+\n|  0|\n|  1|\n|  2|\n+---+\n\n"
    );
    for part in [
        "error: ZeroDivisionError: division by zero",
        "report.ipynb, cell 4:2:5",
        "2 | x = 1 / 0\n  |     ^^^^^\n",
    ] {
        ensure!(ran.stderr.contains(part), "{part:?} is not in {}", ran.stderr);
    }
    Ok(())
}

#[tokio::test]
async fn an_error_in_a_cell_is_shown_in_the_cell() -> Result<()> {
    let directory = Directory::new()?;
    let path = directory.file("report.ipynb", &NOTEBOOK.replace("a + 1", "a + zz"))?;
    let ran = run(Route::Grpc, &["run", &path], "")?;
    assert_eq!(ran.status, Some(1));
    ensure!(ran.stderr.contains("report.ipynb, cell 3:3:7"), "{}", ran.stderr);
    ensure!(
        ran.stderr.contains("3 |   a + zz AS b FROM v\n  |       ^^\n"),
        "{}",
        ran.stderr
    );
    Ok(())
}

#[tokio::test]
async fn a_python_file_runs() -> Result<()> {
    let directory = Directory::new()?;
    let path = directory.file("report.py", "spark.range(3).show()")?;
    let ran = run(Route::Grpc, &["run", &path], "")?;
    assert_eq!(ran.text()?, "+---+\n| id|\n+---+\n|  0|\n|  1|\n|  2|\n+---+\n\n");
    Ok(())
}

#[tokio::test]
async fn a_file_is_written_when_everything_has_run() -> Result<()> {
    let directory = Directory::new()?;
    let path = directory.path("out.csv")?;
    let write = |query: &str| run(Route::Grpc, &["sql", "-o", &path, query], "");
    assert_eq!(write("SELECT 1 AS a")?.text()?, "");
    assert_eq!(std::fs::read_to_string(&path)?, "a\r\n1\r\n");

    // The first rows arrive, the last one fails.
    let failing = "SELECT id, if(id = 299999, raise_error('late'), 0) AS x FROM range(0, 300000, 1, 6)";
    let ran = write(failing)?;
    assert_eq!(ran.status, Some(1));
    ensure!(
        ran.stderr.starts_with("error[USER_RAISED_EXCEPTION]: late"),
        "{}",
        ran.stderr
    );
    assert_eq!(
        std::fs::read_to_string(&path)?,
        "a\r\n1\r\n",
        "the file before stays"
    );
    assert_eq!(directory.names()?, ["out.csv"]);

    let ran = write("USE default")?;
    assert_eq!(ran.status, Some(0));
    ensure!(ran.stderr.contains("There is no result"), "{}", ran.stderr);
    assert_eq!(std::fs::read_to_string(&path)?, "a\r\n1\r\n");
    Ok(())
}
