//! `Window` and `WindowSpec`.

use std::any::Any;

use spark_connect_client::{Window, WindowSpec};

use super::convert;
use crate::{
    class::{Class, OBJECT, no_constant},
    exception::R,
    types,
    value::{Object, Value},
    vm::native::{Arguments, Native},
};

pub(super) static WINDOW: Class = Class {
    name: "Window",
    module: "pyspark.sql.connect.window",
    base: Some(&OBJECT),
    new: None,
    methods: &[],
    statics: &[
        Native::sync("partitionBy", |_, args| {
            Ok(PyWindow::value(Window::partition_by(convert::columns(
                &args.positional,
                "cols",
            )?)))
        }),
        Native::sync("orderBy", |_, args| {
            Ok(PyWindow::value(Window::order_by(convert::columns(
                &args.positional,
                "cols",
            )?)))
        }),
        Native::sync("rowsBetween", |_, args| {
            let (start, end) = bounds(args.bind("rowsBetween", ["start", "end"], 2)?)?;
            Ok(PyWindow::value(Window::rows_between(start, end)))
        }),
        Native::sync("rangeBetween", |_, args| {
            let (start, end) = bounds(args.bind("rangeBetween", ["start", "end"], 2)?)?;
            Ok(PyWindow::value(Window::range_between(start, end)))
        }),
    ],
    constant: |name| match name {
        "currentRow" => Some(Value::Int(Window::CURRENT_ROW)),
        "unboundedPreceding" => Some(Value::Int(Window::UNBOUNDED_PRECEDING)),
        "unboundedFollowing" => Some(Value::Int(Window::UNBOUNDED_FOLLOWING)),
        _ => None,
    },
};

pub(super) static SPEC: Class = Class {
    name: "WindowSpec",
    module: "pyspark.sql.connect.window",
    base: Some(&OBJECT),
    new: None,
    methods: &[
        Native::sync("partitionBy", |_, args| {
            let (this, cols) = split(&args)?;
            Ok(PyWindow::value(
                this.partition_by(convert::columns(cols, "cols")?),
            ))
        }),
        Native::sync("orderBy", |_, args| {
            let (this, cols) = split(&args)?;
            Ok(PyWindow::value(this.order_by(convert::columns(cols, "cols")?)))
        }),
        Native::sync("rowsBetween", |_, args| {
            let [this, start, end] = args.bind("rowsBetween", ["self", "start", "end"], 3)?;
            let (start, end) = bounds([start, end])?;
            Ok(PyWindow::value(spec(this.as_ref())?.rows_between(start, end)))
        }),
        Native::sync("rangeBetween", |_, args| {
            let [this, start, end] = args.bind("rangeBetween", ["self", "start", "end"], 3)?;
            let (start, end) = bounds([start, end])?;
            Ok(PyWindow::value(spec(this.as_ref())?.range_between(start, end)))
        }),
    ],
    statics: &[],
    constant: no_constant,
};

/// A window's specification.
pub(super) struct PyWindow(pub(super) WindowSpec);

impl PyWindow {
    fn value(spec: WindowSpec) -> Value {
        Value::object(Self(spec))
    }
}

fn spec(this: Option<&Value>) -> R<&WindowSpec> {
    this.and_then(Value::downcast::<PyWindow>)
        .map(|window| &window.0)
        .ok_or_else(|| super::error::type_error("[NOT_WINDOWSPEC] A WindowSpec is required."))
}

fn split(args: &Arguments) -> R<(&WindowSpec, &[Value])> {
    Ok((
        spec(args.positional.first())?,
        args.positional.get(1..).unwrap_or_default(),
    ))
}

fn bounds([start, end]: [Option<Value>; 2]) -> R<(i64, i64)> {
    let bound = |value: Option<Value>| match value {
        // sys.maxsize and beyond: unbounded.
        Some(Value::Big(number)) => Ok(if number.sign() == num_bigint::Sign::Minus {
            i64::MIN
        } else {
            i64::MAX
        }),
        value => types::integer(&value.unwrap_or(Value::None)),
    };
    Ok((bound(start)?, bound(end)?))
}

impl Object for PyWindow {
    fn class(&self) -> &'static Class {
        &SPEC
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn repr(&self) -> R<String> {
        Ok(self.0.to_string())
    }
}
