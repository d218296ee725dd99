//! From steps to a plan. What is missing in a step is told with the step's number.

use spark_connect_client::plan::{
    DataSource, Dedup, Expression as Plan, Grouping, JoinOn, JoinType, Kind, LogicalPlan, Named as Column,
    SqlArguments,
};
use spark_connect_client::proto::set_operation::SetOpType;

use super::{
    Comparison, Expression, JoinKind, MAX_DEPTH, MAX_QUERIES, Model, Named, OPERATORS, On, Order, Side, Step,
    VERSION, values,
};
use crate::{
    Result,
    error::{Reason, ViewError},
};

/// What is wrong with a step, in words that go on after its name.
type Checked<T> = std::result::Result<T, String>;

impl Step {
    /// Its name, as the JSON form has it.
    fn name(&self) -> &'static str {
        match self {
            Self::Table { .. } => "table",
            Self::Sql { .. } => "sql",
            Self::File { .. } => "file",
            Self::Range { .. } => "range",
            Self::Values { .. } => "values",
            Self::Filter { .. } => "filter",
            Self::Select { .. } => "select",
            Self::WithColumn { .. } => "with_column",
            Self::Join { .. } => "join",
            Self::Aggregate { .. } => "aggregate",
            Self::Pivot { .. } => "pivot",
            Self::Sort { .. } => "sort",
            Self::Limit { .. } => "limit",
            Self::Union { .. } => "union",
            Self::Distinct => "distinct",
            Self::Window { .. } => "window",
        }
    }
}

impl Model {
    /// The plan of the model.
    ///
    /// # Errors
    /// [`Reason::Incomplete`]: the first step that lacks something, with what to do about it.
    pub fn to_plan(&self) -> Result<LogicalPlan> {
        if self.version != VERSION {
            return Err(ViewError::new(
                Reason::Incomplete,
                "model",
                format!(
                    "The model has version {}, and this program reads version {VERSION}.",
                    self.version
                ),
            ));
        }
        query(&self.steps, "", 0)
    }
}

fn query(steps: &[Step], path: &str, depth: usize) -> Result<LogicalPlan> {
    let incomplete = |node: String, message: String| Err(ViewError::new(Reason::Incomplete, node, message));
    if depth > MAX_QUERIES {
        return incomplete(
            path.to_owned(),
            format!("Queries are nested more than {MAX_QUERIES} deep; keep the inner ones in views."),
        );
    }
    let mut plan: Option<LogicalPlan> = None;
    for (at, step) in steps.iter().enumerate() {
        let node = match path {
            "" => format!("step {}", at + 1),
            path => format!("{path}, step {}", at + 1),
        };
        let right = match step {
            Step::Join { right, .. } | Step::Union { right, .. } => Some(query(right, &node, depth + 1)?),
            _ => None,
        };
        let next = match (&plan, right) {
            (None, _) => source(step),
            (Some(plan), None) => single(step, plan),
            (Some(plan), Some(right)) => double(step, plan, &right),
        };
        match next {
            Ok(next) => plan = Some(next),
            Err(what) => {
                let mut shown = node.clone();
                shown.replace_range(..1, "S");
                return incomplete(node, format!("{shown} ({}): {what}.", step.name()));
            }
        }
    }
    match plan {
        Some(plan) => Ok(plan),
        None => incomplete(
            if path.is_empty() {
                "step 1".to_owned()
            } else {
                path.to_owned()
            },
            "A query has no steps; begin with a table, SQL, files, a range or values.".to_owned(),
        ),
    }
}

fn filled(text: &str, what: &str) -> Checked<()> {
    match text.trim().is_empty() {
        true => Err(format!("{what} is empty; fill it in")),
        false => Ok(()),
    }
}

fn source(step: &Step) -> Checked<LogicalPlan> {
    Ok(match step {
        Step::Table { name } => {
            filled(name, "the table's name")?;
            LogicalPlan::named_table(name.as_str(), Vec::new(), false)
        }
        Step::Sql { query } => {
            filled(query, "the query")?;
            LogicalPlan::sql(query.as_str(), SqlArguments::default(), Vec::new())
        }
        Step::File {
            format,
            path,
            options,
        } => {
            filled(format, "the format")?;
            filled(path, "the path")?;
            if let Some((key, _)) = options
                .iter()
                .find(|(key, _)| options.iter().filter(|(other, _)| other == key).count() > 1)
            {
                return Err(format!("the option {key} is set twice; keep one"));
            }
            LogicalPlan::data_source(
                DataSource {
                    format: Some(format.clone()),
                    schema: Some(String::new()),
                    options: options.clone(),
                    paths: vec![path.clone()],
                    predicates: Vec::new(),
                    source_name: None,
                },
                false,
            )
        }
        Step::Range {
            start,
            end,
            step_size,
        } => match step_size {
            0 => return Err("the numbers are 0 apart; choose another distance".to_owned()),
            _ => LogicalPlan::range(*start, *end, *step_size, None),
        },
        Step::Values { columns, rows } => {
            for (name, _) in columns {
                filled(name, "a column's name")?;
            }
            values::plan(columns, rows)?
        }
        _ => {
            return Err(
                "a query begins with a table, SQL, files, a range or values; put one before it".to_owned(),
            );
        }
    })
}

