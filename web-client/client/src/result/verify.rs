//! Checks the lengths that an Arrow IPC stream claims, before it is decoded.
//!
//! arrow-ipc validates the values of arrays, but takes the places of their buffers on trust and panics when they lie
//! outside the message. A server's bytes must never do that, nor make the client allocate what a lie says.

use arrow_ipc::{
    CompressionType, Message, MessageHeader, RecordBatch, convert::try_fb_to_schema, root_as_message,
};
use arrow_schema::{DataType, Schema};

use super::layout::Layout;
use crate::error::{Error, Result};

const CONTINUATION: [u8; 4] = [0xff; 4];
/// How often LZ4 repeats a byte at most for each byte that it takes; arrow-ipc allocates what the length claims.
const MAX_LZ4: i64 = 256;
/// zstd has no such bound, and is read only as far as it goes; but no array of Spark's is larger than this, and what
/// all arrays of a batch take together must fit into a browser's memory.
const MAX_BATCH: i64 = i32::MAX as i64;

/// Checks every message of a stream. What is cut or no message at all is left for the decoder to refuse.
pub(super) fn verify(mut stream: &[u8]) -> Result<()> {
    let mut schema = Schema::empty();
    while let Some(Parts { message, body, rest }) = next_message(stream)? {
        match message.header_type() {
            MessageHeader::Schema => {
                schema = schema_of(&message)?;
                // It may come without a batch, and still say what cannot be.
                Layout::new(&columns(&schema), std::iter::empty())?;
            }
            MessageHeader::RecordBatch => {
                let batch = message.header_as_record_batch().ok_or_else(no_content)?;
                verify_batch(&batch, &columns(&schema), body)?;
            }
            MessageHeader::DictionaryBatch => {
                let dictionary = message.header_as_dictionary_batch().ok_or_else(no_content)?;
                let values = values_of(&schema, dictionary.id());
                verify_batch(&dictionary.data().ok_or_else(no_content)?, &values, body)?;
            }
            _ => {}
        }
        stream = rest;
    }
    Ok(())
}

pub(super) fn schema_of(message: &Message<'_>) -> Result<Schema> {
    Ok(try_fb_to_schema(
        message.header_as_schema().ok_or_else(no_content)?,
    )?)
}

fn columns(schema: &Schema) -> Vec<&DataType> {
    schema.fields().iter().map(|field| field.data_type()).collect()
}

/// The type of a dictionary's values, by the id that the schema gives it.
pub(super) fn values_of(schema: &Schema, id: i64) -> Vec<&DataType> {
    // Deprecated since writers choose the ids; a reader has nothing else.
    #[expect(deprecated)]
    let fields = schema.fields_with_dict_id(id);
    let values = fields.into_iter().find_map(|field| match field.data_type() {
        DataType::Dictionary(_, values) => Some(&**values),
        _ => None,
    });
    values.into_iter().collect()
}

pub(super) fn no_content() -> Error {
    Error::protocol("a message of an Arrow stream has no content")
}

/// The first message of a stream.
pub(super) struct Parts<'a> {
    pub(super) message: Message<'a>,
    pub(super) body: &'a [u8],
    /// What follows it.
    pub(super) rest: &'a [u8],
}

/// Takes a stream apart. Nothing at its end, or where it is cut or no stream at all.
pub(super) fn next_message(stream: &[u8]) -> Result<Option<Parts<'_>>> {
    let stream = stream.strip_prefix(&CONTINUATION).unwrap_or(stream);
    let Some((length, rest)) = stream.split_first_chunk::<4>() else {
        return Ok(None);
    };
    let length = u32::from_le_bytes(*length) as usize;
    if length == 0 {
        return Ok(None);
    }
    let Some((metadata, rest)) = rest.split_at_checked(length) else {
        return Ok(None);
    };
    let Ok(message) = root_as_message(metadata) else {
        return Ok(None);
    };
    let body = usize::try_from(message.bodyLength())
        .ok()
        .and_then(|length| rest.split_at_checked(length));
    match body {
        Some((body, rest)) => Ok(Some(Parts { message, body, rest })),
        None => Err(lie("a body of", message.bodyLength(), rest.len())),
    }
}

fn verify_batch(batch: &RecordBatch<'_>, columns: &[&DataType], body: &[u8]) -> Result<()> {
    // Columns without buffers (null, empty structs) have any length for free, so it is bounded by what can be shown.
    let bounded = |length: i64| (0..=i64::from(i32::MAX)).contains(&length);
    if !bounded(batch.length()) {
        return Err(lie("rows:", batch.length(), body.len()));
    }
    for node in batch.nodes().into_iter().flatten() {
        if !bounded(node.length()) || node.null_count() < 0 || node.null_count() > node.length() {
            return Err(lie("an array of", node.length(), body.len()));
        }
    }
    let variadic = batch.variadicBufferCounts().into_iter().flatten();
    let mut layout = Layout::new(columns, variadic)?;
    let mut total = 0_i64;
    for buffer in batch.buffers().into_iter().flatten() {
        let range = usize::try_from(buffer.offset())
            .ok()
            .zip(usize::try_from(buffer.length()).ok());
        let bytes = range.and_then(|(start, length)| body.get(start..start.checked_add(length)?));
        let Some(bytes) = bytes else {
            return Err(lie("a buffer of", buffer.length(), body.len()));
        };
        let mut length = bytes.len() as i64;
        if let Some(compression) = batch.compression()
            && let Some((announced, compressed)) = bytes.split_first_chunk::<8>()
        {
            // -1 says that what follows is plain.
            length = match i64::from_le_bytes(*announced) {
                -1 => compressed.len() as i64,
                announced => announced,
            };
            if length < 0 || length > most_uncompressed(compression.codec(), compressed.len()) {
                return Err(lie("an uncompressed buffer of", length, body.len()));
            }
        }
        total = total.saturating_add(length);
        if total > MAX_BATCH {
            return Err(lie("buffers of together", total, body.len()));
        }
        layout.next_buffer(length)?;
    }
    Ok(())
}

/// The most bytes that so many compressed ones can stand for.
fn most_uncompressed(codec: CompressionType, compressed: usize) -> i64 {
    match codec {
        CompressionType::ZSTD => MAX_BATCH,
        _ => (compressed as i64).saturating_mul(MAX_LZ4).min(MAX_BATCH),
    }
}

fn lie(what: &str, claimed: i64, there: usize) -> Error {
    Error::protocol(format_args!(
        "a record batch claims {what} {claimed} where {there} bytes are there"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_of_one_value_shrinks_to_almost_nothing() {
        // 1.2 MB of zeros, as Spark sends them with zstd.
        assert!(most_uncompressed(CompressionType::ZSTD, 96) >= 1_200_000);
        assert_eq!(most_uncompressed(CompressionType::LZ4_FRAME, 96), 96 * 256);
        assert_eq!(
            most_uncompressed(CompressionType::LZ4_FRAME, usize::MAX >> 1),
            MAX_BATCH
        );
    }
}
