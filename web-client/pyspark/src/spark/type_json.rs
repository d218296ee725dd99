//! Data types from what their `jsonValue` gives, and as they are when everything may be null.

use spark_connect_client::proto::{
    DataType,
    data_type::{self as pb, Kind},
};

use super::types::{data_type, json, of};
use crate::{
    exception::{self, Exception, R, not_implemented, raise},
    limits, modules, types,
    value::{Dict, Value},
};

/// The type that a value of `jsonValue` describes.
pub(super) fn parse(value: &Value) -> R<DataType> {
    limits::deeper(|| match value {
        Value::Str(name) => simple(name),
        Value::Dict(dict) => {
            let boxed = |key| {
                part(dict, key)
                    .and_then(|value| parse(&value))
                    .map(Box::new)
                    .map(Some)
            };
            let flag = |key| part(dict, key).and_then(|value| types::truth(&value));
            let kind = part(dict, "type")?;
            Ok(of(match kind.as_str().unwrap_or_default() {
                "array" => Kind::Array(Box::new(pb::Array {
                    element_type: boxed("elementType")?,
                    contains_null: flag("containsNull")?,
                    ..Default::default()
                })),
                "map" => Kind::Map(Box::new(pb::Map {
                    key_type: boxed("keyType")?,
                    value_type: boxed("valueType")?,
                    value_contains_null: flag("valueContainsNull")?,
                    ..Default::default()
                })),
                "struct" => {
                    let all = super::convert::flat(&[part(dict, "fields")?]);
                    Kind::Struct(pb::Struct {
                        fields: all.iter().map(field).collect::<R<_>>()?,
                        ..Default::default()
                    })
                }
                "udt" => return Err(not_implemented("user-defined types need a Python worker")),
                other => return Err(unknown(other)),
            }))
        }
        other => Err(unknown(&types::repr(other)?)),
    })
}

/// What `jsonValue` gives, from the JSON of a type or a field: the keys stand as PySpark writes them.
pub(super) fn json_value(text: &str) -> R<Value> {
    ordered(modules::json::loads(text)?)
}

fn ordered(value: Value) -> R<Value> {
    const KEYS: [&str; 9] = [
        "name",
        "type",
        "fields",
        "elementType",
        "containsNull",
        "keyType",
        "valueType",
        "valueContainsNull",
        "nullable",
    ];
    limits::deeper(|| {
        Ok(match &value {
            Value::Dict(dict) => {
                let all = Dict::new();
                for key in KEYS {
                    if let Some(value) = dict.get_str(key) {
                        all.insert(Value::text(key), ordered(value)?)?;
                    }
                }
                for (key, value) in dict.pairs() {
                    if dict.len() > all.len() && all.get(&key)?.is_none() {
                        all.insert(key, value)?;
                    }
                }
                Value::dict(all)
            }
            Value::List(list) => Value::list(list.to_vec().into_iter().map(ordered).collect::<R<_>>()?),
            _ => value,
        })
    })
}

/// A field of a struct.
pub(super) fn field(value: &Value) -> R<pb::StructField> {
    let Value::Dict(dict) = value else {
        return Err(unknown(&types::repr(value)?));
    };
    let metadata = match dict.get_str("metadata") {
        Some(Value::Dict(metadata)) if metadata.len() > 0 => Some(json(&Value::Dict(metadata))?),
        _ => None,
    };
    Ok(pb::StructField {
        name: super::convert::text(&part(dict, "name")?, "name")?,
        data_type: Some(parse(&part(dict, "type")?)?),
        nullable: dict
            .get_str("nullable")
            .map_or(Ok(true), |value| types::truth(&value))?,
        metadata,
    })
}

fn part(dict: &Dict, key: &str) -> R<Value> {
    dict.get_str(key)
        .ok_or_else(|| Exception::new(&exception::KEY_ERROR, vec![Value::text(key)]))
}

