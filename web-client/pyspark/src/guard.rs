//! Looks at how deep source nests before it is parsed: parsing, compiling and dropping go as deep as the source does.

use ruff_python_ast::token::TokenKind;
use ruff_python_parser::{Mode, lexer::lex};

/// Brackets and other things that open something.
const NESTING: usize = 90;
/// Steps of a chain, terms of a sum: what a tree of the source is high.
const HEIGHT: usize = 2_000;
/// Bytes of a cell.
const LENGTH: usize = 4 << 20;

/// What is between a bracket and its end.
#[derive(Default)]
struct Level {
    /// The height of the expression at hand, and of the highest before it.
    height: usize,
    highest: usize,
    /// Prefixes in a row, or what the source nests without brackets.
    prefixes: usize,
    nested: usize,
}

/// Whether source is shallow enough to be parsed.
pub(crate) fn check(source: &str) -> Result<(), String> {
    if source.len() > LENGTH {
        return Err(format!("a cell of more than {} MiB", LENGTH >> 20));
    }
    let mut lexer = lex(source, Mode::Module);
    let mut levels = vec![Level::default()];
    let mut blocks = 0usize;
    let mut before = TokenKind::Newline;
    loop {
        let token = lexer.next_token();
        let Some(level) = levels.last_mut() else {
            return Ok(());
        };
        match token {
            TokenKind::EndOfFile => return Ok(()),
            TokenKind::Indent => blocks += 1,
            TokenKind::Dedent => blocks = blocks.saturating_sub(1),
            TokenKind::Lpar
            | TokenKind::Lsqb
            | TokenKind::Lbrace
            | TokenKind::FStringStart
            | TokenKind::TStringStart => levels.push(Level::default()),
            TokenKind::Rpar
            | TokenKind::Rsqb
            | TokenKind::Rbrace
            | TokenKind::FStringEnd
            | TokenKind::TStringEnd => {
                let inner = level.highest.max(level.height);
                if levels.len() > 1 {
                    levels.pop();
                }
                if let Some(level) = levels.last_mut() {
                    level.height = level.height.max(inner) + 1;
                    level.prefixes = 0;
                }
            }
            TokenKind::Comma | TokenKind::Newline | TokenKind::Semi => {
                level.highest = level.highest.max(level.height);
                level.height = 0;
                level.prefixes = 0;
                level.nested = 0;
                if token == TokenKind::Newline {
                    level.highest = 0;
                }
            }
            TokenKind::Not | TokenKind::Tilde | TokenKind::Await => {
                level.prefixes += 1;
                level.height += 1;
            }
            TokenKind::Minus | TokenKind::Plus if !ends_operand(before) => {
                level.prefixes += 1;
                level.height += 1;
            }
            TokenKind::Lambda
            | TokenKind::Else
            | TokenKind::DoubleStar
            | TokenKind::If
            | TokenKind::Yield
            | TokenKind::ColonEqual => {
                level.nested += 1;
                level.height += 1;
                level.prefixes = 0;
            }
            _ if token.is_operator() || token == TokenKind::Dot || token.is_keyword() => {
                level.height += 1;
                level.prefixes = 0;
            }
            TokenKind::NonLogicalNewline | TokenKind::Comment => continue,
            _ => level.prefixes = 0,
        }
        before = token;
        let depth = levels.len() + blocks;
        let (nested, height) = levels
            .last()
            .map_or((0, 0), |level| (level.prefixes.max(level.nested), level.height));
        if depth + nested > NESTING {
            return Err(format!(
                "too many nested parentheses, blocks or prefixes: more than {NESTING}"
            ));
        }
        if height > HEIGHT {
            return Err(format!(
                "an expression of more than {HEIGHT} steps; assign what comes before to a variable, or build it in a loop"
            ));
        }
    }
}

/// Whether an operator after it stands between two operands.
fn ends_operand(token: TokenKind) -> bool {
    matches!(
        token,
        TokenKind::Name
            | TokenKind::Int
            | TokenKind::Float
            | TokenKind::Complex
            | TokenKind::String
            | TokenKind::FStringEnd
            | TokenKind::TStringEnd
            | TokenKind::Rpar
            | TokenKind::Rsqb
            | TokenKind::Rbrace
            | TokenKind::None
            | TokenKind::True
            | TokenKind::False
            | TokenKind::Ellipsis
    ) || token.is_soft_keyword()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deep_source_is_refused() {
        for (open, close) in [
            ("(", ")"),
            ("[", "]"),
            ("{", "}"),
            ("f(", ")"),
            ("-", ""),
            ("not ", ""),
            ("~", ""),
            ("lambda: ", ""),
            ("x if y else ", ""),
        ] {
            let nested = |depth: usize| format!("{}1{}", open.repeat(depth), close.repeat(depth));
            assert_eq!(check(&nested(20)), Ok(()), "{open}");
            assert!(check(&nested(200)).is_err(), "{open}");
            assert!(check(&nested(10_000)).is_err(), "{open}");
        }
        let chain = |steps: usize| format!("df{}", ".f(1)".repeat(steps));
        assert_eq!(check(&chain(800)), Ok(()));
        assert!(check(&chain(10_000)).is_err());
        assert!(check(&format!("x = 1{}", " + 1".repeat(10_000))).is_err());
    }

    #[test]
    fn long_source_is_not_deep() {
        assert_eq!(check(&"x = f(1) + 2\n".repeat(10_000)), Ok(()));
        assert_eq!(check(&format!("[{}]", "-1, ".repeat(10_000))), Ok(()));
        assert_eq!(
            check(&format!("f({})", "x=1 if y else 2, ".repeat(10_000))),
            Ok(())
        );
    }
}
