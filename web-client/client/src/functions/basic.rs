//! Where columns begin: names, values, conditions, orders, and functions by their names.

use super::{
    ParameterKind, Signature,
    call::Bound,
    signature::{Action, Default, Parameter},
};
use crate::{
    column::{Column, IntoColumn, IntoValue},
    error::{Error, ErrorKind, Result},
    plan::{Expression, Kind},
};

specials! {
    /// The column of a name; `*` stands for all columns.
    col(col: Column) = col_of;
    /// The column of a name; the same as `col`.
    column(col: Column) = col_of;
    /// The column of a value.
    lit(col: Value) = lit_of;
    /// The column of a SQL expression.
    expr(str: Value) = expr_of;
    /// A value where a condition holds; more cases follow with `when` and `otherwise`.
    when(condition: Column, value: Value) = when_of;
    /// In ascending order, nulls first.
    asc(col: Column) = asc_of;
    /// In ascending order, nulls first.
    asc_nulls_first(col: Column) = asc_of;
    /// In ascending order, nulls last.
    asc_nulls_last(col: Column) = asc_nulls_last_of;
    /// In descending order, nulls last.
    desc(col: Column) = desc_of;
    /// In descending order, nulls first.
    desc_nulls_first(col: Column) = desc_nulls_first_of;
    /// In descending order, nulls last.
    desc_nulls_last(col: Column) = desc_of;
    /// The largest of the values in a row.
    greatest(cols: Columns) = greatest_of;
    /// The smallest of the values in a row.
    least(cols: Columns) = least_of;
    /// A function of Spark, or one that was registered, by its name.
    call_function(funcName: Value, cols: Columns) = call_function_of;
    /// A function that was registered, by its name.
    call_udf(udfName: Value, cols: Columns) = call_udf_of;
}

/// The one function that takes a DataFrame: `DataFrame.hint("broadcast")`.
pub(super) static BROADCAST: Signature = Signature {
    name: "broadcast",
    summary: " The DataFrame, small enough to be sent to every executor for a join.",
    parameters: &[Parameter {
        name: "df",
        kind: ParameterKind::DataFrame,
        default: Default::Required,
    }],
    action: Action::OfDataFrame,
};

/// The column of a name; `*` stands for all columns, `name.*` for those below a name.
pub fn col(name: impl Into<String>) -> Column {
    Column::new(Expression::column(name))
}

/// The column of a name; the same as [`col`].
pub fn column(name: impl Into<String>) -> Column {
    col(name)
}

/// The column of a value.
pub fn lit(value: impl IntoValue) -> Column {
    value.into_value()
}

/// The column of a SQL expression, which the server reads.
pub fn expr(text: impl Into<String>) -> Column {
    Column::new(Expression::new(Kind::Sql(text.into()), Vec::new()))
}

/// A value where a condition holds; more cases follow with [`Column::when`] and [`Column::otherwise`].
pub fn when(condition: Column, value: impl IntoValue) -> Column {
    let children = vec![condition.into_expression(), value.into_value().into_expression()];
    Column::new(Expression::new(Kind::CaseWhen, children))
}

/// The column in an order of rows.
pub(crate) fn sorted(column: Column, ascending: bool, nulls_first: bool) -> Column {
    let kind = Kind::SortOrder {
        ascending,
        nulls_first,
    };
    Column::new(Expression::new(kind, vec![column.into_expression()]))
}

