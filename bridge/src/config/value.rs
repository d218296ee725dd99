//! How values of each type are written.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Display,
    net::IpAddr,
    num::NonZeroU32,
    str::FromStr,
    time::Duration,
};

use bytesize::ByteSize;

use super::{
    problem::{Place, Problem},
    tree::{Node, Value},
};

/// No time is longer; the clock could not count on for ever.
const LONGEST: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);

/// A type that a setting can have.
pub(crate) trait Setting: Sized {
    /// What `node` says. The problem must not quote it.
    fn read(node: &Node) -> Result<Self, Problem>;
}

pub(crate) fn problem(place: &Place, sentence: impl Into<String>) -> Problem {
    Problem {
        place: place.clone(),
        sentence: sentence.into(),
    }
}

/// A setting that is written as a string.
fn text<'a>(node: &'a Node, expected: &str) -> Result<&'a str, Problem> {
    match &node.value {
        Value::String(text) | Value::Text(text) => Ok(text),
        _ => Err(problem(&node.place, format!("expected {expected}"))),
    }
}

/// A string that means a `T`.
pub(super) fn parsed<T: FromStr<Err: Display>>(node: &Node) -> Result<T, Problem> {
    text(node, "a string")?
        .parse()
        .map_err(|error| problem(&node.place, format!("{error}")))
}

impl Setting for bool {
    fn read(node: &Node) -> Result<Self, Problem> {
        match &node.value {
            Value::Boolean(value) => Ok(*value),
            Value::Text(text) if text == "true" => Ok(true),
            Value::Text(text) if text == "false" => Ok(false),
            _ => Err(problem(&node.place, "expected true or false")),
        }
    }
}

fn whole<T: TryFrom<i64>>(node: &Node, expected: &str) -> Result<T, Problem> {
    let number = match &node.value {
        Value::Integer(number) => Some(*number),
        Value::Text(text) => text.parse().ok(),
        _ => None,
    };
    number
        .and_then(|number| T::try_from(number).ok())
        .ok_or_else(|| problem(&node.place, format!("expected {expected}")))
}

impl Setting for u16 {
    fn read(node: &Node) -> Result<Self, Problem> {
        whole(node, "a whole number from 0 to 65535")
    }
}

impl Setting for u32 {
    fn read(node: &Node) -> Result<Self, Problem> {
        whole(node, "a whole number from 0 to 4294967295")
    }
}

impl Setting for u64 {
    fn read(node: &Node) -> Result<Self, Problem> {
        whole(node, "a whole number, 0 or more")
    }
}

impl Setting for usize {
    fn read(node: &Node) -> Result<Self, Problem> {
        whole(node, "a whole number, 0 or more")
    }
}

impl Setting for NonZeroU32 {
    fn read(node: &Node) -> Result<Self, Problem> {
        let expected = "a whole number above 0";
        whole(node, expected).and_then(|number| {
            Self::new(number).ok_or_else(|| problem(&node.place, format!("expected {expected}")))
        })
    }
}

impl Setting for String {
    fn read(node: &Node) -> Result<Self, Problem> {
        text(node, "a string").map(str::to_owned)
    }
}

impl Setting for Duration {
    fn read(node: &Node) -> Result<Self, Problem> {
        const EXPECTED: &str = "a time with its unit in quotes, for example \"10s\", \"500ms\" or \"2m\"";
        humantime::parse_duration(text(node, EXPECTED)?)
            .ok()
            .filter(|time| !time.is_zero() && *time <= LONGEST)
            .ok_or_else(|| problem(&node.place, format!("expected {EXPECTED}")))
    }
}

impl Setting for ByteSize {
    fn read(node: &Node) -> Result<Self, Problem> {
        const EXPECTED: &str = "a size with its unit in quotes, for example \"128 MiB\" or \"64 KiB\"";
        text(node, EXPECTED)?
            .parse()
            .map_err(|_| problem(&node.place, format!("expected {EXPECTED}")))
    }
}

impl Setting for IpAddr {
    fn read(node: &Node) -> Result<Self, Problem> {
        let expected = "an IP address in quotes";
        text(node, expected)?
            .parse()
            .map_err(|_| problem(&node.place, format!("expected {expected}")))
    }
}

/// In the environment and in flags a list is written with commas between its items.
pub(super) fn items(node: &Node) -> Result<Vec<Node>, Problem> {
    match &node.value {
        Value::Array(items) => Ok(items.clone()),
        Value::Text(text) => {
            let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
            Ok(items
                .map(|item| Node {
                    place: node.place.clone(),
                    value: Value::Text(item.to_owned()),
                })
                .collect())
        }
        _ => Err(problem(
            &node.place,
            "expected a list, for example [\"a\", \"b\"]",
        )),
    }
}

impl<T: Setting> Setting for Vec<T> {
    fn read(node: &Node) -> Result<Self, Problem> {
        items(node)?.iter().map(T::read).collect()
    }
}

impl<T: Setting + Ord> Setting for BTreeSet<T> {
    fn read(node: &Node) -> Result<Self, Problem> {
        items(node)?.iter().map(T::read).collect()
    }
}

/// A table whose keys are the operator's own.
impl<T: Setting> Setting for BTreeMap<String, T> {
    fn read(node: &Node) -> Result<Self, Problem> {
        let Value::Table(entries) = &node.value else {
            return Err(problem(
                &node.place,
                "expected a table, for example { name = \"value\" }",
            ));
        };
        entries
            .iter()
            .map(|(key, (_, node))| Ok((key.clone(), T::read(node)?)))
            .collect()
    }
}
