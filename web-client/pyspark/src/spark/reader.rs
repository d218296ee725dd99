//! `spark.read`.

use std::any::Any;

use spark_connect_client::{DataFrame, DataFrameReader};

use super::{convert, error::type_error, frame::PyFrame, types::PyType};
use crate::{
    class::{Class, OBJECT, no_constant},
    exception::R,
    value::{Object, Value},
    vm::{
        Vm,
        native::{Arguments, Native},
    },
};

static READER: Class = Class {
    name: "DataFrameReader",
    module: "pyspark.sql.connect.readwriter",
    base: Some(&OBJECT),
    new: None,
    methods: &[
        Native::sync("format", |_, args| {
            let [reader, source] = args.bind("format", ["self", "source"], 2)?;
            let source = convert::text(&source.unwrap_or(Value::None), "source")?;
            Ok(value(this(reader.as_ref())?.format(source)))
        }),
        Native::sync("schema", |_, args| {
            let [reader, schema] = args.bind("schema", ["self", "schema"], 2)?;
            let reader = this(reader.as_ref())?;
            Ok(value(with_schema(reader, &schema.unwrap_or(Value::None))?))
        }),
        Native::sync("option", |_, args| {
            let [reader, key, option] = args.bind("option", ["self", "key", "value"], 3)?;
            let key = convert::text(&key.unwrap_or(Value::None), "key")?;
            Ok(value(
                this(reader.as_ref())?.option(key, convert::option(&option.unwrap_or(Value::None))?),
            ))
        }),
        Native::sync("options", |_, args| {
            let mut reader = this(args.positional.first())?;
            for (key, option) in &args.named {
                reader = reader.option(key.as_str(), convert::option(option)?);
            }
            Ok(value(reader))
        }),
        Native::sync("load", |vm, mut args| {
            let format = args.take("format");
            let schema = args.take("schema");
            let path = args.take("path").or_else(|| args.positional.get(1).cloned());
            let mut reader = this(args.positional.first())?;
            if let Some(format) = format.filter(|format| !format.is_none()) {
                reader = reader.format(convert::text(&format, "format")?);
            }
            if let Some(schema) = schema.filter(|schema| !schema.is_none()) {
                reader = with_schema(reader, &schema)?;
            }
            for (key, option) in &args.named {
                reader = reader.option(key.as_str(), convert::option(option)?);
            }
            let frame = reader.load(paths(path)?);
            Ok(PyFrame::of_step(vm, "load", frame))
        }),
        Native::sync("table", |vm, args| {
            let [reader, name] = args.bind("table", ["self", "tableName"], 2)?;
            let name = convert::text(&name.unwrap_or(Value::None), "tableName")?;
            Ok(PyFrame::of_step(vm, "table", this(reader.as_ref())?.table(name)))
        }),
        Native::sync("csv", |vm, args| {
            files(vm, args, "csv", |reader, paths| reader.csv(paths))
        }),
        Native::sync("json", |vm, args| {
            files(vm, args, "json", |reader, paths| reader.json(paths))
        }),
        Native::sync("parquet", |vm, args| {
            files(vm, args, "parquet", |reader, paths| reader.parquet(paths))
        }),
        Native::sync("orc", |vm, args| {
            files(vm, args, "orc", |reader, paths| reader.orc(paths))
        }),
        Native::sync("text", |vm, args| {
            files(vm, args, "text", |reader, paths| reader.text(paths))
        }),
        Native::sync("xml", |vm, args| {
            files(vm, args, "xml", |reader, paths| reader.xml(paths))
        }),
    ],
    statics: &[],
    constant: no_constant,
};

struct PyReader(DataFrameReader);

pub(super) fn value(reader: DataFrameReader) -> Value {
    Value::object(PyReader(reader))
}

fn this(value: Option<&Value>) -> R<DataFrameReader> {
    match value.and_then(Value::downcast::<PyReader>) {
        Some(reader) => Ok(reader.0.clone()),
        None => Err(type_error("a DataFrameReader is required")),
    }
}

fn with_schema(reader: DataFrameReader, schema: &Value) -> R<DataFrameReader> {
    match (schema, schema.downcast::<PyType>()) {
        (Value::Str(ddl), _) => Ok(reader.schema(ddl.as_str())),
        (_, Some(data_type)) => Ok(reader.schema(&data_type.0)),
        _ => Err(type_error(
            "[NOT_STR_OR_STRUCT] Argument `schema` should be a str or structType.",
        )),
    }
}

fn paths(path: Option<Value>) -> R<Vec<String>> {
    match path {
        None | Some(Value::None) => Ok(Vec::new()),
        Some(path) => convert::names(&[path], "path"),
    }
}

/// Files of a format; keywords are its options.
fn files(
    vm: &mut Vm,
    mut args: Arguments,
    name: &str,
    read: fn(DataFrameReader, Vec<String>) -> DataFrame,
) -> R<Value> {
    let schema = args.take("schema");
    let path = args.take("path").or_else(|| args.take("paths"));
    let mut reader = this(args.positional.first())?;
    let mut all = paths(path)?;
    let mut given = args.positional.iter().skip(1);
    if matches!(name, "csv" | "json" | "xml") {
        all.extend(paths(given.next().cloned())?);
        if let Some(schema) = schema
            .or_else(|| given.next().cloned())
            .filter(|schema| !schema.is_none())
        {
            reader = with_schema(reader, &schema)?;
        }
    } else {
        for path in given {
            all.extend(paths(Some(path.clone()))?);
        }
    }
    for (key, option) in &args.named {
        if !option.is_none() {
            reader = reader.option(key.as_str(), convert::option(option)?);
        }
    }
    Ok(PyFrame::of_step(vm, name, read(reader, all)))
}

impl Object for PyReader {
    fn class(&self) -> &'static Class {
        &READER
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn repr(&self) -> R<String> {
        Ok(format!("<{} object>", READER.full_name()))
    }
}
