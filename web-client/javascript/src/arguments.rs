//! JavaScript values as values for the parameters of a SQL text.

use js_sys::{Array, BigInt, Date, Map, Number, Object, Uint8Array};
use spark_connect_client::{
    Error, ErrorKind,
    plan::Arguments,
    proto::{
        DataType, Expression,
        data_type::{self, Kind},
        expression::{ExprType, Literal, UnresolvedFunction, literal::Decimal, literal::LiteralType},
    },
};
use wasm_bindgen::{JsCast, JsValue};

/// Digits of Spark's largest decimal.
const MAX_DIGITS: usize = 38;
const MAX_DEPTH: usize = 100;

/// The arguments of a query: an array, an object, or nothing.
pub(crate) fn arguments(given: &JsValue) -> Result<Arguments, Error> {
    if given.is_undefined() || given.is_null() {
        return Ok(Arguments::None);
    }
    if let Some(array) = given.dyn_ref::<Array>() {
        let values = array.iter().zip(1..);
        let values = values.map(|(value, at)| expression(&value, &format!("Argument {at}"), 0));
        return Ok(Arguments::Positional(values.collect::<Result<_, _>>()?));
    }
    let entries = Object::entries(given.unchecked_ref());
    let pair = |entry: JsValue| -> Result<_, Error> {
        let entry: Array = entry.unchecked_into();
        let name = entry.get(0).as_string().unwrap_or_default();
        let value = expression(&entry.get(1), &format!("The argument {name}"), 0)?;
        Ok((name, value))
    };
    Ok(Arguments::Named(
        entries.iter().map(pair).collect::<Result<_, _>>()?,
    ))
}

fn invalid(message: String) -> Error {
    Error::new(ErrorKind::Invalid, message)
}

fn expression(value: &JsValue, name: &str, depth: usize) -> Result<Expression, Error> {
    if depth > MAX_DEPTH {
        return Err(invalid(format!("{name} is nested too deeply.")));
    }
    if let Some(array) = value.dyn_ref::<Array>() {
        return Ok(call("array", elements(array, name, depth)?));
    }
    if let Some(map) = value.dyn_ref::<Map>() {
        let keys = elements(&Array::from(&map.keys()), name, depth)?;
        let values = elements(&Array::from(&map.values()), name, depth)?;
        let pairs = keys.into_iter().zip(values);
        return Ok(call("map", pairs.flat_map(|(key, value)| [key, value]).collect()));
    }
    let literal = Literal {
        literal_type: Some(literal(value, name)?),
        ..Literal::default()
    };
    Ok(of(ExprType::Literal(literal)))
}

/// The elements of an array, or the keys or the values of a map. Spark casts nothing inside of an argument, so numbers
/// get the type of the widest, and nulls that of the others.
fn elements(array: &Array, name: &str, depth: usize) -> Result<Vec<Expression>, Error> {
    let elements = array.iter().map(|element| expression(&element, name, depth + 1));
    let mut elements = elements.collect::<Result<Vec<_>, _>>()?;
    let mut literals: Vec<&mut LiteralType> = elements.iter_mut().filter_map(literal_of).collect();
    let widest = literals.iter().map(|literal| width(literal)).max().unwrap_or(0);
    for literal in &mut literals {
        **literal = match **literal {
            LiteralType::Integer(number) if widest == 2 => LiteralType::Long(number.into()),
            LiteralType::Integer(number) if widest == 3 => LiteralType::Double(number.into()),
            LiteralType::Long(number) if widest == 3 => LiteralType::Double(number as f64),
            _ => continue,
        };
    }
    let kind = literals.iter().find_map(|literal| kind(literal));
    for literal in literals {
        if let LiteralType::Null(data_type) = literal
            && kind.is_some()
        {
            data_type.kind = kind.clone();
        }
    }
    Ok(elements)
}

fn literal_of(expression: &mut Expression) -> Option<&mut LiteralType> {
    match &mut expression.expr_type {
        Some(ExprType::Literal(literal)) => literal.literal_type.as_mut(),
        _ => None,
    }
}

