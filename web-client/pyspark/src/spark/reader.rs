//! `spark.read`.

use std::any::Any;

use spark_connect_client::{DataFrame, DataFrameReader, proto::parse::ParseFormat};

use super::{
    convert,
    error::{raised, type_error},
    frame::PyFrame,
    types::PyType,
};
use crate::{
    class::{Class, OBJECT, no_constant},
    exception::{ASSERTION_ERROR, R, raise},
    value::{Object, Value},
    vm::{
        Vm,
        native::{Arguments, Native},
    },
};

pub(super) static READER: Class = Class {
    name: "DataFrameReader",
    module: "pyspark.sql.connect.readwriter",
    base: Some(&OBJECT),
    new: None,
    methods: &[
        Native::sync("format", |_, args| {
            let [reader, source] = args.bind("format", ["self", "source"], 2)?;
            let source = convert::text(&source.unwrap_or(Value::None), "source")?;
            Ok(this(reader.as_ref())?.changed(|reader| reader.format(source)))
        }),
        Native::sync("schema", |_, args| {
            let [reader, schema] = args.bind("schema", ["self", "schema"], 2)?;
            let reader = this(reader.as_ref())?;
            Ok(Value::object(reader.with_schema(schema.unwrap_or(Value::None))?))
        }),
        Native::sync("option", |_, args| {
            let [reader, key, option] = args.bind("option", ["self", "key", "value"], 3)?;
            let key = convert::text(&key.unwrap_or(Value::None), "key")?;
            let option = convert::option(&option.unwrap_or(Value::None))?;
            Ok(this(reader.as_ref())?.changed(|reader| reader.option(key, option)))
        }),
        Native::sync("options", |_, args| {
            let reader = this(args.positional.first())?;
            Ok(Value::object(reader.with_options(&args)?))
        }),
        Native::sync("load", |vm, mut args| {
            let format = args.take("format");
            let schema = args.take("schema");
            let path = args.take("path").or_else(|| args.positional.get(1).cloned());
            let mut reader = this(args.positional.first())?.clone();
            if let Some(format) = format.filter(|format| !format.is_none()) {
                reader.reader = reader.reader.format(convert::text(&format, "format")?);
            }
            if let Some(schema) = schema.filter(|schema| !schema.is_none()) {
                reader = reader.with_schema(schema)?;
            }
            let frame = reader.with_options(&args)?.reader.load(paths(path)?);
            Ok(PyFrame::of_step(vm, "load", frame))
        }),
        Native::sync("table", |vm, args| {
            let [reader, name] = args.bind("table", ["self", "tableName"], 2)?;
            let name = convert::text(&name.unwrap_or(Value::None), "tableName")?;
            Ok(PyFrame::of_step(
                vm,
                "table",
                this(reader.as_ref())?.reader.clone().table(name),
            ))
        }),
        Native::later("csv", |vm, args| {
            Box::pin(files(vm, args, "csv", |reader, paths| reader.csv(paths)))
        }),
        Native::later("json", |vm, args| {
            Box::pin(files(vm, args, "json", |reader, paths| reader.json(paths)))
        }),
        Native::later("parquet", |vm, args| {
            Box::pin(files(vm, args, "parquet", |reader, paths| reader.parquet(paths)))
        }),
        Native::later("orc", |vm, args| {
            Box::pin(files(vm, args, "orc", |reader, paths| reader.orc(paths)))
        }),
        Native::later("text", |vm, args| {
            Box::pin(files(vm, args, "text", |reader, paths| reader.text(paths)))
        }),
        Native::later("xml", |vm, args| {
            Box::pin(files(vm, args, "xml", |reader, paths| reader.xml(paths)))
        }),
        Native::sync("changes", |vm, args| {
            let [reader, name] = args.bind("changes", ["self", "tableName"], 2)?;
            let name = convert::required(name, "tableName")?;
            let frame = this(reader.as_ref())?
                .reader
                .clone()
                .changes(name)
                .map_err(raised)?;
            Ok(PyFrame::of_step(vm, "changes", frame))
        }),
        Native::sync("jdbc", jdbc),
    ],
    statics: &[],
    constant: no_constant,
};

#[derive(Clone)]
struct PyReader {
    reader: DataFrameReader,
    /// As it was given.
    schema: Option<Value>,
}

pub(super) fn value(reader: DataFrameReader) -> Value {
    Value::object(PyReader { reader, schema: None })
}

fn this(value: Option<&Value>) -> R<&PyReader> {
    value
        .and_then(Value::downcast)
        .ok_or_else(|| type_error("a DataFrameReader is required"))
}

impl PyReader {
    fn changed(&self, change: impl FnOnce(DataFrameReader) -> DataFrameReader) -> Value {
        Value::object(Self {
            reader: change(self.reader.clone()),
            schema: self.schema.clone(),
        })
    }

