//! What may stand at a place of a cell: variables, names of what stands before a dot, columns inside of texts.
//!
//! Nothing is guessed: the statements before the place are rehearsed, and values say themselves what they have.

use std::collections::HashSet;

use ruff_python_ast::token::{Token, TokenKind};
use ruff_python_parser::{Mode, ParseOptions, parse_unchecked};
use ruff_text_size::{Ranged, TextRange, TextSize};

use crate::{
    builtins, guard, interpreter::Interpreter, rehearsal::Rehearsal, spark, types::class_of, value::Value,
    vm::native::Body,
};

/// What a completion is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompletionKind {
    /// A variable of a cell.
    Variable,
    /// A built-in function or a function of a module.
    Function,
    /// A method.
    Method,
    /// An attribute that is no method.
    Attribute,
    /// A type.
    Class,
    /// A module.
    Module,
    /// A column of a DataFrame.
    Column,
    /// A word of the language.
    Keyword,
}

/// One thing that may stand at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// The text.
    pub name: String,
    /// What it is.
    pub kind: CompletionKind,
    /// A word on it: a variable's or a column's type, a function's parameters.
    pub detail: String,
}

/// What may stand at a place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completions {
    /// Where what is typed of it already begins, in bytes.
    pub start: usize,
    /// All that may stand there, whatever is typed already.
    pub items: Vec<Completion>,
}

/// Words of the language that cells have.
const KEYWORDS: [&str; 32] = [
    "False", "None", "True", "and", "as", "assert", "break", "case", "continue", "def", "del", "elif",
    "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "match",
    "not", "or", "pass", "raise", "return", "try", "while", "with",
];

/// Where the cursor is.
enum Place<'a> {
    /// After a dot behind this.
    Member(TextRange),
    /// In a text, inside of these brackets, the nearest first: what stands before each.
    Text(Vec<TextRange>, &'a Token),
    /// At a name.
    Name,
}

impl Interpreter {
    /// What may stand at a byte of a cell. Asks Spark for the columns of DataFrames, and has it run nothing.
    pub async fn complete(&self, text: &str, at: usize) -> Completions {
        let Some(before) = text.get(..at) else {
            return Completions::default();
        };
        if guard::check(text).is_err() {
            return Completions::default();
        }
        let start = before.len() - word(before);
        if before[start..].starts_with(|c: char| c.is_ascii_digit()) {
            return Completions::default();
        }
        let parsed = parse_unchecked(text, ParseOptions::from(Mode::Module));
        let tokens = parsed.tokens();
        let Some(place) = place(tokens, start, at) else {
            return Completions::default();
        };
        let mut rehearsal = Rehearsal::new(self, text);
        let line = tokens.iter().rfind(|token| {
            token.kind() == TokenKind::Newline
                && !token.range().is_empty()
                && usize::from(token.end()) <= start
        });
        rehearsal
            .run(&text[..line.map_or(0, |line| line.end().into())])
            .await;
        let mut items = match place {
            Place::Member(base) => match rehearsal.value(text, base).await {
                Some(value) => members(&value).await,
                None => Vec::new(),
            },
            Place::Text(bases, token) => {
                let start = text_start(text, token);
                let mut items = Vec::new();
                for base in bases {
                    if let Some(value) = rehearsal.value(text, base).await {
                        items = columns(&value).await;
                    }
                    if !items.is_empty() {
                        break;
                    }
                }
                return Completions { start, items };
            }
            Place::Name => self.names(&rehearsal),
        };
        items.retain(|item| !item.name.starts_with('_'));
        Completions { start, items }
    }
}

/// How many bytes at the end are part of a name.
fn word(text: &str) -> usize {
    let rest = text.trim_end_matches(|c: char| c.is_alphanumeric() || c == '_');
    text.len() - rest.len()
}

/// Where the name inside of a text begins: after its prefix and quotes.
fn text_start(text: &str, token: &Token) -> usize {
    let range = token.range().to_std_range();
    let whole = text.get(range.clone()).unwrap_or_default();
    let quoted = whole.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    let quotes = if quoted.starts_with("\"\"\"") || quoted.starts_with("'''") {
        3
    } else {
        1
    };
    range.start + whole.len() - quoted.len() + quotes
}

