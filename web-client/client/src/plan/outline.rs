//! A plan to look at: every relation by the name that Spark Connect has for it, with what it does in a few words.
//!
//! What a relation does is read from its message, built with the texts of its expressions in their places; so whatever
//! builds a relation need not know that it is looked at.

use spark_connect_proto::connect::{
    self as pb,
    aggregate::GroupType,
    expression::{ExprType, SortOrder, UnresolvedAttribute},
    join::JoinType,
    read::ReadType,
    relation::RelType,
    set_operation::SetOpType,
};

use super::{Expression, LogicalPlan, logical::Parts};
use crate::types;

/// More relations than these are not looked at by anyone; shared ones count wherever they are read.
const MOST: usize = 2_000;
/// Characters of one property.
const LONG: usize = 2_000;

/// One relation of an outline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutlineNode {
    /// How far it is below the top, from 0. Its inputs follow it, one level deeper.
    pub level: u32,
    /// The relation's name, such as `Filter`.
    pub name: &'static str,
    /// What it does: pairs of a word, perhaps empty, and Spark's expressions, names or numbers.
    pub properties: Vec<(&'static str, String)>,
}

impl LogicalPlan {
    /// The relations from the top down, inputs after what reads them, the first before the second. Beyond 2,000 the
    /// rest is left out.
    pub fn outline(&self) -> Vec<OutlineNode> {
        let mut nodes = Vec::new();
        let mut waiting = vec![(self, 0)];
        while let Some((plan, level)) = waiting.pop() {
            if nodes.len() == MOST {
                break;
            }
            let (name, mut properties) = told(&plan.shell());
            properties.retain(|(_, text)| !text.is_empty());
            for (_, text) in &mut properties {
                shorten(text);
            }
            nodes.push(OutlineNode {
                level,
                name,
                properties,
            });
            let below = plan.inputs().iter().chain(plan.references());
            waiting.extend(below.map(|plan| (plan, level + 1)).rev());
        }
        nodes
    }

    /// The relation's message, with texts in place of its expressions and nothing in place of its inputs.
    fn shell(&self) -> RelType {
        let text = |expression: &Expression| pb::Expression {
            expr_type: Some(ExprType::UnresolvedAttribute(UnresolvedAttribute {
                // As people write it, rather than as PySpark prints it.
                unparsed_identifier: expression.to_string().replace("unresolvedstar()", "*"),
                ..Default::default()
            })),
            ..Default::default()
        };
        let expressions: Vec<_> = self.expressions().iter().map(text).collect();
        self.build(&mut Parts {
            inputs: Vec::new().into_iter(),
            expressions: expressions.into_iter(),
        })
    }
}

fn shorten(text: &mut String) {
    if text.len() > LONG {
        text.truncate(text.floor_char_boundary(LONG));
        text.push('…');
    }
}

fn one(expression: &pb::Expression) -> String {
    match &expression.expr_type {
        Some(ExprType::UnresolvedAttribute(attribute)) => attribute.unparsed_identifier.clone(),
        Some(ExprType::SortOrder(order)) => sorted(order),
        _ => "…".to_owned(),
    }
}

fn sorted(order: &SortOrder) -> String {
    order.child.as_deref().map(one).unwrap_or_default()
}

fn some(expression: &Option<pb::Expression>) -> String {
    expression.as_ref().map(one).unwrap_or_default()
}

fn list(expressions: &[pb::Expression]) -> String {
    expressions.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn pairs<'a>(options: impl IntoIterator<Item = (&'a String, &'a String)>) -> String {
    let mut options: Vec<_> = options.into_iter().collect();
    options.sort();
    let option = |(name, value): (&String, &String)| format!("{name} = {value}");
    options.into_iter().map(option).collect::<Vec<_>>().join(", ")
}

fn flag(set: bool, text: &str) -> String {
    if set { text.to_owned() } else { String::new() }
}

fn joined(join_type: i32) -> String {
    let name = JoinType::try_from(join_type).unwrap_or_default().as_str_name();
    let name = name.strip_prefix("JOIN_TYPE_").unwrap_or(name);
    name.to_lowercase().replace('_', " ")
}

