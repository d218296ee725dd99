//! ARCHITECTURE.md speaks of what exists: every path in it is one of the tree.

use super::{File, Finding};

const PAGE: &str = "ARCHITECTURE.md";

/// Paths in the page that are not there.
pub(super) fn check(files: &[File]) -> Vec<Finding> {
    let Some(page) = files.iter().find(|file| file.path == PAGE) else {
        return vec![Finding::new(
            PAGE,
            1,
            "write the page: what is where, and what must stay true",
        )];
    };
    let exists = |path: &str| {
        files.iter().any(|file| {
            file.path
                .strip_prefix(path)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    };
    let mut findings = Vec::new();
    for (index, line) in page.text.lines().enumerate() {
        for path in paths(line)
            .into_iter()
            .filter(|path| !exists(path.trim_end_matches('/')))
        {
            findings.push(Finding::new(
                PAGE,
                index + 1,
                format!("{path} is not in the tree; name what is there now"),
            ));
        }
    }
    findings
}

/// What looks like a path: `a/b` in a code span or in a block of code, and a code span that opens a table's row.
fn paths(line: &str) -> Vec<&str> {
    if line.starts_with("    ") {
        return line
            .split_whitespace()
            .filter(|word| is_path(word) && word.contains('/'))
            .collect();
    }
    let spans = line.split('`').skip(1).step_by(2);
    let opens_row = line.starts_with("| `");
    spans
        .enumerate()
        .filter(|(index, span)| is_path(span) && (span.contains('/') || (opens_row && *index == 0)))
        .map(|(_, span)| span)
        .collect()
}

fn is_path(word: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '-' | '_');
    word.chars().all(plain)
        && word.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '.')
        && !is_media_type(word)
}

/// `application/wasm` and its kind.
fn is_media_type(word: &str) -> bool {
    ["application/", "text/", "image/"]
        .iter()
        .any(|family| word.starts_with(family))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(page: &str) -> Vec<String> {
        let file = |path: &str, text: &str| File {
            path: path.into(),
            text: text.into(),
        };
        let files = [
            file(PAGE, page),
            file("bridge/src/lib.rs", ""),
            file("bridge/Cargo.toml", ""),
        ];
        check(&files).iter().map(Finding::to_string).collect()
    }

    #[test]
    fn missing_paths_are_found() {
        assert_eq!(
            found("see `bridge/src` and `bridge/src/lib.rs`, `bridge/`\n"),
            [""; 0]
        );
        assert_eq!(
            found("one\nsee `bridge/src/gone.rs`"),
            ["ARCHITECTURE.md:2: bridge/src/gone.rs is not in the tree; name what is there now"]
        );
        assert_eq!(found("see `bridge/sr`").len(), 1);
        assert_eq!(found("    SQL -> plan    bridge/gone\n").len(), 1);
    }

    #[test]
    fn the_code_map_names_directories() {
        assert_eq!(found("| `bridge` | `word` |\n"), [""; 0]);
        assert_eq!(found("| `gone` | what |\n").len(), 1);
    }

    #[test]
    fn other_words_are_no_paths() {
        assert_eq!(
            found("`application/wasm`, `/healthz`, `Command::apply`, `sc://host`, `a b/c`, and/or"),
            [""; 0]
        );
    }

    #[test]
    fn the_page_must_be_there() {
        assert_eq!(check(&[]).len(), 1);
    }
}
