//! SQL text that others wrote, before it becomes a part of more: it may not reach out of its place.

use crate::{Result, error::ViewError};

/// Words that end an expression where they stand outside brackets.
const ENDS: [&str; 16] = [
    "select",
    "from",
    "where",
    "group",
    "having",
    "order",
    "sort",
    "cluster",
    "distribute",
    "limit",
    "offset",
    "union",
    "except",
    "intersect",
    "lateral",
    "window",
];

/// A query, to stand in brackets.
pub(super) fn query(text: &str) -> Result<String> {
    scan(text, "SQL", false)?;
    Ok(text.trim().trim_end_matches(';').trim_end().to_owned())
}

/// An expression, to stand among others; its comments end with it.
pub(super) fn expression(text: &str) -> Result<String> {
    let has_comment = scan(text, "ExpressionString", true)?;
    Ok(if has_comment {
        format!("{text}\n")
    } else {
        text.to_owned()
    })
}

/// Whether there is a comment. Fails where brackets, quotes or comments do not end, or where an expression does.
fn scan(text: &str, node: &str, is_expression: bool) -> Result<bool> {
    let wrong = |what: &str| {
        Err(ViewError::no_form(
            "in SQL",
            node,
            format!("its text {what}, so it cannot be a part of a query"),
        ))
    };
    let mut depth = 0u32;
    let mut has_comment = false;
    let mut word = String::new();
    let mut before = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if c.is_alphanumeric() || c == '_' {
            word.push(c.to_ascii_lowercase());
            rest = &rest[c.len_utf8()..];
            if !rest
                .chars()
                .next()
                .is_some_and(|c| c.is_alphanumeric() || c == '_')
            {
                let ends = ENDS.contains(&word.as_str()) && !(word == "from" && before == "distinct");
                if is_expression && depth == 0 && ends {
                    return wrong("goes beyond an expression");
                }
                before = std::mem::take(&mut word);
            }
            continue;
        }
        if let Some(after) = rest.strip_prefix("--") {
            has_comment = true;
            rest = after.split_once('\n').map_or("", |(_, rest)| rest);
            continue;
        }
        if let Some(after) = rest.strip_prefix("/*") {
            has_comment = true;
            match after.split_once("*/") {
                Some((inside, after)) if !inside.contains("/*") => rest = after,
                _ => return wrong("has a comment without an end"),
            }
            continue;
        }
        rest = &rest[c.len_utf8()..];
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' if depth == 0 => return wrong("closes a bracket that it did not open"),
            ')' | ']' => depth -= 1,
            ',' if is_expression && depth == 0 => return wrong("is more than one expression"),
            ';' if is_expression || !rest.trim().is_empty() => return wrong("is more than one statement"),
            '\'' | '"' | '`' => match end_of_quoted(rest, c) {
                Some(after) => rest = after,
                None => return wrong("has a quote without an end"),
            },
            _ => (),
        }
        if !c.is_whitespace() {
            before.clear();
        }
    }
    match depth {
        0 => Ok(has_comment),
        _ => wrong("opens a bracket that it does not close"),
    }
}

fn end_of_quoted(text: &str, quote: char) -> Option<&str> {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quote != '`' => escaped = true,
            c if c == quote => return Some(&text[at + c.len_utf8()..]),
            _ => (),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_reaches_out_of_its_place_is_refused() {
        for text in [
            "a + 1",
            "a IS DISTINCT FROM b",
            "extract(YEAR FROM d)",
            "')' || \"(\" || `)`",
            "b AS c",
            "(SELECT max(x) FROM t)",
            "'it\\'s'",
        ] {
            assert!(expression(text).is_ok(), "{text}");
        }
        for text in [
            "a) + (b",
            "a, b",
            "1 FROM t",
            "'a",
            "a /* b",
            "(a",
            "a; b",
            "x WHERE y",
        ] {
            assert!(expression(text).is_err(), "{text}");
        }
        assert_eq!(expression("a -- b").unwrap(), "a -- b\n");
        assert_eq!(query(" SELECT 1; ").unwrap(), "SELECT 1");
        assert!(query("SELECT 1) UNION (SELECT 2").is_err());
        assert!(query("SELECT 1; SELECT 2").is_err());
    }
}
