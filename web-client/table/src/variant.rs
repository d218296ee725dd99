//! Variants: Spark's binary form of semi-structured values, decoded to JSON text.
//!
//! The layout is that of Spark's `VariantUtil`. What is decoded may be malformed in any way: every read is
//! checked, the printer limits nesting, and each byte of the value is read at most once, because the
//! elements of a well-formed variant share none.

use std::fmt::{self, Write};

use arrow_schema::{Fields, TimeUnit};

use crate::format::{
    Layout, Printer, Sink, write_base64, write_date, write_decimal, write_escaped, write_f32, write_f64,
    write_hex, write_quoted, write_time, write_timestamp, write_with_offset,
};

/// What a struct stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// A struct.
    Struct,
    /// A variant, with the places of its two fields.
    Variant {
        /// The field with the value.
        value: usize,
        /// The field with the dictionary of keys.
        metadata: usize,
    },
    /// A geometry or a geography, as its reference system and its well-known binary.
    Geometry,
}

/// Spark tells variants and geometries from structs by the metadata of one of their fields.
pub(crate) fn meaning(fields: &Fields) -> Meaning {
    let place = |name: &str| fields.iter().position(|field| field.name() == name);
    let marked = |name: &str, mark: &str| {
        fields.iter().position(|field| {
            field.name() == name && field.metadata().get(mark).is_some_and(|value| value == "true")
        })
    };
    if let (Some(metadata), Some(value)) = (marked("metadata", "variant"), place("value")) {
        return Meaning::Variant { value, metadata };
    }
    let geometry = marked("wkb", "geometry").or_else(|| marked("wkb", "geography"));
    if geometry.is_some() && place("srid").is_some() {
        Meaning::Geometry
    } else {
        Meaning::Struct
    }
}

/// Why decoding ended early.
enum Stop {
    /// The text is as long as it may be.
    Full,
    /// The bytes are no variant.
    Malformed,
}

impl From<fmt::Error> for Stop {
    fn from(_: fmt::Error) -> Stop {
        Stop::Full
    }
}

/// Writes a variant as JSON. Where its bytes make no sense a marker with all of them ends the text; where the text
/// must be JSON, the marker takes its place.
pub(crate) fn write(printer: &mut Printer<'_>, value: &[u8], metadata: &[u8], depth: usize) -> fmt::Result {
    if printer.layout() == Layout::Json {
        let mut sink = Sink::onto(String::new());
        let mut apart = Printer::new(&mut sink, printer.zone, Layout::Json);
        return match Reader::new(value, metadata).write(&mut apart, 0, depth) {
            Ok(()) => printer.out.write_str(&sink.into_text()),
            Err(_) => quoted(printer.out, true, |out| write_malformed(out, value)),
        };
    }
    match Reader::new(value, metadata).write(printer, 0, depth) {
        Ok(()) => Ok(()),
        Err(Stop::Full) => Err(fmt::Error),
        Err(Stop::Malformed) => write_malformed(printer.out, value),
    }
}

fn write_malformed(out: &mut impl Write, value: &[u8]) -> fmt::Result {
    out.write_str("⟨malformed variant ")?;
    write_hex(out, value)?;
    out.write_char('⟩')
}

struct Reader<'a> {
    value: &'a [u8],
    metadata: &'a [u8],
    /// Bytes of the value that may still be read, each once.
    budget: usize,
}

impl<'a> Reader<'a> {
    fn new(value: &'a [u8], metadata: &'a [u8]) -> Self {
        Self {
            value,
            metadata,
            budget: value.len(),
        }
    }

    fn write(&mut self, printer: &mut Printer<'_>, at: usize, depth: usize) -> Result<(), Stop> {
        let header = self.take(at, 1)?[0];
        let info = header >> 2;
        match header & 3 {
            0 => self.primitive(printer, info, at + 1),
            1 => self.string(printer, at + 1, usize::from(info)),
            2 => self.object(printer, info, at + 1, depth),
            _ => self.array(printer, info, at + 1, depth),
        }
    }

