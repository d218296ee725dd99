//! What TypeScript makes of the client: of a dashboard that uses all of it, and of its own sources.

use std::{fs, process::Command};

use anyhow::{Context, Result, ensure};
use e2e::environment;

use crate::stage::path;

/// Runs npm's compiler. Returns what it complains of.
fn complaints(arguments: &[&str]) -> Result<String> {
    let output = Command::new(environment::node()?)
        .arg(path("app/js/node_modules/typescript/bin/tsc"))
        .args(arguments)
        .current_dir(path("docs/examples"))
        .output()
        .context("the compiler does not start")?;
    let text = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    ensure!(
        output.status.success() == text.is_empty(),
        "{}: {text}",
        output.status
    );
    Ok(text)
}

const STRICT: [&str; 12] = [
    "--strict",
    "--exactOptionalPropertyTypes",
    "--noUncheckedIndexedAccess",
    "--noEmit",
    "--ignoreConfig",
    "--target",
    "es2022",
    "--module",
    "esnext",
    "--moduleResolution",
    "bundler",
    "--lib",
];
const LIBRARIES: &str = "es2022,dom";

#[test]
fn a_dashboard_is_typed() -> Result<()> {
    let strict = [&STRICT[..], &[LIBRARIES, "dashboard.ts"]].concat();
    assert_eq!(complaints(&strict)?, "");
    Ok(())
}

/// A check that accepts everything would be none.
#[test]
fn a_wrong_dashboard_is_refused() -> Result<()> {
    let module = fs::canonicalize(path("web-client/javascript"))?.join("spark-connect");
    let wrong = "const spark = await connect({ uri: 'x' });
        const query = await spark.sql('SELECT ?', { args: [Symbol()] });
        const rows: string[] = await query.rows();
        for await (const batch of query.stream()) batch.numRows;
        export {};";
    let file = std::env::temp_dir().join(format!("e2e-{}.ts", uuid::Uuid::new_v4()));
    fs::write(&file, format!("import {{ connect }} from {module:?};\n{wrong}"))?;
    let name = file.to_string_lossy().into_owned();
    let told = complaints(&[&STRICT[..], &[LIBRARIES, &name]].concat());
    fs::remove_file(&file)?;
    let told = told?;
    for expected in ["'uri' does not exist", "symbol", "string[]", "numRows"] {
        ensure!(told.contains(expected), "{expected} is not in {told}");
    }
    assert_eq!(told.matches("error TS").count(), 4, "{told}");
    Ok(())
}

#[test]
fn the_clients_own_sources_are_typed() -> Result<()> {
    let project = path("web-client/javascript");
    assert_eq!(complaints(&["--project", &project.to_string_lossy()])?, "");
    Ok(())
}
