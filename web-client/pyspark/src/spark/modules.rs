//! The modules of `pyspark`, as far as cells import them.

use super::{column, frame, functions, row, session, spatial, types, variant, window};
use crate::{exception, modules::Module, value::Value};

/// Every module.
pub(crate) static MODULES: &[&Module] = &[
    &PYSPARK, &SQL, &FUNCTIONS, &TYPES, &WINDOW, &SESSION, &DATAFRAME, &COLUMN, &ERRORS,
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
        _ => return None,
    }))
}

const SQL_NAMES: [&str; 8] = [
    "SparkSession",
    "DataFrame",
    "Column",
    "Window",
    "Row",
    "VariantVal",
    "Geography",
    "Geometry",
];

static PYSPARK: Module = Module {
    name: "pyspark",
    value: |name| match name {
        "__version__" => Some(Value::text("4.3.0")),
        "Row" => sql("Row"),
        _ => None,
    },
    names: || vec!["Row"],
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

static FUNCTIONS: Module = Module {
    name: "pyspark.sql.functions",
    value: functions::get,
    names: functions::names,
};

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
