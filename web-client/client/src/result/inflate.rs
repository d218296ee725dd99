//! Undoes the compression of Arrow IPC streams, in Rust alone, so that it works in a browser too: arrow-ipc itself needs
//! C for zstd, and whoever is handed a stream need not know either codec.
//!
//! Spark compresses when `spark.sql.execution.arrow.compression.codec` is `zstd` or `lz4`.

use std::io::Read;

use arrow_ipc::{
    Buffer, CompressionType, DictionaryBatchBuilder, FieldNode, Message, MessageBuilder, MessageHeader,
    RecordBatch, RecordBatchBuilder,
};
use flatbuffers::{FlatBufferBuilder, WIPOffset};
use lz4_flex::frame::FrameDecoder;
use ruzstd::decoding::StreamingDecoder;

use super::verify::{Parts, next_message};
use crate::error::{Error, Result};

/// Arrow's own alignment for buffers; the metadata before a body is padded to it, too.
const ALIGNMENT: usize = 8;

/// The stream without compression, or nothing if it has none. The stream has been verified.
pub(super) fn inflate(mut stream: &[u8]) -> Result<Option<Vec<u8>>> {
    let whole = stream;
    let mut inflated: Option<Vec<u8>> = None;
    while let Some(Parts { message, body, rest }) = next_message(stream)? {
        let header = &stream[..stream.len() - rest.len()];
        match compressed_batch(&message) {
            Some((batch, codec)) => {
                let before = whole.len() - stream.len();
                let output = inflated.get_or_insert_with(|| whole[..before].to_vec());
                write_message(output, &message, &batch, codec, body)?;
            }
            None => {
                if let Some(output) = &mut inflated {
                    output.extend_from_slice(header);
                }
            }
        }
        stream = rest;
    }
    if let Some(output) = &mut inflated {
        output.extend_from_slice(stream);
    }
    Ok(inflated)
}

fn compressed_batch<'a>(message: &Message<'a>) -> Option<(RecordBatch<'a>, CompressionType)> {
    let batch = match message.header_type() {
        MessageHeader::RecordBatch => message.header_as_record_batch(),
        MessageHeader::DictionaryBatch => message.header_as_dictionary_batch().and_then(|d| d.data()),
        _ => None,
    };
    let batch = batch?;
    let codec = batch.compression()?.codec();
    Some((batch, codec))
}

/// Writes the message anew, with the same arrays in plain buffers.
fn write_message(
    output: &mut Vec<u8>,
    message: &Message<'_>,
    batch: &RecordBatch<'_>,
    codec: CompressionType,
    body: &[u8],
) -> Result<()> {
    let mut plain = Vec::new();
    let mut buffers = Vec::new();
    for buffer in batch.buffers().into_iter().flatten() {
        let start = plain.len();
        // Verified: the buffer is inside the body.
        let bytes = &body[buffer.offset() as usize..][..buffer.length() as usize];
        append_plain(&mut plain, bytes, codec)?;
        buffers.push(Buffer::new(start as i64, (plain.len() - start) as i64));
        plain.resize(plain.len().next_multiple_of(ALIGNMENT), 0);
    }

    let mut builder = FlatBufferBuilder::new();
    let nodes: Vec<FieldNode> = batch.nodes().into_iter().flatten().copied().collect();
    let nodes = builder.create_vector(&nodes);
    let buffers = builder.create_vector(&buffers);
    let variadic = batch.variadicBufferCounts().map(|counts| {
        let counts: Vec<i64> = counts.iter().collect();
        builder.create_vector(&counts)
    });
    let mut plain_batch = RecordBatchBuilder::new(&mut builder);
    plain_batch.add_length(batch.length());
    plain_batch.add_nodes(nodes);
    plain_batch.add_buffers(buffers);
    if let Some(variadic) = variadic {
        plain_batch.add_variadicBufferCounts(variadic);
    }
    let plain_batch = plain_batch.finish();
    let header: WIPOffset<_> = match message.header_as_dictionary_batch() {
        Some(dictionary) => {
            let mut plain_dictionary = DictionaryBatchBuilder::new(&mut builder);
            plain_dictionary.add_id(dictionary.id());
            plain_dictionary.add_isDelta(dictionary.isDelta());
            plain_dictionary.add_data(plain_batch);
            plain_dictionary.finish().as_union_value()
        }
        None => plain_batch.as_union_value(),
    };
    let mut plain_message = MessageBuilder::new(&mut builder);
    plain_message.add_version(message.version());
    plain_message.add_header_type(message.header_type());
    plain_message.add_header(header);
    plain_message.add_bodyLength(plain.len() as i64);
    let plain_message = plain_message.finish();
    builder.finish(plain_message, None);

    let metadata = builder.finished_data();
    let padded = metadata.len().next_multiple_of(ALIGNMENT);
    output.extend_from_slice(&[0xff; 4]);
    output.extend_from_slice(&(padded as u32).to_le_bytes());
    output.extend_from_slice(metadata);
    output.resize(output.len() + padded - metadata.len(), 0);
    output.extend_from_slice(&plain);
    Ok(())
}