fn place<'a>(tokens: &'a [Token], start: usize, at: usize) -> Option<Place<'a>> {
    let cursor = TextSize::try_from(at).ok()?;
    let inside = |token: &&Token| token.start() < cursor && cursor < token.end();
    if let Some(token) = tokens.iter().find(inside) {
        match token.kind() {
            TokenKind::String => {
                let before = tokens.iter().position(|other| other.start() == token.start())?;
                return Some(Place::Text(surroundings(&tokens[..before]), token));
            }
            TokenKind::Comment
            | TokenKind::Int
            | TokenKind::Float
            | TokenKind::Complex
            | TokenKind::FStringMiddle
            | TokenKind::TStringMiddle => return None,
            _ => {}
        }
    }
    // At the end of a comment there is nothing either.
    if tokens
        .iter()
        .any(|token| token.kind() == TokenKind::Comment && token.end() == cursor)
    {
        return None;
    }
    let count = tokens
        .iter()
        .take_while(|token| usize::from(token.end()) <= start)
        .count();
    let before: Vec<&Token> = tokens[..count].iter().filter(|token| !is_blank(token)).collect();
    match before.split_last() {
        Some((dot, rest)) if dot.kind() == TokenKind::Dot => primary(rest).map(Place::Member),
        // `import` and `from` have names of modules, which are few; after a number comes no name.
        Some((last, _))
            if matches!(
                last.kind(),
                TokenKind::Import | TokenKind::From | TokenKind::Int | TokenKind::Float
            ) =>
        {
            None
        }
        _ => Some(Place::Name),
    }
}

/// Whether a token says nothing; one without text is the parser's own, at the end.
fn is_blank(token: &Token) -> bool {
    token.range().is_empty() || matches!(token.kind(), TokenKind::NonLogicalNewline | TokenKind::Comment)
}

fn closes(kind: TokenKind) -> bool {
    matches!(kind, TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace)
}

fn opens(kind: TokenKind) -> bool {
    matches!(kind, TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace)
}

/// The expression of names, calls and items that ends with the last of the tokens.
fn primary(tokens: &[&Token]) -> Option<TextRange> {
    let end = tokens.last()?.end();
    let mut at = tokens.len();
    loop {
        at = at.checked_sub(1)?;
        let kind = tokens[at].kind();
        if closes(kind) {
            let mut depth = 0_usize;
            loop {
                let kind = tokens[at].kind();
                depth += usize::from(closes(kind));
                depth -= usize::from(opens(kind));
                if depth == 0 {
                    break;
                }
                at = at.checked_sub(1)?;
            }
            // What is called, or an item of: otherwise the brackets stand for themselves.
            let called = at.checked_sub(1).map(|before| tokens[before].kind());
            if called.is_some_and(|kind| kind == TokenKind::Name || kind == TokenKind::String || closes(kind))
            {
                continue;
            }
        } else if kind != TokenKind::Name && kind != TokenKind::String {
            return None;
        }
        match at.checked_sub(1).map(|before| tokens[before].kind()) {
            Some(TokenKind::Dot) => at -= 1,
            _ => return Some(TextRange::new(tokens[at].start(), end)),
        }
    }
}

/// What stands before each bracket that is open at the end of the tokens, the nearest first: for a call of a method, what
/// the method is of.
fn surroundings(tokens: &[Token]) -> Vec<TextRange> {
    let tokens: Vec<&Token> = tokens.iter().filter(|token| !is_blank(token)).collect();
    let mut found = Vec::new();
    let mut depth = 0_usize;
    for at in (0..tokens.len()).rev() {
        let kind = tokens[at].kind();
        if closes(kind) {
            depth += 1;
        } else if opens(kind) && depth > 0 {
            depth -= 1;
        } else if kind == TokenKind::Lsqb {
            found.extend(primary(&tokens[..at]));
        } else if kind == TokenKind::Lpar
            && let [before @ .., dot, name] = &tokens[..at]
            && (dot.kind(), name.kind()) == (TokenKind::Dot, TokenKind::Name)
        {
            found.extend(primary(before));
        } else if kind == TokenKind::Newline {
            break;
        }
    }
    found
}