    fn primitive(&mut self, printer: &mut Printer<'_>, kind: u8, at: usize) -> Result<(), Stop> {
        let out = &mut *printer.out;
        match kind {
            0 => out.write_str("null")?,
            1 => out.write_str("true")?,
            2 => out.write_str("false")?,
            3 => write!(out, "{}", i8::from_le_bytes(self.bytes(at)?))?,
            4 => write!(out, "{}", i16::from_le_bytes(self.bytes(at)?))?,
            5 => write!(out, "{}", i32::from_le_bytes(self.bytes(at)?))?,
            6 => write!(out, "{}", i64::from_le_bytes(self.bytes(at)?))?,
            7 => {
                let value = f64::from_le_bytes(self.bytes(at)?);
                quoted(out, !value.is_finite(), |out| write_f64(out, value))?;
            }
            8 => self.decimal(printer, at, |reader, at| {
                Ok(i32::from_le_bytes(reader.bytes(at)?).into())
            })?,
            9 => self.decimal(printer, at, |reader, at| {
                Ok(i64::from_le_bytes(reader.bytes(at)?).into())
            })?,
            10 => self.decimal(printer, at, |reader, at| {
                Ok(i128::from_le_bytes(reader.bytes(at)?))
            })?,
            11 => {
                let days = i32::from_le_bytes(self.bytes(at)?);
                quoted(out, true, |out| write_date(out, days.into()))?;
            }
            12 | 13 | 18 | 19 => {
                let ticks = i64::from_le_bytes(self.bytes(at)?);
                let unit = if kind < 18 {
                    TimeUnit::Microsecond
                } else {
                    TimeUnit::Nanosecond
                };
                let zone = matches!(kind, 12 | 18).then_some(printer.zone);
                quoted(out, true, |out| match zone {
                    Some(zone) => write_with_offset(out, ticks, unit, zone),
                    None => write_timestamp(out, ticks, unit, None),
                })?;
            }
            14 => {
                let value = f32::from_le_bytes(self.bytes(at)?);
                quoted(out, !value.is_finite(), |out| write_f32(out, value))?;
            }
            15 => {
                let (start, length) = self.long(at)?;
                let bytes = self.take(start, length)?;
                quoted(out, true, |out| write_base64(out, bytes))?;
            }
            16 => {
                let (start, length) = self.long(at)?;
                self.string(printer, start, length)?;
            }
            17 => {
                let micros = i64::from_le_bytes(self.bytes(at)?);
                quoted(out, true, |out| write_time(out, micros, TimeUnit::Microsecond))?;
            }
            20 => {
                let uuid = u128::from_be_bytes(self.bytes(at)?);
                let hex = format!("{uuid:032x}");
                let (a, b, c, d, e) = (&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]);
                write!(out, "\"{a}-{b}-{c}-{d}-{e}\"")?;
            }
            _ => return Err(Stop::Malformed),
        }
        Ok(())
    }

    /// A decimal is a byte with the scale and the unscaled number. Trailing zeros go, as they do in Spark.
    fn decimal(
        &mut self,
        printer: &mut Printer<'_>,
        at: usize,
        unscaled: impl FnOnce(&mut Self, usize) -> Result<i128, Stop>,
    ) -> Result<(), Stop> {
        let [scale] = self.bytes(at)?;
        let mut unscaled = unscaled(self, at + 1)?;
        if scale > 38 {
            return Err(Stop::Malformed);
        }
        let mut scale = i32::from(scale);
        while scale > 0 && unscaled % 10 == 0 {
            unscaled /= 10;
            scale -= 1;
        }
        Ok(write_decimal(printer.out, &unscaled.to_string(), scale)?)
    }

    fn string(&mut self, printer: &mut Printer<'_>, at: usize, length: usize) -> Result<(), Stop> {
        let mut bytes = self.take(at, length)?;
        printer.out.write_char('"')?;
        // In pieces, so that the beginning of a long text does not wait until all of it is checked.
        while !bytes.is_empty() {
            let (piece, rest) = bytes.split_at(boundary(bytes));
            let text = std::str::from_utf8(piece).map_err(|_| Stop::Malformed)?;
            write_escaped(printer.out, text)?;
            bytes = rest;
        }
        Ok(printer.out.write_char('"')?)
    }

    fn object(&mut self, printer: &mut Printer<'_>, info: u8, at: usize, depth: usize) -> Result<(), Stop> {
        let (length, ids) = self.count(at, info & 0x10 != 0)?;
        let (id_size, offset_size) = (size(info >> 2), size(info));
        let offsets = end(ids, length, id_size)?;
        let values = end(offsets, one_more(length)?, offset_size)?;
        self.take(ids, values - ids)?;
        printer.sequence('{', '}', length, depth, |printer, place| {
            let id = unsigned(self.value, ids + place * id_size, id_size)?;
            let offset = unsigned(self.value, offsets + place * offset_size, offset_size)?;
            write_quoted(printer.out, self.key(id)?)?;
            printer.colon()?;
            self.write(
                printer,
                values.checked_add(offset).ok_or(Stop::Malformed)?,
                depth + 1,
            )
        })
    }

    fn array(&mut self, printer: &mut Printer<'_>, info: u8, at: usize, depth: usize) -> Result<(), Stop> {
        let (length, offsets) = self.count(at, info & 4 != 0)?;
        let offset_size = size(info);
        let values = end(offsets, one_more(length)?, offset_size)?;
        self.take(offsets, values - offsets)?;
        printer.sequence('[', ']', length, depth, |printer, place| {
            let offset = unsigned(self.value, offsets + place * offset_size, offset_size)?;
            self.write(
                printer,
                values.checked_add(offset).ok_or(Stop::Malformed)?,
                depth + 1,
            )
        })
    }

    /// The number of elements, in one byte or four, and where what follows begins.
    fn count(&mut self, at: usize, large: bool) -> Result<(usize, usize), Stop> {
        if large {
            self.long(at).map(|(start, length)| (length, start))
        } else {
            Ok((usize::from(self.bytes::<1>(at)?[0]), at + 1))
        }
    }

    /// A length in four bytes: where what follows begins, and the length.
    fn long(&mut self, at: usize) -> Result<(usize, usize), Stop> {
        let length = u32::from_le_bytes(self.bytes(at)?);
        Ok((at + 4, usize::try_from(length).map_err(|_| Stop::Malformed)?))
    }

    fn key(&self, id: usize) -> Result<&'a str, Stop> {
        let header = *self.metadata.first().ok_or(Stop::Malformed)?;
        let offset_size = size(header >> 6);
        let length = unsigned(self.metadata, 1, offset_size)?;
        if id >= length {
            return Err(Stop::Malformed);
        }
        let offsets = 1 + offset_size;
        let keys = end(offsets, one_more(length)?, offset_size)?;
        let from = unsigned(self.metadata, offsets + id * offset_size, offset_size)?;
        let to = unsigned(self.metadata, offsets + (id + 1) * offset_size, offset_size)?;
        let bytes = self
            .metadata
            .get(keys..)
            .and_then(|keys| keys.get(from..to))
            .ok_or(Stop::Malformed)?;
        std::str::from_utf8(bytes).map_err(|_| Stop::Malformed)
    }

    fn bytes<const N: usize>(&mut self, at: usize) -> Result<[u8; N], Stop> {
        self.take(at, N)?.try_into().map_err(|_| Stop::Malformed)
    }

    fn take(&mut self, at: usize, length: usize) -> Result<&'a [u8], Stop> {
        self.budget = self.budget.checked_sub(length).ok_or(Stop::Malformed)?;
        let end = at.checked_add(length).ok_or(Stop::Malformed)?;
        self.value.get(at..end).ok_or(Stop::Malformed)
    }
}

