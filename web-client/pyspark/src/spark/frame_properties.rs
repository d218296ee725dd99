//! Attributes of `DataFrame` that are no methods.

use spark_connect_client::{
    proto::data_type::{Kind, StructField},
    types as client_types,
};

use super::{
    error::raised,
    frame::this,
    frame_parts::{PyNa, PyStat},
    storage,
    stream_writer::PyStreamWriter,
    types::{PyType, of},
    writer,
};
use crate::{exception::R, value::Value, vm::native::Native};

pub(super) const METHODS: &[Native] = &[
    Native::property("columns", |_, frame| {
        Box::pin(async move {
            let schema = this(Some(&frame))?.schema().await?;
            let names = schema.fields.iter().map(|field| Value::text(field.name.as_str()));
            Ok(Value::list(names.collect()))
        })
    }),
    Native::property("schema", |_, frame| {
        Box::pin(async move {
            let schema = this(Some(&frame))?.schema().await?;
            Ok(Value::object(PyType(of(Kind::Struct((*schema).clone())))))
        })
    }),
    Native::property("dtypes", |_, frame| {
        Box::pin(async move {
            let schema = this(Some(&frame))?.schema().await?;
            Ok(Value::list(schema.fields.iter().map(dtype).collect()))
        })
    }),
    Native::property("isStreaming", |_, frame| {
        Box::pin(async move {
            let frame = this(Some(&frame))?.frame.clone();
            frame.is_streaming().await.map(Value::Bool).map_err(raised)
        })
    }),
    Native::property("storageLevel", |_, frame| {
        Box::pin(async move { level(&frame).await.map(storage::value) })
    }),
    Native::property("is_cached", |_, frame| {
        Box::pin(async move { Ok(Value::Bool(!storage::is_none(&level(&frame).await?))) })
    }),
    Native::property("sparkSession", |_, frame| {
        Box::pin(async move { Ok(super::session(this(Some(&frame))?.frame.session().clone())) })
    }),
    Native::property("write", |_, frame| {
        Box::pin(async move { Ok(writer::value(this(Some(&frame))?.frame.clone())) })
    }),
    Native::property("writeStream", |_, frame| {
        Box::pin(async move { Ok(PyStreamWriter::value(this(Some(&frame))?.frame.write_stream())) })
    }),
    Native::property("na", |_, frame| Box::pin(async move { Ok(PyNa::value(frame)) })),
    Native::property("stat", |_, frame| {
        Box::pin(async move { Ok(PyStat::value(frame)) })
    }),
];

async fn level(frame: &Value) -> R<spark_connect_client::proto::StorageLevel> {
    let frame = this(Some(frame))?.frame.clone();
    frame.storage_level().await.map_err(raised)
}

/// The name and the type of a column.
fn dtype(field: &StructField) -> Value {
    let kind = field
        .data_type
        .as_ref()
        .map_or("void".to_owned(), client_types::simple_string);
    Value::tuple(vec![Value::text(field.name.as_str()), Value::text(kind)])
}
