//! `VariantVal`: a value of Spark's binary form for semi-structured data.

use std::{any::Any, rc::Rc};

use num_bigint::BigInt;

use crate::{
    class::{Class, OBJECT, no_constant},
    exception::{self, R, raise, type_error},
    limits,
    modules::{
        datetime::{date::Moment, zone::Zone},
        decimal::Decimal,
        json,
    },
    types,
    value::{Dict, Object, Value, object::Answer},
    vm::{Vm, native::Native},
};

pub(super) static VARIANT: Class = Class {
    name: "VariantVal",
    module: "pyspark.sql.types",
    base: Some(&OBJECT),
    new: Some(Native::sync("VariantVal", |_, args| {
        let [value, metadata] = args.bind("VariantVal", ["value", "metadata"], 2)?;
        match (value, metadata) {
            (Some(Value::Bytes(value)), Some(Value::Bytes(metadata))) => {
                Ok(Value::object(Variant { value, metadata }))
            }
            _ => Err(type_error("a VariantVal takes two bytes objects")),
        }
    })),
    methods: &[
        Native::sync("toPython", |_, args| {
            let [this] = args.exactly("toPython")?;
            variant(&this)?.decode(0)
        }),
        Native::sync("toJson", |_, args| {
            let [this] = args.exactly("toJson")?;
            types::str(&this).map(Value::text)
        }),
    ],
    statics: &[],
    constant: no_constant,
};

/// The value, and the keys of its objects.
pub(super) struct Variant {
    pub(super) value: Rc<[u8]>,
    pub(super) metadata: Rc<[u8]>,
}

fn variant(value: &Value) -> R<&Variant> {
    value
        .downcast()
        .ok_or_else(|| type_error("a VariantVal is required"))
}

fn malformed() -> exception::Raised {
    raise(
        &exception::PYSPARK_VALUE_ERROR,
        "[MALFORMED_VARIANT] Variant binary is malformed. Please check the data source is valid.",
    )
}

fn bytes(from: &[u8], at: usize, count: usize) -> R<&[u8]> {
    let end = at.checked_add(count).ok_or_else(malformed)?;
    from.get(at..end).ok_or_else(malformed)
}

/// So many bytes, the lowest first.
fn whole(from: &[u8], at: usize, count: usize) -> R<i128> {
    let part = bytes(from, at, count)?;
    let is_negative = part.last().is_some_and(|byte| *byte >= 0x80);
    let mut all = [if is_negative { 0xff } else { 0 }; 16];
    all.get_mut(..count).ok_or_else(malformed)?.copy_from_slice(part);
    Ok(i128::from_le_bytes(all))
}

fn size(from: &[u8], at: usize, count: usize) -> R<usize> {
    let mut all = [0; 8];
    all.get_mut(..count)
        .ok_or_else(malformed)?
        .copy_from_slice(bytes(from, at, count)?);
    usize::try_from(u64::from_le_bytes(all)).map_err(|_| malformed())
}

fn text(bytes: &[u8]) -> R<Value> {
    std::str::from_utf8(bytes)
        .map(Value::text)
        .map_err(|_| malformed())
}

impl Variant {
    fn key(&self, id: usize) -> R<Value> {
        let width = usize::from(bytes(&self.metadata, 0, 1)?[0] >> 6) + 1;
        let count = size(&self.metadata, 1, width)?;
        if id >= count || count > self.metadata.len() {
            return Err(malformed());
        }
        let start = size(&self.metadata, 1 + (id + 1) * width, width)?;
        let end = size(&self.metadata, 1 + (id + 2) * width, width)?;
        let length = end.checked_sub(start).ok_or_else(malformed)?;
        text(bytes(&self.metadata, 1 + (count + 2) * width + start, length)?)
    }

    /// The value that begins at a place.
    fn decode(&self, at: usize) -> R<Value> {
        limits::spend(1)?;
        let from = &self.value;
        let head = bytes(from, at, 1)?[0];
        let (basic, info) = (head & 3, head >> 2);
        let body = at + 1;
        match basic {
            0 => self.primitive(info, body),
            1 => text(bytes(from, body, info.into())?),
            2 => {
                let is_large = info & 0x10 != 0;
                let (id_width, width) = (usize::from(info >> 2 & 3) + 1, usize::from(info & 3) + 1);
                let (count, ids) = count(from, body, is_large)?;
                let offsets = ids + count.saturating_mul(id_width);
                let values = offsets + (count + 1).saturating_mul(width);
                let dict = Dict::new();
                for entry in 0..count {
                    let key = self.key(size(from, ids + entry * id_width, id_width)?)?;
                    let value = self.inner(at, values, size(from, offsets + entry * width, width)?)?;
                    dict.insert(key, value)?;
                }
                Ok(Value::dict(dict))
            }
            _ => {
                let width = usize::from(info & 3) + 1;
                let (count, offsets) = count(from, body, info & 4 != 0)?;
                let values = offsets + (count + 1).saturating_mul(width);
                let mut list = Vec::new();
                for entry in 0..count {
                    list.push(self.inner(at, values, size(from, offsets + entry * width, width)?)?);
                }
                Ok(Value::list(list))
            }
        }
    }

