//! Writes one result as its batches arrive.

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use spark_connect_client::{Error, ErrorKind};

use crate::{
    destination::Destination,
    failure::Failure,
    format::{Layout, Rest},
};

/// What the receiver of a result tells the writer.
#[derive(Debug)]
pub(crate) enum Message {
    /// The next rows.
    Rows(RecordBatch),
    /// There are no more. A result that ends without this has failed.
    End,
}

/// What is known of a result before its first row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Result {
    /// At most so many rows are written.
    pub(crate) limit: Option<u64>,
    /// Whether all rows arrive, or only as many as tell that there are more.
    pub(crate) whole: bool,
    /// Whether another result was written before it.
    pub(crate) follows_another: bool,
}

impl Result {
    /// Writes what `next` gives until there is no more. Returns how many rows were written; none if the result has no
    /// columns, or if it failed.
    pub(crate) fn write(
        self,
        destination: &mut Destination,
        layout: &Layout,
        next: impl FnMut() -> Option<Message>,
    ) -> std::result::Result<Option<u64>, Failure> {
        let written = self.write_to(&mut *destination, layout, next);
        match written {
            Err(_) if destination.is_closed() => Err(Failure::Closed),
            written => written,
        }
    }

    fn write_to(
        self,
        mut out: impl std::io::Write + Send,
        layout: &Layout,
        mut next: impl FnMut() -> Option<Message>,
    ) -> std::result::Result<Option<u64>, Failure> {
        let Some(Message::Rows(first)) = next() else {
            return Ok(None);
        };
        let schema = first.schema();
        if schema.fields().is_empty() {
            return Ok(None);
        }
        if self.follows_another {
            out.write_all(b"\n").map_err(|e| crate::format::unwritable(&e))?;
        }
        let mut writer = layout.writer(out, &schema)?;
        let (mut written, mut received) = (0, 0);
        let mut message = Message::Rows(first);
        loop {
            match message {
                Message::Rows(batch) => {
                    received += batch.num_rows() as u64;
                    let room = self.limit.map_or(u64::MAX, |limit| limit - written);
                    let batch = fitting(batch, &schema, room)?;
                    written += batch.num_rows() as u64;
                    writer.write(&batch)?;
                }
                Message::End => {
                    let rest = match received - written {
                        0 => Rest::None,
                        rows if self.whole => Rest::Rows(rows),
                        _ => Rest::Some,
                    };
                    writer.finish(rest)?;
                    return Ok(Some(written));
                }
            }
            match next() {
                Some(following) => message = following,
                None => return Ok(None),
            }
        }
    }
}

/// The rows of a batch that there is room for, with the schema of the result.
fn fitting(batch: RecordBatch, schema: &SchemaRef, room: u64) -> std::result::Result<RecordBatch, Failure> {
    let room = usize::try_from(room).unwrap_or(usize::MAX);
    let batch = batch.slice(0, batch.num_rows().min(room));
    RecordBatch::try_new(schema.clone(), batch.columns().to_vec()).map_err(|e| {
        Error::new(
            ErrorKind::Protocol,
            format!("A batch of the result does not fit the first one ({e}). Run the query again."),
        )
        .into()
    })
}

#[cfg(test)]
mod tests {
    use std::{
        collections::VecDeque,
        io,
        sync::{Arc, Mutex},
    };

    use arrow_array::{ArrayRef, Int32Array, Int64Array, RecordBatchOptions};
    use arrow_schema::Schema;

    use super::*;
    use crate::{arguments::Format, format::tests::batch};

    /// Remembers what is written to it after it is gone.
    #[derive(Clone, Default)]
    struct Paper(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Paper {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    const ALL: Result = Result {
        limit: None,
        whole: true,
        follows_another: false,
    };

    fn numbers(range: std::ops::Range<i64>) -> Message {
        let column: ArrayRef = Arc::new(Int64Array::from_iter_values(range));
        Message::Rows(batch(&[("n", column)]))
    }

    fn write(
        result: Result,
        format: Format,
        messages: Vec<Message>,
    ) -> (std::result::Result<Option<u64>, Failure>, String) {
        let layout = Layout {
            format,
            time_zone: "UTC".to_owned(),
            width: None,
        };
        let paper = Paper::default();
        let mut messages = VecDeque::from(messages);
        let written = result.write_to(paper.clone(), &layout, || messages.pop_front());
        let text = String::from_utf8(paper.0.lock().unwrap().clone()).unwrap();
        (written, text)
    }

    #[test]
    fn rows_beyond_the_limit_are_left_out_wherever_batches_end() {
        for cuts in [
            vec![0, 7],
            vec![0, 3, 7],
            vec![0, 2, 4, 7],
            vec![0, 0, 5, 5, 6, 7],
        ] {
            let mut messages: Vec<Message> = cuts.windows(2).map(|cut| numbers(cut[0]..cut[1])).collect();
            messages.push(Message::End);
            let limited = Result {
                limit: Some(3),
                ..ALL
            };
            let (written, text) = write(limited, Format::Csv, messages);
            assert_eq!(
                (written.unwrap(), text.as_str()),
                (Some(3), "n\r\n0\r\n1\r\n2\r\n"),
                "{cuts:?}"
            );
        }
    }

    #[test]
    fn a_table_says_what_it_leaves_out() {
        let last = |result: Result| {
            let (_, text) = write(result, Format::Table, vec![numbers(0..5), Message::End]);
            text.lines().last().unwrap_or_default().to_owned()
        };
        let limited = |limit, whole| Result {
            limit: Some(limit),
            whole,
            ..ALL
        };
        assert_eq!(last(limited(4, true)), "4 of 5 rows. --limit shows more.");
        assert_eq!(
            last(limited(4, false)),
            "The first 4 rows. There are more: --limit shows them."
        );
        assert_eq!(last(limited(0, true)), "0 of 5 rows. --limit shows more.");
        assert_eq!(last(limited(5, false)), "+---+");
    }

    #[test]
    fn a_failed_result_is_not_finished() {
        let (written, text) = write(ALL, Format::Table, vec![numbers(0..5)]);
        assert_eq!((written.unwrap(), text.as_str()), (None, ""));
        let (written, _) = write(ALL, Format::Table, vec![]);
        assert_eq!(written.unwrap(), None);
    }

    #[test]
    fn results_are_set_apart() {
        let second = Result {
            follows_another: true,
            ..ALL
        };
        let (_, text) = write(second, Format::Markdown, vec![numbers(0..1), Message::End]);
        assert_eq!(text, "\n| n |\n| ---: |\n| 0 |\n");
    }

    #[test]
    fn no_columns_are_no_result() {
        let options = RecordBatchOptions::new().with_row_count(Some(2));
        let empty = RecordBatch::try_new_with_options(Arc::new(Schema::empty()), vec![], &options).unwrap();
        let (written, text) = write(ALL, Format::Table, vec![Message::Rows(empty), Message::End]);
        assert_eq!((written.unwrap(), text.as_str()), (None, ""));
    }

    #[test]
    fn a_batch_of_another_type_is_refused() {
        let column: ArrayRef = Arc::new(Int32Array::from(vec![1]));
        let other = Message::Rows(batch(&[("n", column)]));
        let (written, _) = write(ALL, Format::Csv, vec![numbers(0..1), other, Message::End]);
        match written {
            Err(Failure::Query(error, _)) => assert_eq!(error.kind, ErrorKind::Protocol),
            other => panic!("{other:?}"),
        }
    }
}
