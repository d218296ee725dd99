//! The schema of Python's values that come without one, as PySpark infers it.

use spark_connect_client::proto::{
    DataType,
    data_type::{self as pb, Kind},
};

use super::{
    error::type_error,
    local::field,
    row::Row,
    types::{PyType, of},
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
};

/// The fields that all rows have.
pub(super) fn infer(data: &[Value], names: Option<Vec<String>>) -> R<Vec<pb::StructField>> {
    let mut merged: Option<DataType> = None;
    for row in data {
        limits::spend(1)?;
        let inferred = match row {
            Value::Dict(dict) => {
                let mut fields = Vec::new();
                for (key, value) in dict.pairs() {
                    fields.push((types::str(&key)?, infer_type(&value)?));
                }
                fields.sort_by(|(a, _), (b, _)| a.cmp(b));
                structure(fields)
            }
            Value::List(list) => numbered(&list.to_vec())?,
            Value::Tuple(values) => numbered(values)?,
            other if other.downcast::<Row>().is_some() => infer_type(other)?,
            // One column of plain values.
            other => numbered(std::slice::from_ref(other))?,
        };
        merged = Some(match merged {
            None => inferred,
            Some(before) => merge(before, inferred)?,
        });
    }
    let mut fields = match merged {
        Some(DataType {
            kind: Some(Kind::Struct(structure)),
        }) => structure.fields,
        _ => Vec::new(),
    };
    for (at, name) in names.into_iter().flatten().enumerate() {
        match fields.get_mut(at) {
            Some(field) => field.name = name,
            None => {
                return Err(raise(
                    &exception::PYSPARK_VALUE_ERROR,
                    "[AXIS_LENGTH_MISMATCH] Length mismatch: there are more names than columns.",
                ));
            }
        }
    }
    let undetermined = |field: &pb::StructField| {
        matches!(
            field.data_type.as_ref().and_then(|t| t.kind.as_ref()),
            None | Some(Kind::Null(_))
        )
    };
    if fields.iter().any(undetermined) {
        return Err(raise(
            &exception::PYSPARK_VALUE_ERROR,
            "[CANNOT_DETERMINE_TYPE] Some of types cannot be determined after inferring.",
        ));
    }
    Ok(fields)
}

fn structure(types: Vec<(String, DataType)>) -> DataType {
    let fields = types
        .into_iter()
        .map(|(name, data_type)| field(&name, data_type))
        .collect();
    of(Kind::Struct(pb::Struct {
        fields,
        ..Default::default()
    }))
}

/// A struct of values that have no names.
fn numbered(values: &[Value]) -> R<DataType> {
    let types = values.iter().map(infer_type).collect::<R<Vec<_>>>()?;
    Ok(structure(
        types
            .into_iter()
            .enumerate()
            .map(|(at, data_type)| (format!("_{}", at + 1), data_type))
            .collect(),
    ))
}

