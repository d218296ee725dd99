//! What goes wrong, and the exit status that says so.

use anyhow::{Result, ensure};
use e2e::{over_both_routes, route::Route, servers::free_port};

use crate::program::{Directory, Running, run};

over_both_routes!(a_failed_query_is_shown_with_its_place);

async fn a_failed_query_is_shown_with_its_place(route: Route) -> Result<()> {
    let ran = run(
        route,
        &["sql", "SELECT 1;\nSELECT 'é', zonne FROM range(3)", "-f", "csv"],
        "",
    )?;
    assert_eq!((ran.status, ran.stdout.len()), (Some(1), 0));
    ensure!(
        ran.stderr
            .starts_with("error[UNRESOLVED_COLUMN.WITH_SUGGESTION]: "),
        "{}",
        ran.stderr
    );
    ensure!(
        ran.stderr
            .contains("2 | SELECT 'é', zonne FROM range(3)\n  |             ^^^^^\n"),
        "{}",
        ran.stderr
    );
    ensure!(ran.stderr.contains("= note: SQLSTATE 42703"), "{}", ran.stderr);
    ensure!(!ran.stderr.contains("    at org.apache.spark"), "{}", ran.stderr);

    let ran = run(route, &["sql", "--verbose", "SELECT 1/0 AS x"], "")?;
    assert_eq!(ran.status, Some(1));
    ensure!(ran.stderr.contains("    at org.apache.spark"), "{}", ran.stderr);
    Ok(())
}

#[tokio::test]
async fn a_server_that_is_not_there() -> Result<()> {
    let remote = format!("sc://127.0.0.1:{}", free_port()?);
    let bridge = format!("http://127.0.0.1:{}", free_port()?);
    for arguments in [
        &["sql", "SELECT 1"][..],
        &["cells", "--language", "sql"],
        &["sql", "SELECT 1", "--bridge", &bridge],
    ] {
        let ran = Running::on(&remote, arguments)?.finish("[\"SELECT 1\"]")?;
        assert_eq!(
            (ran.status, ran.stdout.len()),
            (Some(3), 0),
            "{arguments:?}: {}",
            ran.stderr
        );
        ensure!(ran.stderr.contains("cannot be reached"), "{}", ran.stderr);
    }
    Ok(())
}

#[tokio::test]
async fn what_makes_no_sense_runs_nothing() -> Result<()> {
    let directory = Directory::new()?;
    let text = directory.file("report.txt", "SELECT 1")?;
    let nowhere = directory.path("none/out.csv")?;
    for (arguments, input, said) in [
        (&["sql"][..], "", "There is no SQL to run"),
        (
            &["sql", "SELECT 1", "--remote", "http://localhost"],
            "",
            "starts with sc://",
        ),
        (
            &["sql", "SELECT 1", "--bridge", "localhost"],
            "",
            "is not the address of a bridge",
        ),
        (&["sql", "SELECT 1", "--format", "xml"], "", "invalid value 'xml'"),
        (
            &["sql", "SELECT 1", "--output", &nowhere],
            "",
            "cannot be written",
        ),
        (&["run", &text], "", "neither an .sql nor an .ipynb"),
        (&["run", "no-such.sql"], "", "cannot be read"),
        (&["cells", "--language", "sql"], "SELECT 1", "not a JSON array"),
    ] {
        let ran = run(Route::Grpc, arguments, input)?;
        assert_eq!(
            (ran.status, ran.stdout.len()),
            (Some(2), 0),
            "{arguments:?}: {}",
            ran.stderr
        );
        ensure!(ran.stderr.contains(said), "{said:?} is not in {}", ran.stderr);
    }
    Ok(())
}
