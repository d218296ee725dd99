//! Functions on documents inside columns: JSON, CSV, XML and variants.

use super::call::Bound;
use crate::{
    column::{Column, IntoColumn, IntoValue},
    error::{Error, ErrorKind, Result},
    plan::Expression,
};

functions! {
    /// The value at a path of a JSON text.
    get_json_object(col: Column, path: Value);
    /// How many elements the array of a JSON text has.
    json_array_length(col: Column);
    /// The keys of the object of a JSON text.
    json_object_keys(col: Column);
    /// The schema of a CSV text, as DDL.
    schema_of_csv(csv: Value, options: Options = None);
    /// The schema of a JSON text, as DDL.
    schema_of_json(json: Value, options: Options = None);
    /// The schema of an XML text, as DDL.
    schema_of_xml(xml: Value, options: Options = None);
    /// A struct as a line of CSV.
    to_csv(col: Column, options: Options = None);
    /// A struct, an array, a map or a variant as JSON.
    to_json(col: Column, options: Options = None);
    /// A struct as XML.
    to_xml(col: Column, options: Options = None);
    /// All texts that an XPath finds in an XML text.
    xpath(xml: Column, path: Column);
    /// Whether an XPath finds something.
    xpath_boolean(xml: Column, path: Column);
    /// The double that an XPath finds.
    xpath_double(xml: Column, path: Column);
    /// The float that an XPath finds.
    xpath_float(xml: Column, path: Column);
    /// The integer that an XPath finds.
    xpath_int(xml: Column, path: Column);
    /// The long integer that an XPath finds.
    xpath_long(xml: Column, path: Column);
    /// The number that an XPath finds.
    xpath_number(xml: Column, path: Column);
    /// The short integer that an XPath finds.
    xpath_short(xml: Column, path: Column);
    /// The text that an XPath finds.
    xpath_string(xml: Column, path: Column);

    /// Whether a variant is valid.
    is_valid_variant(v: Column);
    /// Whether a variant is a variant's null.
    is_variant_null(v: Column);
    /// The variant of a JSON text.
    parse_json(col: Column);
    /// The variant of a JSON text, or null where it is none.
    try_parse_json(col: Column);
    /// The schema of a variant, as DDL.
    schema_of_variant(v: Column);
    /// One schema, as DDL, for all variants.
    schema_of_variant_agg(v: Column);
    /// A value as a variant.
    to_variant_object(col: Column);
    /// The value at a path of a variant, in a type.
    variant_get(v: Column, path: Value, targetType: Value);
    /// The value at a path of a variant, in a type, or null where it does not fit.
    try_variant_get(v: Column, path: Value, targetType: Value);
    /// The variant with a value put in at a path where there is none.
    variant_insert(v: Column, path: Value, value: Column);
    /// The variant with a value put in at a path, or null where that fails.
    try_variant_insert(v: Column, path: Value, value: Column);
    /// The variant with the value at a path replaced, and put in where there is none if asked for.
    variant_set(v: Column, path: Value, value: Column, create_if_missing: Value = true);
    /// The variant with the value at a path replaced, or null where that fails.
    try_variant_set(v: Column, path: Value, value: Column, create_if_missing: Value = true);
    /// The variant with an element at the end of the array at a path.
    variant_array_append(v: Column, path: Value, value: Column);
    /// The variant with an element at the end of the array at a path, or null where that fails.
    try_variant_array_append(v: Column, path: Value, value: Column);
    /// The variant without nulls in its objects, and in its arrays if asked for.
    variant_strip_nulls(v: Column, include_arrays: Value = true);

    /// The struct of a CSV text, of a schema.
    from_csv(col: Column, schema: Schema, options: Options = None);
    /// The value of a JSON text, of a schema.
    from_json(col: Column, schema: Schema, options: Options = None);
    /// The struct of an XML text, of a schema.
    from_xml(col: Column, schema: Schema, options: Options = None);
}

specials! {
    /// Fields of the object of a JSON text as columns.
    json_tuple(col: Column, fields: Values) = json_tuple_of;
    /// The variant without the values at some paths.
    variant_delete(v: Column, paths: Values) = variant_delete_of;
}

/// Fields of the object of a JSON text as columns. Fails without fields.
pub fn json_tuple(col: impl IntoColumn, fields: impl IntoIterator<Item = impl IntoValue>) -> Result<Column> {
    let fields = fields.into_iter().map(IntoValue::into_value).collect();
    with_some("json_tuple", "field", col.into_column(), fields)
}

/// The variant without the values at some paths. Fails without paths.
pub fn variant_delete(v: impl IntoColumn, paths: impl IntoIterator<Item = impl IntoValue>) -> Result<Column> {
    let paths = paths.into_iter().map(IntoValue::into_value).collect();
    with_some("variant_delete", "paths", v.into_column(), paths)
}

fn json_tuple_of(bound: Bound) -> Result<Column> {
    let fields: Result<Vec<Column>> = bound.all(1).iter().map(|field| field.value("fields")).collect();
    with_some(
        "json_tuple",
        "field",
        bound.required(0, "col")?.column("col")?,
        fields?,
    )
}

fn variant_delete_of(bound: Bound) -> Result<Column> {
    let paths: Result<Vec<Column>> = bound.all(1).iter().map(|path| path.value("paths")).collect();
    with_some(
        "variant_delete",
        "paths",
        bound.required(0, "v")?.column("v")?,
        paths?,
    )
}

fn with_some(name: &str, item: &str, first: Column, others: Vec<Column>) -> Result<Column> {
    if others.is_empty() {
        return Err(Error::new(
            ErrorKind::Invalid,
            format!("[CANNOT_BE_EMPTY] At least one {item} must be specified."),
        ));
    }
    let arguments = std::iter::once(first).chain(others).map(Column::into_expression);
    Ok(Column::new(Expression::function(name, arguments.collect())))
}
