//! `bytes`: methods, and the encodings that there are.

use std::{fmt::Write, rc::Rc};

use crate::{
    exception::{self, R, raise, type_error, value_error},
    limits, types,
    value::{Text, Value},
    vm::native::Native,
};

fn this(value: Option<&Value>) -> R<Rc<[u8]>> {
    match value {
        Some(Value::Bytes(bytes)) => Ok(bytes.clone()),
        _ => Err(type_error("descriptor requires a 'bytes' object")),
    }
}

pub(crate) static METHODS: &[Native] = &[
    Native::sync("decode", |_, args| {
        let [bytes, encoding, errors] = args.bind("decode", ["self", "encoding", "errors"], 1)?;
        decode(&this(bytes.as_ref())?, encoding.as_ref(), errors.as_ref())
    }),
    Native::sync("hex", |_, args| {
        let [bytes] = args.exactly("hex")?;
        let bytes = this(Some(&bytes))?;
        limits::reserve(bytes.len() * 2)?;
        let mut out = String::new();
        for byte in bytes.iter() {
            let _ = write!(out, "{byte:02x}");
        }
        Ok(Value::text(out))
    }),
    Native::sync("upper", |_, args| {
        let [bytes] = args.exactly("upper")?;
        Ok(Value::Bytes(this(Some(&bytes))?.to_ascii_uppercase().into()))
    }),
    Native::sync("lower", |_, args| {
        let [bytes] = args.exactly("lower")?;
        Ok(Value::Bytes(this(Some(&bytes))?.to_ascii_lowercase().into()))
    }),
    Native::sync("startswith", |_, args| {
        let [bytes, part] = args.exactly("startswith")?;
        Ok(Value::Bool(this(Some(&bytes))?.starts_with(&this(Some(&part))?)))
    }),
    Native::sync("endswith", |_, args| {
        let [bytes, part] = args.exactly("endswith")?;
        Ok(Value::Bool(this(Some(&bytes))?.ends_with(&this(Some(&part))?)))
    }),
];

pub(crate) static STATICS: &[Native] = &[Native::sync("fromhex", |_, args| {
    let [text] = args.exactly("fromhex")?;
    let digits: Vec<u32> = types::string(&text, "fromhex() argument")?
        .chars()
        .filter(|c| !c.is_ascii_whitespace())
        .map(|c| c.to_digit(16))
        .collect::<Option<_>>()
        .filter(|digits: &Vec<u32>| digits.len().is_multiple_of(2))
        .ok_or_else(|| value_error("non-hexadecimal number found in fromhex() arg"))?;
    Ok(Value::Bytes(
        digits
            .chunks(2)
            .map(|pair| (pair[0] * 16 + pair[1]) as u8)
            .collect(),
    ))
})];

