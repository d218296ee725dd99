//! From a plan to steps, if it has nothing but what steps can be.

use spark_connect_client::proto::{
    self as pb,
    aggregate::GroupType,
    expression::{
        Cast, ExprType, SortOrder, cast,
        literal::LiteralType,
        sort_order::{NullOrdering, SortDirection},
    },
    join::JoinType,
    read::ReadType,
    relation::RelType,
    set_operation::SetOpType,
};

use super::{
    Arithmetic, Comparison, Expression, JoinKind, MAX_DEPTH, MAX_QUERIES, Model, Named, OPERATORS, On, Order,
    Side, Step, Value, values,
};
use crate::{
    Result,
    error::{ViewError, kind_name},
    walk::{expression_kind, inputs, kind, plan_id},
};

/// The numbers of a join's sides.
type Sides = Option<(i64, i64)>;

fn no_form(node: impl Into<String>, why: &str) -> ViewError {
    ViewError::no_form("in the builder", node, why)
}

/// The model of a plan.
///
/// # Errors
/// [`Reason::NoForm`](crate::Reason::NoForm): the builder has no step for something in the plan, which the error names.
pub fn from_plan(relation: &pb::Relation) -> Result<Model> {
    let model = Model::new(steps(relation, 0)?);
    // What a person may not fill in is not shown either.
    match model.to_plan() {
        Ok(_) => Ok(model),
        Err(error) => Err(no_form(error.node, error.message.trim_end_matches('.'))),
    }
}

fn steps(relation: &pb::Relation, depth: usize) -> Result<Vec<Step>> {
    if depth > MAX_QUERIES {
        return Err(no_form(kind_name(kind(relation)?), "queries are nested too deep"));
    }
    let mut steps = Vec::new();
    let mut relation = relation;
    loop {
        let kind = kind(relation)?;
        let inputs = inputs(kind)?;
        steps.push(step(kind, &inputs, depth)?);
        match inputs.first() {
            Some(input) => relation = input,
            None => break,
        }
    }
    steps.reverse();
    Ok(steps)
}

