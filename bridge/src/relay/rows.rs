//! How many rows the batches of an answer say they have. The numbers are read as the bytes pass: no byte is kept,
//! and the batches themselves are skipped.

/// Of `ExecutePlanResponse`.
const ARROW_BATCH: u64 = 2;
/// Of `ExecutePlanResponse.ArrowBatch`.
const ROW_COUNT: u64 = 1;
const CHUNK_INDEX: u64 = 4;

/// Counts the rows of one answer, which is told message by message.
#[derive(Debug, Default)]
pub(super) struct Rows {
    total: u64,
    reads: Reads,
    /// The number that is being read, and how many of its bits are there.
    number: u64,
    bits: u32,
    batch: Option<Batch>,
    /// Whether there was anything that is not understood, such as a compressed message.
    is_unknown: bool,
}

/// What the next byte belongs to.
#[derive(Clone, Copy, Debug, Default)]
enum Reads {
    #[default]
    Tag,
    /// The number in this field.
    Number(u64),
    /// The length of this field.
    Length(u64),
    /// What is not looked at: as many bytes.
    Skipped(u64),
}

/// The batch inside of which we are.
#[derive(Debug)]
struct Batch {
    left: u64,
    row_count: u64,
    /// A large batch comes in chunks, each of which says how many rows the whole batch has.
    chunk_index: u64,
}

impl Rows {
    /// As far as all messages so far could be understood.
    pub(super) fn total(&self) -> Option<u64> {
        (!self.is_unknown).then_some(self.total)
    }

    /// A message begins, with this flag of its prefix.
    pub(super) fn message(&mut self, flag: u8) {
        let is_whole = matches!(self.reads, Reads::Tag) && self.bits == 0 && self.batch.is_none();
        self.is_unknown |= flag != 0 || !is_whole;
    }

    /// More of the message.
    pub(super) fn bytes(&mut self, mut data: &[u8]) {
        while !self.is_unknown
            && let Some((&byte, rest)) = data.split_first()
        {
            let taken = match self.reads {
                Reads::Skipped(left) => {
                    let taken = left.min(data.len() as u64);
                    self.skip(left - taken);
                    data = &data[taken as usize..];
                    taken
                }
                _ => {
                    data = rest;
                    self.digit(byte);
                    1
                }
            };
            // The byte of a batch's length is before the batch.
            match &mut self.batch {
                Some(batch) if batch.left < taken => self.is_unknown = true,
                Some(batch) => {
                    batch.left -= taken;
                    self.end_batch();
                }
                None => {}
            }
        }
    }

    fn skip(&mut self, left: u64) {
        self.reads = if left == 0 {
            Reads::Tag
        } else {
            Reads::Skipped(left)
        };
    }

    /// Seven more bits of a number.
    fn digit(&mut self, byte: u8) {
        self.number |= u64::from(byte & 0x7f).checked_shl(self.bits).unwrap_or(0);
        self.bits += 7;
        if byte & 0x80 == 0 {
            let number = std::mem::take(&mut self.number);
            self.bits = 0;
            self.number(number);
        } else if self.bits > 63 {
            self.is_unknown = true;
        }
    }

    fn number(&mut self, number: u64) {
        self.reads = match (self.reads, number & 7) {
            (Reads::Tag, 0) => Reads::Number(number >> 3),
            (Reads::Tag, 1) => Reads::Skipped(8),
            (Reads::Tag, 2) => Reads::Length(number >> 3),
            (Reads::Tag, 5) => Reads::Skipped(4),
            (Reads::Number(field), _) => {
                match (&mut self.batch, field) {
                    (Some(batch), ROW_COUNT) => batch.row_count = number,
                    (Some(batch), CHUNK_INDEX) => batch.chunk_index = number,
                    _ => {}
                }
                Reads::Tag
            }
            (Reads::Length(ARROW_BATCH), _) if self.batch.is_none() => {
                // One more, for the byte that says so.
                self.batch = number.checked_add(1).map(|left| Batch {
                    left,
                    row_count: 0,
                    chunk_index: 0,
                });
                Reads::Tag
            }
            (Reads::Length(_), _) => return self.skip(number),
            (Reads::Tag | Reads::Skipped(_), _) => {
                self.is_unknown = true;
                Reads::Tag
            }
        };
    }

    fn end_batch(&mut self) {
        if let Some(batch) = self.batch.take_if(|batch| batch.left == 0) {
            // Inside of a field it would not be the batch's end.
            self.is_unknown |= !matches!(self.reads, Reads::Tag) || self.bits != 0;
            if batch.chunk_index == 0 {
                self.total = self.total.saturating_add(batch.row_count);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use prost::Message;
    use spark_connect_proto::connect::{
        ExecutePlanResponse,
        execute_plan_response::{ArrowBatch, ResponseType, ResultComplete},
    };

    use super::Rows;

    fn batch(row_count: i64, data: usize, chunk: Option<(i64, i64)>) -> Vec<u8> {
        let batch = ArrowBatch {
            row_count,
            data: vec![0xff; data].into(),
            start_offset: Some(1 << 40),
            chunk_index: chunk.map(|(index, _)| index),
            num_chunks_in_batch: chunk.map(|(_, count)| count),
        };
        response(Some(ResponseType::ArrowBatch(batch)))
    }

    fn response(response_type: Option<ResponseType>) -> Vec<u8> {
        ExecutePlanResponse {
            session_id: "5f5e0a05-7c5e-4a1c-9d0b-0f0b2b7a8f11".to_owned(),
            operation_id: "an operation".to_owned(),
            response_type,
            ..ExecutePlanResponse::default()
        }
        .encode_to_vec()
    }

    fn count(messages: &[Vec<u8>], step: usize) -> Option<u64> {
        let mut rows = Rows::default();
        for message in messages {
            rows.message(0);
            message.chunks(step).for_each(|chunk| rows.bytes(chunk));
        }
        rows.message(0);
        rows.total()
    }

    #[test]
    fn rows_are_counted_however_the_bytes_are_cut() {
        let messages = [
            response(None),
            batch(7, 0, None),
            batch(0, 0, None),
            batch(300, 1000, None),
            batch(100_000, 20, Some((0, 2))),
            batch(100_000, 500, Some((1, 2))),
            response(Some(ResponseType::ResultComplete(ResultComplete {}))),
        ];
        for step in [1, 2, 3, 5, 17, 100, 10_000] {
            assert_eq!(count(&messages, step), Some(100_307), "in steps of {step}");
        }
    }

    #[test]
    fn what_is_not_understood_is_not_counted() {
        let mut compressed = Rows::default();
        compressed.message(1);
        compressed.bytes(&batch(7, 3, None));
        assert_eq!(compressed.total(), None);

        for message in [
            // A group; field types that do not exist; a number without end; a batch that ends inside a field, inside a
            // number, and after its message.
            vec![0x0b],
            vec![0x0e],
            vec![0xff; 11],
            vec![0x12, 2, 0x12, 5, 1, 1, 1, 1, 1],
            vec![0x12, 2, 0x08, 0x80, 0x01],
            vec![0x12, 9, 0x08, 0x01],
            vec![0x12],
        ] {
            assert_eq!(count(std::slice::from_ref(&message), 100), None, "{message:?}");
        }
    }
}
