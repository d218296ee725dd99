//! From trees to messages, without recursion. Identities become numbers here, so equal calls give equal bytes.

use spark_connect_proto::connect::{
    self as pb,
    expression::{self as wire, ExprType, window},
    relation::RelType,
};

use super::{
    Expression, LogicalPlan,
    expression::{CastTarget, Frame, Kind, SubqueryRole},
    logical::Parts,
    names::Names,
    node::Extent,
};
use crate::error::{Error, ErrorKind, Result};

/// Expressions and relations that one message may hold. Shared parts count as often as they are used.
const MAX_SIZE: u64 = 4_000_000;

/// Levels of expressions and relations that one message may hold. A server takes 1,024 nested messages by default
/// (`spark.connect.grpc.marshallerRecursionLimit`), and a level is two or more. Writing a message takes a frame of the
/// stack for each: 500 levels fit a thread of tokio's even without optimisation (`tests/deep.rs`).
const MAX_DEPTH: u32 = 512;

impl LogicalPlan {
    /// The message. Fails if the plan is too large or too deep to be one.
    pub fn to_relation(&self) -> Result<pb::Relation> {
        self.to_relation_from(0)
    }

    /// The message, in which the relations have numbers from this one on. A server keeps what it made of a relation for
    /// the next one of the session with the same message, number included: what is asked anew takes new numbers.
    pub(crate) fn to_relation_from(&self, first_plan: i64) -> Result<pb::Relation> {
        check(self.extent())?;
        let mut encoder = Encoder::from(first_plan);
        encoder.run(Task::Plan(self))?;
        encoder
            .relations
            .pop()
            .ok_or_else(|| broken("a relation has no message"))
    }
}

impl Expression {
    /// The message. Fails if the expression is too large or too deep to be one.
    pub fn to_message(&self) -> Result<pb::Expression> {
        check(self.extent())?;
        let mut encoder = Encoder::default();
        encoder.run(Task::Expression(self))?;
        encoder
            .expressions
            .pop()
            .ok_or_else(|| broken("an expression has no message"))
    }
}

/// The messages of some relations and expressions that belong to one plan, in their order; see
/// [`to_relation_from`](LogicalPlan::to_relation_from) for the first number.
pub(crate) fn parts(first_plan: i64, plans: &[LogicalPlan], expressions: &[Expression]) -> Result<Parts> {
    let extents = plans.iter().map(LogicalPlan::extent);
    check(Extent::above(
        extents.chain(expressions.iter().map(Expression::extent)),
    ))?;
    let mut encoder = Encoder::from(first_plan);
    for plan in plans {
        encoder.run(Task::Plan(plan))?;
    }
    for expression in expressions {
        encoder.run(Task::Expression(expression))?;
    }
    Ok(Parts {
        inputs: encoder.relations.into_iter(),
        expressions: encoder.expressions.into_iter(),
    })
}

fn check(extent: Extent) -> Result<()> {
    let message = if extent.size > MAX_SIZE {
        format!(
            "This query has more than {MAX_SIZE} parts when everything that it uses twice is written out twice. \
             Keep what is used often in a view or a checkpoint."
        )
    } else if extent.depth > MAX_DEPTH {
        format!(
            "This query is nested {} levels deep, which no server takes. Build long sums and chains from parts, or \
             break them with a view or a checkpoint.",
            extent.depth
        )
    } else {
        return Ok(());
    };
    Err(Error::new(ErrorKind::TooLarge, message))
}

fn broken(what: &str) -> Error {
    Error::new(ErrorKind::Invalid, format!("The plan is broken: {what}."))
}