fn step(kind: &RelType, inputs: &[&pb::Relation], depth: usize) -> Result<Step> {
    let plain = |message: &pb::Expression| expression(message, None, 0);
    let named = |message: &pb::Expression| -> Result<Named> {
        match expression_kind(message)? {
            ExprType::Alias(alias) => match (&alias.name[..], alias.expr.as_deref(), &alias.metadata) {
                ([name], Some(column), None) if !name.trim().is_empty() => Ok(Named {
                    expression: plain(column)?,
                    alias: Some(name.clone()),
                }),
                _ => Err(no_form("Alias", "columns have one name, and no metadata")),
            },
            _ => Ok(Named {
                expression: plain(message)?,
                alias: None,
            }),
        }
    };
    let all = |messages: &[pb::Expression]| messages.iter().map(named).collect::<Result<Vec<_>>>();
    let order = |order: &SortOrder| -> Result<Order> {
        let column = order.child.as_deref();
        let column = column.ok_or_else(|| ViewError::missing("SortOrder", "column"))?;
        let direction = SortDirection::try_from(order.direction);
        let nulls = NullOrdering::try_from(order.null_ordering);
        Ok(Order {
            expression: plain(column)?,
            descending: match direction {
                Ok(SortDirection::Ascending) => false,
                Ok(SortDirection::Descending) => true,
                _ => return Err(ViewError::unknown("SortOrder", "direction")),
            },
            nulls_first: match nulls {
                Ok(NullOrdering::SortNullsFirst) => true,
                Ok(NullOrdering::SortNullsLast) => false,
                _ => return Err(ViewError::unknown("SortOrder", "order of nulls")),
            },
        })
    };
    Ok(match kind {
        RelType::Read(read) if read.is_streaming => {
            return Err(no_form("Read", "streams are not for the builder"));
        }
        RelType::Read(read) => match &read.read_type {
            Some(ReadType::NamedTable(table)) if table.options.is_empty() => Step::Table {
                name: table.unparsed_identifier.clone(),
            },
            Some(ReadType::NamedTable(_)) => {
                return Err(no_form("NamedTable", "tables have no options there"));
            }
            Some(ReadType::DataSource(source)) => {
                let is_plain = source.schema.as_deref() == Some("")
                    && source.predicates.is_empty()
                    && source.source_name.is_none();
                match (&source.format, &source.paths[..]) {
                    (Some(format), [path]) if is_plain => Step::File {
                        format: format.clone(),
                        path: path.clone(),
                        options: source.options.clone().into_iter().collect(),
                    },
                    _ => {
                        return Err(no_form(
                            "DataSource",
                            "files have one format and one path, and no schema",
                        ));
                    }
                }
            }
            None => return Err(ViewError::missing("Read", "source")),
        },
        RelType::Sql(sql) => {
            #[expect(deprecated, reason = "clients before Spark 4.0 write arguments there")]
            let old = !sql.args.is_empty() || !sql.pos_args.is_empty();
            if old || !sql.named_arguments.is_empty() || !sql.pos_arguments.is_empty() {
                return Err(no_form("SQL", "its text has parameters"));
            }
            Step::Sql {
                query: sql.query.clone(),
            }
        }
        RelType::Range(range) => match (range.start, range.num_partitions) {
            (Some(start), None) => Step::Range {
                start,
                end: range.end,
                step_size: range.step,
            },
            _ => return Err(no_form("Range", "it does not choose partitions there")),
        },
        RelType::LocalRelation(local) => {
            let (columns, rows) = values::of(local)?;
            Step::Values { columns, rows }
        }
        RelType::Filter(filter) => Step::Filter {
            condition: plain(required(filter.condition.as_ref(), kind, "condition")?)?,
        },
        RelType::Project(project) => Step::Select {
            columns: all(&project.expressions)?,
        },
        RelType::WithColumns(with) => with_column(with, &plain, &order)?,
        RelType::Join(join) => join_step(join, inputs, depth)?,
        RelType::Aggregate(aggregate) => {
            let keys = all(&aggregate.grouping_expressions)?;
            let aggregates = all(&aggregate.aggregate_expressions)?;
            match (GroupType::try_from(aggregate.group_type), &aggregate.pivot) {
                (Ok(GroupType::Groupby), None) => Step::Aggregate { keys, aggregates },
                (Ok(GroupType::Pivot), Some(pivot)) => {
                    let input = inputs.first().copied().and_then(plan_id);
                    let column = match pivot.col.as_ref().and_then(|column| column.expr_type.as_ref()) {
                        Some(ExprType::UnresolvedAttribute(attribute))
                            if attribute.plan_id.is_some()
                                && attribute.plan_id == input
                                && attribute.is_metadata_column != Some(true) =>
                        {
                            attribute.unparsed_identifier.clone()
                        }
                        _ => return Err(no_form("Pivot", "the column is one of the rows themselves")),
                    };
                    let values = pivot.values.iter().map(Value::of).collect::<Option<Vec<_>>>();
                    let values = values
                        .ok_or_else(|| no_form("Pivot", "a value of it is of a type that there is not"))?;
                    Step::Pivot {
                        keys,
                        column,
                        values,
                        aggregates,
                    }
                }
                (Ok(group), _) => {
                    return Err(no_form(group.as_str_name(), "groups are plain ones or pivots"));
                }
                (Err(_), _) => return Err(ViewError::unknown("Aggregate", "kind of groups")),
            }
        }
        RelType::Sort(sort) if sort.is_global == Some(true) => Step::Sort {
            orders: sort.order.iter().map(order).collect::<Result<_>>()?,
        },
        RelType::Limit(limit) => Step::Limit { rows: limit.limit },
        RelType::SetOp(set) => {
            if SetOpType::try_from(set.set_op_type) != Ok(SetOpType::Union) || set.is_all != Some(true) {
                return Err(no_form(
                    "SetOperation",
                    "only unions that keep every row are there",
                ));
            }
            let right = inputs
                .get(1)
                .ok_or_else(|| ViewError::missing("SetOperation", "right input"))?;
            Step::Union {
                right: steps(right, depth + 1)?,
                by_name: set.by_name == Some(true),
                allow_missing_columns: set.allow_missing_columns == Some(true),
            }
        }
        RelType::Deduplicate(deduplicate)
            if deduplicate.all_columns_as_keys == Some(true)
                && deduplicate.column_names.is_empty()
                && deduplicate.within_watermark != Some(true) =>
        {
            Step::Distinct
        }
        other => {
            return Err(no_form(
                kind_name(other),
                "it has no such step; show the plan as code",
            ));
        }
    })
}

