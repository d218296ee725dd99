//! The keyboard on a cell: what keys mean while the cell itself has the focus, and what its editor hands over.

use leptos::{ev::KeyboardEvent, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::Element;

use super::CellScope;
use crate::{app::App, editors::EditorKey};

/// A key that the editor hands over. Tells whether it meant something.
pub(super) fn on_editor_key(app: App, scope: CellScope, key: EditorKey) -> bool {
    let id = scope.id;
    match key {
        EditorKey::Run => app.run(id),
        EditorKey::RunAdvance => app.run_and_advance(id),
        EditorKey::RunAll => app.run_all(),
        EditorKey::Leave if scope.active.get_untracked() => app.runs.stop(id),
        EditorKey::Leave => super::focus(id),
        EditorKey::Previous => return edit_neighbour(app, scope, -1),
        EditorKey::Next => return edit_neighbour(app, scope, 1),
    }
    true
}

/// A key anywhere in the cell that nothing inside it has used.
pub(super) fn on_key(app: App, scope: CellScope, event: &KeyboardEvent) {
    if event.default_prevented() || event.is_composing() {
        return;
    }
    let id = scope.id;
    let control = event.ctrl_key() || event.meta_key();
    let on_cell = event.target() == event.current_target();
    let index = || app.document.position(id).unwrap_or_default();
    match event.key().as_str() {
        "Enter" if control && !event.shift_key() => app.run(id),
        "Enter" if event.shift_key() && !control && on_cell => app.run_and_advance(id),
        "Escape" if scope.active.get_untracked() => app.runs.stop(id),
        "Escape" if !on_cell => super::focus(id),
        "ArrowUp" if event.alt_key() => app.shift(id, -1),
        "ArrowDown" if event.alt_key() => app.shift(id, 1),
        _ if !on_cell || control || event.alt_key() => return,
        "Enter" => app.editors.focus(id),
        "ArrowUp" | "k" => focus_neighbour(app, scope, -1),
        "ArrowDown" | "j" => focus_neighbour(app, scope, 1),
        "a" => app.add(index(), app.document.kind(id)),
        "b" => app.add(index() + 1, app.document.kind(id)),
        "p" => scope.plan.update(|plan| *plan = !*plan),
        "Delete" | "Backspace" => app.delete(id),
        // The editor comes before the tools; from the cell itself the way leads on, not back into it.
        "Tab" if !event.shift_key() && focus_tools(event) => {}
        _ => return,
    }
    event.prevent_default();
    event.stop_propagation();
}

fn neighbour(app: App, scope: CellScope, by: isize) -> Option<crate::model::CellId> {
    let index = app.document.position(scope.id)?.checked_add_signed(by)?;
    app.document.cell_at(index)
}

fn edit_neighbour(app: App, scope: CellScope, by: isize) -> bool {
    let neighbour = neighbour(app, scope, by);
    if let Some(neighbour) = neighbour {
        app.editors.focus(neighbour);
    }
    neighbour.is_some()
}

fn focus_neighbour(app: App, scope: CellScope, by: isize) {
    if let Some(neighbour) = neighbour(app, scope, by) {
        super::focus(neighbour);
    }
}

fn focus_tools(event: &KeyboardEvent) -> bool {
    let cell = event
        .current_target()
        .and_then(|target| target.dyn_into::<Element>().ok());
    let first = cell.and_then(|cell| cell.query_selector(".cell-tools button").ok().flatten());
    let first = first.and_then(|first| first.dyn_into::<web_sys::HtmlElement>().ok());
    first.is_some_and(|first| first.focus().is_ok())
}
