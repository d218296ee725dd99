//! Python's values as the client takes them.

use spark_connect_client::{
    Column,
    functions::{Argument, Lambda},
    plan::{Expression, Literal},
    proto,
};

use super::{column::PyColumn, error, table_arg::PyTableArg, types::PyType};
use crate::{
    exception::R,
    modules::{
        datetime::{date::Moment, delta::Delta, time::Time},
        decimal::Decimal,
    },
    types::{self, class_of},
    value::{Dict, Value},
    vm::{Vm, native::Arguments},
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
        other => match (other.downcast::<PyColumn>(), other.downcast::<PyTableArg>()) {
            (Some(column), _) => Ok(column.0.clone()),
            // Where a table may stand is for Spark to say.
            (None, Some(table)) => Ok(table.column()),
            (None, None) => Err(error::type_error(format!(
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

/// Several columns, each by itself.
pub(super) fn each(values: &[Value], parameter: &str) -> R<Vec<Column>> {
    values.iter().map(|value| column(value, parameter)).collect()
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

/// A text that must be given.
pub(super) fn required(value: Option<Value>, parameter: &str) -> R<String> {
    text(&value.unwrap_or(Value::None), parameter)
}

/// What was given, if it is not None.
pub(super) fn given(value: Option<Value>) -> Option<Value> {
    value.filter(|value| !value.is_none())
}

/// A text that may be left out.
pub(super) fn optional(value: Option<Value>, parameter: &str) -> R<Option<String>> {
    given(value).map(|value| text(&value, parameter)).transpose()
}

/// The entries of a dict that may be left out, as options.
pub(super) fn pairs(value: Option<Value>, parameter: &str) -> R<Vec<(String, String)>> {
    match given(value) {
        None => Ok(Vec::new()),
        Some(Value::Dict(dict)) => dict
            .pairs()
            .iter()
            .map(|(key, value)| Ok((text(key, parameter)?, option(value)?)))
            .collect(),
        Some(other) => Err(error::type_error(format!(
            "[NOT_DICT] Argument `{parameter}` should be a dict, got {}.",
            class_of(&other).name
        ))),
    }
}

/// A flag that may be left out.
pub(super) fn flag(value: Option<Value>, default: bool) -> R<bool> {
    value.map_or(Ok(default), |value| types::truth(&value))
}

/// A column that must be one.
pub(super) fn a_column(value: Option<&Value>, parameter: &str) -> R<Column> {
    match value.and_then(Value::downcast::<PyColumn>) {
        Some(column) => Ok(column.0.clone()),
        None => Err(error::type_error(format!(
            "[NOT_COLUMN] Argument `{parameter}` should be a Column, got {}.",
            value.map_or("nothing", |value| class_of(value).name)
        ))),
    }
}

/// The values after the instance.
pub(super) fn rest(args: &Arguments) -> &[Value] {
    args.positional.get(1..).unwrap_or_default()
}

/// A literal of a message as the value that PySpark makes of it.
pub(super) fn from_literal(literal: &proto::expression::Literal) -> R<Value> {
    use proto::expression::literal::LiteralType as Kind;
    Ok(match &literal.literal_type {
        None | Some(Kind::Null(_)) => Value::None,
        Some(Kind::Boolean(flag)) => Value::Bool(*flag),
        Some(Kind::Byte(number) | Kind::Short(number) | Kind::Integer(number)) => {
            Value::Int((*number).into())
        }
        Some(Kind::Long(number)) => Value::Int(*number),
        Some(Kind::Float(number)) => Value::Float((*number).into()),
        Some(Kind::Double(number)) => Value::Float(*number),
        Some(Kind::String(text)) => Value::text(text.as_str()),
        Some(Kind::Binary(bytes)) => Value::Bytes(bytes.as_slice().into()),
        Some(Kind::Date(day)) => Moment::date((*day).into()),
        Some(Kind::Timestamp(micros) | Kind::TimestampNtz(micros)) => Moment::datetime(*micros, None),
        Some(Kind::DayTimeInterval(micros)) => Value::object(Delta((*micros).into())),
        Some(Kind::Decimal(decimal)) => Decimal::parse(&decimal.value).map_or(Value::None, Value::object),
        Some(Kind::Array(array)) => Value::list(array.elements.iter().map(from_literal).collect::<R<_>>()?),
        Some(Kind::Map(map)) => {
            let dict = Dict::new();
            for (key, value) in map.keys.iter().zip(&map.values) {
                dict.insert(from_literal(key)?, from_literal(value)?)?;
            }
            Value::dict(dict)
        }
        Some(Kind::Struct(row)) => {
            #[expect(deprecated, reason = "servers before 4.1 say the type here")]
            let said = literal.data_type.as_ref().or(row.struct_type.as_ref());
            let names = match said.and_then(|data_type| data_type.kind.as_ref()) {
                Some(proto::data_type::Kind::Struct(fields)) => Some(
                    fields
                        .fields
                        .iter()
                        .map(|field| field.name.as_str().into())
                        .collect(),
                ),
                _ => None,
            };
            let values = row.elements.iter().map(from_literal).collect::<R<_>>()?;
            super::row::Row::value(names, values)
        }
        Some(_) => {
            return Err(crate::exception::not_implemented(
                "a literal of a type that has no counterpart in a cell; cast it, to a string for example",
            ));
        }
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
