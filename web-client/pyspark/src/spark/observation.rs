//! `Observation`: metrics of a DataFrame that come with the result of whatever runs it.

use std::{any::Any, cell::RefCell};

use spark_connect_client::{Column, DataFrame, Observation};

use super::{convert, error::raised};
use crate::{
    class::{Class, OBJECT},
    exception::{self, R, raise},
    value::{Dict, Object, Value},
    vm::native::Native,
};

pub(super) static OBSERVATION: Class = Class {
    base: Some(&OBJECT),
    new: Some(Native::sync("Observation", |_, args| {
        let [name] = args.bind("Observation", ["name"], 0)?;
        let name = convert::optional(name, "name")?;
        if name.as_deref() == Some("") {
            return Err(raise(
                &exception::PYSPARK_VALUE_ERROR,
                "[VALUE_NOT_NON_EMPTY_STR] Value for `name` must be a non empty string, got ''.",
            ));
        }
        Ok(Value::object(PyObservation {
            name: name.unwrap_or_else(|| {
                let part = || (spark_connect_client::platform::random() * 1e16) as u64;
                format!("{:016x}{:016x}", part(), part())
            }),
            waiting: RefCell::default(),
        }))
    })),
    methods: &[Native::property("get", |_, this| {
        Box::pin(async move { get(&this) })
    })],
    ..Class::named("Observation", "pyspark.sql.connect.observation")
};

pub(super) struct PyObservation {
    name: String,
    waiting: RefCell<Option<Observation>>,
}

impl PyObservation {
    /// The DataFrame with the metrics.
    pub(super) async fn on(&self, frame: &DataFrame, metrics: Vec<Column>) -> R<DataFrame> {
        if self.waiting.borrow().is_some() {
            return Err(raise(
                &exception::PYSPARK_ASSERTION_ERROR,
                "[REUSE_OBSERVATION] An Observation can be used with a DataFrame only once.",
            ));
        }
        if frame.is_streaming().await.map_err(raised)? {
            return Err(raise(
                &exception::ILLEGAL_ARGUMENT_EXCEPTION,
                "[UNSUPPORTED_OPERATION] Streaming DataFrame with Observation is not supported.",
            ));
        }
        let observed = frame.observe(&self.name, metrics).map_err(raised)?;
        *self.waiting.borrow_mut() = Some(frame.session().observation(&self.name));
        Ok(observed)
    }
}

fn get(this: &Value) -> R<Value> {
    let observation = this
        .downcast::<PyObservation>()
        .ok_or_else(|| exception::type_error("an Observation is required"))?;
    let waiting = observation.waiting.borrow();
    let Some(waiting) = &*waiting else {
        return Err(raise(
            &exception::PYSPARK_ASSERTION_ERROR,
            "[NO_OBSERVE_BEFORE_GET] Should observe by calling `DataFrame.observe` before `get`.",
        ));
    };
    let metrics = Dict::new();
    for (name, value) in waiting
        .get()
        .transpose()
        .map_err(|error| raised(*error))?
        .into_iter()
        .flatten()
    {
        metrics.insert(Value::text(name), convert::from_literal(&value)?)?;
    }
    Ok(Value::dict(metrics))
}

impl Object for PyObservation {
    fn class(&self) -> &'static Class {
        &OBSERVATION
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
