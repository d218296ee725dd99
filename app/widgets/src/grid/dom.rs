//! The few things that the grid does with elements. Text is always set as text, never as markup.

use leptos::prelude::document;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, FocusOptions, HtmlElement, Text};

/// What the browser answers; it refuses only what is wrong in itself.
pub(crate) type Dom<T> = Result<T, JsValue>;

const SVG: Option<&str> = Some("http://www.w3.org/2000/svg");

/// A new element with a class.
pub(crate) fn element(name: &str, class: &str) -> Dom<HtmlElement> {
    let element: HtmlElement = document().create_element(name)?.unchecked_into();
    element.set_class_name(class);
    Ok(element)
}

/// A new `div` with a class and, unless it is empty, a role.
pub(crate) fn div(class: &str, role: &str) -> Dom<HtmlElement> {
    let element = element("div", class)?;
    if !role.is_empty() {
        element.set_attribute("role", role)?;
    }
    Ok(element)
}

/// A new element of a drawing.
pub(crate) fn svg(name: &str) -> Dom<Element> {
    document().create_element_ns(SVG, name)
}

/// A text at the end of an element, to be changed later.
pub(crate) fn text_in(parent: &HtmlElement) -> Dom<Text> {
    let text = document().create_text_node("");
    parent.append_child(&text)?;
    Ok(text)
}

/// A new `div` at the end of another, and the text in it.
pub(crate) fn labelled(parent: &HtmlElement, class: &str) -> Dom<(HtmlElement, Text)> {
    let element = div(class, "")?;
    let text = text_in(&element)?;
    parent.append_child(&element)?;
    Ok((element, text))
}

/// Sets a style property to a number of px.
pub(crate) fn px(element: &HtmlElement, property: &str, value: f64) -> Dom<()> {
    element.style().set_property(property, &format!("{value}px"))
}

/// Moves an element down by some px, without a new layout.
pub(crate) fn shift_down(element: &HtmlElement, y: f64) -> Dom<()> {
    element
        .style()
        .set_property("transform", &format!("translateY({y}px)"))
}

/// Focuses an element without scrolling to it.
pub(crate) fn focus(element: &HtmlElement) -> Dom<()> {
    let options = FocusOptions::new();
    options.set_prevent_scroll(true);
    element.focus_with_options(&options)
}
