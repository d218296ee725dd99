//! Rust's values as JavaScript objects: values of a result, errors, and what a running query tells.

use std::ops::Range;

use js_sys::{Array, BigInt, Date, Map, Object, Reflect, Uint8Array};
use spark_connect_client::{Error, ErrorKind, QueryContext, proto, types::simple_string};
use wasm_bindgen::JsValue;

use crate::value::Value;

/// An object with these fields.
pub(crate) fn object<const N: usize>(fields: [(&str, JsValue); N]) -> JsValue {
    let object = Object::new();
    for (name, value) in fields {
        // Setting a field of a new object cannot fail.
        let _ = Reflect::set(&object, &name.into(), &value);
    }
    object.into()
}

/// An array of these.
pub(crate) fn array(values: impl IntoIterator<Item = JsValue>) -> JsValue {
    values.into_iter().collect::<Array>().into()
}

/// A value of a result.
pub(crate) fn value(value: Value<'_>) -> JsValue {
    match value {
        Value::Null => JsValue::NULL,
        Value::Boolean(boolean) => boolean.into(),
        Value::Number(number) => number.into(),
        Value::BigInt(number) => BigInt::from(number).into(),
        Value::Text(text) => JsValue::from_str(&text),
        Value::Bytes(bytes) => Uint8Array::from(bytes).into(),
        Value::Date(milliseconds) => Date::new(&milliseconds.into()).into(),
        Value::Array(values) => array(values.into_iter().map(self::value)),
        Value::Map(pairs) => {
            let map = Map::new();
            for (key, value) in pairs {
                map.set(&self::value(key), &self::value(value));
            }
            map.into()
        }
        Value::Object(fields) => {
            let pair = |(name, value): (&str, _)| array([name.into(), self::value(value)]);
            let pairs = array(fields.into_iter().map(pair));
            // Unlike an assignment, this makes a field of `__proto__` too.
            Object::from_entries(&pairs).map_or(JsValue::NULL, Into::into)
        }
    }
}

/// The columns of a schema.
pub(crate) fn schema(schema: &proto::data_type::Struct) -> JsValue {
    let column = |field: &proto::data_type::StructField| {
        let data_type = field.data_type.as_ref();
        object([
            ("name", field.name.as_str().into()),
            ("type", data_type.map_or("void".to_owned(), simple_string).into()),
            ("nullable", field.nullable.into()),
        ])
    };
    array(schema.fields.iter().map(column))
}

/// The fields of an error. `text` is the SQL text that it is about.
pub(crate) fn error(error: &Error, text: &str) -> JsValue {
    let spark = error.spark.as_deref();
    let optional = |text: Option<&str>| text.map_or(JsValue::UNDEFINED, JsValue::from_str);
    let texts = |texts: &[String]| array(texts.iter().map(JsValue::from));
    let parameters = spark.into_iter().flat_map(|spark| &spark.parameters);
    let parameters = array(parameters.map(|(name, value)| array([name.into(), value.into()])));
    let cause = |cause: &spark_connect_client::Cause| {
        object([
            ("class", cause.class.as_str().into()),
            ("message", cause.message.as_str().into()),
        ])
    };
    object([
        ("kind", kind(error.kind).into()),
        ("message", error.sentence().into()),
        ("serverMessage", error.message.as_str().into()),
        (
            "code",
            error
                .code
                .map_or(JsValue::UNDEFINED, |code| i32::from(code).into()),
        ),
        ("errorClass", optional(error.error_class())),
        (
            "sqlState",
            optional(spark.and_then(|spark| spark.sql_state.as_deref())),
        ),
        (
            "parameters",
            Object::from_entries(&parameters).map_or(JsValue::UNDEFINED, Into::into),
        ),
        ("classes", texts(spark.map_or(&[], |spark| &spark.classes))),
        (
            "causes",
            array(spark.into_iter().flat_map(|spark| &spark.causes).map(cause)),
        ),
        (
            "queryContexts",
            array(spark.into_iter().flat_map(|spark| &spark.contexts).map(context)),
        ),
        (
            "places",
            array(error.places(text).into_iter().map(|place| units(text, place))),
        ),
        (
            "stackTrace",
            optional(spark.and_then(|spark| spark.stack_trace.as_deref())),
        ),
        ("retryable", error.is_retryable().into()),
    ])
}

fn kind(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Invalid => "invalid",
        ErrorKind::Unreachable => "unreachable",
        ErrorKind::DeadlineExceeded => "deadline-exceeded",
        ErrorKind::Denied => "denied",
        ErrorKind::Cancelled => "cancelled",
        ErrorKind::Spark => "spark",
        ErrorKind::SessionLost => "session-lost",
        ErrorKind::TooLarge => "too-large",
        ErrorKind::Unimplemented => "unimplemented",
        ErrorKind::Protocol => "protocol",
    }
}

fn context(context: &QueryContext) -> JsValue {
    object([
        ("dataframe", context.dataframe.into()),
        ("objectType", context.object_type.as_str().into()),
        ("objectName", context.object_name.as_str().into()),
        ("start", context.start.into()),
        ("stop", context.stop.into()),
        ("fragment", context.fragment.as_str().into()),
        ("callSite", context.call_site.as_str().into()),
        ("summary", context.summary.as_str().into()),
    ])
}

/// A range of bytes as JavaScript counts, in UTF-16 units.
fn units(text: &str, place: Range<usize>) -> JsValue {
    let before = |end: usize| text.get(..end).map_or(0, |text| text.encode_utf16().count());
    let number = |count: usize| JsValue::from_f64(count as f64);
    object([
        ("start", number(before(place.start))),
        ("end", number(before(place.end))),
    ])
}

/// How far the server is.
pub(crate) fn progress(
    told: &proto::execute_plan_response::ExecutionProgress,
    operation_id: &str,
) -> JsValue {
    // Exact up to 9 PB of input.
    let number = |count: i64| JsValue::from_f64(count as f64);
    let sum = |part: fn(&proto::execute_plan_response::execution_progress::StageInfo) -> i64| {
        number(told.stages.iter().map(part).fold(0, i64::saturating_add))
    };
    let stages = told.stages.iter().map(|stage| {
        object([
            ("id", number(stage.stage_id)),
            ("tasks", number(stage.num_tasks)),
            ("completedTasks", number(stage.num_completed_tasks)),
            ("inputBytes", number(stage.input_bytes_read)),
            ("done", stage.done.into()),
        ])
    });
    object([
        ("operationId", operation_id.into()),
        ("tasks", sum(|stage| stage.num_tasks)),
        ("completedTasks", sum(|stage| stage.num_completed_tasks)),
        ("inflightTasks", number(told.num_inflight_tasks)),
        ("inputBytes", sum(|stage| stage.input_bytes_read)),
        ("stages", array(stages)),
    ])
}