/// The type of a value.
fn infer_type(value: &Value) -> R<DataType> {
    let merged = |values: &[Value]| -> R<DataType> {
        let mut all = of(Kind::Null(Default::default()));
        for value in values {
            all = merge(all, infer_type(value)?)?;
        }
        Ok(all)
    };
    limits::deeper(|| {
        Ok(of(match value {
            Value::None => Kind::Null(Default::default()),
            Value::Bool(_) => Kind::Boolean(Default::default()),
            Value::Int(_) => Kind::Long(Default::default()),
            Value::Float(_) => Kind::Double(Default::default()),
            Value::Str(_) => Kind::String(Default::default()),
            Value::Bytes(_) => Kind::Binary(Default::default()),
            Value::List(list) => Kind::Array(Box::new(pb::Array {
                element_type: Some(Box::new(merged(&list.to_vec())?)),
                contains_null: true,
                ..Default::default()
            })),
            Value::Dict(dict) => Kind::Map(Box::new(pb::Map {
                key_type: Some(Box::new(merged(&dict.keys())?)),
                value_type: Some(Box::new(merged(&dict.values())?)),
                value_contains_null: true,
                ..Default::default()
            })),
            Value::Tuple(values) => return numbered(values),
            other => {
                if let Some(row) = other.downcast::<Row>() {
                    let mut types = Vec::new();
                    for (at, value) in row.values.iter().enumerate() {
                        let name = row.names.as_ref().and_then(|names| names.get(at));
                        let name = name.map_or_else(|| format!("_{}", at + 1), |name| name.to_string());
                        types.push((name, infer_type(value)?));
                    }
                    return Ok(structure(types));
                }
                if let Some(moment) = other.downcast::<Moment>() {
                    match moment.is_date {
                        true => Kind::Date(Default::default()),
                        false => Kind::Timestamp(Default::default()),
                    }
                } else if other.downcast::<Decimal>().is_some() {
                    Kind::Decimal(pb::Decimal {
                        precision: Some(38),
                        scale: Some(18),
                        ..Default::default()
                    })
                } else if other.downcast::<Delta>().is_some() {
                    Kind::DayTimeInterval(pb::DayTimeInterval {
                        start_field: Some(0),
                        end_field: Some(3),
                        ..Default::default()
                    })
                } else if other.downcast::<Time>().is_some() {
                    Kind::Time(pb::Time {
                        precision: Some(6),
                        ..Default::default()
                    })
                } else {
                    return Err(type_error(format!(
                        "[UNSUPPORTED_DATA_TYPE] Unsupported DataType `{}`.",
                        class_of(other).name
                    )));
                }
            }
        }))
    })
}

/// PySpark's `AtomicType`, null aside.
fn is_atomic(kind: &Kind) -> bool {
    !matches!(
        kind,
        Kind::Null(_)
            | Kind::Array(_)
            | Kind::Map(_)
            | Kind::Struct(_)
            | Kind::CalendarInterval(_)
            | Kind::Udt(_)
            | Kind::Unparsed(_)
    )
}

/// The type that values of both have.
fn merge(a: DataType, b: DataType) -> R<DataType> {
    let boxed = |part: Option<Box<DataType>>| part.map_or_else(DataType::default, |part| *part);
    Ok(match (a.kind, b.kind) {
        (None | Some(Kind::Null(_)), kind) | (kind, None | Some(Kind::Null(_))) => DataType { kind },
        (Some(Kind::Array(a)), Some(Kind::Array(b))) => of(Kind::Array(Box::new(pb::Array {
            element_type: Some(Box::new(merge(boxed(a.element_type), boxed(b.element_type))?)),
            ..*b
        }))),
        (Some(Kind::Map(a)), Some(Kind::Map(b))) => of(Kind::Map(Box::new(pb::Map {
            key_type: Some(Box::new(merge(boxed(a.key_type), boxed(b.key_type))?)),
            value_type: Some(Box::new(merge(boxed(a.value_type), boxed(b.value_type))?)),
            ..*b
        }))),
        (Some(Kind::Struct(a)), Some(Kind::Struct(b))) => {
            let mut fields = a.fields;
            for new in b.fields {
                match fields.iter_mut().find(|old| old.name == new.name) {
                    Some(old) => {
                        let before = old.data_type.take().unwrap_or_default();
                        old.data_type = Some(merge(before, new.data_type.unwrap_or_default())?);
                    }
                    None => fields.push(new),
                }
            }
            of(Kind::Struct(pb::Struct {
                fields,
                ..Default::default()
            }))
        }
        (Some(a), Some(b)) if a == b => of(a),
        (Some(stamp @ Kind::Timestamp(_)), Some(Kind::TimestampNtz(_)))
        | (Some(Kind::TimestampNtz(_)), Some(stamp @ Kind::Timestamp(_))) => of(stamp),
        // Texts and other plain values are texts.
        (Some(text @ Kind::String(_)), Some(other)) | (Some(other), Some(text @ Kind::String(_)))
            if is_atomic(&other) =>
        {
            of(text)
        }
        (Some(a), Some(b)) => {
            let name = |kind| class_of(&Value::object(PyType(of(kind)))).name;
            return Err(type_error(format!(
                "[CANNOT_MERGE_TYPE] Can not merge type `{}` and `{}`.",
                name(a),
                name(b)
            )));
        }
    })
}
