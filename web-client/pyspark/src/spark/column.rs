//! `Column`, with Python's operators.

use std::{any::Any, rc::Rc};

use spark_connect_client::{Column, plan::Expression};

use super::{column_methods, convert, error, origin};
use crate::{
    class::{Class, OBJECT, no_constant},
    code::{Binary, Comparison, Unary},
    exception::{self, R, raise},
    value::{Object, Value, object::Answer},
    vm::Vm,
};

pub(super) static COLUMN: Class = Class {
    name: "Column",
    module: "pyspark.sql.connect.column",
    base: Some(&OBJECT),
    new: None,
    methods: column_methods::METHODS,
    statics: &[],
    constant: no_constant,
};

/// A column.
pub(super) struct PyColumn(pub(super) Column);

impl PyColumn {
    pub(super) fn value(column: Column) -> Value {
        Value::object(Self(column))
    }

    /// A column that a step of the running cell made.
    pub(super) fn of_step(vm: &Vm, fragment: &str, column: Column) -> Value {
        Self::value(match origin(vm, fragment) {
            Some(origin) => column.with_origin(origin),
            None => column,
        })
    }
}

/// A column with the place of the running step, if the value is one.
pub(crate) fn written_here(vm: &Vm, value: Value) -> Value {
    match value.downcast::<PyColumn>() {
        Some(column) => PyColumn::of_step(vm, "operator", column.0.clone()),
        None => value,
    }
}

fn function(name: &str, a: Column, b: Column) -> Column {
    Column::new(Expression::function(
        name,
        vec![a.into_expression(), b.into_expression()],
    ))
}

impl Object for PyColumn {
    fn class(&self) -> &'static Class {
        &COLUMN
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn repr(&self) -> R<String> {
        Ok(self.0.to_string())
    }

    fn truth(&self) -> R<bool> {
        Err(raise(
            &exception::PYSPARK_VALUE_ERROR,
            "[CANNOT_CONVERT_COLUMN_INTO_BOOL] Cannot convert column into bool: please use '&' for 'and', '|' for 'or', \
             '~' for 'not' when building DataFrame boolean expressions.",
        ))
    }

    fn equals(&self, other: &Value) -> R<Option<Value>> {
        let Some(other) = convert::value_column(other)? else {
            return Ok(None);
        };
        Ok(Some(Self::value(function("==", self.0.clone(), other))))
    }

    fn compare(&self, op: Comparison, other: &Value) -> R<Option<Value>> {
        let other = convert::operand(other)?;
        let this = self.0.clone();
        Ok(Some(Self::value(match op {
            Comparison::Eq => function("==", this, other),
            Comparison::Ne => this.ne(other),
            Comparison::Lt => function("<", this, other),
            Comparison::Le => function("<=", this, other),
            Comparison::Gt => function(">", this, other),
            Comparison::Ge => function(">=", this, other),
        })))
    }

    fn binary(&self, op: Binary, other: &Value, reversed: bool) -> R<Option<Value>> {
        let name = match op {
            Binary::Add => "+",
            Binary::Sub => "-",
            Binary::Mul => "*",
            Binary::Div => "/",
            Binary::Mod => "%",
            Binary::Pow => "power",
            Binary::And => "and",
            Binary::Or => "or",
            _ => return Ok(None),
        };
        let other = convert::operand(other)?;
        let this = self.0.clone();
        Ok(Some(Self::value(match reversed {
            true => function(name, other, this),
            false => function(name, this, other),
        })))
    }

    fn unary(&self, op: Unary) -> R<Option<Value>> {
        Ok(match op {
            Unary::Negative => Some(Self::value(-&self.0)),
            Unary::Invert => Some(Self::value(!&self.0)),
            Unary::Positive => None,
        })
    }

    fn contains(&self, _: &Value) -> R<Option<bool>> {
        Err(raise(
            &exception::PYSPARK_VALUE_ERROR,
            "[CANNOT_APPLY_IN_FOR_COLUMN] Cannot apply 'in' operator against a column: please use 'contains' in a string \
             column or 'array_contains' function for an array column.",
        ))
    }

    fn iterate(self: Rc<Self>) -> R<Value> {
        Err(error::type_error("[NOT_ITERABLE] Column is not iterable."))
    }

    fn attribute<'a>(self: Rc<Self>, vm: &'a mut Vm, name: &str) -> Option<Answer<'a>> {
        if COLUMN.method(name).is_some() || name == "__class__" {
            return None;
        }
        if name.starts_with("__") {
            return Some(Err(exception::raise(
                &exception::PYSPARK_ATTRIBUTE_ERROR,
                format!("[CANNOT_ACCESS_TO_DUNDER] Dunder(double underscore) attribute is for internal use only: {name}."),
            )).into());
        }
        Some(Ok(Self::of_step(vm, name, self.0.get_item(name))).into())
    }

    fn item<'a>(self: Rc<Self>, vm: &'a mut Vm, item: &Value) -> Answer<'a> {
        if let Value::Slice(parts) = item {
            if !parts[2].is_none() {
                return Err(raise(
                    &exception::PYSPARK_VALUE_ERROR,
                    "[SLICE_WITH_STEP] Slice with step is not supported.",
                ))
                .into();
            }
            let made = convert::operand(&parts[0])
                .and_then(|start| Ok((start, convert::operand(&parts[1])?)))
                .map(|(start, length)| Self::of_step(vm, "substr", self.0.substr(start, length)));
            return made.into();
        }
        let made = convert::operand(item).map(|key| Self::of_step(vm, "__getitem__", self.0.get_item(key)));
        made.into()
    }
}