fn single(step: &Step, plan: &LogicalPlan) -> Checked<LogicalPlan> {
    let none = |_: Side| Err("columns have sides only in the condition of a join".to_owned());
    let expression = |expression: &Expression| build(expression, &none, 0);
    let named = |named: &Named| {
        let column = expression(&named.expression)?;
        Ok(match &named.alias {
            None => column,
            Some(alias) => {
                filled(alias, "a column's new name")?;
                let names = vec![alias.clone()];
                Plan::new(
                    Kind::Alias {
                        names,
                        metadata: None,
                    },
                    vec![column],
                )
            }
        })
    };
    let all = |columns: &[Named], what: &str| -> Checked<Vec<Plan>> {
        match columns.is_empty() {
            true => Err(format!("it has no {what}; add one")),
            false => columns.iter().map(named).collect(),
        }
    };
    let keys = |columns: &[Named]| columns.iter().map(named).collect::<Checked<Vec<Plan>>>();
    let order = |order: &Order| {
        let kind = Kind::SortOrder {
            ascending: !order.descending,
            nulls_first: order.nulls_first,
        };
        Ok(Plan::new(kind, vec![expression(&order.expression)?]))
    };
    let with = |name: &str, expression: Plan| {
        plan.with_columns(vec![Column {
            name: name.to_owned(),
            expression,
            metadata: None,
        }])
    };
    Ok(match step {
        Step::Filter { condition } => plan.filter(expression(condition)?),
        Step::Select { columns } => plan.project(all(columns, "columns")?),
        Step::WithColumn {
            name,
            expression: column,
        } => {
            filled(name, "the column's name")?;
            with(name, expression(column)?)
        }
        Step::Aggregate { keys: by, aggregates } => plan.aggregate(
            Grouping::By,
            keys(by)?,
            all(aggregates, "column that is computed")?,
        ),
        Step::Pivot {
            keys: by,
            column,
            values,
            aggregates,
        } => {
            filled(column, "the column whose values become columns")?;
            let attribute = Kind::Attribute {
                name: column.clone(),
                plan: Some(plan.id().clone()),
                metadata: false,
            };
            let grouping = Grouping::Pivot {
                column: Plan::new(attribute, Vec::new()),
                values: values.iter().map(|value| value.literal()).collect(),
            };
            plan.aggregate(grouping, keys(by)?, all(aggregates, "column that is computed")?)
        }
        Step::Sort { orders } => match orders.is_empty() {
            true => return Err("it has no columns; add one".to_owned()),
            false => plan.sort(orders.iter().map(order).collect::<Checked<Vec<_>>>()?, true),
        },
        Step::Limit { rows } => match rows {
            ..0 => return Err(format!("it keeps {rows} rows; choose 0 or more")),
            rows => plan.limit(*rows),
        },
        Step::Distinct => plan.deduplicate(Dedup::All, false),
        Step::Window {
            name,
            function,
            partition_by,
            order_by,
        } => {
            filled(name, "the column's name")?;
            if !matches!(function, Expression::Call { .. }) {
                return Err("a window wants a function; choose one".to_owned());
            }
            let mut children = vec![expression(function)?];
            for column in partition_by {
                children.push(expression(column)?);
            }
            for column in order_by {
                children.push(order(column)?);
            }
            let kind = Kind::Window {
                partitions: partition_by.len(),
                frame: None,
            };
            with(name, Plan::new(kind, children))
        }
        _ => return Err("rows come from one place only; put it first, or add a join or a union".to_owned()),
    })
}

