//! Protobuf's wire format, read field by field without a schema and without a copy.
//!
//! Reads what protobuf-java reads, and refuses the few encodings that readers understand differently, none of which
//! any writer uses. Nothing here knows what a field means.

/// Nested groups that protobuf-java reads before it gives up.
const MAX_GROUPS: usize = 100;

/// Why bytes are no message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// A field goes on past the end of the message.
    #[error("a field is longer than the message around it")]
    Truncated,
    /// A number of more than ten bytes, or a field's number of more than 32 bits.
    #[error("a number is too long")]
    Number,
    /// Field number zero, or a wire type that does not exist.
    #[error("a field has no valid tag")]
    Tag,
    /// A group without its end, an end without its group, or too many inside each other.
    #[error("a group does not end where it should")]
    Group,
}

/// One field, as it stands in the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Field<'a> {
    pub(crate) number: u32,
    pub(crate) value: Value<'a>,
}

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Value<'a> {
    Varint(u64),
    /// A string, bytes, a message, or packed numbers.
    Bytes(&'a [u8]),
    /// Four or eight bytes, or a group: nothing that a request's envelope or a plan is made of.
    Other,
}

/// The fields of a message in their order; ends after the first error.
#[derive(Clone, Debug)]
pub(crate) struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    pub(crate) fn of(message: &'a [u8]) -> Self {
        Self { rest: message }
    }

    fn field(&mut self) -> Result<Field<'a>, WireError> {
        let (number, wire_type) = self.tag()?;
        let value = match wire_type {
            0 => Value::Varint(self.varint()?),
            2 => Value::Bytes(self.bytes()?),
            3 => {
                self.skip_group(number)?;
                Value::Other
            }
            4 => return Err(WireError::Group),
            _ => {
                self.skip_fixed(wire_type)?;
                Value::Other
            }
        };
        Ok(Field { number, value })
    }

    fn tag(&mut self) -> Result<(u32, u8), WireError> {
        // protobuf-java would take the lower 32 bits of a longer one, others would not.
        let tag = u32::try_from(self.varint()?).map_err(|_| WireError::Number)?;
        match (tag >> 3, (tag & 7) as u8) {
            (0, _) | (_, 6 | 7) => Err(WireError::Tag),
            tag => Ok(tag),
        }
    }

    fn varint(&mut self) -> Result<u64, WireError> {
        let mut value = 0;
        for (index, byte) in self.rest.iter().take(10).enumerate() {
            // The tenth byte has room for one bit; what is beyond falls off, as everywhere.
            value |= u64::from(byte & 0x7f) << (7 * index);
            if byte & 0x80 == 0 {
                self.rest = &self.rest[index + 1..];
                return Ok(value);
            }
        }
        Err(if self.rest.len() < 10 {
            WireError::Truncated
        } else {
            WireError::Number
        })
    }

    fn bytes(&mut self) -> Result<&'a [u8], WireError> {
        let length = usize::try_from(self.varint()?).map_err(|_| WireError::Truncated)?;
        let (bytes, rest) = self.rest.split_at_checked(length).ok_or(WireError::Truncated)?;
        self.rest = rest;
        Ok(bytes)
    }

    fn skip_fixed(&mut self, wire_type: u8) -> Result<(), WireError> {
        let length = if wire_type == 1 { 8 } else { 4 };
        self.rest = self.rest.get(length..).ok_or(WireError::Truncated)?;
        Ok(())
    }

    /// Skips to the end of a group whose start was read.
    fn skip_group(&mut self, number: u32) -> Result<(), WireError> {
        let mut open = vec![number];
        while let Some(innermost) = open.last() {
            if self.rest.is_empty() {
                return Err(WireError::Group);
            }
            match self.tag()? {
                (_, 0) => drop(self.varint()?),
                (_, 2) => drop(self.bytes()?),
                (_, 3) if open.len() == MAX_GROUPS => return Err(WireError::Group),
                (number, 3) => open.push(number),
                (number, 4) if number == *innermost => drop(open.pop()),
                (_, 4) => return Err(WireError::Group),
                (_, wire_type) => self.skip_fixed(wire_type)?,
            }
        }
        Ok(())
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<Field<'a>, WireError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let field = self.field();
        if field.is_err() {
            self.rest = &[];
        }
        Some(field)
    }
}

/// Appends a field that holds bytes.
pub(crate) fn put_bytes(out: &mut Vec<u8>, number: u32, bytes: &[u8]) {
    put_varint(out, u64::from(number << 3 | 2));
    put_varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(message: &[u8]) -> Result<Vec<Field<'_>>, WireError> {
        Fields::of(message).collect()
    }

    #[test]
    fn fields_are_read_as_they_stand() {
        let field = |number, value| Field { number, value };
        for (message, expected) in [
            (&b""[..], vec![]),
            (b"\x0a\x02hi", vec![field(1, Value::Bytes(b"hi"))]),
            (b"\x08\x96\x01", vec![field(1, Value::Varint(150))]),
            // A tag and a length of more bytes than they need.
            (b"\x8a\x80\x00\x82\x00hi", vec![field(1, Value::Bytes(b"hi"))]),
            (
                b"\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
                vec![field(1, Value::Varint(u64::MAX))],
            ),
            (
                b"\x0912345678\x15abcd",
                vec![field(1, Value::Other), field(2, Value::Other)],
            ),
            // A group with a field that looks like the end of the message, and a group inside.
            (
                b"\x0b\x12\x01\x0c\x13\x14\x0c\x08\x01",
                vec![field(1, Value::Other), field(1, Value::Varint(1))],
            ),
        ] {
            assert_eq!(read(message), Ok(expected), "{message:x?}");
        }
    }

    #[test]
    fn what_is_no_message_is_refused() {
        let too_deep = [0x0b; MAX_GROUPS + 1];
        for (message, expected) in [
            (&b"\x0a"[..], WireError::Truncated),
            (b"\x0a\x05hi", WireError::Truncated),
            (
                b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
                WireError::Truncated,
            ),
            (b"\x08\x80", WireError::Truncated),
            (
                b"\x08\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01",
                WireError::Number,
            ),
            // A tag whose lower 32 bits are the tag of field 2.
            (b"\x92\x80\x80\x80\x10\x00", WireError::Number),
            (b"\x00", WireError::Tag),
            (b"\x02\x00", WireError::Tag),
            (b"\x0e", WireError::Tag),
            (b"\x0f", WireError::Tag),
            (b"\x0c", WireError::Group),
            (b"\x0b", WireError::Group),
            (b"\x0b\x14", WireError::Group),
            (b"\x0b\x13\x0c\x14", WireError::Group),
            (&too_deep, WireError::Group),
            (b"\x09123", WireError::Truncated),
            (b"\x0d123", WireError::Truncated),
        ] {
            assert_eq!(read(message), Err(expected), "{message:x?}");
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let long = vec![7; 300];
        let mut message = Vec::new();
        put_bytes(&mut message, 2, &long);
        put_bytes(&mut message, 999, b"");
        let read = read(&message).unwrap();
        assert_eq!(
            read[0],
            Field {
                number: 2,
                value: Value::Bytes(&long)
            }
        );
        assert_eq!(
            read[1],
            Field {
                number: 999,
                value: Value::Bytes(b"")
            }
        );
    }
}
