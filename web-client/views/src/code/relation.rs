//! Relations as methods of a DataFrame.

use spark_connect_client::proto::{
    self as pb,
    aggregate::GroupType,
    expression::{ExprType, SortOrder, literal::LiteralType},
    join::JoinType,
    relation::RelType,
    set_operation::SetOpType,
};

use super::{Writer, expression::Piece, frame::Frame, no_code};
use crate::{
    Result,
    error::{ViewError, kind_name},
    literal::python_text,
    types,
    walk::{inputs, plan_id},
};

/// The one column of a `withMetadata`, and its metadata.
pub(super) fn with_metadata(with: &pb::WithColumns) -> Option<(&pb::Expression, &str)> {
    let [alias] = &with.aliases[..] else {
        return None;
    };
    let (column, metadata) = (alias.expr.as_deref()?, alias.metadata.as_deref()?);
    match &column.expr_type {
        Some(ExprType::UnresolvedAttribute(attribute))
            if [attribute.unparsed_identifier.as_str()] == alias.name[..]
                && attribute.is_metadata_column != Some(true) =>
        {
            Some((column, metadata))
        }
        _ => None,
    }
}

pub(super) fn text(text: &str) -> String {
    python_text(text)
}

pub(super) fn texts(texts: &[String]) -> Vec<String> {
    texts.iter().map(|text| python_text(text)).collect()
}

pub(super) fn list(items: &[String]) -> String {
    format!("[{}]", items.join(", "))
}

/// Names as PySpark takes them: one by itself, several in a list.
fn names(names: &[String]) -> String {
    match names {
        [name] => python_text(name),
        names => list(&texts(names)),
    }
}

pub(super) fn number(value: f64) -> String {
    match value.is_finite() {
        true => spark_connect_client::plan::float_repr(value),
        false => format!("float(\"{}\")", spark_connect_client::plan::float_repr(value)),
    }
}

fn join_type(number: i32, node: &str) -> Result<&'static str> {
    Ok(match JoinType::try_from(number) {
        Ok(JoinType::Inner) => "inner",
        Ok(JoinType::FullOuter) => "full",
        Ok(JoinType::LeftOuter) => "left",
        Ok(JoinType::RightOuter) => "right",
        Ok(JoinType::LeftAnti) => "left_anti",
        Ok(JoinType::LeftSemi) => "left_semi",
        Ok(JoinType::Cross) => "cross",
        Ok(JoinType::Unspecified) | Err(_) => return Err(ViewError::unknown(node, "type of join")),
    })
}

fn is_sql(expression: &pb::Expression) -> Option<&str> {
    match &expression.expr_type {
        Some(ExprType::ExpressionString(sql)) => Some(&sql.expression),
        _ => None,
    }
}

impl<'a> Writer<'a> {
    /// A relation over its inputs and with its expressions.
    pub(super) fn relation(
        &mut self,
        relation: &'a pb::Relation,
        frames: Vec<Frame>,
        parts: Vec<Piece>,
    ) -> Result<Frame> {
        let kind = crate::walk::kind(relation)?;
        let mut frames = frames.into_iter();
        match kind {
            RelType::Read(read) => return self.read(read),
            RelType::RelationChanges(changes) => return Ok(self.changes(changes)),
            RelType::Range(range) => return Ok(self.range(range)),
            RelType::Sql(sql) => return self.sql(sql, &parts),
            RelType::LocalRelation(local) => return self.local(local),
            RelType::Catalog(catalog) => return self.catalog(catalog),
            RelType::UnresolvedTableValuedFunction(function) => return self.table_function(function, &parts),
            RelType::CachedLocalRelation(_) | RelType::ChunkedCachedLocalRelation(_) => {
                return Err(no_code(
                    kind_name(kind),
                    "its rows are on the server only; keep them in a view",
                ));
            }
            RelType::CachedRemoteRelation(_) => {
                return Err(no_code(
                    kind_name(kind),
                    "it is a result that one session's server keeps",
                ));
            }
            _ => (),
        }
        let Some(frame) = frames.next() else {
            return Err(self.formless(kind));
        };
        if frame.action {
            return Err(no_code(
                kind_name(kind),
                "it is over an action, which gives no DataFrame",
            ));
        }
        let other = frames.next().map(|frame| match frame.action {
            true => Err(no_code(
                kind_name(kind),
                "it is over an action, which gives no DataFrame",
            )),
            false => self.named(frame),
        });
        let other = other.transpose()?.unwrap_or_default();
        let input = inputs(kind)?.first().copied();
        self.step(kind, input, frame, &other, &parts)
    }

