//! `df.writeStream`.

use spark_connect_client::{DataStreamWriter, streaming::Trigger};

use super::{
    convert::{self, optional, required},
    error::raised,
    stream_query::PyQuery,
    wrapped::wrapped,
};
use crate::{
    class::Class,
    exception::{self, R, raise},
    value::Value,
    vm::native::{Arguments, Native},
};

pub(super) static STREAM_WRITER: Class = Class {
    methods: METHODS,
    ..Class::named("DataStreamWriter", "pyspark.sql.connect.streaming.readwriter")
};

wrapped!(PyStreamWriter(DataStreamWriter), STREAM_WRITER);

static METHODS: &[Native] = &[
    Native::sync("outputMode", |_, args| {
        let [this, mode] = args.bind("outputMode", ["self", "outputMode"], 2)?;
        let mode = required(mode, "outputMode")?;
        Ok(PyStreamWriter::value(
            PyStreamWriter::this(this.as_ref())?.output_mode(mode),
        ))
    }),
    Native::sync("format", |_, args| {
        let [this, source] = args.bind("format", ["self", "source"], 2)?;
        let source = required(source, "source")?;
        Ok(PyStreamWriter::value(
            PyStreamWriter::this(this.as_ref())?.format(source),
        ))
    }),
    Native::sync("option", |_, args| {
        let [this, key, value] = args.bind("option", ["self", "key", "value"], 3)?;
        let (key, value) = (
            required(key, "key")?,
            convert::option(&value.unwrap_or(Value::None))?,
        );
        Ok(PyStreamWriter::value(
            PyStreamWriter::this(this.as_ref())?.option(key, value),
        ))
    }),
    Native::sync("options", |_, args| {
        let this = PyStreamWriter::this(args.positional.first())?;
        options(this, args).map(PyStreamWriter::value)
    }),
    Native::sync("partitionBy", |_, args| {
        let names = convert::names(convert::rest(&args), "cols")?;
        let this = PyStreamWriter::this(args.positional.first())?;
        Ok(PyStreamWriter::value(this.partition_by(names)))
    }),
    Native::sync("clusterBy", |_, args| {
        let names = convert::names(convert::rest(&args), "cols")?;
        let this = PyStreamWriter::this(args.positional.first())?;
        Ok(PyStreamWriter::value(this.cluster_by(names)))
    }),
    Native::sync("queryName", |_, args| {
        let [this, name] = args.bind("queryName", ["self", "queryName"], 2)?;
        let name = required(name, "queryName")?;
        let this = PyStreamWriter::this(this.as_ref())?.query_name(&name);
        this.map(PyStreamWriter::value).map_err(raised)
    }),
    Native::sync("trigger", trigger),
    Native::action("start", |_, args| Box::pin(start(args, "start"))),
    Native::action("toTable", |_, args| Box::pin(start(args, "toTable"))),
];

fn options(mut writer: DataStreamWriter, args: Arguments) -> R<DataStreamWriter> {
    for (key, value) in args.named {
        if !value.is_none() {
            writer = writer.option(key.as_str(), convert::option(&value)?);
        }
    }
    Ok(writer)
}

fn trigger(_: &mut crate::vm::Vm, args: Arguments) -> R<Value> {
    let names = [
        "self",
        "processingTime",
        "once",
        "continuous",
        "availableNow",
        "realTime",
    ];
    let [this, processing, once, continuous, available, real] = args.bind("trigger", names, 1)?;
    let time = |value: Option<Value>, name: &str| optional(value, name);
    let yes = |value: Option<Value>, name: &str| match convert::given(value) {
        None => Ok(None),
        Some(Value::Bool(true)) => Ok(Some(())),
        Some(_) => Err(raise(
            &exception::PYSPARK_VALUE_ERROR,
            format!("[VALUE_NOT_ALLOWED] Value for `{name}` has to be amongst the following values: [True]."),
        )),
    };
    let choices = [
        time(processing, "processingTime")?.map(Trigger::ProcessingTime),
        yes(once, "once")?.map(|()| Trigger::Once),
        time(continuous, "continuous")?.map(Trigger::Continuous),
        yes(available, "availableNow")?.map(|()| Trigger::AvailableNow),
        time(real, "realTime")?.map(Trigger::RealTime),
    ];
    let mut chosen = choices.into_iter().flatten();
    match (chosen.next(), chosen.next()) {
        (Some(trigger), None) => {
            let this = PyStreamWriter::this(this.as_ref())?.trigger(trigger);
            this.map(PyStreamWriter::value).map_err(raised)
        }
        _ => Err(raise(
            &exception::PYSPARK_VALUE_ERROR,
            "[ONLY_ALLOW_SINGLE_TRIGGER] Only a single trigger is allowed.",
        )),
    }
}

/// Starts the query; keywords that are not its own are options.
async fn start(mut args: Arguments, name: &str) -> R<Value> {
    const NAMES: [&str; 5] = ["", "format", "outputMode", "partitionBy", "queryName"];
    let target = if name == "start" { "path" } else { "tableName" };
    let mut own: [Option<Value>; 5] = [const { None }; 5];
    for (at, slot) in own.iter_mut().enumerate() {
        let by_name = args.take(if at == 0 { target } else { NAMES[at] });
        *slot = convert::given(by_name.or_else(|| args.positional.get(at + 1).cloned()));
    }
    let [destination, format, mode, partitions, query] = own;
    let mut writer = PyStreamWriter::this(args.positional.first())?;
    writer = options(writer, args)?;
    if let Some(mode) = optional(mode, "outputMode")? {
        writer = writer.output_mode(mode);
    }
    if let Some(partitions) = partitions {
        writer = writer.partition_by(convert::names(&[partitions], "partitionBy")?);
    }
    if let Some(format) = optional(format, "format")? {
        writer = writer.format(format);
    }
    if let Some(query) = optional(query, "queryName")? {
        writer = writer.query_name(&query).map_err(raised)?;
    }
    let destination = optional(destination, target)?;
    let started = match name {
        "start" => writer.start(destination.as_deref()).await,
        _ => {
            writer
                .to_table(&required(destination.map(Value::text), target)?)
                .await
        }
    };
    started.map(PyQuery::value).map_err(raised)
}
