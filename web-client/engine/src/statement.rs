//! What a SQL command did, in a sentence made from its text. Nothing is judged: Spark has run it by then.

/// The sentence for a command without rows, for example `Created view hourly.`
pub(crate) fn done(source: &str) -> String {
    let words = words(source);
    let mut rest = words.iter().map(String::as_str);
    let Some(verb) = rest.next() else {
        return "Done.".to_owned();
    };
    let verb = verb.to_uppercase();
    let said = match verb.as_str() {
        "CREATE" | "REPLACE" => "Created",
        "DROP" => "Dropped",
        "ALTER" => "Altered",
        "INSERT" => "Inserted into",
        "UPDATE" => "Updated",
        "DELETE" => "Deleted from",
        "MERGE" => "Merged into",
        "TRUNCATE" => "Truncated",
        "CACHE" => "Cached",
        "UNCACHE" => "Uncached",
        "REFRESH" => "Refreshed",
        "ANALYZE" => "Analyzed",
        "COMMENT" => "Commented on",
        "USE" => "Now using",
        _ => return format!("{verb} is done."),
    };
    let mut sentence = said.to_owned();
    let mut rest = rest.skip_while(|word| is_filler(word)).peekable();
    while let Some(word) = rest.next_if(|word| is_object(word)) {
        sentence.push(' ');
        sentence.push_str(&word.to_lowercase());
    }
    if let Some(name) = rest.find(|word| !is_filler(word)) {
        sentence.push(' ');
        sentence.push_str(name);
    }
    sentence.push('.');
    sentence
}

fn is_filler(word: &str) -> bool {
    let words = [
        "OR",
        "REPLACE",
        "IF",
        "NOT",
        "EXISTS",
        "INTO",
        "FROM",
        "OVERWRITE",
        "LAZY",
        "ON",
        "EXTERNAL",
    ];
    words.iter().any(|filler| filler.eq_ignore_ascii_case(word))
}

fn is_object(word: &str) -> bool {
    let words = [
        "TABLE",
        "VIEW",
        "TEMPORARY",
        "TEMP",
        "GLOBAL",
        "MATERIALIZED",
        "DATABASE",
        "SCHEMA",
        "NAMESPACE",
        "FUNCTION",
        "CATALOG",
        "COLUMN",
        "INDEX",
        "VARIABLE",
        "TABLES",
    ];
    words.iter().any(|object| object.eq_ignore_ascii_case(word))
}

/// The first words of a text, without comments. A word ends at a blank, a parenthesis, a comma or a semicolon, unless
/// it is in backticks.
fn words(source: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let mut rest = source;
    while let Some(c) = rest.chars().next() {
        if words.len() > 12 {
            break;
        }
        if rest.starts_with("--") {
            rest = rest.split_once('\n').map_or("", |(_, after)| after);
            words.extend(Some(std::mem::take(&mut word)).filter(|w| !w.is_empty()));
            continue;
        }
        if let Some(comment) = rest.strip_prefix("/*") {
            rest = comment.split_once("*/").map_or("", |(_, after)| after);
            words.extend(Some(std::mem::take(&mut word)).filter(|w| !w.is_empty()));
            continue;
        }
        if c == '`' {
            let inside = rest[1..].find('`').map_or(rest.len(), |at| at + 2);
            word.push_str(&rest[..inside]);
            rest = &rest[inside..];
            continue;
        }
        if c.is_whitespace() || "(),;".contains(c) {
            words.extend(Some(std::mem::take(&mut word)).filter(|w| !w.is_empty()));
        } else {
            word.push(c);
        }
        rest = &rest[c.len_utf8()..];
    }
    words.extend(Some(word).filter(|w| !w.is_empty()));
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_say_what_they_did() {
        for (source, expected) in [
            (
                "create or replace temporary view hourly as select 1",
                "Created temporary view hourly.",
            ),
            (
                "-- a table\nCREATE TABLE IF NOT EXISTS db.`my table`(a INT)",
                "Created table db.`my table`.",
            ),
            ("/* x */ DROP VIEW IF EXISTS v;", "Dropped view v."),
            ("insert into t values (1)", "Inserted into t."),
            ("INSERT OVERWRITE TABLE t SELECT 1", "Inserted into table t."),
            ("delete from t where a = 1", "Deleted from t."),
            ("USE samples", "Now using samples."),
            ("USE SCHEMA samples;", "Now using schema samples."),
            ("CACHE LAZY TABLE t", "Cached table t."),
            ("MSCK REPAIR TABLE t", "MSCK is done."),
            ("grant select", "GRANT is done."),
            ("", "Done."),
            ("-- only", "Done."),
            ("/* open", "Done."),
            ("drop table `open", "Dropped table `open."),
        ] {
            assert_eq!(done(source), expected, "{source}");
        }
    }
}
