//! Where in the text of a statement an error is: from Spark's query contexts, else from what its parser says.

use std::ops::Range;

use crate::error::{Error, QueryContext};

impl Error {
    /// The places in the statement that failed, as byte ranges of its text. None if Spark names none, or if it is in
    /// the text of something else, such as a view.
    pub fn places(&self, statement: &str) -> Vec<Range<usize>> {
        let contexts = self.spark.iter().flat_map(|spark| &spark.contexts);
        let mut places: Vec<_> = contexts.filter_map(|context| place(context, statement)).collect();
        if places.is_empty() {
            places.extend(position_in(&self.message).and_then(|at| word_at(at, statement)));
        }
        places
    }
}

fn place(context: &QueryContext, statement: &str) -> Option<Range<usize>> {
    if context.dataframe || !context.object_type.is_empty() {
        return None;
    }
    let start = usize::try_from(context.start).ok()?;
    let stop = usize::try_from(context.stop).ok()?;
    (start <= stop)
        .then(|| bytes(statement, start, stop.saturating_add(1)))
        .flatten()
}

/// A range of code points, as Spark's parser counts, in bytes; cut to the text.
fn bytes(text: &str, start: usize, end: usize) -> Option<Range<usize>> {
    let mut places = text.char_indices().map(|(at, _)| at);
    let from = places.nth(start)?;
    let to = match end.checked_sub(start + 1) {
        Some(between) => places.nth(between),
        None => Some(from),
    };
    Some(from..to.unwrap_or(text.len()))
}

/// The line, from 1, and the position in it, from 0, that a parser's message names: `(line 1, pos 15)`.
fn position_in(message: &str) -> Option<(usize, usize)> {
    let at = message.rfind("(line ")?;
    let (line, rest) = message[at + "(line ".len()..].split_once(", pos ")?;
    let (position, _) = rest.split_once(')')?;
    Some((line.parse().ok()?, position.parse().ok()?))
}

/// The word at a place; the last word before it, when the place is the end of the text.
fn word_at((line, position): (usize, usize), text: &str) -> Option<Range<usize>> {
    let before: usize = text
        .split('\n')
        .take(line.checked_sub(1)?)
        .map(|line| line.chars().count() + 1)
        .sum();
    let chars: Vec<char> = text.chars().collect();
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let mut start = before.checked_add(position)?;
    if chars.get(start).is_none_or(|c| c.is_whitespace()) {
        let last = chars[..start.min(chars.len())]
            .iter()
            .rposition(|c| !c.is_whitespace())?;
        let from = chars[..last]
            .iter()
            .rposition(|c| !word(*c))
            .map_or(0, |at| at + 1);
        return bytes(text, if word(chars[last]) { from } else { last }, last + 1);
    }
    let mut end = start + 1;
    if word(chars[start]) {
        while start > 0 && word(chars[start - 1]) {
            start -= 1;
        }
        while chars.get(end).copied().is_some_and(word) {
            end += 1;
        }
    }
    bytes(text, start, end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ErrorKind, SparkError};

    fn context(start: i32, stop: i32) -> QueryContext {
        QueryContext {
            start,
            stop,
            ..QueryContext::default()
        }
    }

    fn marked(message: &str, contexts: Vec<QueryContext>, text: &str) -> Vec<String> {
        let mut error = Error::new(ErrorKind::Spark, message);
        error.spark = Some(Box::new(SparkError {
            contexts,
            ..SparkError::default()
        }));
        let places = error.places(text).into_iter();
        places.map(|place| text[place].to_owned()).collect()
    }

    #[test]
    fn contexts_count_code_points() {
        let text = "SELECT 'é😀',\n  zz";
        assert_eq!(marked("", vec![context(15, 16)], text), ["zz"]);
        assert_eq!(marked("", vec![context(8, 8), context(9, 9)], text), ["é", "😀"]);
        assert_eq!(marked("", vec![context(15, i32::MAX)], text), ["zz"]);
    }

    #[test]
    fn contexts_elsewhere_are_left_out() {
        let view = QueryContext {
            object_type: "VIEW".into(),
            ..context(0, 3)
        };
        let dataframe = QueryContext {
            dataframe: true,
            ..context(0, 3)
        };
        for elsewhere in [context(-1, 3), context(80, 90), context(5, 2), view, dataframe] {
            assert_eq!(marked("", vec![elsewhere], "SELECT 1"), [""; 0]);
        }
    }

    #[test]
    fn a_parsers_message_names_a_word() {
        for (text, message, expected) in [
            ("SELECT * FROMM x", "… (line 1, pos 15)\n\n== SQL ==", Some("x")),
            ("SELECT\n * FROMM abc d", "(line 2, pos 9)", Some("abc")),
            ("SELECT 'é😀', * FROMM abc", "(line 1, pos 21)", Some("abc")),
            ("SELECT (", "(line 1, pos 8)", Some("(")),
            ("SELECT a FROM  ", "(line 1, pos 15)", Some("FROM")),
            ("-- x", "(line 1, pos 4)", Some("x")),
            ("", "(line 1, pos 0)", None),
            ("SELECT 1", "no position", None),
            ("SELECT 1", "(line 0, pos 1)", None),
            ("SELECT 1", "(line 9, pos 9)", Some("1")),
            ("SELECT 1", "(line 2, pos 18446744073709551615)", None),
        ] {
            let found = marked(message, vec![], text);
            assert_eq!(
                found.first().map(String::as_str),
                expected,
                "{text:?} {message:?}"
            );
        }
    }
}
