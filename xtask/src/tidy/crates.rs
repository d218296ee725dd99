//! Which of our crates may use which, and what some of them may not use at all.

use anyhow::{Context, Result};
use serde_json::Value;

use super::{File, Finding};
use crate::{
    process,
    workspace::{Workspace, cargo},
};

/// A crate and the crates of ours that it may use. Tests may use anything, in `tests` and in dev-dependencies.
const MAY_USE: [(&str, &[&str]); 18] = [
    ("spark-connect-proto", &[]),
    ("spark-connect-client", &["spark-connect-proto"]),
    ("pyspark-cells", &["spark-connect-client"]),
    ("plan-views", &["spark-connect-client"]),
    // The other crate of this name, which it stands in for.
    ("unicode_names2", &["unicode_names2"]),
    ("unicode-normalization", &[]),
    ("result-table", &[]),
    ("engine-api", &[]),
    (
        "spark-connect-engine",
        &[
            "spark-connect-client",
            "pyspark-cells",
            "result-table",
            "engine-api",
        ],
    ),
    ("spark-connect-engine-python", &["spark-connect-engine"]),
    ("spark-connect-javascript", &["spark-connect-client"]),
    (
        "spark-connect-cli",
        &["spark-connect-client", "pyspark-cells", "result-table"],
    ),
    ("spark-connect-bridge", &["spark-connect-proto"]),
    ("spark-widgets", &["engine-api"]),
    ("spark-notebook", &["spark-widgets", "engine-api"]),
    ("xtask", &[]),
    ("e2e", ANYTHING),
    ("e2e-tonic-web", &["spark-connect-proto"]),
];
const ANYTHING: &[&str] = &["*"];

/// A crate and crates of others that would break what it promises.
const MAY_NOT_USE: [(&str, &[&str]); 5] = [
    (
        "result-table",
        &["prost", "tonic", "js-sys", "wasm-bindgen", "web-sys", "tokio"],
    ),
    (
        "engine-api",
        &[
            "arrow-array",
            "prost",
            "tonic",
            "js-sys",
            "wasm-bindgen",
            "web-sys",
        ],
    ),
    ("spark-widgets", &["arrow-array", "arrow-ipc", "prost", "tonic"]),
    ("spark-notebook", &["arrow-array", "arrow-ipc", "prost", "tonic"]),
    ("xtask", &["tokio"]),
];

/// What breaks a rule in the manifests.
pub(super) fn check(workspace: &Workspace, files: &[File]) -> Result<Vec<Finding>> {
    let mut metadata = cargo();
    metadata
        .current_dir(&workspace.root)
        .args(["metadata", "--format-version=1", "--no-deps", "--locked"]);
    let metadata: Value = serde_json::from_str(&process::capture(&mut metadata)?)?;
    let packages = metadata["packages"]
        .as_array()
        .context("`cargo metadata` lists no packages")?;
    let mut findings = Vec::new();
    for package in packages {
        let manifest = package["manifest_path"]
            .as_str()
            .context("a package without manifest")?;
        let path = manifest
            .strip_prefix(&format!("{}/", workspace.root.display()))
            .unwrap_or(manifest);
        let text = files
            .iter()
            .find(|file| file.path == path)
            .map_or("", |file| &file.text);
        let name = package["name"].as_str().context("a package without name")?;
        for (dependency, advice) in breaches(name, package, packages) {
            findings.push(Finding::new(path, line_of(text, &dependency), advice));
        }
    }
    Ok(findings)
}

/// Dependencies that a package may not have, and what to do.
fn breaches(name: &str, package: &Value, packages: &[Value]) -> Vec<(String, String)> {
    let Some((_, may_use)) = MAY_USE.iter().find(|(package, _)| *package == name) else {
        return vec![(
            name.to_owned(),
            "give this crate a row in xtask/src/tidy/crates.rs and in ARCHITECTURE.md".into(),
        )];
    };
    let may_not_use = MAY_NOT_USE
        .iter()
        .find(|(package, _)| *package == name)
        .map_or(&[][..], |(_, others)| others);
    let dependencies = package["dependencies"].as_array().into_iter().flatten();
    let used = dependencies.filter(|dependency| dependency["kind"] != "dev");
    let mut breaches = Vec::new();
    for dependency in used.filter_map(|dependency| dependency["name"].as_str()) {
        let ours = packages.iter().any(|package| package["name"] == dependency);
        if ours && *may_use != ANYTHING && !may_use.contains(&dependency) {
            breaches.push((
                dependency.to_owned(),
                format!("{name} may not use {dependency}; see the code map in ARCHITECTURE.md"),
            ));
        } else if may_not_use.contains(&dependency) {
            breaches.push((
                dependency.to_owned(),
                format!("{name} promises to know nothing of {dependency}; move the code that does"),
            ));
        }
    }
    breaches
}

/// The line of a manifest that names a dependency.
fn line_of(manifest: &str, dependency: &str) -> usize {
    let names = |line: &str| {
        line.strip_prefix(dependency)
            .is_some_and(|rest| rest.starts_with([' ', '.', '=']))
    };
    manifest.lines().position(names).map_or(1, |index| index + 1)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn found(name: &str, dependencies: &[(&str, &str)]) -> Vec<String> {
        let dependencies: Vec<Value> = dependencies
            .iter()
            .map(|(name, kind)| json!({"name": name, "kind": if *kind == "normal" { Value::Null } else { json!(kind) }}))
            .collect();
        let packages: Vec<Value> = MAY_USE.iter().map(|(name, _)| json!({"name": name})).collect();
        let package = json!({"name": name, "dependencies": dependencies});
        breaches(name, &package, &packages)
            .into_iter()
            .map(|(dependency, _)| dependency)
            .collect()
    }

    #[test]
    fn only_listed_crates_of_ours_may_be_used() {
        assert_eq!(
            found("spark-widgets", &[("engine-api", "normal"), ("leptos", "normal")]),
            [""; 0]
        );
        assert_eq!(
            found("spark-widgets", &[("result-table", "normal")]),
            ["result-table"]
        );
        assert_eq!(
            found("spark-connect-proto", &[("engine-api", "build")]),
            ["engine-api"]
        );
        assert_eq!(found("spark-widgets", &[("result-table", "dev")]), [""; 0]);
        assert_eq!(found("e2e", &[("result-table", "normal")]), [""; 0]);
    }

    #[test]
    fn promises_are_kept() {
        assert_eq!(found("result-table", &[("web-sys", "normal")]), ["web-sys"]);
        assert_eq!(found("spark-connect-engine", &[("web-sys", "normal")]), [""; 0]);
    }

    #[test]
    fn a_new_crate_needs_a_row() {
        assert_eq!(found("newcomer", &[]), ["newcomer"]);
    }

    #[test]
    fn the_line_of_a_dependency() {
        let manifest = "[dependencies]\nengine-api-more = \"1\"\nengine-api.workspace = true\n";
        assert_eq!(line_of(manifest, "engine-api"), 3);
        assert_eq!(line_of(manifest, "absent"), 1);
    }
}
