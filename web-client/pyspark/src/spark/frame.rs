//! `DataFrame`: what Python asks of it. Its methods are in `frame_columns`, `frame_rows` and `frame_actions`.

use std::{any::Any, cell::RefCell, rc::Rc};

use futures::future::LocalBoxFuture;
use spark_connect_client::{Column, DataFrame, proto::data_type::Struct, types as client_types};

use super::{
    column::PyColumn,
    convert,
    error::{raised, type_error},
    frame_actions, frame_columns, frame_kept, frame_properties, frame_rows, origin, unsupported,
};
use crate::{
    class::{Class, OBJECT},
    exception::{self, R, raise},
    types,
    value::{Object, Value, object::Answer},
    vm::{
        Vm,
        native::{Native, joined},
    },
};

const TABLES: &[&[Native]] = &[
    frame_columns::METHODS,
    frame_rows::METHODS,
    frame_actions::METHODS,
    frame_kept::METHODS,
    frame_properties::METHODS,
];

const COUNT: usize = {
    let (mut count, mut at) = (0, 0);
    while at < TABLES.len() {
        count += TABLES[at].len();
        at += 1;
    }
    count
};

/// The methods of several modules in one table.
static METHODS: [Native; COUNT] = joined(TABLES);

/// What is asked for without a call.
const PROPERTIES: [&str; 8] = [
    "columns",
    "schema",
    "dtypes",
    "isStreaming",
    "sparkSession",
    "write",
    "na",
    "stat",
];

pub(super) static DATAFRAME: Class = Class {
    base: Some(&OBJECT),
    methods: &METHODS,
    ..Class::named("DataFrame", "pyspark.sql.connect.dataframe")
};

/// A DataFrame, and its schema once Spark was asked for it.
pub(super) struct PyFrame {
    pub(super) frame: DataFrame,
    schema: RefCell<Option<Rc<Struct>>>,
}

impl PyFrame {
    pub(super) fn value(frame: DataFrame) -> Value {
        Value::object(Self {
            frame,
            schema: RefCell::default(),
        })
    }

    /// A DataFrame that a step of the running cell made.
    pub(super) fn of_step(vm: &mut Vm, fragment: &str, frame: DataFrame) -> Value {
        let frame = match origin(vm, fragment) {
            Some(origin) => frame.with_origin(origin),
            None => frame,
        };
        vm.made(fragment, &frame);
        Self::value(frame)
    }

    pub(super) async fn schema(&self) -> R<Rc<Struct>> {
        if let Some(schema) = self.schema.borrow().clone() {
            return Ok(schema);
        }
        let schema = Rc::new(self.frame.schema().await.map_err(raised)?);
        *self.schema.borrow_mut() = Some(schema.clone());
        Ok(schema)
    }

    /// The column at a place, which counts from zero, or from the end if it is negative.
    pub(super) async fn column_at(&self, at: i64) -> R<Column> {
        let schema = self.schema().await?;
        let at = match at < 0 {
            true => at.saturating_add(schema.fields.len() as i64),
            false => at,
        };
        match usize::try_from(at).ok().and_then(|at| schema.fields.get(at)) {
            Some(field) => Ok(self.frame.col(&field.name)),
            None => Err(raise(&exception::INDEX_ERROR, "list index out of range")),
        }
    }
}

/// The DataFrame that a method is of.
pub(super) fn this(value: Option<&Value>) -> R<&PyFrame> {
    value
        .and_then(Value::downcast)
        .ok_or_else(|| type_error("[NOT_DATAFRAME] A DataFrame is required."))
}

/// A DataFrame argument.
pub(super) fn other(value: Option<&Value>, parameter: &str) -> R<DataFrame> {
    match value.and_then(Value::downcast::<PyFrame>) {
        Some(frame) => Ok(frame.frame.clone()),
        None => Err(type_error(format!(
            "[NOT_DATAFRAME] Argument `{parameter}` should be a DataFrame, got {}.",
            value.map_or("nothing", |value| types::class_of(value).name)
        ))),
    }
}

