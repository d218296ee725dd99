//! The elements of the visible columns' headers: symbol, name, type, picture and small print of each.
//!
//! Every header has the same height from the start, so that statistics move nothing when they come.

use std::{collections::VecDeque, ops::Range};

use engine_api::{Align, Column, ColumnKind, ColumnStats, Histogram};
use web_sys::{Element, HtmlElement, Text};

use super::{
    body::{NEW, Scene, dress},
    columns::Columns,
    dom::{Dom, div, labelled, px, svg, text_in},
    selection::Place,
    slide::{Slide, slide},
    summaries::Summaries,
    summary::{self, PICTURE},
};

/// The symbol of a kind of values.
fn symbol(kind: ColumnKind) -> &'static str {
    match kind {
        ColumnKind::Integer => "123",
        ColumnKind::Fractional => "1.2",
        ColumnKind::Boolean => "t/f",
        ColumnKind::Text => "abc",
        ColumnKind::Binary => "0x",
        ColumnKind::Date => "d",
        ColumnKind::Time => "ts",
        ColumnKind::Interval => "+t",
        ColumnKind::Array => "[ ]",
        ColumnKind::Struct => "{ }",
        ColumnKind::Map => "k:v",
        ColumnKind::Other => "*",
    }
}

struct HeaderSlot {
    element: HtmlElement,
    symbol: Text,
    name: Text,
    data_type: Text,
    nulls: Text,
    picture: Element,
    values: Text,
    column: u32,
    look: u16,
    /// Rows that the statistics shown are about.
    summarised: Option<u64>,
}

impl HeaderSlot {
    fn new() -> Dom<Self> {
        let element = div("dg-head", "columnheader")?;
        let (title, _) = labelled(&element, "dg-title")?;
        let (symbol, symbol_text) = labelled(&title, "dg-symbol")?;
        symbol.set_attribute("aria-hidden", "true")?;
        let (_, name) = labelled(&title, "dg-name")?;
        let (line, _) = labelled(&element, "dg-small dg-type")?;
        let (_, data_type) = labelled(&line, "dg-type-name")?;
        let (_, nulls) = labelled(&line, "dg-nulls")?;
        let picture = svg("svg")?;
        for (attribute, value) in [
            ("class", "dg-picture"),
            ("viewBox", &format!("0 0 {} {}", PICTURE.0, PICTURE.1)),
            ("preserveAspectRatio", "none"),
            ("aria-hidden", "true"),
        ] {
            picture.set_attribute(attribute, value)?;
        }
        element.append_child(&picture)?;
        let (_, values) = labelled(&element, "dg-small dg-values")?;
        let handle = div("dg-handle", "presentation")?;
        element.append_child(&handle)?;
        Ok(Self {
            element,
            symbol: symbol_text,
            name,
            data_type,
            nulls,
            picture,
            values,
            column: 0,
            look: NEW,
            summarised: None,
        })
    }

    fn assign(&mut self, number: u32, column: &Column) -> Dom<()> {
        self.column = number;
        self.summarised = None;
        self.look = NEW;
        self.symbol.set_data(symbol(column.kind));
        // A column without a name still needs one to be spoken of.
        self.name.set_data(if column.name.is_empty() {
            "(no name)"
        } else {
            &column.name
        });
        self.data_type.set_data(&column.data_type);
        self.picture.set_text_content(None);
        self.values.set_data("");
        self.nulls.set_data("");
        self.element
            .set_attribute("aria-colindex", &(number + 2).to_string())?;
        self.describe(column, None)
    }

    fn place(&self, widths: &Columns, gutter: f64) -> Dom<()> {
        px(&self.element, "left", gutter + widths.left(self.column))?;
        px(&self.element, "width", widths.width(self.column))
    }

    fn paint(&mut self, scene: &Scene, summaries: &Summaries) -> Dom<()> {
        let Some(column) = scene.columns.get(self.column as usize) else {
            return Ok(());
        };
        let class = if column.kind.align() == Align::End {
            "dg-head end"
        } else {
            "dg-head"
        };
        let look = scene.marks(Place {
            row: None,
            column: Some(self.column),
        });
        dress(&self.element, class, self.look, look)?;
        self.look = look;
        let Some((rows, stats)) = summaries.get(self.column) else {
            return Ok(());
        };
        if self.summarised.replace(rows) == Some(rows) {
            return Ok(());
        }
        self.values.set_data(&summary::values(column.kind, stats));
        self.nulls.set_data(&summary::nulls(rows, stats));
        self.describe(column, Some((rows, stats)))?;
        self.draw(stats.histogram.as_ref())
    }

