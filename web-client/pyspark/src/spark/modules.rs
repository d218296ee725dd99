//! The modules of `pyspark`, as far as cells import them.

use super::{
    catalog, column, entry, frame, functions, grouped, merge, observation, reader, row, session, spatial,
    storage, stream_query, stream_reader, stream_writer, types, variant, window, writer,
};
use crate::{exception, modules::Module, value::Value};

/// Every module.
pub(crate) static MODULES: &[&Module] = &[
    &PYSPARK,
    &SQL,
    &FUNCTIONS,
    &TYPES,
    &WINDOW,
    &SESSION,
    &DATAFRAME,
    &COLUMN,
    &ERRORS,
    &CATALOG,
    &OBSERVATION,
    &STORAGE_LEVEL,
    &STREAMING,
    &PARTITIONING,
];

fn sql(name: &str) -> Option<Value> {
    Some(Value::Class(match name {
        "VariantVal" => &variant::VARIANT,
        "Geography" => &spatial::GEOGRAPHY,
        "Geometry" => &spatial::GEOMETRY,
        "SparkSession" => &session::SESSION,
        "DataFrame" => &frame::DATAFRAME,
        "Column" => &column::COLUMN,
        "Window" => &window::WINDOW,
        "Row" => &row::ROW,
        "Observation" => &observation::OBSERVATION,
        "WindowSpec" => &window::SPEC,
        "GroupedData" => &grouped::GROUPED,
        "Catalog" => &catalog::CATALOG,
        "DataFrameReader" => &reader::READER,
        "DataFrameWriter" => &writer::WRITER,
        "MergeIntoWriter" => &merge::MERGE,
        "DataStreamReader" => &stream_reader::STREAM_READER,
        "DataStreamWriter" => &stream_writer::STREAM_WRITER,
        "StreamingQuery" => &stream_query::QUERY,
        "StreamingQueryManager" => &stream_query::MANAGER,
        _ => return None,
    }))
}

const SQL_NAMES: [&str; 15] = [
    "SparkSession",
    "DataFrame",
    "Column",
    "Window",
    "Row",
    "VariantVal",
    "Geography",
    "Geometry",
    "Observation",
    "WindowSpec",
    "GroupedData",
    "Catalog",
    "DataFrameReader",
    "DataFrameWriter",
    "MergeIntoWriter",
];

static PYSPARK: Module = Module {
    name: "pyspark",
    value: |name| match name {
        "__version__" => Some(Value::text("4.3.0")),
        "Row" => sql("Row"),
        "StorageLevel" => Some(Value::Class(&storage::STORAGE_LEVEL)),
        _ => None,
    },
    names: || vec!["Row", "StorageLevel"],
};

static SQL: Module = Module {
    name: "pyspark.sql",
    value: sql,
    names: || SQL_NAMES.to_vec(),
};

static SESSION: Module = Module {
    name: "pyspark.sql.session",
    value: sql,
    names: || vec!["SparkSession"],
};

static DATAFRAME: Module = Module {
    name: "pyspark.sql.dataframe",
    value: sql,
    names: || vec!["DataFrame"],
};

static COLUMN: Module = Module {
    name: "pyspark.sql.column",
    value: sql,
    names: || vec!["Column"],
};

static WINDOW: Module = Module {
    name: "pyspark.sql.window",
    value: sql,
    names: || vec!["Window"],
};

static CATALOG: Module = Module {
    name: "pyspark.sql.catalog",
    value: |name| match name {
        "Catalog" => sql(name),
        name => {
            let kinds = entry::KINDS.iter().map(|kind| &kind.class);
            kinds
                .into_iter()
                .find(|class| class.name == name)
                .map(Value::Class)
        }
    },
    names: || {
        vec![
            "Catalog",
            "CatalogMetadata",
            "Database",
            "Table",
            "Column",
            "Function",
            "TablePartition",
        ]
    },
};

static OBSERVATION: Module = Module {
    name: "pyspark.sql.observation",
    value: sql,
    names: || vec!["Observation"],
};

static STORAGE_LEVEL: Module = Module {
    name: "pyspark.storagelevel",
    value: |name| (name == "StorageLevel").then_some(Value::Class(&storage::STORAGE_LEVEL)),
    names: || vec!["StorageLevel"],
};

static STREAMING: Module = Module {
    name: "pyspark.sql.streaming",
    value: sql,
    names: || {
        vec![
            "DataStreamReader",
            "DataStreamWriter",
            "StreamingQuery",
            "StreamingQueryManager",
        ]
    },
};

static FUNCTIONS: Module = Module {
    name: "pyspark.sql.functions",
    value: functions::get,
    names: functions::names,
};

static PARTITIONING: Module = Module {
    name: "pyspark.sql.functions.partitioning",
    value: |name| {
        let is_one = PARTITIONS.contains(&name);
        is_one.then(|| functions::get(name)).flatten()
    },
    names: || PARTITIONS.to_vec(),
};

const PARTITIONS: [&str; 5] = ["years", "months", "days", "hours", "bucket"];

static TYPES: Module = Module {
    name: "pyspark.sql.types",
    value: types::get,
    names: types::all_names,
};

static ERRORS: Module = Module {
    name: "pyspark.errors",
    value: |name| {
        exception::class(name)
            .filter(|class| class.module.starts_with("pyspark"))
            .map(Value::Class)
    },
    names: || {
        let classes = exception::CLASSES
            .iter()
            .filter(|class| class.module.starts_with("pyspark"));
        classes.map(|class| class.name).collect()
    },
};
