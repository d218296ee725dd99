//! The rows inside a plan, read from Arrow.

use arrow_array::{
    Array, ArrayRef, RecordBatch,
    cast::{AsArray, as_boolean_array, as_map_array, as_struct_array},
    types::{
        Date32Type, Decimal128Type, DurationMicrosecondType, Float32Type, Float64Type, Int8Type, Int16Type,
        Int32Type, Int64Type, TimestampMicrosecondType,
    },
};
use arrow_schema::{DataType as Arrow, Field, TimeUnit};
use spark_connect_client::{
    plan::{Literal, float_repr},
    proto::{
        self as pb, DataType,
        data_type::{self, StructField},
        expression::literal::LiteralType as Kind,
    },
    types,
};

use crate::{Result, error::ViewError, literal};

/// Values inside values.
const MAX_DEPTH: usize = 64;
/// Values that are read.
const MAX_VALUES: usize = 100_000;

/// Rows, each with a value for each field.
pub(crate) struct Table {
    pub(crate) fields: Vec<StructField>,
    pub(crate) rows: Vec<Vec<pb::expression::Literal>>,
}

impl Table {
    /// The type of a row.
    pub(crate) fn schema(&self) -> DataType {
        struct_of(self.fields.clone())
    }
}

fn struct_of(fields: Vec<StructField>) -> DataType {
    DataType {
        kind: Some(data_type::Kind::Struct(data_type::Struct {
            fields,
            ..Default::default()
        })),
    }
}

fn no_form(why: impl std::fmt::Display) -> ViewError {
    ViewError::no_form("outside the plan", "LocalRelation", why)
}

/// The rows of a local relation.
pub(crate) fn read(relation: &pb::LocalRelation) -> Result<Table> {
    let Some(data) = relation.data.clone() else {
        return Err(no_form("it has a schema and no rows"));
    };
    let batches = spark_connect_client::read_stream(data)
        .map_err(|error| ViewError::new(crate::Reason::Broken, "LocalRelation", error.message))?;
    let schema = batches.first().map(RecordBatch::schema);
    let schema = schema.ok_or_else(|| ViewError::missing("LocalRelation", "schema"))?;
    let fields = schema
        .fields()
        .iter()
        .map(|field| spark_field(field, 0))
        .collect::<Result<Vec<_>>>()?;
    let mut table = Table {
        fields,
        rows: Vec::new(),
    };
    if relation
        .schema
        .as_ref()
        .is_some_and(|given| *given != types::json(&table.schema()))
    {
        return Err(no_form("its schema is another one than that of its rows"));
    }
    for batch in &batches {
        if batch.num_rows().saturating_mul(batch.num_columns().max(1)) > MAX_VALUES {
            return Err(ViewError::too_large(
                "LocalRelation",
                format!("A local relation has more than {MAX_VALUES} values."),
            ));
        }
        for row in 0..batch.num_rows() {
            let values = batch.columns().iter().zip(&table.fields);
            let values = values.map(|(column, field)| value(column, row, field_type(field)?, 0));
            table.rows.push(values.collect::<Result<Vec<_>>>()?);
        }
    }
    Ok(table)
}

fn field_type(field: &StructField) -> Result<&DataType> {
    field
        .data_type
        .as_ref()
        .ok_or_else(|| ViewError::missing("StructField", "type"))
}

fn spark_field(field: &Field, depth: usize) -> Result<StructField> {
    Ok(StructField {
        name: field.name().clone(),
        data_type: Some(spark_type(field.data_type(), depth)?),
        nullable: field.is_nullable(),
        metadata: None,
    })
}

/// Spark's type for one of Arrow's, as createDataFrame has them.
fn spark_type(arrow: &Arrow, depth: usize) -> Result<DataType> {
    if depth > MAX_DEPTH {
        return Err(no_form("its types are nested too deep"));
    }
    Ok(match arrow {
        Arrow::Null => types::null(),
        Arrow::Boolean => types::boolean(),
        Arrow::Int8 => types::byte(),
        Arrow::Int16 => types::short(),
        Arrow::Int32 => types::integer(),
        Arrow::Int64 => types::long(),
        Arrow::Float32 => types::float(),
        Arrow::Float64 => types::double(),
        Arrow::Utf8 => types::string(),
        Arrow::Binary => types::binary(),
        Arrow::Date32 => types::date(),
        Arrow::Timestamp(TimeUnit::Microsecond, Some(_)) => types::timestamp(),
        Arrow::Timestamp(TimeUnit::Microsecond, None) => types::timestamp_ntz(),
        Arrow::Duration(TimeUnit::Microsecond) => types::day_time_interval(0, 3),
        Arrow::Decimal128(precision, scale) => types::decimal(i32::from(*precision), i32::from(*scale)),
        Arrow::List(element) => {
            types::array(spark_type(element.data_type(), depth + 1)?, element.is_nullable())
        }
        Arrow::Map(entries, _) => match entries.data_type() {
            Arrow::Struct(fields) if fields.len() == 2 => types::map(
                spark_type(fields[0].data_type(), depth + 1)?,
                spark_type(fields[1].data_type(), depth + 1)?,
                fields[1].is_nullable(),
            ),
            _ => return Err(no_form("a map of it has no entries of key and value")),
        },
        Arrow::Struct(fields) => {
            let fields = fields.iter().map(|field| spark_field(field, depth + 1));
            struct_of(fields.collect::<Result<Vec<_>>>()?)
        }
        other => {
            return Err(no_form(format!(
                "its values of Arrow's type {other} are not read"
            )));
        }
    })
}

