//! Windows, values, copies and memory of a table of many batches.

use std::sync::Arc;

use crate::common::{schema_of, table_in};
use arrow_array::*;
use arrow_buffer::{Buffer, ScalarBuffer};
use arrow_schema::{DataType, Field, Fields, Schema, SchemaRef, TimeUnit};
use result_table::{CellKind, Error, Table, time_zone};

fn schema() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new("n", DataType::Int64, false),
        Field::new("s", DataType::Utf8, true),
        Field::new("n", DataType::Int64, false),
    ]))
}

/// A batch of consecutive numbers; the text of every third row is null.
fn batch(rows: std::ops::Range<i64>) -> RecordBatch {
    let numbers = Int64Array::from_iter_values(rows.clone());
    let texts = StringArray::from_iter(
        rows.clone()
            .map(|row| (row % 3 != 0).then(|| format!("row {row}"))),
    );
    let doubles = Int64Array::from_iter_values(rows.map(|row| 2 * row));
    RecordBatch::try_new(
        schema(),
        vec![Arc::new(numbers), Arc::new(texts), Arc::new(doubles)],
    )
    .unwrap()
}

/// Fifteen rows in six batches, of which two are empty.
fn table() -> Table {
    let mut table = Table::new(schema(), "UTC").unwrap();
    for rows in [0..1, 1..5, 5..5, 5..12, 12..12, 12..15] {
        table.push(batch(rows)).unwrap();
    }
    table
}

fn expected(row: u64, column: u32) -> (String, CellKind) {
    match column {
        0 => (row.to_string(), CellKind::Whole),
        1 if row.is_multiple_of(3) => ("null".to_owned(), CellKind::Null),
        1 => (format!("row {row}"), CellKind::Whole),
        _ => ((2 * row).to_string(), CellKind::Whole),
    }
}

#[test]
fn every_window() {
    let table = table();
    for start in 0..17 {
        for end in 0..17 {
            for columns in [0..3, 1..2, 2..9, 3..3, 0..0] {
                let window = table.window(start..end, columns.clone());
                let rows = start.min(end.min(15))..end.min(15);
                let columns = columns.start..columns.end.min(3);
                assert_eq!((&window.rows, &window.columns), (&rows, &columns));
                let cells: Vec<_> = rows
                    .flat_map(|row| columns.clone().map(move |column| expected(row, column)))
                    .collect();
                let found: Vec<_> = window
                    .cells
                    .into_iter()
                    .map(|cell| (cell.text, cell.kind))
                    .collect();
                assert_eq!(found, cells, "rows {start}..{end}");
            }
        }
    }
}

#[test]
fn growing_leaves_earlier_rows() {
    let mut table = Table::new(schema(), "UTC").unwrap();
    assert_eq!(
        (table.rows(), table.bytes(), table.window(0..10, 0..3).cells.len()),
        (0, 0, 0)
    );
    for start in 0..20 {
        table.push(batch(start..start + 1)).unwrap();
        assert_eq!(table.rows(), start as u64 + 1);
        let window = table.window(0..100, 0..1);
        assert!(
            window
                .cells
                .iter()
                .enumerate()
                .all(|(row, cell)| cell.text == row.to_string())
        );
    }
}

#[test]
fn truncating() {
    for rows in 0..17 {
        let mut table = table();
        let before = table.bytes();
        table.truncate(rows);
        assert_eq!(table.rows(), rows.min(15));
        let window = table.window(0..100, 0..3);
        assert_eq!(window.rows, 0..rows.min(15));
        assert!(window.cells.len() as u64 == 3 * rows.min(15));
        assert_eq!(
            window.cells.last().map(|cell| cell.text.clone()),
            rows.min(15).checked_sub(1).map(|row| (2 * row).to_string())
        );
        assert!(table.bytes() <= before && (table.bytes() == 0) == (rows == 0));
        table.push(batch(100..102)).unwrap();
        assert_eq!(table.window(rows.min(15)..100, 0..1).cells[0].text, "100");
    }
}

