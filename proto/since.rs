//! How to find in the bytes of a plan what only newer servers know: which fields hold messages, and which fields came
//! after Spark 4.0. Tables made at build time from the wire definitions and `since.txt`; walking them is the client's.

/// A field of a message that matters here: it holds a message, or it is new.
#[derive(Debug)]
pub struct Field {
    /// Its number.
    pub number: u32,
    /// What it holds, as an index into [`MESSAGES`]; none if it holds no message.
    pub message: Option<u16>,
    /// When it came, if that was after Spark 4.0.
    pub since: Option<Since>,
}

/// Something that older servers do not know.
#[derive(Debug, PartialEq, Eq)]
pub struct Since {
    /// The first version of Spark that knows it: `(4, 3)`.
    pub version: (u16, u16),
    /// Only this value of the field is new.
    pub value: Option<u64>,
    /// What it is, for people: a method of PySpark or a few words, as a sentence begins.
    pub what: &'static str,
}

include!(concat!(env!("OUT_DIR"), "/since_tables.rs"));