enum Task<'a> {
    Expression(&'a Expression),
    FinishExpression(&'a Expression),
    Plan(&'a LogicalPlan),
    FinishPlan(&'a LogicalPlan),
}

#[derive(Default)]
struct Encoder {
    names: Names,
    expressions: Vec<pb::Expression>,
    relations: Vec<pb::Relation>,
}

impl Encoder {
    fn from(first_plan: i64) -> Self {
        Self {
            names: Names::from(first_plan),
            ..Self::default()
        }
    }

    /// Works through a tree; what it comes to is on top of one of the stacks.
    fn run(&mut self, task: Task<'_>) -> Result<()> {
        let mut tasks = vec![task];
        while let Some(task) = tasks.pop() {
            match task {
                Task::Expression(expression) => {
                    // Variables get their names from the outside in, as they are read.
                    if let Kind::Lambda(variables) = expression.kind() {
                        for variable in variables {
                            self.names.variable(variable);
                        }
                    }
                    tasks.push(Task::FinishExpression(expression));
                    tasks.extend(expression.children().iter().rev().map(Task::Expression));
                }
                Task::Plan(plan) => {
                    tasks.push(Task::FinishPlan(plan));
                    tasks.extend(plan.references().iter().rev().map(Task::Plan));
                    tasks.extend(plan.expressions().iter().rev().map(Task::Expression));
                    tasks.extend(plan.inputs().iter().rev().map(Task::Plan));
                }
                Task::FinishExpression(expression) => {
                    let start = self.expressions.len() - expression.children().len();
                    let children = self.expressions.split_off(start);
                    let message = self.expression(expression, children)?;
                    self.expressions.push(message);
                }
                Task::FinishPlan(plan) => {
                    let message = self.relation(plan);
                    self.relations.push(message);
                }
            }
        }
        Ok(())
    }

    fn relation(&mut self, plan: &LogicalPlan) -> pb::Relation {
        let references = self
            .relations
            .split_off(self.relations.len() - plan.references().len());
        let inputs = self
            .relations
            .split_off(self.relations.len() - plan.inputs().len());
        let expressions = self
            .expressions
            .split_off(self.expressions.len() - plan.expressions().len());
        let mut parts = Parts {
            inputs: inputs.into_iter(),
            expressions: expressions.into_iter(),
        };
        let rel_type = plan.build(&mut parts);
        let origin = plan.origin().cloned();
        let relation = |plan_id, rel_type| pb::Relation {
            common: Some(pb::RelationCommon {
                plan_id: Some(plan_id),
                origin: origin.clone(),
                ..Default::default()
            }),
            rel_type: Some(rel_type),
        };
        if references.is_empty() {
            return relation(self.names.plan(plan.id()), rel_type);
        }
        let with_relations = pb::WithRelations {
            root: Some(Box::new(relation(self.names.fresh_plan(), rel_type))),
            references,
        };
        let rel_type = RelType::WithRelations(Box::new(with_relations));
        relation(self.names.plan(plan.id()), rel_type)
    }

    fn expression(&mut self, of: &Expression, children: Vec<pb::Expression>) -> Result<pb::Expression> {
        let mut children = children.into_iter();
        let mut boxed = || children.next().map(Box::new);
        let expr_type = match of.kind() {
            Kind::Literal(literal) => ExprType::Literal(literal.message().clone()),
            Kind::Attribute { name, plan, metadata } => {
                ExprType::UnresolvedAttribute(wire::UnresolvedAttribute {
                    unparsed_identifier: name.clone(),
                    plan_id: plan.as_ref().map(|id| self.names.plan(id)),
                    is_metadata_column: Some(*metadata),
                })
            }
            Kind::Star { target, plan } => ExprType::UnresolvedStar(wire::UnresolvedStar {
                unparsed_target: target.clone(),
                plan_id: plan.as_ref().map(|id| self.names.plan(id)),
            }),
            Kind::Regex { name, plan } => ExprType::UnresolvedRegex(wire::UnresolvedRegex {
                col_name: name.clone(),
                plan_id: plan.as_ref().map(|id| self.names.plan(id)),
            }),
            Kind::Sql(text) => ExprType::ExpressionString(wire::ExpressionString {
                expression: text.clone(),
            }),
            Kind::Function { name, distinct } => function(name, children.collect(), *distinct),
            Kind::CaseWhen => function("when", children.collect(), false),
            Kind::Alias { names, metadata } => ExprType::Alias(Box::new(wire::Alias {
                expr: boxed(),
                name: names.clone(),
                metadata: metadata.clone(),
            })),
            Kind::Cast { target, try_cast } => ExprType::Cast(Box::new(cast(boxed(), target, *try_cast))),
            Kind::SortOrder {
                ascending,
                nulls_first,
            } => {
                use wire::sort_order::{NullOrdering, SortDirection};
                let direction = match ascending {
                    true => SortDirection::Ascending,
                    false => SortDirection::Descending,
                };
                let null_ordering = match nulls_first {
                    true => NullOrdering::SortNullsFirst,
                    false => NullOrdering::SortNullsLast,
                };
                ExprType::SortOrder(Box::new(wire::SortOrder {
                    child: boxed(),
                    direction: direction.into(),
                    null_ordering: null_ordering.into(),
                }))
            }
            Kind::Lambda(variables) => ExprType::LambdaFunction(Box::new(wire::LambdaFunction {
                function: boxed(),
                arguments: variables
                    .iter()
                    .map(|variable| wire::UnresolvedNamedLambdaVariable {
                        name_parts: vec![self.names.variable(variable)],
                    })
                    .collect(),
            })),
            Kind::Variable(variable) => {
                ExprType::UnresolvedNamedLambdaVariable(wire::UnresolvedNamedLambdaVariable {
                    name_parts: vec![self.names.variable(variable)],
                })
            }
            Kind::Window { partitions, frame } => ExprType::Window(Box::new(wire::Window {
                window_function: boxed(),
                partition_spec: children.by_ref().take(*partitions).collect(),
                order_spec: children.map(sort_order).collect(),
                frame_spec: frame.map(window_frame).transpose()?.map(Box::new),
            })),
            Kind::Extract => ExprType::UnresolvedExtractValue(Box::new(wire::UnresolvedExtractValue {
                child: boxed(),
                extraction: boxed(),
            })),
            Kind::UpdateField(field_name) => ExprType::UpdateFields(Box::new(wire::UpdateFields {
                struct_expression: boxed(),
                field_name: field_name.clone(),
                value_expression: boxed(),
            })),
            Kind::CallFunction(name) => ExprType::CallFunction(pb::CallFunction {
                function_name: name.clone(),
                arguments: children.collect(),
            }),
            Kind::NamedArgument(key) => {
                ExprType::NamedArgumentExpression(Box::new(pb::NamedArgumentExpression {
                    key: key.clone(),
                    value: boxed(),
                }))
            }
            Kind::Subquery { plan, role } => {
                let plan_id = self.names.plan(plan.id());
                ExprType::SubqueryExpression(subquery(plan_id, role, children.collect()))
            }
            Kind::DirectShufflePartitionId => {
                ExprType::DirectShufflePartitionId(Box::new(wire::DirectShufflePartitionId {
                    child: boxed(),
                }))
            }
            Kind::MergeAction { action, conditional } => {
                let condition = if *conditional { boxed() } else { None };
                let mut assignments = Vec::new();
                while let (Some(key), value) = (children.next(), children.next()) {
                    assignments.push(pb::merge_action::Assignment {
                        key: Some(key),
                        value,
                    });
                }
                ExprType::MergeAction(Box::new(pb::MergeAction {
                    action_type: (*action).into(),
                    condition,
                    assignments,
                }))
            }
            Kind::Message(message) => return Ok(message.as_ref().clone()),
        };
        Ok(pb::Expression {
            common: of.origin().map(|origin| pb::ExpressionCommon {
                origin: Some(origin.clone()),
            }),
            expr_type: Some(expr_type),
        })
    }
}

fn function(name: &str, arguments: Vec<pb::Expression>, is_distinct: bool) -> ExprType {
    ExprType::UnresolvedFunction(wire::UnresolvedFunction {
        function_name: name.to_owned(),
        arguments,
        is_distinct,
        ..Default::default()
    })
}

fn cast(expr: Option<Box<pb::Expression>>, target: &CastTarget, try_cast: bool) -> wire::Cast {
    let eval_mode = match try_cast {
        true => wire::cast::EvalMode::Try,
        false => wire::cast::EvalMode::Unspecified,
    };
    let target = match target {
        CastTarget::Type(data_type) => wire::cast::CastToType::Type(data_type.as_ref().clone()),
        CastTarget::Text(text) => wire::cast::CastToType::TypeStr(text.clone()),
    };
    wire::Cast {
        expr,
        eval_mode: eval_mode.into(),
        cast_to_type: Some(target),
    }
}

/// The order that a message is, or the ascending one of what it is.
pub(crate) fn sort_order(message: pb::Expression) -> wire::SortOrder {
    match message.expr_type {
        Some(ExprType::SortOrder(order)) => *order,
        _ => wire::SortOrder {
            child: Some(Box::new(message)),
            direction: wire::sort_order::SortDirection::Ascending.into(),
            null_ordering: wire::sort_order::NullOrdering::SortNullsFirst.into(),
        },
    }
}

fn subquery(plan_id: i64, role: &SubqueryRole, mut children: Vec<pb::Expression>) -> pb::SubqueryExpression {
    use pb::subquery_expression::{SubqueryType, TableArgOptions};
    let mut message = pb::SubqueryExpression {
        plan_id,
        ..Default::default()
    };
    message.subquery_type = match role {
        SubqueryRole::Scalar => SubqueryType::Scalar,
        SubqueryRole::Exists => SubqueryType::Exists,
        SubqueryRole::In => SubqueryType::In,
        SubqueryRole::Table { .. } => SubqueryType::TableArg,
    }
    .into();
    if let SubqueryRole::Table {
        partitions,
        single_partition,
    } = role
    {
        let orders = children.split_off((*partitions).min(children.len()));
        let options = TableArgOptions {
            partition_spec: children,
            order_spec: orders.into_iter().map(sort_order).collect(),
            with_single_partition: *single_partition,
        };
        message.table_arg_options = (options != TableArgOptions::default()).then_some(options);
    } else {
        message.in_subquery_values = children;
    }
    message
}

fn window_frame(frame: Frame) -> Result<window::WindowFrame> {
    use window::window_frame::FrameType;
    let frame_type = match frame.rows {
        true => FrameType::Row,
        false => FrameType::Range,
    };
    Ok(window::WindowFrame {
        frame_type: frame_type.into(),
        lower: Some(Box::new(bound(frame.rows, "start", frame.start, i64::MIN)?)),
        upper: Some(Box::new(bound(frame.rows, "end", frame.end, i64::MAX)?)),
    })
}

fn bound(rows: bool, name: &str, value: i64, unbounded: i64) -> Result<window::window_frame::FrameBoundary> {
    use window::window_frame::{FrameBoundary, frame_boundary::Boundary};
    let boundary = if value == 0 {
        Boundary::CurrentRow(true)
    } else if value == unbounded {
        Boundary::Unbounded(true)
    } else {
        let literal = match (rows, i32::try_from(value)) {
            (false, _) => super::Literal::long(value),
            (true, Ok(value)) => super::Literal::integer(value),
            (true, Err(_)) => {
                return Err(Error::new(
                    ErrorKind::Invalid,
                    format!(
                        "[VALUE_NOT_BETWEEN] Value for `{name}` must be between {} and {}.",
                        i32::MIN,
                        i32::MAX
                    ),
                ));
            }
        };
        Boundary::Value(Box::new(pb::Expression {
            common: None,
            expr_type: Some(ExprType::Literal(literal.message().clone())),
        }))
    };
    Ok(FrameBoundary {
        boundary: Some(boundary),
    })
}

#[cfg(test)]
mod tests {
    use prost::Message;

    use super::*;
    use crate::plan::Literal;

    fn sum(levels: usize) -> Expression {
        (1..levels).fold(Expression::column("a"), |sum, _| {
            Expression::function("+", vec![sum, Expression::literal(1)])
        })
    }

    /// Runs on a stack of so many kilobytes.
    fn with_stack(kilobytes: usize, run: impl FnOnce() + Send + 'static) {
        let thread = std::thread::Builder::new().stack_size(kilobytes << 10);
        thread.spawn(run).unwrap().join().unwrap();
    }

    #[test]
    fn ten_thousand_levels_need_no_stack() {
        with_stack(128, || {
            let deep = sum(10_000);
            assert!(deep.clone().to_string().ends_with(", 1)"));
            assert!(deep.to_message().unwrap_err().message.contains("10000 levels"));
            let mut plan = LogicalPlan::range(0, 1, 1, None);
            for _ in 0..10_000 {
                let kind = Kind::Subquery {
                    plan: plan.clone(),
                    role: SubqueryRole::Exists,
                };
                plan = plan.filter(Expression::new(kind, Vec::new()));
            }
            assert_eq!(plan.to_relation().unwrap_err().kind, ErrorKind::TooLarge);
        });
    }

    #[test]
    fn what_is_allowed_fits_a_browsers_stack() {
        with_stack(1024, || {
            let message = sum(512).to_message().unwrap();
            assert!(message.encode_to_vec().len() > 512);
            assert!(sum(513).to_message().is_err());
        });
    }

    #[test]
    fn what_is_used_twice_counts_twice() {
        let doubled = |e: Expression| Expression::function("+", vec![e.clone(), e]);
        let huge = (0..80).fold(Expression::column("a"), |e, _| doubled(e));
        assert_eq!(huge.to_message().unwrap_err().kind, ErrorKind::TooLarge);
        assert!(huge.to_string().ends_with("..."));
        let small = doubled(Expression::column("a")).to_message().unwrap();
        let Some(ExprType::UnresolvedFunction(function)) = small.expr_type else {
            panic!("not a function");
        };
        assert_eq!(function.arguments[0], function.arguments[1]);
    }

    #[test]
    fn equal_calls_give_equal_bytes() {
        let build = || {
            let left = LogicalPlan::range(0, 9, 1, None);
            let right = LogicalPlan::named_table(
                "t",
                vec![("b".into(), "1".into()), ("a".into(), "2".into())],
                false,
            );
            let of = |plan: &LogicalPlan| {
                let kind = Kind::Attribute {
                    name: "id".into(),
                    plan: Some(plan.id().clone()),
                    metadata: false,
                };
                Expression::new(kind, Vec::new())
            };
            let on = Expression::function("==", vec![of(&left), of(&right)]);
            let joined = left.join(
                &right,
                crate::plan::JoinOn::Condition(Box::new(on)),
                crate::plan::JoinType::Inner,
            );
            let relation = joined
                .filter(Expression::literal(Literal::boolean(true)))
                .to_relation();
            relation.unwrap().encode_to_vec()
        };
        assert_eq!(build(), build());
    }

    #[test]
    fn a_column_names_the_relation_that_it_is_of() {
        let table = LogicalPlan::range(0, 1, 1, None);
        let other = LogicalPlan::range(0, 1, 1, None);
        let column = |plan: &LogicalPlan| {
            let kind = Kind::Attribute {
                name: "id".into(),
                plan: Some(plan.id().clone()),
                metadata: false,
            };
            Expression::new(kind, Vec::new())
        };
        let relation = table
            .project(vec![column(&table), column(&other)])
            .to_relation()
            .unwrap();
        let Some(RelType::Project(project)) = relation.rel_type else {
            panic!("not a projection");
        };
        let input = project.input.unwrap().common.unwrap().plan_id;
        let named = project.expressions.iter().map(|e| match &e.expr_type {
            Some(ExprType::UnresolvedAttribute(attribute)) => attribute.plan_id,
            _ => None,
        });
        let named: Vec<Option<i64>> = named.collect();
        assert_eq!(named[0], input);
        assert_ne!(named[1], input);
    }
}
