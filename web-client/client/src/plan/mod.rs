//! Unresolved logical plans. Equal calls give equal plans: no clock, no randomness, no connection.
//!
//! [`LogicalPlan`] and [`Expression`] are trees that share their parts, and become messages when they are sent. The
//! functions here build messages of single relations for callers that need no more.

mod display;
mod encode;
mod expression;
mod literal;
mod logical;
mod names;
mod node;
mod outline;
mod relations;

pub(crate) use self::encode::parts;
pub use self::{
    expression::{CastTarget, Expression, Frame, Kind, SubqueryRole, Variable},
    literal::{Literal, bytes_repr, float_repr},
    logical::LogicalPlan,
    node::Identity,
    outline::OutlineNode,
    relations::*,
};

use spark_connect_proto::connect::{self as pb, command::CommandType, plan::OpType, relation::RelType};

fn relation(rel_type: RelType) -> pb::Relation {
    pb::Relation {
        common: None,
        rel_type: Some(rel_type),
    }
}

/// The relation of a SQL query, `SQL`.
pub fn sql(query: &str) -> pb::Relation {
    relation(RelType::Sql(pb::Sql {
        query: query.to_owned(),
        ..Default::default()
    }))
}

/// Values for the parameters of a SQL text: literals, or calls of `array` and `map` on such.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Arguments {
    /// The text has no parameters.
    #[default]
    None,
    /// In the order of the question marks.
    Positional(Vec<pb::Expression>),
    /// By the names after the colons.
    Named(Vec<(String, pb::Expression)>),
}

/// The first rows of a relation, `DataFrame.limit`.
pub fn limit(input: pb::Relation, rows: i32) -> pb::Relation {
    relation(RelType::Limit(Box::new(pb::Limit {
        input: Some(Box::new(input)),
        limit: rows,
    })))
}

/// A table or a view by its name, quoted where needed, `SparkSession.table`.
pub fn table(name: &str) -> pb::Relation {
    let table = pb::read::NamedTable {
        unparsed_identifier: name.to_owned(),
        ..Default::default()
    };
    let read_type = Some(pb::read::ReadType::NamedTable(table));
    relation(RelType::Read(pb::Read {
        is_streaming: false,
        read_type,
    }))
}

/// The tables and views of a schema, `Catalog.listTables`: name, catalog, namespace, description, tableType,
/// isTemporary. The schema's name is quoted where needed, and may start with a catalog.
pub fn list_tables(schema: &str) -> pb::Relation {
    let list = pb::ListTables {
        db_name: Some(schema.to_owned()),
        ..Default::default()
    };
    relation(RelType::Catalog(pb::Catalog {
        cat_type: Some(pb::catalog::CatType::ListTables(list)),
    }))
}

/// Rows as an Arrow IPC stream, with a DDL or JSON schema if it is not that of the stream.
pub fn local_relation(data: bytes::Bytes, schema: Option<String>) -> pb::Relation {
    relation(RelType::LocalRelation(pb::LocalRelation {
        data: Some(data),
        schema,
    }))
}

/// Rows that the server keeps as one cached block, a `LocalRelation` by its hash: what Spark 4.0 knows.
pub fn cached_local_relation(hash: String) -> pb::Relation {
    relation(RelType::CachedLocalRelation(pb::CachedLocalRelation { hash }))
}

/// Rows that the server keeps as cached blocks, each an Arrow IPC stream, by their hashes. Since Spark 4.1.
pub fn chunked_cached_local_relation(data_hashes: Vec<String>) -> pb::Relation {
    relation(RelType::ChunkedCachedLocalRelation(
        pb::ChunkedCachedLocalRelation {
            data_hashes,
            schema_hash: None,
        },
    ))
}

/// A name as SQL takes it anywhere: in backticks, those inside doubled.
pub fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// The plan that runs a relation for its rows.
pub fn root(relation: pb::Relation) -> pb::Plan {
    pb::Plan {
        op_type: Some(OpType::Root(relation)),
    }
}

/// A result that the server keeps, by its id.
pub fn cached_remote_relation(relation_id: String) -> pb::Relation {
    relation(RelType::CachedRemoteRelation(pb::CachedRemoteRelation {
        relation_id,
    }))
}

/// The plan that runs a command.
pub fn command(command: CommandType) -> pb::Plan {
    let command = pb::Command {
        command_type: Some(command),
    };
    pb::Plan {
        op_type: Some(OpType::Command(command)),
    }
}

/// The plan that has the server look at a SQL text: it runs a command at once, and gives a query back to be run.
pub fn sql_command(text: &str) -> pb::Plan {
    sql_command_with(text, Arguments::None)
}

/// The same, with values for the text's parameters, `SparkSession.sql(text, args)`.
pub fn sql_command_with(text: &str, arguments: Arguments) -> pb::Plan {
    let mut query = pb::Sql {
        query: text.to_owned(),
        ..Default::default()
    };
    match arguments {
        Arguments::None => {}
        Arguments::Positional(values) => query.pos_arguments = values,
        Arguments::Named(values) => query.named_arguments = values.into_iter().collect(),
    }
    command(CommandType::SqlCommand(pb::SqlCommand {
        input: Some(relation(RelType::Sql(query))),
        ..Default::default()
    }))
}

/// Whether the relation that a SQL text came to is the result of a command that ran, not a query.
pub fn is_command_result(relation: &pb::Relation) -> bool {
    matches!(relation.rel_type, Some(RelType::LocalRelation(_)))
}
