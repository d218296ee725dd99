//! Where formatted text goes: a string that keeps only as much as is wanted.

use std::fmt;

/// Longest text that is counted, in bytes: a value that malformed bytes inflate beyond it ends here.
const COUNTED: u64 = 1 << 30;

/// Bytes that most values need at most.
const USUAL: usize = 32;

/// What happens to text beyond the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Beyond {
    /// Writing fails, so that formatting ends there.
    Stop,
    /// The text is counted, but not kept.
    Count,
}

/// Keeps the beginning of what is written to it.
#[derive(Debug)]
pub(crate) struct Sink {
    text: String,
    characters_left: usize,
    bytes_left: usize,
    beyond: Beyond,
    total: u64,
    cut: bool,
}

impl Sink {
    /// Keeps whole characters, until one of the two limits.
    pub(crate) fn new(characters: usize, bytes: usize, beyond: Beyond) -> Sink {
        Sink {
            text: String::with_capacity(bytes.min(USUAL)),
            characters_left: characters,
            bytes_left: bytes,
            beyond,
            total: 0,
            cut: false,
        }
    }

    /// Keeps everything, after a text that is there already.
    pub(crate) fn onto(text: String) -> Sink {
        Sink {
            text,
            characters_left: usize::MAX,
            bytes_left: usize::MAX,
            beyond: Beyond::Count,
            total: 0,
            cut: false,
        }
    }

    /// Whether something was written that was not kept.
    pub(crate) fn is_cut(&self) -> bool {
        self.cut
    }

    /// Bytes written, kept or not.
    pub(crate) fn total(&self) -> u64 {
        self.total
    }

    /// What was kept.
    pub(crate) fn into_text(self) -> String {
        self.text
    }

    /// How many bytes of `text` are kept, and how many characters they are.
    fn fitting(&self, text: &str) -> (usize, usize) {
        let mut bytes = text.floor_char_boundary(self.bytes_left);
        let mut characters = 0;
        if self.characters_left < usize::MAX {
            // At most one character more than fits is looked at, however long the text is.
            for (place, _) in text[..bytes].char_indices() {
                if characters == self.characters_left {
                    bytes = place;
                    break;
                }
                characters += 1;
            }
        }
        (bytes, characters)
    }
}

impl fmt::Write for Sink {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.total += text.len() as u64;
        if !self.cut {
            let (bytes, characters) = self.fitting(text);
            self.text.push_str(&text[..bytes]);
            self.bytes_left -= bytes;
            self.characters_left -= characters;
            self.cut = bytes < text.len();
        }
        if self.cut && (self.beyond == Beyond::Stop || self.total > COUNTED) {
            return Err(fmt::Error);
        }
        Ok(())
    }

    fn write_char(&mut self, character: char) -> fmt::Result {
        if self.cut || self.characters_left == 0 || self.bytes_left < character.len_utf8() {
            return self.write_str(character.encode_utf8(&mut [0; 4]));
        }
        self.text.push(character);
        self.total += character.len_utf8() as u64;
        self.bytes_left -= character.len_utf8();
        self.characters_left -= 1;
        Ok(())
    }
}