fn item(name: impl Into<String>, kind: CompletionKind, detail: impl Into<String>) -> Completion {
    Completion {
        name: name.into(),
        kind,
        detail: detail.into(),
    }
}

/// A name and what it stands for.
fn described(name: &str, value: &Value) -> Completion {
    if let Some(parameters) = spark::parameters_of(value) {
        return item(name, CompletionKind::Function, parameters);
    }
    let kind = match value {
        Value::Native(_) => CompletionKind::Function,
        Value::Class(_) => CompletionKind::Class,
        Value::Module(_) => CompletionKind::Module,
        _ => CompletionKind::Variable,
    };
    let detail = match value {
        Value::Function(function) => return item(name, CompletionKind::Function, parameters(function)),
        Value::Module(module) => module.name.to_owned(),
        Value::Native(_) | Value::Class(_) => String::new(),
        other => class_of(other).name.to_owned(),
    };
    item(name, kind, detail)
}

/// The parameters of a function of a cell.
fn parameters(function: &crate::value::Function) -> String {
    let shape = &function.code.parameters;
    let count = shape.positional + shape.keyword_only;
    let names: Vec<&str> = function
        .code
        .locals
        .iter()
        .take(count)
        .map(|name| name.as_str())
        .collect();
    format!("({})", names.join(", "))
}

impl Interpreter {
    fn names(&self, rehearsal: &Rehearsal) -> Vec<Completion> {
        let own = &rehearsal.vm.globals;
        let earlier = self
            .vm
            .globals
            .iter()
            .filter(|(name, _)| !own.contains_key(*name));
        let mut items: Vec<_> = own
            .iter()
            .chain(earlier)
            .map(|(name, value)| described(name.as_str(), value))
            .collect();
        items.sort_by(|a, b| a.name.cmp(&b.name));
        let known: HashSet<&str> = own
            .keys()
            .chain(self.vm.globals.keys())
            .map(|name| name.as_str())
            .collect();
        let builtins = builtins::names().into_iter().filter(|name| !known.contains(name));
        items.extend(builtins.filter_map(|name| Some(described(name, &builtins::get(name)?))));
        items.extend(KEYWORDS.map(|word| item(word, CompletionKind::Keyword, "")));
        items
    }
}

/// The columns of a DataFrame.
async fn columns(value: &Value) -> Vec<Completion> {
    let Some(schema) = spark::schema_of(value).await else {
        return Vec::new();
    };
    let column = |field: &spark_connect_client::proto::data_type::StructField| {
        let data_type = field
            .data_type
            .as_ref()
            .map(spark_connect_client::types::simple_string);
        item(
            field.name.as_str(),
            CompletionKind::Column,
            data_type.unwrap_or_default(),
        )
    };
    schema.fields.iter().map(column).collect()
}

/// What a value has.
async fn members(value: &Value) -> Vec<Completion> {
    if let Value::Module(module) = value {
        let mut names = (module.names)();
        names.sort_unstable();
        names.dedup();
        let described = |name: &&str| Some(described(name, &module.get(name)?));
        return names.iter().filter_map(described).collect();
    }
    let mut items = columns(value).await;
    items.retain(|column| is_name(&column.name));
    let mut class = Some(match value {
        Value::Class(class) => class,
        other => class_of(other),
    });
    let mut own: Vec<(&str, CompletionKind)> = Vec::new();
    while let Some(at) = class {
        let statics = at.statics.iter().filter(|_| matches!(value, Value::Class(_)));
        own.extend(at.methods.iter().chain(statics).map(|native| {
            let kind = match native.body {
                Body::Property(_) => CompletionKind::Attribute,
                _ => CompletionKind::Method,
            };
            (native.name, kind)
        }));
        class = at.base;
    }
    own.sort_unstable_by_key(|(name, _)| *name);
    own.dedup_by_key(|(name, _)| *name);
    items.extend(own.into_iter().map(|(name, kind)| item(name, kind, "")));
    items
}

fn is_name(text: &str) -> bool {
    !text.starts_with(|c: char| c.is_ascii_digit())
        && text.chars().all(|c| c.is_alphanumeric() || c == '_')
        && !text.is_empty()
}
