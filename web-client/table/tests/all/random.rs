//! Random arrays of random types: whatever they hold, windows, values and copies agree.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, RecordBatch, UInt32Array, make_array};
use arrow_buffer::{BooleanBuffer, Buffer, NullBuffer};
use arrow_data::ArrayData;
use arrow_schema::{DataType, Field, Fields, IntervalUnit, Schema, TimeUnit, UnionFields, UnionMode};
use proptest::prelude::*;
use result_table::{CellKind, Formatter, Table};

/// A source of numbers, so that one seed stands for a type and its values.
struct Source(u64);

impl Source {
    fn next(&mut self) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        self.0 ^ self.0 >> 33
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() >> 8) as usize % limit
    }

    /// Bytes of fixed-width values: small, large, all ones, or anything.
    fn bytes(&mut self, count: usize, width: usize) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(count * width);
        for _ in 0..count {
            let value: Vec<u8> = match self.below(5) {
                0 => vec![0; width],
                1 => vec![0xff; width],
                2 => (0..width)
                    .map(|place| if place == width - 1 { 0x80 } else { 0 })
                    .collect(),
                3 => (0..width)
                    .map(|place| if place == 0 { self.next() as u8 } else { 0 })
                    .collect(),
                _ => (0..width).map(|_| self.next() as u8).collect(),
            };
            bytes.extend(value);
        }
        bytes
    }

    fn text(&mut self) -> String {
        const PIECES: [&str; 12] = [
            "a",
            "null",
            "\n",
            "\t",
            "\"",
            "\\",
            "日本",
            "👩\u{200d}👧",
            "\u{202e}",
            "\0",
            ",",
            "  ",
        ];
        let longest = if self.below(10) == 0 { 600 } else { 6 };
        (0..self.below(longest))
            .map(|_| PIECES[self.below(PIECES.len())])
            .collect()
    }

    fn unit(&mut self) -> TimeUnit {
        [
            TimeUnit::Second,
            TimeUnit::Millisecond,
            TimeUnit::Microsecond,
            TimeUnit::Nanosecond,
        ][self.below(4)]
    }

    fn field(&mut self, depth: usize) -> Field {
        let name = self.text();
        Field::new(name, self.data_type(depth), true)
    }

    fn data_type(&mut self, depth: usize) -> DataType {
        use DataType::*;
        let item = |source: &mut Source| Arc::new(Field::new_list_field(source.data_type(depth - 1), true));
        match self.below(if depth == 0 { 29 } else { 38 }) {
            0 => Null,
            1 => Boolean,
            2 => Int8,
            3 => Int16,
            4 => Int32,
            5 => Int64,
            6 => UInt8,
            7 => UInt16,
            8 => UInt32,
            9 => UInt64,
            10 => Float16,
            11 => Float32,
            12 => Float64,
            13 => Decimal32(9, self.next() as i8 % 10),
            14 => Decimal64(18, self.next() as i8 % 19),
            15 => Decimal128(38, self.next() as i8 % 39),
            16 => Decimal256(76, self.next() as i8 % 77),
            17 => Date32,
            18 => Date64,
            19 => Time32([TimeUnit::Second, TimeUnit::Millisecond][self.below(2)]),
            20 => Time64([TimeUnit::Microsecond, TimeUnit::Nanosecond][self.below(2)]),
            21 => Timestamp(self.unit(), None),
            22 => Timestamp(self.unit(), Some("UTC".into())),
            23 => Duration(self.unit()),
            24 => Interval(
                [
                    IntervalUnit::YearMonth,
                    IntervalUnit::DayTime,
                    IntervalUnit::MonthDayNano,
                ][self.below(3)],
            ),
            25 => Utf8,
            26 => LargeUtf8,
            27 => Binary,
            28 => FixedSizeBinary(self.below(5) as i32),
            29 => List(item(self)),
            30 => LargeList(item(self)),
            31 => FixedSizeList(item(self), self.below(4) as i32),
            32 => ListView(item(self)),
            33 => Struct((0..self.below(4)).map(|_| self.field(depth - 1)).collect()),
            34 => Map(
                Arc::new(Field::new(
                    "entries",
                    Struct(Fields::from(vec![
                        Field::new("key", self.data_type(depth - 1), false),
                        Field::new("value", self.data_type(depth - 1), true),
                    ])),
                    false,
                )),
                false,
            ),
            35 => Dictionary(
                Box::new([Int8, Int16, Int32, Int64, UInt8, UInt16, UInt32, UInt64][self.below(8)].clone()),
                Box::new(self.data_type(0)),
            ),
            36 => RunEndEncoded(
                Arc::new(Field::new(
                    "run_ends",
                    [Int16, Int32, Int64][self.below(3)].clone(),
                    false,
                )),
                Arc::new(Field::new("values", self.data_type(0), true)),
            ),
            _ => {
                let fields = (0..1 + self.below(3))
                    .map(|_| Arc::new(self.field(depth - 1)))
                    .collect::<Vec<_>>();
                let ids = (0..fields.len() as i8).map(|id| id * 5);
                Union(UnionFields::try_new(ids, fields).unwrap(), UnionMode::Sparse)
            }
        }
    }

    /// Offsets of `length` lists, and the number of their elements.
    fn offsets(&mut self, length: usize, large: bool) -> (Buffer, usize) {
        let mut offsets = vec![0_i64];
        for _ in 0..length {
            offsets.push(offsets[offsets.len() - 1] + self.below(4) as i64);
        }
        let end = offsets[length] as usize;
        (if large { offsets.into() } else { integers(&offsets) }, end)
    }

    fn array(&mut self, data_type: &DataType, length: usize, nullable: bool) -> ArrayRef {
        use DataType::*;
        let mut data = ArrayData::builder(data_type.clone()).len(length);
        data = match data_type {
            Null => data,
            Boolean => data.add_buffer(self.bytes(length.div_ceil(8), 1).into()),
            Utf8 | LargeUtf8 | Binary => {
                let (mut bytes, mut offsets) = (Vec::<u8>::new(), vec![0_i64]);
                for _ in 0..length {
                    bytes.extend(self.text().as_bytes());
                    offsets.push(bytes.len() as i64);
                }
                let large = *data_type == LargeUtf8;
                data.add_buffer(if large { offsets.into() } else { integers(&offsets) })
                    .add_buffer(bytes.into())
            }
            List(item) | LargeList(item) => {
                let (offsets, end) = self.offsets(length, matches!(data_type, LargeList(_)));
                data.add_buffer(offsets).add_child_data(self.child(item, end))
            }
            ListView(item) => {
                let elements = 1 + self.below(8);
                let starts: Vec<i64> = (0..length).map(|_| self.below(elements) as i64).collect();
                let sizes: Vec<i64> = starts
                    .iter()
                    .map(|&start| self.below(elements - start as usize + 1) as i64)
                    .collect();
                data.add_buffer(integers(&starts))
                    .add_buffer(integers(&sizes))
                    .add_child_data(self.child(item, elements))
            }
            FixedSizeList(item, size) => data.add_child_data(self.child(item, length * *size as usize)),
            Struct(fields) => {
                for field in fields {
                    data = data.add_child_data(self.child(field, length));
                }
                data
            }
            Map(entries, _) => {
                let (offsets, end) = self.offsets(length, false);
                data.add_buffer(offsets).add_child_data(self.child(entries, end))
            }
            Dictionary(keys, values) => {
                let size = 1 + self.below(5);
                let width = keys.primitive_width().unwrap();
                let keys: Vec<u8> = (0..length)
                    .flat_map(|_| (self.below(size) as u64).to_le_bytes()[..width].to_vec())
                    .collect();
                data.add_buffer(keys.into())
                    .add_child_data(self.array(values, size, true).to_data())
            }
            RunEndEncoded(ends, values) => {
                let width = ends.data_type().primitive_width().unwrap();
                let mut runs = Vec::<u8>::new();
                let mut end = 0;
                while end < length {
                    end += 1 + self.below(4);
                    runs.extend(&(end as u64).to_le_bytes()[..width]);
                }
                let count = runs.len() / width;
                let ends = ArrayData::builder(ends.data_type().clone())
                    .len(count)
                    .add_buffer(runs.into());
                data.add_child_data(ends.align_buffers(true).build().unwrap())
                    .add_child_data(self.child(values, count))
            }
            Union(fields, _) => {
                let ids: Vec<i8> = (0..length).map(|_| self.below(fields.len()) as i8 * 5).collect();
                data = data.add_buffer(ids.into());
                for (_, field) in fields.iter() {
                    data = data.add_child_data(self.child(field, length));
                }
                data
            }
            FixedSizeBinary(width) => data.add_buffer(self.bytes(length, *width as usize).into()),
            primitive => data.add_buffer(self.bytes(length, primitive.primitive_width().unwrap()).into()),
        };
        if nullable && !matches!(data_type, Null | RunEndEncoded(..) | Union(..)) && self.below(2) == 0 {
            let valid = BooleanBuffer::from_iter((0..length).map(|_| self.below(3) > 0));
            data = data.nulls(Some(NullBuffer::new(valid)));
        }
        make_array(data.align_buffers(true).build().unwrap())
    }

    fn child(&mut self, field: &Field, length: usize) -> ArrayData {
        self.array(field.data_type(), length, field.is_nullable())
            .to_data()
    }
}

