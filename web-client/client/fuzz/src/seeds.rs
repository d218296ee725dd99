//! Valid input, to be damaged.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use arrow_array::{
    ArrayRef, DictionaryArray, Int64Array, ListArray, NullArray, RecordBatch, StringArray, StringViewArray,
    StructArray,
    types::{Int32Type, Int64Type},
};
use arrow_ipc::{
    CompressionType,
    writer::{IpcWriteOptions, StreamWriter},
};
use bytes::Bytes;
use prost::Message;
use spark_connect_client::{
    proto::{
        self as pb, ExecutePlanResponse,
        execute_plan_response::{ArrowBatch, ExecutionProgress, ResponseType, ResultComplete},
    },
    transport::framing::framed,
};

use super::harness::SESSION;

const ROWS: usize = 6;

/// For `harness::connection`.
pub fn connection() -> Vec<Vec<u8>> {
    [
        "sc://localhost",
        "sc://[::1]:15002/;use_ssl=true;token=a%20b",
        "sc://h:1/;user_id=me;session_id=00000000-0000-0000-0000-000000000000;user_agent=x;x-y=z",
        "sc://h/;grpc_max_message_size=7;grpc_keepalive_enabled=false;grpc_keepalive_time_ms=1",
    ]
    .map(|text| text.as_bytes().to_vec())
    .to_vec()
}

/// For `harness::arrow`: streams of each kind of array, plain and compressed, with their number of rows before them.
pub fn arrow() -> Vec<Vec<u8>> {
    let lz4 = Some(CompressionType::LZ4_FRAME);
    // Written by PyArrow, for arrow-ipc needs C to write zstd.
    let zstd = include_bytes!("data/zstd.arrow").to_vec();
    let streams = [stream(None), stream(lz4), zstd].into_iter().chain(empty());
    streams
        .flat_map(|stream| {
            let flags = 2 * ROWS as u8;
            [[&[flags], &stream[..]].concat(), [&[flags + 1], &stream[..]].concat()]
        })
        // What once made arrow-ipc panic.
        .chain([
            include_bytes!("data/cut-element.arrow").to_vec(),
            include_bytes!("data/map-of-numbers.arrow").to_vec(),
        ])
        .collect()
}

/// For `harness::response` and `harness::framing`: bodies with every kind of frame.
pub fn responses() -> Vec<Vec<u8>> {
    let batch = |at: i64| {
        ResponseType::ArrowBatch(ArrowBatch {
            row_count: ROWS as i64,
            data: Bytes::from(stream(None)),
            start_offset: Some(at * ROWS as i64),
            chunk_index: None,
            num_chunks_in_batch: None,
        })
    };
    let types = [
        ResponseType::ExecutionProgress(ExecutionProgress::default()),
        batch(0),
        batch(1),
        ResponseType::ResultComplete(ResultComplete::default()),
    ];
    let messages: Vec<u8> = types
        .into_iter()
        .enumerate()
        .flat_map(|(at, response_type)| {
            let response = ExecutePlanResponse {
                session_id: SESSION.to_string(),
                response_id: at.to_string(),
                response_type: Some(response_type),
                schema: (at == 0).then(pb::DataType::default),
                ..Default::default()
            };
            framed(&response.encode_to_vec())
        })
        .collect();
    let trailers = |text: &[u8]| {
        let mut frame = framed(text);
        frame[0] = 0x80;
        frame
    };
    let broken = b"grpc-status: 14\r\ngrpc-message: caf%C3%A9\r\ngrpc-status-details-bin: CA4SAWE\r\n";
    vec![
        [&messages[..], &trailers(b"grpc-status: 0\r\n")].concat(),
        [&messages[..messages.len() / 2], &trailers(b"grpc-status: 0\r\n")].concat(),
        trailers(broken),
        // What once made tonic panic.
        trailers(b"grpc-status: 13\r\ngrpc-status-details-bin: C\xe3\r\n"),
    ]
}

/// An Arrow stream with one batch.
fn stream(compression: Option<CompressionType>) -> Vec<u8> {
    let numbers = || {
        Arc::new(Int64Array::from_iter(
            (0..ROWS as i64).map(|i| (i % 3 > 0).then_some(i)),
        ))
    };
    let texts = || (0..ROWS).map(|i| (i % 4 > 0).then(|| format!("row {i}, long enough to be no short one")));
    let lists = (0..ROWS).map(|i| Some((0..i as i64).map(Some)));
    let dictionary: DictionaryArray<Int32Type> = ["a", "b", "a", "c", "b", "a"].into_iter().collect();
    let numbers_in = numbers() as ArrayRef;
    let field = arrow_schema::Field::new("n", numbers_in.data_type().clone(), true);
    let columns: [(&str, ArrayRef); 7] = [
        ("n", numbers()),
        ("s", Arc::new(StringArray::from_iter(texts()))),
        ("v", Arc::new(StringViewArray::from_iter(texts()))),
        (
            "l",
            Arc::new(ListArray::from_iter_primitive::<Int64Type, _, _>(lists)),
        ),
        ("d", Arc::new(dictionary)),
        (
            "t",
            Arc::new(StructArray::from(vec![(Arc::new(field), numbers_in)])),
        ),
        ("z", Arc::new(NullArray::new(ROWS))),
    ];
    written(&RecordBatch::try_from_iter(columns).unwrap(), compression)
}

/// A stream that holds a schema alone, and nothing at all.
fn empty() -> [Vec<u8>; 2] {
    let batch = RecordBatch::new_empty(Arc::new(arrow_schema::Schema::empty()));
    [written(&batch, None), Vec::new()]
}

fn written(batch: &RecordBatch, compression: Option<CompressionType>) -> Vec<u8> {
    let options = IpcWriteOptions::default()
        .try_with_compression(compression)
        .unwrap();
    let mut writer = StreamWriter::try_new_with_options(Vec::new(), &batch.schema(), options).unwrap();
    writer.write(batch).unwrap();
    writer.into_inner().unwrap()
}