    fn with_schema(&self, schema: Value) -> R<Self> {
        let reader = self.reader.clone();
        let reader = match (&schema, schema.downcast::<PyType>()) {
            (Value::Str(ddl), _) => reader.schema(ddl.as_str()),
            (_, Some(data_type)) => reader.schema(&data_type.0),
            _ => {
                return Err(type_error(
                    "[NOT_STR_OR_STRUCT] Argument `schema` should be a str or structType.",
                ));
            }
        };
        Ok(Self {
            reader,
            schema: Some(schema),
        })
    }

    /// With all keywords as options.
    fn with_options(&self, args: &Arguments) -> R<Self> {
        let mut reader = self.reader.clone();
        for (key, option) in &args.named {
            if !option.is_none() {
                reader = reader.option(key.as_str(), convert::option(option)?);
            }
        }
        Ok(Self {
            reader,
            schema: self.schema.clone(),
        })
    }

    /// The rows of texts.
    async fn parse(self, texts: &DataFrame, format: ParseFormat) -> R<DataFrame> {
        let schema = match &self.schema {
            None => None,
            Some(Value::Str(ddl)) => Some(texts.session().ddl_parse(ddl).await.map_err(raised)?),
            Some(schema) => schema.downcast::<PyType>().map(|data_type| data_type.0.clone()),
        };
        Ok(self.reader.parse(texts, format, schema))
    }
}

fn paths(path: Option<Value>) -> R<Vec<String>> {
    match path {
        None | Some(Value::None) => Ok(Vec::new()),
        Some(path) => convert::names(&[path], "path"),
    }
}

/// A table of another database: in one part, in parts by a column, or in one for each condition.
fn jdbc(vm: &mut Vm, args: Arguments) -> R<Value> {
    let names = [
        "self",
        "url",
        "table",
        "column",
        "lowerBound",
        "upperBound",
        "numPartitions",
        "predicates",
        "properties",
    ];
    let [
        reader,
        url,
        table,
        column,
        lower,
        upper,
        count,
        predicates,
        properties,
    ] = args.bind("jdbc", names, 3)?;
    let (url, table) = (convert::required(url, "url")?, convert::required(table, "table")?);
    let mut reader = this(reader.as_ref())?.reader.clone();
    let mut predicates = convert::given(predicates)
        .map(|predicates| convert::names(&[predicates], "predicates"))
        .transpose()?;
    if let Some(column) = convert::optional(column, "column")? {
        reader = reader.option("partitionColumn", column);
        for (name, value) in [
            ("lowerBound", lower),
            ("upperBound", upper),
            ("numPartitions", count),
        ] {
            let Some(value) = convert::given(value) else {
                return Err(raise(
                    &ASSERTION_ERROR,
                    format!("{name} can not be None when ``column`` is specified"),
                ));
            };
            reader = reader.option(name, convert::option(&value)?);
        }
        predicates = None;
    }
    for (key, value) in convert::pairs(properties, "properties")? {
        reader = reader.option(key, value);
    }
    Ok(PyFrame::of_step(
        vm,
        "jdbc",
        reader.jdbc(&url, &table, predicates),
    ))
}

/// Files of a format, or the texts of a DataFrame; keywords are the format's options.
async fn files(
    vm: &mut Vm,
    mut args: Arguments,
    name: &str,
    read: fn(DataFrameReader, Vec<String>) -> DataFrame,
) -> R<Value> {
    let schema = args.take("schema");
    let path = args.take("path").or_else(|| args.take("paths"));
    let mut reader = this(args.positional.first())?.clone();
    let mut given = args.positional.iter().skip(1).cloned();
    let parsed = match name {
        "csv" => Some(ParseFormat::Csv),
        "json" => Some(ParseFormat::Json),
        "xml" => Some(ParseFormat::Xml),
        _ => None,
    };
    let Some(format) = parsed else {
        let mut all = paths(path)?;
        for path in given {
            all.extend(paths(Some(path))?);
        }
        let reader = reader.with_options(&args)?.reader;
        return Ok(PyFrame::of_step(vm, name, read(reader, all)));
    };
    let path = path.or_else(|| given.next());
    if let Some(schema) = schema.or_else(|| given.next()).filter(|schema| !schema.is_none()) {
        reader = reader.with_schema(schema)?;
    }
    let reader = reader.with_options(&args)?;
    let made = match path.as_ref().and_then(Value::downcast::<PyFrame>) {
        Some(texts) => reader.parse(&texts.frame, format).await?,
        None => read(reader.reader, paths(path)?),
    };
    Ok(PyFrame::of_step(vm, name, made))
}

impl Object for PyReader {
    fn class(&self) -> &'static Class {
        &READER
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
