//! What can be imported.

mod collections;
pub(crate) mod datetime;
pub(crate) mod decimal;
mod functools;
mod itertools;
pub(crate) mod json;
mod math;
mod operator;
mod system;
mod tempfile;
mod text;

use std::rc::Rc;

use crate::{
    exception::{self, R, raise},
    value::{Text, Value},
};

/// A module: a name, and what it has.
pub(crate) struct Module {
    pub(crate) name: &'static str,
    /// A value by its name.
    pub(crate) value: fn(&str) -> Option<Value>,
    pub(crate) names: fn() -> Vec<&'static str>,
}

impl Module {
    /// A value, or a module inside of it.
    pub(crate) fn get(&self, name: &str) -> Option<Value> {
        if name == "__name__" {
            return Some(Value::text(self.name));
        }
        (self.value)(name).or_else(|| {
            let inner = format!("{}.{name}", self.name);
            find(&inner).map(Value::Module)
        })
    }
}

static MODULES: &[&Module] = &[
    &collections::MODULE,
    &datetime::MODULE,
    &decimal::MODULE,
    &functools::MODULE,
    &itertools::MODULE,
    &json::MODULE,
    &math::MODULE,
    &operator::MODULE,
    &system::OS,
    &system::PATH,
    &system::SYS,
    &system::TIME,
    &tempfile::MODULE,
    &text::STRING,
    &text::TYPING,
];

fn find(name: &str) -> Option<&'static Module> {
    let all = MODULES.iter().chain(crate::spark::MODULES).copied();
    all.into_iter().find(|module| module.name == name)
}

/// `import name`.
pub(crate) fn import(name: &str) -> R<Value> {
    find(name).map(Value::Module).ok_or_else(|| {
        let advice = match name.split('.').next().unwrap_or(name) {
            "pandas" | "numpy" | "pyarrow" => {
                "; use the DataFrame API and pyspark.sql.functions, which need no Python"
            }
            _ => "",
        };
        let there: Vec<&str> = MODULES
            .iter()
            .map(|module| module.name)
            .filter(|name| !name.contains('.'))
            .collect();
        raise(
            &exception::MODULE_NOT_FOUND_ERROR,
            format!(
                "No module named '{name}'. Cells run without Python: there are {}{advice}",
                there.join(", ")
            ),
        )
    })
}

/// `from module import name`.
pub(crate) fn import_from(module: &Value, name: &str) -> R<Value> {
    let Value::Module(module) = module else {
        return Err(raise(&exception::IMPORT_ERROR, "not a module"));
    };
    module.get(name).ok_or_else(|| {
        raise(
            &exception::IMPORT_ERROR,
            format!("cannot import name '{name}' from '{}'", module.name),
        )
    })
}

/// `from module import *`.
pub(crate) fn all(module: &Module) -> Vec<(Rc<Text>, Value)> {
    let names = (module.names)().into_iter();
    names
        .filter_map(|name| Some((Text::new(name), module.get(name)?)))
        .collect()
}

/// A module of natives and classes.
macro_rules! module {
    ($static:ident, $name:literal, $natives:expr, $classes:expr, $constant:expr) => {
        pub(crate) static $static: crate::modules::Module = crate::modules::Module {
            name: $name,
            value: |name| {
                let natives: &'static [crate::vm::native::Native] = $natives;
                static CLASSES: &[&crate::class::Class] = $classes;
                let constant: fn(&str) -> Option<crate::value::Value> = $constant;
                natives
                    .iter()
                    .find(|native| native.name == name)
                    .map(crate::value::Value::Native)
                    .or_else(|| {
                        let class = CLASSES.iter().copied().find(|class| class.name == name);
                        class.map(crate::value::Value::Class)
                    })
                    .or_else(|| constant(name))
            },
            names: || {
                let natives: &'static [crate::vm::native::Native] = $natives;
                static CLASSES: &[&crate::class::Class] = $classes;
                natives
                    .iter()
                    .map(|native| native.name)
                    .chain(CLASSES.iter().map(|class| class.name))
                    .collect()
            },
        };
    };
}
pub(crate) use module;
