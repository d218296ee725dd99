//! What a request's plans do: their operators, commands and SQL text, and whether any part could write.
//!
//! Walks through the message by the field numbers of the wire definitions, in one pass, in memory bounded by how
//! deep it nests and by how long a plan may be that came compressed. Where protobuf leaves room for several readings
//! (a field that appears twice, a choice made twice), every part counts, so that no reading does more than the survey
//! says. What cannot be read counts too: Spark may read it.

use std::fmt;

use bytes::Bytes;

use super::{
    Method, WireError, compressed,
    schema::{Field, MessageType},
    sql,
    wire::{Fields, Value},
};

/// Messages inside each other that Spark reads before it gives up (`spark.connect.grpc.marshallerRecursionLimit`).
const MAX_DEPTH: usize = 1024;
/// Names and texts that are kept; what is beyond is walked through all the same.
const MAX_KEPT: usize = 64;

/// Commands that change nothing outside of their session.
const READING_COMMANDS: [&str; 4] = [
    "sql_command",
    "create_dataframe_view",
    "get_resources_command",
    "remove_cached_remote_relation_command",
];
/// Catalog operations that change nothing outside of their session, by how their names begin or end.
const READING_CATALOG: [&str; 5] = ["current_", "set_current_", "list_", "get_", "is_cached"];
const READING_CATALOG_END: &str = "_exists";
/// Types that carry a function or a class for Spark to run.
const CODE: [&str; 5] = [
    "PythonUDF",
    "PythonUDTF",
    "PythonDataSource",
    "ScalarScalaUDF",
    "JavaUDF",
];

/// What the plans of a request do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Survey {
    /// The operators, outermost first, as the protocol names them (`limit`, `sql`, `read`); the first 64.
    pub relations: Vec<&'static str>,
    /// The commands (`sql_command`, `write_operation_v2`); one unless the request is forged.
    pub commands: Vec<&'static str>,
    /// The SQL statements; the first 64.
    pub sql: Vec<Bytes>,
    /// The first part that could write.
    pub writes: Option<Writes>,
    /// Whether Spark would put variables of its own process into a text, or might.
    pub reads_environment: bool,
}

/// Why a plan counts as one that writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writes {
    /// It runs this command.
    Command(&'static str),
    /// It runs this catalog operation.
    Catalog(&'static str),
    /// It creates a view that every session sees.
    GlobalView,
    /// It has SQL text that is not clearly a query.
    Sql,
    /// It carries code to run on the cluster, or calls Java methods by name.
    Code,
    /// Spark would put variables of its own process into a text of it.
    Environment,
    /// It is compressed in a way that this bridge does not read, or too long for it.
    Compressed,
    /// It has parts that this bridge does not know.
    Unknown,
    /// It has parts that are no protobuf, or none that all readers understand alike.
    Unreadable(WireError),
}

impl fmt::Display for Writes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Command(name) => write!(f, "it runs {name}"),
            Self::Catalog(name) => write!(f, "it runs the catalog's {name}"),
            Self::GlobalView => f.write_str("it creates a view for all sessions"),
            Self::Sql => f.write_str("its SQL is not clearly a query"),
            Self::Environment => f.write_str("it names variables of Spark's process"),
            Self::Code => f.write_str("it carries code to run on the cluster"),
            Self::Compressed => {
                f.write_str("it is compressed so that it cannot be told from one that writes")
            }
            Self::Unknown => f.write_str("it has parts that this bridge does not know"),
            Self::Unreadable(error) => write!(f, "it has parts that cannot be read: {error}"),
        }
    }
}

impl Survey {
    /// Walks through a request.
    pub(super) fn of(method: Method, message: &Bytes) -> Self {
        let mut survey = Self::default();
        if let Some(operation) = survey.walk(method.request_type(), message) {
            match compressed::decompress(&operation) {
                Some((name, plan)) => {
                    // What would be compressed once more is nothing that Spark reads.
                    if survey.walk(name, &plan).is_some() {
                        survey.counts_as(Writes::Compressed);
                    }
                }
                None => survey.counts_as(Writes::Compressed),
            }
        }
        survey
    }

