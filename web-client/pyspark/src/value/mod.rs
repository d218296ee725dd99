//! Values: what names stand for while a cell runs.

pub(crate) mod containers;
pub(crate) mod copy;
pub(crate) mod function;
pub(crate) mod iterator;
pub(crate) mod key;
pub(crate) mod object;

use std::{cell::RefCell, fmt, rc::Rc};

use num_bigint::BigInt;
use num_traits::ToPrimitive;

pub(crate) use self::{
    containers::{Dict, List, Set, Tuple},
    function::{Function, Method, Shared},
    iterator::Iter,
    key::Key,
    object::Object,
};
use crate::{class::Class, exception::Exception, limits::Charge, types, vm::native::Native};

/// A value of Python's.
#[derive(Clone)]
pub(crate) enum Value {
    None,
    NotImplemented,
    Ellipsis,
    Bool(bool),
    Int(i64),
    /// Outside of what an `Int` holds.
    Big(Rc<BigInt>),
    Float(f64),
    Str(Rc<Text>),
    Bytes(Rc<[u8]>),
    List(Rc<List>),
    Tuple(Rc<Tuple>),
    Dict(Rc<Dict>),
    /// Also frozen ones.
    Set(Rc<Set>),
    Range(Rc<Range>),
    /// Start, stop, step.
    Slice(Rc<Tuple>),
    Function(Rc<Function>),
    Native(&'static Native),
    Method(Rc<Method>),
    Class(&'static Class),
    Exception(Rc<Exception>),
    Iter(Rc<Iter>),
    Module(&'static crate::modules::Module),
    /// What others define: dates, decimals, Spark's values.
    Object(Rc<dyn Object>),
}

/// A string. Python counts in characters, so their number is kept.
pub(crate) struct Text {
    text: Box<str>,
    characters: usize,
    _charge: Charge,
}

impl Text {
    pub(crate) fn new(text: impl Into<String>) -> Rc<Self> {
        let text = text.into().into_boxed_str();
        Rc::new(Self {
            characters: text.chars().count(),
            _charge: Charge::new(text.len() + size_of::<Self>()),
            text,
        })
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// How many characters it has.
    pub(crate) fn characters(&self) -> usize {
        self.characters
    }

    pub(crate) fn is_ascii(&self) -> bool {
        self.characters == self.text.len()
    }
}

impl std::ops::Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text, f)
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Text {}

impl std::hash::Hash for Text {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

impl std::borrow::Borrow<str> for Text {
    fn borrow(&self) -> &str {
        &self.text
    }
}

/// `range(start, stop, step)`; the step is not zero.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Range {
    pub(crate) start: i64,
    pub(crate) stop: i64,
    pub(crate) step: i64,
}

impl Range {
    /// How many numbers it has.
    pub(crate) fn len(&self) -> u64 {
        let (start, stop, step) = (
            i128::from(self.start),
            i128::from(self.stop),
            i128::from(self.step),
        );
        let span = if step > 0 { stop - start } else { start - stop };
        match span > 0 {
            true => ((span - 1) / step.abs() + 1) as u64,
            false => 0,
        }
    }

    /// The number at an index below `len`.
    pub(crate) fn at(&self, index: u64) -> Value {
        Value::big(BigInt::from(
            i128::from(self.start) + i128::from(index) * i128::from(self.step),
        ))
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match types::repr(self) {
            Ok(text) => f.write_str(&text),
            Err(error) => f.write_str(error.class.name),
        }
    }
}

impl Value {
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::Str(Text::new(text))
    }

    pub(crate) fn list(values: Vec<Self>) -> Self {
        Self::List(List::new(values))
    }

    pub(crate) fn tuple(values: Vec<Self>) -> Self {
        Self::Tuple(Tuple::new(values))
    }

    pub(crate) fn dict(dict: Dict) -> Self {
        Self::Dict(Rc::new(dict))
    }

    pub(crate) fn set(set: Set) -> Self {
        Self::Set(Rc::new(set))
    }

    pub(crate) fn object(object: impl Object) -> Self {
        Self::Object(Rc::new(object))
    }

    pub(crate) fn iter(iter: iterator::State) -> Self {
        Self::Iter(Rc::new(Iter(RefCell::new(iter))))
    }

    /// An integer of any size.
    pub(crate) fn big(number: BigInt) -> Self {
        match number.to_i64() {
            Some(small) => Self::Int(small),
            None => Self::Big(Rc::new(number)),
        }
    }

    pub(crate) fn size(number: usize) -> Self {
        Self::Int(number as i64)
    }

    pub(crate) fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }

    pub(crate) fn as_str(&self) -> Option<&str> {
        match self {
            Self::Str(text) => Some(text),
            _ => None,
        }
    }

    /// The value as an object of a type.
    pub(crate) fn downcast<T: Object>(&self) -> Option<&T> {
        match self {
            Self::Object(object) => object.as_any().downcast_ref(),
            _ => None,
        }
    }

    /// Whether both are one and the same, `is`.
    pub(crate) fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::None, Self::None)
            | (Self::NotImplemented, Self::NotImplemented)
            | (Self::Ellipsis, Self::Ellipsis) => true,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Int(a), Self::Int(b)) => a == b,
            (Self::Float(a), Self::Float(b)) => a.to_bits() == b.to_bits(),
            (Self::Str(a), Self::Str(b)) => Rc::ptr_eq(a, b) || a == b,
            (Self::Big(a), Self::Big(b)) => Rc::ptr_eq(a, b),
            (Self::Bytes(a), Self::Bytes(b)) => Rc::ptr_eq(a, b),
            (Self::List(a), Self::List(b)) => Rc::ptr_eq(a, b),
            (Self::Tuple(a), Self::Tuple(b)) => Rc::ptr_eq(a, b) || (a.is_empty() && b.is_empty()),
            (Self::Dict(a), Self::Dict(b)) => Rc::ptr_eq(a, b),
            (Self::Set(a), Self::Set(b)) => Rc::ptr_eq(a, b),
            (Self::Range(a), Self::Range(b)) => Rc::ptr_eq(a, b),
            (Self::Slice(a), Self::Slice(b)) => Rc::ptr_eq(a, b),
            (Self::Function(a), Self::Function(b)) => Rc::ptr_eq(a, b),
            (Self::Native(a), Self::Native(b)) => std::ptr::eq(*a, *b),
            (Self::Method(a), Self::Method(b)) => Rc::ptr_eq(a, b),
            (Self::Class(a), Self::Class(b)) => a.is(b),
            (Self::Exception(a), Self::Exception(b)) => Rc::ptr_eq(a, b),
            (Self::Iter(a), Self::Iter(b)) => Rc::ptr_eq(a, b),
            (Self::Module(a), Self::Module(b)) => std::ptr::eq(*a, *b),
            (Self::Object(a), Self::Object(b)) => Rc::ptr_eq(a, b),
            _ => false,
        }
    }
}