fn double(step: &Step, left: &LogicalPlan, right: &LogicalPlan) -> Checked<LogicalPlan> {
    Ok(match step {
        Step::Join { how, on, .. } => {
            let how = match how {
                JoinKind::Inner => JoinType::Inner,
                JoinKind::Left => JoinType::LeftOuter,
                JoinKind::Right => JoinType::RightOuter,
                JoinKind::Full => JoinType::FullOuter,
                JoinKind::LeftSemi => JoinType::LeftSemi,
                JoinKind::LeftAnti => JoinType::LeftAnti,
                JoinKind::Cross => JoinType::Cross,
            };
            let on = match on {
                On::Nothing => JoinOn::Nothing,
                On::Columns(columns) => {
                    if columns.is_empty() {
                        return Err(
                            "it has no columns that belong together; choose one, or a condition".to_owned(),
                        );
                    }
                    for column in columns {
                        filled(column, "a column's name")?;
                    }
                    JoinOn::Columns(columns.clone())
                }
                On::Condition(condition) => {
                    let sides = |side: Side| {
                        Ok(match side {
                            Side::Left => left.clone(),
                            Side::Right => right.clone(),
                        })
                    };
                    JoinOn::Condition(Box::new(build(condition, &sides, 0)?))
                }
            };
            left.join(right, on, how)
        }
        Step::Union {
            by_name,
            allow_missing_columns,
            ..
        } => {
            if *allow_missing_columns && !by_name {
                return Err("columns can be missing only where they go by name; choose that".to_owned());
            }
            left.set_operation(right, SetOpType::Union, true, *by_name, *allow_missing_columns)
        }
        other => return single(other, left),
    })
}

fn build(
    expression: &Expression,
    sides: &dyn Fn(Side) -> Checked<LogicalPlan>,
    depth: usize,
) -> Checked<Plan> {
    if depth > MAX_DEPTH {
        return Err(format!(
            "an expression is nested more than {MAX_DEPTH} deep; write it as SQL text"
        ));
    }
    let below = |part: &Expression| build(part, sides, depth + 1);
    let chain = |name: &str, parts: &[Expression]| {
        let parts = parts.iter().map(below).collect::<Checked<Vec<_>>>()?;
        match parts.len() {
            0 | 1 => Err(format!("{name} wants two conditions at least; add one")),
            _ => {
                let joined = parts
                    .into_iter()
                    .reduce(|all, part| Plan::function(name, vec![all, part]));
                joined.ok_or_else(String::new)
            }
        }
    };
    Ok(match expression {
        Expression::Column { name, side } => {
            filled(name, "a column's name")?;
            match side {
                None => Plan::column(name.as_str()),
                Some(side) => {
                    let kind = Kind::Attribute {
                        name: name.clone(),
                        plan: Some(sides(*side)?.id().clone()),
                        metadata: false,
                    };
                    Plan::new(kind, Vec::new())
                }
            }
        }
        Expression::Literal { value } => Plan::literal(value.literal()),
        Expression::Comparison {
            operator,
            left,
            right,
        } => {
            let compared = Plan::function(operator.function(), vec![below(left)?, below(right)?]);
            match operator {
                Comparison::NotEqual => Plan::function("not", vec![compared]),
                _ => compared,
            }
        }
        Expression::And { parts } => chain("and", parts)?,
        Expression::Or { parts } => chain("or", parts)?,
        Expression::Not { part } => Plan::function("not", vec![below(part)?]),
        Expression::IsNull { part } => Plan::function("isNull", vec![below(part)?]),
        Expression::In { part, values } => {
            if values.is_empty() {
                return Err("there are no values to look among; add one".to_owned());
            }
            let mut all = vec![below(part)?];
            for value in values {
                all.push(below(value)?);
            }
            Plan::function("in", all)
        }
        Expression::Between { part, low, high } => {
            let low = Plan::function(">=", vec![below(part)?, below(low)?]);
            let high = Plan::function("<=", vec![below(part)?, below(high)?]);
            Plan::function("and", vec![low, high])
        }
        Expression::Like { part, pattern } => {
            Plan::function("like", vec![below(part)?, Plan::literal(pattern.as_str())])
        }
        Expression::Call {
            function,
            arguments,
            distinct,
        } => {
            filled(function, "the function's name")?;
            if OPERATORS.contains(&function.as_str()) {
                return Err(format!(
                    "{function} is an operator, not a function; choose it as one"
                ));
            }
            let kind = Kind::Function {
                name: function.clone(),
                distinct: *distinct,
            };
            Plan::new(kind, arguments.iter().map(below).collect::<Checked<Vec<_>>>()?)
        }
        Expression::Arithmetic {
            operator,
            left,
            right,
        } => Plan::function(operator.function(), vec![below(left)?, below(right)?]),
        Expression::Cast { part, to } => {
            filled(to, "the type")?;
            let kind = Kind::Cast {
                target: to.as_str().into(),
                try_cast: false,
            };
            Plan::new(kind, vec![below(part)?])
        }
        Expression::Sql { text } => {
            filled(text, "the SQL text")?;
            Plan::new(Kind::Sql(text.clone()), Vec::new())
        }
    })
}
