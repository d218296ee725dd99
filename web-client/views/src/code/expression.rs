//! Columns as code.

use spark_connect_client::proto::{
    self as pb,
    expression::{
        Cast, ExprType, LambdaFunction, Literal, UnresolvedAttribute, UnresolvedFunction, cast,
        literal::LiteralType,
    },
    subquery_expression::SubqueryType,
};

use super::{Writer, call, json, no_code, window::order_method};
use crate::{
    Result,
    error::{ViewError, kind_name},
    literal::{self, python, python_text},
    types,
    walk::expression_kind,
};

/// Brackets inside brackets, beyond which a part gets a variable: Python's parsers take no more than a hundred or two.
const NESTING: u16 = 24;
/// Brackets where no variable can help, inside a lambda.
const MAX_NESTING: u16 = 70;

/// How tightly the operators of Python bind, from the loosest.
const COMPARISON: u8 = 1;
const OR: u8 = 2;
const AND: u8 = 3;
const SUM: u8 = 4;
const PRODUCT: u8 = 5;
const UNARY: u8 = 6;
const POWER: u8 = 7;
const PRIMARY: u8 = 8;

/// A column as code.
#[derive(Clone, Default)]
pub(super) struct Piece {
    pub(super) text: String,
    /// How tightly its outermost operator binds.
    binds: u8,
    /// Brackets inside brackets.
    nesting: u16,
    /// Whether it uses a variable of a lambda around it.
    free: bool,
    /// Whether it is a column, not a function of columns.
    is_column: bool,
    /// Its opposite, if it is a comparison for equality.
    unequal: Option<String>,
}

impl Piece {
    fn primary(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            binds: PRIMARY,
            nesting: 1,
            free: false,
            is_column: true,
            unequal: None,
        }
    }

    /// In brackets, unless it binds at least so tightly.
    fn at_least(&self, binds: u8) -> Self {
        if self.binds >= binds {
            return self.clone();
        }
        Self {
            text: format!("({})", self.text),
            binds: PRIMARY,
            nesting: self.nesting + 1,
            unequal: None,
            ..*self
        }
    }

    /// A text over parts, inside one more pair of brackets.
    fn over(text: String, parts: &[&Piece]) -> Self {
        Self {
            text,
            binds: PRIMARY,
            nesting: parts.iter().map(|part| part.nesting).max().unwrap_or(0) + 1,
            free: parts.iter().any(|part| part.free),
            is_column: true,
            unequal: None,
        }
    }
}

/// The name that stands for a column wherever PySpark takes names: none for a column of one relation.
pub(super) fn plain_name(expression: &pb::Expression) -> Option<String> {
    match expression.expr_type.as_ref()? {
        ExprType::UnresolvedAttribute(UnresolvedAttribute {
            unparsed_identifier: name,
            plan_id: None,
            is_metadata_column: None | Some(false),
        }) if name != "*" && !name.ends_with(".*") => Some(name.clone()),
        ExprType::UnresolvedStar(star) if star.plan_id.is_none() => match &star.unparsed_target {
            None => Some("*".to_owned()),
            Some(target) => target.ends_with(".*").then(|| target.clone()),
        },
        _ => None,
    }
}

/// A value as operators take it, if this is one.
pub(super) fn raw(expression: &pb::Expression) -> Option<String> {
    let ExprType::Literal(literal) = expression.expr_type.as_ref()? else {
        return None;
    };
    match literal.literal_type.as_ref()? {
        // PySpark's operators take no bytes and no timedelta.
        LiteralType::Binary(_) | LiteralType::DayTimeInterval(_) => None,
        _ => python(literal),
    }
}

fn binary(function: &UnresolvedFunction) -> Option<(&'static str, u8)> {
    Some(match function.function_name.as_str() {
        "==" => ("==", COMPARISON),
        "<" => ("<", COMPARISON),
        "<=" => ("<=", COMPARISON),
        ">" => (">", COMPARISON),
        ">=" => (">=", COMPARISON),
        "or" => ("|", OR),
        "and" => ("&", AND),
        "+" => ("+", SUM),
        "-" => ("-", SUM),
        "*" => ("*", PRODUCT),
        "/" => ("/", PRODUCT),
        "%" => ("%", PRODUCT),
        "power" => ("**", POWER),
        _ => return None,
    })
}

