//! Rows of Arrow batches as Python's values.

use std::rc::Rc;

use arrow_array::{
    Array, RecordBatch, StructArray,
    cast::AsArray,
    types::{
        Date32Type, Decimal128Type, DurationMicrosecondType, Float32Type, Float64Type, Int8Type, Int16Type,
        Int32Type, Int64Type, Time64NanosecondType, TimestampMicrosecondType,
    },
};
use arrow_schema::{DataType, Fields, TimeUnit};

use super::{row::Row, spatial::Shape, variant::Variant};
use crate::{
    exception::{R, not_implemented},
    limits,
    modules::{
        datetime::{date::Moment, delta::Delta, time::Time},
        decimal::Decimal,
    },
    value::{Dict, Value},
};

/// The rows of batches.
pub(super) fn rows(batches: &[RecordBatch]) -> R<Vec<Value>> {
    let mut rows = Vec::new();
    for batch in batches {
        let schema = batch.schema();
        let names: Rc<[Rc<str>]> = schema
            .fields()
            .iter()
            .map(|field| Rc::from(field.name().as_str()))
            .collect();
        limits::reserve(batch.num_rows().saturating_mul(64 + 24 * batch.num_columns()))?;
        for at in 0..batch.num_rows() {
            limits::spend(batch.num_columns())?;
            let values = batch
                .columns()
                .iter()
                .map(|column| value(column, at))
                .collect::<R<_>>()?;
            rows.push(Row::value(Some(names.clone()), values));
        }
    }
    Ok(rows)
}

/// The value at a place.
pub(super) fn value(array: &dyn Array, at: usize) -> R<Value> {
    if array.is_null(at) {
        return Ok(Value::None);
    }
    limits::deeper(|| plain(array, at))
}

fn plain(array: &dyn Array, at: usize) -> R<Value> {
    Ok(match array.data_type() {
        DataType::Null => Value::None,
        DataType::Boolean => Value::Bool(array.as_boolean().value(at)),
        DataType::Int8 => Value::Int(array.as_primitive::<Int8Type>().value(at).into()),
        DataType::Int16 => Value::Int(array.as_primitive::<Int16Type>().value(at).into()),
        DataType::Int32 => Value::Int(array.as_primitive::<Int32Type>().value(at).into()),
        DataType::Int64 => Value::Int(array.as_primitive::<Int64Type>().value(at)),
        DataType::Float32 => Value::Float(array.as_primitive::<Float32Type>().value(at).into()),
        DataType::Float64 => Value::Float(array.as_primitive::<Float64Type>().value(at)),
        DataType::Utf8 => Value::text(array.as_string::<i32>().value(at)),
        DataType::LargeUtf8 => Value::text(array.as_string::<i64>().value(at)),
        DataType::Binary => Value::Bytes(array.as_binary::<i32>().value(at).into()),
        DataType::LargeBinary => Value::Bytes(array.as_binary::<i64>().value(at).into()),
        DataType::Decimal128(_, scale) => {
            let digits = array.as_primitive::<Decimal128Type>().value(at);
            Value::object(Decimal::new(&digits.into(), -i64::from(*scale)))
        }
        DataType::Date32 => Moment::date(array.as_primitive::<Date32Type>().value(at).into()),
        DataType::Timestamp(TimeUnit::Microsecond, _) => {
            Moment::datetime(array.as_primitive::<TimestampMicrosecondType>().value(at), None)
        }
        DataType::Duration(TimeUnit::Microsecond) => Value::object(Delta(
            array.as_primitive::<DurationMicrosecondType>().value(at).into(),
        )),
        DataType::Time64(TimeUnit::Nanosecond) => Value::object(Time {
            micros: array.as_primitive::<Time64NanosecondType>().value(at) / 1000,
            zone: None,
        }),
        DataType::List(_) => list(&*array.as_list::<i32>().value(at))?,
        DataType::LargeList(_) => list(&*array.as_list::<i64>().value(at))?,
        DataType::Map(..) => {
            let entries = array.as_map().value(at);
            let dict = Dict::new();
            for at in 0..entries.len() {
                dict.insert(value(entries.column(0), at)?, value(entries.column(1), at)?)?;
            }
            Value::dict(dict)
        }
        DataType::Struct(fields) => {
            if let Some(special) = special(fields, array.as_struct(), at)? {
                return Ok(special);
            }
            let names = fields
                .iter()
                .map(|field| Rc::from(field.name().as_str()))
                .collect();
            let columns = array.as_struct().columns();
            let values = columns.iter().map(|column| value(column, at)).collect::<R<_>>()?;
            Row::value(Some(names), values)
        }
        other => {
            return Err(not_implemented(format!(
                "a value of type {other} has no counterpart in a cell; cast it, to a string for example"
            )));
        }
    })
}

/// A variant or a shape: structs, one of whose fields is marked.
fn special(fields: &Fields, array: &StructArray, at: usize) -> R<Option<Value>> {
    let marked = |name: &str, mark: &str| {
        let field = fields.find(name).map(|(_, field)| field);
        field.is_some_and(|field| field.metadata().get(mark).is_some_and(|value| value == "true"))
    };
    let binary = |name: &str| -> R<Option<Rc<[u8]>>> {
        let column = array.column_by_name(name);
        Ok(match column.map(|column| value(column, at)).transpose()? {
            Some(Value::Bytes(bytes)) => Some(bytes),
            _ => None,
        })
    };
    if marked("metadata", "variant") {
        let parts = (binary("value")?, binary("metadata")?);
        let (Some(value), Some(metadata)) = parts else {
            return Ok(None);
        };
        return Ok(Some(Value::object(Variant { value, metadata })));
    }
    let is_geography = marked("wkb", "geography");
    if !is_geography && !marked("wkb", "geometry") {
        return Ok(None);
    }
    let system = array
        .column_by_name("srid")
        .map(|column| value(column, at))
        .transpose()?;
    Ok(match (binary("wkb")?, system) {
        (Some(binary), Some(Value::Int(system))) => Some(Value::object(Shape {
            is_geography,
            binary,
            system,
        })),
        _ => None,
    })
}

fn list(array: &dyn Array) -> R<Value> {
    Ok(Value::list(
        (0..array.len()).map(|at| value(array, at)).collect::<R<_>>()?,
    ))
}