    /// Says what is known of the column to those who point at the header and to those who hear of it.
    fn describe(&self, column: &Column, known: Option<(u64, &ColumnStats)>) -> Dom<()> {
        let hints = summary::hints(column, known);
        self.element.set_title(&hints.join("\n"));
        self.element.set_attribute("aria-description", &hints.join("; "))
    }

    fn draw(&self, histogram: Option<&Histogram>) -> Dom<()> {
        self.picture.set_text_content(None);
        for bar in histogram.map(summary::picture).unwrap_or_default() {
            let rect = svg("rect")?;
            for (attribute, value) in [
                ("x", bar.x),
                ("y", bar.y),
                ("width", bar.width),
                ("height", bar.height),
                ("opacity", bar.opacity),
            ] {
                rect.set_attribute(attribute, &format!("{value:.2}"))?;
            }
            self.picture.append_child(&rect)?;
        }
        Ok(())
    }
}

/// The visible columns' headers.
pub(crate) struct Header {
    /// The element to put into the page.
    pub(crate) element: HtmlElement,
    row: HtmlElement,
    corner: HtmlElement,
    corner_look: u16,
    slots: VecDeque<HeaderSlot>,
    shown: Range<u32>,
}

impl Header {
    pub(crate) fn new() -> Dom<Self> {
        let element = div("dg-header", "rowgroup")?;
        let row = div("dg-header-row", "row")?;
        row.set_attribute("aria-rowindex", "1")?;
        let corner = div("dg-corner", "columnheader")?;
        corner.set_attribute("aria-colindex", "1")?;
        corner.set_attribute("aria-label", "Row number")?;
        text_in(&corner)?.set_data("#");
        row.append_child(&corner)?;
        element.append_child(&row)?;
        Ok(Self {
            element,
            row,
            corner,
            corner_look: NEW,
            slots: VecDeque::new(),
            shown: 0..0,
        })
    }

    /// Shows some columns' headers.
    pub(crate) fn show(&mut self, to: &Range<u32>, scene: &Scene, summaries: &Summaries) -> Dom<()> {
        let wide = |range: &Range<u32>| u64::from(range.start)..u64::from(range.end);
        let change = slide(&wide(&self.shown), &wide(to));
        if change != Slide::default() {
            self.slide(change, to, scene)?;
        }
        self.shown = to.clone();
        let look = scene.marks(Place::default());
        dress(&self.corner, "dg-corner", self.corner_look, look)?;
        self.corner_look = look;
        self.slots
            .iter_mut()
            .try_for_each(|slot| slot.paint(scene, summaries))
    }

    /// Puts every header where its column is now.
    pub(crate) fn place(&self, widths: &Columns, gutter: f64) -> Dom<()> {
        self.slots.iter().try_for_each(|slot| slot.place(widths, gutter))
    }

    /// The element of a column's header, or the corner; if it is there.
    pub(crate) fn element_at(&self, column: Option<u32>) -> Option<&HtmlElement> {
        match column {
            None => Some(&self.corner),
            Some(column) => {
                let index = column.checked_sub(self.shown.start)?;
                self.slots.get(index as usize).map(|slot| &slot.element)
            }
        }
    }

    fn slide(&mut self, change: Slide, to: &Range<u32>, scene: &Scene) -> Dom<()> {
        let mut spare: Vec<HeaderSlot> = self.slots.drain(..change.drop_front).collect();
        let kept = self.slots.len() - change.drop_back;
        spare.extend(self.slots.drain(kept..));
        for i in 0..change.add_front as u32 {
            let slot = next(&mut spare, to.start + change.add_front as u32 - 1 - i, scene)?;
            self.row
                .insert_before(&slot.element, self.corner.next_sibling().as_ref())?;
            self.slots.push_front(slot);
        }
        for i in 0..change.add_back as u32 {
            let slot = next(&mut spare, to.end - change.add_back as u32 + i, scene)?;
            self.row.append_child(&slot.element)?;
            self.slots.push_back(slot);
        }
        spare.iter().for_each(|slot| slot.element.remove());
        Ok(())
    }
}

/// A header of the spare ones, or a new one.
fn next(spare: &mut Vec<HeaderSlot>, number: u32, scene: &Scene) -> Dom<HeaderSlot> {
    let mut slot = match spare.pop() {
        Some(slot) => slot,
        None => HeaderSlot::new()?,
    };
    if let Some(column) = scene.columns.get(number as usize) {
        slot.assign(number, column)?;
    }
    slot.place(scene.widths, scene.gutter)?;
    Ok(slot)
}
