//! Whether SQL text is clearly a query: text that reads and does nothing else.
//!
//! Looks at words only, in favour of doubt: what could be read as anything else than a query is none. This keeps
//! honest people from mistakes; what keeps others out are the grants of the cluster.

/// How the text of a query begins.
const BEGINNINGS: [&str; 9] = [
    "SELECT", "WITH", "VALUES", "TABLE", "FROM", "SHOW", "DESCRIBE", "DESC", "EXPLAIN",
];
/// Words that change data wherever they stand.
const CHANGING: [&str; 4] = ["INSERT", "UPDATE", "DELETE", "MERGE"];
/// Functions that call any method of any Java class on Spark's side.
const CALLING: [&str; 3] = ["REFLECT", "TRY_REFLECT", "JAVA_METHOD"];

/// Whether the text of a statement is clearly a query.
pub(super) fn is_query(text: &str) -> bool {
    if has_reference(text) {
        return false;
    }
    let mut tokens = Tokens { rest: text };
    let first = loop {
        match tokens.next() {
            Some(Token::Other('(')) => {}
            Some(Token::Word(word)) => break word,
            _ => return false,
        }
    };
    is_one_of(first, &BEGINNINGS) && is_harmless(tokens)
}

/// Whether the text of an expression does nothing but read.
pub(super) fn is_harmless_expression(text: &str) -> bool {
    !has_reference(text) && is_harmless(Tokens { rest: text })
}

/// Whether a function of this name does nothing but read.
pub(super) fn is_harmless_function(name: &str) -> bool {
    !name
        .rsplit('.')
        .next()
        .is_some_and(|name| is_one_of(name.trim_matches(['`', ' ']), &CALLING))
}

/// Spark replaces `${...}`, wherever it stands, by a setting's text before it reads a statement.
fn has_reference(text: &str) -> bool {
    text.contains("${")
}

/// Whether Spark would put variables of its own process into a text: `${env:NAME}`, `${system:NAME}`.
pub(super) fn reads_environment(text: &[u8]) -> bool {
    // Most texts are through with the first look.
    text.contains(&b'$')
        && ["${env:", "${system:"]
            .iter()
            .any(|start| text.windows(start.len()).any(|part| part == start.as_bytes()))
}

fn is_harmless(tokens: Tokens<'_>) -> bool {
    let mut after_using = false;
    for token in tokens {
        let harmless = match token {
            Token::Word(word) => !is_one_of(word, &CHANGING) && !is_one_of(word, &CALLING),
            // A script that rows are sent through: TRANSFORM (...) USING 'script'.
            Token::String => !after_using,
            // A quoted name may be that of a function as well.
            Token::Name(name) => is_harmless_function(name),
            // A dollar begins strings of its own in some versions.
            Token::Other('$') | Token::Unclosed => false,
            Token::Other(_) => true,
        };
        if !harmless {
            return false;
        }
        after_using = matches!(token, Token::Word(word) if word.eq_ignore_ascii_case("USING"));
    }
    true
}

