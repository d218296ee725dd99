//! Relations without inputs: tables, files, SQL, ranges, rows of one's own.

use spark_connect_proto::connect::{
    self as pb,
    read::{self, ReadType},
    relation::RelType,
};

use super::super::{Expression, LogicalPlan};

/// The arguments of a parameterized query.
#[derive(Clone, Debug, Default)]
pub enum SqlArguments {
    /// None.
    #[default]
    None,
    /// For `?`, in order.
    Positional(Vec<Expression>),
    /// For `:name`.
    Named(Vec<(String, Expression)>),
}

/// What a data source is asked to read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DataSource {
    /// The format, such as `parquet`; the session's default without one.
    pub format: Option<String>,
    /// The schema, as DDL or JSON.
    pub schema: Option<String>,
    /// The options.
    pub options: Vec<(String, String)>,
    /// Where to read.
    pub paths: Vec<String>,
    /// Conditions in SQL, one for each partition, for JDBC.
    pub predicates: Vec<String>,
    /// The name of a source in a streaming query. Since Spark 4.3.
    pub source_name: Option<String>,
}

impl LogicalPlan {
    /// A SQL query, `SQL`, with arguments and with relations that it knows by their aliases.
    pub fn sql(query: impl Into<String>, arguments: SqlArguments, views: Vec<LogicalPlan>) -> Self {
        let query = query.into();
        let (names, expressions) = match arguments {
            SqlArguments::None => (None, Vec::new()),
            SqlArguments::Positional(expressions) => (None, expressions),
            SqlArguments::Named(entries) => {
                let (names, expressions): (Vec<_>, Vec<_>) = entries.into_iter().unzip();
                (Some(names), expressions)
            }
        };
        Self::with_references(Vec::new(), expressions, views, move |parts| {
            let mut sql = pb::Sql {
                query: query.clone(),
                ..Default::default()
            };
            match &names {
                Some(names) => sql.named_arguments = names.iter().cloned().zip(parts.rest()).collect(),
                None => sql.pos_arguments = parts.rest(),
            }
            RelType::Sql(sql)
        })
    }

    /// A table or a view by its name, quoted where needed, `Read.NamedTable`.
    pub fn named_table(name: impl Into<String>, options: Vec<(String, String)>, is_streaming: bool) -> Self {
        let table = read::NamedTable {
            unparsed_identifier: name.into(),
            options: options.into_iter().collect(),
        };
        Self::leaf(RelType::Read(pb::Read {
            is_streaming,
            read_type: Some(ReadType::NamedTable(table)),
        }))
    }

    /// Files or another data source, `Read.DataSource`.
    pub fn data_source(source: DataSource, is_streaming: bool) -> Self {
        let source = read::DataSource {
            format: source.format,
            schema: source.schema,
            options: source.options.into_iter().collect(),
            paths: source.paths,
            predicates: source.predicates,
            source_name: source.source_name,
        };
        Self::leaf(RelType::Read(pb::Read {
            is_streaming,
            read_type: Some(ReadType::DataSource(source)),
        }))
    }

    /// The changes of a table, `RelationChanges`. Since Spark 4.2.
    pub fn relation_changes(
        name: impl Into<String>,
        options: Vec<(String, String)>,
        is_streaming: bool,
    ) -> Self {
        Self::leaf(RelType::RelationChanges(pb::RelationChanges {
            unparsed_identifier: name.into(),
            options: options.into_iter().collect(),
            is_streaming,
        }))
    }

    /// Whole numbers from start up to end, by a step, `Range`.
    pub fn range(start: i64, end: i64, step: i64, num_partitions: Option<i32>) -> Self {
        Self::leaf(RelType::Range(pb::Range {
            start: Some(start),
            end,
            step,
            num_partitions,
        }))
    }

    /// Rows as an Arrow IPC stream, with a DDL or JSON schema if it is not that of the stream, `LocalRelation`.
    pub fn local_relation(data: Option<bytes::Bytes>, schema: Option<String>) -> Self {
        Self::leaf(RelType::LocalRelation(pb::LocalRelation { data, schema }))
    }

    /// Rows that the server keeps as one cached block, by its hash, `CachedLocalRelation`.
    pub fn cached_local_relation(hash: impl Into<String>) -> Self {
        Self::leaf(RelType::CachedLocalRelation(pb::CachedLocalRelation {
            hash: hash.into(),
        }))
    }

    /// Rows that the server keeps as cached blocks, by their hashes, `ChunkedCachedLocalRelation`. Since Spark 4.1.
    pub fn chunked_cached_local_relation(data_hashes: Vec<String>, schema_hash: Option<String>) -> Self {
        Self::leaf(RelType::ChunkedCachedLocalRelation(
            pb::ChunkedCachedLocalRelation {
                data_hashes,
                schema_hash,
            },
        ))
    }

    /// A DataFrame that the server keeps, by its id, `CachedRemoteRelation`.
    pub fn cached_remote_relation(relation_id: impl Into<String>) -> Self {
        Self::leaf(RelType::CachedRemoteRelation(pb::CachedRemoteRelation {
            relation_id: relation_id.into(),
        }))
    }

    /// A table-valued function of Spark, `UnresolvedTableValuedFunction`.
    pub fn table_valued_function(name: impl Into<String>, arguments: Vec<Expression>) -> Self {
        let name = name.into();
        Self::new(Vec::new(), arguments, move |parts| {
            RelType::UnresolvedTableValuedFunction(pb::UnresolvedTableValuedFunction {
                function_name: name.clone(),
                arguments: parts.rest(),
            })
        })
    }
}
