//! What Python's own types can do.

pub(crate) mod arithmetic;
pub(crate) mod attribute;
pub(crate) mod bytes;
pub(crate) mod compare;
pub(crate) mod constructors;
pub(crate) mod dict;
pub(crate) mod format;
pub(crate) mod integer;
pub(crate) mod item;
pub(crate) mod list;
pub(crate) mod number;
pub(crate) mod percent;
pub(crate) mod repr;
pub(crate) mod set;
pub(crate) mod specification;
pub(crate) mod text;
pub(crate) mod text_parts;

pub(crate) use self::{
    compare::equal,
    repr::{repr, str},
};
use crate::{
    class::{Class, OBJECT, no_constant},
    exception::{R, type_error},
    value::Value,
    vm::native::Native,
};

macro_rules! class {
    ($static:ident, $name:literal, $new:expr, $methods:expr, $statics:expr, $base:expr) => {
        pub(crate) static $static: Class = Class {
            name: $name,
            module: "",
            base: $base,
            new: $new,
            methods: $methods,
            statics: $statics,
            constant: no_constant,
        };
    };
}

class!(
    INT,
    "int",
    Some(Native::sync("int", constructors::int)),
    integer::METHODS,
    integer::STATICS,
    Some(&OBJECT)
);
class!(
    BOOL,
    "bool",
    Some(Native::sync("bool", constructors::bool)),
    &[],
    &[],
    Some(&INT)
);
class!(
    FLOAT,
    "float",
    Some(Native::sync("float", constructors::float)),
    number::METHODS,
    &[],
    Some(&OBJECT)
);
class!(
    STR,
    "str",
    Some(Native::later("str", constructors::str)),
    text::METHODS,
    text::STATICS,
    Some(&OBJECT)
);
class!(
    BYTES,
    "bytes",
    Some(Native::later("bytes", constructors::bytes)),
    bytes::METHODS,
    bytes::STATICS,
    Some(&OBJECT)
);
class!(
    BYTEARRAY,
    "bytearray",
    Some(Native::later("bytearray", constructors::bytes)),
    &[],
    &[],
    Some(&BYTES)
);
class!(
    LIST,
    "list",
    Some(Native::later("list", constructors::list)),
    list::METHODS,
    &[],
    Some(&OBJECT)
);
class!(
    TUPLE,
    "tuple",
    Some(Native::later("tuple", constructors::tuple)),
    list::TUPLE_METHODS,
    &[],
    Some(&OBJECT)
);
class!(
    DICT,
    "dict",
    Some(Native::later("dict", constructors::dict)),
    dict::METHODS,
    dict::STATICS,
    Some(&OBJECT)
);
class!(
    SET,
    "set",
    Some(Native::later("set", constructors::set)),
    set::METHODS,
    &[],
    Some(&OBJECT)
);
class!(
    FROZENSET,
    "frozenset",
    Some(Native::later("frozenset", constructors::frozenset)),
    set::FROZEN_METHODS,
    &[],
    Some(&OBJECT)
);
class!(
    RANGE,
    "range",
    Some(Native::sync("range", constructors::range)),
    list::RANGE_METHODS,
    &[],
    Some(&OBJECT)
);
class!(
    SLICE,
    "slice",
    Some(Native::sync("slice", constructors::slice)),
    &[],
    &[],
    Some(&OBJECT)
);
class!(
    TYPE,
    "type",
    Some(Native::sync("type", constructors::type_of)),
    &[],
    &[],
    Some(&OBJECT)
);
pub(crate) static NONE: Class = Class::named("NoneType", "");
pub(crate) static NOT_IMPLEMENTED: Class = Class::named("NotImplementedType", "");
pub(crate) static ELLIPSIS: Class = Class::named("ellipsis", "");
pub(crate) static FUNCTION: Class = Class::named("function", "");
pub(crate) static BUILTIN: Class = Class::named("builtin_function_or_method", "");
pub(crate) static MODULE: Class = Class::named("module", "");
class!(
    GENERATOR,
    "generator",
    None,
    constructors::GENERATOR_METHODS,
    &[],
    Some(&OBJECT)
);