/// The name of a relation, and what it does.
fn told(relation: &RelType) -> (&'static str, Vec<(&'static str, String)>) {
    match relation {
        RelType::Read(read) => ("Read", source(read)),
        RelType::Project(it) => ("Project", vec![("", list(&it.expressions))]),
        RelType::Filter(it) => ("Filter", vec![("", some(&it.condition))]),
        RelType::Join(it) => (
            "Join",
            vec![
                ("", joined(it.join_type)),
                ("on", some(&it.join_condition)),
                ("using", it.using_columns.join(", ")),
            ],
        ),
        RelType::LateralJoin(it) => (
            "LateralJoin",
            vec![("", joined(it.join_type)), ("on", some(&it.join_condition))],
        ),
        RelType::AsOfJoin(it) => (
            "AsOfJoin",
            vec![
                ("", it.join_type.clone()),
                ("left", some(&it.left_as_of)),
                ("right", some(&it.right_as_of)),
                ("using", it.using_columns.join(", ")),
                ("direction", it.direction.clone()),
            ],
        ),
        RelType::SetOp(it) => set_operation(it),
        RelType::Sort(it) => {
            let orders: Vec<_> = it.order.iter().map(sorted).collect();
            let within = flag(it.is_global == Some(false), "each partition");
            ("Sort", vec![("", orders.join(", ")), ("within", within)])
        }
        RelType::Limit(it) => ("Limit", vec![("", it.limit.to_string())]),
        RelType::Offset(it) => ("Offset", vec![("", it.offset.to_string())]),
        RelType::Tail(it) => ("Tail", vec![("", it.limit.to_string())]),
        RelType::Aggregate(it) => ("Aggregate", grouped(it)),
        RelType::Sql(it) => (
            "SQL",
            vec![
                ("", it.query.clone()),
                ("arguments", list(&it.pos_arguments)),
                (
                    "arguments",
                    it.named_arguments
                        .iter()
                        .map(|(name, value)| format!("{name} = {}", one(value)))
                        .collect::<Vec<_>>()
                        .join(", "),
                ),
            ],
        ),
        RelType::LocalRelation(it) => (
            "LocalRelation",
            vec![
                ("schema", it.schema.clone().unwrap_or_default()),
                (
                    "bytes",
                    it.data
                        .as_ref()
                        .map(|data| data.len().to_string())
                        .unwrap_or_default(),
                ),
            ],
        ),
        RelType::Sample(it) => (
            "Sample",
            vec![
                ("fraction", (it.upper_bound - it.lower_bound).to_string()),
                ("", flag(it.with_replacement == Some(true), "with replacement")),
            ],
        ),
        RelType::Deduplicate(it) => {
            let all = flag(it.all_columns_as_keys == Some(true), "all columns");
            (
                "Deduplicate",
                vec![("by", all), ("by", it.column_names.join(", "))],
            )
        }
        RelType::Range(it) => (
            "Range",
            vec![
                ("from", it.start.unwrap_or_default().to_string()),
                ("to", it.end.to_string()),
                ("step", it.step.to_string()),
            ],
        ),
        RelType::SubqueryAlias(it) => ("SubqueryAlias", vec![("", it.alias.clone())]),
        RelType::Repartition(it) => ("Repartition", vec![("partitions", it.num_partitions.to_string())]),
        RelType::RepartitionByExpression(it) => (
            "RepartitionByExpression",
            vec![
                ("by", list(&it.partition_exprs)),
                (
                    "partitions",
                    it.num_partitions.map(|n| n.to_string()).unwrap_or_default(),
                ),
            ],
        ),
        RelType::ToDf(it) => ("ToDF", vec![("", it.column_names.join(", "))]),
        RelType::WithColumns(it) => {
            let column = |alias: &pb::expression::Alias| {
                let expression = alias.expr.as_deref().map(one).unwrap_or_default();
                format!("{} = {expression}", alias.name.join(", "))
            };
            let columns: Vec<_> = it.aliases.iter().map(column).collect();
            ("WithColumns", vec![("", columns.join(", "))])
        }
        RelType::WithColumnsRenamed(it) => {
            let names = it
                .renames
                .iter()
                .map(|name| format!("{} → {}", name.col_name, name.new_col_name));
            (
                "WithColumnsRenamed",
                vec![("", names.collect::<Vec<_>>().join(", "))],
            )
        }
        RelType::Drop(it) => (
            "Drop",
            vec![("", it.column_names.join(", ")), ("", list(&it.columns))],
        ),
        RelType::Hint(it) => ("Hint", vec![("", it.name.clone()), ("", list(&it.parameters))]),
        RelType::Unpivot(it) => (
            "Unpivot",
            vec![
                ("ids", list(&it.ids)),
                (
                    "values",
                    it.values
                        .as_ref()
                        .map(|values| list(&values.values))
                        .unwrap_or_default(),
                ),
                (
                    "into",
                    format!("{}, {}", it.variable_column_name, it.value_column_name),
                ),
            ],
        ),
        RelType::ToSchema(it) => (
            "ToSchema",
            vec![(
                "",
                it.schema.as_ref().map(types::simple_string).unwrap_or_default(),
            )],
        ),
        RelType::Transpose(it) => ("Transpose", vec![("by", list(&it.index_columns))]),
        RelType::WithWatermark(it) => (
            "WithWatermark",
            vec![("", it.event_time.clone()), ("delay", it.delay_threshold.clone())],
        ),
        RelType::CollectMetrics(it) => (
            "CollectMetrics",
            vec![("", it.name.clone()), ("", list(&it.metrics))],
        ),
        RelType::ShowString(it) => ("ShowString", vec![("rows", it.num_rows.to_string())]),
        RelType::HtmlString(it) => ("HtmlString", vec![("rows", it.num_rows.to_string())]),
        RelType::UnresolvedTableValuedFunction(it) => (
            "TableValuedFunction",
            vec![("", it.function_name.clone()), ("of", list(&it.arguments))],
        ),
        RelType::RelationChanges(it) => ("RelationChanges", vec![("", it.unparsed_identifier.clone())]),
        RelType::FillNa(it) => ("FillNa", vec![("in", it.cols.join(", "))]),
        RelType::DropNa(it) => ("DropNa", vec![("in", it.cols.join(", "))]),
        RelType::Replace(it) => ("Replace", vec![("in", it.cols.join(", "))]),
        RelType::Summary(it) => ("Summary", vec![("", it.statistics.join(", "))]),
        RelType::Describe(it) => ("Describe", vec![("", it.cols.join(", "))]),
        RelType::Crosstab(it) => ("Crosstab", vec![("", format!("{}, {}", it.col1, it.col2))]),
        RelType::Cov(it) => ("Cov", vec![("", format!("{}, {}", it.col1, it.col2))]),
        RelType::Corr(it) => ("Corr", vec![("", format!("{}, {}", it.col1, it.col2))]),
        RelType::ApproxQuantile(it) => ("ApproxQuantile", vec![("", it.cols.join(", "))]),
        RelType::FreqItems(it) => ("FreqItems", vec![("", it.cols.join(", "))]),
        other => (plain(other), Vec::new()),
    }
}

