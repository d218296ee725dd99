//! Columns in SQL.

use spark_connect_client::{
    proto::{
        self as pb,
        expression::{
            Cast, ExprType, SortOrder, UnresolvedFunction, Window, cast,
            literal::LiteralType,
            sort_order::{NullOrdering, SortDirection},
            window::window_frame::{FrameBoundary, FrameType, frame_boundary::Boundary},
        },
        subquery_expression::SubqueryType,
    },
    types::name_parts,
};

use super::{Sql, no_sql, text};
use crate::{
    Result,
    error::{ViewError, kind_name},
    literal::{self, quoted},
    types,
    walk::expression_kind,
};

/// A column in SQL. A column of one relation is between control characters until it is known what the relation is called
/// where the column stands: `\u{1}number\u{2}name\u{3}`.
#[derive(Clone, Debug, Default)]
pub(super) struct Piece {
    pub(super) text: String,
    /// Whether it can stand beside operators as it is.
    atomic: bool,
    /// The names that it has in the result.
    pub(super) alias: Vec<String>,
}

impl Piece {
    fn atom(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            atomic: true,
            alias: Vec::new(),
        }
    }

    fn compound(text: String) -> Self {
        Self {
            text,
            atomic: false,
            alias: Vec::new(),
        }
    }

    /// As an operand.
    pub(super) fn operand(&self) -> String {
        match self.atomic {
            true => self.text.clone(),
            false => format!("({})", self.text),
        }
    }

    /// In a list of columns, with its names.
    pub(super) fn item(&self) -> Result<String> {
        let names = self
            .alias
            .iter()
            .map(|name| quoted(name))
            .collect::<Result<Vec<_>>>()?;
        Ok(match &names[..] {
            [] => self.text.clone(),
            [name] => format!("{} AS {name}", self.text),
            names => format!("{} AS ({})", self.text, names.join(", ")),
        })
    }
}

/// A name with dots as SQL takes it anywhere.
pub(super) fn identifier(name: &str) -> Result<String> {
    let parts =
        name_parts(name).ok_or_else(|| no_sql(format!("The name {name:?}"), "it cannot be parsed"))?;
    let parts: Vec<String> = parts.iter().map(|part| quoted(part)).collect::<Result<_>>()?;
    Ok(parts.join("."))
}

/// Operators between two operands.
fn infix(name: &str) -> Option<&'static str> {
    Some(match name {
        "==" => "=",
        "<" => "<",
        "<=" => "<=",
        ">" => ">",
        ">=" => ">=",
        "<=>" => "<=>",
        "and" => "AND",
        "or" => "OR",
        "+" => "+",
        "-" => "-",
        "*" => "*",
        "/" => "/",
        "%" => "%",
        "&" => "&",
        "|" => "|",
        "^" => "^",
        "like" => "LIKE",
        "ilike" => "ILIKE",
        "rlike" => "RLIKE",
        _ => return None,
    })
}

/// Functions that SQL has no name for: some are the API's alone, some are transforms of partitions, and the last two take
/// a unit of time where SQL has a word.
const WITHOUT_NAME: [&str; 11] = [
    "product",
    "distributed_sequence_id",
    "unwrap_udt",
    "collect_top_k",
    "years",
    "months",
    "days",
    "hours",
    "bucket",
    "timestampadd",
    "timestampdiff",
];

