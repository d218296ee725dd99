//! Types as values: names, bases, methods.

use crate::{value::Value, vm::native::Native};

/// A type. Two are the same if they are the same static.
pub(crate) struct Class {
    pub(crate) name: &'static str,
    /// Where Python has it, for `repr`. Empty for built-in types.
    pub(crate) module: &'static str,
    pub(crate) base: Option<&'static Class>,
    /// What a call of it does.
    pub(crate) new: Option<Native>,
    /// What instances have; the first argument is the instance.
    pub(crate) methods: &'static [Native],
    /// Functions of the type itself.
    pub(crate) statics: &'static [Native],
    /// Values of the type itself.
    pub(crate) constant: fn(&str) -> Option<Value>,
}

pub(crate) fn no_constant(_: &str) -> Option<Value> {
    None
}

impl Class {
    /// A type without anything but a name.
    pub(crate) const fn named(name: &'static str, module: &'static str) -> Self {
        Self {
            name,
            module,
            base: None,
            new: None,
            methods: &[],
            statics: &[],
            constant: no_constant,
        }
    }

    pub(crate) fn is(&self, other: &Class) -> bool {
        std::ptr::eq(self, other)
    }

    /// Whether it is the other one or derived from it.
    pub(crate) fn derives(&self, other: &Class) -> bool {
        let mut class = self;
        loop {
            // PySpark's own have two bases: PySparkException and the one of Python's.
            let own = other.name == "PySparkException" && class.name.starts_with("PySpark");
            if class.is(other) || other.is(&OBJECT) || own {
                return true;
            }
            match class.base {
                Some(base) => class = base,
                None => return false,
            }
        }
    }

    /// A method of its own or of a base.
    pub(crate) fn method(&self, name: &str) -> Option<&'static Native> {
        let mut class = self;
        loop {
            if let Some(method) = class.methods.iter().find(|method| method.name == name) {
                return Some(method);
            }
            class = class.base?;
        }
    }

    /// Its name where operators fail on it: types that Python has in C bring their module along.
    pub(crate) fn operand_name(&self) -> String {
        match self.module {
            "datetime" | "decimal" => self.full_name(),
            _ => self.name.to_owned(),
        }
    }

    pub(crate) fn full_name(&self) -> String {
        match self.module {
            "" => self.name.to_owned(),
            module => format!("{module}.{}", self.name),
        }
    }
}

impl std::fmt::Debug for Class {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// What every type derives from.
pub(crate) static OBJECT: Class = Class::named("object", "");