#[test]
fn other_types_are_refused() {
    let mut table = table();
    let narrow = RecordBatch::try_new(
        schema_of(&Int64Array::from(vec![1])),
        vec![Arc::new(Int64Array::from(vec![1]))],
    )
    .unwrap();
    let error = table.push(narrow).unwrap_err();
    assert_eq!(
        error,
        Error::ColumnCount {
            expected: 3,
            found: 1
        }
    );

    let mut fields = schema().fields().to_vec();
    fields[1] = Arc::new(Field::new("s", DataType::Binary, true));
    let other = Arc::new(Schema::new(fields));
    let error = table.push(RecordBatch::new_empty(other)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "Column 2 (\"s\") of a batch came as Binary, but the result has it as Utf8. Run the query again; if \
         it happens once more, the server sends an inconsistent result."
    );
    assert_eq!(table.rows(), 15);

    let mut fields = schema().fields().to_vec();
    fields[1] = Arc::new(Field::new("another name", DataType::Utf8, false));
    table
        .push(RecordBatch::new_empty(Arc::new(Schema::new(fields))))
        .unwrap();
}

#[test]
fn unknown_zones_are_named() {
    for zone in [
        "Mars/Olympus",
        "",
        "+",
        "+19",
        "+18:01",
        "+1:60",
        "+1::2",
        "+123",
        "UTC+x",
        "GMT 2",
        "+-1",
        "+١",
    ] {
        let error = Table::new(schema(), zone).unwrap_err();
        assert_eq!(
            error,
            Error::UnknownTimeZone {
                name: zone.to_owned()
            }
        );
        assert!(error.to_string().contains(&format!("{zone:?}")), "{error}");
    }
}

#[test]
fn a_schema_names_the_zone_of_its_moments() {
    let moment = |zone: Option<&str>| {
        let zone = zone.map(Into::into);
        Field::new("at", DataType::Timestamp(TimeUnit::Microsecond, zone), true)
    };
    let inside = Fields::from(vec![moment(None), moment(Some("Asia/Tokyo"))]);
    let inside = Field::new("inside", DataType::Struct(inside), true);
    let list = Field::new("list", DataType::List(Arc::new(inside)), true);
    let zone = |fields: Vec<Field>| time_zone(&Schema::new(fields)).map(str::to_owned);
    assert_eq!(zone(vec![moment(None)]), None);
    assert_eq!(zone(vec![moment(None), list]).as_deref(), Some("Asia/Tokyo"));
    assert_eq!(zone(vec![]), None);
}

#[test]
fn rows_without_columns() {
    let schema = Arc::new(Schema::empty());
    let options = RecordBatchOptions::new().with_row_count(Some(7));
    let batch = RecordBatch::try_new_with_options(schema.clone(), vec![], &options).unwrap();
    let mut table = Table::new(schema, "UTC").unwrap();
    table.push(batch).unwrap();
    assert_eq!((table.rows(), table.bytes()), (7, 0));
    let window = table.window(2..5, 0..5);
    assert_eq!((window.rows, window.columns, window.cells.len()), (2..5, 0..0, 0));
    assert!(table.value(0, 0, 100).is_none());
    assert!(table.advance_statistics(100));
    assert_eq!(table.statistics(0..10).rows, 7);
}

#[test]
fn values_outside_of_the_table() {
    let table = table();
    assert!(table.value(15, 0, 100).is_none());
    assert!(table.value(0, 3, 100).is_none());
    assert_eq!(table.value(14, 2, 100).unwrap().text, "28");
}

