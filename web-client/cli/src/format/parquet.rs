//! A Parquet file, compressed with snappy as Spark's own are.

use std::io::Write;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use parquet::{
    arrow::ArrowWriter, basic::Compression, errors::ParquetError, file::properties::WriterProperties,
};

use super::{Rest, Writer, unwritable};
use crate::failure::Failure;

/// Bytes of a row group that are held until it is written: a reader wants large ones, memory is finite.
const ROW_GROUP: usize = 64 << 20;

pub(super) struct Parquet<W: Write + Send> {
    writer: ArrowWriter<W>,
}

impl<W: Write + Send> Parquet<W> {
    pub(super) fn new(out: W, schema: &SchemaRef) -> Result<Self, Failure> {
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_created_by(concat!("spark-connect version ", env!("CARGO_PKG_VERSION")).to_owned())
            .build();
        let writer = ArrowWriter::try_new(out, schema.clone(), Some(properties)).map_err(|e| failed(&e))?;
        Ok(Self { writer })
    }
}

impl<W: Write + Send> Writer for Parquet<W> {
    fn write(&mut self, batch: &RecordBatch) -> Result<(), Failure> {
        self.writer.write(batch).map_err(|e| failed(&e))?;
        if self.writer.memory_size() > ROW_GROUP {
            self.writer.flush().map_err(|e| failed(&e))?;
        }
        Ok(())
    }

    fn finish(&mut self, _: Rest) -> Result<(), Failure> {
        self.writer.finish().map_err(|e| failed(&e)).map(|_| ())
    }
}

fn failed(error: &ParquetError) -> Failure {
    match error {
        ParquetError::NYI(reason) | ParquetError::ArrowError(reason) => Failure::Output(format!(
            "Parquet cannot hold this result: {reason}. Cast the column to STRING, or choose another --format."
        )),
        other => unwritable(other),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{ArrayRef, DurationMicrosecondArray, IntervalMonthDayNanoArray};
    use arrow_buffer::IntervalMonthDayNano;
    use bytes::Bytes;
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

    use super::*;
    use crate::{
        arguments::Format,
        format::tests::{batch, sample, written},
    };

    fn read(bytes: Vec<u8>) -> Vec<RecordBatch> {
        let reader = ParquetRecordBatchReaderBuilder::try_new(Bytes::from(bytes)).unwrap();
        reader.build().unwrap().collect::<Result<_, _>>().unwrap()
    }

    #[test]
    fn rows_come_back_as_they_were() {
        let batches = [sample().slice(0, 2), sample().slice(2, 1)];
        assert_eq!(
            read(written(Format::Parquet, None, &batches, Rest::None)),
            [sample()]
        );
        let durations: ArrayRef = Arc::new(DurationMicrosecondArray::from(vec![Some(5), None]));
        let durations = batch(&[("took", durations)]);
        assert_eq!(
            read(written(
                Format::Parquet,
                None,
                std::slice::from_ref(&durations),
                Rest::None
            )),
            [durations]
        );
    }

    #[test]
    fn no_rows_are_still_a_file() {
        assert_eq!(
            read(written(
                Format::Parquet,
                None,
                &[sample().slice(0, 0)],
                Rest::None
            )),
            []
        );
    }

    #[test]
    fn what_parquet_cannot_hold_is_said() {
        let interval: ArrayRef = Arc::new(IntervalMonthDayNanoArray::from(vec![IntervalMonthDayNano::new(
            1, 2, 3,
        )]));
        let batch = batch(&[("i", interval)]);
        let written = Parquet::new(Vec::new(), &batch.schema()).and_then(|mut writer| writer.write(&batch));
        match written {
            Err(Failure::Output(text)) => assert!(text.contains("Cast the column to STRING"), "{text}"),
            other => panic!("{other:?}"),
        }
    }
}
