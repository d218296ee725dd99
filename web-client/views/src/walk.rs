//! Goes through a plan's message without recursion, children before parents: plans may be 512 levels deep.

use spark_connect_client::proto::{
    self as pb,
    expression::{ExprType, SortOrder},
    relation::RelType,
};

use crate::{
    Result,
    error::{ViewError, kind_name},
};

/// Nodes that are looked at: plans that share much are large when they are written out.
const MAX_NODES: usize = 1_000_000;

/// A part of a plan.
#[derive(Clone, Copy)]
pub(crate) enum Node<'a> {
    Relation(&'a pb::Relation),
    Expression(&'a pb::Expression),
}

/// What is made of each node.
pub(crate) trait Visitor<'a> {
    type Out;

    /// Before the children. Something stands for the whole node, and its children are left out.
    fn enter(&mut self, _node: Node<'a>) -> Result<Option<Self::Out>> {
        Ok(None)
    }

    /// After the children, with what became of them, in the order of [`children`].
    fn leave(&mut self, node: Node<'a>, parts: Vec<Self::Out>) -> Result<Self::Out>;
}

/// What a visitor makes of a plan.
pub(crate) fn walk<'a, V: Visitor<'a>>(visitor: &mut V, root: Node<'a>) -> Result<V::Out> {
    enum Task<'a> {
        Enter(Node<'a>),
        Leave(Node<'a>, usize),
    }
    let mut tasks = vec![Task::Enter(root)];
    let mut done: Vec<V::Out> = Vec::new();
    let mut count = 0;
    while let Some(task) = tasks.pop() {
        match task {
            Task::Enter(node) => {
                count += 1;
                if count > MAX_NODES {
                    return Err(ViewError::too_large(
                        "Plan",
                        format!("The plan has more than {MAX_NODES} parts."),
                    ));
                }
                if let Some(out) = visitor.enter(node)? {
                    done.push(out);
                    continue;
                }
                let children = children(node)?;
                tasks.push(Task::Leave(node, children.len()));
                tasks.extend(children.into_iter().rev().map(Task::Enter));
            }
            Task::Leave(node, count) => {
                let parts = done.split_off(done.len().saturating_sub(count));
                done.push(visitor.leave(node, parts)?);
            }
        }
    }
    done.pop().ok_or_else(|| ViewError::missing("Plan", "root"))
}

/// The kind of a relation.
pub(crate) fn kind(relation: &pb::Relation) -> Result<&RelType> {
    let kind = relation.rel_type.as_ref();
    kind.ok_or_else(|| ViewError::missing("Relation", "kind that this client knows"))
}

/// The kind of an expression.
pub(crate) fn expression_kind(expression: &pb::Expression) -> Result<&ExprType> {
    let kind = expression.expr_type.as_ref();
    kind.ok_or_else(|| ViewError::missing("Expression", "kind that this client knows"))
}

/// The number of a relation, by which columns mean it.
pub(crate) fn plan_id(relation: &pb::Relation) -> Option<i64> {
    relation.common.as_ref().and_then(|common| common.plan_id)
}

/// The relation that a relation is apart from the ones that its expressions refer to, and those.
pub(crate) fn root_and_references(relation: &pb::Relation) -> Result<(&pb::Relation, &[pb::Relation])> {
    let RelType::WithRelations(with) = kind(relation)? else {
        return Ok((relation, &[]));
    };
    let root = with.root.as_deref();
    let root = root.ok_or_else(|| ViewError::missing("WithRelations", "root"))?;
    if let RelType::WithRelations(_) = kind(root)? {
        return Err(ViewError::unknown("WithRelations", "root"));
    }
    Ok((root, &with.references))
}

/// The children of a node. Of a relation: the relations that it reads, those that its expressions refer to, then its
/// expressions; so that whatever an expression refers to comes before it.
pub(crate) fn children(node: Node<'_>) -> Result<Vec<Node<'_>>> {
    match node {
        Node::Expression(expression) => {
            let below = below(expression_kind(expression)?)?;
            Ok(below.into_iter().map(Node::Expression).collect())
        }
        Node::Relation(relation) => {
            let (root, references) = root_and_references(relation)?;
            let kind = kind(root)?;
            let inputs = inputs(kind)?.into_iter().chain(references).map(Node::Relation);
            let expressions = expressions(kind)?.into_iter().map(Node::Expression);
            Ok(inputs.chain(expressions).collect())
        }
    }
}

fn required<'a, T>(part: Option<&'a T>, kind: &impl std::fmt::Debug, name: &str) -> Result<&'a T> {
    part.ok_or_else(|| ViewError::missing(kind_name(kind), name))
}

/// The relations that a relation reads.
pub(crate) fn inputs(kind: &RelType) -> Result<Vec<&pb::Relation>> {
    let one = |input: &'_ Option<Box<pb::Relation>>| -> Result<()> {
        required(input.as_deref(), kind, "input").map(drop)
    };
    macro_rules! single {
        ($($variant:ident)*) => {
            match kind {
                $(RelType::$variant(relation) => {
                    one(&relation.input)?;
                    return Ok(relation.input.as_deref().into_iter().collect());
                })*
                _ => (),
            }
        };
    }
    macro_rules! double {
        ($($variant:ident $left:ident $right:ident;)*) => {
            match kind {
                $(RelType::$variant(relation) => {
                    let left = required(relation.$left.as_deref(), kind, "left input")?;
                    let right = required(relation.$right.as_deref(), kind, "right input")?;
                    return Ok(vec![left, right]);
                })*
                _ => (),
            }
        };
    }
    single! {
        Project Filter Sort Limit Aggregate Sample Offset Deduplicate SubqueryAlias Repartition ToDf WithColumnsRenamed
        ShowString Drop Tail WithColumns Hint Unpivot ToSchema RepartitionByExpression CollectMetrics Parse WithWatermark
        HtmlString Transpose FillNa DropNa Replace Summary Crosstab Describe Cov Corr ApproxQuantile FreqItems SampleBy
    }
    double! {
        Join left right;
        SetOp left_input right_input;
        AsOfJoin left right;
        LateralJoin left right;
        NearestByJoin left right;
        Zip left right;
    }
    // The others read nothing, or no view shows them.
    Ok(Vec::new())
}

