//! Keys that mean the same all over the page.

use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use crate::{app::App, browser};

/// Hears the keys that nothing else has used.
pub(super) fn listen(app: App) {
    let handle = window_event_listener(ev::keydown, move |event| {
        if event.default_prevented() || event.is_composing() {
            return;
        }
        let control = event.ctrl_key() || event.meta_key();
        match event.key().to_lowercase().as_str() {
            "enter" if control && event.shift_key() => app.run_all(),
            "escape" if app.drawer.get_untracked() => app.drawer.set(false),
            _ if is_text_field(&event) => return,
            "/" if !control && !event.alt_key() => focus_search(app),
            "z" if control && event.shift_key() => app.redo(),
            "y" if control => app.redo(),
            "z" if control => app.undo(),
            _ => return,
        }
        event.prevent_default();
    });
    on_cleanup(move || handle.remove());
}

/// Whether the key went into a text, which has an undo of its own.
fn is_text_field(event: &web_sys::KeyboardEvent) -> bool {
    let target = event.composed_path().get(0);
    let Some(element) = target.dyn_ref::<HtmlElement>() else {
        return false;
    };
    matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA") || element.is_content_editable()
}

fn focus_search(app: App) {
    app.drawer.set(browser::is_narrow());
    request_animation_frame(|| {
        let field = document()
            .query_selector("#rail input[type=search]")
            .ok()
            .flatten();
        if let Some(field) = field
            .as_ref()
            .and_then(|field: &Element| field.dyn_ref::<HtmlElement>())
        {
            // A field that cannot take the focus leaves it where it is.
            let _ = field.focus();
        }
    });
}