fn integers(numbers: &[i64]) -> Buffer {
    numbers
        .iter()
        .map(|&number| number as i32)
        .collect::<Vec<_>>()
        .into()
}

/// Makes one line of a value at length: only between elements there are line breaks.
fn one_line(lines: &str) -> String {
    let mut line = String::new();
    for part in lines.split('\n') {
        let part = if line.is_empty() {
            part
        } else {
            part.trim_start_matches(' ')
        };
        if line.ends_with(',') && !line.is_empty() {
            line.push(' ');
        }
        line.push_str(part);
    }
    line
}

fn is_text(data_type: &DataType) -> bool {
    match data_type {
        DataType::Utf8 | DataType::LargeUtf8 => true,
        DataType::Dictionary(_, values) => is_text(values),
        DataType::RunEndEncoded(_, values) => is_text(values.data_type()),
        DataType::Union(..) => true,
        _ => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn windows_values_and_copies_agree(seed in any::<u64>()) {
        let mut source = Source(seed);
        let formatter = Formatter::new("Europe/Berlin").unwrap();
        let data_type = source.data_type(3);
        let schema = Arc::new(Schema::new(vec![
            Field::new("row", DataType::UInt32, false),
            Field::new("c", data_type.clone(), true),
        ]));
        let mut table = Table::new(schema.clone(), "Europe/Berlin").unwrap();
        for _ in 0..3 {
            let (length, cut) = (source.below(12), source.below(4));
            let array = source.array(&data_type, length + cut, true).slice(cut, length);
            for row in 0..length {
                let mut json = String::new();
                formatter.json(&array, row, &mut json);
                let parsed = serde_json::from_str::<serde_json::Value>(&json);
                prop_assert!(parsed.is_ok(), "{json}");
            }
            let rows = table.rows() as u32;
            let rows: ArrayRef = Arc::new(UInt32Array::from_iter_values(rows..rows + length as u32));
            table.push(RecordBatch::try_new(schema.clone(), vec![rows, array]).unwrap()).unwrap();
        }
        let window = table.window(0..u64::MAX, 0..2);
        prop_assert_eq!(window.cells.len() as u64, 2 * table.rows());
        for (row, cells) in window.cells.chunks(2).enumerate() {
            let row = row as u64;
            prop_assert_eq!(&cells[0].text, &row.to_string());
            let cell = &cells[1];
            prop_assert!(cell.text.chars().count() <= 400 && !cell.text.contains('\n'));
            prop_assert_eq!(&table.window(row..row + 1, 1..2).cells[0], cell);
            let value = table.value(row, 1, usize::MAX).unwrap();
            prop_assert_eq!(value.null, cell.kind == CellKind::Null);
            prop_assert_eq!(value.total_bytes, value.text.len() as u64);
            let cut = table.value(row, 1, 7).unwrap();
            prop_assert_eq!(cut.total_bytes, value.total_bytes);
            prop_assert!(value.text.starts_with(&cut.text) && cut.text.len() <= 7);
            let copy = table.tab_separated(row..row + 1, 1..2, false, usize::MAX).unwrap();
            if !is_text(&data_type) {
                let line = one_line(&value.text);
                prop_assert!(line.starts_with(&cell.text));
                prop_assert_eq!(line == cell.text, cell.kind != CellKind::Cut);
                let copied = match copy.strip_prefix('"') {
                    Some(quoted) => quoted.strip_suffix('"').unwrap_or_default().replace("\"\"", "\""),
                    None => copy,
                };
                prop_assert_eq!(copied, if value.null { String::new() } else { line });
            }
        }
        while !table.advance_statistics(5) {}
        let statistics = table.statistics(0..2);
        prop_assert_eq!(statistics.rows, table.rows());
        let nulls = window.cells.chunks(2).filter(|cells| cells[1].kind == CellKind::Null).count();
        prop_assert_eq!(statistics.columns[1].nulls, nulls as u64);
    }
}
