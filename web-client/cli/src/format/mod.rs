//! Results as text and as files, batch by batch.
//!
//! Each format is a [`Writer`]. Where the bytes go, and where the batches come from, is the business of others.

mod arrow;
mod csv;
mod json;
mod markdown;
mod parquet;
mod table;

use std::io::Write;

use arrow_array::RecordBatch;
use arrow_schema::{Schema, SchemaRef};
use result_table::Formatter;

use crate::{arguments::Format, failure::Failure};

/// Bytes of text that are gathered before they are written.
const GATHERED: usize = 64 * 1024;

/// Writes one result.
pub(crate) trait Writer {
    /// Writes the next rows.
    fn write(&mut self, batch: &RecordBatch) -> Result<(), Failure>;

    /// Writes what comes after the last row.
    fn finish(&mut self, rest: Rest) -> Result<(), Failure>;
}

/// The rows of a result that were not written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rest {
    /// There are none.
    None,
    /// So many.
    Rows(u64),
    /// There are some.
    Some,
}

/// How a result is laid out.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    /// The format.
    pub(crate) format: Format,
    /// The zone of timestamps where the schema names none.
    pub(crate) time_zone: String,
    /// Columns of the terminal that a table must fit into.
    pub(crate) width: Option<usize>,
}

impl Layout {
    /// A writer for a result with this schema.
    pub(crate) fn writer<'a>(
        &self,
        out: impl Write + Send + 'a,
        schema: &SchemaRef,
    ) -> Result<Box<dyn Writer + 'a>, Failure> {
        let zone = result_table::time_zone(schema).unwrap_or(&self.time_zone);
        let formatter = || Formatter::new(zone);
        Ok(match self.format {
            Format::Table => Box::new(table::Table::new(out, schema, zone, self.width)?),
            Format::Csv => Box::new(csv::Csv::new(out, schema, formatter()?)),
            Format::Json => Box::new(json::Json::new(out, schema, formatter()?)?),
            Format::Markdown => Box::new(markdown::Markdown::new(out, schema, formatter()?)),
            Format::Arrow => Box::new(arrow::Arrow::new(out, schema)?),
            Format::Parquet => Box::new(parquet::Parquet::new(out, schema)?),
        })
    }
}

/// Text on its way out, in pieces that are worth a write.
struct Text<W> {
    out: W,
    text: String,
}

impl<W: Write> Text<W> {
    fn new(out: W) -> Self {
        Self {
            out,
            text: String::with_capacity(2 * GATHERED),
        }
    }

    /// Writes the text if there is enough of it.
    fn write_enough(&mut self) -> Result<(), Failure> {
        if self.text.len() < GATHERED {
            return Ok(());
        }
        self.write_all()
    }

    /// Writes the text.
    fn write_all(&mut self) -> Result<(), Failure> {
        self.out
            .write_all(self.text.as_bytes())
            .map_err(|e| unwritable(&e))?;
        self.text.clear();
        Ok(())
    }
}

/// The failure to write.
pub(crate) fn unwritable(error: &dyn std::fmt::Display) -> Failure {
    Failure::Output(format!("The result cannot be written: {error}."))
}

