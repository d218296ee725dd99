//! Expressions as PySpark Connect prints them, in the name of a column.

use std::{borrow::Cow, fmt};

use super::{
    Expression,
    expression::{CastTarget, Frame, Kind, SubqueryRole},
    names::Names,
};
use crate::types;

/// Shared parts are written out; beyond this many, the rest is left out.
const MAX_PARTS: usize = 100_000;

enum Piece<'a> {
    Expression(&'a Expression),
    Text(Cow<'a, str>),
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut names = Names::default();
        let mut waiting = vec![Piece::Expression(self)];
        let mut written = 0;
        while let Some(piece) = waiting.pop() {
            match piece {
                Piece::Text(text) => f.write_str(&text)?,
                Piece::Expression(expression) => {
                    written += 1;
                    if written > MAX_PARTS {
                        return f.write_str("...");
                    }
                    let mut pieces = Pieces(Vec::new());
                    pieces.add(expression, &mut names);
                    waiting.extend(pieces.0.into_iter().rev());
                }
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

struct Pieces<'a>(Vec<Piece<'a>>);

impl<'a> Pieces<'a> {
    fn text(&mut self, text: impl Into<Cow<'a, str>>) {
        self.0.push(Piece::Text(text.into()));
    }

    fn list(&mut self, expressions: &'a [Expression]) {
        for (at, expression) in expressions.iter().enumerate() {
            if at > 0 {
                self.text(", ");
            }
            self.0.push(Piece::Expression(expression));
        }
    }

    /// The pieces of an expression, with its children in their places.
    fn add(&mut self, expression: &'a Expression, names: &mut Names) {
        let children = expression.children();
        match expression.kind() {
            Kind::Literal(literal) => self.text(literal.to_string()),
            Kind::Attribute { name, .. } => self.text(name),
            Kind::Sql(text) => self.text(text),
            Kind::Star { target, .. } => {
                self.text(format!("unresolvedstar({})", target.as_deref().unwrap_or("")));
            }
            Kind::Regex { name, .. } => self.text(format!("UnresolvedRegex({name})")),
            Kind::Function { name, distinct } => {
                self.text(name);
                self.text(if *distinct { "(distinct " } else { "(" });
                self.list(children);
                self.text(")");
            }
            Kind::CaseWhen => self.case_when(children),
            Kind::Alias { names, .. } => {
                self.list(children);
                self.text(format!(" AS {}", names.join(",")));
            }
            Kind::Cast { target, try_cast } => {
                self.text(if *try_cast { "TRY_CAST(" } else { "CAST(" });
                self.list(children);
                let target = match target {
                    CastTarget::Type(data_type) => types::simple_string(data_type),
                    CastTarget::Text(text) => text.clone(),
                };
                self.text(format!(" AS {})", target.to_uppercase()));
            }
            Kind::SortOrder {
                ascending,
                nulls_first,
            } => {
                self.list(children);
                self.text(if *ascending { " ASC" } else { " DESC" });
                self.text(if *nulls_first {
                    " NULLS FIRST"
                } else {
                    " NULLS LAST"
                });
            }
            Kind::Lambda(variables) => {
                self.text("LambdaFunction(");
                let variables: Vec<String> = variables.iter().map(|v| names.variable(v)).collect();
                self.list(children);
                self.text(format!(", {})", variables.join(", ")));
            }
            Kind::Variable(variable) => self.text(names.variable(variable)),
            Kind::Window { partitions, frame } => self.window(children, *partitions, *frame),
            Kind::Extract => {
                let (child, extraction) = children.split_at(children.len().min(1));
                self.list(child);
                self.text("['");
                self.list(extraction);
                self.text("']");
            }
            Kind::UpdateField(field) => {
                let (child, value) = children.split_at(children.len().min(1));
                self.text(if value.is_empty() {
                    "drop_field("
                } else {
                    "update_field("
                });
                self.list(child);
                self.text(format!(", {field}"));
                if !value.is_empty() {
                    self.text(", ");
                    self.list(value);
                }
                self.text(")");
            }
            Kind::CallFunction(name) => {
                self.text(format!("CallFunction('{name}'"));
                if !children.is_empty() {
                    self.text(", ");
                    self.list(children);
                }
                self.text(")");
            }
            Kind::NamedArgument(key) => {
                self.text(format!("{key} => "));
                self.list(children);
            }
            Kind::Subquery { role, .. } => {
                let role = match role {
                    SubqueryRole::Scalar => "scalar",
                    SubqueryRole::Exists => "exists",
                    SubqueryRole::In => "in",
                    SubqueryRole::Table { .. } => "table_arg",
                };
                self.text(format!("SubqueryExpression(type={role}"));
                if !children.is_empty() {
                    self.text(", values=[");
                    self.list(children);
                    self.text("]");
                }
                self.text(")");
            }
            Kind::DirectShufflePartitionId => {
                self.text("DirectShufflePartitionID(child=");
                self.list(children);
                self.text(")");
            }
            Kind::MergeAction { action, .. } => {
                self.text(format!("{}(", action.as_str_name()));
                self.list(children);
                self.text(")");
            }
            Kind::Message(_) => self.text("<expression>"),
        }
    }

    fn case_when(&mut self, children: &'a [Expression]) {
        self.text("CASE");
        let (branches, rest) = children.as_chunks::<2>();
        for [condition, value] in branches {
            self.text(" WHEN ");
            self.0.push(Piece::Expression(condition));
            self.text(" THEN ");
            self.0.push(Piece::Expression(value));
        }
        if let [value] = rest {
            self.text(" ELSE ");
            self.0.push(Piece::Expression(value));
        }
        self.text(" END");
    }

    fn window(&mut self, children: &'a [Expression], partitions: usize, frame: Option<Frame>) {
        let (function, rest) = children.split_at(children.len().min(1));
        let (partitions, orders) = rest.split_at(partitions.min(rest.len()));
        self.text("WindowExpression(");
        self.list(function);
        self.text(", (WindowSpec(");
        let mut separator = "";
        for (name, expressions) in [("PartitionBy(", partitions), ("OrderBy(", orders)] {
            if !expressions.is_empty() {
                self.text(separator);
                self.text(name);
                self.list(expressions);
                self.text(")");
                separator = ", ";
            }
        }
        if let Some(frame) = frame {
            self.text(format!("{separator}{frame}"));
        }
        self.text(")))");
    }
}

impl fmt::Display for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.rows { "ROW_FRAME" } else { "RANGE_FRAME" };
        write!(f, "WindowFrame({kind}, {}, {})", self.start, self.end)
    }
}
