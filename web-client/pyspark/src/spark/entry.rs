//! What the catalog lists: tuples whose values have names, each with a class of its own.

use std::{any::Any, rc::Rc};

use crate::{
    class::Class,
    code::Comparison,
    exception::R,
    types::{self, compare},
    value::{Dict, Key, Object, Tuple, Value, iterator, object::Answer},
    vm::{Vm, native::Native},
};

/// An entry's values, with the names that its class has for them.
pub(super) struct Entry {
    kind: &'static Kind,
    values: Rc<Tuple>,
}

/// A class of entries: PySpark's named tuples.
pub(super) struct Kind {
    pub(super) class: Class,
    names: &'static [&'static str],
}

const fn kind(name: &'static str, names: &'static [&'static str]) -> Kind {
    Kind {
        class: Class {
            base: Some(&types::TUPLE),
            methods: METHODS,
            ..Class::named(name, "pyspark.sql.catalog")
        },
        names,
    }
}

pub(super) static CATALOG_METADATA: Kind = kind("CatalogMetadata", &["name", "description"]);
pub(super) static DATABASE: Kind = kind("Database", &["name", "catalog", "description", "locationUri"]);
pub(super) static TABLE: Kind = kind(
    "Table",
    &[
        "name",
        "catalog",
        "namespace",
        "description",
        "tableType",
        "isTemporary",
    ],
);
pub(super) static COLUMN: Kind = kind(
    "Column",
    &[
        "name",
        "description",
        "dataType",
        "nullable",
        "isPartition",
        "isBucket",
        "isCluster",
    ],
);
pub(super) static FUNCTION: Kind = kind(
    "Function",
    &[
        "name",
        "catalog",
        "namespace",
        "description",
        "className",
        "isTemporary",
    ],
);
pub(super) static TABLE_PARTITION: Kind = kind("TablePartition", &["partition"]);

/// Every class of entries.
pub(super) static KINDS: [&Kind; 6] = [
    &CATALOG_METADATA,
    &DATABASE,
    &TABLE,
    &COLUMN,
    &FUNCTION,
    &TABLE_PARTITION,
];

static METHODS: &[Native] = &[Native::sync("_asdict", |_, args| {
    let [this] = args.exactly("_asdict")?;
    let dict = Dict::new();
    if let Some(entry) = this.downcast::<Entry>() {
        for (name, value) in entry.kind.names.iter().zip(entry.values.iter()) {
            dict.insert(Value::text(*name), value.clone())?;
        }
    }
    Ok(Value::dict(dict))
})];

impl Entry {
    pub(super) fn value(kind: &'static Kind, values: Vec<Value>) -> Value {
        Value::object(Self {
            kind,
            values: Tuple::new(values),
        })
    }

    fn named(&self, name: &str) -> Option<&Value> {
        let at = self.kind.names.iter().position(|known| *known == name)?;
        self.values.get(at)
    }

    /// The database of a table, if it is in one alone.
    fn database(&self) -> Option<Value> {
        match self.named("namespace")? {
            Value::List(parts) if parts.borrow().len() == 1 => parts.borrow().first().cloned(),
            _ => Some(Value::None),
        }
    }

    fn tuple(&self) -> Value {
        Value::Tuple(self.values.clone())
    }
}

fn as_tuple(value: &Value) -> Option<Value> {
    match value {
        Value::Tuple(_) => Some(value.clone()),
        other => other.downcast::<Entry>().map(Entry::tuple),
    }
}

impl Object for Entry {
    fn class(&self) -> &'static Class {
        &self.kind.class
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn repr(&self) -> R<String> {
        let mut parts = Vec::new();
        for (name, value) in self.kind.names.iter().zip(self.values.iter()) {
            parts.push(format!("{name}={}", types::repr(value)?));
        }
        Ok(format!("{}({})", self.kind.class.name, parts.join(", ")))
    }

    fn len(&self) -> R<usize> {
        Ok(self.values.len())
    }

    fn equals(&self, other: &Value) -> R<Option<Value>> {
        match as_tuple(other) {
            Some(other) => types::equal(&self.tuple(), &other).map(|equal| Some(Value::Bool(equal))),
            None => Ok(None),
        }
    }

    fn compare(&self, op: Comparison, other: &Value) -> R<Option<Value>> {
        match as_tuple(other) {
            Some(other) if op != Comparison::Ne => compare::compare(op, &self.tuple(), &other).map(Some),
            _ => Ok(None),
        }
    }

    fn key(self: Rc<Self>) -> R<Key> {
        Key::new(&self.tuple())
    }

    fn contains(&self, item: &Value) -> R<Option<bool>> {
        compare::contains(&self.tuple(), item)
    }

    fn iterate(self: Rc<Self>) -> R<Value> {
        iterator::iterate(&self.tuple())
    }

    fn item<'a>(self: Rc<Self>, _: &'a mut Vm, item: &Value) -> Answer<'a> {
        types::item::get(&self.tuple(), item).into()
    }

    fn attribute<'a>(self: Rc<Self>, _: &'a mut Vm, name: &str) -> Option<Answer<'a>> {
        let found = match name {
            "database" if std::ptr::eq(self.kind, &TABLE) => self.database(),
            "_fields" => {
                let names = self.kind.names.iter().map(|name| Value::text(*name));
                Some(Value::tuple(names.collect()))
            }
            name => self.named(name).cloned(),
        };
        found.map(|value| Ok(value).into())
    }
}
