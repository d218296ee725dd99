//! `pyspark.sql.functions`: every function of the client's table, by its name.

use std::{any::Any, rc::Rc};

use spark_connect_client::functions::{self, Signature};

use super::{column::PyColumn, convert, error::raised, frame::PyFrame};
use crate::{
    class::Class,
    exception::R,
    value::{Object, Value, object::Answer},
    vm::{
        Vm,
        native::{Arguments, Native},
    },
};

/// What stands behind a name of the module.
pub(super) fn get(name: &str) -> Option<Value> {
    if let Some(native) = OWN.iter().find(|native| native.name == name) {
        return Some(Value::Native(native));
    }
    functions::signature_of(name)
        .map(|signature| Value::object(Function(signature)))
        .or_else(|| super::refused("functions", name))
}

/// Whether it has a function, one that is not refused.
pub(super) fn has(name: &str) -> bool {
    OWN.iter().any(|native| native.name == name) || functions::signature_of(name).is_some()
}

/// The names of the module.
pub(super) fn names() -> Vec<&'static str> {
    functions::signatures().map(|signature| signature.name).collect()
}

static OWN: &[Native] = &[Native::sync("broadcast", |_, args| {
    let [frame] = args.bind("broadcast", ["df"], 1)?;
    match frame.as_ref().and_then(Value::downcast::<PyFrame>) {
        Some(frame) => Ok(PyFrame::value(frame.frame.broadcast())),
        None => Err(super::error::type_error(
            "[NOT_DATAFRAME] Argument `df` should be a DataFrame.",
        )),
    }
})];

/// A function of columns.
pub(super) struct Function(pub(super) &'static Signature);

impl Object for Function {
    fn class(&self) -> &'static Class {
        static FUNCTION: Class = Class::named("function", "");
        &FUNCTION
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn repr(&self) -> R<String> {
        Ok(format!(
            "<function {} at 0x{:012x}>",
            self.0.name,
            std::ptr::from_ref(self.0) as usize
        ))
    }

    fn is_callable(&self) -> bool {
        true
    }

    fn attribute<'a>(self: Rc<Self>, _: &'a mut Vm, name: &str) -> Option<Answer<'a>> {
        match name {
            "__name__" => Some(Ok(Value::text(self.0.name)).into()),
            "__doc__" => Some(Ok(Value::text(self.0.summary)).into()),
            _ => None,
        }
    }

    fn call<'a>(self: Rc<Self>, vm: &'a mut Vm, args: Arguments) -> Answer<'a> {
        Answer::Later(Box::pin(async move {
            let mut positional = Vec::new();
            for value in &args.positional {
                positional.push(convert::argument(vm, value).await?);
            }
            let mut named = Vec::new();
            for (name, value) in &args.named {
                named.push((name.as_str().to_owned(), convert::argument(vm, value).await?));
            }
            let seed = || (spark_connect_client::platform::random() * 9e18) as i64;
            let column = self.0.call(positional, named, seed).map_err(raised)?;
            Ok(PyColumn::of_step(vm, self.0.name, column))
        }))
    }
}
