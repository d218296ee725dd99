//! What the tests share: tables of one column, and listings of what they show.

use std::fmt::Write;
use std::sync::Arc;

use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::{Field, Schema, SchemaRef};
use result_table::{CellKind, Table};

/// A schema with one column, `c`, of the type of an array.
pub(crate) fn schema_of(array: &dyn Array) -> SchemaRef {
    Arc::new(Schema::new(vec![Field::new(
        "c",
        array.data_type().clone(),
        true,
    )]))
}

/// A table with one column, in a zone.
pub(crate) fn table_in(array: ArrayRef, zone: &str) -> Table {
    let schema = schema_of(&array);
    let batch = RecordBatch::try_new(schema.clone(), vec![array]).unwrap();
    let mut table = Table::new(schema, zone).unwrap();
    table.push(batch).unwrap();
    table
}

/// The texts of an array's cells, in Berlin.
pub(crate) fn cells(array: ArrayRef) -> Vec<String> {
    let table = table_in(array, "Europe/Berlin");
    table
        .window(0..u64::MAX, 0..1)
        .cells
        .into_iter()
        .map(|cell| cell.text)
        .collect()
}

/// Lists arrays by their types, each cell on a line; what is not whole is marked.
pub(crate) fn listing(arrays: &[ArrayRef]) -> String {
    let mut listing = String::new();
    for array in arrays {
        writeln!(listing, "{}", array.data_type()).unwrap();
        for cell in table_in(array.clone(), "Europe/Berlin")
            .window(0..u64::MAX, 0..1)
            .cells
        {
            let mark = match cell.kind {
                CellKind::Whole => "",
                CellKind::Cut => " (cut)",
                CellKind::Null => " (no value)",
            };
            writeln!(listing, "    {}{mark}", cell.text).unwrap();
        }
    }
    listing
}