    pub(super) fn formless(&self, kind: &RelType) -> ViewError {
        let why = match kind {
            RelType::MapPartitions(_)
            | RelType::GroupMap(_)
            | RelType::CoGroupMap(_)
            | RelType::ApplyInPandasWithState(_)
            | RelType::CommonInlineUserDefinedTableFunction(_)
            | RelType::CommonInlineUserDefinedDataSource(_) => "it holds compiled code of another program",
            RelType::MlRelation(_) => "models of pyspark.ml live on the server",
            RelType::Extension(_) => "only the server's plugin knows what it is",
            _ => "PySpark's DataFrame API does not offer it",
        };
        no_code(kind_name(kind), why)
    }

    fn step(
        &mut self,
        kind: &'a RelType,
        input: Option<&'a pb::Relation>,
        frame: Frame,
        other: &str,
        parts: &[Piece],
    ) -> Result<Frame> {
        let columns = || {
            parts
                .iter()
                .map(|part| part.text.clone())
                .collect::<Vec<String>>()
        };
        Ok(match kind {
            RelType::Project(project) => {
                if let [star, index] = &project.expressions[..]
                    && let Some(name) = zip_with_index(star, index)
                {
                    return Ok(frame.step("zipWithIndex", &[text(name)]));
                }
                let sql: Option<Vec<&str>> = project.expressions.iter().map(is_sql).collect();
                match sql {
                    Some(sql) if !sql.is_empty() => {
                        frame.step("selectExpr", &sql.into_iter().map(text).collect::<Vec<_>>())
                    }
                    _ => frame.step("select", &self.columns(&project.expressions, parts)),
                }
            }
            RelType::Filter(filter) => match filter.condition.as_ref().and_then(is_sql) {
                Some(sql) => frame.step("filter", &[text(sql)]),
                None => frame.step("filter", &columns()),
            },
            RelType::Sort(sort) => {
                let name = match sort.is_global {
                    Some(true) => "sort",
                    Some(false) | None => "sortWithinPartitions",
                };
                if sort.order.is_empty() {
                    return Err(no_code("Sort", "PySpark sorts by at least one column"));
                }
                frame.step(name, &self.orders(&sort.order, parts)?)
            }
            RelType::Limit(limit) => frame.step("limit", &[limit.limit.to_string()]),
            RelType::Offset(offset) => frame.step("offset", &[offset.offset.to_string()]),
            RelType::Tail(tail) => action(frame.step("tail", &[tail.limit.to_string()])),
            RelType::Aggregate(aggregate) => self.aggregate(aggregate, input, frame, parts)?,
            RelType::Join(join) => join_step(join, frame, other, parts)?,
            RelType::SetOp(set) => set_operation(set, frame, other)?,
            RelType::LateralJoin(join) => {
                let mut arguments = vec![other.to_owned()];
                arguments.extend(columns());
                match join_type(join.join_type, "LateralJoin")? {
                    "inner" => (),
                    how => arguments.push(format!("how={}", text(how))),
                }
                frame.step("lateralJoin", &arguments)
            }
            RelType::NearestByJoin(join) => {
                let mut arguments = vec![other.to_owned()];
                arguments.extend(columns());
                arguments.push(join.num_results.to_string());
                arguments.extend([&join.mode, &join.direction].map(|name| text(name)));
                arguments.push(format!("joinType={}", text(&join.join_type)));
                frame.step("nearestByJoin", &arguments)
            }
            RelType::Zip(_) => frame.step("zip", &[other.to_owned()]),
            RelType::AsOfJoin(_) => {
                return Err(no_code(
                    "AsOfJoin",
                    "PySpark has no public method for it; pandas on Spark has merge_asof",
                ));
            }
            RelType::SubqueryAlias(alias) if alias.qualifier.is_empty() => Frame {
                hint: alias.alias.clone(),
                ..frame.step("alias", &[text(&alias.alias)])
            },
            RelType::SubqueryAlias(_) => {
                return Err(no_code("SubqueryAlias", "PySpark's alias has no qualifier"));
            }
            RelType::Deduplicate(deduplicate) => deduplicate_step(deduplicate, frame)?,
            RelType::Sample(sample) => sample_step(sample, frame)?,
            RelType::Repartition(repartition) => {
                let name = if repartition.shuffle == Some(true) {
                    "repartition"
                } else {
                    "coalesce"
                };
                if repartition.num_partitions < 1 {
                    return Err(no_code("Repartition", "PySpark wants at least one partition"));
                }
                frame.step(name, &[repartition.num_partitions.to_string()])
            }
            RelType::RepartitionByExpression(by) => self.repartition(by, frame, parts)?,
            RelType::ToDf(names) => frame.step("toDF", &texts(&names.column_names)),
            RelType::ToSchema(to) => {
                let schema = to
                    .schema
                    .as_ref()
                    .ok_or_else(|| ViewError::missing("ToSchema", "schema"))?;
                self.uses.types = true;
                frame.step("to", &[types::python(schema)?])
            }
            RelType::WithColumns(with) => self.with_columns(with, input, frame, parts)?,
            RelType::WithColumnsRenamed(with) => {
                let old = !with.rename_columns_map.is_empty();
                if old {
                    return Err(no_code(
                        "WithColumnsRenamed",
                        "its names are written as clients before Spark 4.0 do",
                    ));
                }
                match &with.renames[..] {
                    [rename] => frame.step(
                        "withColumnRenamed",
                        &[text(&rename.col_name), text(&rename.new_col_name)],
                    ),
                    renames => {
                        let pair = |rename: &pb::with_columns_renamed::Rename| {
                            (rename.col_name.clone(), text(&rename.new_col_name))
                        };
                        frame.step(
                            "withColumnsRenamed",
                            &[dictionary(renames.iter().map(pair), "WithColumnsRenamed")?],
                        )
                    }
                }
            }
            RelType::Drop(drop) => {
                let mut arguments = columns();
                arguments.extend(texts(&drop.column_names));
                frame.step("drop", &arguments)
            }
            RelType::Hint(hint) => {
                let parameters = hint.parameters.iter().zip(parts);
                let parameters: Vec<String> = parameters
                    .map(|(message, piece)| {
                        match &message.expr_type {
                            Some(ExprType::Literal(literal)) if is_hint_value(literal) => self.value(message),
                            _ => None,
                        }
                        .unwrap_or_else(|| piece.text.clone())
                    })
                    .collect();
                let arguments: Vec<String> = std::iter::once(text(&hint.name)).chain(parameters).collect();
                frame.step("hint", &arguments)
            }
            RelType::Unpivot(unpivot) => {
                let (ids, values) = parts.split_at(unpivot.ids.len().min(parts.len()));
                let ids = list(&self.columns(&unpivot.ids, ids));
                let values = match &unpivot.values {
                    Some(messages) => list(&self.columns(&messages.values, values)),
                    None => "None".to_owned(),
                };
                let (variable, value) = (
                    text(&unpivot.variable_column_name),
                    text(&unpivot.value_column_name),
                );
                frame.step("unpivot", &[ids, values, variable, value])
            }
            RelType::Transpose(transpose) => match &transpose.index_columns[..] {
                [] => frame.step("transpose", &[]),
                [_] => frame.step("transpose", &self.columns(&transpose.index_columns, parts)),
                _ => return Err(no_code("Transpose", "PySpark takes one index column")),
            },
            RelType::CollectMetrics(collect) => {
                if parts.is_empty() {
                    return Err(no_code("CollectMetrics", "PySpark observes at least one metric"));
                }
                let arguments: Vec<String> = std::iter::once(text(&collect.name)).chain(columns()).collect();
                frame.step("observe", &arguments)
            }
            RelType::WithWatermark(watermark) => frame.step(
                "withWatermark",
                &[text(&watermark.event_time), text(&watermark.delay_threshold)],
            ),
            RelType::Parse(parse) => {
                let texts = self.named(frame)?;
                self.parse(parse, &texts)?
            }
            RelType::ShowString(show) => {
                let truncate = match show.truncate {
                    0 => "False".to_owned(),
                    20 => "True".to_owned(),
                    width => width.to_string(),
                };
                let vertical = if show.vertical { "True" } else { "False" };
                action(frame.step(
                    "show",
                    &[show.num_rows.to_string(), truncate, vertical.to_owned()],
                ))
            }
            _ => self.missing_and_statistics(kind, frame, parts)?,
        })
    }

