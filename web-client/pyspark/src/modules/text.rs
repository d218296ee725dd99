//! `string`, and the names of `typing`, which annotations use.

use super::module;
use crate::{class::Class, value::Value};

module!(STRING, "string", &[], &[], |name| Some(Value::text(match name {
    "ascii_lowercase" => "abcdefghijklmnopqrstuvwxyz",
    "ascii_uppercase" => "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "ascii_letters" => "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "digits" => "0123456789",
    "hexdigits" => "0123456789abcdefABCDEF",
    "octdigits" => "01234567",
    "punctuation" => "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~",
    "whitespace" => " \t\n\r\x0b\x0c",
    _ => return None,
})));

static ANY: Class = Class::named("Any", "typing");

module!(TYPING, "typing", &[], &[&ANY], |name| match name {
    "List" | "Dict" | "Tuple" | "Set" | "Optional" | "Union" | "Callable" | "Iterable" | "Iterator"
    | "Sequence" | "Mapping" | "Literal" | "Type" => Some(Value::Class(&ANY)),
    _ => None,
});