fn is_one_of(word: &str, words: &[&str]) -> bool {
    words.iter().any(|other| word.eq_ignore_ascii_case(other))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token<'a> {
    Word(&'a str),
    /// A string, or in double quotes perhaps a name.
    String,
    /// What stands between backquotes.
    Name(&'a str),
    /// A string or comment without an end.
    Unclosed,
    Other(char),
}

struct Tokens<'a> {
    rest: &'a str,
}

impl<'a> Tokens<'a> {
    /// Takes what `end` says belongs to the token; what follows stays.
    fn take(&mut self, end: usize) -> &'a str {
        let (token, rest) = self.rest.split_at(end);
        self.rest = rest;
        token
    }

    /// A quoted piece that starts here, `raw` without escapes; `None` if it does not end.
    fn quoted(&mut self, quote: char, raw: bool) -> Option<&'a str> {
        let body = self.rest.get(1..)?;
        let mut escaped = false;
        for (position, c) in body.char_indices() {
            if escaped {
                escaped = false;
            } else if c == '\\' && !raw {
                escaped = true;
            } else if c == quote {
                // A doubled quote goes on as the next piece, which comes to the same.
                return self.take(1 + position + 1).get(1..1 + position);
            }
        }
        None
    }

    /// Skips a comment that starts here; false if it does not end.
    fn comment(&mut self) -> bool {
        if self.rest.starts_with("--") {
            let end = self.rest.find(['\n', '\r']).unwrap_or(self.rest.len());
            // A backslash carries the comment on to the next line, for some versions.
            return !self.take(end).ends_with('\\');
        }
        let mut depth = 0;
        let mut position = 0;
        let bytes = self.rest.as_bytes();
        while let Some(pair) = bytes.get(position..position + 2) {
            match pair {
                b"/*" => depth += 1,
                b"*/" => depth -= 1,
                _ => {
                    position += 1;
                    continue;
                }
            }
            position += 2;
            if depth == 0 {
                self.take(position);
                return true;
            }
        }
        false
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            self.rest = self.rest.trim_start();
            let first = self.rest.chars().next()?;
            // A hint is part of the statement, whatever it says.
            let is_hint = self.rest.starts_with("/*+");
            let token = match first {
                '-' if self.rest.starts_with("--") => self.comment().then_some(None),
                '/' if self.rest.starts_with("/*") && !is_hint => self.comment().then_some(None),
                '\'' | '"' => self.quoted(first, false).map(|_| Some(Token::String)),
                '`' => self.quoted('`', true).map(|name| Some(Token::Name(name))),
                c if c.is_alphanumeric() || c == '_' => {
                    let end = self.rest.find(|c: char| !c.is_alphanumeric() && c != '_');
                    let word = self.take(end.unwrap_or(self.rest.len()));
                    match self.rest.chars().next() {
                        Some(quote @ ('\'' | '"')) if word.eq_ignore_ascii_case("r") => {
                            self.quoted(quote, true).map(|_| Some(Token::String))
                        }
                        _ => Some(Some(Token::Word(word))),
                    }
                }
                other => {
                    self.take(other.len_utf8());
                    Some(Some(Token::Other(other)))
                }
            };
            match token {
                Some(None) => {}
                Some(token) => return token,
                None => {
                    self.rest = "";
                    return Some(Token::Unclosed);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries() {
        for text in [
            "SELECT 1",
            "select * from t where action = 'delete'",
            "  -- what was updated\n SELECT `update`, updated FROM t",
            "/* insert /* nested */ delete */ SELECT 1;",
            "((SELECT 1) UNION (SELECT 2))",
            "WITH t AS (SELECT 1) SELECT * FROM t",
            "VALUES (1), (2)",
            "TABLE t",
            "FROM t SELECT a",
            "FROM t |> WHERE a > 1",
            "SHOW TABLES",
            "DESC EXTENDED t",
            "EXPLAIN FORMATTED SELECT 1",
            "SELECT transform(a, x -> x + 1) FROM t JOIN u USING (id)",
            "SELECT 'it''s', 'it\\'s', r'c:\\', \"x\"",
            "SELECT /*+ BROADCAST(t) */ * FROM t",
        ] {
            assert!(is_query(text), "{text}");
        }
    }

    #[test]
    fn anything_else() {
        for text in [
            "",
            ";",
            "DROP TABLE t",
            "INSERT INTO t SELECT 1",
            "(INSERT INTO t SELECT 1)",
            "WITH a AS (SELECT 1) INSERT INTO t SELECT * FROM a",
            "FROM a INSERT INTO t SELECT *",
            "with a as (select 1) merge into t using a on true when matched then delete",
            "SET x = 1",
            "USE other",
            "CACHE TABLE t",
            "ADD JAR 'x.jar'",
            "CALL system.run()",
            "EXECUTE IMMEDIATE 'SELECT 1'",
            "BEGIN DROP TABLE t; END",
            "${statement}",
            "SELECT 1 ${more}",
            "SELECT '${more}'",
            "SELECT 1 -- ${more}",
            "SELECT TRANSFORM (a) USING 'rm -rf /' FROM t",
            "SELECT TRANSFORM (a) USING /* x */ \"cat\" FROM t",
            "SELECT reflect('java.lang.System', 'exit', 0)",
            "SELECT `reflect`('java.lang.System', 'exit', 0)",
            "SELECT system.builtin.java_method('java.lang.System', 'exit', 0)",
            "SELECT 'unclosed",
            "SELECT r'\\' INSERT INTO t SELECT '",
            "SELECT /* unclosed",
            "SELECT 1 -- carried on \\\n INSERT INTO t",
            "SELECT /*+ x */ 1 INSERT",
            "\u{feff}DROP TABLE t",
            "$$",
        ] {
            assert!(!is_query(text), "{text}");
        }
    }

    #[test]
    fn expressions_and_functions() {
        assert!(is_harmless_expression("a + length('insert')"));
        assert!(!is_harmless_expression("java_method('java.lang.System', 'exit')"));
        assert!(!is_harmless_expression("reflect /* */ ('x')"));
        assert!(is_harmless_function("reflection"));
        for name in [
            "reflect",
            "REFLECT",
            "system.builtin.reflect",
            "`reflect`",
            "builtin.`try_reflect`",
        ] {
            assert!(!is_harmless_function(name), "{name}");
        }
    }
}
