//! What cells have of PySpark, read from the tables that the interpreter itself looks names up in.

use spark_connect_client::unsupported::Unsupported;

use crate::{class::Class, spark};

/// The names that cells have of a class of PySpark's, such as `DataFrame` or `MergeIntoWriter.WhenMatched`; methods and
/// attributes. None if cells do not have the class.
pub fn names_of(class: &str) -> Option<Vec<&'static str>> {
    let mut class: &Class = spark::classes().find(|known| known.name == last(class))?;
    let mut names = Vec::new();
    loop {
        let tables = class.methods.iter().chain(class.statics);
        names.extend(tables.map(|native| native.name));
        match class.base {
            Some(base) => class = base,
            None => return Some(names),
        }
    }
}

/// Classes inside of others are known by their own names.
fn last(class: &str) -> &str {
    class.rsplit('.').next().unwrap_or(class)
}

/// Whether cells have a name of a class, or of `functions` or `types`.
pub fn has(owner: &str, name: &str) -> bool {
    match owner {
        "functions" => spark::has_function(name),
        "types" => spark::has_type(name),
        owner => {
            let class = spark::classes().find(|known| known.name == last(owner));
            let is_constant = class.is_some_and(|class| (class.constant)(name).is_some());
            is_constant || names_of(owner).is_some_and(|names| names.contains(&name))
        }
    }
}

/// What cells do not have, each with its reason.
pub fn refused() -> impl Iterator<Item = &'static Unsupported> {
    spark::unsupported()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_both_there_and_refused() {
        for entry in refused() {
            assert!(!has(entry.owner, entry.name), "{}.{}", entry.owner, entry.name);
        }
    }

    #[test]
    fn names_are_found() {
        assert!(has("DataFrame", "filter") && has("DataFrame", "columns"));
        assert!(has("Window", "partitionBy") && has("Window", "currentRow"));
        assert!(has("functions", "array_contains") && has("functions", "broadcast"));
        assert!(has("types", "StructType") && has("Row", "asDict"));
        assert!(!has("DataFrame", "nothing") && !has("Nothing", "filter") && !has("functions", "udf"));
        for class in spark::classes() {
            let names = names_of(class.name).unwrap();
            let unique: std::collections::BTreeSet<_> =
                class.methods.iter().map(|native| native.name).collect();
            assert_eq!(
                unique.len(),
                class.methods.len(),
                "{} has a name twice",
                class.name
            );
            assert!(!names.contains(&""), "{}", class.name);
        }
    }
}
