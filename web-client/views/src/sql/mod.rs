//! A plan as SQL. Spark analyses the query to the same columns and rows.
//!
//! Some steps depend on which columns there are, as `withColumn` does, which replaces one or adds one. A plan does not
//! say: the caller does, who can ask the server for the schema of a relation.

mod expression;
mod group;
mod join;
mod lambda;
mod relation;
mod select;
mod text;

use std::collections::{HashMap, HashSet};

use spark_connect_client::proto::{self as pb, expression::ExprType, relation::RelType};

use self::{expression::Piece, select::Select};
use crate::{
    Result,
    error::ViewError,
    walk::{Node, Visitor, expression_kind, kind, plan_id, root_and_references, walk},
};

/// Characters of a query.
const MAX_TEXT: usize = 2 << 20;

/// A plan as a query.
///
/// `columns` tells the names of a relation's columns, in order, or that it does not know them; it is asked where the
/// query depends on them.
///
/// # Errors
/// Something has no form in SQL; the error names it. [`Reason::UnknownColumns`](crate::Reason::UnknownColumns) where
/// columns would have to be known.
pub fn sql(
    relation: &pb::Relation,
    columns: &dyn Fn(&pb::Relation) -> Option<Vec<String>>,
) -> Result<String> {
    let mut survey = Subqueries::default();
    walk(&mut survey, Node::Relation(relation))?;
    let mut writer = Sql {
        columns,
        meant: survey.0,
        subqueries: HashMap::new(),
        lambdas: Vec::new(),
        aliases: 0,
    };
    match walk(&mut writer, Node::Relation(relation))? {
        Out::Query(select) => {
            let text = select.text();
            match text.contains('\u{1}') {
                true => Err(no_sql(
                    "A column of a relation",
                    "the relation is not part of the plan below, or hidden there",
                )),
                false => Ok(text),
            }
        }
        Out::Column(_) => Err(ViewError::missing("Plan", "relation")),
    }
}

fn no_sql(node: impl Into<String>, why: impl std::fmt::Display) -> ViewError {
    ViewError::no_form("in SQL", node, why)
}

/// A name of our own or one that was looked at before.
fn name(name: &str) -> String {
    spark_connect_client::plan::quoted(name)
}

/// The relations that subqueries mean.
#[derive(Default)]
struct Subqueries(HashSet<i64>);

impl<'a> Visitor<'a> for Subqueries {
    type Out = ();

    fn leave(&mut self, node: Node<'a>, _: Vec<()>) -> Result<()> {
        if let Node::Expression(expression) = node
            && let ExprType::SubqueryExpression(subquery) = expression_kind(expression)?
        {
            self.0.insert(subquery.plan_id);
        }
        Ok(())
    }
}

/// What a node becomes.
enum Out {
    Column(Piece),
    Query(Box<Select>),
}

/// Writes the query.
struct Sql<'c> {
    columns: &'c dyn Fn(&pb::Relation) -> Option<Vec<String>>,
    meant: HashSet<i64>,
    /// The queries of relations that subqueries mean.
    subqueries: HashMap<i64, String>,
    lambdas: Vec<(String, String)>,
    aliases: usize,
}

impl<'a> Visitor<'a> for Sql<'_> {
    type Out = Out;

    fn enter(&mut self, node: Node<'a>) -> Result<Option<Out>> {
        if let Node::Expression(expression) = node
            && let ExprType::LambdaFunction(lambda) = expression_kind(expression)?
        {
            self.begin_lambda(lambda)?;
        }
        Ok(None)
    }

    fn leave(&mut self, node: Node<'a>, parts: Vec<Out>) -> Result<Out> {
        match node {
            Node::Expression(expression) => {
                let pieces = parts.into_iter().filter_map(|part| match part {
                    Out::Column(piece) => Some(piece),
                    Out::Query(_) => None,
                });
                let piece = self.expression(expression, pieces.collect())?;
                bounded(&piece.text)?;
                Ok(Out::Column(piece))
            }
            Node::Relation(relation) => {
                let (root, references) = root_and_references(relation)?;
                let (mut queries, mut pieces) = (Vec::new(), Vec::new());
                for part in parts {
                    match part {
                        Out::Column(piece) => pieces.push(piece),
                        Out::Query(select) => queries.push(*select),
                    }
                }
                queries.truncate(queries.len().saturating_sub(references.len()));
                if !references.is_empty() && matches!(kind(root)?, RelType::Sql(_)) {
                    return Err(no_sql(
                        "SQL over DataFrames",
                        "its text names relations of one session",
                    ));
                }
                let mut select = self.relation(root, queries, pieces)?;
                if let Some(id) = plan_id(relation) {
                    match &mut select.sides[..] {
                        [side] => side.ids.insert(id),
                        _ => select.ids.insert(id),
                    };
                    if self.meant.contains(&id) {
                        self.subqueries.insert(id, select.bracketed());
                    }
                }
                bounded(&select.from)?;
                Ok(Out::Query(Box::new(select)))
            }
        }
    }
}

fn bounded(text: &str) -> Result<()> {
    match text.len() > MAX_TEXT {
        true => Err(ViewError::too_large(
            "Plan",
            format!("The query would be longer than {} MiB.", MAX_TEXT >> 20),
        )),
        false => Ok(()),
    }
}
