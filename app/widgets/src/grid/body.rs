//! The elements of the visible rows: a pool that follows the visible area.
//!
//! Their order in the page is that of the rows and columns. An element keeps its cell as long as that is
//! visible; only what comes into view is written.

use std::{collections::VecDeque, ops::Range};

use engine_api::{Align, CellKind, Column};
use web_sys::{HtmlElement, Text};

use super::{
    ROW,
    cell_text::{self, Part, needs_quotes, parts},
    columns::Columns,
    dom::{Dom, div, element, px, shift_down, text_in},
    loader::{Area, Loader},
    selection::Place,
    slide::{Slide, slide},
};

/// Rows are placed relative to a multiple of this, so that scrolling moves one element and no row.
const BLOCK: u64 = 16_384;

/// What is to be shown besides the area.
pub(crate) struct Scene<'a> {
    pub(crate) columns: &'a [Column],
    pub(crate) widths: &'a Columns,
    pub(crate) loader: &'a Loader,
    /// The width of the row numbers.
    pub(crate) gutter: f64,
    /// Px of rows above the viewport.
    pub(crate) offset: f64,
    /// Selected rows and columns; empty while there is no more than one cell.
    pub(crate) selected: Area,
    /// Where the focus is, or would be.
    pub(crate) focus: Place,
    /// Whether the user has put the focus anywhere.
    pub(crate) marked: bool,
}

impl Scene<'_> {
    /// How a place is marked. Headers and row numbers are marked where a cell of theirs is selected.
    pub(crate) fn marks(&self, place: Place) -> u16 {
        let Area { rows, columns } = &self.selected;
        let selected = match (place.row, place.column) {
            (Some(row), Some(column)) => rows.contains(&row) && columns.contains(&column),
            (Some(row), None) => rows.contains(&row),
            (None, Some(column)) => columns.contains(&column),
            (None, None) => false,
        };
        let selected = if selected { SELECTED } else { 0 };
        match (self.focus == place, self.marked) {
            (true, true) => selected | CURRENT | FOCUS,
            (true, false) => selected | FOCUS,
            _ => selected,
        }
    }
}

/// How an element looks: the kind of its cell, its place in the selection.
const WAITING: u16 = 1;
const NULL: u16 = 2;
const EMPTY: u16 = 4;
const END: u16 = 8;
const SELECTED: u16 = 16;
const CURRENT: u16 = 32;
/// The one that Tab reaches.
const FOCUS: u16 = 64;
/// Blanks at its ends.
const QUOTED: u16 = 128;
/// Nothing but blanks.
const BLANK: u16 = 256;
/// A look that no element has.
pub(crate) const NEW: u16 = 512;

const CLASSES: [(u16, &str); 7] = [
    (WAITING, " waiting"),
    (NULL, " null"),
    (EMPTY, " empty"),
    (QUOTED, " quoted"),
    (END, " end"),
    (SELECTED, " selected"),
    (CURRENT, " current"),
];

/// What assistive technology calls a cell whose text does not say what it is.
fn label(look: u16) -> Option<&'static str> {
    [(NULL, "null value"), (EMPTY, "empty text"), (BLANK, "blank text")]
        .into_iter()
        .find_map(|(flag, label)| (look & flag != 0).then_some(label))
}

/// Gives an element its look.
pub(crate) fn dress(element: &HtmlElement, class: &str, old: u16, new: u16) -> Dom<()> {
    if old == new {
        return Ok(());
    }
    let changed = if old == NEW { u16::MAX } else { old ^ new };
    let mut classes = String::from(class);
    for (flag, name) in CLASSES {
        if new & flag != 0 {
            classes.push_str(name);
        }
    }
    element.set_class_name(&classes);
    if changed & FOCUS != 0 {
        element.set_tab_index(if new & FOCUS != 0 { 0 } else { -1 });
    }
    if changed & SELECTED != 0 {
        element.set_attribute(
            "aria-selected",
            if new & SELECTED != 0 { "true" } else { "false" },
        )?;
    }
    if label(old) != label(new) {
        match label(new) {
            Some(label) => element.set_attribute("aria-label", label)?,
            None => element.remove_attribute("aria-label")?,
        }
    }
    Ok(())
}

struct CellSlot {
    element: HtmlElement,
    text: Text,
    column: u32,
    look: u16,
    /// Whether the text is that of the cell.
    filled: bool,
    /// Whether there is more in the element than the text.
    escapes: bool,
}

