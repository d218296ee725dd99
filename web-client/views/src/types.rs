//! Data types as Python code and as SQL writes them.

use spark_connect_client::proto::{
    DataType,
    data_type::{Kind, StructField},
};

use crate::{
    Result,
    error::{ViewError, kind_name},
    literal::{python_text, quoted},
};

/// Types inside types, beyond which no one goes.
const MAX_DEPTH: usize = 64;

fn kind(data_type: &DataType, depth: usize) -> Result<&Kind> {
    if depth > MAX_DEPTH {
        return Err(ViewError::too_large(
            "DataType",
            format!("A data type is nested more than {MAX_DEPTH} levels deep."),
        ));
    }
    let kind = data_type.kind.as_ref();
    kind.ok_or_else(|| ViewError::missing("DataType", "kind that this client knows"))
}

fn part<'a>(part: &'a Option<Box<DataType>>, of: &Kind) -> Result<&'a DataType> {
    part.as_deref()
        .ok_or_else(|| ViewError::missing(kind_name(of), "type of its elements"))
}

fn flag(flag: bool) -> &'static str {
    if flag { "True" } else { "False" }
}

/// A type as Python code, with `pyspark.sql.types` as `T`: `T.ArrayType(T.IntegerType(), True)`.
pub(crate) fn python(data_type: &DataType) -> Result<String> {
    python_at(data_type, 0)
}

fn python_at(data_type: &DataType, depth: usize) -> Result<String> {
    let kind = kind(data_type, depth)?;
    Ok(match kind {
        Kind::Null(_) => "T.NullType()".into(),
        Kind::Binary(_) => "T.BinaryType()".into(),
        Kind::Boolean(_) => "T.BooleanType()".into(),
        Kind::Byte(_) => "T.ByteType()".into(),
        Kind::Short(_) => "T.ShortType()".into(),
        Kind::Integer(_) => "T.IntegerType()".into(),
        Kind::Long(_) => "T.LongType()".into(),
        Kind::Float(_) => "T.FloatType()".into(),
        Kind::Double(_) => "T.DoubleType()".into(),
        Kind::Date(_) => "T.DateType()".into(),
        Kind::Timestamp(_) => "T.TimestampType()".into(),
        Kind::TimestampNtz(_) => "T.TimestampNTZType()".into(),
        Kind::Variant(_) => "T.VariantType()".into(),
        Kind::Decimal(t) => {
            format!(
                "T.DecimalType({}, {})",
                t.precision.unwrap_or(10),
                t.scale.unwrap_or(0)
            )
        }
        Kind::String(t) => match t.collation.as_str() {
            "" | "UTF8_BINARY" => "T.StringType()".into(),
            collation => format!("T.StringType({})", python_text(collation)),
        },
        Kind::Char(t) => format!("T.CharType({})", t.length),
        Kind::VarChar(t) => format!("T.VarcharType({})", t.length),
        Kind::Time(t) => format!("T.TimeType({})", t.precision.unwrap_or(6)),
        Kind::YearMonthInterval(t) => {
            let (start, end) = (t.start_field.unwrap_or(0), t.end_field.unwrap_or(1));
            format!("T.YearMonthIntervalType({start}, {end})")
        }
        Kind::DayTimeInterval(t) => {
            let (start, end) = (t.start_field.unwrap_or(0), t.end_field.unwrap_or(3));
            format!("T.DayTimeIntervalType({start}, {end})")
        }
        Kind::Array(t) => {
            let element = python_at(part(&t.element_type, kind)?, depth + 1)?;
            format!("T.ArrayType({element}, {})", flag(t.contains_null))
        }
        Kind::Map(t) => {
            let key = python_at(part(&t.key_type, kind)?, depth + 1)?;
            let value = python_at(part(&t.value_type, kind)?, depth + 1)?;
            format!("T.MapType({key}, {value}, {})", flag(t.value_contains_null))
        }
        Kind::Struct(t) => {
            let fields = t.fields.iter().map(|field| python_field(field, depth + 1));
            format!(
                "T.StructType([{}])",
                fields.collect::<Result<Vec<_>>>()?.join(", ")
            )
        }
        other => {
            return Err(ViewError::no_form(
                "as PySpark code",
                format!("The type {}", kind_name(other)),
                "it has no class that takes plain parameters",
            ));
        }
    })
}

