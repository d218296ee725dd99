//! Data types as PySpark's `repr` and `treeString` print them.

use std::fmt::Write as _;

use spark_connect_proto::connect::{
    DataType,
    data_type::{Kind, StructField},
};

use super::{MAX_DEPTH, simple_string};

/// The type as Python code, for example `StructType([StructField('id', LongType(), True)])`.
pub fn repr(data_type: &DataType) -> String {
    let mut text = String::new();
    write(data_type, &mut text, 0);
    text
}

fn python(flag: bool) -> &'static str {
    if flag { "True" } else { "False" }
}

fn write(data_type: &DataType, text: &mut String, depth: usize) {
    if depth > MAX_DEPTH {
        text.push_str("...");
        return;
    }
    let nested = |part: &Option<Box<DataType>>, text: &mut String| match part {
        Some(part) => write(part, text, depth + 1),
        None => text.push_str("NullType()"),
    };
    match &data_type.kind {
        None | Some(Kind::Null(_)) => text.push_str("NullType()"),
        Some(Kind::Binary(_)) => text.push_str("BinaryType()"),
        Some(Kind::Boolean(_)) => text.push_str("BooleanType()"),
        Some(Kind::Byte(_)) => text.push_str("ByteType()"),
        Some(Kind::Short(_)) => text.push_str("ShortType()"),
        Some(Kind::Integer(_)) => text.push_str("IntegerType()"),
        Some(Kind::Long(_)) => text.push_str("LongType()"),
        Some(Kind::Float(_)) => text.push_str("FloatType()"),
        Some(Kind::Double(_)) => text.push_str("DoubleType()"),
        Some(Kind::Date(_)) => text.push_str("DateType()"),
        Some(Kind::Timestamp(_)) => text.push_str("TimestampType()"),
        Some(Kind::TimestampNtz(_)) => text.push_str("TimestampNTZType()"),
        Some(Kind::CalendarInterval(_)) => text.push_str("CalendarIntervalType()"),
        Some(Kind::Variant(_)) => text.push_str("VariantType()"),
        Some(Kind::Decimal(t)) => {
            *text += &format!(
                "DecimalType({},{})",
                t.precision.unwrap_or(10),
                t.scale.unwrap_or(0)
            );
        }
        Some(Kind::String(t)) => match t.collation.as_str() {
            "" | "UTF8_BINARY" => text.push_str("StringType()"),
            collation => *text += &format!("StringType('{collation}')"),
        },
        Some(Kind::Char(t)) => *text += &format!("CharType({})", t.length),
        Some(Kind::VarChar(t)) => *text += &format!("VarcharType({})", t.length),
        Some(Kind::Time(t)) => *text += &format!("TimeType({})", t.precision.unwrap_or(6)),
        Some(Kind::TimestampNtzNanos(t)) => {
            *text += &format!("TimestampNTZNanosType({})", t.precision.unwrap_or(9));
        }
        Some(Kind::TimestampLtzNanos(t)) => {
            *text += &format!("TimestampLTZNanosType({})", t.precision.unwrap_or(9));
        }
        Some(Kind::YearMonthInterval(t)) => {
            let (start, end) = (t.start_field.unwrap_or(0), t.end_field.unwrap_or(1));
            *text += &format!("YearMonthIntervalType({start}, {end})");
        }
        Some(Kind::DayTimeInterval(t)) => {
            let (start, end) = (t.start_field.unwrap_or(0), t.end_field.unwrap_or(3));
            *text += &format!("DayTimeIntervalType({start}, {end})");
        }
        Some(Kind::Array(t)) => {
            text.push_str("ArrayType(");
            nested(&t.element_type, text);
            *text += &format!(", {})", python(t.contains_null));
        }
        Some(Kind::Map(t)) => {
            text.push_str("MapType(");
            nested(&t.key_type, text);
            text.push_str(", ");
            nested(&t.value_type, text);
            *text += &format!(", {})", python(t.value_contains_null));
        }
        Some(Kind::Struct(t)) => {
            text.push_str("StructType([");
            for (at, field) in t.fields.iter().enumerate() {
                if at > 0 {
                    text.push_str(", ");
                }
                write_field(field, text, depth);
            }
            text.push_str("])");
        }
        Some(Kind::Geometry(t)) => *text += &format!("GeometryType({})", srid(t.srid)),
        Some(Kind::Geography(t)) => *text += &format!("GeographyType({})", srid(t.srid)),
        Some(Kind::Udt(t)) => match &t.sql_type {
            Some(part) => write(part, text, depth + 1),
            None => text.push_str("UserDefinedType()"),
        },
        Some(Kind::Unparsed(t)) => *text += &format!("UnparsedDataType('{}')", t.data_type_string),
    }
}

