//! `StreamingQuery` and `spark.streams`.

use std::time::Duration;

use spark_connect_client::{StreamingQuery, StreamingQueryManager};

use super::{
    convert::{self, flag, required},
    error::raised,
    wrapped::wrapped,
};
use crate::{
    class::Class,
    exception::{self, Exception, R, raise},
    types,
    value::{Dict, Value},
    vm::native::Native,
};

pub(super) static QUERY: Class = Class {
    methods: QUERY_METHODS,
    ..Class::named("StreamingQuery", "pyspark.sql.connect.streaming.query")
};
pub(super) static MANAGER: Class = Class {
    methods: MANAGER_METHODS,
    ..Class::named("StreamingQueryManager", "pyspark.sql.connect.streaming.query")
};

wrapped!(PyQuery(StreamingQuery), QUERY);
wrapped!(PyManager(StreamingQueryManager), MANAGER);

/// Seconds that must be positive, if they are given.
fn timeout(value: Option<Value>) -> R<Option<Duration>> {
    let Some(value) = convert::given(value) else {
        return Ok(None);
    };
    let seconds = match value {
        Value::Int(_) | Value::Float(_) => types::arithmetic::float(&value)?,
        _ => 0.0,
    };
    match Duration::try_from_secs_f64(seconds) {
        Ok(time) if !time.is_zero() => Ok(Some(time)),
        _ => Err(raise(
            &exception::PYSPARK_VALUE_ERROR,
            format!(
                "[VALUE_NOT_POSITIVE] Value for `timeout` must be positive, got '{}'.",
                types::class_of(&value).name
            ),
        )),
    }
}

/// Whether it ended, said only to those who wait for a time.
fn ended(timed: bool, ended: bool) -> Value {
    if timed { Value::Bool(ended) } else { Value::None }
}

static QUERY_METHODS: &[Native] = &[
    Native::property("id", |_, this| {
        Box::pin(async move { Ok(Value::text(PyQuery::this(Some(&this))?.id())) })
    }),
    Native::property("runId", |_, this| {
        Box::pin(async move { Ok(Value::text(PyQuery::this(Some(&this))?.run_id())) })
    }),
    Native::property("name", |_, this| {
        Box::pin(async move {
            let query = PyQuery::this(Some(&this))?;
            Ok(query.name().map_or(Value::None, Value::text))
        })
    }),
    Native::property("isActive", |_, this| {
        Box::pin(async move {
            let query = PyQuery::this(Some(&this))?;
            query.is_active().await.map(Value::Bool).map_err(raised)
        })
    }),
    Native::property("status", |_, this| {
        Box::pin(async move {
            let status = PyQuery::this(Some(&this))?.status().await.map_err(raised)?;
            let dict = Dict::new();
            dict.insert(Value::text("message"), Value::text(status.message))?;
            dict.insert(
                Value::text("isDataAvailable"),
                Value::Bool(status.is_data_available),
            )?;
            dict.insert(
                Value::text("isTriggerActive"),
                Value::Bool(status.is_trigger_active),
            )?;
            Ok(Value::dict(dict))
        })
    }),
    Native::property("recentProgress", |_, this| {
        Box::pin(async move {
            let progress = PyQuery::this(Some(&this))?
                .recent_progress()
                .await
                .map_err(raised)?;
            let values = progress.iter().map(|text| super::json::value(text));
            Ok(Value::list(values.collect::<R<_>>()?))
        })
    }),
    Native::property("lastProgress", |_, this| {
        Box::pin(async move {
            let progress = PyQuery::this(Some(&this))?
                .last_progress()
                .await
                .map_err(raised)?;
            progress.map_or(Ok(Value::None), |text| super::json::value(&text))
        })
    }),
    Native::action("awaitTermination", |_, args| {
        Box::pin(async move {
            let [this, time] = args.bind("awaitTermination", ["self", "timeout"], 1)?;
            let time = timeout(time)?;
            let query = PyQuery::this(this.as_ref())?;
            let over = query.await_termination(time).await.map_err(raised)?;
            Ok(ended(time.is_some(), over))
        })
    }),
    Native::action("processAllAvailable", |_, args| {
        Box::pin(async move {
            let [this] = args.exactly("processAllAvailable")?;
            let query = PyQuery::this(Some(&this))?;
            query.process_all_available().await.map_err(raised)?;
            Ok(Value::None)
        })
    }),
    Native::action("stop", |_, args| {
        Box::pin(async move {
            let [this] = args.exactly("stop")?;
            PyQuery::this(Some(&this))?.stop().await.map_err(raised)?;
            Ok(Value::None)
        })
    }),
    Native::action("explain", |vm, args| {
        Box::pin(async move {
            let [this, extended] = args.bind("explain", ["self", "extended"], 1)?;
            let extended = flag(extended, false)?;
            let query = PyQuery::this(this.as_ref())?;
            let text = query.explain(extended).await.map_err(raised)?;
            vm.print(&format!("{text}\n"));
            Ok(Value::None)
        })
    }),
    Native::action("exception", |_, args| {
        Box::pin(async move {
            let [this] = args.exactly("exception")?;
            let failed = PyQuery::this(Some(&this))?.exception().await.map_err(raised)?;
            let Some(failed) = failed else {
                return Ok(Value::None);
            };
            let said = failed.exception_message.unwrap_or_default();
            // The class of Java's exception comes before its message.
            let mut message = said
                .split_once(": ")
                .map_or(said.as_str(), |(_, rest)| rest)
                .to_owned();
            if let Some(stack) = failed.stack_trace {
                message = format!("{message}\n\nJVM stacktrace:\n{stack}");
            }
            let error = Exception::new(&exception::STREAMING_QUERY_EXCEPTION, vec![Value::text(message)]);
            Ok(Value::Exception(error))
        })
    }),
];

static MANAGER_METHODS: &[Native] = &[
    Native::property("active", |_, this| {
        Box::pin(async move {
            let queries = PyManager::this(Some(&this))?.active().await.map_err(raised)?;
            Ok(Value::list(queries.into_iter().map(PyQuery::value).collect()))
        })
    }),
    Native::action("get", |_, args| {
        Box::pin(async move {
            let [this, id] = args.bind("get", ["self", "id"], 2)?;
            let id = required(id, "id")?;
            let query = PyManager::this(this.as_ref())?.get(&id).await.map_err(raised)?;
            Ok(query.map_or(Value::None, PyQuery::value))
        })
    }),
    Native::action("awaitAnyTermination", |_, args| {
        Box::pin(async move {
            let [this, time] = args.bind("awaitAnyTermination", ["self", "timeout"], 1)?;
            let time = timeout(time)?;
            let manager = PyManager::this(this.as_ref())?;
            let over = manager.await_any_termination(time).await.map_err(raised)?;
            Ok(ended(time.is_some(), over))
        })
    }),
    // There are no listeners that it would let go of.
    Native::sync("close", |_, args| args.exactly::<1>("close").map(|_| Value::None)),
    Native::action("resetTerminated", |_, args| {
        Box::pin(async move {
            let [this] = args.exactly("resetTerminated")?;
            PyManager::this(Some(&this))?
                .reset_terminated()
                .await
                .map_err(raised)?;
            Ok(Value::None)
        })
    }),
];
