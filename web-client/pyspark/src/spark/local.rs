//! `createDataFrame`: the schema of Python's values, and their Arrow arrays.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, BinaryArray, BooleanArray, Date32Array, Decimal128Array, DurationMicrosecondArray,
    Float32Array, Float64Array, Int8Array, Int16Array, Int32Array, Int64Array, ListArray, MapArray,
    NullArray, RecordBatch, RecordBatchOptions, StringArray, StructArray, Time64NanosecondArray,
    TimestampMicrosecondArray,
};
use arrow_buffer::{NullBuffer, OffsetBuffer};
use arrow_schema::{DataType as Arrow, Field, Fields, Schema, TimeUnit};
use num_bigint::BigInt;
use num_traits::{Pow, ToPrimitive};
use spark_connect_client::{
    Session,
    proto::{
        DataType,
        data_type::{self as pb, Kind},
    },
};

use super::{
    error::{raised, type_error},
    frame::PyFrame,
    infer::infer,
    row::Row,
    types::PyType,
};
use crate::{
    exception::{self, R, raise},
    limits,
    modules::{
        datetime::{date::Moment, delta::Delta, time::Time},
        decimal::Decimal,
    },
    types::{self, class_of},
    value::Value,
    vm::Vm,
};

/// `spark.createDataFrame(data, schema)`.
pub(super) async fn create(vm: &mut Vm, session: &Session, data: &Value, schema: Option<Value>) -> R<Value> {
    let data = vm.collect(data).await?;
    let schema = schema.filter(|schema| !schema.is_none());
    let (mut names, mut given) = (None, None);
    match &schema {
        None => {}
        Some(Value::Str(ddl)) => given = Some(session.ddl_parse(ddl).await.map_err(raised)?),
        Some(list @ (Value::List(_) | Value::Tuple(_))) => {
            names = Some(super::convert::names(std::slice::from_ref(list), "schema")?);
        }
        Some(other) => match other.downcast::<PyType>() {
            Some(data_type) => given = Some(data_type.0.clone()),
            None => {
                return Err(type_error(format!(
                    "[NOT_LIST_OR_NONE_OR_STRUCT] Argument `schema` should be a list, None or StructType, got {}.",
                    class_of(other).name
                )));
            }
        },
    }
    if data.is_empty() && given.is_none() {
        return Err(raise(
            &exception::PYSPARK_VALUE_ERROR,
            "[CANNOT_INFER_EMPTY_SCHEMA] Can not infer schema from an empty dataset.",
        ));
    }
    let fields = match given {
        Some(DataType {
            kind: Some(Kind::Struct(structure)),
        }) => structure.fields,
        // One column of plain values.
        Some(other) => vec![field("value", other)],
        None => infer(&data, names)?,
    };
    let mut columns = vec![Vec::with_capacity(data.len()); fields.len()];
    for value in &data {
        for (column, value) in columns.iter_mut().zip(values(value, &fields)?) {
            column.push(value);
        }
    }
    let mut arrays = Vec::new();
    let mut arrow = Vec::new();
    for (field, column) in fields.iter().zip(&columns) {
        let data_type = field.data_type.clone().unwrap_or_default();
        arrays.push(array(column, &data_type, &field.name)?);
        arrow.push(Field::new(&field.name, arrow_type(&data_type)?, field.nullable));
    }
    let schema = Arc::new(Schema::new(arrow));
    let options = RecordBatchOptions::new().with_row_count(Some(data.len()));
    let batch = RecordBatch::try_new_with_options(schema.clone(), arrays, &options).map_err(unfit)?;
    let frame = session
        .create_data_frame(schema, &[batch])
        .await
        .map_err(raised)?;
    Ok(PyFrame::of_step(vm, "createDataFrame", frame))
}

fn unfit(error: arrow_schema::ArrowError) -> exception::Raised {
    raise(
        &exception::PYSPARK_VALUE_ERROR,
        format!("The rows do not fit the schema: {error}"),
    )
}

/// A field that may be null.
pub(super) fn field(name: &str, data_type: DataType) -> pb::StructField {
    pb::StructField {
        name: name.to_owned(),
        data_type: Some(data_type),
        nullable: true,
        metadata: None,
    }
}

