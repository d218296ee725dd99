//! The functions of `pyspark.sql.functions`, under their own names.
//!
//! Each is a function of Rust, where `&str` names a column where PySpark takes a name and is a value where it takes a
//! value; optional arguments are left out with `()`. Each has a [`Signature`] as well, for callers that have names and
//! values only: an interpreter, a form, an editor that completes. [`call`] calls by name.
//!
//! What needs a Python worker is in [`crate::unsupported`].

#[macro_use]
mod table;

mod aggregate;
mod basic;
mod call;
mod collection;
mod datetime;
mod document;
mod higher_order;
mod irregular;
mod lambda;
mod math;
mod misc;
mod signature;
mod sketch;
mod string;

pub use self::{
    aggregate::*,
    basic::*,
    call::{Argument, call},
    collection::*,
    datetime::*,
    document::*,
    higher_order::*,
    irregular::*,
    lambda::{Lambda, LambdaParameters},
    math::*,
    misc::*,
    signature::{Constant, Default, Parameter, ParameterKind, Signature},
    sketch::*,
    string::*,
};

/// All functions, by family.
pub fn signatures() -> impl Iterator<Item = &'static Signature> {
    [
        basic::SPECIALS,
        irregular::SPECIALS,
        math::SIGNATURES,
        aggregate::SIGNATURES,
        collection::SIGNATURES,
        higher_order::SPECIALS,
        string::SIGNATURES,
        datetime::SIGNATURES,
        document::SIGNATURES,
        document::SPECIALS,
        misc::SIGNATURES,
        sketch::SIGNATURES,
        BROADCAST,
    ]
    .into_iter()
    .flatten()
    .copied()
}

static BROADCAST: &[&Signature] = &[&basic::BROADCAST];

/// The function of a name.
pub fn signature_of(name: &str) -> Option<&'static Signature> {
    signatures().find(|signature| signature.name == name)
}
