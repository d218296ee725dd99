//! `spark.readStream`.

use spark_connect_client::{DataFrame, DataStreamReader};

use super::{
    convert::{self, required},
    error::{raised, type_error},
    frame::PyFrame,
    types::PyType,
    wrapped::wrapped,
};
use crate::{
    class::Class,
    exception::R,
    types,
    value::Value,
    vm::{
        Vm,
        native::{Arguments, Native},
    },
};

pub(super) static STREAM_READER: Class = Class {
    methods: METHODS,
    ..Class::named("DataStreamReader", "pyspark.sql.connect.streaming.readwriter")
};

wrapped!(PyStreamReader(DataStreamReader), STREAM_READER);

static METHODS: &[Native] = &[
    Native::sync("format", |_, args| {
        let [this, source] = args.bind("format", ["self", "source"], 2)?;
        let source = required(source, "source")?;
        Ok(PyStreamReader::value(
            PyStreamReader::this(this.as_ref())?.format(source),
        ))
    }),
    Native::sync("schema", |_, args| {
        let [this, schema] = args.bind("schema", ["self", "schema"], 2)?;
        let this = PyStreamReader::this(this.as_ref())?;
        with_schema(this, schema).map(PyStreamReader::value)
    }),
    Native::sync("name", |_, args| {
        let [this, name] = args.bind("name", ["self", "source_name"], 2)?;
        let name = required(name, "source_name")?;
        let this = PyStreamReader::this(this.as_ref())?.name(name);
        this.map(PyStreamReader::value).map_err(raised)
    }),
    Native::sync("option", |_, args| {
        let [this, key, value] = args.bind("option", ["self", "key", "value"], 3)?;
        let (key, value) = (required(key, "key")?, value.unwrap_or(Value::None));
        let this = PyStreamReader::this(this.as_ref())?;
        options(this, [(key, value)], types::str).map(PyStreamReader::value)
    }),
    Native::sync("options", |_, args| {
        let this = PyStreamReader::this(args.positional.first())?;
        options(this, named(args), convert::option).map(PyStreamReader::value)
    }),
    Native::sync("load", |vm, mut args| {
        let (format, schema) = (args.take("format"), args.take("schema"));
        let path = args.take("path");
        let mut given = args.positional.iter().cloned();
        let mut this = PyStreamReader::this(given.next().as_ref())?;
        let path = convert::optional(path.or_else(|| given.next()), "path")?;
        if let Some(format) = convert::optional(format.or_else(|| given.next()), "format")? {
            this = this.format(format);
        }
        if let Some(schema) = convert::given(schema.or_else(|| given.next())) {
            this = with_schema(this, Some(schema))?;
        }
        let this = options(this, named(args), convert::option)?;
        made(vm, "load", this.load(path.as_deref()))
    }),
    Native::sync("table", |vm, args| {
        let [this, name] = args.bind("table", ["self", "tableName"], 2)?;
        let name = required(name, "tableName")?;
        made(vm, "table", Ok(PyStreamReader::this(this.as_ref())?.table(name)))
    }),
    Native::sync("changes", |vm, args| {
        let [this, name] = args.bind("changes", ["self", "tableName"], 2)?;
        let name = required(name, "tableName")?;
        made(vm, "changes", PyStreamReader::this(this.as_ref())?.changes(name))
    }),
    Native::sync("csv", |vm, args| files(vm, args, "csv")),
    Native::sync("json", |vm, args| files(vm, args, "json")),
    Native::sync("orc", |vm, args| files(vm, args, "orc")),
    Native::sync("parquet", |vm, args| files(vm, args, "parquet")),
    Native::sync("text", |vm, args| files(vm, args, "text")),
    Native::sync("xml", |vm, args| files(vm, args, "xml")),
];

fn made(vm: &mut Vm, name: &str, frame: spark_connect_client::Result<DataFrame>) -> R<Value> {
    Ok(PyFrame::of_step(vm, name, frame.map_err(raised)?))
}

fn with_schema(reader: DataStreamReader, schema: Option<Value>) -> R<DataStreamReader> {
    let schema = schema.unwrap_or(Value::None);
    match (&schema, schema.downcast::<PyType>()) {
        (Value::Str(ddl), _) => Ok(reader.schema(ddl.as_str())),
        (_, Some(data_type)) => Ok(reader.schema(&data_type.0)),
        _ => Err(type_error(
            "[NOT_STR_OR_STRUCT] Argument `schema` should be a str or structType.",
        )),
    }
}

fn named(args: Arguments) -> impl Iterator<Item = (String, Value)> {
    args.named
        .into_iter()
        .map(|(key, value)| (key.as_str().to_owned(), value))
}

/// With options; None is none. PySpark writes those of `option` and of a format as Python does, the others as Spark does.
fn options(
    mut reader: DataStreamReader,
    options: impl IntoIterator<Item = (String, Value)>,
    write: fn(&Value) -> R<String>,
) -> R<DataStreamReader> {
    for (key, value) in options {
        if !value.is_none() {
            reader = reader.option(key, write(&value)?);
        }
    }
    Ok(reader)
}

/// Files of a format; keywords are its options.
fn files(vm: &mut Vm, mut args: Arguments, format: &str) -> R<Value> {
    let (path, schema) = (args.take("path"), args.take("schema"));
    let mut given = args.positional.iter().cloned();
    let mut this = PyStreamReader::this(given.next().as_ref())?.format(format);
    let path = required(path.or_else(|| given.next()), "path")?;
    let schema = match format {
        "csv" | "json" => schema.or_else(|| given.next()),
        _ => schema,
    };
    if let Some(schema) = convert::given(schema) {
        this = with_schema(this, Some(schema))?;
    }
    if given.next().is_some() {
        return Err(crate::exception::not_implemented(format!(
            "options of {format}() by their position; name them, for example sep=\",\""
        )));
    }
    let this = options(this, named(args), types::str)?;
    made(vm, format, this.load(Some(&path)))
}
