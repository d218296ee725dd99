//! The place of a cell's editor, and the line that stands for it while the cell is folded.

use engine_api::ErrorKind;
use leptos::{html::Div, prelude::*};

use super::{CellScope, completion, keys};
use crate::{
    app::App,
    editors::Looks,
    model::{Cell, CellKind, Command},
    run::Phase,
};

/// The editor of a cell.
#[component]
pub(super) fn Editor(scope: CellScope) -> impl IntoView {
    let app = App::get();
    let id = scope.id;
    let label = move |kind: CellKind| format!("{} of cell {}", kind.label(), scope.number.get_untracked());
    let host = NodeRef::<Div>::new();
    host.on_load(move |host| {
        let (kind, source) = app
            .document
            .notebook()
            .with_untracked(|n| n.cell(id).map(|c| (c.kind, c.source.clone())))
            .unwrap_or((CellKind::Sql, String::new()));
        app.editors.mount(
            id,
            &host,
            &source,
            Looks {
                language: kind.name(),
                label: &label(kind),
                placeholder: kind.placeholder(),
            },
            app.catalog,
            move |source, at| completion::ask(app, source, at),
            move |source| {
                app.document.apply(Command::SetSource { cell: id, source });
            },
            move |key| keys::on_editor_key(app, scope, key),
        );
    });
    on_cleanup(move || app.editors.unmount(id));
    underline_errors(app, scope);

    let notebook = app.document.notebook();
    let kind = Memo::new(move |_| notebook.with(|n| n.cell(id).map_or(CellKind::Sql, |cell| cell.kind)));
    Effect::watch(
        move || kind.get(),
        move |kind, _, _| {
            let looks = Looks {
                language: kind.name(),
                label: &label(*kind),
                placeholder: kind.placeholder(),
            };
            app.editors.set_looks(id, looks);
        },
        false,
    );
    let choose = move |event| {
        if let Some(kind) = CellKind::named(&event_target_value(&event)) {
            app.document.apply(Command::SetKind { cell: id, kind });
        }
    };
    let summary = Memo::new(move |_| {
        if !scope.collapsed.get() {
            return String::new();
        }
        notebook.with(|n| {
            n.cell(id)
                .map(|cell: &Cell| cell.summary().to_owned())
                .unwrap_or_default()
        })
    });
    let unfold = move |_| {
        app.document.apply(Command::SetCollapsed {
            cell: id,
            collapsed: false,
        });
        app.editors.focus(id);
    };
    view! {
        <div class="cell-head">
            <select
                class="cell-kind"
                aria-label=move || format!("Language of cell {}", scope.number.get())
                prop:value=move || kind.get().name()
                on:change=choose
            >
                {CellKind::ALL.map(|kind| view! { <option value=kind.name()>{kind.label()}</option> })}
            </select>
            // The editor says the same to assistive technology.
            <span class="cell-hint" aria-hidden="true"><kbd>"Esc"</kbd>" then "<kbd>"Tab"</kbd>" leaves the editor"</span>
        </div>
        <button
            type="button"
            class="cell-folded"
            hidden=move || !scope.collapsed.get()
            aria-label="Show the source"
            on:click=unfold
        >
            {summary}
        </button>
        <div class="cell-editor" hidden=move || scope.collapsed.get() node_ref=host></div>
    }
}

/// Underlines what a failed run complains about, as long as the text is the one that was run.
fn underline_errors(app: App, scope: CellScope) {
    let output = app.runs.output(scope.id);
    let error = Memo::new(move |_| {
        output.with(|output| match output.as_ref() {
            Some(output) => match &output.phase {
                Phase::Failed(error) if error.kind != ErrorKind::Cancelled => Some((
                    output.run,
                    output.source.clone(),
                    error.origins.clone(),
                    error.message.clone(),
                )),
                _ => None,
            },
            None => None,
        })
    });
    Effect::new(move |had: Option<bool>| {
        let Some((_, source, origins, message)) = error.get() else {
            if had == Some(true) {
                app.editors.mark(scope.id, &[], "");
            }
            return false;
        };
        let same = app
            .document
            .notebook()
            .with_untracked(|n| n.cell(scope.id).is_some_and(|c| *c.source == *source));
        if same {
            app.editors.mark(scope.id, &origins, &message);
        }
        same
    });
}
