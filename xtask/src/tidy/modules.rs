//! Which modules of the client may use which, and what some of them may not name at all.

use super::{File, Finding};

const SOURCES: &str = "web-client/client/src/";

/// A module of the client and the modules that it may use. Those that have no row may use all.
const MAY_USE: [(&str, &[&str]); 9] = [
    ("plan", &[]),
    ("column", &["plan", "functions"]),
    ("functions", &["plan", "column"]),
    ("request", &["plan"]),
    ("transport", &[]),
    ("retry", &[]),
    ("result", &[]),
    ("call", &["plan", "request", "transport", "retry"]),
    ("execute", &["call", "request", "transport", "retry", "result"]),
];
/// Every module may use these: they stand for values, errors and the platform's own means.
const COMMON: [&str; 4] = ["connection", "error", "platform", "types"];

/// A module and what its sources may not name, with the reason.
const MAY_NOT_NAME: [(&str, &[&str], &str); 2] = [
    (
        "transport",
        &["spark_connect_proto"],
        "the transport carries bytes and knows no Spark message",
    ),
    (
        "plan",
        &["platform", "uuid", "std::time", "tonic"],
        "equal calls must give equal plans, without clock or chance",
    ),
];

/// What breaks a rule in the client's sources.
pub(super) fn check(files: &[File]) -> Vec<Finding> {
    let root = files
        .iter()
        .find(|file| file.path == format!("{SOURCES}lib.rs"))
        .map_or("", |file| &file.text);
    let mut findings = Vec::new();
    for file in files {
        let Some(inside) = file
            .path
            .strip_prefix(SOURCES)
            .filter(|path| path.ends_with(".rs"))
        else {
            continue;
        };
        let module = inside.split(['/', '.']).next().unwrap_or_default();
        let code = without_comments(&file.text);
        findings.extend(imports(file, module, &code, root));
        findings.extend(names(file, module, &code));
    }
    findings
}

fn imports(file: &File, module: &str, code: &str, root: &str) -> Vec<Finding> {
    let Some((_, may_use)) = MAY_USE.iter().find(|(name, _)| *name == module) else {
        return Vec::new();
    };
    let allowed = |used: &str| used == module || may_use.contains(&used) || COMMON.contains(&used);
    let mut findings = Vec::new();
    for (position, name) in uses(code) {
        let used = if name.starts_with(char::is_uppercase) {
            origin(root, &name).unwrap_or(name)
        } else {
            name
        };
        if !allowed(&used) {
            let advice = format!("{module} may not use {used}; see MAY_USE in xtask/src/tidy/modules.rs");
            findings.push(Finding::new(&file.path, line_at(code, position), advice));
        }
    }
    findings
}

fn names(file: &File, module: &str, code: &str) -> Vec<Finding> {
    let rules = MAY_NOT_NAME.iter().filter(|(name, ..)| *name == module);
    rules
        .flat_map(|(_, words, reason)| words.iter().map(move |word| (word, reason)))
        .flat_map(|(word, reason)| {
            code.match_indices(word).map(move |(position, _)| {
                Finding::new(
                    &file.path,
                    line_at(code, position),
                    format!("take {word} out: {reason}"),
                )
            })
        })
        .collect()
}

/// Names that follow `crate::`, directly or in braces, with their positions.
fn uses(code: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (start, prefix) in code.match_indices("crate::") {
        let after = start + prefix.len();
        let rest = &code[after..];
        if !rest.starts_with('{') {
            found.push((after, identifier(rest)));
            continue;
        }
        let mut depth = 0;
        let mut expected = false;
        for (offset, c) in rest.char_indices() {
            match c {
                '{' => (depth, expected) = (depth + 1, depth == 0),
                '}' if depth == 1 => break,
                '}' => depth -= 1,
                ',' => expected = depth == 1,
                c if expected && !c.is_whitespace() => {
                    found.push((after + offset, identifier(&rest[offset..])));
                    expected = false;
                }
                _ => (),
            }
        }
    }
    found
}

fn identifier(text: &str) -> String {
    text.chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect()
}

/// The module from which `lib.rs` exports a name.
fn origin(root: &str, name: &str) -> Option<String> {
    let code = without_comments(root);
    code.split(';').find_map(|statement| {
        let (_, path) = statement.split_once("use ")?;
        let exported = path
            .split(|c: char| !c.is_alphanumeric() && c != '_')
            .any(|word| word == name);
        exported.then(|| identifier(path.trim_start_matches("crate::").trim_start_matches("self::")))
    })
}

/// The text with its line comments blanked, so that positions stay.
fn without_comments(text: &str) -> String {
    let blank = |line: &str| match line.find("//") {
        Some(start) => format!("{}{}", &line[..start], " ".repeat(line.len() - start)),
        None => line.to_owned(),
    };
    text.split('\n').map(blank).collect::<Vec<_>>().join("\n")
}

fn line_at(text: &str, position: usize) -> usize {
    text[..position].matches('\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<(usize, String)> {
        let root = "pub use session::{Session, DataFrame};\npub use error::Error;\n";
        let files = [
            File {
                path: format!("{SOURCES}lib.rs"),
                text: root.into(),
            },
            File {
                path: format!("{SOURCES}{path}"),
                text: text.into(),
            },
        ];
        check(&files)
            .into_iter()
            .map(|finding| (finding.line, finding.advice))
            .collect()
    }

    #[test]
    fn modules_keep_to_their_rows() {
        assert_eq!(
            found("request.rs", "use crate::{error::Error, plan::Plan};\n"),
            []
        );
        assert_eq!(found("session/mod.rs", "use crate::execute::machine;\n"), []);
        let findings = found(
            "execute/mod.rs",
            "//! It.\nuse crate::{\n    request::Request,\n    session::{self, Session},\n};\n",
        );
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].0, 4);
        assert!(
            findings[0].1.starts_with("execute may not use session"),
            "{findings:?}"
        );
    }

    #[test]
    fn names_at_the_root_count_for_their_modules() {
        assert_eq!(found("execute/mod.rs", "use crate::Error;\n"), []);
        assert_eq!(found("execute/mod.rs", "use crate::{Error, Session};\n").len(), 1);
        assert_eq!(found("plan.rs", "fn f(x: &crate::DataFrame) {}\n").len(), 1);
    }

    #[test]
    fn the_transport_names_no_message() {
        assert_eq!(
            found("transport/fetch.rs", "// spark_connect_proto is for others.\n"),
            []
        );
        assert_eq!(
            found("transport/fetch.rs", "use spark_connect_proto::Plan;\n").len(),
            1
        );
        assert_eq!(found("plan.rs", "let id = uuid::Uuid::new_v4();\n").len(), 1);
    }
}
