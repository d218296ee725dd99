//! The widths of texts in the grid's own fonts.

use leptos::prelude::{document, window};
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, HtmlElement};

use super::{
    columns::Face,
    dom::{Dom, div},
};

/// Measures texts without a layout.
pub(crate) struct Ruler {
    canvas: Option<CanvasRenderingContext2d>,
    /// The fonts of a name, of small print and of a cell.
    fonts: [String; 3],
}

impl Ruler {
    /// Reads the fonts from the style sheet, as they are below an element of the page.
    pub(crate) fn new(place: &HtmlElement) -> Dom<Self> {
        let head = div("dg-head", "")?;
        place.append_child(&head)?;
        let font = |parent: &HtmlElement, class| -> Dom<String> {
            let probe = div(class, "")?;
            parent.append_child(&probe)?;
            let font = match window().get_computed_style(&probe)? {
                Some(style) => ["font-style", "font-weight", "font-size", "font-family"]
                    .map(|name| style.get_property_value(name).unwrap_or_default())
                    .join(" "),
                None => String::new(),
            };
            probe.remove();
            Ok(font)
        };
        let fonts = [
            font(&head, "dg-name")?,
            font(&head, "dg-small")?,
            font(place, "dg-cell")?,
        ];
        head.remove();
        let canvas: HtmlCanvasElement = document().create_element("canvas")?.unchecked_into();
        let canvas = canvas.get_context("2d")?.map(JsCast::unchecked_into);
        Ok(Self { canvas, fonts })
    }

    /// The width of a text in px; a guess where the browser does not tell.
    pub(crate) fn width(&self, face: Face, text: &str) -> f64 {
        let Some(canvas) = &self.canvas else {
            return guess(text);
        };
        let font = &self.fonts[face as usize];
        if canvas.font() != *font {
            canvas.set_font(font);
        }
        canvas
            .measure_text(text)
            .map_or_else(|_| guess(text), |metrics| metrics.width())
    }
}

fn guess(text: &str) -> f64 {
    text.chars().count() as f64 * 7.3
}
