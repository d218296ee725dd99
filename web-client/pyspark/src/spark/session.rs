//! `SparkSession`.

use std::{any::Any, rc::Rc};

use futures::StreamExt;
use spark_connect_client::{
    DataFrame, Output, Session,
    plan::{self, Expression, Kind, LogicalPlan, SqlArguments},
    proto::{SqlCommand, command::CommandType},
};

use super::{
    catalog::PyCatalog,
    column::PyColumn,
    convert,
    error::{raised, type_error},
    frame::PyFrame,
    local, reader,
    stream_query::PyManager,
    stream_reader::PyStreamReader,
    tvf::PyTvf,
    udf::PyUdf,
};
use crate::{
    class::{Class, OBJECT, no_constant},
    exception::{R, raise},
    types,
    value::{Dict, Object, Set, Value, object::Answer},
    vm::{
        Vm,
        native::{Arguments, Native},
    },
};

/// A part of the session that is always there.
macro_rules! property {
    ($name:literal, $make:expr) => {
        Native::property($name, |_, session| {
            Box::pin(async move {
                let make: fn(Session) -> Value = $make;
                Ok(make(this(Some(&session))?))
            })
        })
    };
}

pub(super) static SESSION: Class = Class {
    name: "SparkSession",
    module: "pyspark.sql.connect.session",
    base: Some(&OBJECT),
    new: None,
    methods: &[
        Native::later("sql", |vm, args| Box::pin(sql(vm, args))),
        Native::sync("table", |vm, args| {
            let [session, name] = args.bind("table", ["self", "tableName"], 2)?;
            let name = convert::text(&name.unwrap_or(Value::None), "tableName")?;
            Ok(PyFrame::of_step(
                vm,
                "table",
                this(session.as_ref())?.table(&name),
            ))
        }),
        Native::sync("range", |vm, args| {
            let [session, start, end, step, partitions] =
                args.bind("range", ["self", "start", "end", "step", "numPartitions"], 2)?;
            let (start, end, step, partitions) = bounds(start, end, step, partitions)?;
            let frame = this(session.as_ref())?.range(start, end, step, partitions);
            Ok(PyFrame::of_step(vm, "range", frame))
        }),
        Native::later("createDataFrame", |vm, args| {
            Box::pin(async move {
                let names = ["self", "data", "schema", "samplingRatio", "verifySchema"];
                let [session, data, schema, ..] = args.bind("createDataFrame", names, 2)?;
                let session = this(session.as_ref())?;
                local::create(vm, &session, &data.unwrap_or(Value::None), schema).await
            })
        }),
        Native::sync("newSession", |_, args| {
            let [session] = args.exactly("newSession")?;
            Ok(super::session(this(Some(&session))?.new_session()))
        }),
        Native::action("cloneSession", |_, args| {
            Box::pin(async move {
                let [session, id] = args.bind("cloneSession", ["self", "new_session_id"], 1)?;
                let session = this(session.as_ref())?;
                let copy = match convert::optional(id, "new_session_id")? {
                    None => session.clone_session().await,
                    Some(id) => session.clone_session_as(&id).await,
                };
                copy.map(super::session).map_err(raised)
            })
        }),
        Native::later("emptyDataFrame", |vm, args| {
            Box::pin(async move {
                let [session, schema] = args.bind("emptyDataFrame", ["self", "schema"], 2)?;
                let session = this(session.as_ref())?;
                local::create(vm, &session, &Value::list(Vec::new()), schema).await
            })
        }),
        // The session is the notebook's: it ends with it.
        Native::sync("stop", |_, args| args.exactly::<1>("stop").map(|_| Value::None)),
        Native::action("interruptAll", |_, args| {
            Box::pin(async move {
                let [session] = args.exactly("interruptAll")?;
                interrupted(this(Some(&session))?.interrupt_all().await)
            })
        }),
        Native::action("interruptTag", |_, args| {
            Box::pin(async move {
                let [session, tag] = args.bind("interruptTag", ["self", "tag"], 2)?;
                let tag = convert::required(tag, "tag")?;
                interrupted(this(session.as_ref())?.interrupt_tag(&tag).await)
            })
        }),
        Native::action("interruptOperation", |_, args| {
            Box::pin(async move {
                let [session, id] = args.bind("interruptOperation", ["self", "op_id"], 2)?;
                let id = convert::required(id, "op_id")?;
                interrupted(this(session.as_ref())?.interrupt_operation(&id).await)
            })
        }),
        Native::sync("addTag", |_, args| {
            let [session, tag] = args.bind("addTag", ["self", "tag"], 2)?;
            let tag = convert::required(tag, "tag")?;
            this(session.as_ref())?.add_tag(&tag).map_err(raised)?;
            Ok(Value::None)
        }),
        Native::sync("removeTag", |_, args| {
            let [session, tag] = args.bind("removeTag", ["self", "tag"], 2)?;
            let tag = convert::required(tag, "tag")?;
            this(session.as_ref())?.remove_tag(&tag).map_err(raised)?;
            Ok(Value::None)
        }),
        Native::sync("getTags", |_, args| {
            let [session] = args.exactly("getTags")?;
            let tags = Set::new(false);
            for tag in this(Some(&session))?.tags() {
                tags.insert(Value::text(tag))?;
            }
            Ok(Value::set(tags))
        }),
        Native::sync("clearTags", |_, args| {
            let [session] = args.exactly("clearTags")?;
            this(Some(&session))?.clear_tags();
            Ok(Value::None)
        }),
        property!("read", |session| reader::value(session.read())),
        property!("readStream", |session| PyStreamReader::value(
            session.read_stream()
        )),
        property!("catalog", |session| PyCatalog::value(session.catalog())),
        property!("streams", |session| PyManager::value(session.streams())),
        property!("tvf", |session| PyTvf::value(session.tvf())),
        property!("udf", |session| PyUdf::value(session.udf())),
        property!("conf", |session| Value::object(Conf(session))),
        property!("session_id", |session| Value::text(session.session_id())),
        property!("is_stopped", |_| Value::Bool(false)),
        Native::property("version", |_, session| {
            Box::pin(async move {
                let session = this(Some(&session))?;
                session.spark_version().await.map(Value::text).map_err(raised)
            })
        }),
    ],
    statics: &[
        Native::sync("active", |vm, _| the_session(vm)),
        Native::sync("getActiveSession", |vm, _| {
            Ok(vm.session.clone().map_or(Value::None, session))
        }),
    ],
    constant: |name| match name {
        "builder" => Some(Value::object(Builder)),
        "Builder" => Some(Value::Class(&BUILDER)),
        name => no_constant(name),
    },
};

