//! The statements of a cell one by one, those that are being typed as far as they make sense.

use std::rc::Rc;

use ruff_python_ast as ast;
use ruff_python_parser::{Mode, ParseOptions, lexer::lex, parse_unchecked};
use ruff_text_size::{Ranged, TextRange};

use crate::{
    code::{Code, Source},
    guard,
};

/// How many places are tried at which a statement may be cut off.
const CUTS: usize = 80;

/// A statement by itself.
pub(crate) struct Piece {
    pub(crate) code: Rc<Code>,
    /// Where its source begins in the cell's, in bytes.
    pub(crate) start: usize,
    /// Where it ends in the cell's; brackets that were closed for it come after.
    pub(crate) end: usize,
}

/// The statements that compile, and what is left of the others when their ends are cut off.
pub(crate) fn pieces(text: &str, number: u32) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for range in statements(text) {
        let (start, end) = (usize::from(range.start()), usize::from(range.end()));
        let Some(statement) = text.get(start..end) else {
            continue;
        };
        let whole = compile(statement, number).map(|code| (code, statement.len()));
        if let Some((code, length)) = whole.or_else(|| cut(statement, number)) {
            pieces.push(Piece {
                code,
                start,
                end: start + length,
            });
        }
    }
    pieces
}

/// Where the statements are. From the first mistake on to the end of its statement everything is one.
fn statements(text: &str) -> Vec<TextRange> {
    if guard::check(text).is_err() {
        return Vec::new();
    }
    let parsed = parse_unchecked(text, ParseOptions::from(Mode::Module));
    let ast::Mod::Module(module) = parsed.syntax() else {
        return Vec::new();
    };
    let mistakes: Vec<TextRange> = parsed.errors().iter().map(|error| error.location).collect();
    let mut ranges: Vec<TextRange> = Vec::new();
    let mut broken = false;
    for statement in &module.body {
        let range = statement.range();
        let is_wrong = mistakes.iter().any(|mistake| touch(*mistake, range));
        match ranges.last_mut() {
            // The parser begins anew within a line that it does not understand.
            Some(last) if broken && on_one_line(text, *last, range) => *last = last.cover(range),
            _ => ranges.push(range),
        }
        broken = is_wrong;
    }
    ranges
}

fn touch(a: TextRange, b: TextRange) -> bool {
    a.start() <= b.end() && b.start() <= a.end()
}

fn on_one_line(text: &str, a: TextRange, b: TextRange) -> bool {
    text.get(usize::from(a.end())..usize::from(b.start()))
        .is_some_and(|between| !between.contains('\n'))
}

fn compile(text: &str, number: u32) -> Option<Rc<Code>> {
    let source = Rc::new(Source {
        number,
        text: text.to_owned(),
    });
    super::compile(&source).ok()
}

/// The longest beginning that makes sense once what it opens is closed, and its length.
fn cut(statement: &str, number: u32) -> Option<(Rc<Code>, usize)> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut before = None;
    let mut places: Vec<usize> = Vec::new();
    for (at, character) in statement.char_indices() {
        if !(is_word(character) && before.is_some_and(is_word)) {
            places.push(at);
        }
        before = Some(character);
    }
    places.push(statement.len());
    places
        .into_iter()
        .rev()
        .take(CUTS)
        .filter_map(|at| statement.get(..at))
        .filter(|beginning| !beginning.trim().is_empty())
        .find_map(|beginning| Some((compile(&closed(beginning), number)?, beginning.len())))
}

/// The text with an end for every bracket that it opens.
fn closed(text: &str) -> String {
    use ruff_python_ast::token::TokenKind;
    let mut lexer = lex(text, Mode::Module);
    let mut open = Vec::new();
    loop {
        match lexer.next_token() {
            TokenKind::EndOfFile => break,
            TokenKind::Lpar => open.push(')'),
            TokenKind::Lsqb => open.push(']'),
            TokenKind::Lbrace => open.push('}'),
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => {
                open.pop();
            }
            _ => {}
        }
    }
    let ends: String = open.into_iter().rev().collect();
    format!("{text}{ends}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(source: &str) -> Vec<(usize, String)> {
        let pieces = pieces(source, 1);
        let text = |piece: &Piece| (piece.start, piece.code.source.text.clone());
        pieces.iter().map(text).collect()
    }

    #[test]
    fn what_is_being_typed_is_cut_off() {
        for (source, expected) in [
            ("a = 1\nb = 2", vec![(0, "a = 1"), (6, "b = 2")]),
            ("df.filter(x).", vec![(0, "df.filter(x)")]),
            ("df.filter(x).sel", vec![(0, "df.filter(x).sel")]),
            ("df.select(", vec![(0, "df.select()")]),
            ("df.select(F.col(\"", vec![(0, "df.select(F.col())")]),
            ("x = df.select('a', ", vec![(0, "x = df.select('a', )")]),
            (
                "a = 1\ny = (df\n  .f(1)\n  .",
                vec![(0, "a = 1"), (6, "y = (df\n  .f(1)\n  )")],
            ),
            ("df[", vec![(0, "df")]),
            ("a = 1\n)\nb = 2", vec![(0, "a = 1"), (8, "b = 2")]),
        ] {
            let expected: Vec<(usize, String)> = expected
                .into_iter()
                .map(|(at, text)| (at, text.to_owned()))
                .collect();
            assert_eq!(texts(source), expected, "{source}");
        }
    }
}
