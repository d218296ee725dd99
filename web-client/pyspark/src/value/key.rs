//! Values as keys of dicts and sets: equal ones hash alike, whatever their types.

use std::rc::Rc;

use num_bigint::BigInt;
use num_traits::{FromPrimitive, ToPrimitive};

use super::{Text, Value};
use crate::{
    exception::{R, type_error},
    limits, types,
};

/// What stands for a value in a hash table: equal if, and only if, the values are.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Key {
    None,
    Ellipsis,
    /// Every number that is an integer.
    Int(i64),
    Big(BigInt),
    Float(u64),
    /// A decimal that is neither an integer nor a float: its digits and its exponent.
    Decimal(BigInt, i64),
    Str(Rc<Text>),
    Bytes(Rc<[u8]>),
    Tuple(Box<[Key]>),
    FrozenSet(Vec<Key>),
    Range(Option<(i64, Option<i64>)>, u64),
    /// A type's name and what tells its values apart.
    Other(&'static str, Box<[Key]>),
    /// A thing that equals nothing but itself.
    Address(usize),
}

impl Key {
    pub(crate) fn new(value: &Value) -> R<Self> {
        Ok(match value {
            Value::None => Self::None,
            Value::NotImplemented | Value::Ellipsis => Self::Ellipsis,
            Value::Bool(flag) => Self::Int((*flag).into()),
            Value::Int(number) => Self::Int(*number),
            Value::Big(number) => Self::Big((**number).clone()),
            Value::Float(number) => Self::float(*number),
            Value::Str(text) => Self::Str(text.clone()),
            Value::Bytes(bytes) => Self::Bytes(bytes.clone()),
            Value::Tuple(values) => Self::Tuple(Self::all(values)?),
            Value::Set(set) if set.is_frozen() => {
                limits::spend(set.len())?;
                let mut keys: Vec<Self> = set.borrow().keys().cloned().collect();
                // Sets are equal in any order.
                keys.sort_by_cached_key(hash);
                Self::FrozenSet(keys)
            }
            Value::Range(range) => {
                let len = range.len();
                let start = match len {
                    0 => None,
                    1 => Some((range.start, None)),
                    _ => Some((range.start, Some(range.step))),
                };
                Self::Range(start, len)
            }
            Value::Function(function) => Self::Address(Rc::as_ptr(function) as usize),
            Value::Native(native) => Self::Address(std::ptr::from_ref(*native) as usize),
            Value::Class(class) => Self::Address(std::ptr::from_ref(*class) as usize),
            Value::Exception(exception) => Self::Address(Rc::as_ptr(exception) as usize),
            Value::Iter(iter) => Self::Address(Rc::as_ptr(iter) as usize),
            Value::Method(method) => Self::Address(Rc::as_ptr(method) as usize),
            Value::Module(module) => Self::Address(std::ptr::from_ref(*module) as usize),
            Value::Object(object) => return object.clone().key(),
            Value::List(_) | Value::Dict(_) | Value::Set(_) | Value::Slice(_) => {
                return Err(type_error(format!(
                    "unhashable type: '{}'",
                    types::class_of(value).name
                )));
            }
        })
    }

    /// The keys of several values.
    pub(crate) fn all(values: &[Value]) -> R<Box<[Self]>> {
        limits::spend(values.len())?;
        limits::deeper(|| values.iter().map(Self::new).collect())
    }

    pub(crate) fn float(number: f64) -> Self {
        if number.fract() == 0.0 {
            if let Some(small) = number.to_i64().filter(|&small| small as f64 == number) {
                return Self::Int(small);
            }
            if let Some(big) = BigInt::from_f64(number) {
                return Self::big(big);
            }
        }
        Self::Float(number.to_bits())
    }

    pub(crate) fn big(number: BigInt) -> Self {
        match number.to_i64() {
            Some(small) => Self::Int(small),
            None => Self::Big(number),
        }
    }
}

/// A number that equal keys share, `hash(value)`.
pub(crate) fn hash(key: &Key) -> i64 {
    use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
    match key {
        Key::Int(number) => number % ((1 << 61) - 1),
        key => BuildHasherDefault::<DefaultHasher>::default().hash_one(key) as i64 >> 3,
    }
}