fn required<'a, T>(part: Option<&'a T>, kind: &RelType, name: &str) -> Result<&'a T> {
    part.ok_or_else(|| ViewError::missing(kind_name(kind), name))
}

fn with_column(
    with: &pb::WithColumns,
    plain: &dyn Fn(&pb::Expression) -> Result<Expression>,
    order: &dyn Fn(&SortOrder) -> Result<Order>,
) -> Result<Step> {
    let [alias] = &with.aliases[..] else {
        return Err(no_form("WithColumns", "a step adds one column"));
    };
    let ([name], Some(column), None) = (&alias.name[..], alias.expr.as_deref(), &alias.metadata) else {
        return Err(no_form("WithColumns", "columns have one name, and no metadata"));
    };
    let name = name.clone();
    let ExprType::Window(window) = expression_kind(column)? else {
        return Ok(Step::WithColumn {
            name,
            expression: plain(column)?,
        });
    };
    if window.frame_spec.is_some() {
        return Err(no_form(
            "Window",
            "windows there have no frame of their own; write it as SQL text",
        ));
    }
    let function = window.window_function.as_deref();
    let function = plain(function.ok_or_else(|| ViewError::missing("Window", "function"))?)?;
    if !matches!(function, Expression::Call { .. }) {
        return Err(no_form("Window", "it is over a function"));
    }
    Ok(Step::Window {
        name,
        function,
        partition_by: window.partition_spec.iter().map(plain).collect::<Result<_>>()?,
        order_by: window.order_spec.iter().map(order).collect::<Result<_>>()?,
    })
}

fn join_step(join: &pb::Join, inputs: &[&pb::Relation], depth: usize) -> Result<Step> {
    let [left, right] = inputs else {
        return Err(ViewError::missing("Join", "input"));
    };
    if join.join_data_type.is_some() {
        return Err(no_form("Join", "typed joins are Scala's"));
    }
    let how = match JoinType::try_from(join.join_type) {
        Ok(JoinType::Inner) => JoinKind::Inner,
        Ok(JoinType::LeftOuter) => JoinKind::Left,
        Ok(JoinType::RightOuter) => JoinKind::Right,
        Ok(JoinType::FullOuter) => JoinKind::Full,
        Ok(JoinType::LeftSemi) => JoinKind::LeftSemi,
        Ok(JoinType::LeftAnti) => JoinKind::LeftAnti,
        Ok(JoinType::Cross) => JoinKind::Cross,
        Ok(JoinType::Unspecified) | Err(_) => return Err(ViewError::unknown("Join", "type of join")),
    };
    let on = match (&join.join_condition, &join.using_columns[..]) {
        (None, []) => On::Nothing,
        (None, columns) => On::Columns(columns.to_vec()),
        (Some(condition), []) => {
            // A relation joined with itself has one number, which does not say a side.
            let sides = plan_id(left)
                .zip(plan_id(right))
                .filter(|(left, right)| left != right);
            On::Condition(expression(condition, sides, 0)?)
        }
        _ => return Err(ViewError::unknown("Join", "condition beside its columns")),
    };
    Ok(Step::Join {
        right: steps(right, depth + 1)?,
        how,
        on,
    })
}