    /// Columns where names will do.
    pub(super) fn columns(&self, messages: &[pb::Expression], parts: &[Piece]) -> Vec<String> {
        let columns = messages.iter().zip(parts);
        columns
            .map(|(message, piece)| self.named_column(message, piece))
            .collect()
    }

    fn aggregate(
        &mut self,
        aggregate: &pb::Aggregate,
        input: Option<&pb::Relation>,
        frame: Frame,
        parts: &[Piece],
    ) -> Result<Frame> {
        let (keys, rest) = parts.split_at(aggregate.grouping_expressions.len().min(parts.len()));
        let (aggregates, rest) = rest.split_at(aggregate.aggregate_expressions.len().min(rest.len()));
        let keys = self.columns(&aggregate.grouping_expressions, keys);
        let aggregates: Vec<String> = aggregates.iter().map(|part| part.text.clone()).collect();
        if aggregates.is_empty() {
            return Err(no_code("Aggregate", "agg takes at least one column"));
        }
        let frame = match GroupType::try_from(aggregate.group_type) {
            Ok(GroupType::Groupby) if keys.is_empty() => frame,
            Ok(GroupType::Groupby) => frame.step("groupBy", &keys),
            Ok(GroupType::Rollup) => frame.step("rollup", &keys),
            Ok(GroupType::Cube) => frame.step("cube", &keys),
            Ok(GroupType::GroupingSets) => {
                let mut rest = rest;
                let mut sets = Vec::new();
                for set in &aggregate.grouping_sets {
                    let (parts, others) = rest.split_at(set.grouping_set.len().min(rest.len()));
                    sets.push(list(&self.columns(&set.grouping_set, parts)));
                    rest = others;
                }
                let arguments: Vec<String> = std::iter::once(list(&sets)).chain(keys).collect();
                frame.step("groupingSets", &arguments)
            }
            Ok(GroupType::Pivot) => {
                let pivot = aggregate
                    .pivot
                    .as_ref()
                    .ok_or_else(|| ViewError::missing("Aggregate", "pivot"))?;
                let name = match pivot.col.as_ref().and_then(|column| column.expr_type.as_ref()) {
                    Some(ExprType::UnresolvedAttribute(attribute))
                        if attribute.plan_id.is_some() && attribute.plan_id == input.and_then(plan_id) =>
                    {
                        text(&attribute.unparsed_identifier)
                    }
                    _ => {
                        return Err(no_code(
                            "Pivot",
                            "PySpark pivots by a column of the DataFrame itself",
                        ));
                    }
                };
                let mut values = Vec::new();
                for value in &pivot.values {
                    values.push(self.plain(value, "Pivot")?);
                }
                let mut arguments = vec![name];
                if !values.is_empty() {
                    arguments.push(list(&values));
                }
                frame.step("groupBy", &keys).step("pivot", &arguments)
            }
            Ok(GroupType::Unspecified) | Err(_) => {
                return Err(ViewError::unknown("Aggregate", "kind of groups"));
            }
        };
        Ok(frame.step("agg", &aggregates))
    }

