//! Results for scripted servers: numbered rows in batches, as Spark would send them.

use std::sync::Arc;

use anyhow::Result;
use arrow_array::{ArrayRef, Int64Array, RecordBatch};
use arrow_ipc::writer::StreamWriter;
use arrow_schema::{Field, Schema};
use bytes::Bytes;
use spark_connect_client::proto::{
    self as pb, ExecutePlanResponse,
    execute_plan_response::{ArrowBatch, ResponseType, ResultComplete},
};

/// The responses of a result whose column `id` counts from 0: a schema, batches of `rows` rows each, cut into `chunks`
/// pieces, and the word that it is complete. Their ids are `r0`, `r1` and so on.
pub fn responses(batches: i64, rows: i64, chunks: usize) -> Result<Vec<ExecutePlanResponse>> {
    let mut responses = vec![ExecutePlanResponse {
        schema: Some(schema_of(pb::data_type::Kind::Long(Default::default()))),
        ..Default::default()
    }];
    for batch in 0..batches {
        let start = batch * rows;
        let data = ipc(Arc::new(Int64Array::from_iter_values(start..start + rows)))?;
        let size = data.len().div_ceil(chunks).max(1);
        let pieces: Vec<_> = data.chunks(size).collect();
        for (at, piece) in pieces.iter().enumerate() {
            let part = ArrowBatch {
                row_count: rows,
                data: Bytes::copy_from_slice(piece),
                start_offset: Some(start),
                chunk_index: (chunks > 1).then_some(at as i64),
                num_chunks_in_batch: (chunks > 1).then_some(pieces.len() as i64),
            };
            responses.push(response(ResponseType::ArrowBatch(part)));
        }
    }
    responses.push(response(ResponseType::ResultComplete(ResultComplete::default())));
    for (at, response) in responses.iter_mut().enumerate() {
        response.response_id = format!("r{at}");
        response.server_side_session_id = "the only one".to_owned();
    }
    Ok(responses)
}

/// A response of a kind.
pub fn response(response_type: ResponseType) -> ExecutePlanResponse {
    ExecutePlanResponse {
        response_type: Some(response_type),
        ..Default::default()
    }
}

/// The batch that a response holds.
pub fn batch_of(response: &mut ExecutePlanResponse) -> Option<&mut ArrowBatch> {
    match &mut response.response_type {
        Some(ResponseType::ArrowBatch(batch)) => Some(batch),
        _ => None,
    }
}

/// The schema of a result whose column `id` is of a kind.
pub fn schema_of(kind: pb::data_type::Kind) -> pb::DataType {
    let field = pb::data_type::StructField {
        name: "id".to_owned(),
        data_type: Some(pb::DataType { kind: Some(kind) }),
        nullable: false,
        metadata: None,
    };
    let kind = pb::data_type::Kind::Struct(pb::data_type::Struct {
        fields: vec![field],
        ..Default::default()
    });
    pb::DataType { kind: Some(kind) }
}

/// The data of a batch with this column.
pub fn ipc(ids: ArrayRef) -> Result<Vec<u8>> {
    let schema = Arc::new(Schema::new(vec![Field::new(
        "id",
        ids.data_type().clone(),
        false,
    )]));
    let batch = RecordBatch::try_new(schema.clone(), vec![ids])?;
    let mut writer = StreamWriter::try_new(Vec::new(), &schema)?;
    writer.write(&batch)?;
    Ok(writer.into_inner()?)
}