impl CellSlot {
    fn new() -> Dom<Self> {
        let element = div("dg-cell", "gridcell")?;
        let text = text_in(&element)?;
        Ok(Self {
            element,
            text,
            column: 0,
            look: NEW,
            filled: false,
            escapes: false,
        })
    }

    fn assign(&mut self, column: u32, widths: &Columns, gutter: f64) -> Dom<()> {
        self.column = column;
        self.filled = false;
        self.element
            .set_attribute("aria-colindex", &(column + 2).to_string())?;
        self.place(widths, gutter)
    }

    fn place(&self, widths: &Columns, gutter: f64) -> Dom<()> {
        px(&self.element, "left", gutter + widths.left(self.column))?;
        px(&self.element, "width", widths.width(self.column))
    }

    fn paint(&mut self, row: u64, scene: &Scene) -> Dom<()> {
        let mut look = self.look & (NULL | EMPTY | QUOTED | BLANK | END);
        if !self.filled {
            let end = scene
                .columns
                .get(self.column as usize)
                .is_some_and(|c| c.kind.align() == Align::End);
            look = if end { END } else { 0 };
            match scene.loader.cell(row, self.column) {
                Some(cell) => {
                    self.filled = true;
                    let text = cell_text::text(cell);
                    look |= match cell.kind {
                        CellKind::Null => NULL,
                        _ if text.is_empty() => EMPTY,
                        _ if text.trim().is_empty() => QUOTED | BLANK,
                        _ if needs_quotes(&text) => QUOTED,
                        _ => 0,
                    };
                    self.write(&text)?;
                }
                None if self.look & WAITING != 0 => look |= WAITING,
                None => {
                    look |= WAITING;
                    self.write("")?;
                }
            }
        }
        look |= scene.marks(Place::cell(row, self.column));
        dress(&self.element, "dg-cell", self.look, look)?;
        self.look = look;
        Ok(())
    }

    fn write(&mut self, text: &str) -> Dom<()> {
        if self.escapes {
            self.element.set_text_content(None);
            self.element.append_child(&self.text)?;
        }
        let parts = parts(text);
        self.escapes = !matches!(parts[..], [Part::Plain(_)]);
        if !self.escapes {
            self.text.set_data(text);
            return Ok(());
        }
        self.text.set_data("");
        for part in parts {
            match part {
                Part::Plain(text) => text_in(&self.element)?.set_data(text),
                Part::Escape(escape) => {
                    let mark = element("span", "dg-escape")?;
                    mark.set_text_content(Some(&escape));
                    self.element.append_child(&mark)?;
                }
            }
        }
        Ok(())
    }
}

struct RowSlot {
    element: HtmlElement,
    number: HtmlElement,
    number_text: Text,
    number_look: u16,
    row: u64,
    cells: VecDeque<CellSlot>,
}

impl RowSlot {
    fn new() -> Dom<Self> {
        let element = div("dg-row", "row")?;
        let number = div("dg-number", "rowheader")?;
        number.set_attribute("aria-colindex", "1")?;
        let number_text = text_in(&number)?;
        element.append_child(&number)?;
        Ok(Self {
            element,
            number,
            number_text,
            number_look: NEW,
            row: 0,
            cells: VecDeque::new(),
        })
    }

    fn assign(&mut self, row: u64, origin: u64) -> Dom<()> {
        self.row = row;
        self.number_text.set_data(&(row + 1).to_string());
        self.element
            .set_attribute("aria-rowindex", &(row + 2).to_string())?;
        for cell in &mut self.cells {
            cell.filled = false;
        }
        self.place(origin)
    }

    fn place(&self, origin: u64) -> Dom<()> {
        shift_down(&self.element, (self.row - origin) as f64 * ROW)
    }

    fn slide(&mut self, change: Slide, to: &Range<u32>, scene: &Scene) -> Dom<()> {
        for _ in 0..change.drop_front {
            self.cells.pop_front().inspect(|cell| cell.element.remove());
        }
        for _ in 0..change.drop_back {
            self.cells.pop_back().inspect(|cell| cell.element.remove());
        }
        for i in 0..change.add_front as u32 {
            let mut cell = CellSlot::new()?;
            cell.assign(
                to.start + change.add_front as u32 - 1 - i,
                scene.widths,
                scene.gutter,
            )?;
            self.element
                .insert_before(&cell.element, self.number.next_sibling().as_ref())?;
            self.cells.push_front(cell);
        }
        for i in 0..change.add_back as u32 {
            let mut cell = CellSlot::new()?;
            cell.assign(to.end - change.add_back as u32 + i, scene.widths, scene.gutter)?;
            self.element.append_child(&cell.element)?;
            self.cells.push_back(cell);
        }
        Ok(())
    }

