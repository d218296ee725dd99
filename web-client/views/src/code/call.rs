//! Calls of functions: which name of `pyspark.sql.functions` gives a function of the plan, over which arguments.
//!
//! Nothing is guessed. A call is tried on the client's own table of functions, which equals PySpark's, and taken if it
//! comes to the very function of the plan.

use std::{collections::HashMap, sync::LazyLock};

use spark_connect_client::{
    Column,
    functions::{self, Argument, Default, Lambda, ParameterKind, Signature},
    plan::{Expression, Kind, Literal},
    proto::{
        self as pb,
        expression::{ExprType, UnresolvedFunction, literal::LiteralType},
    },
};

use super::expression::{Piece, plain_name};
use crate::literal::{python, python_text};

/// Functions of the plan, and the functions of PySpark that may give them.
static CANDIDATES: LazyLock<HashMap<String, Vec<&'static Signature>>> = LazyLock::new(|| {
    let mut table: HashMap<String, Vec<&'static Signature>> = HashMap::new();
    for signature in functions::signatures() {
        for name in given_names(signature) {
            let candidates = table.entry(name).or_default();
            if !candidates
                .iter()
                .any(|candidate| candidate.name == signature.name)
            {
                candidates.push(signature);
            }
        }
        table
            .entry(signature.name.to_owned())
            .or_default()
            .push(signature);
    }
    for (name, candidates) in &mut table {
        candidates.sort_by_key(|signature| signature.name != name);
        candidates.dedup_by_key(|signature| signature.name);
    }
    table
});

/// The functions that calls with the least arguments come to.
fn given_names(signature: &'static Signature) -> Vec<String> {
    let required = signature
        .parameters
        .iter()
        .filter(|p| p.default == Default::Required);
    let required: Vec<ParameterKind> = required.map(|parameter| parameter.kind).collect();
    let mut names = Vec::new();
    for arity in 1..=3 {
        let arguments = required.iter().map(|kind| match kind {
            ParameterKind::Lambda => Some(Argument::Lambda(lambda(arity))),
            ParameterKind::DataFrame => None,
            ParameterKind::Options => Some(Argument::Options(Vec::new())),
            _ => Some(Argument::Literal(Literal::string("a"))),
        });
        let Some(arguments) = arguments.collect::<Option<Vec<_>>>() else {
            return names;
        };
        if let Ok(column) = signature.call(arguments, Vec::new(), || 0)
            && let Kind::Function { name, .. } = column.expression().kind()
        {
            names.push(name.clone());
        }
    }
    names
}

fn lambda(arity: usize) -> Lambda {
    let body = |columns: &[Column]| {
        let first = columns.first().cloned();
        Ok::<_, std::convert::Infallible>(first.unwrap_or_else(|| functions::col("a")))
    };
    match Lambda::of(arity, body) {
        Ok(lambda) => lambda,
        Err(never) => match never {},
    }
}

/// An argument as it is tried and as it is written.
struct Form {
    argument: Argument,
    text: String,
}

/// The call that gives a function over arguments, if there is one.
pub(super) fn call(function: &UnresolvedFunction, pieces: &[Piece]) -> Option<String> {
    let candidates = CANDIDATES.get(&function.function_name)?;
    // Deep arguments are stood for by names: what a function does to them is pass them on.
    let columns: Vec<Expression> = function.arguments.iter().enumerate().map(stand_in).collect();
    candidates
        .iter()
        .find_map(|signature| tried(signature, function, &columns, pieces))
}

fn stand_in((at, argument): (usize, &pb::Expression)) -> Expression {
    match &argument.expr_type {
        Some(ExprType::Literal(_) | ExprType::UnresolvedStar(_)) => Expression::message(argument.clone()),
        Some(ExprType::UnresolvedAttribute(attribute)) if attribute.plan_id.is_none() => {
            Expression::message(argument.clone())
        }
        Some(ExprType::LambdaFunction(function)) => {
            lambda(function.arguments.len()).into_column().into_expression()
        }
        _ if options(argument).is_some() => Expression::message(argument.clone()),
        _ => Expression::column(format!("\u{1}{at}")),
    }
}

fn tried(
    signature: &'static Signature,
    function: &UnresolvedFunction,
    columns: &[Expression],
    pieces: &[Piece],
) -> Option<String> {
    let count = columns.len();
    let kind_at = |at: usize| {
        let last = signature.parameters.last();
        let variadic = last.filter(|last| last.kind.is_variadic());
        signature
            .parameters
            .get(at)
            .or(variadic)
            .map(|parameter| parameter.kind)
    };
    let form = |at: usize, place: usize, short: bool| -> Option<Form> {
        let (message, column) = (function.arguments.get(at)?, columns.get(at)?);
        Some(form(kind_at(place)?, message, column, pieces.get(at)?, short))
    };
    let matches = |arguments: Vec<Argument>, keyword: Vec<(String, Argument)>| {
        // A seed that is not given would be drawn: it is part of the plan, and must be.
        let given = signature.call(arguments, keyword, || i64::MIN);
        given.is_ok_and(|given| is_same(given.expression(), function, columns))
    };
    let none = || Form {
        argument: Argument::Literal(Literal::null()),
        text: "None".to_owned(),
    };
    for short in [true, false] {
        // The arguments in order, as few as give them all.
        for given in 0..=count {
            let forms: Option<Vec<Form>> = (0..given).map(|at| form(at, at, short)).collect();
            if let Some(written) = forms.and_then(|forms| written(signature, forms, &matches)) {
                return Some(written);
            }
        }
        // The first left out, as None; the last first.
        let after_none: Option<Vec<Form>> = (0..count).map(|at| form(at, at + 1, short)).collect();
        if let Some(forms) = after_none {
            let forms = std::iter::once(none()).chain(forms).collect();
            if let Some(written) = written(signature, forms, &matches) {
                return Some(written);
            }
        }
        if count == 2 {
            let forms: Option<Vec<Form>> = [(1, 0), (0, 1)]
                .into_iter()
                .map(|(at, place)| form(at, place, short))
                .collect();
            if let Some(written) = forms.and_then(|forms| written(signature, forms, &matches)) {
                return Some(written);
            }
        }
        // By keyword, from a parameter on.
        for start in 1..signature.parameters.len() {
            let parameters = signature.parameters.iter().skip(start).take(count);
            let forms: Option<Vec<(&str, Form)>> = parameters
                .enumerate()
                .map(|(at, parameter)| Some((parameter.name, form(at, start + at, short)?)))
                .collect();
            let Some(forms) = forms.filter(|forms| forms.len() == count && count > 0) else {
                continue;
            };
            let arguments = forms
                .iter()
                .map(|(name, form)| ((*name).to_owned(), form.argument.clone()));
            if matches(Vec::new(), arguments.collect()) {
                let texts: Vec<String> = forms
                    .iter()
                    .map(|(name, form)| format!("{name}={}", form.text))
                    .collect();
                return Some(format!("F.{}({})", signature.name, texts.join(", ")));
            }
        }
    }
    None
}