    fn with_columns(
        &mut self,
        with: &pb::WithColumns,
        input: Option<&pb::Relation>,
        frame: Frame,
        parts: &[Piece],
    ) -> Result<Frame> {
        if let Some((column, metadata)) = with_metadata(with)
            && let Some(ExprType::UnresolvedAttribute(attribute)) = &column.expr_type
            && attribute.plan_id.is_some()
            && attribute.plan_id == input.and_then(plan_id)
        {
            let metadata = self.json(metadata)?;
            return Ok(frame.step("withMetadata", &[text(&attribute.unparsed_identifier), metadata]));
        }
        let mut columns = Vec::new();
        for (alias, piece) in with.aliases.iter().zip(parts) {
            let [name] = &alias.name[..] else {
                return Err(ViewError::unknown("WithColumns", "number of names of a column"));
            };
            if alias.metadata.is_some() {
                return Err(no_code(
                    "WithColumns",
                    "withMetadata sets metadata of one column that is there already",
                ));
            }
            columns.push((name.clone(), piece.text.clone()));
        }
        Ok(match &columns[..] {
            [(name, column)] => frame.step("withColumn", &[text(name), column.clone()]),
            _ => frame.step("withColumns", &[dictionary(columns.into_iter(), "WithColumns")?]),
        })
    }

