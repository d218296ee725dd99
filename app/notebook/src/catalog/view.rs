//! The catalog in the rail: a search field and a tree that is walked with the keyboard.

use std::collections::HashSet;

use engine_api::{CatalogKind, ColumnKind};
use leptos::{ev::KeyboardEvent, html::Ul, prelude::*};
use spark_widgets::{Icon, IconView};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::{
    Catalog, qualified,
    tree::{Path, Row},
};
use crate::app::App;

/// The catalog of the connection.
#[component]
pub(crate) fn CatalogTree() -> impl IntoView {
    let app = App::get();
    let catalog = app.catalog;
    let search = RwSignal::new(String::new());
    let rows = Memo::new(move |_| catalog.tree().with(|tree| tree.rows(&search.get())));
    // The row that the keyboard is at; the first one before it was anywhere.
    let at = RwSignal::new(Path::new());
    let list = NodeRef::<Ul>::new();
    // Apart from the rows, so that a row keeps its element, and the focus, when it opens.
    let open = Memo::new(move |_| {
        let open = |rows: &Vec<Row>| {
            rows.iter()
                .filter(|row| row.open == Some(true))
                .map(|row| row.path.clone())
                .collect()
        };
        rows.with(open)
    });
    let current = Memo::new(move |_| {
        let at = at.get();
        rows.with(|rows| {
            let first = || rows.first().map(|row| row.path.clone());
            rows.iter()
                .find(|row| row.path == at)
                .map(|row| row.path.clone())
                .or_else(first)
        })
    });
    let keydown = move |event: KeyboardEvent| {
        if let Some(to) = on_key(app, &event, &rows.get_untracked(), current.get_untracked()) {
            event.prevent_default();
            at.set(to);
            if let Some(list) = list.get_untracked() {
                request_animation_frame(move || focus_current(&list));
            }
        }
    };
    let nothing = move || {
        let searched = search.with(|text| !text.trim().is_empty());
        (searched && rows.with(Vec::is_empty)).then(|| view! {
            <p class="tree-note">"Nothing that is loaded has this name. Open a database to search in it."</p>
        })
    };
    view! {
        <div class="catalog-head">
            <label class="search">
                <IconView icon=Icon::Search/>
                <input
                    type="search"
                    placeholder="Find tables and columns"
                    aria-label="Search the catalog"
                    prop:value=search
                    on:input=move |event| search.set(event_target_value(&event))
                />
                <kbd aria-hidden="true">"/"</kbd>
            </label>
            <button
                type="button"
                class="icon-button"
                aria-label="Refresh the catalog"
                title="Refresh the catalog"
                on:click=move |_| catalog.refresh()
            >
                <IconView icon=Icon::Refresh/>
            </button>
        </div>
        <div class="tree-place">
            <ul class="tree" role="tree" aria-label="Catalog" node_ref=list on:keydown=keydown>
                <For each=move || rows.get() key=Row::key let:row>
                    <TreeRow row catalog current at open/>
                </For>
            </ul>
            {nothing}
        </div>
    }
}

#[component]
fn TreeRow(
    row: Row,
    catalog: Catalog,
    /// The row that the keyboard is at.
    current: Memo<Option<Path>>,
    at: RwSignal<Path>,
    /// The rows whose children show.
    open: Memo<HashSet<Path>>,
) -> impl IntoView {
    let app = App::get();
    let depth = row.depth();
    let path = StoredValue::new(row.path.clone());
    let is_current =
        Memo::new(move |_| current.with(|current| path.with_value(|path| current.as_ref() == Some(path))));
    let level = format!("level-{}", depth.min(4));
    let Some(entry) = row.entry else {
        let note = row.note.unwrap_or_default();
        return view! { <li class=format!("node note {level}") role="none">{note}</li> }.into_any();
    };
    let leaf = row.open.is_none();
    let is_open = Memo::new(move |_| open.with(|open| path.with_value(|path| open.contains(path))));
    let name = StoredValue::new(entry.name.clone());
    let column = match entry.kind {
        CatalogKind::Column(kind) => Some(kind),
        _ => None,
    };
    // The buttons inside are no part of the name.
    let spoken = match entry.kind {
        CatalogKind::Column(_) => format!("{}, {}", entry.name, entry.data_type),
        CatalogKind::View => format!("{}, view", entry.name),
        _ => entry.name.clone(),
    };
    let readable = matches!(entry.kind, CatalogKind::Table | CatalogKind::View);
    let kind = match entry.kind {
        CatalogKind::View => "view",
        _ => "",
    };
    let click = move |_| {
        at.set(path.get_value());
        if leaf {
            insert(app, &path.get_value());
        } else {
            catalog.open(path.get_value(), !is_open.get_untracked());
        }
    };
    view! {
        <li
            class=format!("node {level}")
            class:leaf=leaf
            role="treeitem"
            aria-label=spoken
            aria-posinset=row.place.0.to_string()
            aria-setsize=row.place.1.to_string()
            aria-expanded=move || (!leaf).then(|| is_open.get().to_string())
            aria-selected=move || is_current.get().to_string()
            tabindex=move || if is_current.get() { "0" } else { "-1" }
            title=entry.comment
            on:click=click
        >
            {match column {
                Some(kind) => view! { <span class="kind" aria-hidden="true">{symbol(kind)}</span> }.into_any(),
                None => view! { <span class="twist" class:open=is_open><IconView icon=Icon::Chevron/></span> }.into_any(),
            }}
            <span class="node-name">{entry.name}</span>
            <span class="node-type">{if entry.data_type.is_empty() { kind.to_owned() } else { entry.data_type }}</span>
            <span class="node-actions">
                {readable.then(|| view! {
                    <button
                        type="button"
                        class="icon-button"
                        tabindex="-1"
                        aria-label=move || format!("Preview {}", name.get_value())
                        title="Preview in a new cell (P)"
                        on:click=move |event| {
                            event.stop_propagation();
                            preview(app, &path.get_value());
                        }
                    >
                        <IconView icon=Icon::Table/>
                    </button>
                })}
                {(!leaf).then(|| view! {
                    <button
                        type="button"
                        class="icon-button"
                        tabindex="-1"
                        aria-label=move || format!("Insert {} at the cursor", name.get_value())
                        title="Insert the name at the cursor (I)"
                        on:click=move |event| {
                            event.stop_propagation();
                            insert(app, &path.get_value());
                        }
                    >
                        <IconView icon=Icon::Plus/>
                    </button>
                })}
            </span>
        </li>
    }
    // The macro does not know this attribute.
    .attr("aria-level", depth.to_string())
    .into_any()
}

