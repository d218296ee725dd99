//! Programs that look like Python's, chosen by bytes: each byte is one choice, and the text ends when they do.

/// Statements nest no deeper, and neither do expressions.
const DEPTH: usize = 6;

/// What is left of the bytes, and what was written.
struct Writer<'a> {
    bytes: std::slice::Iter<'a, u8>,
    text: String,
}

/// The program of some bytes.
pub fn program(bytes: &[u8]) -> String {
    let mut writer = Writer {
        bytes: bytes.iter(),
        text: "from pyspark.sql import functions as F\ndf = spark.range(3)\n".to_owned(),
    };
    while writer.bytes.len() > 0 {
        writer.statement(0);
    }
    writer.text
}

const NAMES: [&str; 12] = [
    "a", "b", "c", "df", "F", "spark", "x", "len", "range", "list", "print", "sorted",
];
const ATTRIBUTES: [&str; 18] = [
    "append",
    "col",
    "count",
    "filter",
    "format",
    "groupBy",
    "id",
    "items",
    "join",
    "keys",
    "lit",
    "select",
    "show",
    "split",
    "update",
    "withColumn",
    "__class__",
    "agg",
];
const VALUES: [&str; 16] = [
    "0",
    "1",
    "-1",
    "2.5",
    "1e308",
    "10**9",
    "9223372036854775807",
    "''",
    "'ab'",
    "'{:>9}'",
    "b'x'",
    "None",
    "True",
    "[]",
    "{}",
    "'id'",
];
const OPERATORS: [&str; 20] = [
    "+", "-", "*", "/", "//", "%", "**", "<<", ">>", "&", "|", "^", "==", "!=", "<", ">=", "in", "is", "and",
    "or",
];

impl Writer<'_> {
    fn choice(&mut self) -> usize {
        self.bytes.next().copied().unwrap_or_default().into()
    }

    fn one_of(&mut self, words: &[&str]) {
        let at = self.choice() % words.len();
        self.text.push_str(words[at]);
    }

    fn put(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn line(&mut self, depth: usize) {
        self.text.push_str(&"    ".repeat(depth));
    }

    fn block(&mut self, depth: usize) {
        self.put(":\n");
        for _ in 0..=self.choice() % 3 {
            self.statement(depth + 1);
        }
    }

    fn statement(&mut self, depth: usize) {
        self.line(depth);
        let choice = if depth >= DEPTH { 0 } else { self.choice() % 12 };
        match choice {
            0..=2 => self.expression(0),
            3 | 4 => {
                self.one_of(&NAMES);
                self.one_of(&[" = ", " += ", " = x, y = ", ", *b = ", " **= "]);
                self.expression(0);
            }
            5 => {
                self.put("if ");
                self.expression(0);
                self.block(depth);
                self.line(depth);
                self.put("else");
                self.block(depth);
                return;
            }
            6 => {
                self.put("for ");
                self.one_of(&NAMES);
                self.put(" in ");
                self.expression(0);
                self.block(depth);
                return;
            }
            7 => {
                self.put("while ");
                self.expression(0);
                self.block(depth);
                return;
            }
            8 => {
                self.put("def ");
                self.one_of(&NAMES);
                self.one_of(&["()", "(a)", "(a, b=[], *c, **d)", "(a, /, *, x=1)"]);
                self.block(depth);
                return;
            }
            9 => {
                self.put("try");
                self.block(depth);
                self.line(depth);
                self.one_of(&["except Exception as e", "finally", "except (KeyError, TypeError)"]);
                self.block(depth);
                return;
            }
            10 => {
                self.one_of(&["return ", "yield ", "raise ", "del ", "assert ", "yield from "]);
                self.expression(0);
            }
            _ => self.one_of(&[
                "break",
                "continue",
                "pass",
                "global a",
                "nonlocal a",
                "import math",
                "raise",
            ]),
        }
        self.put("\n");
    }

    fn expression(&mut self, depth: usize) {
        let choice = if depth >= DEPTH {
            self.choice() % 2
        } else {
            self.choice() % 14
        };
        match choice {
            0 => self.one_of(&VALUES),
            1 => self.one_of(&NAMES),
            2 | 3 => {
                self.expression(depth + 1);
                self.put(" ");
                self.one_of(&OPERATORS);
                self.put(" ");
                self.expression(depth + 1);
            }
            4 | 5 => {
                self.expression(depth + 1);
                self.put(".");
                self.one_of(&ATTRIBUTES);
            }
            6 | 7 => {
                self.expression(depth + 1);
                self.put("(");
                for _ in 0..self.choice() % 3 {
                    self.one_of(&["", "", "*", "**", "a="]);
                    self.expression(depth + 1);
                    self.put(", ");
                }
                self.put(")");
            }
            8 => {
                self.expression(depth + 1);
                self.put("[");
                self.expression(depth + 1);
                self.one_of(&["", ":", "::-1", ":2"]);
                self.put("]");
            }
            9 => {
                let (open, close) = [("[", "]"), ("(", ",)"), ("{", "}")][self.choice() % 3];
                self.put(open);
                self.expression(depth + 1);
                self.put(", ");
                self.expression(depth + 1);
                self.put(close);
            }
            10 => {
                self.put("[");
                self.expression(depth + 1);
                self.put(" for a in ");
                self.expression(depth + 1);
                self.put("]");
            }
            11 => {
                self.one_of(&["lambda: ", "lambda a: ", "lambda *a, b=1: ", "not ", "-", "~"]);
                self.expression(depth + 1);
            }
            12 => {
                self.put("(");
                self.expression(depth + 1);
                self.put(" if ");
                self.expression(depth + 1);
                self.put(" else ");
                self.expression(depth + 1);
                self.put(")");
            }
            _ => {
                self.put("f\"{");
                self.expression(depth + 1);
                self.one_of(&["}\"", "!r:>9}\"", ":{a}}\"", "=}\""]);
            }
        }
    }
}
