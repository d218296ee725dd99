//! The methods of `Column`.

use spark_connect_client::{
    Column,
    plan::{CastTarget, Expression},
};

use super::{
    column::PyColumn,
    convert,
    error::{raised, type_error},
    frame::PyFrame,
    types::PyType,
    window::PyWindow,
};
use crate::{
    exception::R,
    types,
    value::Value,
    vm::{
        Vm,
        native::{Arguments, Native},
    },
};

pub(super) fn this(value: Option<&Value>) -> R<Column> {
    match value.and_then(Value::downcast::<PyColumn>) {
        Some(column) => Ok(column.0.clone()),
        None => Err(type_error("[NOT_COLUMN] A Column is required.")),
    }
}

/// A method without arguments.
macro_rules! plain {
    ($name:literal, $make:expr) => {
        Native::sync($name, |vm, args| {
            let [column] = args.exactly($name)?;
            let make: fn(&Column) -> Column = $make;
            Ok(PyColumn::of_step(vm, $name, make(&this(Some(&column))?)))
        })
    };
}

/// A method of one column or value.
macro_rules! binary {
    ($name:literal, $parameter:literal, $function:literal) => {
        Native::sync($name, |vm, args| {
            let [column, other] = args.bind($name, ["self", $parameter], 2)?;
            let column = this(column.as_ref())?;
            let other = convert::operand(&other.unwrap_or(Value::None))?;
            let arguments = vec![column.into_expression(), other.into_expression()];
            Ok(PyColumn::of_step(
                vm,
                $name,
                Column::new(Expression::function($function, arguments)),
            ))
        })
    };
}

pub(super) static METHODS: &[Native] = &[
    Native::sync("alias", alias),
    Native::sync("name", alias),
    Native::sync("cast", |vm, args| {
        cast(vm, args, "cast", |column, target| column.cast(target))
    }),
    Native::sync("astype", |vm, args| {
        cast(vm, args, "astype", |column, target| column.cast(target))
    }),
    Native::sync("try_cast", |vm, args| {
        cast(vm, args, "try_cast", |column, target| column.try_cast(target))
    }),
    plain!("asc", Column::asc),
    plain!("asc_nulls_first", Column::asc_nulls_first),
    plain!("asc_nulls_last", Column::asc_nulls_last),
    plain!("desc", Column::desc),
    plain!("desc_nulls_first", Column::desc_nulls_first),
    plain!("desc_nulls_last", Column::desc_nulls_last),
    plain!("isNull", |column| unary("isNull", column)),
    plain!("isNotNull", |column| unary("isNotNull", column)),
    plain!("isNaN", |column| unary("isNaN", column)),
    plain!("outer", Column::outer),
    binary!("eqNullSafe", "other", "<=>"),
    binary!("bitwiseAND", "other", "&"),
    binary!("bitwiseOR", "other", "|"),
    binary!("bitwiseXOR", "other", "^"),
    binary!("contains", "other", "contains"),
    binary!("startswith", "other", "startsWith"),
    binary!("endswith", "other", "endsWith"),
    binary!("like", "other", "like"),
    binary!("rlike", "other", "rlike"),
    binary!("ilike", "other", "ilike"),
    Native::sync("getItem", |vm, args| {
        let [column, key] = args.bind("getItem", ["self", "key"], 2)?;
        let key = convert::operand(&key.unwrap_or(Value::None))?;
        Ok(PyColumn::of_step(
            vm,
            "getItem",
            this(column.as_ref())?.get_item(key),
        ))
    }),
    Native::sync("getField", |vm, args| {
        let [column, key] = args.bind("getField", ["self", "name"], 2)?;
        let key = convert::operand(&key.unwrap_or(Value::None))?;
        Ok(PyColumn::of_step(
            vm,
            "getField",
            this(column.as_ref())?.get_field(key),
        ))
    }),
    Native::sync("withField", |vm, args| {
        let [column, name, value] = args.bind("withField", ["self", "fieldName", "col"], 3)?;
        let name = convert::text(&name.unwrap_or(Value::None), "fieldName")?;
        let value = convert::operand(&value.unwrap_or(Value::None))?;
        Ok(PyColumn::of_step(
            vm,
            "withField",
            this(column.as_ref())?.with_field(name, value),
        ))
    }),
    Native::sync("dropFields", |vm, args| {
        let column = this(args.positional.first())?;
        let names = convert::names(args.positional.get(1..).unwrap_or_default(), "fieldNames")?;
        Ok(PyColumn::of_step(
            vm,
            "dropFields",
            column.drop_fields(names).map_err(raised)?,
        ))
    }),
    Native::sync("between", |vm, args| {
        let [column, low, high] = args.bind("between", ["self", "lowerBound", "upperBound"], 3)?;
        let column = this(column.as_ref())?;
        let low = convert::operand(&low.unwrap_or(Value::None))?;
        let high = convert::operand(&high.unwrap_or(Value::None))?;
        Ok(PyColumn::of_step(vm, "between", column.ge(low) & column.le(high)))
    }),
    Native::sync("isin", |vm, args| {
        let column = this(args.positional.first())?;
        let values = args.positional.get(1..).unwrap_or_default();
        if let [frame] = values
            && let Some(frame) = frame.downcast::<PyFrame>()
        {
            return Ok(PyColumn::of_step(
                vm,
                "isin",
                column.is_in_rows_of(frame.frame.plan()),
            ));
        }
        let values = convert::flat(values)
            .iter()
            .map(convert::operand)
            .collect::<R<Vec<_>>>()?;
        Ok(PyColumn::of_step(vm, "isin", column.is_in(values)))
    }),
    Native::sync("substr", |vm, args| {
        let [column, start, length] = args.bind("substr", ["self", "startPos", "length"], 3)?;
        let (start, length) = (start.unwrap_or(Value::None), length.unwrap_or(Value::None));
        let column = this(column.as_ref())?;
        let made = column.substr(convert::operand(&start)?, convert::operand(&length)?);
        Ok(PyColumn::of_step(vm, "substr", made))
    }),
    Native::sync("when", |vm, args| {
        let [column, condition, value] = args.bind("when", ["self", "condition", "value"], 3)?;
        let condition = this(condition.as_ref())?;
        let value = convert::operand(&value.unwrap_or(Value::None))?;
        let made = this(column.as_ref())?.when(condition, value).map_err(raised)?;
        Ok(PyColumn::of_step(vm, "when", made))
    }),
    Native::sync("otherwise", |vm, args| {
        let [column, value] = args.bind("otherwise", ["self", "value"], 2)?;
        let value = convert::operand(&value.unwrap_or(Value::None))?;
        let made = this(column.as_ref())?.otherwise(value).map_err(raised)?;
        Ok(PyColumn::of_step(vm, "otherwise", made))
    }),
    Native::sync("over", |vm, args| {
        let [column, window] = args.bind("over", ["self", "window"], 2)?;
        let window = window.unwrap_or(Value::None);
        let Some(window) = window.downcast::<PyWindow>() else {
            return Err(type_error(format!(
                "[NOT_WINDOWSPEC] Argument `window` should be a WindowSpec, got {}.",
                types::class_of(&window).name
            )));
        };
        Ok(PyColumn::of_step(
            vm,
            "over",
            this(column.as_ref())?.over(&window.0),
        ))
    }),
    Native::later("transform", |vm, args| {
        Box::pin(async move {
            let [column, function] = args.exactly("transform")?;
            vm.call(&function, vec![column].into()).await
        })
    }),
];

