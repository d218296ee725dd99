//! Data types as JSON, as PySpark's `DataType.json` writes it and Spark reads it.

use serde_json::{Map, Value, json as value};
use spark_connect_proto::connect::{
    DataType,
    data_type::{self as pb, Kind},
};

use super::{MAX_DEPTH, simple_string};

/// A field's metadata under which the collations of its texts stand.
const COLLATIONS: &str = "__COLLATIONS";

/// The type as JSON, keys in order and without spaces, in ASCII.
pub fn json(data_type: &DataType) -> String {
    let text = of(data_type, 0).to_string();
    if text.is_ascii() {
        return text;
    }
    let mut ascii = String::with_capacity(text.len() * 2);
    for c in text.chars() {
        if c.is_ascii() {
            ascii.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                ascii += &format!("\\u{unit:04x}");
            }
        }
    }
    ascii
}

fn of(data_type: &DataType, depth: usize) -> Value {
    if depth > MAX_DEPTH {
        return Value::from("void");
    }
    let nested =
        |part: Option<&DataType>| part.map_or_else(|| Value::from("void"), |part| of(part, depth + 1));
    match &data_type.kind {
        Some(Kind::Array(t)) => value!({
            "type": "array",
            "elementType": nested(t.element_type.as_deref()),
            "containsNull": t.contains_null,
        }),
        Some(Kind::Map(t)) => value!({
            "type": "map",
            "keyType": nested(t.key_type.as_deref()),
            "valueType": nested(t.value_type.as_deref()),
            "valueContainsNull": t.value_contains_null,
        }),
        Some(Kind::Struct(t)) => {
            let fields: Vec<Value> = t.fields.iter().map(|f| field(f, depth)).collect();
            value!({ "type": "struct", "fields": fields })
        }
        Some(Kind::Udt(t)) => value!({
            "type": "udt",
            "class": t.jvm_class,
            "pyClass": t.python_class,
            "sqlType": nested(t.sql_type.as_deref()),
        }),
        Some(Kind::Geometry(t)) => Value::from(format!("geometry({})", reference_system(t.srid))),
        Some(Kind::Geography(t)) => {
            Value::from(format!("geography({}, SPHERICAL)", reference_system(t.srid)))
        }
        None | Some(Kind::Null(_)) => Value::from("void"),
        Some(Kind::Byte(_)) => Value::from("byte"),
        Some(Kind::Short(_)) => Value::from("short"),
        Some(Kind::Integer(_)) => Value::from("integer"),
        Some(Kind::Long(_)) => Value::from("long"),
        Some(_) => Value::from(simple_string(data_type)),
    }
}

fn reference_system(srid: i32) -> String {
    match srid {
        4326 => "OGC:CRS84".to_owned(),
        0 => "SRID:0".to_owned(),
        srid if srid < 0 => "SRID:ANY".to_owned(),
        srid => format!("EPSG:{srid}"),
    }
}

fn field(field: &pb::StructField, depth: usize) -> Value {
    let mut metadata = match field.metadata.as_deref().map(serde_json::from_str) {
        Some(Ok(Value::Object(metadata))) => metadata,
        _ => Map::new(),
    };
    let mut collations = Map::new();
    let plain = field
        .data_type
        .as_ref()
        .map(|data_type| without_collations(data_type, &field.name, &mut collations, depth));
    if !collations.is_empty() {
        metadata.insert(COLLATIONS.to_owned(), Value::Object(collations));
    }
    value!({
        "name": field.name,
        "type": plain.map_or_else(|| Value::from("void"), |data_type| of(&data_type, depth + 1)),
        "nullable": field.nullable,
        "metadata": metadata,
    })
}

/// The type with texts in the default collation. Where they were, and which collation they had, is noted; the texts
/// inside a struct are noted with its own fields.
fn without_collations(
    data_type: &DataType,
    path: &str,
    collations: &mut Map<String, Value>,
    depth: usize,
) -> DataType {
    if depth > MAX_DEPTH {
        return DataType::default();
    }
    let mut inside = |part: &Option<Box<DataType>>, step: &str| {
        let part = part.as_deref()?;
        let path = format!("{path}.{step}");
        Some(Box::new(without_collations(part, &path, collations, depth + 1)))
    };
    let kind = match &data_type.kind {
        Some(Kind::Array(t)) => Kind::Array(Box::new(pb::Array {
            element_type: inside(&t.element_type, "element"),
            ..t.as_ref().clone()
        })),
        Some(Kind::Map(t)) => Kind::Map(Box::new(pb::Map {
            key_type: inside(&t.key_type, "key"),
            value_type: inside(&t.value_type, "value"),
            ..t.as_ref().clone()
        })),
        Some(Kind::String(t)) if !matches!(t.collation.as_str(), "" | "UTF8_BINARY") => {
            let provider = if t.collation.starts_with("UTF8") {
                "spark"
            } else {
                "icu"
            };
            collations.insert(
                path.to_owned(),
                Value::from(format!("{provider}.{}", t.collation)),
            );
            Kind::String(pb::String::default())
        }
        _ => return data_type.clone(),
    };
    DataType { kind: Some(kind) }
}