/// A compressed buffer begins with its plain length; -1 says that it is plain already.
fn append_plain(plain: &mut Vec<u8>, bytes: &[u8], codec: CompressionType) -> Result<()> {
    let Some((length, compressed)) = bytes.split_first_chunk::<8>() else {
        return Ok(());
    };
    let length = i64::from_le_bytes(*length);
    let Ok(length) = u64::try_from(length) else {
        plain.extend_from_slice(compressed);
        return Ok(());
    };
    let broken = |error: &dyn std::fmt::Display| {
        Error::protocol(format_args!("a record batch cannot be decompressed ({error})"))
    };
    if length == 0 {
        return Ok(());
    }
    let start = plain.len();
    // One byte more than announced is enough to find a lie.
    let most = length + 1;
    match codec {
        CompressionType::LZ4_FRAME => FrameDecoder::new(compressed).take(most).read_to_end(plain),
        CompressionType::ZSTD => {
            let decoder = StreamingDecoder::new(compressed).map_err(|e| broken(&e))?;
            decoder.take(most).read_to_end(plain)
        }
        _ => return Err(broken(&format_args!("the codec {} is unknown", codec.0))),
    }
    .map_err(|e| broken(&e))?;
    let found = (plain.len() - start) as u64;
    if found != length {
        return Err(broken(&format_args!(
            "{length} bytes were announced, {found} or more came"
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn buffer(length: i64, compressed: &[u8]) -> Vec<u8> {
        [&length.to_le_bytes()[..], compressed].concat()
    }

    fn zstd(bytes: &[u8]) -> Vec<u8> {
        ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
    }

    fn lz4(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = lz4_flex::frame::FrameEncoder::new(Vec::new());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    type Compress = fn(&[u8]) -> Vec<u8>;

    const CODECS: [(CompressionType, Compress); 2] =
        [(CompressionType::ZSTD, zstd), (CompressionType::LZ4_FRAME, lz4)];

    #[test]
    fn buffers_are_plain_compressed_or_empty() {
        let text = b"abc".repeat(1000);
        for (codec, compress) in CODECS {
            let mut plain = Vec::new();
            append_plain(&mut plain, &buffer(3000, &compress(&text)), codec).unwrap();
            append_plain(&mut plain, &buffer(-1, b"plain"), codec).unwrap();
            append_plain(&mut plain, &buffer(0, b""), codec).unwrap();
            append_plain(&mut plain, b"", codec).unwrap();
            assert_eq!(plain, [&text[..], b"plain"].concat());
        }
    }

    #[test]
    fn lies_are_found() {
        for (codec, compress) in CODECS {
            for (length, bytes) in [
                (2999, compress(&[1; 3000])),
                (3001, compress(&[1; 3000])),
                (5, b"noise".to_vec()),
            ] {
                let mut plain = Vec::new();
                let error = append_plain(&mut plain, &buffer(length, &bytes), codec).unwrap_err();
                assert!(error.message.contains("decompressed"), "{error}");
                assert!(plain.len() <= 3001);
            }
        }
    }

    #[test]
    fn an_unknown_codec_is_an_error() {
        let error = append_plain(&mut Vec::new(), &buffer(5, b"noise"), CompressionType(9)).unwrap_err();
        assert!(error.message.contains("the codec 9 is unknown"), "{error}");
    }

    #[test]
    fn plain_streams_are_left_alone() {
        assert_eq!(inflate(b"").unwrap(), None);
        assert_eq!(inflate(b"no arrow").unwrap(), None);
    }
}