fn expression(message: &pb::Expression, sides: Sides, depth: usize) -> Result<Expression> {
    let kind = expression_kind(message)?;
    if depth > MAX_DEPTH {
        return Err(no_form(
            kind_name(kind),
            "expressions are nested too deep; write it as SQL text",
        ));
    }
    let below = |message: &pb::Expression| expression(message, sides, depth + 1);
    Ok(match kind {
        ExprType::Literal(literal) => Expression::Literal {
            value: Value::of(literal).ok_or_else(|| {
                let name = literal.literal_type.as_ref().map_or_else(String::new, kind_name);
                no_form(
                    format!("The literal {name}"),
                    "values are plain ones there; write it as SQL text",
                )
            })?,
        },
        ExprType::UnresolvedAttribute(attribute) => {
            let name = &attribute.unparsed_identifier;
            if attribute.is_metadata_column == Some(true)
                || name == "*"
                || name.ends_with(".*")
                || name.trim().is_empty()
            {
                return Err(no_form("UnresolvedAttribute", "it is no plain column"));
            }
            let side = match (attribute.plan_id, sides) {
                (None, _) => None,
                (Some(id), Some((left, _))) if id == left => Some(Side::Left),
                (Some(id), Some((_, right))) if id == right => Some(Side::Right),
                _ => {
                    return Err(no_form(
                        format!("The column {name}"),
                        "columns there have no relation of their own",
                    ));
                }
            };
            Expression::Column {
                name: name.clone(),
                side,
            }
        }
        ExprType::UnresolvedStar(star) if star.plan_id.is_none() => Expression::Column {
            name: match &star.unparsed_target {
                None => "*".to_owned(),
                Some(target) if target.ends_with(".*") => target.clone(),
                Some(_) => return Err(ViewError::unknown("UnresolvedStar", "target")),
            },
            side: None,
        },
        ExprType::ExpressionString(sql) => Expression::Sql {
            text: sql.expression.clone(),
        },
        ExprType::Cast(cast) => cast_of(cast, &below)?,
        ExprType::UnresolvedFunction(function) => call(function, &below)?,
        other => return Err(no_form(kind_name(other), "write it as SQL text")),
    })
}

fn cast_of(message: &Cast, below: &dyn Fn(&pb::Expression) -> Result<Expression>) -> Result<Expression> {
    let is_plain = cast::EvalMode::try_from(message.eval_mode) == Ok(cast::EvalMode::Unspecified);
    match (&message.cast_to_type, message.expr.as_deref()) {
        (Some(cast::CastToType::TypeStr(to)), Some(part)) if is_plain => Ok(Expression::Cast {
            part: Box::new(below(part)?),
            to: to.clone(),
        }),
        (_, None) => Err(ViewError::missing("Cast", "column")),
        _ => Err(no_form(
            "Cast",
            "it casts to the text of a type, and fails where a value does not fit",
        )),
    }
}

