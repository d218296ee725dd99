//! Rows of one's own as a relation, PySpark's `SparkSession.createDataFrame`: small ones inside the plan, larger ones
//! as cached blocks that the server keeps for the session.

use arrow_array::RecordBatch;
use arrow_ipc::writer::StreamWriter;
use arrow_schema::SchemaRef;
use bytes::Bytes;
use prost::Message;
use spark_connect_proto::connect as pb;

use super::Session;
use crate::{
    DataFrame,
    error::{Error, ErrorKind, Result},
    plan,
};

/// The first version that takes rows in several chunks.
const CHUNKS: (u16, u16) = (4, 1);

/// How rows are divided, from the session's settings of the same names, with Spark 4.3's defaults.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Limits {
    inline: usize,
    total: usize,
    chunk_rows: usize,
    chunk_bytes: usize,
    batch_bytes: usize,
}

impl Session {
    /// The relation of these rows. All batches have this schema.
    pub async fn create_data_frame(&self, schema: SchemaRef, batches: &[RecordBatch]) -> Result<DataFrame> {
        let limits = self.limits().await?;
        let size: usize = batches.iter().map(RecordBatch::get_array_memory_size).sum();
        if size <= limits.inline {
            let data = ipc(&schema, batches)?;
            return Ok(DataFrame::new(self.clone(), plan::local_relation(data, None)));
        }
        if !self.caller.is_at_least(CHUNKS).await? {
            let relation = pb::LocalRelation {
                data: Some(ipc(&schema, batches)?),
                schema: None,
            };
            let block = relation.encode_to_vec().into();
            let hash = self.cache_artifacts(vec![block]).await?.concat();
            return Ok(DataFrame::new(self.clone(), plan::cached_local_relation(hash)));
        }
        let mut hashes = Vec::new();
        let (mut waiting, mut waiting_bytes, mut total) = (Vec::new(), 0, 0);
        for rows in chunks(
            batches,
            limits.chunk_rows,
            limits.chunk_bytes.min(limits.batch_bytes),
        ) {
            let chunk = ipc(&schema, &[rows])?;
            total += chunk.len();
            if total > limits.total {
                return Err(Error::new(
                    ErrorKind::Invalid,
                    format!(
                        "These rows have more than the {} bytes that the server takes at once \
                         (spark.sql.session.localRelationSizeLimit). Write them to a file, or raise the limit.",
                        limits.total
                    ),
                ));
            }
            if !waiting.is_empty() && waiting_bytes + chunk.len() > limits.batch_bytes {
                hashes.extend(self.cache_artifacts(std::mem::take(&mut waiting)).await?);
                waiting_bytes = 0;
            }
            waiting_bytes += chunk.len();
            waiting.push(chunk);
        }
        hashes.extend(self.cache_artifacts(waiting).await?);
        Ok(DataFrame::new(
            self.clone(),
            plan::chunked_cached_local_relation(hashes),
        ))
    }

    async fn limits(&self) -> Result<Limits> {
        let names = [
            "CacheThreshold",
            "SizeLimit",
            "ChunkSizeRows",
            "ChunkSizeBytes",
            "BatchOfChunksSizeBytes",
        ];
        let keys = names.map(|name| format!("spark.sql.session.localRelation{name}"));
        let settings = self.conf().get_options(&keys).await?;
        let of = |at: usize, default: usize| {
            settings
                .get(&keys[at])
                .and_then(|value| value.parse().ok())
                .unwrap_or(default)
        };
        Ok(Limits {
            inline: of(0, 1024 * 1024),
            total: of(1, 3 * 1024 * 1024 * 1024),
            chunk_rows: of(2, 10_000).max(1),
            chunk_bytes: of(3, 16 * 1024 * 1024).max(1),
            batch_bytes: of(4, 1024 * 1024 * 1024).max(1),
        })
    }
}

/// The rows in parts of at most this many rows, and about this many bytes, but at least one row.
fn chunks(batches: &[RecordBatch], rows: usize, bytes: usize) -> impl Iterator<Item = RecordBatch> {
    batches
        .iter()
        .filter(|batch| batch.num_rows() > 0)
        .flat_map(move |batch| {
            let per_row = batch.get_array_memory_size().div_ceil(batch.num_rows()).max(1);
            let step = rows.min(bytes / per_row).max(1);
            (0..batch.num_rows())
                .step_by(step)
                .map(move |at| batch.slice(at, step.min(batch.num_rows() - at)))
        })
}

fn ipc(schema: &SchemaRef, batches: &[RecordBatch]) -> Result<Bytes> {
    let invalid = |e: arrow_schema::ArrowError| {
        Error::new(ErrorKind::Invalid, format!("These rows cannot be sent: {e}."))
    };
    let mut writer = StreamWriter::try_new(Vec::new(), schema).map_err(invalid)?;
    for batch in batches {
        writer.write(batch).map_err(invalid)?;
    }
    Ok(writer.into_inner().map_err(invalid)?.into())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::Int64Array;
    use arrow_schema::{DataType, Field, Schema};

    use super::*;

    #[test]
    fn chunks_hold_every_row_once_and_in_order() {
        let schema = Arc::new(Schema::new(vec![Field::new("id", DataType::Int64, false)]));
        let batch = |from: i64, to: i64| {
            let column = Arc::new(Int64Array::from_iter_values(from..to));
            RecordBatch::try_new(schema.clone(), vec![column]).unwrap()
        };
        let batches = [batch(0, 25), batch(25, 25), batch(25, 31)];
        for (rows, bytes) in [(10, 1 << 20), (1, 1 << 20), (1000, 1), (1000, 1 << 20)] {
            let parts: Vec<RecordBatch> = chunks(&batches, rows, bytes).collect();
            assert!(
                parts
                    .iter()
                    .all(|part| part.num_rows() <= rows && part.num_rows() > 0)
            );
            let ids: Vec<i64> = parts
                .iter()
                .flat_map(|part| {
                    part.column(0)
                        .as_any()
                        .downcast_ref::<Int64Array>()
                        .unwrap()
                        .values()
                        .to_vec()
                })
                .collect();
            assert_eq!(ids, (0..31).collect::<Vec<_>>());
        }
    }
}
