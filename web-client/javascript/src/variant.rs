//! Variants, Spark's binary form of semi-structured values, as the JavaScript values that they stand for.
//!
//! The layout is that of Spark's `VariantUtil`. The bytes may be wrong in any way: every read is checked, nesting is
//! limited, and each byte of the value is read at most once, since the elements of a true variant share none.

use arrow_schema::{Fields, TimeUnit};

use crate::{
    text,
    value::{Fault, Value},
};

pub(crate) const MALFORMED: &str = "A variant in the result is malformed.";

/// No JSON that Spark reads is nested deeper.
const MAX_DEPTH: usize = 1000;
/// A decimal of so many digits is exact as a number.
const EXACT_DIGITS: u32 = 15;

/// The places of value and metadata among the fields of a struct that stands for a variant, which Spark marks.
pub(crate) fn places(fields: &Fields) -> Option<(usize, usize)> {
    let value = fields.iter().position(|field| field.name() == "value")?;
    let metadata = fields.iter().position(|field| {
        field.name() == "metadata" && field.metadata().get("variant").is_some_and(|mark| mark == "true")
    })?;
    Some((value, metadata))
}

/// Reads a variant.
pub(crate) fn read<'a>(value: &'a [u8], metadata: &'a [u8]) -> Result<Value<'a>, Fault> {
    let mut reader = Reader {
        value,
        metadata,
        budget: value.len(),
    };
    reader.value(0, 0).ok_or_else(|| MALFORMED.to_owned())
}

struct Reader<'a> {
    value: &'a [u8],
    metadata: &'a [u8],
    /// Bytes of the value that may still be read.
    budget: usize,
}

impl<'a> Reader<'a> {
    fn value(&mut self, at: usize, depth: usize) -> Option<Value<'a>> {
        if depth > MAX_DEPTH {
            return None;
        }
        let header = self.take(at, 1)?[0];
        let (info, at) = (header >> 2, at + 1);
        match header & 3 {
            0 => self.primitive(info, at),
            1 => self.text(at, info.into()),
            2 => self.object(info, at, depth),
            _ => self.array(info, at, depth),
        }
    }

    fn primitive(&mut self, kind: u8, at: usize) -> Option<Value<'a>> {
        Some(match kind {
            0 => Value::Null,
            1 => Value::Boolean(true),
            2 => Value::Boolean(false),
            3 => Value::Number(i8::from_le_bytes(self.bytes(at)?).into()),
            4 => Value::Number(i16::from_le_bytes(self.bytes(at)?).into()),
            5 => Value::Number(i32::from_le_bytes(self.bytes(at)?).into()),
            6 => Value::integer(i64::from_le_bytes(self.bytes(at)?)),
            7 => Value::Number(f64::from_le_bytes(self.bytes(at)?)),
            8..=10 => {
                let [scale] = self.bytes(at)?;
                let unscaled = match kind {
                    8 => i32::from_le_bytes(self.bytes(at + 1)?).into(),
                    9 => i64::from_le_bytes(self.bytes(at + 1)?).into(),
                    _ => i128::from_le_bytes(self.bytes(at + 1)?),
                };
                decimal(unscaled, scale)?
            }
            11 => Value::Text(text::date(i32::from_le_bytes(self.bytes(at)?).into()).into()),
            12 | 18 => Value::Date(text::milliseconds(
                i64::from_le_bytes(self.bytes(at)?),
                unit(kind),
            )),
            13 | 19 => Value::Text(text::timestamp(i64::from_le_bytes(self.bytes(at)?), unit(kind)).into()),
            14 => Value::Number(f32::from_le_bytes(self.bytes(at)?).into()),
            15 => {
                let (length, start) = self.long(at)?;
                Value::Bytes(self.take(start, length)?)
            }
            16 => {
                let (length, start) = self.long(at)?;
                self.text(start, length)?
            }
            17 => {
                let ticks = i64::from_le_bytes(self.bytes(at)?);
                Value::Text(text::time(ticks, TimeUnit::Microsecond).into())
            }
            20 => Value::Text(uuid(u128::from_be_bytes(self.bytes(at)?)).into()),
            _ => return None,
        })
    }

    fn text(&mut self, at: usize, length: usize) -> Option<Value<'a>> {
        let text = std::str::from_utf8(self.take(at, length)?).ok()?;
        Some(Value::Text(text.into()))
    }

    fn object(&mut self, info: u8, at: usize, depth: usize) -> Option<Value<'a>> {
        let (length, ids) = self.count(at, info & 0x10 != 0)?;
        let (id_size, offset_size) = (size(info >> 2), size(info));
        let offsets = ids.checked_add(length.checked_mul(id_size)?)?;
        let values = self.table(ids, offsets, length, offset_size)?;
        let pair = |place: usize| {
            let id = unsigned(self.value, ids + place * id_size, id_size)?;
            let offset = unsigned(self.value, offsets + place * offset_size, offset_size)?;
            Some((self.key(id)?, self.value(values.checked_add(offset)?, depth + 1)?))
        };
        (0..length).map(pair).collect::<Option<_>>().map(Value::Object)
    }

    fn array(&mut self, info: u8, at: usize, depth: usize) -> Option<Value<'a>> {
        let (length, offsets) = self.count(at, info & 4 != 0)?;
        let offset_size = size(info);
        let values = self.table(offsets, offsets, length, offset_size)?;
        let element = |place: usize| {
            let offset = unsigned(self.value, offsets + place * offset_size, offset_size)?;
            self.value(values.checked_add(offset)?, depth + 1)
        };
        (0..length).map(element).collect::<Option<_>>().map(Value::Array)
    }

    /// Reads the table before the elements, and returns where it ends. Offsets are one more than elements.
    fn table(&mut self, start: usize, offsets: usize, length: usize, offset_size: usize) -> Option<usize> {
        let end = offsets.checked_add(length.checked_add(1)?.checked_mul(offset_size)?)?;
        self.take(start, end - start)?;
        Some(end)
    }

    /// The number of elements, in one byte or four, and where what follows begins.
    fn count(&mut self, at: usize, large: bool) -> Option<(usize, usize)> {
        match large {
            true => self.long(at),
            false => Some((self.bytes::<1>(at)?[0].into(), at + 1)),
        }
    }

    /// A length in four bytes, and where what follows begins.
    fn long(&mut self, at: usize) -> Option<(usize, usize)> {
        let length = u32::from_le_bytes(self.bytes(at)?);
        Some((length.try_into().ok()?, at + 4))
    }

    /// A key of the dictionary.
    fn key(&self, id: usize) -> Option<&'a str> {
        let size = size(self.metadata.first()? >> 6);
        let length = unsigned(self.metadata, 1, size)?;
        if id >= length {
            return None;
        }
        let offsets = 1 + size;
        let keys = offsets.checked_add(length.checked_add(1)?.checked_mul(size)?)?;
        let from = unsigned(self.metadata, offsets + id * size, size)?;
        let to = unsigned(self.metadata, offsets + (id + 1) * size, size)?;
        std::str::from_utf8(self.metadata.get(keys..)?.get(from..to)?).ok()
    }

    fn bytes<const N: usize>(&mut self, at: usize) -> Option<[u8; N]> {
        self.take(at, N)?.try_into().ok()
    }

    fn take(&mut self, at: usize, length: usize) -> Option<&'a [u8]> {
        self.budget = self.budget.checked_sub(length)?;
        self.value.get(at..at.checked_add(length)?)
    }
}

