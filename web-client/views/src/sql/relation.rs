//! Relations in SQL.

use spark_connect_client::{
    proto::{self as pb, expression::ExprType, read::ReadType, relation::RelType},
    types::name_parts,
};

use super::{
    Sql,
    expression::{Piece, identifier, orders_of},
    name, no_sql,
    select::Select,
    text,
};
use crate::{
    Reason, Result,
    error::{ViewError, kind_name},
    literal::{self, quoted, sql_text},
    local, types,
    walk::inputs,
};

/// Rows that are written into a query.
const MAX_ROWS: usize = 1_000;

pub(super) fn same(a: &str, b: &str) -> bool {
    a.to_lowercase() == b.to_lowercase()
}

/// The name of a column that has no other parts.
pub(super) fn plain_name(expression: &pb::Expression) -> Option<String> {
    match expression.expr_type.as_ref()? {
        ExprType::UnresolvedAttribute(attribute) => match &name_parts(&attribute.unparsed_identifier)?[..] {
            [name] => Some(name.clone()),
            _ => None,
        },
        _ => None,
    }
}

/// The name that a column has in the result, if it does not depend on Spark.
pub(super) fn result_name(expression: &pb::Expression) -> Option<String> {
    match expression.expr_type.as_ref()? {
        ExprType::Alias(alias) => match &alias.name[..] {
            [name] => Some(name.clone()),
            _ => None,
        },
        ExprType::UnresolvedAttribute(attribute) => name_parts(&attribute.unparsed_identifier)?.pop(),
        _ => None,
    }
}

