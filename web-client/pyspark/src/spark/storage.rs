//! `StorageLevel`: where the rows of a cached DataFrame are kept.

use std::any::Any;

use spark_connect_client::proto::StorageLevel;

use super::error::type_error;
use crate::{
    class::{Class, OBJECT},
    exception::R,
    types,
    value::{Object, Value, object::Answer},
    vm::{Vm, native::Native},
};

pub(super) static STORAGE_LEVEL: Class = Class {
    base: Some(&OBJECT),
    new: Some(Native::sync("StorageLevel", |_, args| {
        let names = [
            "useDisk",
            "useMemory",
            "useOffHeap",
            "deserialized",
            "replication",
        ];
        let [disk, memory, off_heap, deserialized, replication] = args.bind("StorageLevel", names, 4)?;
        let flag = |value: Option<Value>| super::convert::flag(value, false);
        Ok(value(level(
            flag(disk)?,
            flag(memory)?,
            flag(off_heap)?,
            flag(deserialized)?,
            replication.map_or(Ok(1), |value| super::convert::int(&value, "replication"))?,
        )))
    })),
    constant: |name| {
        let (_, level) = LEVELS.iter().find(|(known, _)| *known == name)?;
        Some(value(*level))
    },
    ..Class::named("StorageLevel", "pyspark.storagelevel")
};

const fn level(
    use_disk: bool,
    use_memory: bool,
    use_off_heap: bool,
    deserialized: bool,
    replication: i32,
) -> StorageLevel {
    StorageLevel {
        use_disk,
        use_memory,
        use_off_heap,
        deserialized,
        replication,
    }
}

const LEVELS: [(&str, StorageLevel); 10] = [
    ("NONE", level(false, false, false, false, 1)),
    ("DISK_ONLY", level(true, false, false, false, 1)),
    ("DISK_ONLY_2", level(true, false, false, false, 2)),
    ("DISK_ONLY_3", level(true, false, false, false, 3)),
    ("MEMORY_ONLY", level(false, true, false, false, 1)),
    ("MEMORY_ONLY_2", level(false, true, false, false, 2)),
    ("MEMORY_AND_DISK", level(true, true, false, false, 1)),
    ("MEMORY_AND_DISK_2", level(true, true, false, false, 2)),
    ("OFF_HEAP", level(true, true, true, false, 1)),
    ("MEMORY_AND_DISK_DESER", level(true, true, false, true, 1)),
];

struct PyLevel(StorageLevel);

pub(super) fn value(level: StorageLevel) -> Value {
    Value::object(PyLevel(level))
}

/// Whether a level keeps nothing.
pub(super) fn is_none(kept: &StorageLevel) -> bool {
    *kept == level(false, false, false, false, 1)
}

/// A level that may be left out.
pub(super) fn optional(value: Option<Value>, parameter: &str) -> R<Option<StorageLevel>> {
    match super::convert::given(value) {
        None => Ok(None),
        Some(value) => match value.downcast::<PyLevel>() {
            Some(level) => Ok(Some(level.0)),
            None => Err(type_error(format!(
                "[NOT_EXPECTED_TYPE] Argument `{parameter}` should be of type StorageLevel, got {}.",
                types::class_of(&value).name
            ))),
        },
    }
}

fn word(flag: bool) -> &'static str {
    if flag { "True" } else { "False" }
}

impl Object for PyLevel {
    fn class(&self) -> &'static Class {
        &STORAGE_LEVEL
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn repr(&self) -> R<String> {
        let level = &self.0;
        Ok(format!(
            "StorageLevel({}, {}, {}, {}, {})",
            word(level.use_disk),
            word(level.use_memory),
            word(level.use_off_heap),
            word(level.deserialized),
            level.replication
        ))
    }

    fn str(&self) -> R<String> {
        let level = &self.0;
        let kept = [
            (level.use_disk, "Disk "),
            (level.use_memory, "Memory "),
            (level.use_off_heap, "OffHeap "),
            (level.deserialized, "Deserialized "),
            (!level.deserialized, "Serialized "),
        ];
        let kept: String = kept
            .iter()
            .filter(|(set, _)| *set)
            .map(|(_, word)| *word)
            .collect();
        Ok(format!("{kept}{}x Replicated", level.replication))
    }

    fn equals(&self, other: &Value) -> R<Option<Value>> {
        Ok(other
            .downcast::<Self>()
            .map(|other| Value::Bool(self.0 == other.0)))
    }

    fn attribute<'a>(self: std::rc::Rc<Self>, _: &'a mut Vm, name: &str) -> Option<Answer<'a>> {
        let level = &self.0;
        let value = match name {
            "useDisk" => Value::Bool(level.use_disk),
            "useMemory" => Value::Bool(level.use_memory),
            "useOffHeap" => Value::Bool(level.use_off_heap),
            "deserialized" => Value::Bool(level.deserialized),
            "replication" => Value::Int(level.replication.into()),
            _ => return None,
        };
        Some(Ok(value).into())
    }
}