/// JSON's numbers with a fraction are decimals: a number if that is exact, else a text.
fn decimal<'a>(unscaled: i128, scale: u8) -> Option<Value<'a>> {
    if scale > 38 {
        return None;
    }
    let (mut unscaled, mut scale) = (unscaled, scale);
    // Trailing zeros go, as they do where Spark writes a variant as JSON.
    while scale > 0 && unscaled % 10 == 0 {
        (unscaled, scale) = (unscaled / 10, scale - 1);
    }
    let scale = usize::from(scale);
    let sign = if unscaled < 0 { "-" } else { "" };
    let mut digits = format!("{:0width$}", unscaled.unsigned_abs(), width = scale + 1);
    if scale > 0 {
        digits.insert(digits.len() - scale, '.');
    }
    let text = format!("{sign}{digits}");
    Some(match unscaled.unsigned_abs() < 10_u128.pow(EXACT_DIGITS) {
        true => Value::Number(text.parse().ok()?),
        false => Value::Text(text.into()),
    })
}

fn unit(kind: u8) -> TimeUnit {
    match kind {
        12 | 13 => TimeUnit::Microsecond,
        _ => TimeUnit::Nanosecond,
    }
}

fn uuid(number: u128) -> String {
    let hex = format!("{number:032x}");
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}

/// Integers of an object or an array take one to four bytes.
fn size(bits: u8) -> usize {
    usize::from(bits & 3) + 1
}

fn unsigned(bytes: &[u8], at: usize, size: usize) -> Option<usize> {
    let bytes = bytes.get(at..at.checked_add(size)?)?;
    let number = bytes
        .iter()
        .rev()
        .fold(0, |number, byte| number << 8 | usize::from(*byte));
    Some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `{"a": [1, "x", null], "b": true}`, as Spark writes it.
    const METADATA: [u8; 7] = [1, 2, 0, 1, 2, b'a', b'b'];
    const VALUE: [u8; 19] = [
        2, 2, 0, 1, 0, 11, 12, // an object: two fields, their keys, where their values are
        3, 3, 0, 2, 4, 5, 12, 1, 5, b'x', 0, // an array: three elements
        4,
    ];

    #[test]
    fn objects_and_arrays() {
        let list = vec![Value::Number(1.0), Value::Text("x".into()), Value::Null];
        let object = Value::Object(vec![("a", Value::Array(list)), ("b", Value::Boolean(true))]);
        assert_eq!(read(&VALUE, &METADATA), Ok(object));
    }

    #[test]
    fn decimals_are_numbers_while_that_is_exact() {
        assert_eq!(decimal(250, 2), Some(Value::Number(2.5)));
        assert_eq!(decimal(-5, 3), Some(Value::Number(-0.005)));
        assert_eq!(
            decimal(1_234_567_890_123_456, 1),
            Some(Value::Text("123456789012345.6".into()))
        );
        assert_eq!(decimal(1, 39), None);
    }

    #[test]
    fn what_overlaps_or_is_cut_is_refused() {
        assert!(read(&VALUE[..VALUE.len() - 1], &METADATA).is_err());
        assert!(read(&VALUE, &METADATA[..5]).is_err());
        // An array of which every element is the array itself.
        assert!(read(&[3, 2, 0, 0, 0], &METADATA).is_err());
        assert!(read(&[], &[]).is_err());
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(
            value in proptest::collection::vec(proptest::num::u8::ANY, 0..40),
            metadata in proptest::collection::vec(proptest::num::u8::ANY, 0..12),
        ) {
            let _ = read(&value, &metadata);
        }
    }
}