fn width(literal: &LiteralType) -> u8 {
    match literal {
        LiteralType::Integer(_) => 1,
        LiteralType::Long(_) => 2,
        LiteralType::Double(_) => 3,
        _ => 0,
    }
}

/// The type of a literal that is not null.
fn kind(literal: &LiteralType) -> Option<Kind> {
    Some(match literal {
        LiteralType::Boolean(_) => Kind::Boolean(data_type::Boolean::default()),
        LiteralType::Integer(_) => Kind::Integer(data_type::Integer::default()),
        LiteralType::Long(_) => Kind::Long(data_type::Long::default()),
        LiteralType::Double(_) => Kind::Double(data_type::Double::default()),
        LiteralType::Decimal(decimal) => Kind::Decimal(data_type::Decimal {
            precision: decimal.precision,
            scale: decimal.scale,
            ..Default::default()
        }),
        LiteralType::String(_) => Kind::String(data_type::String::default()),
        LiteralType::Timestamp(_) => Kind::Timestamp(data_type::Timestamp::default()),
        LiteralType::Binary(_) => Kind::Binary(data_type::Binary::default()),
        _ => return None,
    })
}

fn literal(value: &JsValue, name: &str) -> Result<LiteralType, Error> {
    if value.is_null() || value.is_undefined() {
        let void = Kind::Null(data_type::Null::default());
        return Ok(LiteralType::Null(DataType { kind: Some(void) }));
    }
    if let Some(boolean) = value.as_bool() {
        return Ok(LiteralType::Boolean(boolean));
    }
    if let Some(number) = value.as_f64() {
        return Ok(self::number(number));
    }
    if let Some(text) = value.as_string() {
        return Ok(LiteralType::String(text));
    }
    if value.is_bigint() {
        return big(value.unchecked_ref(), name);
    }
    if let Some(date) = value.dyn_ref::<Date>() {
        let milliseconds = date.get_time();
        if milliseconds.is_nan() {
            return Err(invalid(format!("{name} is an invalid Date.")));
        }
        return Ok(LiteralType::Timestamp(milliseconds as i64 * 1000));
    }
    if let Some(bytes) = value.dyn_ref::<Uint8Array>() {
        return Ok(LiteralType::Binary(bytes.to_vec()));
    }
    Err(invalid(format!(
        "{name} has a type that no SQL parameter takes. Give null, a boolean, a number, a bigint, a string, a Date, a \
         Uint8Array, or an array or a Map of such."
    )))
}

/// As PySpark: an integer is the smallest of INT and BIGINT that holds it. Everything else is a DOUBLE.
fn number(number: f64) -> LiteralType {
    if !Number::is_safe_integer(&number.into()) {
        return LiteralType::Double(number);
    }
    let integer = number as i64;
    i32::try_from(integer).map_or(LiteralType::Long(integer), LiteralType::Integer)
}

fn big(number: &BigInt, name: &str) -> Result<LiteralType, Error> {
    let text = number.to_string(10).map(String::from).unwrap_or_default();
    if let Ok(long) = text.parse() {
        return Ok(LiteralType::Long(long));
    }
    let digits = text.trim_start_matches('-').len();
    if digits > MAX_DIGITS {
        return Err(invalid(format!(
            "{name} has {digits} digits; Spark's numbers have at most {MAX_DIGITS}."
        )));
    }
    Ok(LiteralType::Decimal(Decimal {
        value: text,
        precision: Some(digits as i32),
        scale: Some(0),
    }))
}

fn call(function: &str, arguments: Vec<Expression>) -> Expression {
    of(ExprType::UnresolvedFunction(UnresolvedFunction {
        function_name: function.to_owned(),
        arguments,
        ..UnresolvedFunction::default()
    }))
}

fn of(expression: ExprType) -> Expression {
    Expression {
        expr_type: Some(expression),
        ..Expression::default()
    }
}