/// What a key in the tree does; the row that it leads to, if it meant something.
fn on_key(app: App, event: &KeyboardEvent, rows: &[Row], current: Option<Path>) -> Option<Path> {
    if event.ctrl_key() || event.meta_key() || event.alt_key() {
        return None;
    }
    let current = current?;
    let index = rows.iter().position(|row| row.path == current)?;
    let row = &rows[index];
    let selectable = |row: &&Row| row.entry.is_some();
    let next = || {
        rows[index + 1..]
            .iter()
            .find(selectable)
            .map(|row| row.path.clone())
    };
    let previous = || rows[..index].iter().rfind(selectable).map(|row| row.path.clone());
    let stay = Some(current.clone());
    match event.key().as_str() {
        "ArrowDown" => next().or(stay),
        "ArrowUp" => previous().or(stay),
        "Home" => rows.iter().find(selectable).map(|row| row.path.clone()),
        "End" => rows.iter().rfind(selectable).map(|row| row.path.clone()),
        "ArrowRight" => {
            match row.open {
                Some(false) => app.catalog.open(current, true),
                Some(true) => return next().or(stay),
                None => {}
            }
            stay
        }
        "ArrowLeft" => {
            if row.open == Some(true) {
                app.catalog.open(current, false);
                return stay;
            }
            let above = &current[..current.len() - 1];
            if above.is_empty() {
                stay
            } else {
                Some(above.to_vec())
            }
        }
        "Enter" | " " => {
            match row.open {
                Some(_) => app.catalog.open(current.clone(), !app.catalog.is_open(&current)),
                None => insert(app, &current),
            }
            stay
        }
        "i" => {
            insert(app, &current);
            stay
        }
        "p" if row
            .entry
            .as_ref()
            .is_some_and(|e| matches!(e.kind, CatalogKind::Table | CatalogKind::View)) =>
        {
            preview(app, &current);
            stay
        }
        _ => None,
    }
}

fn focus_current(list: &web_sys::HtmlUListElement) {
    let row = list
        .query_selector("[role=treeitem][tabindex='0']")
        .ok()
        .flatten();
    if let Some(row) = row.and_then(|row| row.dyn_into::<HtmlElement>().ok()) {
        // The row is in the document and takes the focus.
        let _ = row.focus();
    }
}

/// A column goes in by its own name, anything above it by its whole one.
fn insert(app: App, path: &[String]) {
    app.drawer.set(false);
    match path {
        [.., column] if path.len() > 3 => app.insert_text(&qualified(std::slice::from_ref(column))),
        path => app.insert_text(&qualified(path)),
    }
}

fn preview(app: App, path: &[String]) {
    app.drawer.set(false);
    app.run_in_new_cell(format!("SELECT * FROM {}", qualified(path)));
}

/// The sign of a kind of column; its type stands beside it in words.
fn symbol(kind: ColumnKind) -> &'static str {
    match kind {
        ColumnKind::Integer => "123",
        ColumnKind::Fractional => "1.2",
        ColumnKind::Boolean => "t/f",
        ColumnKind::Text => "abc",
        ColumnKind::Binary => "0x",
        ColumnKind::Date => "day",
        ColumnKind::Time => "ts",
        ColumnKind::Interval => "±t",
        ColumnKind::Array => "[ ]",
        ColumnKind::Struct => "{ }",
        ColumnKind::Map => "k:v",
        ColumnKind::Other => "···",
    }
}