    /// A value inside of another, which it cannot be before.
    fn inner(&self, outer: usize, values: usize, offset: usize) -> R<Value> {
        let at = values.checked_add(offset).ok_or_else(malformed)?;
        match at > outer {
            true => limits::deeper(|| self.decode(at)),
            false => Err(malformed()),
        }
    }

    fn primitive(&self, info: u8, at: usize) -> R<Value> {
        let from = &self.value;
        let long = |count| whole(from, at, count).map(|number| number as i64);
        let decimal = |count| -> R<Value> {
            let scale = bytes(from, at, 1)?[0];
            let digits = BigInt::from(whole(from, at + 1, count)?);
            Ok(Value::object(Decimal::new(&digits, -i64::from(scale))))
        };
        Ok(match info {
            0 => Value::None,
            1 => Value::Bool(true),
            2 => Value::Bool(false),
            3 => Value::Int(long(1)?),
            4 => Value::Int(long(2)?),
            5 => Value::Int(long(4)?),
            6 => Value::Int(long(8)?),
            7 => Value::Float(f64::from_bits(long(8)?.cast_unsigned())),
            8 => decimal(4)?,
            9 => decimal(8)?,
            10 => decimal(16)?,
            11 => Moment::date(long(4)?),
            12 => Moment::datetime(long(8)?, Some(Zone::fixed(0))),
            13 => Moment::datetime(long(8)?, None),
            14 => Value::Float(f32::from_bits(whole(from, at, 4)? as u32).into()),
            15 => Value::Bytes(bytes(from, at + 4, size(from, at, 4)?)?.into()),
            16 => text(bytes(from, at + 4, size(from, at, 4)?)?)?,
            _ => return Err(malformed()),
        })
    }
}

/// How many entries there are, and where their description goes on.
fn count(from: &[u8], at: usize, is_large: bool) -> R<(usize, usize)> {
    let width = if is_large { 4 } else { 1 };
    let count = size(from, at, width)?;
    // Each has a byte at least.
    match count <= from.len() {
        true => Ok((count, at + width)),
        false => Err(malformed()),
    }
}

/// A decoded value as PySpark writes it.
fn write(value: &Value, out: &mut String) -> R<()> {
    limits::deeper(|| {
        match value {
            Value::None => out.push_str("null"),
            Value::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
            Value::Str(text) => json::quote(text, true, out),
            Value::Bytes(bytes) => {
                out.push('"');
                base64(bytes, out);
                out.push('"');
            }
            Value::List(list) => {
                out.push('[');
                for (at, value) in list.to_vec().iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    write(value, out)?;
                }
                out.push(']');
            }
            Value::Dict(dict) => {
                out.push('{');
                for (at, (key, value)) in dict.pairs().iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    json::quote(types::string(key, "key")?, true, out);
                    out.push(':');
                    write(value, out)?;
                }
                out.push('}');
            }
            other if other.downcast::<Moment>().is_some() => {
                out.push('"');
                out.push_str(&types::str(other)?);
                out.push('"');
            }
            other => out.push_str(&types::str(other)?),
        }
        Ok(())
    })
}

fn base64(bytes: &[u8], out: &mut String) {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for group in bytes.chunks(3) {
        let bits = group
            .iter()
            .enumerate()
            .fold(0u32, |bits, (at, byte)| bits | u32::from(*byte) << (16 - 8 * at));
        for digit in 0..4 {
            out.push(match digit <= group.len() {
                true => DIGITS[(bits >> (18 - 6 * digit) & 63) as usize].into(),
                false => '=',
            });
        }
    }
}

impl Object for Variant {
    fn class(&self) -> &'static Class {
        &VARIANT
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn repr(&self) -> R<String> {
        Ok(format!(
            "VariantVal({}, {})",
            types::repr(&Value::Bytes(self.value.clone()))?,
            types::repr(&Value::Bytes(self.metadata.clone()))?
        ))
    }

    fn str(&self) -> R<String> {
        let mut out = String::new();
        write(&self.decode(0)?, &mut out)?;
        Ok(out)
    }

    fn attribute<'a>(self: Rc<Self>, _: &'a mut Vm, name: &str) -> Option<Answer<'a>> {
        let found = match name {
            "value" => &self.value,
            "metadata" => &self.metadata,
            _ => return None,
        };
        Some(Ok(Value::Bytes(found.clone())).into())
    }
}