fn ordered<'a>(orders: &'a [SortOrder], kind: &impl std::fmt::Debug) -> Result<Vec<&'a pb::Expression>> {
    let child = |order: &'a SortOrder| required(order.child.as_deref(), kind, "column of an order");
    orders.iter().map(child).collect()
}

/// The expressions of a relation; of orders what they order by.
pub(crate) fn expressions(kind: &RelType) -> Result<Vec<&pb::Expression>> {
    let need = |part, name| required(part, kind, name);
    Ok(match kind {
        RelType::Project(project) => project.expressions.iter().collect(),
        RelType::Filter(filter) => vec![need(filter.condition.as_ref(), "condition")?],
        RelType::Join(join) => join.join_condition.iter().collect(),
        RelType::Sort(sort) => ordered(&sort.order, kind)?,
        RelType::Aggregate(aggregate) => {
            let mut all: Vec<_> = aggregate.grouping_expressions.iter().collect();
            all.extend(&aggregate.aggregate_expressions);
            if let Some(pivot) = &aggregate.pivot {
                all.push(need(pivot.col.as_ref(), "pivot column")?);
            }
            all.extend(aggregate.grouping_sets.iter().flat_map(|set| &set.grouping_set));
            all
        }
        RelType::Sql(sql) => (sql.named_arguments.values()).chain(&sql.pos_arguments).collect(),
        RelType::Drop(drop) => drop.columns.iter().collect(),
        RelType::WithColumns(with) => {
            let column = |alias: &'_ pb::expression::Alias| alias.expr.is_some();
            if !with.aliases.iter().all(column) {
                return Err(ViewError::missing("WithColumns", "column"));
            }
            with.aliases
                .iter()
                .filter_map(|alias| alias.expr.as_deref())
                .collect()
        }
        RelType::Hint(hint) => hint.parameters.iter().collect(),
        RelType::Unpivot(unpivot) => {
            let values = unpivot.values.iter().flat_map(|values| &values.values);
            unpivot.ids.iter().chain(values).collect()
        }
        RelType::Transpose(transpose) => transpose.index_columns.iter().collect(),
        RelType::UnresolvedTableValuedFunction(function) => function.arguments.iter().collect(),
        RelType::RepartitionByExpression(by) => by.partition_exprs.iter().collect(),
        RelType::CollectMetrics(collect) => collect.metrics.iter().collect(),
        RelType::LateralJoin(join) => join.join_condition.iter().collect(),
        RelType::NearestByJoin(join) => vec![need(join.ranking_expression.as_ref(), "ranking")?],
        RelType::SampleBy(sample) => vec![need(sample.col.as_ref(), "column")?],
        _ => Vec::new(),
    })
}

