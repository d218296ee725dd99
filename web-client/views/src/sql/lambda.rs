//! Names for the variables of lambdas, which hide columns of the same name in SQL, so they get others.

use std::collections::HashSet;

use spark_connect_client::proto::{
    self as pb,
    expression::{ExprType, LambdaFunction},
};

use super::{Sql, no_sql};
use crate::{
    Result,
    error::ViewError,
    walk::{Node, Visitor, expression_kind, walk},
};

/// The words of an expression: names of columns, and SQL text.
#[derive(Default)]
struct Words(HashSet<String>);

impl<'a> Visitor<'a> for Words {
    type Out = ();

    fn leave(&mut self, node: Node<'a>, _: Vec<()>) -> Result<()> {
        if let Node::Expression(expression) = node {
            let text = match expression_kind(expression)? {
                ExprType::UnresolvedAttribute(attribute) => &attribute.unparsed_identifier,
                ExprType::ExpressionString(sql) => &sql.expression,
                _ => return Ok(()),
            };
            let words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
            self.0.extend(words.map(str::to_lowercase));
        }
        Ok(())
    }
}

impl Sql<'_> {
    pub(super) fn begin_lambda(&mut self, lambda: &LambdaFunction) -> Result<()> {
        let body = lambda.function.as_deref();
        let body: &pb::Expression = body.ok_or_else(|| ViewError::missing("LambdaFunction", "body"))?;
        if lambda.arguments.is_empty() {
            return Err(no_sql("LambdaFunction", "it has no variables"));
        }
        let mut words = Words::default();
        walk(&mut words, Node::Expression(body))?;
        for (at, argument) in lambda.arguments.iter().enumerate() {
            let [given] = &argument.name_parts[..] else {
                return Err(ViewError::unknown("LambdaFunction", "name of a variable"));
            };
            let base = ["x", "y", "z"].get(at).copied().unwrap_or("v");
            let mut name = base.to_owned();
            let mut number = 1;
            while words.0.contains(&name) || self.lambdas.iter().any(|(_, taken)| *taken == name) {
                number += 1;
                name = format!("{base}{number}");
            }
            self.lambdas.push((given.clone(), name));
        }
        Ok(())
    }
}