fn call(
    message: &pb::expression::UnresolvedFunction,
    below: &dyn Fn(&pb::Expression) -> Result<Expression>,
) -> Result<Expression> {
    let name = message.function_name.as_str();
    if message.is_user_defined_function || message.is_internal == Some(true) {
        return Err(no_form(
            format!("The function {name}"),
            "it is for Spark's own use",
        ));
    }
    let pair =
        |left: &pb::Expression, right: &pb::Expression| -> Result<(Box<Expression>, Box<Expression>)> {
            Ok((Box::new(below(left)?), Box::new(below(right)?)))
        };
    if message.is_distinct || !OPERATORS.contains(&name) {
        if name.trim().is_empty() || OPERATORS.contains(&name) {
            return Err(no_form(
                format!("The function {name}"),
                "it is an operator that sees equal values once",
            ));
        }
        return Ok(Expression::Call {
            function: name.to_owned(),
            arguments: message.arguments.iter().map(below).collect::<Result<_>>()?,
            distinct: message.is_distinct,
        });
    }
    Ok(match (name, &message.arguments[..]) {
        ("not", [part]) => match operands(part, "==") {
            Some((left, right)) => {
                let (left, right) = pair(left, right)?;
                Expression::Comparison {
                    operator: Comparison::NotEqual,
                    left,
                    right,
                }
            }
            None => Expression::Not {
                part: Box::new(below(part)?),
            },
        },
        ("isNull", [part]) => Expression::IsNull {
            part: Box::new(below(part)?),
        },
        ("in", [part, values @ ..]) if !values.is_empty() => Expression::In {
            part: Box::new(below(part)?),
            values: values.iter().map(below).collect::<Result<_>>()?,
        },
        ("like", [part, pattern]) => match &pattern.expr_type {
            Some(ExprType::Literal(pb::expression::Literal {
                literal_type: Some(LiteralType::String(pattern)),
                data_type: None,
            })) => Expression::Like {
                part: Box::new(below(part)?),
                pattern: pattern.clone(),
            },
            _ => {
                return Err(no_form(
                    "The function like",
                    "the pattern is a text there; write it as SQL text",
                ));
            }
        },
        ("and" | "or", [_, _]) => {
            let mut rest = chain(message, name).into_iter();
            let (Some(first), Some(second)) = (rest.next(), rest.next()) else {
                return Err(ViewError::missing(format!("The function {name}"), "argument"));
            };
            let mut all = match (name, operands(first, ">="), operands(second, "<=")) {
                ("and", Some((part, low)), Some((again, high))) if below(part)? == below(again)? => {
                    let (part, low) = pair(part, low)?;
                    let high = Box::new(below(high)?);
                    vec![Expression::Between { part, low, high }]
                }
                _ => vec![below(first)?, below(second)?],
            };
            for part in rest {
                all.push(below(part)?);
            }
            match (all.len(), name) {
                (1, _) => all.remove(0),
                (_, "and") => Expression::And { parts: all },
                _ => Expression::Or { parts: all },
            }
        }
        (name, [left, right]) => {
            let (left, right) = pair(left, right)?;
            match (Comparison::of_function(name), Arithmetic::of_function(name)) {
                (Some(operator), _) => Expression::Comparison {
                    operator,
                    left,
                    right,
                },
                (None, Some(operator)) => Expression::Arithmetic {
                    operator,
                    left,
                    right,
                },
                (None, None) => {
                    return Err(no_form(
                        format!("The function {name}"),
                        "the operator takes another number of arguments",
                    ));
                }
            }
        }
        (name, _) => {
            return Err(no_form(
                format!("The function {name}"),
                "the operator takes another number of arguments",
            ));
        }
    })
}

/// The operands of an operator, if this is it.
fn operands<'a>(message: &'a pb::Expression, name: &str) -> Option<(&'a pb::Expression, &'a pb::Expression)> {
    match &message.expr_type {
        Some(ExprType::UnresolvedFunction(function))
            if function.function_name == name && !function.is_distinct =>
        {
            match &function.arguments[..] {
                [left, right] => Some((left, right)),
                _ => None,
            }
        }
        _ => None,
    }
}

/// What an operator joins, from the left: however long a chain is, it is one level.
fn chain<'a>(message: &'a pb::expression::UnresolvedFunction, name: &str) -> Vec<&'a pb::Expression> {
    let mut parts = Vec::new();
    let mut arguments = message.arguments.first().zip(message.arguments.get(1));
    while let Some((left, right)) = arguments {
        parts.push(right);
        arguments = operands(left, name);
        if arguments.is_none() {
            parts.push(left);
        }
    }
    parts.reverse();
    parts
}