fn method(function: &UnresolvedFunction) -> Option<&'static str> {
    Some(
        match (function.function_name.as_str(), function.arguments.len()) {
            ("<=>", 2) => "eqNullSafe",
            ("&", 2) => "bitwiseAND",
            ("|", 2) => "bitwiseOR",
            ("^", 2) => "bitwiseXOR",
            ("contains", 2) => "contains",
            ("startsWith", 2) => "startswith",
            ("endsWith", 2) => "endswith",
            ("like", 2) => "like",
            ("ilike", 2) => "ilike",
            ("rlike", 2) => "rlike",
            ("isNull", 1) => "isNull",
            ("isNotNull", 1) => "isNotNull",
            ("isNaN", 1) => "isNaN",
            _ => return None,
        },
    )
}

impl<'a> Writer<'a> {
    /// A deep part as a variable, so that what is around it is not deeper than parsers take.
    pub(super) fn lifted(&mut self, piece: Piece) -> Result<Piece> {
        if piece.nesting <= NESTING || !piece.is_column || (piece.free && piece.nesting <= MAX_NESTING) {
            return Ok(piece);
        }
        if piece.free {
            return Err(ViewError::too_large(
                "LambdaFunction",
                format!("The body of a lambda is nested more than {MAX_NESTING} levels deep."),
            ));
        }
        let name = self.names.variable("column");
        self.push(format!("{name} = {}", piece.text))?;
        Ok(Piece::primary(name))
    }

    pub(super) fn begin_lambda(&mut self, lambda: &'a LambdaFunction) -> Result<()> {
        if !(1..=3).contains(&lambda.arguments.len()) {
            return Err(no_code(
                "LambdaFunction",
                "functions of columns take one to three",
            ));
        }
        for argument in &lambda.arguments {
            let [name] = &argument.name_parts[..] else {
                return Err(ViewError::unknown("LambdaFunction", "name of a variable"));
            };
            let base = name
                .trim_end_matches(|c: char| c.is_ascii_digit())
                .trim_end_matches('_');
            let base = if matches!(base, "x" | "y" | "z") {
                base
            } else {
                "x"
            };
            let mut shown = base.to_owned();
            let mut number = 1;
            while self.lambdas.iter().any(|(_, taken)| *taken == shown) {
                number += 1;
                shown = format!("{base}{number}");
            }
            self.lambdas.push((name, shown));
        }
        Ok(())
    }