fn srid(srid: i32) -> String {
    if srid < 0 {
        "ANY".to_owned()
    } else {
        srid.to_string()
    }
}

/// A field as Python code, for example `StructField('id', LongType(), True)`.
pub fn field_repr(field: &StructField) -> String {
    let mut text = String::new();
    write_field(field, &mut text, 0);
    text
}

fn write_field(field: &StructField, text: &mut String, depth: usize) {
    *text += &format!("StructField('{}', ", field.name);
    match &field.data_type {
        Some(part) => write(part, text, depth + 1),
        None => text.push_str("NullType()"),
    }
    *text += &format!(", {})", python(field.nullable));
}

/// The type of a row as a tree, `StructType.treeString`, down to a level if one is given.
pub fn tree_string(fields: &[StructField], max_level: Option<usize>) -> String {
    let mut text = "root\n".to_owned();
    for field in fields {
        branch(field, " |", 1, max_level.unwrap_or(usize::MAX), &mut text);
    }
    text
}

/// A name with the characters that would break its line as Python writes them.
fn escaped(name: &str) -> String {
    name.chars()
        .map(|c| match c {
            '\n' => "\\n".to_owned(),
            '\r' => "\\r".to_owned(),
            '\t' => "\\t".to_owned(),
            '\x07' => "\\a".to_owned(),
            '\x08' => "\\b".to_owned(),
            '\x0b' => "\\v".to_owned(),
            '\x0c' => "\\f".to_owned(),
            c => c.to_string(),
        })
        .collect()
}

fn lower(flag: bool) -> &'static str {
    if flag { "true" } else { "false" }
}

fn branch(field: &StructField, prefix: &str, level: usize, max_level: usize, text: &mut String) {
    let data_type = field.data_type.clone().unwrap_or_default();
    let (name, type_name) = (escaped(&field.name), type_name(&data_type));
    let nullable = lower(field.nullable);
    let _ = writeln!(text, "{prefix}-- {name}: {type_name} (nullable = {nullable})");
    inside(&data_type, &format!("{prefix}    |"), level + 1, max_level, text);
}

/// What is inside an array, a map or a struct, each part on a line of its own.
fn inside(data_type: &DataType, prefix: &str, level: usize, max_level: usize, text: &mut String) {
    if level > max_level || level > MAX_DEPTH {
        return;
    }
    let mut part = |name: &str, data_type: &Option<Box<DataType>>, nulls: Option<bool>| {
        let data_type = data_type.as_deref().cloned().unwrap_or_default();
        let type_name = type_name(&data_type);
        let nulls = match (name, nulls) {
            (_, None) => String::new(),
            ("element", Some(flag)) => format!(" (containsNull = {})", lower(flag)),
            (_, Some(flag)) => format!(" (valueContainsNull = {})", lower(flag)),
        };
        let _ = writeln!(text, "{prefix}-- {name}: {type_name}{nulls}");
        inside(&data_type, &format!("{prefix}    |"), level + 1, max_level, text);
    };
    match &data_type.kind {
        Some(Kind::Array(t)) => part("element", &t.element_type, Some(t.contains_null)),
        Some(Kind::Map(t)) => {
            part("key", &t.key_type, None);
            part("value", &t.value_type, Some(t.value_contains_null));
        }
        Some(Kind::Struct(t)) => {
            for field in &t.fields {
                branch(field, prefix, level, max_level, text);
            }
        }
        _ => (),
    }
}

/// The type's own name, `DataType.typeName`, with its parameters.
fn type_name(data_type: &DataType) -> String {
    let name = match &data_type.kind {
        Some(Kind::Array(_)) => "array",
        Some(Kind::Map(_)) => "map",
        Some(Kind::Struct(_)) => "struct",
        Some(Kind::Byte(_)) => "byte",
        Some(Kind::Short(_)) => "short",
        Some(Kind::Integer(_)) => "integer",
        Some(Kind::Long(_)) => "long",
        Some(Kind::String(_)) => "string",
        Some(Kind::Geometry(_)) => "geometry",
        Some(Kind::Geography(_)) => "geography",
        _ => return simple_string(data_type),
    };
    name.to_owned()
}
