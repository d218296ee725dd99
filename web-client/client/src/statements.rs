//! SQL text as the statements in it. Finds the semicolons that end one; judges nothing.
//!
//! A scanner of its own: a SQL tokenizer would refuse what it does not know, and what to refuse is Spark's to say.

use std::ops::Range;

/// The byte ranges of the statements, without the semicolons. Those of comments and blanks only are left out, unless
/// there is nothing else.
pub fn split(source: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut scanner = Scanner { source, at: 0 };
    let mut start = 0;
    let mut code = None;
    while let Some(token) = scanner.next() {
        match token {
            // A script has semicolons inside and is one statement.
            Token::Code(at) if code.is_none() && is_script(&source[at..]) => {
                found.push(start..source.len());
                return found;
            }
            Token::Code(at) => code = code.or(Some(at)),
            Token::End(at) => {
                if code.take().is_some() {
                    found.push(start..at);
                }
                start = at + 1;
            }
        }
    }
    if code.is_some() || found.is_empty() {
        found.push(start..source.len());
    }
    found
}

fn is_script(code: &str) -> bool {
    let word = code
        .split(|c: char| !c.is_alphanumeric() && c != '_')
        .next()
        .unwrap_or_default();
    word.eq_ignore_ascii_case("BEGIN")
}

enum Token {
    /// Code that begins here, a string or a quoted name included.
    Code(usize),
    /// A semicolon that ends a statement.
    End(usize),
}

struct Scanner<'a> {
    source: &'a str,
    at: usize,
}

impl Scanner<'_> {
    fn next(&mut self) -> Option<Token> {
        loop {
            let rest = &self.source[self.at..];
            let start = self.at;
            let c = rest.chars().next()?;
            if rest.starts_with("--") {
                self.at += rest.find('\n').unwrap_or(rest.len());
            } else if rest.starts_with("/*") {
                self.at += comment(rest);
            } else if c.is_whitespace() {
                self.at += c.len_utf8();
            } else if c == ';' {
                self.at += 1;
                return Some(Token::End(start));
            } else {
                self.at += match c {
                    '\'' | '"' => quoted(rest, c, true),
                    '`' => quoted(rest, c, false),
                    _ if c.is_alphanumeric() || c == '_' => word(rest),
                    _ => c.len_utf8(),
                };
                return Some(Token::Code(start));
            }
        }
    }
}

/// The length of a bracketed comment, those inside it included.
fn comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        let here = &rest.as_bytes()[at..];
        if here.starts_with(b"/*") {
            (depth, at) = (depth + 1, at + 2);
        } else if here.starts_with(b"*/") {
            (depth, at) = (depth - 1, at + 2);
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    rest.len()
}

/// The length of a text in quotes. A doubled quote reads as the end of one text and the beginning of the next.
fn quoted(rest: &str, quote: char, escapes: bool) -> usize {
    let bytes = rest.as_bytes();
    let mut at = 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if escapes => at += 2,
            byte if byte == quote as u8 => return at + 1,
            _ => at += 1,
        }
    }
    rest.len()
}

/// The length of a word; `r'...'`, in which a backslash escapes nothing, is one.
fn word(rest: &str) -> usize {
    let end = rest
        .find(|c: char| !c.is_alphanumeric() && c != '_')
        .unwrap_or(rest.len());
    let (name, after) = rest.split_at(end);
    match after.chars().next() {
        Some(quote @ ('\'' | '"')) if name.eq_ignore_ascii_case("r") => end + quoted(after, quote, false),
        _ => end,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_end_at_semicolons_outside_of_everything() {
        for (source, expected) in [
            ("SELECT 1", vec!["SELECT 1"]),
            ("SELECT 1;", vec!["SELECT 1"]),
            (
                "SELECT 1; ;; -- x\nSELECT 2; -- ; end",
                vec!["SELECT 1", " -- x\nSELECT 2"],
            ),
            (
                "SELECT ';', \";\", `;` ; SELECT 2",
                vec!["SELECT ';', \";\", `;` ", " SELECT 2"],
            ),
            (
                r"SELECT 'it\'s;'; SELECT 'it''s;'",
                vec![r"SELECT 'it\'s;'", r" SELECT 'it''s;'"],
            ),
            (r"SELECT r'\'; SELECT 2", vec![r"SELECT r'\'", " SELECT 2"]),
            (
                "SELECT 1 /* ; /* ; */ ; */; SELECT 2",
                vec!["SELECT 1 /* ; /* ; */ ; */", " SELECT 2"],
            ),
            ("SELECT 'open; SELECT 2", vec!["SELECT 'open; SELECT 2"]),
            ("SELECT /* open; SELECT 2", vec!["SELECT /* open; SELECT 2"]),
            ("SELECT '\\", vec!["SELECT '\\"]),
            ("-- only;\n/* ; */", vec!["-- only;\n/* ; */"]),
            ("", vec![""]),
            (
                "BEGIN DECLARE x INT; SET x = 1; END",
                vec!["BEGIN DECLARE x INT; SET x = 1; END"],
            ),
            (
                "SELECT 1; begin\n SELECT 2; end;",
                vec!["SELECT 1", " begin\n SELECT 2; end;"],
            ),
            (
                "SELECT begin; SELECT 'ü;😀'",
                vec!["SELECT begin", " SELECT 'ü;😀'"],
            ),
        ] {
            let found: Vec<&str> = split(source).into_iter().map(|range| &source[range]).collect();
            assert_eq!(found, expected, "{source}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_split_into_parts_of_itself(source in "[a-z;'\"`/*\\\\ré -]{0,40}") {
            let ranges = split(&source);
            assert!(!ranges.is_empty());
            for range in ranges {
                assert!(source.get(range).is_some());
            }
        }
    }
}
