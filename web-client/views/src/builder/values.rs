//! Rows that are written in the builder, as the plan has them: in Arrow.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, Float64Array, Int32Array, Int64Array, RecordBatch,
    RecordBatchOptions, StringArray, TimestampMicrosecondArray,
};
use arrow_ipc::writer::StreamWriter;
use arrow_schema::{ArrowError, DataType, Field, Schema, TimeUnit};
use spark_connect_client::{
    plan::{LogicalPlan, local_relation},
    proto::{self as pb, data_type::Kind},
};

use super::{Value, ValueType};
use crate::{
    Result,
    error::{Reason, ViewError},
    local,
};

impl ValueType {
    fn arrow(self) -> DataType {
        match self {
            Self::Boolean => DataType::Boolean,
            Self::Integer => DataType::Int32,
            Self::Long => DataType::Int64,
            Self::Double => DataType::Float64,
            Self::String => DataType::Utf8,
            Self::Date => DataType::Date32,
            Self::Timestamp => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        }
    }

    fn of(data_type: Option<&pb::DataType>) -> Option<Self> {
        Some(match data_type?.kind.as_ref()? {
            Kind::Boolean(_) => Self::Boolean,
            Kind::Integer(_) => Self::Integer,
            Kind::Long(_) => Self::Long,
            Kind::Double(_) => Self::Double,
            Kind::String(_) => Self::String,
            Kind::Date(_) => Self::Date,
            Kind::Timestamp(_) => Self::Timestamp,
            _ => return None,
        })
    }

    /// The values as an array, or the number of the first row whose value is of another type.
    fn array(self, values: &[&Value]) -> std::result::Result<ArrayRef, usize> {
        macro_rules! each {
            ($array:ty, $($pattern:pat => $value:expr),+) => {{
                let mut items = Vec::with_capacity(values.len());
                for (at, value) in values.iter().enumerate() {
                    items.push(match value {
                        Value::Null => None,
                        $($pattern => Some($value),)+
                        _ => return Err(at),
                    });
                }
                <$array>::from(items)
            }};
        }
        Ok(match self {
            Self::Boolean => Arc::new(each!(BooleanArray, Value::Boolean(value) => *value)),
            Self::Integer => Arc::new(each!(Int32Array, Value::Integer(value) => *value)),
            Self::Long => Arc::new(each!(Int64Array, Value::Long(value) => *value)),
            Self::Double => Arc::new(each!(Float64Array, Value::Double(value) => value.0)),
            Self::String => Arc::new(each!(StringArray, Value::String(text) => text.as_str())),
            Self::Date => Arc::new(each!(Date32Array, Value::Date(days) => *days)),
            Self::Timestamp => Arc::new(
                each!(TimestampMicrosecondArray, Value::Timestamp(micros) => *micros).with_timezone("UTC"),
            ),
        })
    }
}

/// The plan of rows; what is wrong with them as a sentence.
pub(super) fn plan(
    columns: &[(String, ValueType)],
    rows: &[Vec<Value>],
) -> std::result::Result<LogicalPlan, String> {
    if columns.is_empty() {
        return Err("it has no columns; add one".to_owned());
    }
    if let Some(at) = rows.iter().position(|row| row.len() != columns.len()) {
        let (has, wants) = (rows[at].len(), columns.len());
        return Err(format!(
            "row {} has {has} values for {wants} columns; fill in one for each",
            at + 1
        ));
    }
    let mut arrays = Vec::new();
    for (at, (name, data_type)) in columns.iter().enumerate() {
        let values: Vec<&Value> = rows.iter().filter_map(|row| row.get(at)).collect();
        let array = data_type.array(&values).map_err(|row| {
            format!(
                "the value of {name} in row {} is no {data_type:?}; change it or the column's type",
                row + 1
            )
        })?;
        arrays.push(array);
    }
    let fields = columns
        .iter()
        .map(|(name, data_type)| Field::new(name, data_type.arrow(), true));
    let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    let write = || -> std::result::Result<Vec<u8>, ArrowError> {
        let options = RecordBatchOptions::new().with_row_count(Some(rows.len()));
        let batch = RecordBatch::try_new_with_options(schema.clone(), arrays, &options)?;
        let mut writer = StreamWriter::try_new(Vec::new(), &schema)?;
        writer.write(&batch)?;
        writer.into_inner()
    };
    let data = write().map_err(|error| format!("its rows cannot be sent: {error}"))?;
    Ok(LogicalPlan::message(local_relation(data.into(), None)))
}

/// Columns and rows of a local relation.
#[expect(clippy::type_complexity, reason = "two lists, once")]
pub(super) fn of(relation: &pb::LocalRelation) -> Result<(Vec<(String, ValueType)>, Vec<Vec<Value>>)> {
    let no_form = |why: &str| ViewError::no_form("in the builder", "LocalRelation", why);
    if relation.schema.is_some() {
        return Err(no_form("it has a schema beside its rows"));
    }
    let table = local::read(relation)?;
    let mut columns = Vec::new();
    for field in &table.fields {
        match ValueType::of(field.data_type.as_ref()).filter(|_| field.nullable) {
            Some(data_type) => columns.push((field.name.clone(), data_type)),
            None => {
                return Err(no_form(
                    "a column of it is of a type that the builder does not have",
                ));
            }
        }
    }
    let mut rows = Vec::new();
    for row in &table.rows {
        let values = row.iter().map(|literal| match literal.literal_type {
            Some(pb::expression::literal::LiteralType::Null(_)) => Some(Value::Null),
            _ => Value::of(literal),
        });
        let values: Option<Vec<Value>> = values.collect();
        rows.push(
            values
                .ok_or_else(|| ViewError::new(Reason::Broken, "LocalRelation", "A value cannot be read."))?,
        );
    }
    Ok((columns, rows))
}
