//! Names of the catalog as SQL writes them. Pure.

/// A name as it must stand in SQL: in backticks, unless it is plain in every dialect of Spark's parser.
pub(crate) fn quoted(name: &str) -> String {
    let mut characters = name.chars();
    let plain = characters
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && characters.all(|character| character.is_ascii_alphanumeric() || character == '_')
        && !is_reserved(name);
    if plain {
        name.to_owned()
    } else {
        format!("`{}`", name.replace('`', "``"))
    }
}

/// A path of names with dots between them. The session's own catalog is left out: nobody writes it.
pub(crate) fn qualified(path: &[String]) -> String {
    let path = match path {
        [catalog, rest @ ..] if catalog == "spark_catalog" && !rest.is_empty() => rest,
        path => path,
    };
    path.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(".")
}

/// The words that Spark's ANSI mode reserves, as far as anybody would name a table or a column so.
fn is_reserved(name: &str) -> bool {
    const RESERVED: [&str; 54] = [
        "all",
        "and",
        "any",
        "as",
        "both",
        "case",
        "cast",
        "check",
        "collate",
        "column",
        "constraint",
        "create",
        "cross",
        "current_date",
        "current_time",
        "current_user",
        "distinct",
        "else",
        "end",
        "except",
        "false",
        "fetch",
        "filter",
        "for",
        "foreign",
        "from",
        "full",
        "grant",
        "group",
        "having",
        "in",
        "inner",
        "intersect",
        "into",
        "is",
        "join",
        "leading",
        "left",
        "not",
        "null",
        "on",
        "or",
        "order",
        "outer",
        "primary",
        "references",
        "right",
        "select",
        "table",
        "then",
        "to",
        "union",
        "unique",
        "user",
    ];
    const MORE: [&str; 4] = ["using", "when", "where", "with"];
    let name = name.to_ascii_lowercase();
    RESERVED.contains(&name.as_str()) || MORE.contains(&name.as_str())
}

/// The names of a list in backticks, as Spark proposes them: `` `a`, `b`.`c` ``. Text without backticks is one name.
pub(crate) fn proposals(list: &str) -> Vec<String> {
    let mut proposals = Vec::new();
    let mut current = String::new();
    let mut inside = false;
    for character in list.chars() {
        match character {
            '`' => {
                inside = !inside;
                current.push(character);
            }
            ',' if !inside => proposals.push(std::mem::take(&mut current)),
            _ => current.push(character),
        }
    }
    proposals.push(current);
    proposals
        .iter()
        .map(|name| plainer(name.trim()))
        .filter(|name| !name.is_empty())
        .collect()
}

/// A path in backticks with only those backticks that it needs.
fn plainer(path: &str) -> String {
    let mut parts = Vec::new();
    let mut rest = path;
    while let Some(quoted_rest) = rest.strip_prefix('`') {
        let mut name = String::new();
        let mut characters = quoted_rest.char_indices().peekable();
        let mut end = None;
        while let Some((at, character)) = characters.next() {
            match character {
                '`' if characters.peek().is_some_and(|(_, next)| *next == '`') => {
                    characters.next();
                    name.push('`');
                }
                '`' => {
                    end = Some(at + 1);
                    break;
                }
                _ => name.push(character),
            }
        }
        let Some(end) = end else { return path.to_owned() };
        parts.push(quoted(&name));
        match quoted_rest[end..].strip_prefix('.') {
            Some(next) => rest = next,
            None if quoted_rest[end..].is_empty() => return parts.join("."),
            None => return path.to_owned(),
        }
    }
    path.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_quoted_when_they_must_be() {
        for (name, expected) in [
            ("trips", "trips"),
            ("_a1", "_a1"),
            ("Zone", "Zone"),
            ("1st", "`1st`"),
            ("a b", "`a b`"),
            ("a`b", "`a``b`"),
            ("größe", "`größe`"),
            ("Order", "`Order`"),
            ("", "``"),
        ] {
            assert_eq!(quoted(name), expected);
        }
    }

    #[test]
    fn paths_leave_the_session_catalog_out() {
        for (path, expected) in [
            (&["spark_catalog"][..], "spark_catalog"),
            (&["spark_catalog", "samples", "trips"], "samples.trips"),
            (&["lake", "my data", "t"], "lake.`my data`.t"),
        ] {
            let path: Vec<String> = path.iter().map(|name| (*name).to_owned()).collect();
            assert_eq!(qualified(&path), expected);
        }
    }

    #[test]
    fn proposals_of_spark() {
        for (list, expected) in [
            ("`zone`, `fare`", vec!["zone", "fare"]),
            ("`trips`.`zone`", vec!["trips.zone"]),
            ("`a, b`, `c``d`", vec!["`a, b`", "`c``d`"]),
            ("`spark_catalog`.`my db`.`t`", vec!["spark_catalog.`my db`.t"]),
            ("zone", vec!["zone"]),
            ("`broken", vec!["`broken"]),
            ("", vec![]),
        ] {
            assert_eq!(proposals(list), expected, "{list}");
        }
    }
}