fn python_field(field: &StructField, depth: usize) -> Result<String> {
    if field.metadata.as_ref().is_some_and(|metadata| metadata != "{}") {
        return Err(ViewError::no_form(
            "as PySpark code",
            "StructField",
            "the metadata of a type's field are not written out; set them with withMetadata",
        ));
    }
    let data_type = field.data_type.as_ref();
    let data_type = data_type.ok_or_else(|| ViewError::missing("StructField", "type"))?;
    let (name, data_type) = (python_text(&field.name), python_at(data_type, depth)?);
    Ok(format!(
        "T.StructField({name}, {data_type}, {})",
        flag(field.nullable)
    ))
}

/// A type as SQL writes it: `ARRAY<STRUCT<`a`: INT>>`.
pub(crate) fn sql(data_type: &DataType) -> Result<String> {
    sql_at(data_type, 0)
}

fn sql_at(data_type: &DataType, depth: usize) -> Result<String> {
    let kind = kind(data_type, depth)?;
    Ok(match kind {
        Kind::Null(_) => "VOID".into(),
        Kind::Binary(_) => "BINARY".into(),
        Kind::Boolean(_) => "BOOLEAN".into(),
        Kind::Byte(_) => "TINYINT".into(),
        Kind::Short(_) => "SMALLINT".into(),
        Kind::Integer(_) => "INT".into(),
        Kind::Long(_) => "BIGINT".into(),
        Kind::Float(_) => "FLOAT".into(),
        Kind::Double(_) => "DOUBLE".into(),
        Kind::Date(_) => "DATE".into(),
        Kind::Timestamp(_) => "TIMESTAMP_LTZ".into(),
        Kind::TimestampNtz(_) => "TIMESTAMP_NTZ".into(),
        Kind::CalendarInterval(_) => "INTERVAL".into(),
        Kind::Variant(_) => "VARIANT".into(),
        Kind::Decimal(t) => {
            format!("DECIMAL({}, {})", t.precision.unwrap_or(10), t.scale.unwrap_or(0))
        }
        Kind::String(t) => match t.collation.as_str() {
            "" | "UTF8_BINARY" => "STRING".into(),
            collation => format!("STRING COLLATE {}", quoted(collation)?),
        },
        Kind::Char(t) => format!("CHAR({})", t.length),
        Kind::VarChar(t) => format!("VARCHAR({})", t.length),
        Kind::Time(t) => format!("TIME({})", t.precision.unwrap_or(6)),
        Kind::YearMonthInterval(t) => {
            let name = |field: i32| ["YEAR", "MONTH"].get(usize::try_from(field).ok()?).copied();
            interval(
                name(t.start_field.unwrap_or(0)),
                name(t.end_field.unwrap_or(1)),
                kind,
            )?
        }
        Kind::DayTimeInterval(t) => {
            let names = ["DAY", "HOUR", "MINUTE", "SECOND"];
            let name = |field: i32| names.get(usize::try_from(field).ok()?).copied();
            interval(
                name(t.start_field.unwrap_or(0)),
                name(t.end_field.unwrap_or(3)),
                kind,
            )?
        }
        Kind::Array(t) => format!("ARRAY<{}>", sql_at(part(&t.element_type, kind)?, depth + 1)?),
        Kind::Map(t) => {
            let key = sql_at(part(&t.key_type, kind)?, depth + 1)?;
            format!("MAP<{key}, {}>", sql_at(part(&t.value_type, kind)?, depth + 1)?)
        }
        Kind::Struct(t) => {
            let fields = t.fields.iter().map(|field| sql_field(field, depth + 1));
            format!("STRUCT<{}>", fields.collect::<Result<Vec<_>>>()?.join(", "))
        }
        other => {
            return Err(ViewError::no_form(
                "in SQL",
                format!("The type {}", kind_name(other)),
                "SQL cannot name it",
            ));
        }
    })
}

fn interval(start: Option<&str>, end: Option<&str>, kind: &Kind) -> Result<String> {
    match (start, end) {
        (Some(start), Some(end)) if start == end => Ok(format!("INTERVAL {start}")),
        (Some(start), Some(end)) => Ok(format!("INTERVAL {start} TO {end}")),
        _ => Err(ViewError::unknown(kind_name(kind), "field")),
    }
}

fn sql_field(field: &StructField, depth: usize) -> Result<String> {
    let data_type = field.data_type.as_ref();
    let data_type = data_type.ok_or_else(|| ViewError::missing("StructField", "type"))?;
    let not_null = if field.nullable { "" } else { " NOT NULL" };
    Ok(format!(
        "{}: {}{not_null}",
        quoted(&field.name)?,
        sql_at(data_type, depth)?
    ))
}
