//! Names for variables: of tables and aliases where there are such, and never one that means something else.

use std::collections::HashSet;

/// Words that are no names in Python, and names that the code uses otherwise.
const TAKEN: [&str; 48] = [
    "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del", "elif", "else",
    "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal", "not",
    "or", "pass", "raise", "return", "try", "while", "with", "yield", "none", "true", "false", "match",
    "case", "type", "spark", "df", "f", "t", "x", "y", "z", "float", "datetime", "print",
];

/// Names that are taken.
#[derive(Default)]
pub(super) struct Names(HashSet<String>);

impl Names {
    /// A new name, after a hint.
    pub(super) fn variable(&mut self, hint: &str) -> String {
        let base = identifier(hint);
        let mut name = base.clone();
        let mut number = 1;
        while TAKEN.contains(&name.as_str()) || !self.0.insert(name.clone()) {
            number += 1;
            name = match base.ends_with(|c: char| c.is_ascii_digit()) {
                true => format!("{base}_{number}"),
                false => format!("{base}{number}"),
            };
        }
        name
    }
}

/// The last part of a name as a name of Python, in lower case, such as `orders` of `sales.orders`.
fn identifier(hint: &str) -> String {
    let last = hint.rsplit('.').next().unwrap_or(hint).to_ascii_lowercase();
    let mut name: String = last
        .chars()
        .filter(|c| *c != '`')
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .take(40)
        .collect();
    let first = name.chars().next();
    if first.is_none_or(|c| c.is_ascii_digit()) || name.bytes().all(|b| b == b'_') || name.starts_with("__") {
        name.insert_str(0, "df_");
    }
    // Variables of lambdas are called so.
    if matches!(name.strip_prefix(['x', 'y', 'z']), Some(rest) if rest.bytes().all(|b| b.is_ascii_digit())) {
        name.push_str("_df");
    }
    name
}