    /// Walks through a message; returns its compressed operation.
    fn walk(&mut self, name: &str, message: &Bytes) -> Option<Bytes> {
        let Some(root) = MessageType::named(name) else {
            self.counts_as(Writes::Unknown);
            return None;
        };
        let mut operation = None;
        let mut open = vec![(root, Fields::of(message))];
        while let Some((outer, fields)) = open.last_mut() {
            let outer = *outer;
            let Some(field) = fields.next() else {
                open.pop();
                continue;
            };
            let field = match field {
                Ok(field) => field,
                Err(error) => {
                    self.counts_as(Writes::Unreadable(error));
                    continue;
                }
            };
            let known = outer.field(field.number);
            match field.value {
                Value::Bytes(bytes) => {
                    let Some(known) = known else {
                        self.is_unknown(bytes);
                        continue;
                    };
                    if (&*outer.name, &*known.name) == ("Plan", "compressed_operation") {
                        // Two would be merged.
                        if operation.replace(message.slice_ref(bytes)).is_some() {
                            self.counts_as(Writes::Compressed);
                        }
                        continue;
                    }
                    self.visit(message, outer, known, bytes);
                    if let Some(inner) = known.message() {
                        if open.len() == MAX_DEPTH {
                            self.is_unknown(bytes);
                            continue;
                        }
                        open.push((inner, Fields::of(bytes)));
                    }
                }
                Value::Varint(value) => {
                    let is_global = outer.name == "CreateDataFrameViewCommand"
                        && known.is_some_and(|field| field.name == "is_global");
                    if is_global && value != 0 {
                        self.counts_as(Writes::GlobalView);
                    }
                }
                Value::Other => {}
            }
        }
        operation
    }

    fn visit(&mut self, message: &Bytes, outer: &MessageType, field: &'static Field, bytes: &[u8]) {
        let name = field.name.as_str();
        // Any text may be one that Spark parses, as it does with names, types and schemas; a literal is not.
        let is_parsed = field.is_text && (outer.name.as_str(), name) != ("Expression.Literal", "string");
        if is_parsed && sql::reads_environment(bytes) {
            self.reads_environment = true;
            self.counts_as(Writes::Environment);
        }
        if field.is_extension() {
            self.is_unknown(bytes);
        }
        if field
            .message()
            .is_some_and(|inner| CODE.contains(&inner.name.as_str()))
        {
            self.counts_as(Writes::Code);
        }
        match (outer.name.as_str(), name) {
            ("Relation", "common") => {}
            ("Relation", _) => keep(&mut self.relations, name),
            ("Command", _) => {
                keep(&mut self.commands, name);
                if !READING_COMMANDS.contains(&name) {
                    self.counts_as(Writes::Command(name));
                }
            }
            ("Catalog", _) => {
                let reads = READING_CATALOG.iter().any(|start| name.starts_with(start));
                if !reads && !name.ends_with(READING_CATALOG_END) {
                    self.counts_as(Writes::Catalog(name));
                }
            }
            ("SQL", "query") | ("SqlCommand", "sql") => {
                if !str::from_utf8(bytes).is_ok_and(sql::is_query) {
                    self.counts_as(Writes::Sql);
                }
                keep(&mut self.sql, message.slice_ref(bytes));
            }
            ("Expression.ExpressionString", "expression")
                if !str::from_utf8(bytes).is_ok_and(sql::is_harmless_expression) =>
            {
                self.counts_as(Writes::Code);
            }
            (_, "function_name") if !str::from_utf8(bytes).is_ok_and(sql::is_harmless_function) => {
                self.counts_as(Writes::Code);
            }
            _ => {}
        }
    }

    /// A part that is not walked through.
    fn is_unknown(&mut self, bytes: &[u8]) {
        self.reads_environment |= sql::reads_environment(bytes);
        self.counts_as(Writes::Unknown);
    }

    fn counts_as(&mut self, writes: Writes) {
        // What cannot be looked into may say anything.
        self.reads_environment |= matches!(writes, Writes::Compressed | Writes::Unreadable(_));
        self.writes.get_or_insert(writes);
    }

    /// The plan in a line, for people: the command if it is one, then its operators.
    pub fn summary(&self) -> String {
        let mut words = self.commands.clone();
        words.extend(&self.relations);
        words.join(" > ")
    }
}

fn keep<T>(kept: &mut Vec<T>, value: T) {
    if kept.len() < MAX_KEPT {
        kept.push(value);
    }
}
