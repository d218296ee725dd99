//! Arrow batches out of responses: chunks put together, offsets, counts and types verified, IPC decoded.
//!
//! Buffers of a batch stay slices of the message that brought them.

mod decode;
mod inflate;
mod layout;
mod schema;
mod verify;

use arrow_array::RecordBatch;
use arrow_buffer::Buffer;
use bytes::Bytes;
use spark_connect_proto::connect::{data_type::Struct, execute_plan_response::ArrowBatch};

use self::schema::Columns;
use crate::error::{Error, Result};

/// In which form rows are wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Form {
    /// Decoded.
    #[default]
    Batches,
    /// As Arrow IPC streams.
    Ipc,
}

/// Rows that a part of a result completes.
#[derive(Debug, PartialEq)]
pub(crate) enum Rows {
    /// Not one: more chunks are to come.
    Incomplete,
    /// Decoded.
    Batches(Vec<RecordBatch>),
    /// A complete Arrow IPC stream, not compressed.
    Ipc(Buffer),
}

/// Reads the batches of one result, in order.
#[derive(Debug, Default)]
pub(crate) struct BatchReader {
    form: Form,
    rows: i64,
    chunks: Vec<Bytes>,
    pending: Option<Pending>,
    columns: Columns,
}

/// A batch of which not all chunks have come.
#[derive(Debug, PartialEq)]
struct Pending {
    row_count: i64,
    start_offset: Option<i64>,
    chunks: i64,
}

impl BatchReader {
    /// A reader that gives rows in a form.
    pub(crate) fn new(form: Form) -> Self {
        Self {
            form,
            ..Self::default()
        }
    }

    /// What the columns are in Spark's words.
    pub(crate) fn expect(&mut self, schema: &Struct) {
        self.columns.expect(schema);
    }

    /// Takes the next part of the result. Returns the rows that it completes.
    pub(crate) fn read(&mut self, part: ArrowBatch) -> Result<Rows> {
        let batch = Pending {
            row_count: part.row_count,
            start_offset: part.start_offset,
            chunks: part.num_chunks_in_batch.unwrap_or(1).max(1),
        };
        let index = part.chunk_index.unwrap_or(0);
        if index != self.chunks.len() as i64 {
            return Err(Error::protocol(format_args!(
                "chunk {index} of a record batch came where chunk {} was due",
                self.chunks.len()
            )));
        }
        match &self.pending {
            Some(pending) if *pending != batch => {
                return Err(Error::protocol(
                    "the chunks of a record batch contradict each other",
                ));
            }
            _ if index >= batch.chunks => {
                return Err(Error::protocol("a record batch has more chunks than announced"));
            }
            _ => {}
        }
        if let Some(offset) = batch.start_offset
            && offset != self.rows
        {
            return Err(Error::protocol(format_args!(
                "a record batch starts at row {offset}, but {} rows came before it",
                self.rows
            )));
        }
        self.chunks.push(part.data);
        if (self.chunks.len() as i64) < batch.chunks {
            self.pending = Some(batch);
            return Ok(Rows::Incomplete);
        }
        self.pending = None;
        let stream = plain(std::mem::take(&mut self.chunks))?;
        // Also where the stream is handed on: whoever reads it may trust it.
        let batches = decode::decode(&stream)?;
        let rows: usize = batches.iter().map(RecordBatch::num_rows).sum();
        if rows as i64 != batch.row_count {
            return Err(Error::protocol(format_args!(
                "a record batch of {} rows holds {rows}",
                batch.row_count
            )));
        }
        batches
            .iter()
            .try_for_each(|batch| self.columns.check(batch.schema_ref()))?;
        self.rows += batch.row_count;
        Ok(match self.form {
            Form::Batches => Rows::Batches(batches),
            Form::Ipc => Rows::Ipc(stream),
        })
    }

    /// The result is complete. An error if a batch is not.
    pub(crate) fn finish(&self) -> Result<()> {
        match &self.pending {
            Some(pending) => Err(Error::protocol(format_args!(
                "the result ends after {} of the {} chunks of a record batch",
                self.chunks.len(),
                pending.chunks
            ))),
            None => Ok(()),
        }
    }
}

