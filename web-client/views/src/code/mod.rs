//! A plan as PySpark code: a chain of methods, with a variable for what is used twice, for what columns refer to, and
//! for the other side of a join.
//!
//! Whoever runs the code gets the same plan. Where PySpark can write something only in another way, the code says the
//! same to Spark, and a note says where it differs.

mod call;
mod catalog;
mod expression;
mod frame;
mod json;
mod names;
mod relation;
mod source;
mod statistics;
mod window;

use std::collections::{HashMap, HashSet};

use spark_connect_client::proto::{self as pb, expression::ExprType, relation::RelType};

use self::{expression::Piece, frame::Frame, names::Names};
use crate::{
    Result,
    error::ViewError,
    walk::{self, Node, Visitor, expression_kind, inputs, kind, plan_id, root_and_references, walk},
};

/// Characters of code.
const MAX_TEXT: usize = 2 << 20;

/// A plan as PySpark code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// The code, with its imports. It uses `spark`; the plan is the variable `df` at the end, or what the last line
    /// does if that is an action such as `tail`.
    pub text: String,
    /// Where running the code gives another plan that says the same, for the user to read.
    pub notes: Vec<String>,
}

/// The code of a plan.
///
/// # Errors
/// Something in the plan has no code: functions of Python or Java, data that only the server has, what PySpark does not
/// offer. The error names it.
pub fn code(relation: &pb::Relation) -> Result<Code> {
    let mut survey = Survey::default();
    walk(&mut survey, Node::Relation(relation))?;
    let mut writer = Writer {
        wanted: survey.wanted(),
        skipped: survey.skipped,
        ..Writer::default()
    };
    let frame = match walk(&mut writer, Node::Relation(relation))? {
        Out::Frame(frame) => frame,
        Out::Column(_) => return Err(ViewError::missing("Plan", "relation")),
    };
    let last = match frame.action {
        true => frame.expression(),
        false => frame.assigned("df"),
    };
    writer.statements.push(last);
    let mut text = writer.uses.imports();
    text += &writer.statements.join("\n");
    text.push('\n');
    if text.len() > MAX_TEXT {
        return Err(too_long());
    }
    writer.notes.dedup();
    Ok(Code {
        text,
        notes: writer.notes,
    })
}

fn too_long() -> ViewError {
    ViewError::too_large(
        "Plan",
        format!("The code would be longer than {} MiB.", MAX_TEXT >> 20),
    )
}

fn no_code(node: impl Into<String>, why: impl std::fmt::Display) -> ViewError {
    ViewError::no_form("as PySpark code", node, why)
}

/// What names refer to which relations, before anything is written.
#[derive(Default)]
struct Survey {
    seen: HashMap<i64, usize>,
    meant: HashSet<i64>,
    /// Expressions that stand for their relation's own input and are not written: by their place in memory.
    skipped: HashSet<usize>,
}

impl Survey {
    /// The relations that need a variable.
    fn wanted(&self) -> HashSet<i64> {
        let shared = self
            .seen
            .iter()
            .filter(|(_, count)| **count > 1)
            .map(|(id, _)| *id);
        shared.chain(self.meant.iter().copied()).collect()
    }

    /// The columns of a relation that its method takes by their names alone.
    fn implied<'a>(relation: &'a pb::Relation) -> Result<Vec<&'a pb::Expression>> {
        let kind = kind(relation)?;
        if let RelType::Project(project) = kind
            && let [star, index] = &project.expressions[..]
            && relation::zip_with_index(star, index).is_some()
        {
            return Ok(vec![star, index]);
        }
        let column = match kind {
            RelType::Aggregate(aggregate) => aggregate.pivot.as_ref().and_then(|pivot| pivot.col.as_ref()),
            RelType::WithColumns(with) => relation::with_metadata(with).map(|(column, _)| column),
            _ => None,
        };
        let input = inputs(kind)?.first().copied().and_then(plan_id);
        let own = |column: &&'a pb::Expression| match &column.expr_type {
            Some(ExprType::UnresolvedAttribute(attribute)) => {
                attribute.plan_id.is_some() && attribute.plan_id == input
            }
            _ => false,
        };
        Ok(column.into_iter().filter(own).collect())
    }
}

fn address(expression: &pb::Expression) -> usize {
    std::ptr::from_ref(expression).addr()
}

impl<'a> Visitor<'a> for Survey {
    type Out = ();

    fn enter(&mut self, node: Node<'a>) -> Result<Option<()>> {
        match node {
            Node::Relation(relation) => {
                if let Some(id) = plan_id(relation) {
                    *self.seen.entry(id).or_default() += 1;
                }
                let (root, _) = root_and_references(relation)?;
                self.skipped.extend(Self::implied(root)?.into_iter().map(address));
            }
            Node::Expression(expression) => {
                if self.skipped.contains(&address(expression)) {
                    return Ok(None);
                }
                self.meant.extend(match expression_kind(expression)? {
                    ExprType::UnresolvedAttribute(attribute) => attribute.plan_id,
                    ExprType::UnresolvedStar(star) => star.plan_id,
                    ExprType::UnresolvedRegex(regex) => regex.plan_id,
                    ExprType::SubqueryExpression(subquery) => Some(subquery.plan_id),
                    _ => None,
                });
            }
        }
        Ok(None)
    }

    fn leave(&mut self, _: Node<'a>, _: Vec<()>) -> Result<()> {
        Ok(())
    }
}

