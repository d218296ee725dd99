//! An Arrow IPC stream: the batches as they came.

use std::io::{BufWriter, Write};

use arrow_array::RecordBatch;
use arrow_ipc::writer::StreamWriter;
use arrow_schema::SchemaRef;

use super::{GATHERED, Rest, Writer, unwritable};
use crate::failure::Failure;

pub(super) struct Arrow<W: Write> {
    writer: StreamWriter<BufWriter<W>>,
}

impl<W: Write> Arrow<W> {
    pub(super) fn new(out: W, schema: &SchemaRef) -> Result<Self, Failure> {
        let out = BufWriter::with_capacity(GATHERED, out);
        let writer = StreamWriter::try_new(out, schema).map_err(|e| unwritable(&e))?;
        Ok(Self { writer })
    }
}

impl<W: Write> Writer for Arrow<W> {
    fn write(&mut self, batch: &RecordBatch) -> Result<(), Failure> {
        self.writer.write(batch).map_err(|e| unwritable(&e))
    }

    fn finish(&mut self, _: Rest) -> Result<(), Failure> {
        self.writer.finish().map_err(|e| unwritable(&e))
    }
}

#[cfg(test)]
mod tests {
    use arrow_array::RecordBatch;
    use arrow_ipc::reader::StreamReader;

    use crate::{
        arguments::Format,
        format::{
            Rest,
            tests::{sample, written},
        },
    };

    fn read(bytes: &[u8]) -> Vec<RecordBatch> {
        let reader = StreamReader::try_new(bytes, None).unwrap();
        reader.collect::<Result<_, _>>().unwrap()
    }

    #[test]
    fn batches_come_back_as_they_were() {
        let batches = [sample(), sample().slice(1, 2), sample().slice(0, 0)];
        assert_eq!(read(&written(Format::Arrow, None, &batches, Rest::None)), batches);
    }
}
