//! What of PySpark is here: counted from the installed package, the interpreter's own tables, and what the client's
//! documentation says a method is. The table is a part of docs/pyspark.md, which must be up to date.
//!
//! `cargo xtask conformance` prints it, and with `--write` puts it into the documentation.

use std::{collections::BTreeMap, fmt::Write, fs, path::Path};

use anyhow::{Context, Result};
use serde_json::{Value, json};
use spark_connect_client::{functions, unsupported::UNSUPPORTED};

use crate::python;

const SCRIPT: &str = include_str!("conformance.py");
const BEGIN: &str = "<!-- Written by `cargo xtask conformance --write`. -->\n";
const END: &str = "<!-- Until here. -->\n";

/// PySpark's public names: owners in order, with their names.
pub(crate) fn public_names() -> Result<Vec<(String, Vec<String>)>> {
    let answer = python::ask(SCRIPT, &json!(null))?;
    let texts = |value: &Value| -> Result<Vec<String>> {
        let names = value.as_array().context("no names")?.iter();
        names
            .map(|name| Ok(name.as_str().context("no name")?.to_owned()))
            .collect()
    };
    let mut owners = vec![
        ("functions".to_owned(), texts(&answer["functions"])?),
        ("types".to_owned(), texts(&answer["types"])?),
    ];
    for class in answer["classes"].as_array().context("no classes")? {
        let name = class[0].as_str().context("no class")?;
        owners.push((name.to_owned(), texts(&class[1])?));
    }
    Ok(owners)
}

/// Every source of the client, as one text.
fn client_sources() -> Result<String> {
    fn read(directory: &Path, all: &mut String) -> Result<()> {
        for entry in fs::read_dir(directory)? {
            let path = entry?.path();
            if path.is_dir() {
                read(&path, all)?;
            } else {
                all.push_str(&fs::read_to_string(&path)?);
            }
        }
        Ok(())
    }
    let mut all = String::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../web-client/client/src");
    read(&root, &mut all)?;
    Ok(all)
}

/// How the client's documentation names an owner.
fn documented_as(owner: &str) -> &str {
    match owner {
        "DataFrameNaFunctions" => "DataFrame.na",
        "DataFrameStatFunctions" => "DataFrame.stat",
        "TableValuedFunction" => "tvf",
        "UDFRegistration" => "udf",
        owner => owner,
    }
}

/// What Rust has in its own way: its values are no `Row`, types are functions, and there is no session but those at hand.
fn is_pythons_own(owner: &str) -> bool {
    matches!(owner, "types" | "Row" | "SparkSession.Builder")
}

/// A name that PySpark has twice, and the client once.
fn first_name<'a>(owner: &str, name: &'a str) -> &'a str {
    match (owner, name) {
        ("DataFrame", "where") => "filter",
        ("DataFrame", "groupby") => "groupBy",
        ("DataFrame", "orderBy") => "sort",
        ("DataFrame", "melt") => "unpivot",
        ("DataFrame", "unionAll") => "union",
        ("DataFrame", "drop_duplicates") => "dropDuplicates",
        ("GroupedData", "mean") => "avg",
        ("Column", "name") => "alias",
        ("Column", "astype") => "cast",
        ("SparkSession", "addArtifact") => "addArtifacts",
        (_, name) => name,
    }
}