/// `type(value)`.
pub(crate) fn class_of(value: &Value) -> &'static Class {
    match value {
        Value::None => &NONE,
        Value::NotImplemented => &NOT_IMPLEMENTED,
        Value::Ellipsis => &ELLIPSIS,
        Value::Bool(_) => &BOOL,
        Value::Int(_) | Value::Big(_) => &INT,
        Value::Float(_) => &FLOAT,
        Value::Str(_) => &STR,
        Value::Bytes(_) => &BYTES,
        Value::List(_) => &LIST,
        Value::Tuple(_) => &TUPLE,
        Value::Dict(_) => &DICT,
        Value::Set(set) if set.is_frozen() => &FROZENSET,
        Value::Set(_) => &SET,
        Value::Range(_) => &RANGE,
        Value::Slice(_) => &SLICE,
        Value::Function(_) => &FUNCTION,
        Value::Native(_) | Value::Method(_) => &BUILTIN,
        Value::Class(_) => &TYPE,
        Value::Exception(exception) => exception.class,
        Value::Iter(iter) => iter.class(),
        Value::Module(_) => &MODULE,
        Value::Object(object) => object.class(),
    }
}

/// `bool(value)`.
pub(crate) fn truth(value: &Value) -> R<bool> {
    Ok(match value {
        Value::None => false,
        Value::Bool(flag) => *flag,
        Value::Int(number) => *number != 0,
        Value::Float(number) => *number != 0.0,
        Value::Str(text) => !text.is_empty(),
        Value::Bytes(bytes) => !bytes.is_empty(),
        Value::List(list) => !list.borrow().is_empty(),
        Value::Tuple(values) => !values.is_empty(),
        Value::Dict(dict) => dict.len() > 0,
        Value::Set(set) => set.len() > 0,
        Value::Range(range) => range.len() > 0,
        Value::Object(object) => object.truth()?,
        _ => true,
    })
}

/// `len(value)`.
pub(crate) fn len(value: &Value) -> R<usize> {
    Ok(match value {
        Value::Str(text) => text.characters(),
        Value::Bytes(bytes) => bytes.len(),
        Value::List(list) => list.borrow().len(),
        Value::Tuple(values) => values.len(),
        Value::Dict(dict) => dict.len(),
        Value::Set(set) => set.len(),
        Value::Range(range) => usize::try_from(range.len()).map_err(|_| {
            crate::exception::raise(
                &crate::exception::OVERFLOW_ERROR,
                "range() result has too many items",
            )
        })?,
        Value::Object(object) => object.len()?,
        other => {
            return Err(type_error(format!(
                "object of type '{}' has no len()",
                class_of(other).name
            )));
        }
    })
}

/// An integer that stands for a place or a count.
pub(crate) fn index(value: &Value, what: &str) -> R<i64> {
    match value {
        Value::Int(number) => Ok(*number),
        Value::Bool(flag) => Ok((*flag).into()),
        Value::Big(number) => Ok(match number.sign() {
            num_bigint::Sign::Minus => i64::MIN,
            _ => i64::MAX,
        }),
        other if what == "string indices" => Err(type_error(format!(
            "{what} must be integers, not '{}'",
            class_of(other).name
        ))),
        other => Err(type_error(format!(
            "{what} must be integers or slices, not {}",
            class_of(other).name
        ))),
    }
}

/// An integer argument.
pub(crate) fn integer(value: &Value) -> R<i64> {
    match value {
        Value::Int(number) => Ok(*number),
        Value::Bool(flag) => Ok((*flag).into()),
        Value::Big(_) => Err(crate::exception::raise(
            &crate::exception::OVERFLOW_ERROR,
            "Python int too large to convert to C ssize_t",
        )),
        other => Err(type_error(format!(
            "'{}' object cannot be interpreted as an integer",
            class_of(other).name
        ))),
    }
}

/// A string argument.
pub(crate) fn string<'a>(value: &'a Value, what: &str) -> R<&'a str> {
    value
        .as_str()
        .ok_or_else(|| type_error(format!("{what} must be str, not {}", class_of(value).name)))
}
