//! What cells do not have, each with its reason: the client's list, and what is there but not for cells.

use std::{any::Any, rc::Rc};

use spark_connect_client::unsupported::{UNSUPPORTED, Unsupported, unsupported};

use crate::{
    class::Class,
    exception::{R, Raised, not_implemented},
    value::{Object, Value, object::Answer},
    vm::{Vm, native::Arguments},
};

const ARROW: &str = "Cells have no pyarrow. Use collect() for rows, or export the result.";
const FILES: &str = "A cell reads no files of the machine that it runs on. Start the session with what it needs, or read \
                     from storage that the server reaches.";
const PROGRESS: &str = "The notebook and the command line show the progress of what runs.";
const SPATIAL: &str = "Cells have its values, not the type. Write it in DDL, for example GEOMETRY(4326).";
const INTERNAL: &str = "It is a part of PySpark's own client, which is another one here.";

macro_rules! refused {
    ($($owner:literal $reason:ident: $($name:ident)+;)*) => {
        &[$($(Unsupported { owner: $owner, name: stringify!($name), reason: $reason },)+)*]
    };
}

/// What the client has, or a program has no use for, and cells have not.
pub(crate) static REFUSED: &[Unsupported] = refused! {
    "types" SPATIAL: GeographyType GeometryType;
    "DataFrame" ARROW: toArrow;
    "DataFrame" PROGRESS: executionInfo;
    "SparkSession" FILES: addArtifact addArtifacts copyFromLocalToFs;
    "SparkSession" PROGRESS: registerProgressHandler removeProgressHandler clearProgressHandlers;
    "SparkSession" INTERNAL: client Hook;
    "Builder" INTERNAL: channelBuilder;
    "Column" INTERNAL: to_plan;
    "TableArg" INTERNAL: to_plan;
};

/// Everything that cells do not have.
pub(crate) fn all() -> impl Iterator<Item = &'static Unsupported> {
    UNSUPPORTED.iter().chain(REFUSED)
}

/// Stands for a name that is refused with a reason, when it is used.
pub(crate) fn find(owner: &str, name: &str) -> Option<Value> {
    unsupported(owner, name)
        .or_else(|| all().find(|entry| entry.owner == owner && entry.name == name))
        .map(|entry| Value::object(Refused(entry)))
}

struct Refused(&'static Unsupported);

impl Refused {
    fn error(&self) -> Raised {
        let Unsupported { owner, name, reason } = self.0;
        not_implemented(format!("{owner}.{name} is not there. {reason}"))
    }
}

impl Object for Refused {
    fn class(&self) -> &'static Class {
        static REFUSED: Class = Class::named("function", "");
        &REFUSED
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn repr(&self) -> R<String> {
        Err(self.error())
    }

    fn attribute<'a>(self: Rc<Self>, _: &'a mut Vm, _: &str) -> Option<Answer<'a>> {
        Some(Err(self.error()).into())
    }

    fn is_callable(&self) -> bool {
        true
    }

    fn call<'a>(self: Rc<Self>, _: &'a mut Vm, _: Arguments) -> Answer<'a> {
        Err(self.error()).into()
    }

    fn item<'a>(self: Rc<Self>, _: &'a mut Vm, _: &Value) -> Answer<'a> {
        Err(self.error()).into()
    }
}