impl Sql<'_> {
    pub(super) fn expression(&mut self, expression: &pb::Expression, parts: Vec<Piece>) -> Result<Piece> {
        let kind = expression_kind(expression)?;
        let first = || parts.first().cloned().unwrap_or_default();
        Ok(match kind {
            ExprType::Literal(literal) => {
                let sql = literal::sql(literal)?;
                match sql.starts_with('-') {
                    true => Piece::compound(sql),
                    false => Piece::atom(sql),
                }
            }
            ExprType::UnresolvedAttribute(attribute) => {
                if attribute.is_metadata_column == Some(true) {
                    return Err(no_sql(
                        "UnresolvedAttribute",
                        "it is a metadata column, which SQL cannot tell apart",
                    ));
                }
                let name = identifier(&attribute.unparsed_identifier)?;
                Piece::atom(match attribute.plan_id {
                    None => name,
                    Some(id) => format!("\u{1}{id}\u{2}{name}\u{3}"),
                })
            }
            ExprType::UnresolvedStar(star) => Piece::atom(match (star.plan_id, &star.unparsed_target) {
                (None, None) => "*".to_owned(),
                (Some(id), None) => format!("\u{1}{id}\u{2}*\u{3}"),
                (None, Some(target)) => match target.strip_suffix(".*") {
                    Some(target) => format!("{}.*", identifier(target)?),
                    None => return Err(ViewError::unknown("UnresolvedStar", "target")),
                },
                _ => {
                    return Err(no_sql(
                        "UnresolvedStar",
                        "it is of a relation and of a name at once",
                    ));
                }
            }),
            ExprType::ExpressionString(sql) => Piece::compound(text::expression(&sql.expression)?),
            ExprType::UnresolvedFunction(function) => self.function(function, &parts)?,
            ExprType::Alias(alias) => {
                if alias.metadata.is_some() {
                    return Err(no_sql("Alias", "SQL gives columns no metadata"));
                }
                Piece {
                    alias: alias.name.clone(),
                    ..first()
                }
            }
            ExprType::Cast(cast) => cast_of(cast, &first())?,
            ExprType::LambdaFunction(lambda) => {
                let start = self.lambdas.len().saturating_sub(lambda.arguments.len());
                let names: Vec<String> = self.lambdas.drain(start..).map(|(_, name)| name).collect();
                let body = first().operand();
                Piece::compound(match &names[..] {
                    [name] => format!("{name} -> {body}"),
                    names => format!("({}) -> {body}", names.join(", ")),
                })
            }
            ExprType::UnresolvedNamedLambdaVariable(variable) => {
                let given = variable.name_parts.first();
                let known = self.lambdas.iter().rev().find(|(known, _)| Some(known) == given);
                let known = known
                    .ok_or_else(|| ViewError::unknown("UnresolvedNamedLambdaVariable", "lambda around it"))?;
                Piece::atom(known.1.clone())
            }
            ExprType::Window(window) => self.window(window, &parts)?,
            ExprType::UnresolvedExtractValue(_) => match &parts[..] {
                [child, key] => Piece::atom(format!("{}[{}]", child.operand(), key.text)),
                _ => return Err(ViewError::missing("UnresolvedExtractValue", "key")),
            },
            ExprType::CallFunction(call) => {
                let arguments: Vec<String> = parts.iter().map(|part| part.text.clone()).collect();
                Piece::atom(format!(
                    "{}({})",
                    identifier(&call.function_name)?,
                    arguments.join(", ")
                ))
            }
            ExprType::NamedArgumentExpression(argument) => {
                Piece::compound(format!("{} => {}", quoted(&argument.key)?, first().text))
            }
            ExprType::SubqueryExpression(subquery) => self.subquery(subquery, &parts)?,
            ExprType::CommonInlineUserDefinedFunction(function) => {
                return Err(no_sql(
                    format!("The function {:?}", function.function_name),
                    "it is compiled code of another program",
                ));
            }
            other => return Err(no_sql(kind_name(other), "SQL cannot write it")),
        })
    }

    fn function(&mut self, function: &UnresolvedFunction, parts: &[Piece]) -> Result<Piece> {
        let name = function.function_name.as_str();
        if WITHOUT_NAME.contains(&name) || function.is_internal == Some(true) {
            return Err(no_sql(format!("The function {name}"), "SQL has no name for it"));
        }
        let distinct = function.is_distinct;
        match (name, parts) {
            (name, [left, right]) if !distinct && let Some(operator) = infix(name) => {
                return Ok(Piece::compound(format!(
                    "{} {operator} {}",
                    left.operand(),
                    right.operand()
                )));
            }
            ("not", [part]) => return Ok(Piece::compound(format!("NOT {}", part.operand()))),
            ("isNull", [part]) => return Ok(Piece::compound(format!("{} IS NULL", part.operand()))),
            ("isNotNull", [part]) => return Ok(Piece::compound(format!("{} IS NOT NULL", part.operand()))),
            ("in", [child, values @ ..]) if !values.is_empty() => {
                let values: Vec<String> = values.iter().map(Piece::operand).collect();
                return Ok(Piece::compound(format!(
                    "{} IN ({})",
                    child.operand(),
                    values.join(", ")
                )));
            }
            ("in", _) => return Err(no_sql("The function in", "SQL looks among at least one value")),
            ("when", [_, _, ..]) => {
                let (branches, rest) = parts.as_chunks::<2>();
                let mut text = "CASE".to_owned();
                for [condition, value] in branches {
                    text += &format!(" WHEN {} THEN {}", condition.operand(), value.operand());
                }
                if let [value] = rest {
                    text += &format!(" ELSE {}", value.operand());
                }
                return Ok(Piece::atom(text + " END"));
            }
            _ => (),
        }
        // The fields of a struct have the names of its columns.
        if name == "struct" {
            let fields = parts.iter().map(Piece::item).collect::<Result<Vec<_>>>()?;
            return Ok(Piece::atom(format!("struct({})", fields.join(", "))));
        }
        let arguments: Vec<String> = parts.iter().map(|part| part.text.clone()).collect();
        let plain = name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        // Names that SQL also reads otherwise, such as first(... IGNORE NULLS) and EXISTS (query), are quoted.
        let special = [
            "first",
            "last",
            "any_value",
            "position",
            "substring",
            "substr",
            "overlay",
            "trim",
            "exists",
            "any",
            "some",
            "filter",
            "transform",
            "left",
            "right",
            "if",
            "extract",
            "timestampadd",
            "timestampdiff",
            "date_add",
            "date_diff",
            "datediff",
            "dateadd",
            "current_date",
            "current_timestamp",
            "current_time",
            "localtimestamp",
            "current_user",
            "user",
            "session_user",
            "not",
            "and",
            "or",
            "in",
            "like",
            "between",
            "case",
            "cast",
            "row",
        ];
        let name = match plain && !special.contains(&name) {
            true => name.to_owned(),
            false => quoted(name)?,
        };
        let distinct = if distinct { "DISTINCT " } else { "" };
        Ok(Piece::atom(format!("{name}({distinct}{})", arguments.join(", "))))
    }

    fn window(&mut self, window: &Window, parts: &[Piece]) -> Result<Piece> {
        let Some((function, rest)) = parts.split_first() else {
            return Err(ViewError::missing("Window", "function"));
        };
        let (partitions, orders) = rest.split_at(window.partition_spec.len().min(rest.len()));
        let mut clauses = Vec::new();
        if !partitions.is_empty() {
            let columns: Vec<String> = partitions.iter().map(|part| part.text.clone()).collect();
            clauses.push(format!("PARTITION BY {}", columns.join(", ")));
        }
        if !orders.is_empty() {
            clauses.push(format!("ORDER BY {}", orders_of(&window.order_spec, orders)?));
        }
        if let Some(frame) = &window.frame_spec {
            let kind = match FrameType::try_from(frame.frame_type) {
                Ok(FrameType::Row) => "ROWS",
                Ok(FrameType::Range) => "RANGE",
                _ => return Err(ViewError::unknown("Window", "kind of frame")),
            };
            let (lower, upper) = (
                bound(frame.lower.as_deref(), "PRECEDING")?,
                bound(frame.upper.as_deref(), "FOLLOWING")?,
            );
            clauses.push(format!("{kind} BETWEEN {lower} AND {upper}"));
        }
        Ok(Piece::atom(format!(
            "{} OVER ({})",
            function.text,
            clauses.join(" ")
        )))
    }

    fn subquery(&mut self, subquery: &pb::SubqueryExpression, parts: &[Piece]) -> Result<Piece> {
        let query = self.subqueries.get(&subquery.plan_id);
        let query = query.ok_or_else(|| ViewError::missing("SubqueryExpression", "relation"))?;
        Ok(match (SubqueryType::try_from(subquery.subquery_type), parts) {
            (Ok(SubqueryType::Scalar), _) => Piece::atom(query.clone()),
            (Ok(SubqueryType::Exists), _) => Piece::compound(format!("EXISTS {query}")),
            (Ok(SubqueryType::In), [child]) => Piece::compound(format!("{} IN {query}", child.operand())),
            (Ok(SubqueryType::In), [_, ..]) => {
                let values: Vec<String> = parts.iter().map(Piece::operand).collect();
                Piece::compound(format!("({}) IN {query}", values.join(", ")))
            }
            (Ok(SubqueryType::TableArg), _) => {
                return Err(no_sql(
                    "SubqueryExpression",
                    "only table functions of other programs take tables",
                ));
            }
            _ => return Err(ViewError::unknown("SubqueryExpression", "type")),
        })
    }
}