struct Count {
    owner: String,
    of: usize,
    cells: usize,
    rust: usize,
    /// What cells lack, with the reason if there is one.
    missing: Vec<(String, Option<&'static str>)>,
    missing_in_rust: Vec<String>,
}

fn counts() -> Result<Vec<Count>> {
    let sources = client_sources()?;
    let reasons: BTreeMap<(&str, &str), &'static str> = pyspark_cells::refused()
        .map(|entry| ((entry.owner, entry.name), entry.reason))
        .collect();
    let in_rust = |owner: &str, name: &str| match owner {
        "functions" => {
            functions::signature_of(name).is_some() || sources.contains(&format!("`functions.{name}`"))
        }
        owner => {
            let name = first_name(owner, name);
            sources.contains(&format!("`{}.{name}`", documented_as(owner)))
        }
    };
    let count = |(owner, names): (String, Vec<String>)| {
        let short = owner.rsplit('.').next().unwrap_or(&owner).to_owned();
        let missing = names
            .iter()
            .filter(|name| !pyspark_cells::has(&owner, name))
            .map(|name| {
                (
                    name.clone(),
                    reasons.get(&(short.as_str(), name.as_str())).copied(),
                )
            })
            .collect::<Vec<_>>();
        let missing_in_rust: Vec<String> = names
            .iter()
            .filter(|name| !is_pythons_own(&owner) && !in_rust(&owner, name))
            .cloned()
            .collect();
        Count {
            of: names.len(),
            cells: names.len() - missing.len(),
            rust: names.len() - missing_in_rust.len(),
            missing,
            missing_in_rust,
            owner,
        }
    };
    Ok(public_names()?.into_iter().map(count).collect())
}

/// The part of the documentation that is written here.
fn table(counts: &[Count]) -> Result<String> {
    let sum = |count: fn(&Count) -> usize| counts.iter().skip(1).map(count).sum::<usize>();
    let mut text = String::new();
    let functions = counts.first().context("no functions")?;
    writeln!(
        text,
        "functions {}/{}, methods {}/{}\n",
        functions.cells,
        functions.of,
        sum(|count| count.cells),
        sum(|count| count.of)
    )?;
    text.push_str("| of PySpark 4.3 | in cells | in Rust | not in cells |\n|---|---|---|---|\n");
    for count in counts {
        let missing: Vec<String> = count
            .missing
            .iter()
            .map(|(name, _)| format!("`{name}`"))
            .collect();
        let rust = match is_pythons_own(&count.owner) {
            true => "its own".to_owned(),
            false => count.rust.to_string(),
        };
        writeln!(
            text,
            "| `{}` | {} of {} | {rust} | {} |",
            count.owner,
            count.cells,
            count.of,
            missing.join(", ")
        )?;
    }
    Ok(text)
}

fn documentation() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/pyspark.md")
}

#[tokio::test]
async fn conformance() -> Result<()> {
    let counts = counts()?;
    let table = table(&counts)?;
    println!("{table}");
    let mut unexplained = Vec::new();
    for count in &counts {
        for (name, reason) in &count.missing {
            println!(
                "{}.{name}: {}",
                count.owner,
                reason.unwrap_or("no reason is given")
            );
            if reason.is_none() {
                unexplained.push(format!("{}.{name}", count.owner));
            }
        }
    }
    for count in counts.iter().filter(|count| !count.missing_in_rust.is_empty()) {
        println!(
            "not in Rust: {}: {}",
            count.owner,
            count.missing_in_rust.join(" ")
        );
    }
    let path = documentation();
    let text = fs::read_to_string(&path)?;
    let (before, rest) = text
        .split_once(BEGIN)
        .context("docs/pyspark.md has no place for the table")?;
    let (_, after) = rest
        .split_once(END)
        .context("the table of docs/pyspark.md has no end")?;
    let written = format!("{before}{BEGIN}\n{table}\n{END}{after}");
    if std::env::var_os("E2E_CONFORMANCE_WRITE").is_some() {
        fs::write(&path, &written)?;
    } else {
        assert_eq!(
            text, written,
            "docs/pyspark.md is out of date: cargo xtask conformance --write"
        );
    }
    assert!(
        unexplained.is_empty(),
        "missing without a reason: {}",
        unexplained.join(", ")
    );
    Ok(())
}

#[test]
fn what_is_refused_is_pysparks() -> Result<()> {
    let owners = public_names()?;
    for entry in pyspark_cells::refused() {
        let known = owners.iter().any(|(owner, names)| {
            owner.rsplit('.').next() == Some(entry.owner) && names.iter().any(|name| name == entry.name)
        });
        assert!(known, "{}.{} is no name of PySpark's", entry.owner, entry.name);
    }
    assert!(!UNSUPPORTED.is_empty());
    Ok(())
}
