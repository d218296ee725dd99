//! How a cell's text is shown so that nothing in it is invisible and no two values look alike.
//!
//! The engine writes control characters as Unicode's pictures of them (U+2400 and on), for which few fonts have
//! glyphs; here they become escapes, as `\n`, that are marked as such. See `body` for the elements.

use std::borrow::Cow;

use engine_api::{Cell, CellKind};

/// A stretch of a text.
#[derive(Debug, PartialEq)]
pub(crate) enum Part<'a> {
    Plain(&'a str),
    /// The escape of a control character.
    Escape(Cow<'static, str>),
}

/// The text of a cell, with a sign where it is cut.
pub(crate) fn text(cell: &Cell) -> Cow<'_, str> {
    match cell.kind {
        CellKind::Cut => format!("{}…", cell.text).into(),
        CellKind::Whole | CellKind::Null => (&cell.text).into(),
    }
}

/// Whether a text needs quotes, so that blanks at its ends are seen.
pub(crate) fn needs_quotes(text: &str) -> bool {
    text.starts_with(char::is_whitespace) || text.ends_with(char::is_whitespace)
}

/// A text in stretches; at least one.
pub(crate) fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut start = 0;
    for (i, c) in text.char_indices() {
        if let Some(escape) = escape(c) {
            if start < i {
                parts.push(Part::Plain(&text[start..i]));
            }
            parts.push(Part::Escape(escape));
            start = i + c.len_utf8();
        }
    }
    if start < text.len() || parts.is_empty() {
        parts.push(Part::Plain(&text[start..]));
    }
    parts
}

/// A text with its escapes.
pub(crate) fn escaped(text: &str) -> Cow<'_, str> {
    if !text.contains(|c| escape(c).is_some()) {
        return text.into();
    }
    let part = |part: Part| match part {
        Part::Plain(text) => text.to_owned(),
        Part::Escape(escape) => escape.into_owned(),
    };
    parts(text).into_iter().map(part).collect()
}

/// Roughly how wide a text is, in digits. What East Asian fonts draw, and escapes, count twice.
pub(crate) fn weight(text: &str) -> usize {
    let quotes = if needs_quotes(text) { 2 } else { 0 };
    let one = |c| if c >= '\u{1100}' { 2 } else { 1 };
    quotes + text.chars().map(one).sum::<usize>()
}

/// The escape of a control character's picture.
fn escape(c: char) -> Option<Cow<'static, str>> {
    let code = match c {
        '\u{2400}'..='\u{241f}' => c as u32 - 0x2400,
        '\u{2421}' => 0x7f,
        _ => return None,
    };
    Some(match code {
        0x00 => r"\0".into(),
        0x09 => r"\t".into(),
        0x0a => r"\n".into(),
        0x0d => r"\r".into(),
        _ => format!(r"\x{code:02x}").into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_become_escapes() {
        let cases = [
            ("", ""),
            ("plain", "plain"),
            ("a␊b", r"a\nb"),
            ("␉␍␀", r"\t\r\0"),
            ("é␛[0m␡", r"é\x1b[0m\x7f"),
        ];
        for (text, expected) in cases {
            assert_eq!(escaped(text), expected);
        }
        assert_eq!(
            parts("a␊"),
            [Part::Plain("a"), Part::Escape(r"\n".into())],
            "an escape is told from a text that looks like it"
        );
        assert_eq!(parts(r"a\n"), [Part::Plain(r"a\n")]);
        assert_eq!(parts(""), [Part::Plain("")]);
    }

    #[test]
    fn blanks_at_the_ends_need_quotes() {
        for (text, expected) in [
            (" ", true),
            ("a ", true),
            ("\u{a0}a", true),
            ("a b", false),
            ("", false),
        ] {
            assert_eq!(needs_quotes(text), expected, "{text:?}");
        }
    }

    #[test]
    fn the_widest_text_is_not_that_with_most_characters() {
        assert!(weight("日本語") > weight("12345"));
        assert!(weight("a␊") == weight("abc"));
        assert!(weight(" ") > weight("ab"));
    }
}