    /// An expression over its children.
    pub(super) fn expression(&mut self, expression: &'a pb::Expression, parts: Vec<Piece>) -> Result<Piece> {
        let kind = expression_kind(expression)?;
        let first = || parts.first().cloned().unwrap_or_default();
        match kind {
            ExprType::Literal(literal) => self.literal(literal),
            ExprType::UnresolvedAttribute(attribute) => self.attribute(expression, attribute),
            ExprType::UnresolvedStar(star) => match (plain_name(expression), star.plan_id) {
                (Some(name), _) => Ok(self.function(format!("F.col({})", python_text(&name)))),
                (None, Some(id)) if star.unparsed_target.is_none() => Ok(Piece::primary(format!(
                    "{}[\"*\"]",
                    self.variable(id, "The column *")?
                ))),
                _ => Err(no_code("UnresolvedStar", "PySpark has no such star")),
            },
            ExprType::UnresolvedRegex(regex) => match regex.plan_id {
                Some(id) => {
                    let frame = self.variable(id, &regex.col_name)?;
                    Ok(Piece::primary(format!(
                        "{frame}.colRegex({})",
                        python_text(&regex.col_name)
                    )))
                }
                None => Err(no_code("UnresolvedRegex", "patterns belong to a DataFrame")),
            },
            ExprType::ExpressionString(sql) => {
                Ok(self.function(format!("F.expr({})", python_text(&sql.expression))))
            }
            ExprType::UnresolvedFunction(function) => self.unresolved_function(function, &parts),
            ExprType::Alias(alias) => {
                let names: Vec<String> = alias.name.iter().map(|name| python_text(name)).collect();
                let mut arguments = names.join(", ");
                match &alias.metadata {
                    Some(metadata) if names.len() == 1 => {
                        arguments += &format!(", metadata={}", self.json(metadata)?);
                    }
                    Some(_) => return Err(no_code("Alias", "only one name can have metadata")),
                    None if names.is_empty() => return Err(ViewError::missing("Alias", "name")),
                    None => (),
                }
                Ok(Self::method(&first(), "alias", &arguments, &[]))
            }
            ExprType::Cast(cast) => self.cast(cast, &first()),
            ExprType::SortOrder(order) => Ok(Self::method(&first(), order_method(order)?, "", &[])),
            ExprType::LambdaFunction(lambda) => {
                let start = self.lambdas.len().saturating_sub(lambda.arguments.len());
                let names: Vec<String> = self.lambdas.drain(start..).map(|(_, shown)| shown).collect();
                let body = first();
                Ok(Piece {
                    text: format!("lambda {}: {}", names.join(", "), body.text),
                    binds: 0,
                    // Its own variables are bound now; those of lambdas around it may still be used.
                    free: body.free && !self.lambdas.is_empty(),
                    is_column: false,
                    unequal: None,
                    ..body
                })
            }
            ExprType::UnresolvedNamedLambdaVariable(variable) => {
                let name = variable.name_parts.first().map(String::as_str);
                let known = self.lambdas.iter().rev().find(|(known, _)| Some(*known) == name);
                let (_, shown) = known
                    .ok_or_else(|| ViewError::unknown("UnresolvedNamedLambdaVariable", "lambda around it"))?;
                Ok(Piece {
                    free: true,
                    ..Piece::primary(shown.clone())
                })
            }
            ExprType::Window(window) => self.window(window, &parts),
            ExprType::UnresolvedExtractValue(extract) => {
                let [child, key] = &parts[..] else {
                    return Err(ViewError::missing("UnresolvedExtractValue", "key"));
                };
                let child = child.at_least(PRIMARY);
                let key = match extract.extraction.as_deref().and_then(raw) {
                    Some(raw) => Piece::primary(raw),
                    None => key.clone(),
                };
                Ok(Piece::over(
                    format!("{}[{}]", child.text, key.text),
                    &[&child, &key],
                ))
            }
            ExprType::UpdateFields(update) => {
                let name = python_text(&update.field_name);
                match &parts[..] {
                    [child] => Ok(Self::method(child, "dropFields", &name, &[])),
                    [child, value] => {
                        let arguments = format!("{name}, {}", value.text);
                        Ok(Self::method(child, "withField", &arguments, &[value]))
                    }
                    _ => Err(ViewError::missing("UpdateFields", "struct")),
                }
            }
            ExprType::CallFunction(call) => {
                let texts = parts.iter().map(|part| part.text.clone());
                let arguments: Vec<String> = std::iter::once(python_text(&call.function_name))
                    .chain(texts)
                    .collect();
                self.uses.functions = true;
                Ok(Piece::over(
                    format!("F.call_function({})", arguments.join(", ")),
                    &parts.iter().collect::<Vec<_>>(),
                ))
            }
            ExprType::SubqueryExpression(subquery) => self.subquery(subquery, &parts),
            // Its relation writes it.
            ExprType::DirectShufflePartitionId(_) => Ok(first()),
            ExprType::CommonInlineUserDefinedFunction(function) => Err(no_code(
                format!("The function {:?}", function.function_name),
                "it is compiled code of another program; write it with functions of pyspark.sql.functions",
            )),
            other => Err(no_code(
                kind_name(other),
                "PySpark's DataFrame API does not offer it",
            )),
        }
    }

    /// A call that needs `F`.
    fn function(&mut self, text: String) -> Piece {
        self.uses.functions = true;
        Piece::primary(text)
    }

    pub(super) fn method(child: &Piece, name: &str, arguments: &str, others: &[&Piece]) -> Piece {
        let child = child.at_least(PRIMARY);
        let mut parts = vec![&child];
        parts.extend(others);
        let mut piece = Piece::over(format!("{}.{name}({arguments})", child.text), &parts);
        // A chain is no deeper than what it is of.
        piece.nesting = others
            .iter()
            .map(|part| part.nesting + 1)
            .max()
            .unwrap_or(1)
            .max(child.nesting);
        piece
    }

    fn literal(&mut self, literal: &Literal) -> Result<Piece> {
        if let Some(value) = python(literal) {
            self.uses.look(&without_text(literal, &value));
            return Ok(self.function(format!("F.lit({value})")));
        }
        let kind = kind_name(literal::kind(literal)?);
        let sql =
            literal::sql(literal).map_err(|error| no_code(format!("The literal {kind}"), error.message))?;
        self.notes.push(format!(
            "No value of Python gives the literal {kind}: it is written as SQL, {sql}."
        ));
        Ok(self.function(format!("F.expr({})", python_text(&sql))))
    }

    /// A value as code, with what it needs imported.
    pub(super) fn value(&mut self, expression: &pb::Expression) -> Option<String> {
        let ExprType::Literal(literal) = expression.expr_type.as_ref()? else {
            return None;
        };
        let value = raw(expression)?;
        self.uses.look(&without_text(literal, &value));
        Some(value)
    }

