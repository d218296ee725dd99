//! Data types in Spark's words: PySpark's `DataType.simpleString` here, its JSON beside it.

mod build;
mod json;
mod repr;
mod struct_type;

pub use self::{
    build::*,
    json::json,
    repr::{field_repr, repr, tree_string},
    struct_type::{StructType, name_parts},
};

use spark_connect_proto::connect::{DataType, data_type as pb};

/// The type as SQL and `DataFrame.dtypes` write it, for example `map<string,decimal(10,2)>`.
///
/// Nested types below a depth that no schema of Spark's has are written as `...`.
pub fn simple_string(data_type: &DataType) -> String {
    let mut text = String::new();
    write(data_type, &mut text, 0);
    text
}

const MAX_DEPTH: usize = 200;

fn write(data_type: &DataType, text: &mut String, depth: usize) {
    use pb::Kind;
    if depth > MAX_DEPTH {
        text.push_str("...");
        return;
    }
    let nested = |part: &Option<Box<DataType>>, text: &mut String| match part {
        Some(part) => write(part, text, depth + 1),
        None => text.push_str("void"),
    };
    match &data_type.kind {
        None | Some(Kind::Null(_)) => text.push_str("void"),
        Some(Kind::Binary(_)) => text.push_str("binary"),
        Some(Kind::Boolean(_)) => text.push_str("boolean"),
        Some(Kind::Byte(_)) => text.push_str("tinyint"),
        Some(Kind::Short(_)) => text.push_str("smallint"),
        Some(Kind::Integer(_)) => text.push_str("int"),
        Some(Kind::Long(_)) => text.push_str("bigint"),
        Some(Kind::Float(_)) => text.push_str("float"),
        Some(Kind::Double(_)) => text.push_str("double"),
        Some(Kind::Decimal(t)) => {
            *text += &format!("decimal({},{})", t.precision.unwrap_or(10), t.scale.unwrap_or(0));
        }
        Some(Kind::String(t)) => match t.collation.as_str() {
            "" | "UTF8_BINARY" => text.push_str("string"),
            collation => *text += &format!("string collate {collation}"),
        },
        Some(Kind::Char(t)) => *text += &format!("char({})", t.length),
        Some(Kind::VarChar(t)) => *text += &format!("varchar({})", t.length),
        Some(Kind::Date(_)) => text.push_str("date"),
        Some(Kind::Timestamp(_)) => text.push_str("timestamp"),
        Some(Kind::TimestampNtz(_)) => text.push_str("timestamp_ntz"),
        Some(Kind::TimestampNtzNanos(t)) => *text += &format!("timestamp_ntz({})", t.precision.unwrap_or(9)),
        Some(Kind::TimestampLtzNanos(t)) => *text += &format!("timestamp_ltz({})", t.precision.unwrap_or(9)),
        Some(Kind::Time(t)) => *text += &format!("time({})", t.precision.unwrap_or(6)),
        Some(Kind::CalendarInterval(_)) => text.push_str("interval"),
        Some(Kind::YearMonthInterval(t)) => {
            interval(
                text,
                &["year", "month"],
                t.start_field.unwrap_or(0),
                t.end_field.unwrap_or(1),
            );
        }
        Some(Kind::DayTimeInterval(t)) => {
            let fields = ["day", "hour", "minute", "second"];
            interval(
                text,
                &fields,
                t.start_field.unwrap_or(0),
                t.end_field.unwrap_or(3),
            );
        }
        Some(Kind::Array(t)) => {
            text.push_str("array<");
            nested(&t.element_type, text);
            text.push('>');
        }
        Some(Kind::Map(t)) => {
            text.push_str("map<");
            nested(&t.key_type, text);
            text.push(',');
            nested(&t.value_type, text);
            text.push('>');
        }
        Some(Kind::Struct(t)) => {
            text.push_str("struct<");
            for (at, field) in t.fields.iter().enumerate() {
                if at > 0 {
                    text.push(',');
                }
                text.push_str(&field.name);
                text.push(':');
                match &field.data_type {
                    Some(part) => write(part, text, depth + 1),
                    None => text.push_str("void"),
                }
            }
            text.push('>');
        }
        Some(Kind::Variant(_)) => text.push_str("variant"),
        Some(Kind::Geometry(t)) => *text += &format!("geometry({})", srid(t.srid)),
        Some(Kind::Geography(t)) => *text += &format!("geography({})", srid(t.srid)),
        Some(Kind::Udt(t)) => match &t.sql_type {
            Some(part) => write(part, text, depth + 1),
            None => text.push_str("udt"),
        },
        Some(Kind::Unparsed(t)) => text.push_str(&t.data_type_string),
    }
}

/// Whether values of the type are numbers, PySpark's `NumericType`.
pub fn is_numeric(data_type: &DataType) -> bool {
    use pb::Kind::{Byte, Decimal, Double, Float, Integer, Long, Short};
    matches!(
        data_type.kind,
        Some(Byte(_) | Short(_) | Integer(_) | Long(_) | Float(_) | Double(_) | Decimal(_))
    )
}

fn srid(srid: i32) -> String {
    if srid < 0 {
        "any".to_owned()
    } else {
        srid.to_string()
    }
}

fn interval(text: &mut String, fields: &[&str], start: i32, end: i32) {
    let name = |at: i32| {
        usize::try_from(at)
            .ok()
            .and_then(|at| fields.get(at))
            .copied()
            .unwrap_or("?")
    };
    *text += &match start == end {
        true => format!("interval {}", name(start)),
        false => format!("interval {} to {}", name(start), name(end)),
    };
}

#[cfg(test)]
mod tests {
    use pb::Kind;

    use super::*;

    fn of(kind: Kind) -> DataType {
        DataType { kind: Some(kind) }
    }

    #[test]
    fn types_are_written_as_spark_writes_them() {
        let decimal = of(Kind::Decimal(pb::Decimal {
            precision: Some(10),
            scale: Some(2),
            ..Default::default()
        }));
        let string = of(Kind::String(pb::String::default()));
        let map = of(Kind::Map(Box::new(pb::Map {
            key_type: Some(Box::new(string.clone())),
            value_type: Some(Box::new(decimal)),
            ..Default::default()
        })));
        let field = |name: &str, data_type: DataType| pb::StructField {
            name: name.to_owned(),
            data_type: Some(data_type),
            ..Default::default()
        };
        let day_second = of(Kind::DayTimeInterval(pb::DayTimeInterval::default()));
        let year = of(Kind::YearMonthInterval(pb::YearMonthInterval {
            start_field: Some(0),
            end_field: Some(0),
            ..Default::default()
        }));
        let all = of(Kind::Struct(pb::Struct {
            fields: vec![
                field("m", map),
                field("i", day_second),
                field("y", year),
                field("s", string),
            ],
            ..Default::default()
        }));
        assert_eq!(
            simple_string(&all),
            "struct<m:map<string,decimal(10,2)>,i:interval day to second,y:interval year,s:string>"
        );
        assert_eq!(simple_string(&DataType { kind: None }), "void");
    }

    #[test]
    fn depth_has_an_end() {
        let mut deep = of(Kind::Long(pb::Long::default()));
        for _ in 0..300 {
            deep = of(Kind::Array(Box::new(pb::Array {
                element_type: Some(Box::new(deep)),
                ..Default::default()
            })));
        }
        assert!(simple_string(&deep).contains("..."));
    }
}