/// What a node becomes.
enum Out {
    Column(Piece),
    Frame(Frame),
}

/// Which modules the code uses.
#[derive(Default)]
struct Uses {
    functions: bool,
    types: bool,
    window: bool,
    datetime: bool,
    decimal: bool,
}

impl Uses {
    /// What a value or a type needs.
    fn look(&mut self, text: &str) {
        self.datetime |= text.contains("datetime.");
        self.decimal |= text.contains("Decimal(");
        self.types |= text.contains("T.");
    }

    fn imports(&self) -> String {
        let mut text = String::new();
        if self.datetime {
            text += "import datetime\n";
        }
        if self.decimal {
            text += "from decimal import Decimal\n";
        }
        let names = [
            (self.window, "Window"),
            (self.functions, "functions as F"),
            (self.types, "types as T"),
        ];
        let names: Vec<&str> = names
            .into_iter()
            .filter(|(used, _)| *used)
            .map(|(_, name)| name)
            .collect();
        if !names.is_empty() {
            text += if text.is_empty() { "" } else { "\n" };
            text += &format!("from pyspark.sql import {}\n", names.join(", "));
        }
        if !text.is_empty() {
            text.push('\n');
        }
        text
    }
}

/// Writes the code.
#[derive(Default)]
struct Writer<'a> {
    statements: Vec<String>,
    notes: Vec<String>,
    names: Names,
    uses: Uses,
    wanted: HashSet<i64>,
    skipped: HashSet<usize>,
    /// Relations that have a variable.
    variables: HashMap<i64, (String, &'a pb::Relation)>,
    /// The variables of the lambdas around, as the plan names them and as they are written.
    lambdas: Vec<(&'a str, String)>,
    length: usize,
}

impl<'a> Writer<'a> {
    fn push(&mut self, statement: String) -> Result<()> {
        self.length += statement.len();
        if self.length > MAX_TEXT {
            return Err(too_long());
        }
        self.statements.push(statement);
        Ok(())
    }

    /// The frame in a variable, unless it is short enough to stand anywhere.
    fn named(&mut self, frame: Frame) -> Result<String> {
        if frame.is_short() {
            return Ok(frame.head);
        }
        let name = self.names.variable(&frame.hint);
        self.push(frame.assigned(&name))?;
        Ok(name)
    }

    /// The name of a relation that has a variable.
    fn variable(&self, id: i64, what: &str) -> Result<&str> {
        match self.variables.get(&id) {
            Some((name, _)) => Ok(name),
            None => Err(no_code(
                what.to_owned(),
                "it is of a relation that is not part of the plan below",
            )),
        }
    }
}

impl<'a> Visitor<'a> for Writer<'a> {
    type Out = Out;

    fn enter(&mut self, node: Node<'a>) -> Result<Option<Out>> {
        match node {
            Node::Relation(relation) => {
                let Some((name, before)) = plan_id(relation).and_then(|id| self.variables.get(&id)) else {
                    return Ok(None);
                };
                // Copies of one relation are written out with other numbers inside, so only their kind is compared.
                let name_of = |relation| kind(relation).map(crate::error::kind_name);
                if name_of(before)? != name_of(relation)? {
                    return Err(ViewError::unknown(
                        "Relation",
                        "number, which another one has too,",
                    ));
                }
                Ok(Some(Out::Frame(Frame::of_variable(name.clone()))))
            }
            Node::Expression(expression) => {
                if self.skipped.contains(&address(expression)) {
                    return Ok(Some(Out::Column(Piece::default())));
                }
                if let ExprType::LambdaFunction(lambda) = walk::expression_kind(expression)? {
                    self.begin_lambda(lambda)?;
                }
                Ok(None)
            }
        }
    }

    fn leave(&mut self, node: Node<'a>, parts: Vec<Out>) -> Result<Out> {
        match node {
            Node::Expression(expression) => {
                let columns = parts.into_iter().filter_map(|part| match part {
                    Out::Column(piece) => Some(piece),
                    Out::Frame(_) => None,
                });
                let piece = self.expression(expression, columns.collect())?;
                if piece.text.len() > MAX_TEXT {
                    return Err(too_long());
                }
                self.lifted(piece).map(Out::Column)
            }
            Node::Relation(relation) => {
                let (root, references) = root_and_references(relation)?;
                let (mut frames, mut columns) = (Vec::new(), Vec::new());
                for part in parts {
                    match part {
                        Out::Column(piece) => columns.push(piece),
                        Out::Frame(frame) => frames.push(frame),
                    }
                }
                // Those that expressions refer to have variables by now.
                frames.truncate(frames.len() - references.len().min(frames.len()));
                if !references.is_empty() && matches!(kind(root)?, RelType::Sql(_)) {
                    return Err(no_code(
                        "SQL over DataFrames",
                        "the names in its text are of one session's own",
                    ));
                }
                let mut frame = self.relation(root, frames, columns)?;
                if let Some(id) = plan_id(relation).filter(|id| self.wanted.contains(id)) {
                    let name = self.names.variable(&frame.hint);
                    self.push(frame.assigned(&name))?;
                    self.variables.insert(id, (name.clone(), relation));
                    frame = Frame::of_variable(name);
                } else if frame.is_long() {
                    let name = self.names.variable(&frame.hint);
                    self.push(frame.assigned(&name))?;
                    frame = Frame::of_variable(name);
                }
                Ok(Out::Frame(frame))
            }
        }
    }
}