/// Encodings, by how they treat a character.
#[derive(Clone, Copy, PartialEq)]
enum Encoding {
    Utf8,
    Utf16(bool, bool),
    /// Up to this code.
    Codes(u32, &'static str),
}

fn encoding(value: Option<&Value>) -> R<Encoding> {
    let Some(value) = value else {
        return Ok(Encoding::Utf8);
    };
    let name = types::string(value, "encoding")?;
    Ok(match name.to_ascii_lowercase().replace('_', "-").as_str() {
        "utf-8" | "utf8" => Encoding::Utf8,
        "ascii" | "us-ascii" => Encoding::Codes(0x80, "ascii"),
        "latin-1" | "latin1" | "iso-8859-1" | "iso8859-1" => Encoding::Codes(0x100, "latin-1"),
        "utf-16" => Encoding::Utf16(true, true),
        "utf-16-le" | "utf-16le" => Encoding::Utf16(true, false),
        "utf-16-be" | "utf-16be" => Encoding::Utf16(false, false),
        _ => {
            return Err(raise(
                &exception::LOOKUP_ERROR,
                format!("unknown encoding: {name}"),
            ));
        }
    })
}

/// `str.encode`.
pub(crate) fn encode(text: &Text, name: Option<&Value>, errors: Option<&Value>) -> R<Value> {
    limits::reserve(text.len())?;
    let bytes = match encoding(name)? {
        Encoding::Utf8 => text.as_bytes().to_vec(),
        Encoding::Utf16(little, mark) => {
            let mark = mark.then_some(0xfeffu16);
            let units = mark.into_iter().chain(text.encode_utf16());
            units
                .flat_map(|unit| {
                    if little {
                        unit.to_le_bytes()
                    } else {
                        unit.to_be_bytes()
                    }
                })
                .collect()
        }
        Encoding::Codes(limit, name) => {
            let mut bytes = Vec::with_capacity(text.len());
            for (at, c) in text.chars().enumerate() {
                match (u32::from(c) < limit, errors.and_then(Value::as_str)) {
                    (true, _) => bytes.push(u32::from(c) as u8),
                    (false, Some("ignore")) => {}
                    (false, Some("replace")) => bytes.push(b'?'),
                    (false, _) => {
                        return Err(raise(
                            &exception::UNICODE_ENCODE_ERROR,
                            format!(
                                "'{name}' codec can't encode character {} in position {at}: ordinal not in range({limit})",
                                types::repr::ascii(&Value::text(c))?
                            ),
                        ));
                    }
                }
            }
            bytes
        }
    };
    Ok(Value::Bytes(bytes.into()))
}

/// `bytes.decode`.
pub(crate) fn decode(bytes: &[u8], name: Option<&Value>, errors: Option<&Value>) -> R<Value> {
    limits::reserve(bytes.len())?;
    let errors = errors.and_then(Value::as_str).unwrap_or("strict");
    let lossy = |text: String| match errors {
        "ignore" => text.replace('\u{fffd}', ""),
        _ => text,
    };
    let failed = |message: String| raise(&exception::UNICODE_DECODE_ERROR, message);
    Ok(Value::text(match encoding(name)? {
        Encoding::Utf8 => match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(error) if errors == "strict" => {
                let at = error.valid_up_to();
                let byte = bytes.get(at).copied().unwrap_or_default();
                let (what, reason) = match error.error_len() {
                    None => ("position", "unexpected end of data"),
                    Some(_) if matches!(byte, 0x80..=0xc1 | 0xf5..) => ("position", "invalid start byte"),
                    Some(_) => ("position", "invalid continuation byte"),
                };
                return Err(failed(format!(
                    "'utf-8' codec can't decode byte 0x{byte:02x} in {what} {at}: {reason}"
                )));
            }
            Err(_) => lossy(String::from_utf8_lossy(bytes).into_owned()),
        },
        Encoding::Utf16(little, mark) => {
            let mut units: Vec<u16> = bytes
                .chunks_exact(2)
                .map(|pair| match little {
                    true => u16::from_le_bytes([pair[0], pair[1]]),
                    false => u16::from_be_bytes([pair[0], pair[1]]),
                })
                .collect();
            if mark && units.first() == Some(&0xfeff) {
                units.remove(0);
            }
            match String::from_utf16(&units) {
                Ok(text) => text,
                Err(_) if errors == "strict" => {
                    return Err(failed("'utf-16' codec can't decode the bytes".to_owned()));
                }
                Err(_) => lossy(String::from_utf16_lossy(&units)),
            }
        }
        Encoding::Codes(limit, name) => {
            let mut text = String::new();
            for (at, &byte) in bytes.iter().enumerate() {
                match u32::from(byte) < limit {
                    true => text.push(byte.into()),
                    false if errors == "strict" => {
                        return Err(failed(format!(
                            "'{name}' codec can't decode byte 0x{byte:02x} in position {at}: ordinal not in range({limit})"
                        )));
                    }
                    false if errors == "ignore" => {}
                    false => text.push('\u{fffd}'),
                }
            }
            text
        }
    }))
}
