//! `df.write` and `df.writeTo`.

use std::any::Any;

use spark_connect_client::{Command, DataFrame, DataFrameWriter, DataFrameWriterV2};

use super::{
    convert,
    error::{raised, type_error},
};
use crate::{
    class::{Class, OBJECT, no_constant},
    exception::R,
    types,
    value::{Object, Value},
    vm::native::{Arguments, Native},
};

pub(super) static WRITER: Class = Class {
    name: "DataFrameWriter",
    module: "pyspark.sql.connect.readwriter",
    base: Some(&OBJECT),
    new: None,
    methods: &[
        Native::sync("mode", |_, args| {
            let [writer, mode] = args.bind("mode", ["self", "saveMode"], 2)?;
            Ok(wrap(
                this(writer.as_ref())?.mode(convert::text(&mode.unwrap_or(Value::None), "saveMode")?),
            ))
        }),
        Native::sync("format", |_, args| {
            let [writer, source] = args.bind("format", ["self", "source"], 2)?;
            Ok(wrap(this(writer.as_ref())?.format(convert::text(
                &source.unwrap_or(Value::None),
                "source",
            )?)))
        }),
        Native::sync("option", |_, args| {
            let [writer, key, value] = args.bind("option", ["self", "key", "value"], 3)?;
            let key = convert::text(&key.unwrap_or(Value::None), "key")?;
            Ok(wrap(
                this(writer.as_ref())?.option(key, convert::option(&value.unwrap_or(Value::None))?),
            ))
        }),
        Native::sync("options", |_, args| {
            let writer = this(args.positional.first())?;
            Ok(wrap(options(writer, &args)?))
        }),
        Native::sync("partitionBy", |_, args| {
            let names = convert::names(args.positional.get(1..).unwrap_or_default(), "cols")?;
            Ok(wrap(this(args.positional.first())?.partition_by(names)))
        }),
        Native::sync("sortBy", |_, args| {
            let names = convert::names(args.positional.get(1..).unwrap_or_default(), "cols")?;
            Ok(wrap(this(args.positional.first())?.sort_by(names)))
        }),
        Native::sync("clusterBy", |_, args| {
            let names = convert::names(args.positional.get(1..).unwrap_or_default(), "cols")?;
            Ok(wrap(this(args.positional.first())?.cluster_by(names)))
        }),
        Native::sync("bucketBy", |_, args| {
            let count = convert::int(args.positional.get(1).unwrap_or(&Value::None), "numBuckets")?;
            let names = convert::names(args.positional.get(2..).unwrap_or_default(), "cols")?;
            Ok(wrap(this(args.positional.first())?.bucket_by(count, names)))
        }),
        Native::action("save", |_, args| {
            Box::pin(save(args, "path", |writer, path| writer.save(path)))
        }),
        Native::action("saveAsTable", |_, args| {
            Box::pin(save(args, "name", |writer, name| {
                writer.save_as_table(name.unwrap_or_default())
            }))
        }),
        Native::action("insertInto", |_, args| {
            Box::pin(async move {
                let [writer, name, overwrite] =
                    args.bind("insertInto", ["self", "tableName", "overwrite"], 2)?;
                let name = convert::text(&name.unwrap_or(Value::None), "tableName")?;
                let overwrite = overwrite
                    .filter(|value| !value.is_none())
                    .map(|value| types::truth(&value))
                    .transpose()?;
                run(this(writer.as_ref())?.insert_into(name, overwrite)).await
            })
        }),
        Native::action("csv", |_, args| {
            Box::pin(save(args, "path", |writer, path| {
                writer.csv(path.unwrap_or_default())
            }))
        }),
        Native::action("json", |_, args| {
            Box::pin(save(args, "path", |writer, path| {
                writer.json(path.unwrap_or_default())
            }))
        }),
        Native::action("parquet", |_, args| {
            Box::pin(save(args, "path", |writer, path| {
                writer.parquet(path.unwrap_or_default())
            }))
        }),
        Native::action("orc", |_, args| {
            Box::pin(save(args, "path", |writer, path| {
                writer.orc(path.unwrap_or_default())
            }))
        }),
        Native::action("text", |_, args| {
            Box::pin(save(args, "path", |writer, path| {
                writer.text(path.unwrap_or_default())
            }))
        }),
        Native::action("xml", |_, args| {
            Box::pin(save(args, "path", |writer, path| {
                writer.xml(path.unwrap_or_default())
            }))
        }),
        Native::action("jdbc", |_, args| {
            Box::pin(async move {
                let names = ["self", "url", "table", "mode", "properties"];
                let [writer, url, table, mode, properties] = args.bind("jdbc", names, 3)?;
                let (url, table) = (convert::required(url, "url")?, convert::required(table, "table")?);
                let mut writer = this(writer.as_ref())?;
                if let Some(mode) = convert::optional(mode, "mode")? {
                    writer = writer.mode(mode);
                }
                for (key, value) in convert::pairs(properties, "properties")? {
                    writer = writer.option(key, value);
                }
                run(writer.jdbc(&url, &table)).await
            })
        }),
    ],
    statics: &[],
    constant: no_constant,
};

