//! What a value of a type outside of the language itself can do. Whatever it does not say is an error, as in Python.

use std::{any::Any, rc::Rc};

use futures::future::LocalBoxFuture;

use super::{Key, Value};
use crate::{
    class::Class,
    code::{Binary, Comparison, Unary},
    exception::{R, type_error},
    vm::{Vm, native::Arguments},
};

/// Something that is known now, or after Spark was asked.
pub(crate) enum Answer<'a> {
    Now(R<Value>),
    Later(LocalBoxFuture<'a, R<Value>>),
}

impl From<R<Value>> for Answer<'_> {
    fn from(value: R<Value>) -> Self {
        Self::Now(value)
    }
}

pub(crate) trait Object: Any {
    fn class(&self) -> &'static Class;

    fn as_any(&self) -> &dyn Any;

    fn repr(&self) -> R<String> {
        let address = std::ptr::from_ref(self).cast::<u8>() as usize;
        Ok(format!(
            "<{} object at 0x{address:012x}>",
            self.class().full_name()
        ))
    }

    fn str(&self) -> R<String> {
        self.repr()
    }

    fn format(&self, specification: &str) -> R<String> {
        match specification {
            "" => self.str(),
            _ => Err(type_error(format!(
                "unsupported format string passed to {}.__format__",
                self.class().name
            ))),
        }
    }

    /// Whether its `repr` takes an answer of Spark's first: [`Object::prepare`].
    fn must_prepare(&self) -> bool {
        false
    }

    /// Asks Spark for what its `repr` shows.
    fn prepare<'a>(self: Rc<Self>, _: &'a mut Vm) -> LocalBoxFuture<'a, R<()>> {
        Box::pin(std::future::ready(Ok(())))
    }

    fn truth(&self) -> R<bool> {
        Ok(true)
    }

    /// `None` if the other one is nothing it knows.
    fn equals(&self, _: &Value) -> R<Option<Value>> {
        Ok(None)
    }

    /// Of `<`, `<=`, `>`, `>=`. `None` if the other one is nothing it knows.
    fn compare(&self, _: Comparison, _: &Value) -> R<Option<Value>> {
        Ok(None)
    }

    fn key(self: Rc<Self>) -> R<Key> {
        Ok(Key::Address(Rc::as_ptr(&self).cast::<u8>() as usize))
    }

    /// `self op other`, or `other op self` if reversed. `None` if the other one is nothing it knows.
    fn binary(&self, _: Binary, _other: &Value, _reversed: bool) -> R<Option<Value>> {
        Ok(None)
    }

    fn unary(&self, _: Unary) -> R<Option<Value>> {
        Ok(None)
    }

    /// An attribute that is not a method of its class. `None` if there is none.
    fn attribute<'a>(self: Rc<Self>, _: &'a mut Vm, _name: &str) -> Option<Answer<'a>> {
        None
    }

    /// Attributes besides the methods of its class, for `dir`; [`Object::prepare`] comes first.
    fn names(&self) -> Vec<String> {
        Vec::new()
    }

    fn is_callable(&self) -> bool {
        false
    }

    /// `abs(self)`.
    fn absolute(&self) -> R<Option<Value>> {
        Ok(None)
    }

    /// `round(self, digits)`.
    fn round(&self, _digits: Option<&Value>) -> R<Option<Value>> {
        Ok(None)
    }

    fn call<'a>(self: Rc<Self>, _: &'a mut Vm, _: Arguments) -> Answer<'a> {
        Err(type_error(format!(
            "'{}' object is not callable",
            self.class().name
        )))
        .into()
    }

    fn item<'a>(self: Rc<Self>, _: &'a mut Vm, _: &Value) -> Answer<'a> {
        Err(type_error(format!(
            "'{}' object is not subscriptable",
            self.class().name
        )))
        .into()
    }

    fn set_item(&self, _: &Value, _: Value) -> R<()> {
        Err(type_error(format!(
            "'{}' object does not support item assignment",
            self.class().name
        )))
    }

    fn set_attribute(&self, _: &str, _: Value) -> Option<R<()>> {
        None
    }

    fn len(&self) -> R<usize> {
        Err(type_error(format!(
            "object of type '{}' has no len()",
            self.class().name
        )))
    }

    fn contains(&self, _: &Value) -> R<Option<bool>> {
        Ok(None)
    }

    /// What goes through it: a list, or an object with [`Object::next`].
    fn iterate(self: Rc<Self>) -> R<Value> {
        Err(type_error(format!(
            "'{}' object is not iterable",
            self.class().name
        )))
    }

    /// The next of what it goes through. `None` if it is no iterator, [`Value::NotImplemented`] at the end.
    fn next<'a>(self: Rc<Self>, _: &'a mut Vm) -> Option<Answer<'a>> {
        None
    }

    fn enter(self: Rc<Self>) -> R<Value> {
        Err(type_error(format!(
            "'{}' object does not support the context manager protocol",
            self.class().name
        )))
    }

    /// Whether the exception is to be forgotten.
    fn exit(&self, _raised: Option<&Value>) -> R<bool> {
        Ok(false)
    }
}