fn below(kind: &ExprType) -> Result<Vec<&pb::Expression>> {
    let need = |part, name| required(part, kind, name);
    Ok(match kind {
        ExprType::UnresolvedFunction(function) => function.arguments.iter().collect(),
        ExprType::Alias(alias) => vec![need(alias.expr.as_deref(), "column")?],
        ExprType::Cast(cast) => vec![need(cast.expr.as_deref(), "column")?],
        ExprType::SortOrder(order) => vec![need(order.child.as_deref(), "column")?],
        ExprType::LambdaFunction(lambda) => vec![need(lambda.function.as_deref(), "body")?],
        ExprType::Window(window) => {
            let mut all = vec![need(window.window_function.as_deref(), "function")?];
            all.extend(&window.partition_spec);
            all.extend(ordered(&window.order_spec, kind)?);
            all
        }
        ExprType::UnresolvedExtractValue(extract) => vec![
            need(extract.child.as_deref(), "column")?,
            need(extract.extraction.as_deref(), "key")?,
        ],
        ExprType::UpdateFields(update) => {
            let mut all = vec![need(update.struct_expression.as_deref(), "struct")?];
            all.extend(update.value_expression.as_deref());
            all
        }
        ExprType::CallFunction(call) => call.arguments.iter().collect(),
        ExprType::NamedArgumentExpression(argument) => vec![need(argument.value.as_deref(), "value")?],
        ExprType::SubqueryExpression(subquery) => {
            let mut all: Vec<_> = subquery.in_subquery_values.iter().collect();
            if let Some(options) = &subquery.table_arg_options {
                all.extend(&options.partition_spec);
                all.extend(ordered(&options.order_spec, kind)?);
            }
            all
        }
        ExprType::DirectShufflePartitionId(id) => vec![need(id.child.as_deref(), "column")?],
        _ => Vec::new(),
    })
}

/// The names of all columns in an expression, those of one relation too.
pub(crate) fn attributes(expression: &pb::Expression, names: &mut Vec<String>) -> Result<()> {
    struct Attributes<'n>(&'n mut Vec<String>);
    impl<'a> Visitor<'a> for Attributes<'_> {
        type Out = ();

        fn leave(&mut self, node: Node<'a>, _: Vec<()>) -> Result<()> {
            if let Node::Expression(expression) = node {
                match expression_kind(expression)? {
                    ExprType::UnresolvedAttribute(attribute) => {
                        self.0.push(attribute.unparsed_identifier.clone())
                    }
                    ExprType::ExpressionString(_) | ExprType::UnresolvedRegex(_) => {
                        return Err(ViewError::no_form(
                            "in SQL",
                            "Pivot",
                            "an aggregate is a text, whose columns are not known",
                        ));
                    }
                    _ => (),
                }
            }
            Ok(())
        }
    }
    walk(&mut Attributes(names), Node::Expression(expression))
}
