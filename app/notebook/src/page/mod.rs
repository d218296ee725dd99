//! The page around the cells.

mod account;
mod banners;
mod header;
mod keys;
mod memory;
mod rail;
mod theme;
mod toast;

use js_sys::Function;
use leptos::{mount::mount_to, prelude::*};
use wasm_bindgen::JsCast;

use crate::{
    account::Account,
    app::App,
    browser,
    catalog::Catalog,
    cell::{AddCell, CellView},
    connection::{Connection, ConnectionDialog},
    document::Document,
    editors::Editors,
    engine::Engine,
    model::{CellKind, example, first_notebook},
    run::Runs,
    store::{Opened, Saver},
};
use banners::Banners;
use header::Header;
use rail::Rail;
use toast::Toasts;

/// Where the page goes; it holds the static picture that shows until then.
const ROOT: &str = "page";

/// Puts the page in place of its static picture.
pub(crate) fn mount((worker, python_worker): (String, String), create_editor: Function, mut opened: Opened) {
    let Some(root) = document()
        .get_element_by_id(ROOT)
        .and_then(|root| root.dyn_into().ok())
    else {
        leptos::logging::error!("the page has no element #{ROOT}");
        return;
    };
    let root: web_sys::HtmlElement = root;
    let notice = opened.notice.take();
    let notebook = opened
        .notebook
        .take()
        .unwrap_or_else(|| first_notebook(browser::random_name()));
    root.set_inner_html("");
    let handle = mount_to(root, move || {
        let engine = Engine::new(worker, python_worker);
        let connection = Connection::new(engine);
        let document = Document::new(notebook);
        let editors = Editors::new(create_editor);
        let app = App {
            document,
            engine,
            connection,
            account: Account::new(),
            catalog: Catalog::new(engine, connection),
            runs: Runs::new(engine, connection),
            editors,
            saver: Saver::start(document, opened, move || editors.flush()),
            selected: RwSignal::new(None),
            memory: RwSignal::new(None),
            toast: RwSignal::new(None),
            announcement: RwSignal::new(String::new()),
            started: RwSignal::new(String::new()),
            connection_dialog: RwSignal::new(false),
            drawer: RwSignal::new(false),
        };
        provide_context(app);
        app.start();
        keys::listen(app);
        view! { <Page notice/> }
    });
    handle.forget();
}

#[component]
fn Page(notice: Option<String>) -> impl IntoView {
    let app = App::get();
    let notebook = app.document.notebook();
    let cells = Memo::new(move |_| notebook.with(|n| n.cells.iter().map(|cell| cell.id).collect::<Vec<_>>()));
    let empty = Memo::new(move |_| cells.with(Vec::is_empty));
    view! {
        <div class="shell" class:drawer-open=move || app.drawer.get()>
            <Rail/>
            <main id="notebook">
                <Header/>
                <Banners notice/>
                <div class="cells">
                    <div class="cell-insert first" hidden=empty>
                        <AddCell place=|| "at the top".to_owned() index=|| 0/>
                    </div>
                    <Show when=move || empty.get()><Empty/></Show>
                    <For each=move || cells.get() key=|cell| *cell let:cell>
                        <CellView id=cell/>
                    </For>
                </div>
            </main>
        </div>
        <ConnectionDialog/>
        <Toasts/>
        <div class="visually-hidden" role="status" aria-live="polite">{move || app.announcement.get()}</div>
        <div class="visually-hidden" role="status" aria-live="polite">{move || app.started.get()}</div>
    }
}

/// What stands in place of the cells while there are none.
#[component]
fn Empty() -> impl IntoView {
    let app = App::get();
    view! {
        <div class="no-cells">
            <p>"This notebook has no cells."</p>
            <button type="button" class="button primary" on:click=move |_| app.add(0, CellKind::Sql)>"Add a SQL cell"</button>
            <button type="button" class="button" on:click=move |_| app.add(0, CellKind::Python)>
                "Add a PySpark cell"
            </button>
            <button
                type="button"
                class="button"
                on:click=move |_| {
                    app.add_with(0, CellKind::Sql, example());
                }
            >
                "Start with an example"
            </button>
        </div>
    }
}
