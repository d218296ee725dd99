//! `Geography` and `Geometry`: shapes as well-known binary, each in a reference system.

use std::{any::Any, rc::Rc};

use crate::{
    class::{Class, OBJECT, no_constant},
    exception::{R, type_error},
    types,
    value::{Object, Value, object::Answer},
    vm::{
        Vm,
        native::{Arguments, Native},
    },
};

const METHODS: &[Native] = &[
    Native::sync("getBytes", |_, args| {
        let [this] = args.exactly("getBytes")?;
        shape(&this).map(|shape| Value::Bytes(shape.binary.clone()))
    }),
    Native::sync("getSrid", |_, args| {
        let [this] = args.exactly("getSrid")?;
        shape(&this).map(|shape| Value::Int(shape.system))
    }),
];

pub(super) static GEOGRAPHY: Class = Class {
    name: "Geography",
    module: "pyspark.sql.types",
    base: Some(&OBJECT),
    new: Some(Native::sync("Geography", |_, args| new(args, true))),
    methods: METHODS,
    statics: &[Native::sync("fromWKB", |_, args| new(args, true))],
    constant: no_constant,
};

pub(super) static GEOMETRY: Class = Class {
    name: "Geometry",
    module: "pyspark.sql.types",
    base: Some(&OBJECT),
    new: Some(Native::sync("Geometry", |_, args| new(args, false))),
    methods: METHODS,
    statics: &[Native::sync("fromWKB", |_, args| new(args, false))],
    constant: no_constant,
};

/// A shape.
pub(super) struct Shape {
    /// Whether it is on the globe.
    pub(super) is_geography: bool,
    pub(super) binary: Rc<[u8]>,
    /// Of the reference system, by its number.
    pub(super) system: i64,
}

fn new(args: Arguments, is_geography: bool) -> R<Value> {
    let [binary, system] = args.bind("fromWKB", ["wkb", "srid"], 2)?;
    let Some(Value::Bytes(binary)) = binary else {
        return Err(type_error("`wkb` should be bytes"));
    };
    Ok(Value::object(Shape {
        is_geography,
        binary,
        system: types::integer(&system.unwrap_or(Value::None))?,
    }))
}

fn shape(value: &Value) -> R<&Shape> {
    value
        .downcast()
        .ok_or_else(|| type_error("a Geography or Geometry is required"))
}

impl Object for Shape {
    fn class(&self) -> &'static Class {
        if self.is_geography { &GEOGRAPHY } else { &GEOMETRY }
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn repr(&self) -> R<String> {
        let binary = types::repr(&Value::Bytes(self.binary.clone()))?;
        Ok(format!("{}({binary}, {})", self.class().name, self.system))
    }

    fn equals(&self, other: &Value) -> R<Option<Value>> {
        Ok(other.downcast::<Self>().map(|other| {
            let same_kind = self.is_geography == other.is_geography;
            Value::Bool(same_kind && self.binary == other.binary && self.system == other.system)
        }))
    }

    fn attribute<'a>(self: Rc<Self>, _: &'a mut Vm, name: &str) -> Option<Answer<'a>> {
        let found = match name {
            "wkb" => Value::Bytes(self.binary.clone()),
            "srid" => Value::Int(self.system),
            _ => return None,
        };
        Some(Ok(found).into())
    }
}