impl Sql<'_> {
    pub(super) fn relation(
        &mut self,
        relation: &pb::Relation,
        queries: Vec<Select>,
        pieces: Vec<Piece>,
    ) -> Result<Select> {
        let kind = crate::walk::kind(relation)?;
        let mut queries = queries.into_iter();
        let Some(input) = queries.next() else {
            return self.source(kind, &pieces);
        };
        if let Some(other) = queries.next() {
            return match kind {
                RelType::Join(join) => self.join(join, input, other, &pieces),
                RelType::LateralJoin(join) => self.lateral_join(join, input, other, &pieces),
                RelType::SetOp(set) => {
                    let below = inputs(kind)?;
                    self.set_operation(set, &below, input, other)
                }
                other => Err(no_sql(kind_name(other), "SQL has no such join")),
            };
        }
        let below = inputs(kind)?.first().copied();
        let below = below.ok_or_else(|| ViewError::missing(kind_name(kind), "input"))?;
        self.step(kind, below, input, pieces)
    }

    fn source(&mut self, kind: &RelType, pieces: &[Piece]) -> Result<Select> {
        Ok(match kind {
            RelType::Read(read) if read.is_streaming => {
                return Err(no_sql("Read", "streams are started with writeStream"));
            }
            RelType::Read(read) => match &read.read_type {
                Some(ReadType::NamedTable(table)) => {
                    let table_name = identifier(&table.unparsed_identifier)?;
                    let alias = name_parts(&table.unparsed_identifier).and_then(|mut parts| parts.pop());
                    let mut from = table_name;
                    let is_table = table.options.is_empty();
                    if !is_table {
                        let options = table.options.iter();
                        let options = options
                            .map(|(key, value)| Ok(format!("{} = {}", sql_text(key)?, sql_text(value)?)));
                        from += &format!(" WITH ({})", options.collect::<Result<Vec<_>>>()?.join(", "));
                    }
                    Select {
                        is_table,
                        ..Select::from(from, alias.unwrap_or_default(), true)
                    }
                }
                Some(ReadType::DataSource(source)) => {
                    let is_bare = source.options.is_empty()
                        && source.predicates.is_empty()
                        && source.schema.as_deref().unwrap_or_default().is_empty();
                    match (source.format.as_deref(), &source.paths[..]) {
                        (Some(format), [path]) if is_bare => {
                            let alias = self.alias();
                            let from = format!("{}.{} AS {}", quoted(format)?, quoted(path)?, name(&alias));
                            Select::from(from, alias, false)
                        }
                        _ => {
                            return Err(no_sql(
                                "DataSource",
                                "SQL reads one path of a format, without options or schema",
                            ));
                        }
                    }
                }
                None => return Err(ViewError::missing("Read", "source")),
            },
            RelType::Range(range) => {
                let alias = self.alias();
                let mut arguments = format!("{}L, {}L, {}L", range.start.unwrap_or(0), range.end, range.step);
                if let Some(count) = range.num_partitions {
                    arguments += &format!(", {count}");
                }
                let mut select =
                    Select::from(format!("range({arguments}) AS {}", name(&alias)), alias, false);
                select.names = Some(vec!["id".to_owned()]);
                select
            }
            RelType::Sql(sql) => {
                #[expect(deprecated, reason = "clients before Spark 4.0 write arguments there")]
                let plain = sql.args.is_empty() && sql.pos_args.is_empty();
                if !plain || !pieces.is_empty() {
                    return Err(no_sql("SQL", "its text has parameters"));
                }
                Select::whole(text::query(&sql.query)?)
            }
            RelType::LocalRelation(local) => self.local(local)?,
            RelType::UnresolvedTableValuedFunction(function) => {
                let alias = self.alias();
                let arguments: Vec<String> = pieces.iter().map(|piece| piece.text.clone()).collect();
                let from = format!(
                    "{}({}) AS {}",
                    quoted(&function.function_name)?,
                    arguments.join(", "),
                    name(&alias)
                );
                Select::from(from, alias, false)
            }
            other => return Err(no_sql(kind_name(other), formless(other))),
        })
    }

    fn local(&mut self, relation: &pb::LocalRelation) -> Result<Select> {
        let table = local::read(relation)?;
        if table.rows.len() > MAX_ROWS || table.fields.is_empty() {
            return Err(no_sql(
                format!("LocalRelation of {} rows", table.rows.len()),
                format!("queries hold one to {MAX_ROWS} rows; keep them in a file or a view"),
            ));
        }
        let mut columns = Vec::new();
        let mut names = Vec::new();
        for (at, field) in table.fields.iter().enumerate() {
            let data_type = field
                .data_type
                .as_ref()
                .ok_or_else(|| ViewError::missing("StructField", "type"))?;
            columns.push(format!(
                "CAST(_{at} AS {}) AS {}",
                types::sql(data_type)?,
                quoted(&field.name)?
            ));
            names.push(format!("_{at}"));
        }
        let mut rows = Vec::new();
        for row in &table.rows {
            let values = row.iter().map(literal::sql).collect::<Result<Vec<_>>>()?;
            rows.push(format!("({})", values.join(", ")));
        }
        let mut select = Select::from(String::new(), self.alias(), false);
        if rows.is_empty() {
            // VALUES has at least one row.
            rows.push(format!("({})", vec!["NULL"; names.len()].join(", ")));
            select.filters.push("false".to_owned());
        }
        select.from = format!("VALUES\n  {}\n  AS _v({})", rows.join(",\n  "), names.join(", "));
        select.columns = Some(columns);
        select.names = Some(table.fields.iter().map(|field| field.name.clone()).collect());
        Ok(select)
    }

    /// The columns of a relation, which must be known.
    pub(super) fn names(&self, select: &Select, relation: &pb::Relation, node: &str) -> Result<Vec<String>> {
        let names = select.names.clone().or_else(|| (self.columns)(relation));
        let names = names.ok_or_else(|| {
            ViewError::new(
                Reason::UnknownColumns,
                node,
                format!("{node} depends in SQL on which columns there are, and they are not known."),
            )
        })?;
        let twice = names
            .iter()
            .enumerate()
            .find(|(at, a)| names.iter().skip(at + 1).any(|b| same(a, b)));
        match twice {
            Some((_, twice)) => Err(no_sql(node, format!("there are two columns {twice} below it"))),
            None => Ok(names),
        }
    }

    fn step(
        &mut self,
        kind: &RelType,
        below: &pb::Relation,
        input: Select,
        pieces: Vec<Piece>,
    ) -> Result<Select> {
        Ok(match kind {
            RelType::Filter(_) => {
                let mut select = self.ready(input, Select::takes_filter);
                let condition = pieces.first().map(Piece::operand).unwrap_or_default();
                let condition = select.resolved(&condition);
                select.filters.push(condition);
                select
            }
            RelType::Project(project) => {
                if pieces.is_empty() {
                    return Err(no_sql("Project", "a query has at least one column"));
                }
                let mut select = self.ready(input, Select::takes_filter);
                let columns = pieces.iter().map(|piece| Ok(select.resolved(&piece.item()?)));
                select.columns = Some(columns.collect::<Result<Vec<_>>>()?);
                select.names = project.expressions.iter().map(result_name).collect();
                select
            }
            RelType::Aggregate(aggregate) => self.aggregate(aggregate, input, pieces)?,
            RelType::Sort(sort) => {
                let mut select = self.ready(input, Select::takes_order);
                let by = if sort.is_global == Some(true) {
                    "ORDER"
                } else {
                    "SORT"
                };
                let orders = select.resolved(&orders_of(&sort.order, &pieces)?);
                select.order = Some(format!("\n{by} BY {orders}"));
                select
            }
            RelType::Limit(limit) => {
                let mut select = self.ready(input, Select::takes_limit);
                select.limit = Some(limit.limit);
                select
            }
            RelType::Offset(offset) => {
                let mut select = self.ready(input, Select::takes_offset);
                select.offset = Some(offset.offset);
                select
            }
            RelType::Deduplicate(deduplicate) => {
                if deduplicate.all_columns_as_keys != Some(true) || deduplicate.within_watermark == Some(true)
                {
                    return Err(no_sql(
                        "Deduplicate",
                        "DISTINCT looks at all columns, whenever they came",
                    ));
                }
                let mut select = self.ready(input, Select::takes_distinct);
                select.distinct = true;
                select
            }
            RelType::SubqueryAlias(alias) if alias.qualifier.is_empty() => {
                quoted(&alias.alias)?;
                self.around_as(input, alias.alias.clone(), true)
            }
            RelType::WithColumns(with) => {
                let names = self.names(&input, below, "WithColumns")?;
                let mut select = self.ready(input, Select::takes_filter);
                let mut columns: Vec<(String, String)> = Vec::new();
                for column in &names {
                    columns.push((column.clone(), quoted(column)?));
                }
                let mut given: Vec<&str> = Vec::new();
                for (alias, piece) in with.aliases.iter().zip(&pieces) {
                    let [new] = &alias.name[..] else {
                        return Err(ViewError::unknown("WithColumns", "number of names of a column"));
                    };
                    if alias.metadata.is_some() {
                        return Err(no_sql("WithColumns", "SQL gives columns no metadata"));
                    }
                    if given.iter().any(|before| same(before, new)) {
                        return Err(no_sql("WithColumns", format!("it gives the column {new} twice")));
                    }
                    given.push(new);
                    let text = select.resolved(&format!("{} AS {}", piece.text, quoted(new)?));
                    match columns.iter_mut().find(|(name, _)| same(name, new)) {
                        Some(column) => *column = (new.clone(), text),
                        None => columns.push((new.clone(), text)),
                    }
                }
                let (names, columns) = columns.into_iter().unzip();
                select.names = Some(names);
                select.columns = Some(columns);
                select
            }
            RelType::WithColumnsRenamed(with) => {
                #[allow(deprecated)]
                if with.renames.is_empty() && !with.rename_columns_map.is_empty() {
                    return Err(no_sql(
                        "WithColumnsRenamed",
                        "its names are written as clients before Spark 4.0 do",
                    ));
                }
                let names = self.names(&input, below, "WithColumnsRenamed")?;
                let mut select = self.ready(input, Select::takes_filter);
                let mut renamed = names.clone();
                for rename in &with.renames {
                    for name in renamed.iter_mut().filter(|name| same(name, &rename.col_name)) {
                        name.clone_from(&rename.new_col_name);
                    }
                }
                let columns = names.iter().zip(&renamed).map(|(old, new)| match old == new {
                    true => quoted(old),
                    false => Ok(format!("{} AS {}", quoted(old)?, quoted(new)?)),
                });
                select.columns = Some(columns.collect::<Result<Vec<_>>>()?);
                select.names = Some(renamed);
                select
            }
            RelType::Drop(drop) => self.drop(drop, below, input, &pieces)?,
            RelType::ToDf(to) => {
                let names = to
                    .column_names
                    .iter()
                    .map(|name| quoted(name))
                    .collect::<Result<Vec<_>>>()?;
                let alias = self.alias();
                let mut select = self.around_as(input, alias, false);
                select.from += &format!("({})", names.join(", "));
                select.names = Some(to.column_names.clone());
                select
            }
            RelType::Hint(hint) => {
                let parameters: Vec<String> = pieces.iter().map(|piece| piece.text.clone()).collect();
                let is_name = hint.name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
                if !is_name || parameters.iter().any(|text| text.contains(['\u{1}', '*'])) {
                    return Err(no_sql(
                        "Hint",
                        "its name or a parameter cannot stand in a comment",
                    ));
                }
                let name = hint.name.to_uppercase();
                self.hinted(
                    input,
                    match parameters.is_empty() {
                        true => name,
                        false => format!("{name}({})", parameters.join(", ")),
                    },
                )
            }
            RelType::Repartition(repartition) => {
                let name = if repartition.shuffle == Some(true) {
                    "REPARTITION"
                } else {
                    "COALESCE"
                };
                self.hinted(input, format!("{name}({})", repartition.num_partitions))
            }
            RelType::RepartitionByExpression(by) => {
                let columns: Option<Vec<String>> = by.partition_exprs.iter().map(plain_name).collect();
                let columns = columns
                    .ok_or_else(|| no_sql("RepartitionByExpression", "hints take names of columns"))?;
                let count = by.num_partitions.iter().map(|count| Ok(count.to_string()));
                let parameters = count.chain(columns.iter().map(|column| quoted(column)));
                let parameters = parameters.collect::<Result<Vec<_>>>()?.join(", ");
                self.hinted(input, format!("REPARTITION({parameters})"))
            }
            RelType::Unpivot(unpivot) => self.unpivot(unpivot, input)?,
            other => return Err(no_sql(kind_name(other), formless(other))),
        })
    }

    /// A hint is about the result of its SELECT.
    fn hinted(&mut self, input: Select, hint: String) -> Select {
        let mut select = self.ready(input, Select::takes_filter);
        select.hints.push(hint);
        select
    }

    fn drop(
        &mut self,
        drop: &pb::Drop,
        below: &pb::Relation,
        input: Select,
        pieces: &[Piece],
    ) -> Result<Select> {
        if drop.column_names.is_empty()
            && !pieces.is_empty()
            && pieces.iter().all(|piece| piece.text.contains('\u{1}'))
        {
            // Columns of one side of a join, where another has the same.
            let mut select = self.ready(input, Select::takes_filter);
            let columns: Vec<String> = pieces.iter().map(|piece| select.resolved(&piece.text)).collect();
            select.columns = Some(vec![format!("* EXCEPT ({})", columns.join(", "))]);
            select.names = None;
            return Ok(select);
        }
        let given: Option<Vec<String>> = drop.columns.iter().map(plain_name).collect();
        let mut dropped = given.ok_or_else(|| no_sql("Drop", "SQL leaves out columns by their names"))?;
        dropped.extend(drop.column_names.iter().cloned());
        let mut names = self.names(&input, below, "Drop")?;
        names.retain(|name| !dropped.iter().any(|dropped| same(dropped, name)));
        if names.is_empty() {
            return Err(no_sql("Drop", "a query has at least one column"));
        }
        let mut select = self.ready(input, Select::takes_filter);
        select.columns = Some(
            names
                .iter()
                .map(|name| quoted(name))
                .collect::<Result<Vec<_>>>()?,
        );
        select.names = Some(names);
        Ok(select)
    }

    fn unpivot(&mut self, unpivot: &pb::Unpivot, input: Select) -> Result<Select> {
        let names = |columns: &[pb::Expression]| -> Result<Vec<String>> {
            let names: Option<Vec<String>> = columns.iter().map(plain_name).collect();
            let names = names.ok_or_else(|| no_sql("Unpivot", "UNPIVOT takes names of columns"))?;
            names.iter().map(|name| quoted(name)).collect()
        };
        let values = unpivot.values.as_ref();
        let values = values.ok_or_else(|| no_sql("Unpivot", "UNPIVOT wants the columns that become rows"))?;
        let (ids, values) = (names(&unpivot.ids)?, names(&values.values)?);
        if ids.iter().any(|id| values.iter().any(|value| same(id, value))) {
            return Err(no_sql("Unpivot", "a column becomes rows and stays at once"));
        }
        let mut select = self.ready(input, Select::takes_filter);
        select.columns = Some(ids.iter().chain(&values).cloned().collect());
        let alias = self.alias();
        let from = format!(
            "{}\nUNPIVOT INCLUDE NULLS ({} FOR {} IN ({})) AS {}",
            select.bracketed(),
            quoted(&unpivot.value_column_name)?,
            quoted(&unpivot.variable_column_name)?,
            values.join(", "),
            name(&alias)
        );
        Ok(Select::from(from, alias, false))
    }
}

fn formless(kind: &RelType) -> &'static str {
    match kind {
        RelType::MapPartitions(_)
        | RelType::GroupMap(_)
        | RelType::CoGroupMap(_)
        | RelType::ApplyInPandasWithState(_)
        | RelType::CommonInlineUserDefinedTableFunction(_)
        | RelType::CommonInlineUserDefinedDataSource(_) => "it holds compiled code of another program",
        RelType::CachedLocalRelation(_) | RelType::ChunkedCachedLocalRelation(_) => {
            "its rows are on the server only"
        }
        RelType::CachedRemoteRelation(_) => "it is a result that one session's server keeps",
        _ => "SQL has no clause for it",
    }
}