/// The numbers of `range`: from, to, step, partitions.
pub(super) fn bounds(
    start: Option<Value>,
    end: Option<Value>,
    step: Option<Value>,
    partitions: Option<Value>,
) -> R<(i64, i64, i64, Option<i32>)> {
    let number = |value: Option<Value>, default| value.map_or(Ok(default), |value| types::integer(&value));
    let (start, end) = match convert::given(end) {
        None => (0, number(start, 0)?),
        end => (number(start, 0)?, number(end, 0)?),
    };
    let partitions = convert::given(partitions)
        .map(|count| convert::int(&count, "numPartitions"))
        .transpose()?;
    Ok((start, end, number(step, 1)?, partitions))
}

fn interrupted(ids: spark_connect_client::Result<Vec<String>>) -> R<Value> {
    let ids = ids.map_err(raised)?;
    Ok(Value::list(ids.into_iter().map(Value::text).collect()))
}

/// The session as a value.
pub(crate) fn session(session: Session) -> Value {
    Value::object(PySession(session))
}

struct PySession(Session);

fn this(value: Option<&Value>) -> R<Session> {
    match value.and_then(Value::downcast::<PySession>) {
        Some(session) => Ok(session.0.clone()),
        None => Err(type_error("a SparkSession is required")),
    }
}