/// Integers of an object or an array take one to four bytes.
fn size(bits: u8) -> usize {
    usize::from(bits & 3) + 1
}

fn end(start: usize, length: usize, size: usize) -> Result<usize, Stop> {
    length
        .checked_mul(size)
        .and_then(|bytes| bytes.checked_add(start))
        .ok_or(Stop::Malformed)
}

/// Offsets are one more than elements: the last one is where the data ends.
fn one_more(length: usize) -> Result<usize, Stop> {
    length.checked_add(1).ok_or(Stop::Malformed)
}

fn unsigned(bytes: &[u8], at: usize, size: usize) -> Result<usize, Stop> {
    let bytes = bytes
        .get(at..)
        .and_then(|bytes| bytes.get(..size))
        .ok_or(Stop::Malformed)?;
    Ok(bytes
        .iter()
        .rev()
        .fold(0, |number, &byte| number << 8 | usize::from(byte)))
}

/// Where a piece of text ends: after a few thousand bytes, between two characters.
fn boundary(bytes: &[u8]) -> usize {
    const PIECE: usize = 4096;
    if bytes.len() <= PIECE {
        return bytes.len();
    }
    let within = |&place: &usize| bytes.get(place).is_some_and(|byte| byte & 0xc0 != 0x80);
    (PIECE - 3..=PIECE).rev().find(within).unwrap_or(PIECE)
}

fn quoted<W: Write>(out: &mut W, quotes: bool, write: impl FnOnce(&mut W) -> fmt::Result) -> fmt::Result {
    let quote = if quotes { "\"" } else { "" };
    out.write_str(quote)?;
    write(out)?;
    out.write_str(quote)
}
