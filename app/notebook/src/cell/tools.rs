//! What can be done with a cell besides running it.

use leptos::prelude::*;
use spark_widgets::{Icon, IconView};

use super::CellScope;
use crate::{app::App, model::Command};

/// The buttons at a cell's corner.
#[component]
pub(super) fn CellTools(scope: CellScope) -> impl IntoView {
    let app = App::get();
    let id = scope.id;
    let count = Memo::new(move |_| app.document.notebook().with(|notebook| notebook.cells.len()));
    let fold = move |_| {
        let collapsed = !scope.collapsed.get_untracked();
        app.document.apply(Command::SetCollapsed { cell: id, collapsed });
    };
    view! {
        <div class="cell-tools" role="group" aria-label=move || format!("Actions on cell {}", scope.number.get())>
            <button
                type="button"
                class="icon-button fold"
                class:folded=move || scope.collapsed.get()
                aria-expanded=move || (!scope.collapsed.get()).to_string()
                aria-label="Source"
                title=move || if scope.collapsed.get() { "Show the source" } else { "Fold the source" }
                on:click=fold
            >
                <IconView icon=Icon::Chevron/>
            </button>
            <button
                type="button"
                class="icon-button"
                aria-pressed=move || scope.plan.get().to_string()
                aria-label="Plan"
                title="Plan, before it runs (P)"
                on:click=move |_| scope.plan.update(|plan| *plan = !*plan)
            >
                <IconView icon=Icon::Tree/>
            </button>
            <Tool icon=Icon::Up name="Move up" hint="Alt+↑" disabled=move || scope.number.get() <= 1
                act=move || app.shift(id, -1)/>
            <Tool icon=Icon::Down name="Move down" hint="Alt+↓" disabled=move || { scope.number.get() >= count.get() }
                act=move || app.shift(id, 1)/>
            <Tool icon=Icon::Copy name="Duplicate" hint="" disabled=|| false act=move || app.duplicate(id)/>
            <Tool icon=Icon::Trash name="Delete" hint="Del" disabled=|| false act=move || app.delete(id)/>
        </div>
    }
}

#[component]
fn Tool(
    icon: Icon,
    name: &'static str,
    /// The key that does the same while the cell has the focus, or nothing.
    hint: &'static str,
    disabled: impl Fn() -> bool + Copy + Send + Sync + 'static,
    act: impl Fn() + 'static,
) -> impl IntoView {
    let title = if hint.is_empty() {
        name.to_owned()
    } else {
        format!("{name} ({hint})")
    };
    view! {
        // Disabled in name only: a button that lost its use keeps the focus.
        <button
            type="button"
            class="icon-button"
            aria-label=name
            title=title
            aria-disabled=move || disabled().then_some("true")
            on:click=move |_| {
                if !disabled() {
                    act();
                }
            }
        >
            <IconView icon/>
        </button>
    }
}
