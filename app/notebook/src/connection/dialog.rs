//! The dialog in which the connection string is read and changed.

use leptos::{
    ev::SubmitEvent,
    html::{Dialog, Input},
    prelude::*,
};

use super::{Connection, ConnectionState, endpoint};
use crate::app::App;

/// The dialog; it closes by itself when a changed connection is open.
#[component]
pub(crate) fn ConnectionDialog() -> impl IntoView {
    let app = App::get();
    let connection = app.connection;
    let dialog = NodeRef::<Dialog>::new();
    let field = NodeRef::<Input>::new();
    let text = RwSignal::new(String::new());
    // Whether the user asked for a connection since the dialog was opened.
    let tried = RwSignal::new(false);

    Effect::new(move || {
        let (open, Some(dialog)) = (app.connection_dialog.get(), dialog.get()) else {
            return;
        };
        if open && !dialog.open() {
            text.set(connection.string().get_untracked());
            tried.set(false);
            // It fails only for a dialog that is open already.
            let _ = dialog.show_modal();
            if let Some(field) = field.get_untracked() {
                field.select();
            }
        } else if !open && dialog.open() {
            dialog.close();
        }
    });
    Effect::new(move || {
        let connected = connection
            .state()
            .with(|state| matches!(state, ConnectionState::Connected(_)));
        if connected && tried.get_untracked() {
            app.connection_dialog.set(false);
        }
    });

    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        tried.set(true);
        connection.change(text.get_untracked().trim().to_owned());
    };
    let state = connection.state();
    let connecting = move || state.with(|state| *state == ConnectionState::Connecting);
    let error = move || {
        state
            .with(|state| state.error().map(|error| error.message.clone()))
            .filter(|_| tried.get())
    };
    let secret = Memo::new(move |_| text.with(|text| endpoint::without_secrets(text).1));
    let session = move || {
        state.with(|state| state.session().cloned()).map(|session| {
            view! {
                <dl class="session">
                    <dt>"Spark"</dt><dd>{session.spark_version}</dd>
                    <dt>"Session"</dt><dd>{session.id}</dd>
                    <dt>"Time zone"</dt><dd>{session.time_zone}</dd>
                </dl>
            }
        })
    };
    view! {
        <dialog
            class="dialog"
            aria-labelledby="connection-title"
            node_ref=dialog
            on:close=move |_| app.connection_dialog.set(false)
        >
            <form on:submit=submit>
                <h2 id="connection-title">"Connection"</h2>
                <label class="field">
                    <span>"Connection string"</span>
                    <input
                        type="text"
                        node_ref=field
                        spellcheck="false"
                        autocomplete="off"
                        autocapitalize="off"
                        aria-describedby="connection-help"
                        aria-invalid=move || error().is_some().then_some("true")
                        prop:value=text
                        on:input=move |event| text.set(event_target_value(&event))
                    />
                </label>
                <p class="help" id="connection-help">
                    "The page reaches Spark through the bridge that serves it, "
                    <button type="button" class="link" on:click=move |_| text.set(Connection::default_string())>
                        <code>{Connection::default_string()}</code>
                    </button>
                    ". Parameters follow after a slash, for example "
                    <code>"/;user_id=ann"</code>
                    "."
                </p>
                {move || secret.get().then(|| view! {
                    <p class="help">"Tokens and headers stay in this tab's memory: type them again after a reload."</p>
                })}
                <div role="alert">{move || error().map(|error| view! { <p class="dialog-error">{error}</p> })}</div>
                {session}
                <div class="dialog-actions">
                    <button type="button" class="button" on:click=move |_| app.connection_dialog.set(false)>"Close"</button>
                    <button type="submit" class="button primary" aria-disabled=move || connecting().then_some("true")>
                        {move || if connecting() { "Connecting…" } else { "Connect" }}
                    </button>
                </div>
            </form>
        </dialog>
    }
}