/// The names of relations that have nothing to say in a line.
fn plain(relation: &RelType) -> &'static str {
    match relation {
        RelType::MapPartitions(_) => "MapPartitions",
        RelType::Parse(_) => "Parse",
        RelType::GroupMap(_) => "GroupMap",
        RelType::CoGroupMap(_) => "CoGroupMap",
        RelType::ApplyInPandasWithState(_) => "ApplyInPandasWithState",
        RelType::CachedLocalRelation(_) | RelType::ChunkedCachedLocalRelation(_) => "LocalRelation",
        RelType::CachedRemoteRelation(_) => "CachedRemoteRelation",
        RelType::CommonInlineUserDefinedTableFunction(_) => "UserDefinedTableFunction",
        RelType::CommonInlineUserDefinedDataSource(_) => "UserDefinedDataSource",
        RelType::WithRelations(_) => "WithRelations",
        RelType::NearestByJoin(_) => "NearestByJoin",
        RelType::Zip(_) => "Zip",
        RelType::SampleBy(_) => "SampleBy",
        RelType::Catalog(_) => "Catalog",
        RelType::MlRelation(_) => "MLRelation",
        _ => "Relation",
    }
}

fn source(read: &pb::Read) -> Vec<(&'static str, String)> {
    let streaming = flag(read.is_streaming, "as a stream");
    let mut properties = match &read.read_type {
        Some(ReadType::NamedTable(table)) => vec![
            ("", table.unparsed_identifier.clone()),
            ("options", pairs(&table.options)),
        ],
        Some(ReadType::DataSource(source)) => vec![
            ("", source.format.clone().unwrap_or_default()),
            ("paths", source.paths.join(", ")),
            ("schema", source.schema.clone().unwrap_or_default()),
            ("options", pairs(&source.options)),
        ],
        None => Vec::new(),
    };
    properties.push(("", streaming));
    properties
}

fn grouped(aggregate: &pb::Aggregate) -> Vec<(&'static str, String)> {
    let by = match GroupType::try_from(aggregate.group_type) {
        Ok(GroupType::Rollup) => "rollup",
        Ok(GroupType::Cube) => "cube",
        _ => "by",
    };
    let sets = aggregate
        .grouping_sets
        .iter()
        .map(|set| format!("({})", list(&set.grouping_set)));
    let pivot = aggregate.pivot.as_ref().map(|pivot| some(&pivot.col));
    vec![
        (by, list(&aggregate.grouping_expressions)),
        ("sets", sets.collect::<Vec<_>>().join(", ")),
        ("pivot", pivot.unwrap_or_default()),
        ("compute", list(&aggregate.aggregate_expressions)),
    ]
}

fn set_operation(operation: &pb::SetOperation) -> (&'static str, Vec<(&'static str, String)>) {
    let name = match SetOpType::try_from(operation.set_op_type) {
        Ok(SetOpType::Intersect) => "Intersect",
        Ok(SetOpType::Except) => "Except",
        _ => "Union",
    };
    let properties = vec![
        ("", flag(operation.is_all == Some(true), "all")),
        ("", flag(operation.by_name == Some(true), "by name")),
    ];
    (name, properties)
}