/// The batches of an Arrow IPC stream that somebody else wrote, such as the rows of a `LocalRelation`. What it claims is
/// verified first; a stream without a batch gives one without rows, for its schema.
pub fn read_stream(data: Bytes) -> Result<Vec<RecordBatch>> {
    decode(vec![data])
}

/// Decodes one Arrow IPC stream. A stream without a batch gives one without rows, for its schema.
pub(crate) fn decode(chunks: Vec<Bytes>) -> Result<Vec<RecordBatch>> {
    decode::decode(&plain(chunks)?)
}

/// One Arrow IPC stream in one piece, its lengths verified, without compression.
fn plain(chunks: Vec<Bytes>) -> Result<Buffer> {
    let buffer = match <[Bytes; 1]>::try_from(chunks) {
        Ok([whole]) => Buffer::from(whole),
        // Only batches that do not fit into a message come in chunks, and arrays need their buffers in one piece.
        Err(chunks) => Buffer::from(chunks.concat()),
    };
    verify::verify(&buffer)?;
    Ok(match inflate::inflate(&buffer)? {
        Some(plain) => Buffer::from(plain),
        None => buffer,
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{Int64Array, RecordBatchOptions};
    use arrow_ipc::{
        CompressionType,
        writer::{IpcWriteOptions, StreamWriter},
    };
    use arrow_schema::{DataType, Field, Schema};

    use super::*;

    fn ipc(rows: i64) -> Bytes {
        let schema = Arc::new(Schema::new(vec![Field::new("id", DataType::Int64, false)]));
        let column = Arc::new(Int64Array::from_iter_values(0..rows));
        let batch = RecordBatch::try_new(schema.clone(), vec![column]).unwrap();
        let mut writer = StreamWriter::try_new(Vec::new(), &schema).unwrap();
        writer.write(&batch).unwrap();
        writer.into_inner().unwrap().into()
    }

    fn part(data: Bytes, rows: i64, start: i64, chunk: Option<(i64, i64)>) -> ArrowBatch {
        ArrowBatch {
            row_count: rows,
            data,
            start_offset: Some(start),
            chunk_index: chunk.map(|c| c.0),
            num_chunks_in_batch: chunk.map(|c| c.1),
        }
    }

    fn rows(rows: &Rows) -> usize {
        match rows {
            Rows::Batches(batches) => batches.iter().map(RecordBatch::num_rows).sum(),
            Rows::Incomplete | Rows::Ipc(_) => 0,
        }
    }

    #[test]
    fn batches_follow_each_other() {
        let mut reader = BatchReader::default();
        assert_eq!(rows(&reader.read(part(ipc(3), 3, 0, None)).unwrap()), 3);
        assert_eq!(rows(&reader.read(part(ipc(2), 2, 3, None)).unwrap()), 2);
        let Rows::Batches(none) = reader.read(part(ipc(0), 0, 5, None)).unwrap() else {
            panic!("no batches")
        };
        assert_eq!(none[0].num_columns(), 1);
        reader.finish().unwrap();
    }

    #[test]
    fn chunks_cut_anywhere_make_one_batch() {
        let whole = ipc(100);
        for cut in 0..whole.len() {
            let mut reader = BatchReader::default();
            let first = reader.read(part(whole.slice(..cut), 100, 0, Some((0, 2))));
            assert_eq!(first.unwrap(), Rows::Incomplete);
            assert!(reader.finish().is_err());
            let batches = reader
                .read(part(whole.slice(cut..), 100, 0, Some((1, 2))))
                .unwrap();
            assert_eq!(rows(&batches), 100, "cut at {cut}");
        }
    }

    #[test]
    fn lies_are_found() {
        let whole = ipc(4);
        let report: String = [
            ("a row count that is wrong", vec![part(whole.clone(), 5, 0, None)]),
            (
                "rows left out",
                vec![part(whole.clone(), 4, 0, None), part(whole.clone(), 4, 5, None)],
            ),
            (
                "rows repeated",
                vec![part(whole.clone(), 4, 0, None), part(whole.clone(), 4, 0, None)],
            ),
            ("a chunk left out", vec![part(whole.clone(), 4, 0, Some((1, 2)))]),
            (
                "a chunk repeated",
                vec![
                    part(whole.clone(), 4, 0, Some((0, 2))),
                    part(whole.clone(), 4, 0, Some((0, 2))),
                ],
            ),
            (
                "chunks that contradict each other",
                vec![
                    part(whole.clone(), 4, 0, Some((0, 3))),
                    part(whole.clone(), 4, 0, Some((1, 2))),
                ],
            ),
            ("a negative chunk", vec![part(whole.clone(), 4, 0, Some((-1, 2)))]),
            (
                "no Arrow at all",
                vec![part(Bytes::from_static(b"not arrow, not at all"), 0, 0, None)],
            ),
            (
                "an end in the middle",
                vec![part(whole.slice(..whole.len() / 2), 4, 0, None)],
            ),
            (
                "bytes after the end",
                vec![part([&whole[..], &[1; 16]].concat().into(), 4, 0, None)],
            ),
        ]
        .into_iter()
        .map(|(case, parts)| {
            let mut reader = BatchReader::default();
            let error = parts.into_iter().find_map(|part| reader.read(part).err());
            format!(
                "{case}\n  {}\n",
                error.map_or("accepted".to_owned(), |e| e.to_string())
            )
        })
        .collect();
        insta::assert_snapshot!(report);
    }

    #[test]
    fn what_is_handed_on_is_the_stream_that_came() {
        let whole = ipc(7);
        let mut reader = BatchReader::new(Form::Ipc);
        assert_eq!(
            reader.read(part(whole.clone(), 7, 0, None)).unwrap(),
            Rows::Ipc(Buffer::from(whole.clone()))
        );
        assert!(reader.read(part(whole.clone(), 8, 7, None)).is_err());
        let mut reader = BatchReader::new(Form::Ipc);
        assert!(
            reader
                .read(part(whole.slice(..whole.len() / 2), 7, 0, None))
                .is_err()
        );
    }

    #[test]
    fn compressed_streams_are_handed_on_plain() {
        let schema = Arc::new(Schema::new(vec![Field::new("id", DataType::Int64, false)]));
        let column = Arc::new(Int64Array::from_iter_values((0..1000).map(|id| id / 100)));
        let batch = RecordBatch::try_new(schema.clone(), vec![column]).unwrap();
        let options = IpcWriteOptions::default();
        let options = options
            .try_with_compression(Some(CompressionType::LZ4_FRAME))
            .unwrap();
        let mut writer = StreamWriter::try_new_with_options(Vec::new(), &schema, options).unwrap();
        writer.write(&batch).unwrap();
        let compressed = Bytes::from(writer.into_inner().unwrap());
        let mut reader = BatchReader::new(Form::Ipc);
        let Rows::Ipc(plain) = reader.read(part(compressed.clone(), 1000, 0, None)).unwrap() else {
            panic!("no stream")
        };
        assert!(plain.len() > 8000 && compressed.len() < 1000);
        assert_eq!(inflate::inflate(&plain).unwrap(), None);
        assert_eq!(decode::decode(&plain).unwrap(), [batch]);
    }

    #[test]
    fn rows_without_columns_are_counted() {
        let schema = Arc::new(Schema::empty());
        let options = RecordBatchOptions::new().with_row_count(Some(7));
        let batch = RecordBatch::try_new_with_options(schema.clone(), vec![], &options).unwrap();
        let mut writer = StreamWriter::try_new(Vec::new(), &schema).unwrap();
        writer.write(&batch).unwrap();
        let data = Bytes::from(writer.into_inner().unwrap());
        assert_eq!(
            rows(&BatchReader::default().read(part(data, 7, 0, None)).unwrap()),
            7
        );
    }

    proptest::proptest! {
        #[test]
        fn damaged_batches_are_read_or_refused(damage in proptest::collection::vec((0usize..1000, proptest::num::u8::ANY), 1..4)) {
            let mut bytes = ipc(20).to_vec();
            for (at, value) in damage {
                let at = at % bytes.len();
                bytes[at] = value;
            }
            let _ = BatchReader::default().read(part(bytes.into(), 20, 0, None));
        }
    }
}