fn cast_of(message: &Cast, child: &Piece) -> Result<Piece> {
    let target = match &message.cast_to_type {
        Some(cast::CastToType::Type(data_type)) => types::sql(data_type)?,
        Some(cast::CastToType::TypeStr(ddl)) => {
            let plain = |c: char| c.is_alphanumeric() || " _<>(),:`".contains(c);
            match ddl.chars().all(plain) && ddl.matches('(').count() == ddl.matches(')').count() {
                true => ddl.clone(),
                false => return Err(no_sql("Cast", format!("{ddl:?} is no plain type"))),
            }
        }
        None => return Err(ViewError::missing("Cast", "type")),
    };
    let name = match cast::EvalMode::try_from(message.eval_mode) {
        Ok(cast::EvalMode::Unspecified) => "CAST",
        Ok(cast::EvalMode::Try) => "TRY_CAST",
        Ok(mode) => return Err(no_sql("Cast", format!("SQL does not set {}", mode.as_str_name()))),
        Err(_) => return Err(ViewError::unknown("Cast", "mode")),
    };
    Ok(Piece::atom(format!("{name}({} AS {target})", child.text)))
}

/// Orders of rows, as they stand after ORDER BY.
pub(super) fn orders_of(orders: &[SortOrder], parts: &[Piece]) -> Result<String> {
    let order = |(order, piece): (&SortOrder, &Piece)| {
        let direction = match SortDirection::try_from(order.direction) {
            Ok(SortDirection::Ascending) => "ASC",
            Ok(SortDirection::Descending) => "DESC",
            _ => return Err(ViewError::unknown("SortOrder", "direction")),
        };
        let nulls = match NullOrdering::try_from(order.null_ordering) {
            Ok(NullOrdering::SortNullsFirst) => "FIRST",
            Ok(NullOrdering::SortNullsLast) => "LAST",
            _ => return Err(ViewError::unknown("SortOrder", "order of nulls")),
        };
        Ok(format!("{} {direction} NULLS {nulls}", piece.text))
    };
    let orders = orders.iter().zip(parts).map(order).collect::<Result<Vec<_>>>()?;
    Ok(orders.join(", "))
}

fn bound(bound: Option<&FrameBoundary>, unbounded: &str) -> Result<String> {
    let boundary = bound.and_then(|bound| bound.boundary.as_ref());
    let value = match boundary.ok_or_else(|| ViewError::missing("Window", "bound of its frame"))? {
        Boundary::CurrentRow(_) => return Ok("CURRENT ROW".to_owned()),
        Boundary::Unbounded(_) => return Ok(format!("UNBOUNDED {unbounded}")),
        Boundary::Value(value) => value,
    };
    let number = match &value.expr_type {
        Some(ExprType::Literal(literal)) => match literal.literal_type {
            Some(LiteralType::Integer(number)) => i64::from(number),
            Some(LiteralType::Long(number)) => number,
            _ => return Err(no_sql("Window", "the bound of its frame is no whole number")),
        },
        _ => return Err(no_sql("Window", "the bound of its frame is no whole number")),
    };
    let direction = if number < 0 { "PRECEDING" } else { "FOLLOWING" };
    Ok(format!("{} {direction}", number.unsigned_abs()))
}
