//! The head of the page: title, description, whether all is saved, and what concerns all cells.

use leptos::{ev::Event, prelude::*};
use spark_widgets::{Icon, IconView};

use super::account::Account;
use crate::{app::App, browser, model::Command, store::SaveState};

/// The head of the page.
#[component]
pub(super) fn Header() -> impl IntoView {
    let app = App::get();
    let notebook = app.document.notebook();
    let title = Memo::new(move |_| notebook.with(|notebook| notebook.title.clone()));
    name_the_window(app, title);
    let set_title = move |event: Event| {
        app.document.apply(Command::SetTitle(event_target_value(&event)));
    };
    let busy = Memo::new(move |_| app.runs.active().get() > 0);
    let run_or_stop = move |_| {
        if busy.get_untracked() {
            app.runs.stop_all();
        } else {
            app.run_all();
        }
    };
    let run_keys = if browser::is_mac() {
        "⇧⌘↵"
    } else {
        "Ctrl ⇧ ↵"
    };
    view! {
        <header class="top">
            <button
                type="button"
                class="icon-button menu"
                aria-label="Catalog and connection"
                aria-expanded=move || app.drawer.get().to_string()
                aria-controls="rail"
                on:click=move |_| app.drawer.update(|open| *open = !*open)
            >
                <IconView icon=Icon::Table/>
            </button>
            <h1><input
                class="title"
                aria-label="Title of the notebook"
                placeholder="Untitled"
                prop:value=title
                on:input=set_title
            /></h1>
            <SaveNote/>
            <span class="grow"></span>
            <Account/>
            // One button for both, so that it keeps the focus.
            <button type="button" class="button" on:click=run_or_stop>
                {move || if busy.get() { "Stop all" } else { "Run all " }}
                <kbd hidden=busy>{run_keys}</kbd>
            </button>
        </header>
        <Description/>
    }
}

/// A plain text below the title.
#[component]
fn Description() -> impl IntoView {
    let app = App::get();
    let notebook = app.document.notebook();
    let text = Memo::new(move |_| notebook.with(|notebook| notebook.description.clone()));
    view! {
        // The text stands behind its field once more and gives it its height; see the style sheet.
        <div class="description" data-text=text>
            <textarea
                aria-label="Description of the notebook"
                placeholder="Describe this notebook"
                rows="1"
                prop:value=text
                on:input=move |event| {
                    app.document.apply(Command::SetDescription(event_target_value(&event)));
                }
            ></textarea>
        </div>
    }
}

/// Whether what was typed is safe.
#[component]
fn SaveNote() -> impl IntoView {
    let state = App::get().saver.state();
    view! {
        <span class="save-note" class:bad=move || matches!(state.get(), SaveState::NotSaved(_) | SaveState::Conflict)>
            {move || match state.get() {
                SaveState::Saved | SaveState::Behind => "Saved".to_owned(),
                SaveState::Saving => "Saving…".to_owned(),
                SaveState::NotSaved(reason) => format!("Not saved: {reason}"),
                SaveState::Conflict => "Not saved: changed in another tab".to_owned(),
            }}
        </span>
    }
}

/// The window's title: the notebook's, and how far the run under way is, or which of several it is.
fn name_the_window(app: App, title: Memo<String>) {
    let percent = Memo::new(move |_| {
        let cell = app.runs.running().get()?;
        Some(
            app.runs
                .output(cell)
                .with(|output| output.as_ref().and_then(|output| output.percent())),
        )
    });
    Effect::new(move || {
        let title = title.get();
        let title = if title.trim().is_empty() {
            "Untitled".into()
        } else {
            title
        };
        document().set_title(&match (percent.get(), app.runs.place().get()) {
            (Some(_), (place, of)) if of > 1 => format!("{place} of {of} · {title}"),
            (Some(Some(percent)), _) => format!("{percent} % · {title}"),
            (Some(None), _) => format!("Running · {title}"),
            (None, _) => title,
        });
    });
}
