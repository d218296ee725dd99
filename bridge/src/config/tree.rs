//! Settings before anyone knows what they mean: a tree of values, each with the place where it was made.
//!
//! The file gives the tree; environment variables and flags put values in or replace them.

use std::{collections::BTreeMap, path::Path};

use toml::{
    Spanned,
    de::{DeString, DeTable, DeValue},
};

use super::problem::{Place, Problem};

/// A value and its place.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) place: Place,
    pub(crate) value: Value,
}

#[derive(Clone, Debug)]
pub(crate) enum Value {
    Boolean(bool),
    Integer(i64),
    String(String),
    /// From the environment or a flag: the setting's type decides what it says.
    Text(String),
    Array(Vec<Node>),
    Table(Entries),
    /// A number or a date of a kind that no setting takes.
    Other,
}

/// A table's values by key, with the places of the keys.
pub(crate) type Entries = BTreeMap<String, (Place, Node)>;

/// Reads a file's text; what cannot be read is told and left out.
pub(super) fn parse(text: &str, problems: &mut Vec<Problem>) -> Entries {
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        problems.push(Problem {
            place: error
                .span()
                .map_or(Place::Nowhere, |span| position(text, span.start)),
            sentence: error.message().trim_end_matches('.').to_owned(),
        });
    }
    entries(text, table.get_ref())
}

fn entries(text: &str, table: &DeTable<'_>) -> Entries {
    let entry = |(key, value): (&Spanned<DeString<'_>>, &Spanned<DeValue<'_>>)| {
        let key_place = position(text, key.span().start);
        let mut node = node(text, value);
        // A table begins where its name stands, not at its first value.
        if let Value::Table(_) = node.value {
            node.place = key_place.clone();
        }
        (key.get_ref().to_string(), (key_place, node))
    };
    table.iter().map(entry).collect()
}

fn node(text: &str, value: &Spanned<DeValue<'_>>) -> Node {
    Node {
        place: position(text, value.span().start),
        value: match value.get_ref() {
            DeValue::Boolean(value) => Value::Boolean(*value),
            DeValue::Integer(value) => {
                i64::from_str_radix(value.as_str(), value.radix()).map_or(Value::Other, Value::Integer)
            }
            DeValue::String(value) => Value::String(value.to_string()),
            DeValue::Array(values) => Value::Array(values.iter().map(|value| node(text, value)).collect()),
            DeValue::Table(table) => Value::Table(entries(text, table)),
            DeValue::Float(_) | DeValue::Datetime(_) => Value::Other,
        },
    }
}

fn position(text: &str, offset: usize) -> Place {
    let before = text.get(..offset).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    Place::File {
        line: before.matches('\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
    }
}

/// Puts `node` where `path` leads, in place of what is there.
pub(super) fn put(entries: &mut Entries, path: &[&str], node: Node, problems: &mut Vec<Problem>) {
    let Some((key, rest)) = path.split_first() else {
        return;
    };
    if rest.is_empty() {
        entries.insert((*key).to_owned(), (node.place.clone(), node));
        return;
    }
    let (_, inner) = entries.entry((*key).to_owned()).or_insert_with(|| {
        let table = Node {
            place: node.place.clone(),
            value: Value::Table(Entries::new()),
        };
        (node.place.clone(), table)
    });
    match &mut inner.value {
        Value::Table(inner) => put(inner, rest, node, problems),
        _ => problems.push(Problem {
            place: node.place,
            sentence: format!("`{key}` is a value, so nothing can be set inside it"),
        }),
    }
}

/// Relative paths in a file are seen from that file.
pub(super) fn beside(file: Option<&Path>, path: &str) -> std::path::PathBuf {
    file.and_then(Path::parent)
        .unwrap_or_else(|| Path::new(""))
        .join(path)
}
