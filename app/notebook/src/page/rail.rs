//! The rail: connection, catalog, memory, theme. Beside the cells where there is room, else a drawer over them.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::{memory::MemoryNote, theme::ThemeChoice};
use crate::{app::App, browser, catalog::CatalogTree, connection::ConnectionButton};

/// The rail.
#[component]
pub(super) fn Rail() -> impl IntoView {
    let app = App::get();
    Effect::watch(
        move || app.drawer.get(),
        |open, _, _| {
            let open = *open;
            // Not before the drawer can be seen, or it cannot take the focus.
            request_animation_frame(move || move_focus(open));
        },
        false,
    );
    view! {
        <aside class="rail" id="rail" aria-label="Connection and catalog">
            <div class="brand">
                <svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">
                    <path d="M10 1.5l2.1 5.6 5.9.5-4.6 3.7 1.5 5.8L10 13.9l-4.9 3.2 1.5-5.8L2 7.6l5.9-.5z"/>
                </svg>
                <span>"Spark Connect Web"</span>
            </div>
            <ConnectionButton/>
            <CatalogTree/>
            <div class="rail-foot">
                <MemoryNote/>
                <ThemeChoice/>
            </div>
        </aside>
        <div class="scrim" on:click=move |_| app.drawer.set(false)></div>
    }
}

/// A drawer that opens takes the focus; one that closes gives it back to the button that opens it.
fn move_focus(open: bool) {
    let within = |selector: &str| {
        let active = document().active_element();
        active.is_some_and(|active| active.closest(selector).ok().flatten().is_some())
    };
    let (leave, to) = if open {
        (!within(".rail"), ".rail .connection")
    } else {
        (within(".rail"), ".menu")
    };
    if !leave || !browser::is_narrow() {
        return;
    }
    let target = document().query_selector(to).ok().flatten();
    if let Some(target) = target.and_then(|target| target.dyn_into::<HtmlElement>().ok()) {
        // Both are there and take the focus.
        let _ = target.focus();
    }
}
