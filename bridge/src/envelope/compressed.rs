//! Plans that travel compressed (`Plan.CompressedOperation`, since Spark 4.1), made readable.

use std::io::Read;

use bytes::Bytes;
use ruzstd::decoding::StreamingDecoder;
use spark_connect_proto::connect::{CompressionCodec, plan::compressed_operation::OpType};

use super::wire::{Fields, Value};

/// Longest plan that is decompressed, bytes; as long as a message may be.
const MAX_PLAN: u64 = 128 * 1024 * 1024;
const DATA: u32 = 1;
const OP_TYPE: u32 = 2;
const CODEC: u32 = 3;

/// The name of the message's type and its bytes; `None` for what is not clearly one, or too long.
pub(super) fn decompress(operation: &[u8]) -> Option<(&'static str, Bytes)> {
    let (mut data, mut op_type, mut codec) = (None, None, None);
    for field in Fields::of(operation) {
        let field = field.ok()?;
        // Given twice, it would be open which one counts.
        let known = match (field.number, field.value) {
            (DATA, Value::Bytes(bytes)) => data.replace(bytes).is_none(),
            (OP_TYPE, Value::Varint(number)) => op_type.replace(number).is_none(),
            (CODEC, Value::Varint(number)) => codec.replace(number).is_none(),
            _ => false,
        };
        if !known {
            return None;
        }
    }
    let is =
        |number: Option<u64>, value: i32| number.is_some_and(|number| i32::try_from(number) == Ok(value));
    if !is(codec, CompressionCodec::Zstd as i32) {
        return None;
    }
    let name = if is(op_type, OpType::Relation as i32) {
        "Relation"
    } else if is(op_type, OpType::Command as i32) {
        "Command"
    } else {
        return None;
    };
    let mut rest = data?;
    let decoder = StreamingDecoder::new(&mut rest).ok()?;
    let mut plan = Vec::new();
    decoder.take(MAX_PLAN + 1).read_to_end(&mut plan).ok()?;
    // Spark would read on in a second frame.
    (rest.is_empty() && plan.len() as u64 <= MAX_PLAN).then(|| (name, plan.into()))
}