    fn paint(&mut self, scene: &Scene) -> Dom<()> {
        let look = scene.marks(Place {
            row: Some(self.row),
            column: None,
        });
        dress(&self.number, "dg-number", self.number_look, look)?;
        self.number_look = look;
        self.cells
            .iter_mut()
            .try_for_each(|cell| cell.paint(self.row, scene))
    }
}

/// The visible rows.
pub(crate) struct Body {
    /// The element to put into the page.
    pub(crate) element: HtmlElement,
    mover: HtmlElement,
    rows: VecDeque<RowSlot>,
    shown: Area,
    origin: u64,
}

impl Body {
    pub(crate) fn new() -> Dom<Self> {
        let element = div("dg-body", "presentation")?;
        let mover = div("dg-rows", "rowgroup")?;
        element.append_child(&mover)?;
        Ok(Self {
            element,
            mover,
            rows: VecDeque::new(),
            shown: Area::default(),
            origin: 0,
        })
    }

    /// Shows an area.
    pub(crate) fn show(&mut self, area: &Area, scene: &Scene) -> Dom<()> {
        self.show_columns(&area.columns, scene)?;
        self.show_rows(&area.rows, scene)?;
        shift_down(&self.mover, self.origin as f64 * ROW - scene.offset)?;
        self.rows.iter_mut().try_for_each(|row| row.paint(scene))
    }

    /// Puts every cell where its column is now.
    pub(crate) fn place(&self, widths: &Columns, gutter: f64) -> Dom<()> {
        self.rows
            .iter()
            .flat_map(|row| &row.cells)
            .try_for_each(|cell| cell.place(widths, gutter))
    }

    /// The element at a place, if it is there.
    pub(crate) fn element_at(&self, place: Place) -> Option<&HtmlElement> {
        let slot = self
            .rows
            .get(place.row?.checked_sub(self.shown.rows.start)? as usize)?;
        match place.column {
            None => Some(&slot.number),
            Some(column) => {
                let index = column.checked_sub(self.shown.columns.start)?;
                slot.cells.get(index as usize).map(|cell| &cell.element)
            }
        }
    }

    fn show_columns(&mut self, to: &Range<u32>, scene: &Scene) -> Dom<()> {
        let wide = |range: &Range<u32>| u64::from(range.start)..u64::from(range.end);
        let change = slide(&wide(&self.shown.columns), &wide(to));
        if change != Slide::default() {
            self.rows
                .iter_mut()
                .try_for_each(|row| row.slide(change, to, scene))?;
        }
        self.shown.columns = to.clone();
        Ok(())
    }

    fn show_rows(&mut self, to: &Range<u64>, scene: &Scene) -> Dom<()> {
        let change = slide(&self.shown.rows, to);
        let origin = to.start / BLOCK * BLOCK;
        let mut spare: Vec<RowSlot> = Vec::new();
        spare.extend(self.rows.drain(..change.drop_front));
        let kept = self.rows.len() - change.drop_back;
        spare.extend(self.rows.drain(kept..));
        if origin != self.origin {
            self.origin = origin;
            self.rows.iter().try_for_each(|row| row.place(origin))?;
        }
        for i in 0..change.add_front as u64 {
            let slot = self.next(&mut spare, to.start + change.add_front as u64 - 1 - i, scene)?;
            let first = self.rows.front().map(|row| row.element.as_ref());
            self.mover.insert_before(&slot.element, first)?;
            self.rows.push_front(slot);
        }
        for i in 0..change.add_back as u64 {
            let slot = self.next(&mut spare, to.end - change.add_back as u64 + i, scene)?;
            self.mover.append_child(&slot.element)?;
            self.rows.push_back(slot);
        }
        spare.iter().for_each(|slot| slot.element.remove());
        self.shown.rows = to.clone();
        Ok(())
    }

    /// A row of the spare ones, or a new one.
    fn next(&self, spare: &mut Vec<RowSlot>, row: u64, scene: &Scene) -> Dom<RowSlot> {
        let mut slot = match spare.pop() {
            Some(slot) => slot,
            None => {
                let mut slot = RowSlot::new()?;
                let columns = &self.shown.columns;
                let change = Slide {
                    add_back: columns.len(),
                    ..Slide::default()
                };
                slot.slide(change, columns, scene)?;
                slot
            }
        };
        slot.assign(row, self.origin)?;
        Ok(slot)
    }
}