async fn sql(vm: &mut Vm, args: Arguments) -> R<Value> {
    let mut args = args;
    let arguments = args.take("args");
    let query = args.take("sqlQuery");
    let fields = std::mem::take(&mut args.named);
    let [session, first, second] = args.between("sql", 1)?;
    let query = query.or_else(|| first.clone()).unwrap_or(Value::None);
    let arguments = arguments.or(second);
    let session = this(session.as_ref())?;
    let mut query = convert::text(&query, "sqlQuery")?;
    let mut views = Vec::new();
    if !fields.is_empty() {
        let fields = Arguments {
            positional: Vec::new(),
            named: fields,
        };
        query = types::format::fill(vm, &query, fields, &mut |value, field| {
            in_query(value, field, &mut views)
        })
        .await?;
    }
    let expression =
        |value: &Value| convert::operand(value).map(spark_connect_client::Column::into_expression);
    let arguments = match arguments {
        None | Some(Value::None) => SqlArguments::None,
        Some(Value::Dict(dict)) => {
            let mut named: Vec<(String, Expression)> = Vec::new();
            for (name, value) in dict.pairs() {
                named.push((convert::text(&name, "args")?, expression(&value)?));
            }
            SqlArguments::Named(named)
        }
        Some(list) => {
            SqlArguments::Positional(convert::flat(&[list]).iter().map(expression).collect::<R<_>>()?)
        }
    };
    let views = views
        .iter()
        .enumerate()
        .filter_map(|(at, view)| {
            let frame = &view.downcast::<PyFrame>()?.frame;
            Some(frame.plan().subquery_alias(view_name(at)))
        })
        .collect();
    let plan = LogicalPlan::sql(query, arguments, views);
    if vm.is_planning {
        return Ok(PyFrame::of_step(vm, "sql", DataFrame::of(session, plan)));
    }
    // A command runs at once; a query comes back to be run.
    let input = DataFrame::of(session.clone(), plan).relation().map_err(raised)?;
    let mut execution = session.execute(plan::command(CommandType::SqlCommand(SqlCommand {
        input: Some(input),
        ..Default::default()
    })));
    let mut result = None;
    while let Some(output) = execution.next().await {
        if let Output::Sql(relation) = output.map_err(raised)? {
            result = Some(*relation);
        }
    }
    let relation = result.ok_or_else(|| {
        raise(
            &crate::exception::SPARK_CONNECT_EXCEPTION,
            "The server gave no result.",
        )
    })?;
    Ok(PyFrame::of_step(vm, "sql", DataFrame::new(session, relation)))
}

/// What a field of a query's text is in SQL: a DataFrame is a view, a text a literal, a column its name.
fn in_query(value: Value, field: &str, views: &mut Vec<Value>) -> R<Value> {
    if let Some(column) = value.downcast::<PyColumn>() {
        return match column.0.expression().kind() {
            Kind::Attribute { name, .. } => Ok(Value::text(name.as_str())),
            _ => Err(raise(
                &crate::exception::PYSPARK_VALUE_ERROR,
                format!(
                    "{} in {field} should be a plain column reference such as `df.col` or `col('column')`",
                    types::repr(&value)?
                ),
            )),
        };
    }
    if value.downcast::<PyFrame>().is_some() {
        let known = views.iter().position(|view| view.is(&value));
        let at = known.unwrap_or(views.len());
        if known.is_none() {
            views.push(value);
        }
        return Ok(Value::text(view_name(at)));
    }
    Ok(match &value {
        Value::Str(text) => Value::text(format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))),
        _ => value,
    })
}

/// The name of a DataFrame in the text of a query.
fn view_name(at: usize) -> String {
    format!("_pyspark_connect_temp_view_{at}")
}

impl Object for PySession {
    fn class(&self) -> &'static Class {
        &SESSION
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn attribute<'a>(self: Rc<Self>, _: &'a mut Vm, name: &str) -> Option<Answer<'a>> {
        Some(match name {
            "builder" => Ok(Value::object(Builder)).into(),
            "sparkContext" | "_jsparkSession" | "_jvm" => Err(raise(
                &crate::exception::PYSPARK_ATTRIBUTE_ERROR,
                format!(
                    "[JVM_ATTRIBUTE_NOT_SUPPORTED] Attribute `{name}` is not supported in Spark Connect."
                ),
            ))
            .into(),
            _ => return None,
        })
    }

    fn enter(self: Rc<Self>) -> R<Value> {
        Ok(Value::Object(self))
    }
}