/// Functions that only order their column.
macro_rules! orders {
    ($($(#[$doc:meta])* $name:ident $ascending:literal $nulls_first:literal;)*) => {
        $(
            $(#[$doc])*
            pub fn $name(col: impl IntoColumn) -> Column {
                sorted(col.into_column(), $ascending, $nulls_first)
            }
        )*
    };
}

orders! {
    /// In ascending order, nulls first.
    asc true true;
    /// In ascending order, nulls first.
    asc_nulls_first true true;
    /// In ascending order, nulls last.
    asc_nulls_last true false;
    /// In descending order, nulls last.
    desc false false;
    /// In descending order, nulls first.
    desc_nulls_first false true;
    /// In descending order, nulls last.
    desc_nulls_last false false;
}

/// The largest of the values in a row. Fails with fewer than two columns.
pub fn greatest(cols: impl IntoIterator<Item = impl IntoColumn>) -> Result<Column> {
    at_least_two(
        "greatest",
        cols.into_iter().map(IntoColumn::into_column).collect(),
    )
}

/// The smallest of the values in a row. Fails with fewer than two columns.
pub fn least(cols: impl IntoIterator<Item = impl IntoColumn>) -> Result<Column> {
    at_least_two("least", cols.into_iter().map(IntoColumn::into_column).collect())
}

/// A function of Spark, or one that was registered, by its name, quoted where needed.
pub fn call_function(name: impl Into<String>, cols: impl IntoIterator<Item = impl IntoColumn>) -> Column {
    let arguments = cols
        .into_iter()
        .map(|col| col.into_column().into_expression())
        .collect();
    Column::new(Expression::new(Kind::CallFunction(name.into()), arguments))
}

/// A function that was registered, by its name.
pub fn call_udf(name: impl Into<String>, cols: impl IntoIterator<Item = impl IntoColumn>) -> Column {
    let arguments = cols
        .into_iter()
        .map(|col| col.into_column().into_expression())
        .collect();
    Column::new(Expression::function(name, arguments))
}

fn at_least_two(name: &str, cols: Vec<Column>) -> Result<Column> {
    if cols.len() < 2 {
        return Err(Error::new(
            ErrorKind::Invalid,
            format!("[WRONG_NUM_COLUMNS] Function `{name}` should take at least 2 columns."),
        ));
    }
    let arguments = cols.into_iter().map(Column::into_expression).collect();
    Ok(Column::new(Expression::function(name, arguments)))
}

fn col_of(bound: Bound) -> Result<Column> {
    let argument = bound.required(0, "col")?;
    argument
        .text()
        .map(col)
        .ok_or_else(|| argument.unexpected("col", "str"))
}

fn lit_of(bound: Bound) -> Result<Column> {
    bound.required(0, "col")?.value("col")
}

fn expr_of(bound: Bound) -> Result<Column> {
    let argument = bound.required(0, "str")?;
    argument
        .text()
        .map(expr)
        .ok_or_else(|| argument.unexpected("str", "str"))
}

fn when_of(bound: Bound) -> Result<Column> {
    let condition = bound.required(0, "condition")?;
    match condition {
        super::Argument::Column(condition) => Ok(when(
            condition.clone(),
            bound.required(1, "value")?.value("value")?,
        )),
        other => Err(other.unexpected("condition", "Column")),
    }
}

fn asc_of(bound: Bound) -> Result<Column> {
    Ok(asc(bound.required(0, "col")?.column("col")?))
}

fn asc_nulls_last_of(bound: Bound) -> Result<Column> {
    Ok(asc_nulls_last(bound.required(0, "col")?.column("col")?))
}

fn desc_of(bound: Bound) -> Result<Column> {
    Ok(desc(bound.required(0, "col")?.column("col")?))
}

fn desc_nulls_first_of(bound: Bound) -> Result<Column> {
    Ok(desc_nulls_first(bound.required(0, "col")?.column("col")?))
}

fn columns(bound: &Bound, at: usize) -> Result<Vec<Column>> {
    bound
        .all(at)
        .iter()
        .map(|argument| argument.column("cols"))
        .collect()
}

fn greatest_of(bound: Bound) -> Result<Column> {
    greatest(columns(&bound, 0)?)
}

fn least_of(bound: Bound) -> Result<Column> {
    least(columns(&bound, 0)?)
}

fn call_function_of(bound: Bound) -> Result<Column> {
    let name = bound.required(0, "funcName")?;
    let name = name.text().ok_or_else(|| name.unexpected("funcName", "str"))?;
    Ok(call_function(name, columns(&bound, 1)?))
}

fn call_udf_of(bound: Bound) -> Result<Column> {
    let name = bound.required(0, "udfName")?;
    let name = name.text().ok_or_else(|| name.unexpected("udfName", "str"))?;
    Ok(call_udf(name, columns(&bound, 1)?))
}