    fn attribute(&mut self, expression: &pb::Expression, attribute: &UnresolvedAttribute) -> Result<Piece> {
        let name = python_text(&attribute.unparsed_identifier);
        let node = format!("The column {}", attribute.unparsed_identifier);
        if let Some(name) = plain_name(expression) {
            return Ok(self.function(format!("F.col({})", python_text(&name))));
        }
        match attribute.plan_id {
            Some(id) if attribute.is_metadata_column == Some(true) => Ok(Piece::primary(format!(
                "{}.metadataColumn({name})",
                self.variable(id, &node)?
            ))),
            Some(id) => Ok(Piece::primary(format!("{}[{name}]", self.variable(id, &node)?))),
            None => Err(no_code(node, "PySpark gives such a name another meaning")),
        }
    }

    fn unresolved_function(&mut self, function: &UnresolvedFunction, parts: &[Piece]) -> Result<Piece> {
        let name = function.function_name.as_str();
        let plain = !function.is_distinct;
        if function.is_user_defined_function || function.is_internal == Some(true) {
            return Err(no_code(
                format!("The function {name}"),
                "it is for Spark's own use",
            ));
        }
        match (parts, binary(function)) {
            ([left, right], Some((operator, binds))) if plain => {
                return Ok(self.operator(function, operator, binds, left, right));
            }
            _ => (),
        }
        match (name, parts) {
            ("not", [part]) if plain => {
                if let Some(unequal) = &part.unequal {
                    return Ok(Piece {
                        text: unequal.clone(),
                        unequal: None,
                        ..part.clone()
                    });
                }
                return Ok(prefixed("~", part));
            }
            ("negative", [part]) if plain => return Ok(prefixed("-", part)),
            ("when", _) if plain && parts.len() >= 2 => return Ok(self.cases(function, parts)),
            ("in", [child, values @ ..]) if plain => {
                let texts = function.arguments.iter().skip(1).zip(values);
                let texts: Vec<String> = texts
                    .map(|(message, piece)| self.value(message).unwrap_or_else(|| piece.text.clone()))
                    .collect();
                let others: Vec<&Piece> = values.iter().collect();
                let arguments = if texts.is_empty() {
                    "[]".to_owned()
                } else {
                    texts.join(", ")
                };
                return Ok(Self::method(child, "isin", &arguments, &others));
            }
            _ => (),
        }
        if let (Some(method), true, [child, others @ ..]) = (method(function), plain, parts) {
            let arguments = function.arguments.iter().skip(1).zip(others);
            let arguments: Vec<String> = arguments
                .map(|(message, piece)| self.value(message).unwrap_or_else(|| piece.text.clone()))
                .collect();
            return Ok(Self::method(
                child,
                method,
                &arguments.join(", "),
                &others.iter().collect::<Vec<_>>(),
            ));
        }
        self.uses.functions = true;
        if let Some(text) = call::call(function, parts) {
            return Ok(Piece::over(text, &parts.iter().collect::<Vec<_>>()));
        }
        if function.is_distinct {
            return Err(no_code(
                format!("The function {name} DISTINCT"),
                "pyspark.sql.functions has no name for it; write it in SQL with expr",
            ));
        }
        // A function without a name in PySpark, over columns, whatever they are.
        let columns = function.arguments.iter().zip(parts);
        let columns = columns.map(|(message, piece)| self.named_column(message, piece));
        let arguments: Vec<String> = std::iter::once(python_text(name)).chain(columns).collect();
        Ok(Piece::over(
            format!("F.call_udf({})", arguments.join(", ")),
            &parts.iter().collect::<Vec<_>>(),
        ))
    }

    fn operator(
        &mut self,
        function: &UnresolvedFunction,
        operator: &str,
        binds: u8,
        left: &Piece,
        right: &Piece,
    ) -> Piece {
        // Comparisons do not chain for columns, and ** takes its left tightly.
        let left = left.at_least(match binds {
            COMPARISON => binds + 1,
            POWER => PRIMARY,
            _ => binds,
        });
        let right = match function.arguments.get(1).and_then(|message| self.value(message)) {
            Some(raw) => Piece::primary(raw),
            None => right.at_least(binds + 1),
        };
        let mut piece = Piece::over(
            format!("{} {operator} {}", left.text, right.text),
            &[&left, &right],
        );
        piece.nesting -= 1;
        piece.binds = binds;
        piece.unequal = (operator == "==").then(|| format!("{} != {}", left.text, right.text));
        piece
    }

