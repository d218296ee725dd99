//! The files in deploy/ say what the bridge understands, and each other's names.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::{
    fs,
    path::{Path, PathBuf},
};

use support::{Command, soon};

fn deploy() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy")
}

fn files(directory: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|found| found == extension) {
            found.push(path);
        }
    }
    found
}

async fn check(arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::prepared();
    let command = command.arg("check-config").args(arguments);
    let output = soon("check-config", command.output()).await.unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(said).unwrap())
}

#[tokio::test]
async fn every_example_is_understood() {
    let examples = files(&deploy(), "toml");
    assert!(examples.len() >= 6, "{examples:?}");
    for example in examples {
        let path = example.to_str().unwrap();
        let (code, said) = check(&["--syntax-only", path]).await;
        assert_eq!(code, Some(0), "{said}");
        assert_eq!(said, format!("{path} is fine.\n"));
    }
}

#[tokio::test]
async fn what_a_file_names_is_checked_too() {
    let example = deploy().join("examples/static-tokens.toml");
    let path = example.to_str().unwrap();
    let (code, said) = check(&[path]).await;
    assert_eq!(code, Some(2), "{said}");
    for part in [
        ":12:20: /etc/spark-connect-bridge/tls.crt: ",
        "the environment variable DASHBOARDS_TOKEN is not set",
        "the environment variable SPARK_TOKEN is not set",
    ] {
        assert!(said.contains(part), "{part} is not in:\n{said}");
    }
    let (code, said) = check(&["nowhere.toml"]).await;
    assert_eq!(code, Some(2));
    assert!(said.contains("nowhere.toml: the file cannot be read: "), "{said}");
}

/// The grace that the outside gives is longer than what the bridge takes.
#[test]
fn stopping_has_time_enough() {
    let deployment = fs::read_to_string(deploy().join("kubernetes/deployment.yaml")).unwrap();
    let unit = fs::read_to_string(deploy().join("systemd/spark-connect-bridge.service")).unwrap();
    let settings = fs::read_to_string(deploy().join("kubernetes/bridge.toml")).unwrap();
    let number = |text: &str, key: &str| {
        let (_, rest) = text.split_once(key).unwrap_or_else(|| panic!("no {key}"));
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        digits.parse::<u64>().unwrap()
    };
    let drain = number(&settings, "drain_delay = \"") + number(&settings, "drain_timeout = \"");
    assert!(number(&deployment, "terminationGracePeriodSeconds: ") > drain);
    assert!(number(&unit, "TimeoutStopSec=") > drain);
}

/// Whoever builds the image, runs the pod or starts the unit finds the program and the port.
#[test]
fn names_agree() {
    let read = |path: &str| fs::read_to_string(deploy().join(path)).unwrap();
    let dockerfile = read("Dockerfile");
    assert!(dockerfile.contains("/usr/bin/spark-connect-bridge\"]"));
    assert!(dockerfile.contains("EXPOSE 8080"));
    // Nothing that was built before gets into the image.
    let ignored = read("Dockerfile.dockerignore");
    for path in [".git", "dist", "**/target", "**/node_modules"] {
        assert!(ignored.lines().any(|line| line == path), "{path}");
    }
    assert!(read("kubernetes/bridge.toml").contains("address = \"0.0.0.0:8080\""));
    assert!(read("kubernetes/deployment.yaml").contains("containerPort: 8080"));
    assert!(
        read("systemd/spark-connect-bridge.service").contains("ExecStart=/usr/bin/spark-connect-bridge ")
    );
    let label = "app.kubernetes.io/name: spark-connect-bridge";
    for (manifest, selectors) in [
        // What the deployment owns, what its pods are, and how they are spread.
        ("deployment", 3),
        ("service", 1),
        ("disruption-budget", 1),
        // Whom it protects, and who may call Spark.
        ("network-policy", 2),
    ] {
        let text = read(&format!("kubernetes/{manifest}.yaml"));
        assert_eq!(text.matches(label).count(), selectors, "{manifest}");
    }
    assert!(!read("kubernetes/kustomization.yaml").contains("includeSelectors"));
    for manifest in files(&deploy().join("kubernetes"), "yaml") {
        let name = manifest.file_name().unwrap().to_str().unwrap();
        if name != "kustomization.yaml" {
            assert!(
                read("kubernetes/kustomization.yaml").contains(&format!("- {name}\n")),
                "{name}"
            );
        }
    }
}