fn unknown(text: &str) -> exception::Raised {
    raise(
        &exception::PYSPARK_VALUE_ERROR,
        format!("[CANNOT_PARSE_DATATYPE] Unable to parse datatype. {text}."),
    )
}

/// A type that has a name, with numbers perhaps.
fn simple(name: &str) -> R<DataType> {
    let (base, numbers) = match name.strip_suffix(')').and_then(|name| name.split_once('(')) {
        Some((base, numbers)) => (base, numbers),
        None => (name, ""),
    };
    let numbers = numbers
        .split(',')
        .filter(|number| !number.trim().is_empty())
        .map(|number| number.trim().parse().map_err(|_| unknown(name)))
        .collect::<R<Vec<i32>>>()?;
    let day_time = |field: &str| {
        ["day", "hour", "minute", "second"]
            .iter()
            .position(|f| *f == field)
    };
    let year_month = |field: &str| ["year", "month"].iter().position(|f| *f == field);
    if let Some(interval) = base.strip_prefix("interval ") {
        let (start, end) = interval.split_once(" to ").unwrap_or((interval, interval));
        let number = |at: usize| i32::try_from(at).ok();
        return match (day_time(start), day_time(end), year_month(start), year_month(end)) {
            (Some(start), Some(end), ..) => Ok(of(Kind::DayTimeInterval(pb::DayTimeInterval {
                start_field: number(start),
                end_field: number(end),
                ..Default::default()
            }))),
            (_, _, Some(start), Some(end)) => Ok(of(Kind::YearMonthInterval(pb::YearMonthInterval {
                start_field: number(start),
                end_field: number(end),
                ..Default::default()
            }))),
            _ => Err(unknown(name)),
        };
    }
    Ok(of(match (base, &numbers[..]) {
        ("decimal", []) => Kind::Decimal(pb::Decimal {
            precision: Some(10),
            scale: Some(0),
            ..Default::default()
        }),
        ("decimal", &[precision, scale]) => Kind::Decimal(pb::Decimal {
            precision: Some(precision),
            scale: Some(scale),
            ..Default::default()
        }),
        ("char", &[length]) => Kind::Char(pb::Char {
            length,
            ..Default::default()
        }),
        ("varchar", &[length]) => Kind::VarChar(pb::VarChar {
            length,
            ..Default::default()
        }),
        ("time", &[precision]) => Kind::Time(pb::Time {
            precision: Some(precision),
            ..Default::default()
        }),
        ("void" | "null", []) => Kind::Null(Default::default()),
        ("interval", []) => Kind::CalendarInterval(Default::default()),
        ("variant", []) => Kind::Variant(Default::default()),
        _ => match data_type(Some(&Value::text(name)))?.kind {
            None | Some(Kind::Unparsed(_)) => return Err(unknown(name)),
            Some(kind) => kind,
        },
    }))
}

/// The type with everything inside of it nullable.
pub(super) fn nullable(data_type: &DataType) -> R<DataType> {
    let boxed = |part: &Option<Box<DataType>>| part.as_deref().map(nullable).transpose();
    limits::deeper(|| {
        Ok(match &data_type.kind {
            Some(Kind::Array(t)) => of(Kind::Array(Box::new(pb::Array {
                element_type: boxed(&t.element_type)?.map(Box::new),
                contains_null: true,
                ..(**t).clone()
            }))),
            Some(Kind::Map(t)) => of(Kind::Map(Box::new(pb::Map {
                key_type: boxed(&t.key_type)?.map(Box::new),
                value_type: boxed(&t.value_type)?.map(Box::new),
                value_contains_null: true,
                ..(**t).clone()
            }))),
            Some(Kind::Struct(t)) => {
                let mut fields = t.fields.clone();
                for field in &mut fields {
                    field.nullable = true;
                    field.data_type = field.data_type.as_ref().map(nullable).transpose()?;
                }
                of(Kind::Struct(pb::Struct { fields, ..t.clone() }))
            }
            _ => data_type.clone(),
        })
    })
}