/// The values of a row in the order of the fields.
fn values(row: &Value, fields: &[pb::StructField]) -> R<Vec<Value>> {
    let wrong = |len: usize| {
        raise(
            &exception::PYSPARK_VALUE_ERROR,
            format!(
                "[AXIS_LENGTH_MISMATCH] Length mismatch: Expected axis has {} element, new values have {len} elements.",
                fields.len()
            ),
        )
    };
    if let Some(row) = row.downcast::<Row>() {
        return match row.values.len() == fields.len() {
            true => Ok(row.values.to_vec()),
            false => Err(wrong(row.values.len())),
        };
    }
    match row {
        Value::Dict(dict) => Ok(fields
            .iter()
            .map(|field| dict.get_str(&field.name).unwrap_or(Value::None))
            .collect()),
        Value::Tuple(values) if values.len() == fields.len() => Ok(values.to_vec()),
        Value::List(list) if list.borrow().len() == fields.len() => Ok(list.to_vec()),
        Value::Tuple(values) => Err(wrong(values.len())),
        Value::List(list) => Err(wrong(list.borrow().len())),
        other if fields.len() == 1 => Ok(vec![other.clone()]),
        other => Err(type_error(format!(
            "[CANNOT_ACCEPT_OBJECT_IN_TYPE] `StructType` can not accept object `{}` in type `{}`.",
            types::repr(other)?,
            class_of(other).name
        ))),
    }
}

/// Arrow's type for one of Spark's.
fn arrow_type(data_type: &DataType) -> R<Arrow> {
    let inner = |part: &Option<Box<DataType>>| part.as_deref().map_or(Ok(Arrow::Null), arrow_type);
    limits::deeper(|| {
        Ok(match &data_type.kind {
            None | Some(Kind::Null(_)) => Arrow::Null,
            Some(Kind::Boolean(_)) => Arrow::Boolean,
            Some(Kind::Byte(_)) => Arrow::Int8,
            Some(Kind::Short(_)) => Arrow::Int16,
            Some(Kind::Integer(_)) => Arrow::Int32,
            Some(Kind::Long(_)) => Arrow::Int64,
            Some(Kind::Float(_)) => Arrow::Float32,
            Some(Kind::Double(_)) => Arrow::Float64,
            Some(Kind::String(_) | Kind::Char(_) | Kind::VarChar(_)) => Arrow::Utf8,
            Some(Kind::Binary(_)) => Arrow::Binary,
            Some(Kind::Date(_)) => Arrow::Date32,
            Some(Kind::Timestamp(_)) => Arrow::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
            Some(Kind::TimestampNtz(_)) => Arrow::Timestamp(TimeUnit::Microsecond, None),
            Some(Kind::Time(_)) => Arrow::Time64(TimeUnit::Nanosecond),
            Some(Kind::DayTimeInterval(_)) => Arrow::Duration(TimeUnit::Microsecond),
            Some(Kind::Decimal(t)) => Arrow::Decimal128(
                u8::try_from(t.precision.unwrap_or(10)).unwrap_or(38),
                i8::try_from(t.scale.unwrap_or(0)).unwrap_or(0),
            ),
            Some(Kind::Array(t)) => Arrow::List(Arc::new(Field::new(
                "element",
                inner(&t.element_type)?,
                t.contains_null,
            ))),
            Some(Kind::Map(t)) => {
                let entries = Fields::from(vec![
                    Field::new("key", inner(&t.key_type)?, false),
                    Field::new("value", inner(&t.value_type)?, t.value_contains_null),
                ]);
                Arrow::Map(
                    Arc::new(Field::new("entries", Arrow::Struct(entries), false)),
                    false,
                )
            }
            Some(Kind::Struct(t)) => {
                let mut fields = Vec::new();
                for field in &t.fields {
                    let inner = field.data_type.as_ref().map_or(Ok(Arrow::Null), arrow_type)?;
                    fields.push(Field::new(&field.name, inner, field.nullable));
                }
                Arrow::Struct(fields.into())
            }
            Some(_) => {
                return Err(exception::not_implemented(
                    "values of this type cannot be sent; send them as text, and cast",
                ));
            }
        })
    })
}

