//! The rail: connection, catalog, memory, theme. Beside the cells where there is room, else a drawer over them.

use leptos::prelude::*;

use super::{memory::MemoryNote, theme::ThemeChoice};
use crate::{app::App, catalog::CatalogTree, connection::ConnectionButton};

/// The rail.
#[component]
pub(super) fn Rail() -> impl IntoView {
    let app = App::get();
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