pub(super) static WRITER_V2: Class = Class {
    name: "DataFrameWriterV2",
    module: "pyspark.sql.connect.readwriter",
    base: Some(&OBJECT),
    new: None,
    methods: &[
        Native::sync("using", |_, args| {
            let [writer, provider] = args.bind("using", ["self", "provider"], 2)?;
            Ok(value_v2(this_v2(writer.as_ref())?.using(convert::text(
                &provider.unwrap_or(Value::None),
                "provider",
            )?)))
        }),
        Native::sync("option", |_, args| {
            let [writer, key, value] = args.bind("option", ["self", "key", "value"], 3)?;
            let key = convert::text(&key.unwrap_or(Value::None), "key")?;
            Ok(value_v2(
                this_v2(writer.as_ref())?.option(key, convert::option(&value.unwrap_or(Value::None))?),
            ))
        }),
        Native::sync("options", |_, args| {
            let mut writer = this_v2(args.positional.first())?;
            for (key, option) in &args.named {
                if !option.is_none() {
                    writer = writer.option(key.as_str(), convert::option(option)?);
                }
            }
            Ok(value_v2(writer))
        }),
        Native::sync("clusterBy", |_, args| {
            let names = convert::names(convert::rest(&args), "cols")?;
            Ok(value_v2(this_v2(args.positional.first())?.cluster_by(names)))
        }),
        Native::sync("tableProperty", |_, args| {
            let [writer, key, value] = args.bind("tableProperty", ["self", "property", "value"], 3)?;
            let key = convert::text(&key.unwrap_or(Value::None), "property")?;
            let value = convert::text(&value.unwrap_or(Value::None), "value")?;
            Ok(value_v2(this_v2(writer.as_ref())?.table_property(key, value)))
        }),
        Native::sync("partitionedBy", |_, args| {
            let columns = convert::columns(args.positional.get(1..).unwrap_or_default(), "cols")?;
            Ok(value_v2(
                this_v2(args.positional.first())?.partitioned_by(columns),
            ))
        }),
        Native::action("create", |_, args| {
            Box::pin(async move { run(this_v2(args.positional.first())?.create()).await })
        }),
        Native::action("replace", |_, args| {
            Box::pin(async move { run(this_v2(args.positional.first())?.replace()).await })
        }),
        Native::action("createOrReplace", |_, args| {
            Box::pin(async move { run(this_v2(args.positional.first())?.create_or_replace()).await })
        }),
        Native::action("append", |_, args| {
            Box::pin(async move { run(this_v2(args.positional.first())?.append()).await })
        }),
        Native::action("overwrite", |_, args| {
            Box::pin(async move {
                let [writer, condition] = args.bind("overwrite", ["self", "condition"], 2)?;
                let condition = convert::column(&condition.unwrap_or(Value::None), "condition")?;
                run(this_v2(writer.as_ref())?.overwrite(condition)).await
            })
        }),
        Native::action("overwritePartitions", |_, args| {
            Box::pin(async move { run(this_v2(args.positional.first())?.overwrite_partitions()).await })
        }),
    ],
    statics: &[],
    constant: no_constant,
};

struct PyWriter(DataFrameWriter);

struct PyWriterV2(DataFrameWriterV2);

pub(super) fn value(frame: DataFrame) -> Value {
    wrap(frame.write())
}

fn wrap(writer: DataFrameWriter) -> Value {
    Value::object(PyWriter(writer))
}

pub(super) fn value_v2(writer: DataFrameWriterV2) -> Value {
    Value::object(PyWriterV2(writer))
}

fn this(value: Option<&Value>) -> R<DataFrameWriter> {
    match value.and_then(Value::downcast::<PyWriter>) {
        Some(writer) => Ok(writer.0.clone()),
        None => Err(type_error("a DataFrameWriter is required")),
    }
}

fn this_v2(value: Option<&Value>) -> R<DataFrameWriterV2> {
    match value.and_then(Value::downcast::<PyWriterV2>) {
        Some(writer) => Ok(writer.0.clone()),
        None => Err(type_error("a DataFrameWriterV2 is required")),
    }
}

fn options(mut writer: DataFrameWriter, args: &Arguments) -> R<DataFrameWriter> {
    for (key, option) in &args.named {
        if !option.is_none() {
            writer = writer.option(key.as_str(), convert::option(option)?);
        }
    }
    Ok(writer)
}

/// Writes; keywords are options but for those that every format has.
async fn save(
    mut args: Arguments,
    target: &str,
    make: fn(DataFrameWriter, Option<&str>) -> Command,
) -> R<Value> {
    let path = args.take(target).or_else(|| args.positional.get(1).cloned());
    let path = path
        .filter(|path| !path.is_none())
        .map(|path| convert::text(&path, target))
        .transpose()?;
    let mut writer = this(args.positional.first())?;
    let is_plain_save = target == "name" || args.positional.len() <= 2;
    if let Some(mode) = args.take("mode").filter(|mode| !mode.is_none()) {
        writer = writer.mode(convert::text(&mode, "mode")?);
    } else if !is_plain_save && let Some(Value::Str(mode)) = args.positional.get(2) {
        writer = writer.mode(mode.as_str());
    }
    if let Some(format) = args.take("format").filter(|format| !format.is_none()) {
        writer = writer.format(convert::text(&format, "format")?);
    }
    if let Some(columns) = args.take("partitionBy").filter(|columns| !columns.is_none()) {
        writer = writer.partition_by(convert::names(&[columns], "partitionBy")?);
    }
    let writer = options(writer, &args)?;
    run(make(writer, path.as_deref())).await
}

async fn run(command: Command) -> R<Value> {
    command.await.map_err(raised)?;
    Ok(Value::None)
}

impl Object for PyWriter {
    fn class(&self) -> &'static Class {
        &WRITER
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Object for PyWriterV2 {
    fn class(&self) -> &'static Class {
        &WRITER_V2
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
