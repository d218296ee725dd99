//! Rules for single files: how they open, how long they are, and what must not be in them.

use super::{File, Finding};

/// Files longer than this are usually several concepts.
const LONGEST: usize = 700;

/// Written apart, since this file is checked like all others.
const UNFINISHED: [&str; 5] = [
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("to", "do!("),
    concat!("unimple", "mented!("),
    concat!("#[ig", "nore"),
];
const MACHINE_PATHS: [&str; 5] = [
    concat!("/wo", "rk/"),
    concat!("/ro", "ot/"),
    concat!("/t", "mp/"),
    concat!("/ho", "me/"),
    concat!("/Us", "ers/"),
];
/// The source that `Cargo.lock` names on every machine, whatever the registry behind it.
const CARGO_SOURCE: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// What breaks a rule in one file.
pub(super) fn check(file: &File) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(opening(file));
    findings.extend(length(file));
    for (index, line) in file.text.lines().enumerate() {
        if is_lock(file) {
            findings.extend(address(file, index + 1, line));
        } else {
            findings.extend(words(file, index + 1, line));
        }
    }
    findings
}

fn is_lock(file: &File) -> bool {
    file.path.ends_with("Cargo.lock") || file.path.ends_with("package-lock.json")
}

fn extension(file: &File) -> &str {
    file.path.rsplit_once('.').map_or("", |(_, extension)| extension)
}

fn opening(file: &File) -> Option<Finding> {
    let openings: &[&str] = match extension(file) {
        "rs" => &["//!"],
        "js" | "mjs" | "ts" => &["//", "/*"],
        "css" => &["/*"],
        "py" => &["#", "\"\"\""],
        "sql" => &["--"],
        _ => return None,
    };
    let opens = openings.iter().any(|opening| file.text.starts_with(opening));
    (!opens).then(|| {
        let opening = openings[0];
        Finding::new(
            &file.path,
            1,
            format!("open the file with a comment ({opening}) that says what it is"),
        )
    })
}

fn length(file: &File) -> Option<Finding> {
    let lines = file.text.lines().count();
    let free =
        is_lock(file) || matches!(extension(file), "proto" | "snap") || file.path.starts_with("LICENSE");
    (!free && lines > LONGEST).then(|| {
        Finding::new(
            &file.path,
            LONGEST,
            format!("{lines} lines; split the file by concept, {LONGEST} is the most"),
        )
    })
}

fn words(file: &File, number: usize, line: &str) -> Option<Finding> {
    if let Some(word) = UNFINISHED.iter().find(|word| has_word(line, word)) {
        return Some(Finding::new(
            &file.path,
            number,
            format!("finish what {word} stands for, or take it out"),
        ));
    }
    let path = MACHINE_PATHS.iter().find(|path| has_path(line, path))?;
    let advice = format!("{path} is a path of one machine; ask the environment, or write a relative path");
    Some(Finding::new(&file.path, number, advice))
}

fn address(file: &File, number: usize, line: &str) -> Option<Finding> {
    let line = line.trim();
    let foreign = if file.path.ends_with("Cargo.lock") {
        line.starts_with("source = ") && !line.contains(CARGO_SOURCE)
    } else {
        line.starts_with("\"resolved\"")
    };
    foreign.then(|| {
        let advice =
            "a lock file names no registry; write it again without mirrors in Cargo's or npm's configuration";
        Finding::new(&file.path, number, advice)
    })
}

/// Whether the line has the word, and not as a part of a longer one.
fn has_word(line: &str, word: &str) -> bool {
    let joins = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(start, _)| {
        let before = line[..start].ends_with(joins);
        let after = word.ends_with(joins) && line[start + word.len()..].starts_with(joins);
        !before && !after
    })
}

/// Whether the line has an absolute path that starts with `path`.
fn has_path(line: &str, path: &str) -> bool {
    line.match_indices(path).any(|(start, _)| {
        !line[..start]
            .ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | '}' | ')' | '*'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<String> {
        check(&File {
            path: path.into(),
            text: text.into(),
        })
        .iter()
        .map(Finding::to_string)
        .collect()
    }

    #[test]
    fn files_open_with_a_comment() {
        assert_eq!(found("a.rs", "//! What it is.\n"), [""; 0]);
        assert_eq!(found("a.rs", "use std::fs;\n").len(), 1);
        assert_eq!(found("a.rs", "// Not of the module.\n").len(), 1);
        assert_eq!(found("a.mjs", "// What it is.\n"), [""; 0]);
        assert_eq!(
            found("a.css", "body {}\n"),
            ["a.css:1: open the file with a comment (/*) that says what it is"]
        );
        assert_eq!(found("a.py", "\"\"\"What it is.\"\"\"\n"), [""; 0]);
        assert_eq!(found("a.sql", "SELECT 1\n").len(), 1);
        assert_eq!(found("a.toml", "[package]\n"), [""; 0]);
    }

    #[test]
    fn long_files_are_found() {
        let text = |lines: usize| format!("//! What it is.\n{}", "\n".repeat(lines - 1));
        assert_eq!(found("a.rs", &text(700)), [""; 0]);
        assert_eq!(found("a.rs", &text(701)).len(), 1);
        assert_eq!(found("a.proto", &text(9000)), [""; 0]);
    }

    #[test]
    fn unfinished_work_is_found() {
        for word in UNFINISHED {
            assert_eq!(
                found("a.md", &format!("one\n// {word} later\n")).len(),
                1,
                "{word}"
            );
        }
        assert_eq!(found("a.md", concat!("MAS", "TO", "DO", "N")), [""; 0]);
        assert_eq!(found("a.md", concat!("#[ig", "nore = \"slow\"]")).len(), 1);
    }

    #[test]
    fn paths_of_a_machine_are_found() {
        for path in MACHINE_PATHS {
            assert_eq!(found("a.md", &format!("see {path}x")).len(), 1, "{path}");
            assert_eq!(
                found(
                    "a.md",
                    &format!("see target{path}x and https://example.org{path}")
                ),
                [""; 0]
            );
        }
    }

    #[test]
    fn addresses_in_lock_files_are_found() {
        let cargo = |source: &str| found("Cargo.lock", &format!("[[package]]\nsource = \"{source}\"\n"));
        assert_eq!(cargo(CARGO_SOURCE), [""; 0]);
        assert_eq!(cargo("registry+https://mirror.example.org/index").len(), 1);
        assert_eq!(
            found(
                "js/package-lock.json",
                "{\n  \"resolved\": \"https://example.org/a.tgz\"\n}"
            )
            .len(),
            1
        );
        assert_eq!(
            found("js/package-lock.json", "{\n  \"version\": \"1.0.0\"\n}"),
            [""; 0]
        );
    }
}
