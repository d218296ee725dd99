//! Decodes an Arrow IPC stream whose lengths are verified and which is not compressed.
//!
//! arrow-ipc decodes the batches; its own reader of streams is not used, since for dictionaries that come in parts it
//! brings along code that joins arrays of every type: a tenth of the notebook's page, for what Spark never sends.

use std::{collections::HashMap, sync::Arc};

use arrow_array::{ArrayRef, RecordBatch};
use arrow_buffer::Buffer;
use arrow_ipc::{Message, MessageHeader, reader::read_record_batch};
use arrow_schema::{Field, Schema, SchemaRef};

use super::verify::{Parts, next_message, no_content, schema_of, values_of};
use crate::error::{Error, Result};

/// The batches of a stream. One without a batch gives one without rows, for its schema.
pub(super) fn decode(stream: &Buffer) -> Result<Vec<RecordBatch>> {
    let mut decoder = Decoder::default();
    let mut left: &[u8] = stream;
    while let Some(Parts { message, body, rest }) = next_message(left)? {
        let end = stream.len() - rest.len();
        let body = stream.slice_with_length(end - body.len(), body.len());
        decoder.message(&message, &body)?;
        left = rest;
    }
    if !is_end(left) {
        return Err(Error::protocol("a record batch does not end where it should"));
    }
    let Decoder {
        schema, mut batches, ..
    } = decoder;
    if batches.is_empty()
        && let Some(schema) = schema
    {
        batches.push(RecordBatch::new_empty(schema));
    }
    Ok(batches)
}

/// Whether nothing but the end of a stream is left: a message of no length, which may be left out.
fn is_end(left: &[u8]) -> bool {
    matches!(left, [] | [0, 0, 0, 0] | [0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0])
}

#[derive(Default)]
struct Decoder {
    schema: Option<SchemaRef>,
    dictionaries: HashMap<i64, ArrayRef>,
    batches: Vec<RecordBatch>,
}

impl Decoder {
    fn message(&mut self, message: &Message<'_>, body: &Buffer) -> Result<()> {
        match message.header_type() {
            MessageHeader::Schema if self.schema.is_some() => {
                return Err(Error::protocol("an Arrow stream has two schemas"));
            }
            MessageHeader::Schema => self.schema = Some(Arc::new(schema_of(message)?)),
            MessageHeader::RecordBatch => {
                let batch = message.header_as_record_batch().ok_or_else(no_content)?;
                let batch = self.batch(message, batch, self.schema()?.clone(), body)?;
                self.batches.push(batch);
            }
            MessageHeader::DictionaryBatch => {
                let dictionary = message.header_as_dictionary_batch().ok_or_else(no_content)?;
                if dictionary.isDelta() {
                    return Err(Error::protocol("a dictionary comes in parts"));
                }
                let values = values_of(self.schema()?, dictionary.id());
                let values = values
                    .first()
                    .ok_or_else(|| Error::protocol("a dictionary belongs to no column"))?;
                let schema = Arc::new(Schema::new(vec![Field::new("", (*values).clone(), true)]));
                let data = dictionary.data().ok_or_else(no_content)?;
                let batch = self.batch(message, data, schema, body)?;
                self.dictionaries.insert(dictionary.id(), batch.column(0).clone());
            }
            MessageHeader::NONE => {}
            other => {
                return Err(Error::protocol(format_args!(
                    "an Arrow stream holds a message of the kind {}",
                    other.0
                )));
            }
        }
        Ok(())
    }

    fn schema(&self) -> Result<&SchemaRef> {
        self.schema
            .as_ref()
            .ok_or_else(|| Error::protocol("an Arrow stream begins without a schema"))
    }

    fn batch(
        &self,
        message: &Message<'_>,
        batch: arrow_ipc::RecordBatch<'_>,
        schema: SchemaRef,
        body: &Buffer,
    ) -> Result<RecordBatch> {
        let version = message.version();
        Ok(read_record_batch(
            body,
            batch,
            schema,
            &self.dictionaries,
            None,
            &version,
        )?)
    }
}
