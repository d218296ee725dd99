//! Arrays, structs and maps, much like JSON: `[1, 2]`, `{name: "Ada", age: 36}`, `{"k": 1}`.

use std::fmt::{self, Write};
use std::ops::Range;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, OffsetSizeTrait};
use arrow_buffer::ArrowNativeType;
use arrow_schema::{DataType, Fields};

use super::{Layout, Printer, Sink, bytes_at, text};
use crate::resolve::resolve;
use crate::variant::{self, Meaning};

/// Types nested deeper than this are not followed; Arrow's own reader gives up long before.
const DEEPEST: usize = 200;

impl Printer<'_> {
    pub(super) fn list(&mut self, array: &dyn Array, index: usize, depth: usize) -> fmt::Result {
        let Some((values, range)) = elements(array, index) else {
            return self.out.write_str("[]");
        };
        self.sequence('[', ']', range.len(), depth, |printer, place| {
            printer.element(values.as_ref(), range.start + place, depth + 1)
        })
    }

    pub(super) fn structure(
        &mut self,
        array: &dyn Array,
        fields: &Fields,
        index: usize,
        depth: usize,
    ) -> fmt::Result {
        let Some(structs) = array.as_struct_opt() else {
            return Ok(());
        };
        if let Meaning::Variant { value, metadata } = variant::meaning(fields) {
            let bytes = |column: usize| {
                let (array, index) = resolve(structs.columns().get(column)?.as_ref(), index)?;
                bytes_at(array, index)
            };
            let (value, metadata) = (
                bytes(value).unwrap_or_default(),
                bytes(metadata).unwrap_or_default(),
            );
            return variant::write(self, value, metadata, depth);
        }
        self.sequence('{', '}', fields.len(), depth, |printer, place| {
            if let (Some(field), Some(column)) = (fields.get(place), structs.columns().get(place)) {
                match printer.layout {
                    Layout::Json => text::write_quoted(printer.out, field.name())?,
                    _ => text::write_name(printer.out, field.name())?,
                }
                printer.colon()?;
                printer.element(column.as_ref(), index, depth + 1)?;
            }
            Ok(())
        })
    }

    pub(super) fn map(&mut self, array: &dyn Array, index: usize, depth: usize) -> fmt::Result {
        let Some(map) = array.as_map_opt() else {
            return Ok(());
        };
        let range = between(map.value_offsets(), index).unwrap_or_default();
        self.sequence('{', '}', range.len(), depth, |printer, place| {
            printer.key(map.keys().as_ref(), range.start + place, depth + 1)?;
            printer.colon()?;
            printer.element(map.values().as_ref(), range.start + place, depth + 1)
        })
    }

    /// Writes a key of a map. JSON has none but text, so that the text of any other key stands for it.
    fn key(&mut self, keys: &dyn Array, index: usize, depth: usize) -> fmt::Result {
        if self.layout != Layout::Json {
            return self.element(keys, index, depth);
        }
        let mut sink = Sink::onto(String::new());
        Printer::new(&mut sink, self.zone, Layout::Json).element(keys, index, depth)?;
        let key = sink.into_text();
        match key.starts_with('"') {
            true => self.out.write_str(&key),
            false => text::write_quoted(self.out, &key),
        }
    }

    /// What stands between a name and its value.
    pub(crate) fn colon(&mut self) -> fmt::Result {
        self.out.write_str(match self.layout {
            Layout::Json => ":",
            Layout::Cell | Layout::Copy | Layout::Lines => ": ",
        })
    }

    /// Writes elements between brackets, on one line or each on its own.
    pub(crate) fn sequence<E: From<fmt::Error>>(
        &mut self,
        open: char,
        close: char,
        length: usize,
        depth: usize,
        mut element: impl FnMut(&mut Self, usize) -> Result<(), E>,
    ) -> Result<(), E> {
        if depth >= DEEPEST && self.layout == Layout::Json {
            return Ok(self.out.write_str("\"…\"")?);
        }
        self.out.write_char(open)?;
        if depth >= DEEPEST {
            self.out.write_char('…')?;
        } else {
            for place in 0..length {
                if place > 0 {
                    self.out.write_char(',')?;
                }
                self.new_line(depth + 1, place > 0)?;
                element(self, place)?;
            }
            if length > 0 {
                self.new_line(depth, false)?;
            }
        }
        self.out.write_char(close)?;
        Ok(())
    }

    /// Begins a line if values are laid out over several; else only separates from what stands before.
    fn new_line(&mut self, depth: usize, separate: bool) -> fmt::Result {
        match self.layout {
            Layout::Lines => write!(self.out, "\n{:width$}", "", width = 2 * depth),
            Layout::Cell | Layout::Copy if separate => self.out.write_char(' '),
            Layout::Cell | Layout::Copy | Layout::Json => Ok(()),
        }
    }
}

/// The elements of the list at `index`: an array and a range of it, cut to the array.
fn elements(array: &dyn Array, index: usize) -> Option<(&ArrayRef, Range<usize>)> {
    let (values, range) = match array.data_type() {
        DataType::List(_) => {
            let list = array.as_list_opt::<i32>()?;
            (list.values(), between(list.value_offsets(), index)?)
        }
        DataType::LargeList(_) => {
            let list = array.as_list_opt::<i64>()?;
            (list.values(), between(list.value_offsets(), index)?)
        }
        DataType::ListView(_) => {
            let list = array.as_list_view_opt::<i32>()?;
            (
                list.values(),
                from(
                    list.value_offset(index).to_usize()?,
                    list.value_size(index).to_usize()?,
                )?,
            )
        }
        DataType::LargeListView(_) => {
            let list = array.as_list_view_opt::<i64>()?;
            (
                list.values(),
                from(
                    list.value_offset(index).to_usize()?,
                    list.value_size(index).to_usize()?,
                )?,
            )
        }
        DataType::FixedSizeList(..) => {
            let list = array.as_fixed_size_list_opt()?;
            let length = usize::try_from(list.value_length()).ok()?;
            (list.values(), from(index.checked_mul(length)?, length)?)
        }
        _ => return None,
    };
    let end = range.end.min(values.len());
    Some((values, range.start.min(end)..end))
}

fn between<O: OffsetSizeTrait>(offsets: &[O], index: usize) -> Option<Range<usize>> {
    Some(offsets.get(index)?.to_usize()?..offsets.get(index + 1)?.to_usize()?)
}

fn from(start: usize, length: usize) -> Option<Range<usize>> {
    Some(start..start.checked_add(length)?)
}