fn value(array: &ArrayRef, at: usize, data_type: &DataType, depth: usize) -> Result<pb::expression::Literal> {
    let literal = if array.is_null(at) || depth > MAX_DEPTH {
        Literal::null_of(data_type.clone())
    } else {
        present(array, at, data_type, depth)?
    };
    Ok(literal.message().clone())
}

fn present(array: &ArrayRef, at: usize, data_type: &DataType, depth: usize) -> Result<Literal> {
    let unread = || no_form("its values are not of the types that its schema has");
    let nested = |values: ArrayRef, data_type: &DataType| -> Result<Vec<Literal>> {
        let each = (0..values.len()).map(|at| value(&values, at, data_type, depth + 1).map(Literal::from));
        each.collect()
    };
    let kind = data_type.kind.as_ref().ok_or_else(unread)?;
    use data_type::Kind as Type;
    Ok(match (kind, array.data_type()) {
        (Type::Boolean(_), _) => Literal::boolean(as_boolean_array(array).value(at)),
        (Type::Byte(_), _) => Literal::byte(array.as_primitive::<Int8Type>().value(at)),
        (Type::Short(_), _) => Literal::short(array.as_primitive::<Int16Type>().value(at)),
        (Type::Integer(_), _) => Literal::integer(array.as_primitive::<Int32Type>().value(at)),
        (Type::Long(_), _) => Literal::long(array.as_primitive::<Int64Type>().value(at)),
        (Type::Float(_), _) => Literal::float(array.as_primitive::<Float32Type>().value(at)),
        (Type::Double(_), _) => Literal::double(array.as_primitive::<Float64Type>().value(at)),
        (Type::String(_), _) => Literal::string(array.as_string::<i32>().value(at)),
        (Type::Binary(_), _) => Literal::binary(array.as_binary::<i32>().value(at).to_vec()),
        (Type::Date(_), _) => Literal::date(array.as_primitive::<Date32Type>().value(at)),
        (Type::Timestamp(_), _) => {
            Literal::timestamp(array.as_primitive::<TimestampMicrosecondType>().value(at))
        }
        (Type::TimestampNtz(_), _) => {
            Literal::timestamp_ntz(array.as_primitive::<TimestampMicrosecondType>().value(at))
        }
        (Type::DayTimeInterval(_), _) => {
            Literal::day_time_interval(array.as_primitive::<DurationMicrosecondType>().value(at))
        }
        (Type::Decimal(_), Arrow::Decimal128(precision, scale)) => {
            let text = array.as_primitive::<Decimal128Type>().value_as_string(at);
            Literal::decimal(text, i32::from(*precision), i32::from(*scale))
        }
        (Type::Array(t), Arrow::List(_)) => {
            let element = t.element_type.as_deref().ok_or_else(unread)?;
            Literal::array(
                element.clone(),
                nested(array.as_list::<i32>().value(at), element)?,
            )
        }
        (Type::Map(t), Arrow::Map(..)) => {
            let (key, item) = t
                .key_type
                .as_deref()
                .zip(t.value_type.as_deref())
                .ok_or_else(unread)?;
            let entries = as_map_array(array).value(at);
            let keys = nested(entries.column(0).clone(), key)?;
            let values = nested(entries.column(1).clone(), item)?;
            Literal::map(key.clone(), item.clone(), keys.into_iter().zip(values))
        }
        (Type::Struct(t), Arrow::Struct(_)) => {
            let columns = as_struct_array(array).columns();
            let values = columns.iter().zip(&t.fields);
            let values = values
                .map(|(column, field)| value(column, at, field_type(field)?, depth + 1).map(Literal::from));
            Literal::structure(data_type.clone(), values.collect::<Result<Vec<_>>>()?)
        }
        _ => return Err(unread()),
    })
}

/// A value as Python's createDataFrame takes it, whose schema has the types.
pub(crate) fn python(value: &pb::expression::Literal) -> Option<String> {
    let all = |values: &[pb::expression::Literal]| values.iter().map(python).collect::<Option<Vec<String>>>();
    Some(match value.literal_type.as_ref()? {
        Kind::Null(_) => "None".to_owned(),
        Kind::Byte(number) | Kind::Short(number) | Kind::Integer(number) => number.to_string(),
        Kind::Long(number) => number.to_string(),
        Kind::Float(number) => match number.is_finite() {
            true => float_repr(f64::from(*number)),
            false => format!("float(\"{}\")", float_repr(f64::from(*number))),
        },
        Kind::Decimal(decimal) => format!("Decimal({})", literal::python_text(&decimal.value)),
        // Without a zone: Python has it as it stands.
        Kind::TimestampNtz(micros) => {
            let moment = literal::python(Literal::timestamp(*micros).message())?;
            moment.replace(", tzinfo=datetime.timezone.utc", "")
        }
        Kind::Array(array) => format!("[{}]", all(&array.elements)?.join(", ")),
        Kind::Map(map) => {
            let entries = all(&map.keys)?.into_iter().zip(all(&map.values)?);
            let entries: Vec<String> = entries.map(|(key, value)| format!("{key}: {value}")).collect();
            format!("{{{}}}", entries.join(", "))
        }
        Kind::Struct(value) => match &all(&value.elements)?[..] {
            [value] => format!("({value},)"),
            values => format!("({})", values.join(", ")),
        },
        _ => literal::python(value)?,
    })
}
