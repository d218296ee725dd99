//! `GroupedData`.

use std::{any::Any, cell::RefCell, rc::Rc};

use futures::future::LocalBoxFuture;
use spark_connect_client::{
    Column, DataFrame, GroupedData,
    plan::{Expression, Literal},
};

use super::{
    column::PyColumn,
    convert,
    error::{raised, type_error},
    frame::PyFrame,
};
use crate::{
    class::{Class, OBJECT, no_constant},
    exception::R,
    types,
    value::{Object, Value},
    vm::{
        Vm,
        native::{Arguments, Native},
    },
};

pub(super) static GROUPED: Class = Class {
    name: "GroupedData",
    module: "pyspark.sql.connect.group",
    base: Some(&OBJECT),
    new: None,
    methods: &[
        Native::sync("agg", |vm, args| {
            let group = this(args.positional.first())?;
            let exprs = aggregates(args.positional.get(1..).unwrap_or_default())?;
            Ok(PyFrame::of_step(
                vm,
                "agg",
                group.group.agg(exprs).map_err(raised)?,
            ))
        }),
        Native::sync("count", |vm, args| {
            let [group] = args.exactly("count")?;
            Ok(PyFrame::of_step(vm, "count", this(Some(&group))?.group.count()))
        }),
        Native::later("sum", |vm, args| Box::pin(numeric(vm, args, "sum"))),
        Native::later("avg", |vm, args| Box::pin(numeric(vm, args, "avg"))),
        Native::later("mean", |vm, args| Box::pin(numeric(vm, args, "avg"))),
        Native::later("min", |vm, args| Box::pin(numeric(vm, args, "min"))),
        Native::later("max", |vm, args| Box::pin(numeric(vm, args, "max"))),
        Native::later("pivot", |_, args| {
            Box::pin(async move {
                let [group, column, values] = args.bind("pivot", ["self", "pivot_col", "values"], 2)?;
                let column = convert::text(&column.unwrap_or(Value::None), "pivot_col")?;
                let group = this(group.as_ref())?.group.clone();
                let values = match values.filter(|values| !values.is_none()) {
                    None => Vec::new(),
                    Some(values) => convert::flat(&[values])
                        .iter()
                        .map(|value| {
                            convert::literal(value)?.ok_or_else(|| {
                                type_error("[NOT_BOOL_OR_FLOAT_OR_INT_OR_STR] Argument `value` should be a bool, float, int or str.")
                            })
                        })
                        .collect::<R<Vec<Literal>>>()?,
                };
                Ok(PyGroup::value(group.pivot(&column, values).map_err(raised)?))
            })
        }),
    ],
    statics: &[],
    constant: no_constant,
};

/// Groups of rows.
pub(super) struct PyGroup {
    group: GroupedData,
    /// Its `repr`, once Spark was asked.
    text: RefCell<String>,
}

impl PyGroup {
    pub(super) fn value(group: GroupedData) -> Value {
        Value::object(Self {
            group,
            text: RefCell::default(),
        })
    }
}

fn this(value: Option<&Value>) -> R<&PyGroup> {
    value
        .and_then(Value::downcast)
        .ok_or_else(|| type_error("a GroupedData is required"))
}

/// The arguments of `agg`: columns, or one dict from columns to functions.
pub(super) fn aggregates(values: &[Value]) -> R<Vec<Column>> {
    if let [Value::Dict(dict)] = values {
        return dict
            .pairs()
            .iter()
            .map(|(name, function)| {
                let column = convert::column(name, "exprs")?.into_expression();
                let function = convert::text(function, "exprs")?;
                Ok(Column::new(Expression::function(function, vec![column])))
            })
            .collect();
    }
    values
        .iter()
        .map(|value| match value.downcast::<PyColumn>() {
            Some(column) => Ok(column.0.clone()),
            None => Err(type_error(format!(
                "[NOT_LIST_OF_COLUMN] Argument `exprs` should be a list[Column], got {}.",
                types::class_of(value).name
            ))),
        })
        .collect()
}

async fn numeric(vm: &mut Vm, args: Arguments, name: &'static str) -> R<Value> {
    let group = this(args.positional.first())?.group.clone();
    let columns = convert::names(args.positional.get(1..).unwrap_or_default(), "cols")?;
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    let made: DataFrame = match name {
        "sum" => group.sum(&columns).await,
        "avg" => group.avg(&columns).await,
        "min" => group.min(&columns).await,
        _ => group.max(&columns).await,
    }
    .map_err(raised)?;
    Ok(PyFrame::of_step(vm, name, made))
}

impl Object for PyGroup {
    fn class(&self) -> &'static Class {
        &GROUPED
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn must_prepare(&self) -> bool {
        true
    }

    fn prepare<'a>(self: Rc<Self>, _: &'a mut Vm) -> LocalBoxFuture<'a, R<()>> {
        Box::pin(async move {
            let text = self.group.repr().await.map_err(raised)?;
            *self.text.borrow_mut() = text;
            Ok(())
        })
    }

    fn repr(&self) -> R<String> {
        Ok(self.text.borrow().clone())
    }
}
