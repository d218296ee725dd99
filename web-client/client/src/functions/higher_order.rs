//! Functions that take functions.

use super::{
    Lambda,
    call::{Argument, Bound},
};
use crate::{
    column::{Column, IntoColumn},
    error::Result,
    plan::Expression,
};

specials! {
    /// One value of all elements: merge takes what there is so far and an element, finish makes the result of it.
    aggregate(col: Column, initialValue: Column, merge: Lambda, finish: Lambda = None) = of::aggregate;
    /// One value of all elements; the same as `aggregate`.
    reduce(col: Column, initialValue: Column, merge: Lambda, finish: Lambda = None) = of::reduce;
    /// The array in ascending order, or in that of a comparison of two elements to a negative number, 0 or a positive one.
    array_sort(col: Column, comparator: Lambda = None) = of::array_sort;
    /// Whether a condition holds for some element.
    exists(col: Column, f: Lambda) = of::exists;
    /// The elements for which a condition holds; it may take the place, from 0, as well.
    filter(col: Column, f: Lambda) = of::filter;
    /// Whether a condition holds for all elements.
    forall(col: Column, f: Lambda) = of::forall;
    /// The entries for whose keys and values a condition holds.
    map_filter(col: Column, f: Lambda) = of::map_filter;
    /// A map of all keys of both, with a function of the key and both values.
    map_zip_with(col1: Column, col2: Column, f: Lambda) = of::map_zip_with;
    /// A function of each element; it may take the place, from 0, as well.
    transform(col: Column, f: Lambda) = of::transform;
    /// The map with a function of keys and values as its keys.
    transform_keys(col: Column, f: Lambda) = of::transform_keys;
    /// The map with a function of keys and values as its values.
    transform_values(col: Column, f: Lambda) = of::transform_values;
    /// An array of a function of the elements of both at one place.
    zip_with(left: Column, right: Column, f: Lambda) = of::zip_with;
}

/// What the signatures come to: columns, then functions.
mod of {
    use super::{Bound, Column, Result, call};

    macro_rules! of {
        ($($name:ident $columns:literal)*) => {
            $(
                pub(super) fn $name(bound: Bound) -> Result<Column> {
                    call(stringify!($name), $columns, &bound)
                }
            )*
        };
    }

    of! {
        aggregate 2 reduce 2 array_sort 1 exists 1 filter 1 forall 1 map_filter 1 map_zip_with 2 transform 1
        transform_keys 1 transform_values 1 zip_with 2
    }
}

fn call(name: &str, columns: usize, bound: &Bound) -> Result<Column> {
    let mut arguments = Vec::new();
    for at in 0..columns {
        arguments.push(bound.required(at, "col")?.column("col")?);
    }
    for at in columns..bound.0.len() {
        match bound.get(at) {
            Some(Argument::Lambda(lambda)) => arguments.push(lambda.clone().into_column()),
            Some(other) => return Err(other.unexpected("f", "function of columns")),
            None => (),
        }
    }
    Ok(invoke(name, arguments))
}

fn invoke(name: &str, arguments: Vec<Column>) -> Column {
    let arguments = arguments.into_iter().map(Column::into_expression).collect();
    Column::new(Expression::function(name, arguments))
}

/// One value of all elements: `merge` takes what there is so far and an element, `finish` makes the result of it.
pub fn aggregate(
    col: impl IntoColumn,
    initial_value: impl IntoColumn,
    merge: impl FnOnce(Column, Column) -> Column,
    finish: Option<Lambda>,
) -> Column {
    fold("aggregate", col, initial_value, merge, finish)
}

/// One value of all elements; the same as [`aggregate`].
pub fn reduce(
    col: impl IntoColumn,
    initial_value: impl IntoColumn,
    merge: impl FnOnce(Column, Column) -> Column,
    finish: Option<Lambda>,
) -> Column {
    fold("reduce", col, initial_value, merge, finish)
}

fn fold(
    name: &str,
    col: impl IntoColumn,
    initial_value: impl IntoColumn,
    merge: impl FnOnce(Column, Column) -> Column,
    finish: Option<Lambda>,
) -> Column {
    let mut arguments = vec![
        col.into_column(),
        initial_value.into_column(),
        Lambda::binary(merge).into_column(),
    ];
    arguments.extend(finish.map(Lambda::into_column));
    invoke(name, arguments)
}

/// The array in ascending order, or in that of a comparison of two elements to a negative number, 0 or a positive one.
pub fn array_sort(col: impl IntoColumn, comparator: Option<Lambda>) -> Column {
    let mut arguments = vec![col.into_column()];
    arguments.extend(comparator.map(Lambda::into_column));
    invoke("array_sort", arguments)
}

/// A function of each element, or of each element and its place, from 0.
pub fn transform(col: impl IntoColumn, f: Lambda) -> Column {
    invoke("transform", vec![col.into_column(), f.into_column()])
}

/// The elements for which a condition holds, of each element or of each element and its place, from 0.
pub fn filter(col: impl IntoColumn, f: Lambda) -> Column {
    invoke("filter", vec![col.into_column(), f.into_column()])
}

/// Whether a condition holds for some element.
pub fn exists(col: impl IntoColumn, f: impl FnOnce(Column) -> Column) -> Column {
    invoke("exists", vec![col.into_column(), Lambda::unary(f).into_column()])
}

/// Whether a condition holds for all elements.
pub fn forall(col: impl IntoColumn, f: impl FnOnce(Column) -> Column) -> Column {
    invoke("forall", vec![col.into_column(), Lambda::unary(f).into_column()])
}

/// The entries for whose keys and values a condition holds.
pub fn map_filter(col: impl IntoColumn, f: impl FnOnce(Column, Column) -> Column) -> Column {
    invoke(
        "map_filter",
        vec![col.into_column(), Lambda::binary(f).into_column()],
    )
}

/// A map of all keys of both, with a function of the key and both values.
pub fn map_zip_with(
    col1: impl IntoColumn,
    col2: impl IntoColumn,
    f: impl FnOnce(Column, Column, Column) -> Column,
) -> Column {
    let lambda = Lambda::ternary(f).into_column();
    invoke(
        "map_zip_with",
        vec![col1.into_column(), col2.into_column(), lambda],
    )
}

/// The map with a function of keys and values as its keys.
pub fn transform_keys(col: impl IntoColumn, f: impl FnOnce(Column, Column) -> Column) -> Column {
    invoke(
        "transform_keys",
        vec![col.into_column(), Lambda::binary(f).into_column()],
    )
}

/// The map with a function of keys and values as its values.
pub fn transform_values(col: impl IntoColumn, f: impl FnOnce(Column, Column) -> Column) -> Column {
    invoke(
        "transform_values",
        vec![col.into_column(), Lambda::binary(f).into_column()],
    )
}

/// An array of a function of the elements of both at one place.
pub fn zip_with(
    left: impl IntoColumn,
    right: impl IntoColumn,
    f: impl FnOnce(Column, Column) -> Column,
) -> Column {
    let lambda = Lambda::binary(f).into_column();
    invoke("zip_with", vec![left.into_column(), right.into_column(), lambda])
}
