//! What a person has to know before going on: a server that does not answer, an engine that stopped, a notebook that
//! another tab changed.

use leptos::prelude::*;
use spark_widgets::{Icon, IconView};

use crate::{account::SignIn, app::App, connection::ConnectionState, engine::EngineState, store::SaveState};

/// The name that the first notebook reads its tables by.
const SAMPLES: &str = "samples.";

/// All banners, those that need an answer first.
#[component]
pub(super) fn Banners(
    /// What was found when the notebook was opened.
    notice: Option<String>,
) -> impl IntoView {
    view! {
        <EngineBanner/>
        <ConflictBanner/>
        <ConnectionBanner/>
        {notice.map(|notice| view! { <p class="banner" role="status"><IconView icon=Icon::Warning/><span>{notice}</span></p> })}
        <SamplesNote/>
    }
}

#[component]
fn EngineBanner() -> impl IntoView {
    let app = App::get();
    move || match app.engine.state().get() {
        EngineState::Failed(reason) => Some(view! {
            <div class="banner bad" role="alert">
                <IconView icon=Icon::Warning/>
                <span>
                    <b>"The engine stopped."</b>
                    {format!(" Results are lost, your notebook is not. ({reason})")}
                </span>
                <button type="button" class="button small" on:click=move |_| {
                    app.restart_engine();
                    app.settle_focus();
                }>"Restart the engine"</button>
            </div>
        }),
        EngineState::Loading | EngineState::Ready => None,
    }
}

#[component]
fn ConflictBanner() -> impl IntoView {
    let app = App::get();
    let conflict = Memo::new(move |_| app.saver.state().get() == SaveState::Conflict);
    move || {
        conflict.get().then(|| view! {
        <div class="banner bad" role="alert">
            <IconView icon=Icon::Warning/>
            <span><b>"This notebook was changed in another tab."</b>" Nothing is saved here until you choose."</span>
            <button type="button" class="button small" on:click=move |_| app.take_theirs()>"Show the other version"</button>
            <button type="button" class="button small" on:click=move |_| app.keep_mine()>"Keep this one"</button>
        </div>
    })
    }
}

#[component]
fn ConnectionBanner() -> impl IntoView {
    let app = App::get();
    let state = app.connection.state();
    // The engine's own banner says enough while there is no engine.
    let error = Memo::new(move |_| {
        let failed = matches!(app.engine.state().get(), EngineState::Failed(_));
        state.with(|state| state.error().cloned()).filter(|_| !failed)
    });
    move || {
        error.get().map(|error| {
        // The cell that was interrupted says why.
        let (heading, message) = match state.get_untracked() {
            ConnectionState::Interrupted(..) => ("The connection to Spark is interrupted.", None),
            _ => ("No connection to Spark. ", Some(error.message)),
        };
        view! {
            <div class="banner bad" role="alert">
                <IconView icon=Icon::Warning/>
                <span><b>{heading}</b>{message}</span>
                <SignIn/>
                <button type="button" class="button small" on:click=move |_| {
                    app.connection.retry();
                    app.settle_focus();
                }>"Retry"</button>
                <button type="button" class="button small" on:click=move |_| app.connection_dialog.set(true)>"Connection…"</button>
            </div>
        }
    })
    }
}

/// Shows while cells read tables that the server does not have.
#[component]
fn SamplesNote() -> impl IntoView {
    let app = App::get();
    let notebook = app.document.notebook();
    let missing = Memo::new(move |_| {
        app.catalog.has_samples().get() == Some(false)
            && notebook.with(|notebook| notebook.cells.iter().any(|cell| cell.source.contains(SAMPLES)))
    });
    move || {
        missing.get().then(|| view! {
        <p class="banner" role="status">
            <IconView icon=Icon::Table/>
            <span>
                "This server has no " <code>"samples"</code>
                " database, so the cells that read it will fail. The first cell runs anywhere, and the tables that the
                server does have are in the catalog."
            </span>
        </p>
    })
    }
}