    fn repartition(
        &mut self,
        by: &pb::RepartitionByExpression,
        frame: Frame,
        parts: &[Piece],
    ) -> Result<Frame> {
        let count: Vec<String> = by.num_partitions.iter().map(ToString::to_string).collect();
        if by.num_partitions.is_some_and(|count| count < 1) {
            return Err(no_code(
                "RepartitionByExpression",
                "PySpark wants at least one partition",
            ));
        }
        let orders: Option<Vec<SortOrder>> = by
            .partition_exprs
            .iter()
            .map(|expression| match &expression.expr_type {
                Some(ExprType::SortOrder(order)) => Some((**order).clone()),
                _ => None,
            })
            .collect();
        if let (Some([id]), [ExprType::DirectShufflePartitionId(direct)]) = (
            parts.first_chunk::<1>(),
            &by.partition_exprs
                .iter()
                .filter_map(|e| e.expr_type.clone())
                .collect::<Vec<_>>()[..],
        ) {
            let (Some(child), false) = (direct.child.as_deref(), count.is_empty()) else {
                return Err(no_code(
                    "RepartitionByExpression",
                    "repartitionById wants the number of partitions",
                ));
            };
            let arguments: Vec<String> = count.into_iter().chain([self.named_column(child, id)]).collect();
            return Ok(frame.step("repartitionById", &arguments));
        }
        if parts.is_empty() {
            return Err(no_code(
                "RepartitionByExpression",
                "PySpark divides by at least one column",
            ));
        }
        let (name, columns) = match orders {
            // What is an order is written as one already.
            Some(_) => (
                "repartitionByRange",
                parts.iter().map(|part| part.text.clone()).collect(),
            ),
            None if by
                .partition_exprs
                .iter()
                .any(|e| matches!(e.expr_type, Some(ExprType::SortOrder(_)))) =>
            {
                return Err(no_code("RepartitionByExpression", "it mixes columns and orders"));
            }
            None => ("repartition", self.columns(&by.partition_exprs, parts)),
        };
        Ok(frame.step(name, &count.into_iter().chain(columns).collect::<Vec<_>>()))
    }
}

pub(super) fn action(frame: Frame) -> Frame {
    Frame {
        action: true,
        ..frame
    }
}

/// What a hint takes as it is.
fn is_hint_value(literal: &pb::expression::Literal) -> bool {
    matches!(
        literal.literal_type,
        Some(
            LiteralType::String(_) | LiteralType::Integer(_) | LiteralType::Long(_) | LiteralType::Double(_)
        )
    )
}

/// The name of the column that `zipWithIndex` adds.
pub(super) fn zip_with_index<'e>(star: &pb::Expression, index: &'e pb::Expression) -> Option<&'e str> {
    let (Some(ExprType::UnresolvedStar(star)), Some(ExprType::Alias(alias))) =
        (&star.expr_type, &index.expr_type)
    else {
        return None;
    };
    let is_all = star.plan_id.is_none() && star.unparsed_target.is_none();
    match (
        &alias.expr.as_deref()?.expr_type,
        &alias.name[..],
        &alias.metadata,
    ) {
        (Some(ExprType::UnresolvedFunction(function)), [name], None)
            if is_all && function.function_name == "distributed_sequence_id" =>
        {
            Some(name)
        }
        _ => None,
    }
}

/// A dictionary by names, which may not repeat.
pub(super) fn dictionary(entries: impl Iterator<Item = (String, String)>, node: &str) -> Result<String> {
    entries_of(entries.map(|(key, value)| (text(&key), value)).collect(), node)
}

pub(super) fn entries_of(entries: Vec<(String, String)>, node: &str) -> Result<String> {
    let mut keys: Vec<&str> = entries.iter().map(|(key, _)| key.as_str()).collect();
    // To Python 1, 1.0 and True are one key.
    let number = |key: &str| match key {
        "True" => Some(1.0),
        "False" => Some(0.0),
        key => key.parse::<f64>().ok(),
    };
    let numbers: Vec<f64> = keys.iter().filter_map(|key| number(key)).collect();
    let twice = numbers
        .iter()
        .enumerate()
        .any(|(at, a)| numbers.iter().skip(at + 1).any(|b| a == b));
    keys.sort_unstable();
    if twice || keys.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(no_code(node, "a dictionary has each name once"));
    }
    let entries: Vec<String> = entries
        .iter()
        .map(|(key, value)| format!("{key}: {value}"))
        .collect();
    Ok(format!("{{{}}}", entries.join(", ")))
}