fn unary(name: &str, column: &Column) -> Column {
    Column::new(Expression::function(name, vec![column.expression().clone()]))
}

fn alias(vm: &mut Vm, mut args: Arguments) -> R<Value> {
    let metadata = args.take("metadata");
    args.no_names("alias")?;
    let column = this(args.positional.first())?;
    let names = args.positional.get(1..).unwrap_or_default();
    let names = names
        .iter()
        .map(|name| convert::text(name, "alias"))
        .collect::<R<Vec<_>>>()?;
    let made = match (metadata, &names[..]) {
        (Some(metadata), [name]) => column.alias_with_metadata(name.as_str(), super::types::json(&metadata)?),
        (Some(_), _) => {
            return Err(crate::exception::raise(
                &crate::exception::PYSPARK_VALUE_ERROR,
                "[ONLY_ALLOWED_FOR_SINGLE_COLUMN] Argument `metadata` can only be provided for a single column.",
            ));
        }
        (None, _) => column.alias_all(names),
    };
    Ok(PyColumn::of_step(vm, "alias", made))
}

fn cast(vm: &mut Vm, args: Arguments, name: &str, make: fn(&Column, CastTarget) -> Column) -> R<Value> {
    let [column, target] = args.bind(name, ["self", "dataType"], 2)?;
    let target = target.unwrap_or(Value::None);
    let target = match (&target, target.downcast::<PyType>()) {
        (Value::Str(ddl), _) => CastTarget::Text(ddl.as_str().to_owned()),
        (_, Some(data_type)) => CastTarget::Type(Box::new(data_type.0.clone())),
        _ => {
            return Err(type_error(format!(
                "[NOT_DATATYPE_OR_STR] Argument `dataType` should be a DataType or str, got {}.",
                types::class_of(&target).name
            )));
        }
    };
    Ok(PyColumn::of_step(vm, name, make(&this(column.as_ref())?, target)))
}