#[test]
fn tab_separated() {
    let table = table();
    let copy = |rows, columns, header| table.tab_separated(rows, columns, header, 1000).unwrap();
    assert_eq!(
        copy(3..6, 0..3, true),
        "n\ts\tn\n3\t\t6\n4\trow 4\t8\n5\trow 5\t10"
    );
    assert_eq!(copy(4..5, 1..2, false), "row 4");
    assert_eq!(copy(3..5, 1..2, false), "\nrow 4");
    assert_eq!(copy(20..30, 0..3, true), "n\ts\tn");
    assert_eq!(copy(20..30, 0..3, false), "");
    assert_eq!(copy(0..3, 3..3, false), "");

    let texts = StringArray::from(vec![
        Some("a\tb"),
        Some("a\nb"),
        Some("a \"b\""),
        Some(""),
        None,
        Some("back\\slash"),
    ]);
    let table = table_in(Arc::new(texts), "UTC");
    assert_eq!(
        table.tab_separated(0..6, 0..1, false, 1000).unwrap(),
        "\"a\tb\"\n\"a\nb\"\n\"a \"\"b\"\"\"\n\n\nback\\slash"
    );
    let long = "x".repeat(100_000);
    let table = table_in(Arc::new(StringArray::from(vec![long.as_str()])), "UTC");
    assert_eq!(table.tab_separated(0..1, 0..1, false, 100_000).unwrap(), long);
    assert_eq!(
        table.tab_separated(0..1, 0..1, false, 99_999).unwrap_err(),
        Error::TooLong { max_bytes: 99_999 }
    );
    assert_eq!(
        table.tab_separated(0..1, 0..1, true, 100_001).unwrap_err(),
        Error::TooLong { max_bytes: 100_001 }
    );
    assert_eq!(
        table.tab_separated(0..1, 0..1, true, 100_002).unwrap().len(),
        100_002
    );
    let null = table_in(Arc::new(NullArray::new(1)), "UTC");
    assert_eq!(null.tab_separated(0..1, 0..1, false, 0).unwrap(), "");
}

#[test]
fn shared_memory_is_counted_once() {
    let message = Buffer::from_vec(vec![1_i64; 1000]);
    let column = |from: usize| -> ArrayRef {
        Arc::new(Int64Array::new(
            ScalarBuffer::new(message.clone(), from, 100),
            None,
        ))
    };
    let schema = Arc::new(Schema::new(vec![
        Field::new("a", DataType::Int64, false),
        Field::new("b", DataType::Int64, false),
    ]));
    let batch = RecordBatch::try_new(schema.clone(), vec![column(0), column(500)]).unwrap();
    let mut table = Table::new(schema, "UTC").unwrap();
    table.push(batch).unwrap();
    assert_eq!(table.bytes(), 8000);

    let list =
        ListArray::from_iter_primitive::<arrow_array::types::Int32Type, _, _>([Some(vec![Some(1); 1000])]);
    let bytes = table_in(Arc::new(list), "UTC").bytes();
    assert!((4000..10_000).contains(&bytes), "{bytes}");
}

#[test]
fn a_window_costs_what_it_shows() {
    // Ten thousand times the data may not take a hundred times as long.
    let time = |table: &Table| {
        let start = std::time::Instant::now();
        for _ in 0..50 {
            assert_eq!(
                table.window(table.rows() - 20..table.rows(), 0..1).cells.len(),
                20
            );
        }
        start.elapsed()
    };
    let small = StringArray::from(vec!["x".repeat(1000); 20]);
    let large = StringArray::from(vec!["x".repeat(1_000_000); 20]);
    let (small, mut large) = (table_in(Arc::new(small), "UTC"), table_in(Arc::new(large), "UTC"));
    let more = RecordBatch::try_new(
        large.schema().clone(),
        vec![Arc::new(StringArray::from(vec!["y".repeat(1000); 20])) as ArrayRef],
    )
    .unwrap();
    for _ in 0..5000 {
        large.push(more.clone()).unwrap();
    }
    time(&small);
    assert!(time(&large) < 100 * time(&small));
    assert_eq!(large.window(0..1, 0..1).cells[0].kind, CellKind::Cut);
}