pub(super) static BUILDER: Class = Class {
    name: "Builder",
    module: "pyspark.sql.connect.session.SparkSession",
    base: Some(&OBJECT),
    new: None,
    methods: &[
        Native::sync("appName", |_, args| {
            Ok(args.positional.into_iter().next().unwrap_or(Value::None))
        }),
        Native::sync("master", |_, args| {
            Ok(args.positional.into_iter().next().unwrap_or(Value::None))
        }),
        Native::sync("remote", |_, args| {
            Ok(args.positional.into_iter().next().unwrap_or(Value::None))
        }),
        Native::sync("config", |_, args| {
            Ok(args.positional.into_iter().next().unwrap_or(Value::None))
        }),
        Native::sync("enableHiveSupport", |_, args| {
            Ok(args.positional.into_iter().next().unwrap_or(Value::None))
        }),
        Native::sync("getOrCreate", |vm, _| the_session(vm)),
        Native::sync("create", |vm, _| the_session(vm)),
    ],
    statics: &[],
    constant: no_constant,
};

/// `SparkSession.builder`: every setting is kept, and there is one session already.
struct Builder;

impl Object for Builder {
    fn class(&self) -> &'static Class {
        &BUILDER
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn the_session(vm: &mut Vm) -> R<Value> {
    current(vm).map(session)
}

/// The session of the cells.
pub(super) fn current(vm: &Vm) -> R<Session> {
    vm.session.clone().ok_or_else(|| {
        raise(
            &crate::exception::PYSPARK_RUNTIME_ERROR,
            "[NO_ACTIVE_SESSION] No active Spark session found.",
        )
    })
}

pub(super) static CONF: Class = Class {
    name: "RuntimeConf",
    module: "pyspark.sql.connect.conf",
    base: Some(&OBJECT),
    new: None,
    methods: &[
        Native::later("get", |_, args| {
            Box::pin(async move {
                let [conf, key, default] = args.bind("get", ["self", "key", "default"], 2)?;
                let key = convert::text(&key.unwrap_or(Value::None), "key")?;
                let conf = conf_of(conf.as_ref())?;
                let conf = conf.conf();
                match default {
                    None => conf.get(&key).await.map(Value::text).map_err(raised),
                    Some(Value::None) => {
                        let found = conf.get_option(&key).await.map_err(raised)?;
                        Ok(found.map_or(Value::None, Value::text))
                    }
                    Some(default) => {
                        let default = convert::option(&default)?;
                        conf.get_with_default(&key, &default)
                            .await
                            .map(Value::text)
                            .map_err(raised)
                    }
                }
            })
        }),
        Native::action("set", |_, args| {
            Box::pin(async move {
                let [conf, key, value] = args.bind("set", ["self", "key", "value"], 3)?;
                let key = convert::text(&key.unwrap_or(Value::None), "key")?;
                let value = convert::option(&value.unwrap_or(Value::None))?;
                conf_of(conf.as_ref())?
                    .conf()
                    .set(&key, &value)
                    .await
                    .map_err(raised)?;
                Ok(Value::None)
            })
        }),
        Native::action("unset", |_, args| {
            Box::pin(async move {
                let [conf, key] = args.bind("unset", ["self", "key"], 2)?;
                let key = convert::text(&key.unwrap_or(Value::None), "key")?;
                conf_of(conf.as_ref())?.conf().unset(&key).await.map_err(raised)?;
                Ok(Value::None)
            })
        }),
        Native::property("getAll", |_, conf| {
            Box::pin(async move {
                let conf = conf_of(Some(&conf))?.conf();
                let all = Dict::new();
                for (key, value) in conf.get_all(None).await.map_err(raised)? {
                    all.insert(Value::text(key), Value::text(value))?;
                }
                Ok(Value::dict(all))
            })
        }),
        Native::later("isModifiable", |_, args| {
            Box::pin(async move {
                let [conf, key] = args.bind("isModifiable", ["self", "key"], 2)?;
                let key = convert::text(&key.unwrap_or(Value::None), "key")?;
                let conf = conf_of(conf.as_ref())?;
                conf.conf()
                    .is_modifiable(&key)
                    .await
                    .map(Value::Bool)
                    .map_err(raised)
            })
        }),
    ],
    statics: &[],
    constant: no_constant,
};

/// `spark.conf`.
struct Conf(Session);

impl Object for Conf {
    fn class(&self) -> &'static Class {
        &CONF
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn conf_of(value: Option<&Value>) -> R<Session> {
    match value.and_then(Value::downcast::<Conf>) {
        Some(conf) => Ok(conf.0.clone()),
        None => Err(type_error("a RuntimeConf is required")),
    }
}
