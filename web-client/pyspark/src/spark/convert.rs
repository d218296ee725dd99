//! Python's values as the client takes them.

use spark_connect_client::{
    Column,
    functions::{Argument, Lambda},
    plan::{Expression, Literal},
};

use super::{column::PyColumn, error, types::PyType};
use crate::{
    exception::R,
    modules::{
        datetime::{date::Moment, delta::Delta, time::Time},
        decimal::Decimal,
    },
    types::{self, class_of},
    value::Value,
    vm::Vm,
};

/// A plain value as a literal, none if it is no plain value.
pub(super) fn literal(value: &Value) -> R<Option<Literal>> {
    Ok(Some(match value {
        Value::None => Literal::null(),
        Value::Bool(flag) => Literal::boolean(*flag),
        Value::Int(number) => Literal::whole(*number),
        Value::Big(_) => {
            return Err(crate::exception::value_error(format!(
                "integer {} out of bounds",
                types::repr(value)?
            )));
        }
        Value::Float(number) => Literal::double(*number),
        Value::Str(text) => Literal::string(text.as_str()),
        Value::Bytes(bytes) => Literal::binary(bytes.to_vec()),
        Value::Object(object) => {
            if let Some(moment) = value.downcast::<Moment>() {
                match moment.is_date {
                    true => Literal::date(i32::try_from(moment.day()).unwrap_or(i32::MAX)),
                    false => Literal::timestamp(moment.utc()),
                }
            } else if let Some(delta) = value.downcast::<Delta>() {
                Literal::day_time_interval(i64::try_from(delta.0).unwrap_or(i64::MAX))
            } else if let Some(time) = value.downcast::<Time>() {
                Literal::time(time.micros.saturating_mul(1000), 6)
            } else if value.downcast::<Decimal>().is_some() {
                Literal::decimal(object.str()?, 10, 0)
            } else {
                return Ok(None);
            }
        }
        _ => return Ok(None),
    }))
}

/// A column, or a value as one: what operators take.
pub(super) fn value_column(value: &Value) -> R<Option<Column>> {
    if let Some(column) = value.downcast::<PyColumn>() {
        return Ok(Some(column.0.clone()));
    }
    Ok(literal(value)?.map(|literal| Column::new(Expression::literal(literal))))
}

/// A column, or a value as one.
pub(super) fn operand(value: &Value) -> R<Column> {
    value_column(value)?.ok_or_else(|| {
        error::type_error(format!(
            "[UNSUPPORTED_LITERAL] Unsupported Literal '{}'.",
            types::repr(value).unwrap_or_default()
        ))
    })
}

/// A column, or the name of one.
pub(super) fn column(value: &Value, parameter: &str) -> R<Column> {
    match value {
        Value::Str(name) => Ok(Column::new(Expression::column(name.as_str()))),
        other => match other.downcast::<PyColumn>() {
            Some(column) => Ok(column.0.clone()),
            None => Err(error::type_error(format!(
                "[NOT_COLUMN_OR_STR] Argument `{parameter}` should be a Column or str, got {}.",
                class_of(other).name
            ))),
        },
    }
}

/// Several columns: each by itself, or all in one list.
pub(super) fn columns(values: &[Value], parameter: &str) -> R<Vec<Column>> {
    flat(values)
        .iter()
        .map(|value| column(value, parameter))
        .collect()
}

/// The values, or those of the one list.
pub(super) fn flat(values: &[Value]) -> Vec<Value> {
    match values {
        [Value::List(list)] => list.to_vec(),
        [Value::Tuple(values)] => values.to_vec(),
        [Value::Set(set)] => set.to_vec(),
        values => values.to_vec(),
    }
}

/// Names, each by itself or all in one list.
pub(super) fn names(values: &[Value], parameter: &str) -> R<Vec<String>> {
    flat(values).iter().map(|value| text(value, parameter)).collect()
}

/// A text.
pub(super) fn text(value: &Value, parameter: &str) -> R<String> {
    value.as_str().map(str::to_owned).ok_or_else(|| {
        error::type_error(format!(
            "[NOT_STR] Argument `{parameter}` should be a str, got {}.",
            class_of(value).name
        ))
    })
}

/// A whole number of four bytes.
pub(super) fn int(value: &Value, parameter: &str) -> R<i32> {
    match value {
        Value::Int(number) => i32::try_from(*number).map_err(|_| {
            crate::exception::raise(
                &crate::exception::OVERFLOW_ERROR,
                format!("`{parameter}` must fit into 32 bits"),
            )
        }),
        Value::Bool(flag) => Ok((*flag).into()),
        other => Err(error::type_error(format!(
            "[NOT_INT] Argument `{parameter}` should be an int, got {}.",
            class_of(other).name
        ))),
    }
}

/// An option's value, as PySpark writes it: true, not True.
pub(super) fn option(value: &Value) -> R<String> {
    match value {
        Value::Bool(flag) => Ok(flag.to_string()),
        other => types::str(other),
    }
}

/// An argument of a function, whose lambdas are run here.
pub(super) async fn argument(vm: &mut Vm, value: &Value) -> R<Argument> {
    if let Some(column) = value.downcast::<PyColumn>() {
        return Ok(Argument::Column(column.0.clone()));
    }
    if let Some(data_type) = value.downcast::<PyType>() {
        return Ok(Argument::Type(data_type.0.clone()));
    }
    if let Some(literal) = literal(value)? {
        return Ok(Argument::Literal(literal));
    }
    match value {
        Value::List(list) => arguments(vm, &list.to_vec()).await.map(Argument::List),
        Value::Tuple(values) => arguments(vm, values).await.map(Argument::List),
        Value::Set(set) => arguments(vm, &set.to_vec()).await.map(Argument::List),
        Value::Dict(dict) => {
            let mut entries = Vec::new();
            for (key, value) in dict.pairs() {
                entries.push((types::str(&key)?, option(&value)?));
            }
            Ok(Argument::Options(entries))
        }
        Value::Function(function) => {
            let count = function.code.parameters.positional;
            if !(1..=3).contains(&count) {
                return Err(crate::exception::raise(
                    &crate::exception::PYSPARK_VALUE_ERROR,
                    format!(
                        "[WRONG_NUM_ARGS_FOR_HIGHER_ORDER_FUNCTION] Function `{}` should take between 1 and 3 arguments, \
                         but the provided function takes {count}.",
                        &**function.code.name
                    ),
                ));
            }
            let lambda = Lambda::begin(count);
            let parameters = lambda
                .parameters()
                .into_iter()
                .map(PyColumn::value)
                .collect::<Vec<_>>();
            let body = vm.call(value, parameters.into()).await?;
            match body.downcast::<PyColumn>() {
                Some(body) => Ok(Argument::Lambda(lambda.end(&body.0))),
                None => Err(crate::exception::raise(
                    &crate::exception::PYSPARK_VALUE_ERROR,
                    format!(
                        "[HIGHER_ORDER_FUNCTION_SHOULD_RETURN_COLUMN] Function `{}` should return Column, got {}.",
                        &**function.code.name,
                        class_of(&body).name
                    ),
                )),
            }
        }
        other => Err(error::type_error(format!(
            "[UNSUPPORTED_LITERAL] Unsupported Literal '{}'.",
            types::repr(other)?
        ))),
    }
}

async fn arguments(vm: &mut Vm, values: &[Value]) -> R<Vec<Argument>> {
    let mut arguments = Vec::new();
    for value in values {
        arguments.push(Box::pin(argument(vm, value)).await?);
    }
    Ok(arguments)
}
