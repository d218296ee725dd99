//! Text and bytes: on one line, quoted, in hexadecimal and in base64.

use std::fmt::{self, Write};

/// Writes text so that it stays on one line and nothing in it is invisible: control characters as the
/// Unicode pictures of them (a newline as `␊`), other characters that would disturb the line as `⟨U+2028⟩`.
/// Both signs in the text itself are shown as code points, so that what is seen is unambiguous.
pub(crate) fn write_visible(out: &mut impl Write, text: &str) -> fmt::Result {
    for character in text.chars() {
        match character {
            '\0'..='\x1f' => out.write_char(picture(character as u32))?,
            '\x7f' => out.write_char('␡')?,
            '\u{80}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' => write_code_point(out, character)?,
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => write_code_point(out, character)?,
            '\u{2400}'..='\u{2421}' | '⟨' => write_code_point(out, character)?,
            _ => out.write_char(character)?,
        }
    }
    Ok(())
}

fn picture(control: u32) -> char {
    char::from_u32(0x2400 + control).unwrap_or(char::REPLACEMENT_CHARACTER)
}

fn write_code_point(out: &mut impl Write, character: char) -> fmt::Result {
    write!(out, "⟨U+{:04X}⟩", character as u32)
}

/// Writes a JSON string.
pub(crate) fn write_quoted(out: &mut impl Write, text: &str) -> fmt::Result {
    out.write_char('"')?;
    write_escaped(out, text)?;
    out.write_char('"')
}

/// Writes what stands between the quotes of a JSON string.
pub(crate) fn write_escaped(out: &mut impl Write, text: &str) -> fmt::Result {
    for character in text.chars() {
        match character {
            '"' => out.write_str("\\\"")?,
            '\\' => out.write_str("\\\\")?,
            '\n' => out.write_str("\\n")?,
            '\r' => out.write_str("\\r")?,
            '\t' => out.write_str("\\t")?,
            '\0'..='\x1f'
            | '\x7f'..='\u{9f}'
            | '\u{2028}'
            | '\u{2029}'
            | '\u{feff}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}' => write!(out, "\\u{:04x}", character as u32)?,
            _ => out.write_char(character)?,
        }
    }
    Ok(())
}

/// Writes the name of a field: as it is when it is a plain word, else as a JSON string.
pub(crate) fn write_name(out: &mut impl Write, name: &str) -> fmt::Result {
    let plain = |character: char| character.is_alphanumeric() || character == '_';
    if !name.is_empty() && name.chars().all(plain) {
        out.write_str(name)
    } else {
        write_quoted(out, name)
    }
}

/// Writes bytes as SQL does: `X'0aff'`.
pub(crate) fn write_hex(out: &mut impl Write, bytes: &[u8]) -> fmt::Result {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    out.write_str("X'")?;
    let mut line = String::with_capacity(128);
    for chunk in bytes.chunks(64) {
        line.clear();
        for byte in chunk {
            line.push(char::from(DIGITS[usize::from(byte >> 4)]));
            line.push(char::from(DIGITS[usize::from(byte & 15)]));
        }
        out.write_str(&line)?;
    }
    out.write_char('\'')
}

/// Writes bytes in base64, with padding.
pub(crate) fn write_base64(out: &mut impl Write, bytes: &[u8]) -> fmt::Result {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for group in bytes.chunks(3) {
        let bits =
            group.iter().fold(0, |bits, &byte| bits << 8 | usize::from(byte)) << (8 * (3 - group.len()));
        for place in 0..4 {
            let digit = DIGITS[bits >> (18 - 6 * place) & 63];
            out.write_char(if place <= group.len() {
                char::from(digit)
            } else {
                '='
            })?;
        }
    }
    Ok(())
}
