//! `tempfile`: directories for Spark to write to, where Spark runs on the same machine.

use std::{any::Any, cell::Cell, path::PathBuf, rc::Rc};

use super::module;
use crate::{
    class::{Class, OBJECT, no_constant},
    exception::{self, R, raise, type_error},
    types,
    value::{Object, Value, object::Answer},
    vm::{
        Vm,
        native::{Arguments, Native},
    },
};

module!(MODULE, "tempfile", NATIVES, &[&DIRECTORY], |_| None);

static NATIVES: &[Native] = &[
    Native::sync("mkdtemp", |_, args| {
        let [suffix, prefix, parent] = args.bind("mkdtemp", ["suffix", "prefix", "dir"], 0)?;
        make(suffix, prefix, parent).map(|path| Value::text(path.to_string_lossy()))
    }),
    Native::sync("gettempdir", |_, args| {
        args.exactly::<0>("gettempdir")?;
        parent().map(|path| Value::text(path.to_string_lossy()))
    }),
];

static DIRECTORY: Class = Class {
    name: "TemporaryDirectory",
    module: "tempfile",
    base: Some(&OBJECT),
    new: Some(Native::sync("TemporaryDirectory", |_, args| {
        let names = ["suffix", "prefix", "dir", "ignore_cleanup_errors"];
        let [suffix, prefix, parent, _] = args.bind("TemporaryDirectory", names, 0)?;
        Ok(Value::object(Directory {
            path: make(suffix, prefix, parent)?,
            is_there: Cell::new(true),
        }))
    })),
    methods: &[Native::sync("cleanup", |_, args: Arguments| {
        let [this] = args.exactly("cleanup")?;
        match this.downcast::<Directory>() {
            Some(directory) => directory.remove().map(|()| Value::None),
            None => Err(type_error("a TemporaryDirectory is required")),
        }
    })],
    statics: &[],
    constant: no_constant,
};

/// A directory that goes with the value.
struct Directory {
    path: PathBuf,
    is_there: Cell<bool>,
}

impl Directory {
    fn remove(&self) -> R<()> {
        if !self.is_there.replace(false) {
            return Ok(());
        }
        match std::fs::remove_dir_all(&self.path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(failed(&error, &self.path)),
            _ => Ok(()),
        }
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        // There is nobody left to tell.
        let _ = self.remove();
    }
}

fn failed(error: &std::io::Error, path: &std::path::Path) -> exception::Raised {
    raise(&exception::OS_ERROR, format!("{error}: '{}'", path.display()))
}

/// The machine's own directory for such things.
fn parent() -> R<PathBuf> {
    if cfg!(target_arch = "wasm32") {
        return Err(exception::not_implemented(
            "a browser has no directories; name one that Spark can write to, as text",
        ));
    }
    Ok(std::env::temp_dir())
}

/// Creates a directory that was not there.
fn make(suffix: Option<Value>, prefix: Option<Value>, directory: Option<Value>) -> R<PathBuf> {
    let text = |value: Option<Value>, default: &str| match value {
        None | Some(Value::None) => Ok(default.to_owned()),
        Some(value) => types::string(&value, "suffix, prefix or dir").map(str::to_owned),
    };
    let (suffix, prefix) = (text(suffix, "")?, text(prefix, "tmp")?);
    let parent = match directory.filter(|directory| !directory.is_none()) {
        Some(directory) => parent().and(text(Some(directory), "").map(PathBuf::from))?,
        None => parent()?,
    };
    let path = parent.join(format!(
        "{prefix}{:016x}{suffix}",
        spark_connect_client::platform::seed()
    ));
    std::fs::create_dir(&path).map_err(|error| failed(&error, &path))?;
    Ok(path)
}

impl Object for Directory {
    fn class(&self) -> &'static Class {
        &DIRECTORY
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn repr(&self) -> R<String> {
        let path = types::repr(&Value::text(self.path.to_string_lossy()))?;
        Ok(format!("<TemporaryDirectory {path}>"))
    }

    fn attribute<'a>(self: Rc<Self>, _: &'a mut Vm, name: &str) -> Option<Answer<'a>> {
        (name == "name").then(|| Ok(Value::text(self.path.to_string_lossy())).into())
    }

    fn enter(self: Rc<Self>) -> R<Value> {
        Ok(Value::text(self.path.to_string_lossy()))
    }

    fn exit(&self, _: Option<&Value>) -> R<bool> {
        self.remove().map(|()| false)
    }
}