/// The columns' names, as JSON objects need them.
fn distinct_names(schema: &Schema) -> Result<(), Failure> {
    let fields = schema.fields();
    let twice = fields.iter().enumerate().find(|(at, field)| {
        let before = fields.iter().take(*at);
        before.into_iter().any(|other| other.name() == field.name())
    });
    match twice {
        Some((_, field)) => Err(Failure::Output(format!(
            "Two columns are named {:?}, but an object of JSON has each name once. Name the columns apart with AS, or \
             choose another --format.",
            field.name()
        ))),
        None => Ok(()),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::{collections::HashMap, sync::Arc};

    use arrow_array::{
        ArrayRef, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int64Array, ListArray, MapArray,
        StringArray, StructArray, TimestampMicrosecondArray, types::Int32Type,
    };
    use arrow_buffer::OffsetBuffer;
    use arrow_schema::{DataType, Field, Fields};

    use super::*;

    /// A batch of columns by name; those named alike stay apart.
    pub(crate) fn batch(columns: &[(&str, ArrayRef)]) -> RecordBatch {
        let fields: Vec<Field> = columns
            .iter()
            .map(|(name, array)| Field::new(*name, array.data_type().clone(), true))
            .collect();
        let arrays = columns.iter().map(|(_, array)| array.clone()).collect();
        RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).unwrap()
    }

    /// Rows of the kinds of values that formats treat differently.
    pub(crate) fn sample() -> RecordBatch {
        let decimal = Decimal128Array::from(vec![Some(123_456), None, Some(-5)]);
        let at = TimestampMicrosecondArray::from(vec![Some(1_761_438_600_500_000), Some(0), None]);
        let tags = vec![Some(vec![Some(1), None]), Some(vec![]), None];
        let entries = Fields::from(vec![
            Field::new("key", DataType::Utf8, false),
            Field::new("value", DataType::Int64, true),
        ]);
        let map = MapArray::new(
            Arc::new(Field::new("entries", DataType::Struct(entries.clone()), false)),
            OffsetBuffer::from_lengths([2, 0, 0]),
            StructArray::new(
                entries,
                vec![
                    Arc::new(StringArray::from(vec!["a", "b,c"])),
                    Arc::new(Int64Array::from(vec![Some(1), None])),
                ],
                None,
            ),
            None,
            false,
        );
        batch(&[
            ("id", Arc::new(Int64Array::from(vec![i64::MAX, 2, -3]))),
            (
                "name, \"quoted\"",
                Arc::new(StringArray::from(vec![Some("a \"b\", |c|\nd"), Some(""), None])),
            ),
            (
                "ok",
                Arc::new(BooleanArray::from(vec![Some(true), None, Some(false)])),
            ),
            (
                "ratio",
                Arc::new(Float64Array::from(vec![Some(0.1), Some(f64::NAN), None])),
            ),
            (
                "price",
                Arc::new(decimal.with_precision_and_scale(38, 2).unwrap()),
            ),
            (
                "day",
                Arc::new(Date32Array::from(vec![Some(20_453), None, Some(0)])),
            ),
            ("at", Arc::new(at.with_timezone("Europe/Berlin"))),
            (
                "tags",
                Arc::new(ListArray::from_iter_primitive::<Int32Type, _, _>(tags)),
            ),
            ("map", Arc::new(map)),
        ])
    }

    /// What a format makes of batches.
    pub(crate) fn written(
        format: Format,
        width: Option<usize>,
        batches: &[RecordBatch],
        rest: Rest,
    ) -> Vec<u8> {
        let layout = Layout {
            format,
            time_zone: "UTC".to_owned(),
            width,
        };
        let mut out = Vec::new();
        let mut writer = layout.writer(&mut out, &batches[0].schema()).unwrap();
        for batch in batches {
            writer.write(batch).unwrap();
        }
        writer.finish(rest).unwrap();
        drop(writer);
        out
    }

    /// The same, as text.
    pub(crate) fn text(format: Format, batches: &[RecordBatch]) -> String {
        String::from_utf8(written(format, None, batches, Rest::None)).unwrap()
    }

    #[test]
    fn names_that_come_twice_are_refused_where_they_cannot_be_told_apart() {
        let one: ArrayRef = Arc::new(Int64Array::from(vec![1]));
        let batch = batch(&[("a", one.clone()), ("b", one.clone()), ("a", one)]);
        let layout = |format| Layout {
            format,
            time_zone: "UTC".to_owned(),
            width: None,
        };
        let writer = layout(Format::Json).writer(Vec::new(), &batch.schema());
        match writer.err() {
            Some(Failure::Output(text)) => assert!(text.starts_with("Two columns are named \"a\""), "{text}"),
            other => panic!("{other:?}"),
        }
        assert_eq!(text(Format::Csv, &[batch]), "a,b,a\r\n1,1,1\r\n");
    }

    #[test]
    fn an_unknown_time_zone_is_said() {
        let schema: SchemaRef = Arc::new(Schema::new_with_metadata(Fields::empty(), HashMap::new()));
        let layout = Layout {
            format: Format::Csv,
            time_zone: "Mars/Olympus".to_owned(),
            width: None,
        };
        assert!(layout.writer(Vec::new(), &schema).is_err());
    }
}