impl Object for PyFrame {
    fn class(&self) -> &'static Class {
        &DATAFRAME
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn must_prepare(&self) -> bool {
        true
    }

    fn prepare<'a>(self: Rc<Self>, _: &'a mut Vm) -> LocalBoxFuture<'a, R<()>> {
        Box::pin(async move { self.schema().await.map(drop) })
    }

    fn repr(&self) -> R<String> {
        let schema = self.schema.borrow();
        let fields = schema
            .as_ref()
            .map(|schema| &schema.fields[..])
            .unwrap_or_default();
        let parts: Vec<String> = fields
            .iter()
            .map(|field| {
                let kind = field
                    .data_type
                    .as_ref()
                    .map_or("void".to_owned(), client_types::simple_string);
                format!("{}: {kind}", field.name)
            })
            .collect();
        Ok(format!("DataFrame[{}]", parts.join(", ")))
    }

    fn names(&self) -> Vec<String> {
        let schema = self.schema.borrow();
        let fields = schema
            .as_ref()
            .map(|schema| &schema.fields[..])
            .unwrap_or_default();
        let is_identifier = |name: &str| {
            name.starts_with(|c: char| c.is_alphabetic() || c == '_')
                && name.chars().all(|c| c.is_alphanumeric() || c == '_')
        };
        METHODS
            .iter()
            .map(|native| native.name)
            .chain(PROPERTIES)
            .chain(
                fields
                    .iter()
                    .map(|field| field.name.as_str())
                    .filter(|name| is_identifier(name)),
            )
            .map(str::to_owned)
            .collect()
    }

    fn attribute<'a>(self: Rc<Self>, vm: &'a mut Vm, name: &str) -> Option<Answer<'a>> {
        if DATAFRAME.method(name).is_some() || name == "__class__" {
            return None;
        }
        let refused = (name != "rdd")
            .then(|| unsupported::find("DataFrame", name))
            .flatten();
        if let Some(refused) = refused {
            return Some(Ok(refused).into());
        }
        let found = match name {
            "rdd" | "sparkContext" => Err(raise(
                &exception::PYSPARK_ATTRIBUTE_ERROR,
                format!(
                    "[JVM_ATTRIBUTE_NOT_SUPPORTED] Attribute `{name}` is not supported in Spark Connect."
                ),
            )),
            name if name.starts_with("__") => {
                Err(types::attribute::missing(&Value::Object(self.clone()), name))
            }
            // Whether there is such a column is for Spark to say, when it is used.
            name => Ok(PyColumn::of_step(vm, name, self.frame.col(name))),
        };
        Some(found.into())
    }

    fn item<'a>(self: Rc<Self>, vm: &'a mut Vm, item: &Value) -> Answer<'a> {
        let item = item.clone();
        Answer::Later(Box::pin(async move {
            match &item {
                Value::Str(name) if &***name == "*" => Ok(PyColumn::of_step(vm, "*", self.frame.col("*"))),
                Value::Str(name) => {
                    // Whether there is such a column is for Spark to say, when it is used.
                    Ok(PyColumn::of_step(vm, "__getitem__", self.frame.col(name)))
                }
                Value::List(_) | Value::Tuple(_) => {
                    let columns = convert::columns(std::slice::from_ref(&item), "item")?;
                    Ok(PyFrame::of_step(vm, "select", self.frame.select(columns)))
                }
                Value::Int(at) => Ok(PyColumn::of_step(vm, "__getitem__", self.column_at(*at).await?)),
                other => match other.downcast::<PyColumn>() {
                    Some(condition) => Ok(PyFrame::of_step(
                        vm,
                        "filter",
                        self.frame.filter(condition.0.clone()),
                    )),
                    None => Err(type_error(format!(
                        "[NOT_COLUMN_OR_FLOAT_OR_INT_OR_LIST_OR_STR] Argument `item` should be a Column, float, integer, \
                         list or string, got {}.",
                        types::class_of(other).name
                    ))),
                },
            }
        }))
    }

    fn iterate(self: Rc<Self>) -> R<Value> {
        Err(type_error("'DataFrame' object is not iterable"))
    }
}