    fn cases(&mut self, function: &UnresolvedFunction, parts: &[Piece]) -> Piece {
        let mut text = "F".to_owned();
        let pairs: Vec<(&pb::Expression, &Piece)> = function.arguments.iter().zip(parts).collect();
        let (branches, rest) = pairs.as_chunks::<2>();
        for [(_, condition), (message, value)] in branches {
            let value = self.value(message).unwrap_or_else(|| value.text.clone());
            text += &format!(".when({}, {value})", condition.text);
        }
        if let [(message, value)] = rest {
            let value = self.value(message).unwrap_or_else(|| value.text.clone());
            text += &format!(".otherwise({value})");
        }
        self.uses.functions = true;
        Piece::over(text, &parts.iter().collect::<Vec<_>>())
    }

    fn cast(&mut self, message: &Cast, child: &Piece) -> Result<Piece> {
        let target = match &message.cast_to_type {
            Some(cast::CastToType::Type(data_type)) => {
                self.uses.types = true;
                types::python(data_type)?
            }
            Some(cast::CastToType::TypeStr(text)) => python_text(text),
            None => return Err(ViewError::missing("Cast", "type")),
        };
        let name = match cast::EvalMode::try_from(message.eval_mode) {
            Ok(cast::EvalMode::Unspecified) => "cast",
            Ok(cast::EvalMode::Try) => "try_cast",
            Ok(mode) => {
                return Err(no_code(
                    "Cast",
                    format!("PySpark does not set {}", mode.as_str_name()),
                ));
            }
            Err(_) => return Err(ViewError::unknown("Cast", "mode")),
        };
        Ok(Self::method(child, name, &target, &[]))
    }

    /// A column where a name will do.
    pub(super) fn named_column(&self, message: &pb::Expression, piece: &Piece) -> String {
        match plain_name(message) {
            Some(name) => python_text(&name),
            None => piece.text.clone(),
        }
    }

    fn subquery(&mut self, subquery: &pb::SubqueryExpression, parts: &[Piece]) -> Result<Piece> {
        let kind = SubqueryType::try_from(subquery.subquery_type);
        let frame = self.variable(subquery.plan_id, "SubqueryExpression")?.to_owned();
        let others: Vec<&Piece> = parts.iter().collect();
        match kind {
            Ok(SubqueryType::Scalar) => Ok(Piece::primary(format!("{frame}.scalar()"))),
            Ok(SubqueryType::Exists) => Ok(Piece::primary(format!("{frame}.exists()"))),
            Ok(SubqueryType::In) => match parts {
                [child] => {
                    let message = &subquery.in_subquery_values[0];
                    let is_struct = matches!(
                        &message.expr_type,
                        Some(ExprType::UnresolvedFunction(function)) if function.function_name == "struct"
                    );
                    if is_struct {
                        return Err(no_code(
                            "SubqueryExpression",
                            "a struct is compared column by column",
                        ));
                    }
                    Ok(Self::method(child, "isin", &frame, &[]))
                }
                [] => Err(ViewError::missing("SubqueryExpression", "value")),
                _ => {
                    let columns = subquery.in_subquery_values.iter().zip(parts);
                    let columns: Vec<String> = columns
                        .map(|(message, piece)| self.named_column(message, piece))
                        .collect();
                    self.uses.functions = true;
                    Ok(Piece::over(
                        format!("F.struct({}).isin({frame})", columns.join(", ")),
                        &others,
                    ))
                }
            },
            Ok(SubqueryType::TableArg) => Err(no_code(
                "SubqueryExpression",
                "only table functions of other programs take tables as arguments",
            )),
            Ok(SubqueryType::Unknown) | Err(_) => Err(ViewError::unknown("SubqueryExpression", "type")),
        }
    }

    /// Metadata, a JSON object, as a dictionary.
    pub(super) fn json(&mut self, metadata: &str) -> Result<String> {
        let (dictionary, same) =
            json::dictionary(metadata).ok_or_else(|| ViewError::unknown("Alias", "metadata"))?;
        if !same {
            self.notes.push(format!(
                "PySpark writes the metadata {metadata} with other spaces or escapes."
            ));
        }
        Ok(dictionary)
    }
}

fn prefixed(operator: &str, part: &Piece) -> Piece {
    let part = part.at_least(UNARY);
    Piece {
        text: format!("{operator}{}", part.text),
        binds: UNARY,
        // Parsers count prefixes like brackets.
        nesting: part.nesting + 1,
        unequal: None,
        ..part
    }
}

/// The value without the text that it may hold, to see which modules it uses.
fn without_text(literal: &Literal, value: &str) -> String {
    match literal.literal_type {
        Some(LiteralType::String(_)) => String::new(),
        _ => value.to_owned(),
    }
}