fn join_step(join: &pb::Join, frame: Frame, other: &str, parts: &[Piece]) -> Result<Frame> {
    if join.join_data_type.is_some() {
        return Err(no_code("Join", "typed joins are Scala's"));
    }
    let how = join_type(join.join_type, "Join")?;
    let on = match (parts, &join.using_columns[..]) {
        ([], []) => None,
        ([condition], []) => Some(condition.text.clone()),
        ([], columns) => Some(names(columns)),
        _ => return Err(ViewError::unknown("Join", "condition beside its columns")),
    };
    if on.is_none() && how == "cross" {
        return Ok(frame.step("crossJoin", &[other.to_owned()]));
    }
    let mut arguments = vec![other.to_owned()];
    match (on, how) {
        (Some(on), "inner") => arguments.push(on),
        (Some(on), how) => arguments.extend([on, text(how)]),
        (None, "inner") => (),
        (None, how) => arguments.push(format!("how={}", text(how))),
    }
    Ok(frame.step("join", &arguments))
}

fn set_operation(set: &pb::SetOperation, frame: Frame, other: &str) -> Result<Frame> {
    let (all, by_name) = (set.is_all == Some(true), set.by_name == Some(true));
    let kind = SetOpType::try_from(set.set_op_type);
    let name = match (kind, all) {
        (Ok(SetOpType::Union), true) if by_name => {
            let mut arguments = vec![other.to_owned()];
            if set.allow_missing_columns == Some(true) {
                arguments.push("allowMissingColumns=True".to_owned());
            }
            return Ok(frame.step("unionByName", &arguments));
        }
        (Ok(SetOpType::Unspecified) | Err(_), _) => return Err(ViewError::unknown("SetOperation", "kind")),
        _ if by_name => return Err(no_code("SetOperation", "only unions go by name")),
        (Ok(SetOpType::Union), true) => "union",
        (Ok(SetOpType::Union), false) => {
            return Err(no_code(
                "SetOperation",
                "PySpark's union keeps what is there twice; distinct drops it",
            ));
        }
        (Ok(SetOpType::Intersect), false) => "intersect",
        (Ok(SetOpType::Intersect), true) => "intersectAll",
        (Ok(SetOpType::Except), false) => "subtract",
        (Ok(SetOpType::Except), true) => "exceptAll",
    };
    Ok(frame.step(name, &[other.to_owned()]))
}

fn deduplicate_step(deduplicate: &pb::Deduplicate, frame: Frame) -> Result<Frame> {
    let all = deduplicate.all_columns_as_keys == Some(true);
    let within = deduplicate.within_watermark == Some(true);
    let columns = match (all, &deduplicate.column_names[..]) {
        (true, []) => Vec::new(),
        (false, columns) => vec![list(&texts(columns))],
        (true, _) => {
            return Err(ViewError::unknown(
                "Deduplicate",
                "list of columns beside all columns",
            ));
        }
    };
    Ok(match (within, columns.is_empty()) {
        (true, _) => frame.step("dropDuplicatesWithinWatermark", &columns),
        (false, true) => frame.step("distinct", &[]),
        (false, false) => frame.step("dropDuplicates", &columns),
    })
}

fn sample_step(sample: &pb::Sample, frame: Frame) -> Result<Frame> {
    let seed = sample
        .seed
        .ok_or_else(|| no_code("Sample", "without a seed PySpark draws one"))?;
    let replacement = sample.with_replacement == Some(true);
    let (low, high) = (sample.lower_bound, sample.upper_bound);
    if !sample.deterministic_order && low == 0.0 && high >= 0.0 && high.is_finite() {
        let replacement = if replacement { "True" } else { "False" };
        return Ok(frame.step(
            "sample",
            &[replacement.to_owned(), number(high), seed.to_string()],
        ));
    }
    // One of the parts of randomSplit: weights that come to the same bounds, if there are any.
    let parts: Vec<f64> = [low, high - low, 1.0 - high]
        .into_iter()
        .filter(|weight| *weight > 0.0)
        .collect();
    let total: f64 = parts.iter().sum();
    let mut start = 0.0;
    let found = parts.iter().position(|weight| {
        let end = start + weight / total;
        let same = start == low && end == high;
        start = end;
        same
    });
    match found {
        Some(at) if sample.deterministic_order && !replacement => {
            let weights: Vec<String> = parts.iter().map(|weight| number(*weight)).collect();
            let frame = frame.step("randomSplit", &[list(&weights), seed.to_string()]);
            let mut steps = frame.steps;
            if let Some(last) = steps.last_mut() {
                *last += &format!("[{at}]");
            }
            Ok(Frame { steps, ..frame })
        }
        _ => Err(no_code(
            "Sample",
            "neither sample nor randomSplit gives these bounds",
        )),
    }
}