/// The values as an array of a type.
fn array(values: &[Value], data_type: &DataType, name: &str) -> R<ArrayRef> {
    limits::spend(values.len())?;
    limits::deeper(|| build(values, data_type, name))
}

fn build(values: &[Value], data_type: &DataType, name: &str) -> R<ArrayRef> {
    let wrong = |value: &Value| {
        type_error(format!(
            "[FIELD_DATA_TYPE_UNACCEPTABLE_WITH_NAME] field `{name}`: can not accept object `{}` in type `{}`.",
            types::repr(value).unwrap_or_default(),
            class_of(value).name
        ))
    };
    /// One array of what each value is.
    macro_rules! each {
        ($array:ty, $get:expr) => {{
            let get = $get;
            let mut items = Vec::with_capacity(values.len());
            for value in values {
                items.push(match value {
                    Value::None => None,
                    value => Some(get(value).ok_or_else(|| wrong(value))?),
                });
            }
            Arc::new(<$array>::from(items)) as ArrayRef
        }};
    }
    fn int<T: TryFrom<i64>>(value: &Value) -> Option<T> {
        match value {
            Value::Int(number) => T::try_from(*number).ok(),
            _ => None,
        }
    }
    fn float(value: &Value) -> Option<f64> {
        match value {
            Value::Float(number) => Some(*number),
            Value::Int(number) => Some(*number as f64),
            _ => None,
        }
    }
    let valid = || NullBuffer::from_iter(values.iter().map(|value| !value.is_none()));
    Ok(match &data_type.kind {
        None | Some(Kind::Null(_)) => Arc::new(NullArray::new(values.len())),
        Some(Kind::Boolean(_)) => each!(BooleanArray, |value: &Value| match value {
            Value::Bool(flag) => Some(*flag),
            _ => None,
        }),
        Some(Kind::Byte(_)) => each!(Int8Array, int::<i8>),
        Some(Kind::Short(_)) => each!(Int16Array, int::<i16>),
        Some(Kind::Integer(_)) => each!(Int32Array, int::<i32>),
        Some(Kind::Long(_)) => each!(Int64Array, int::<i64>),
        Some(Kind::Float(_)) => each!(Float32Array, |value: &Value| float(value)
            .map(|number| number as f32)),
        Some(Kind::Double(_)) => each!(Float64Array, float),
        Some(Kind::String(_) | Kind::Char(_) | Kind::VarChar(_)) => {
            each!(StringArray, |value: &Value| super::convert::option(value).ok())
        }
        Some(Kind::Binary(_)) => {
            let mut items: Vec<Option<&[u8]>> = Vec::new();
            for value in values {
                items.push(match value {
                    Value::None => None,
                    Value::Bytes(bytes) => Some(bytes),
                    other => return Err(wrong(other)),
                });
            }
            Arc::new(BinaryArray::from(items))
        }
        Some(Kind::Date(_)) => each!(Date32Array, |value: &Value| {
            let moment = value.downcast::<Moment>()?;
            i32::try_from(moment.day()).ok()
        }),
        Some(Kind::Timestamp(_)) => {
            let array = each!(TimestampMicrosecondArray, |value: &Value| value
                .downcast::<Moment>()
                .map(Moment::utc));
            let array = array
                .as_any()
                .downcast_ref::<TimestampMicrosecondArray>()
                .cloned();
            match array {
                Some(array) => Arc::new(array.with_timezone("UTC")),
                None => Arc::new(NullArray::new(values.len())),
            }
        }
        Some(Kind::TimestampNtz(_)) => {
            each!(TimestampMicrosecondArray, |value: &Value| value
                .downcast::<Moment>()
                .map(|moment| moment.micros))
        }
        Some(Kind::Time(_)) => each!(Time64NanosecondArray, |value: &Value| {
            Some(value.downcast::<Time>()?.micros.saturating_mul(1000))
        }),
        Some(Kind::DayTimeInterval(_)) => each!(DurationMicrosecondArray, |value: &Value| {
            i64::try_from(value.downcast::<Delta>()?.0).ok()
        }),
        Some(Kind::Decimal(t)) => {
            let scale = t.scale.unwrap_or(0);
            let array = each!(Decimal128Array, |value: &Value| {
                let (number, exponent) = match value.downcast::<Decimal>() {
                    Some(decimal) => decimal.finite()?,
                    None => return None,
                };
                let shift = exponent + i64::from(scale);
                let scaled = match shift >= 0 {
                    true => number * Pow::pow(BigInt::from(10), shift.unsigned_abs().min(100)),
                    false => types::number::half_even(
                        &number,
                        &Pow::pow(BigInt::from(10), shift.unsigned_abs().min(7000)),
                    ),
                };
                scaled.to_i128()
            });
            let precision = u8::try_from(t.precision.unwrap_or(10)).unwrap_or(38);
            let array = array.as_any().downcast_ref::<Decimal128Array>().cloned();
            match array {
                Some(array) => Arc::new(
                    array
                        .with_precision_and_scale(precision, i8::try_from(scale).unwrap_or(0))
                        .map_err(unfit)?,
                ),
                None => Arc::new(NullArray::new(values.len())),
            }
        }
        Some(Kind::Array(t)) => {
            let mut all = Vec::new();
            let mut lengths = Vec::new();
            for value in values {
                let items = match value {
                    Value::None => Vec::new(),
                    Value::List(list) => list.to_vec(),
                    Value::Tuple(items) => items.to_vec(),
                    other => return Err(wrong(other)),
                };
                lengths.push(items.len());
                all.extend(items);
            }
            let element = t.element_type.as_deref().cloned().unwrap_or_default();
            let items = array(&all, &element, name)?;
            let field = Arc::new(Field::new("element", arrow_type(&element)?, t.contains_null));
            let list = ListArray::try_new(field, OffsetBuffer::from_lengths(lengths), items, Some(valid()));
            Arc::new(list.map_err(unfit)?)
        }
        Some(Kind::Map(t)) => {
            let (mut keys, mut items, mut lengths) = (Vec::new(), Vec::new(), Vec::new());
            for value in values {
                let pairs = match value {
                    Value::None => Vec::new(),
                    Value::Dict(dict) => dict.pairs(),
                    other => return Err(wrong(other)),
                };
                lengths.push(pairs.len());
                for (key, value) in pairs {
                    keys.push(key);
                    items.push(value);
                }
            }
            let key_type = t.key_type.as_deref().cloned().unwrap_or_default();
            let value_type = t.value_type.as_deref().cloned().unwrap_or_default();
            let arrays = vec![array(&keys, &key_type, name)?, array(&items, &value_type, name)?];
            let Arrow::Map(field, sorted) = arrow_type(data_type)? else {
                return Err(wrong(&Value::None));
            };
            let Arrow::Struct(fields) = field.data_type().clone() else {
                return Err(wrong(&Value::None));
            };
            let entries = StructArray::try_new(fields, arrays, None).map_err(unfit)?;
            let map = MapArray::try_new(
                field,
                OffsetBuffer::from_lengths(lengths),
                entries,
                Some(valid()),
                sorted,
            );
            Arc::new(map.map_err(unfit)?)
        }
        Some(Kind::Struct(t)) => {
            let mut columns = vec![Vec::with_capacity(values.len()); t.fields.len()];
            for value in values {
                let parts = match value {
                    Value::None => vec![Value::None; t.fields.len()],
                    value => self::values(value, &t.fields)?,
                };
                for (column, part) in columns.iter_mut().zip(parts) {
                    column.push(part);
                }
            }
            let mut arrays = Vec::new();
            for (field, column) in t.fields.iter().zip(&columns) {
                arrays.push(array(
                    column,
                    &field.data_type.clone().unwrap_or_default(),
                    &field.name,
                )?);
            }
            let Arrow::Struct(fields) = arrow_type(data_type)? else {
                return Err(wrong(&Value::None));
            };
            Arc::new(
                StructArray::try_new_with_length(fields, arrays, Some(valid()), values.len())
                    .map_err(unfit)?,
            )
        }
        Some(_) => return Err(values.first().map_or_else(|| wrong(&Value::None), wrong)),
    })
}