fn written(
    signature: &Signature,
    forms: Vec<Form>,
    matches: &impl Fn(Vec<Argument>, Vec<(String, Argument)>) -> bool,
) -> Option<String> {
    let arguments = forms.iter().map(|form| form.argument.clone()).collect();
    let texts: Vec<String> = forms.into_iter().map(|form| form.text).collect();
    matches(arguments, Vec::new()).then(|| format!("F.{}({})", signature.name, texts.join(", ")))
}

/// An argument for a parameter: as short as the parameter takes it, or as a column.
fn form(
    kind: ParameterKind,
    message: &pb::Expression,
    column: &Expression,
    piece: &Piece,
    short: bool,
) -> Form {
    let as_column = || Form {
        argument: match &message.expr_type {
            Some(ExprType::LambdaFunction(function)) => Argument::Lambda(lambda(function.arguments.len())),
            _ => Argument::Column(Column::new(column.clone())),
        },
        text: piece.text.clone(),
    };
    if !short {
        return as_column();
    }
    let literal = match &message.expr_type {
        Some(ExprType::Literal(literal)) => Some(literal),
        _ => None,
    };
    let is_text = literal.is_some_and(|l| matches!(l.literal_type, Some(LiteralType::String(_))));
    match kind {
        ParameterKind::Column | ParameterKind::Columns | ParameterKind::Operand
            if let Some(name) = plain_name(message) =>
        {
            Form {
                argument: Argument::Literal(Literal::string(name.clone())),
                text: python_text(&name),
            }
        }
        ParameterKind::Operand | ParameterKind::Value | ParameterKind::Values | ParameterKind::Schema
            if let Some(literal) = literal
                && is_plain(literal)
                && !(is_text && kind == ParameterKind::Operand)
                && let Some(text) = python(literal) =>
        {
            Form {
                argument: Argument::Literal(Literal::from(literal.clone())),
                text,
            }
        }
        ParameterKind::Options if let Some(entries) = options(message) => {
            let texts: Vec<String> = entries
                .iter()
                .map(|(key, value)| format!("{}: {}", python_text(key), python_text(value)))
                .collect();
            Form {
                text: format!("{{{}}}", texts.join(", ")),
                argument: Argument::Options(entries),
            }
        }
        _ => as_column(),
    }
}

/// Values that every function of PySpark takes as they are.
fn is_plain(literal: &pb::expression::Literal) -> bool {
    matches!(
        literal.literal_type,
        Some(
            LiteralType::Boolean(_)
                | LiteralType::Integer(_)
                | LiteralType::Long(_)
                | LiteralType::Double(_)
                | LiteralType::String(_)
        )
    )
}

/// The entries of a map of texts, which options are.
fn options(message: &pb::Expression) -> Option<Vec<(String, String)>> {
    let Some(ExprType::UnresolvedFunction(function)) = &message.expr_type else {
        return None;
    };
    if function.function_name != "map" || function.arguments.is_empty() {
        return None;
    }
    let text = |argument: &pb::Expression| match &argument.expr_type {
        Some(ExprType::Literal(literal)) => match &literal.literal_type {
            Some(LiteralType::String(text)) => Some(text.clone()),
            _ => None,
        },
        _ => None,
    };
    let (entries, rest) = function.arguments.as_chunks::<2>();
    let entries: Option<Vec<(String, String)>> = entries
        .iter()
        .map(|[key, value]| Some((text(key)?, text(value)?)))
        .collect();
    entries.filter(|_| rest.is_empty())
}

/// Whether a call came to the function of a plan.
fn is_same(given: &Expression, function: &UnresolvedFunction, columns: &[Expression]) -> bool {
    let same_function = matches!(
        given.kind(),
        Kind::Function { name, distinct } if *name == function.function_name && *distinct == function.is_distinct
    );
    same_function && given.children().len() == columns.len() && {
        let mut pairs = given.children().iter().zip(columns);
        pairs.all(|(a, b)| match (a.kind(), b.kind()) {
            (Kind::Lambda(a), Kind::Lambda(b)) => a.len() == b.len(),
            // Numbers that are not equal to themselves are equal here.
            _ => {
                a.to_message().ok().map(|a| format!("{a:?}")) == b.to_message().ok().map(|b| format!("{b:?}"))
            }
        })
    }
}
