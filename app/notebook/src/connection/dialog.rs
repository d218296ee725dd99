//! The dialog in which the connection string is read and changed.

use leptos::{
    ev::SubmitEvent,
    html::{Dialog, Input},
    prelude::*,
};

use super::{Connection, endpoint};
use crate::app::App;

/// The dialog; it closes by itself when a changed connection is open.
#[component]
pub(crate) fn ConnectionDialog() -> impl IntoView {
    let app = App::get();
    let connection = app.connection;
    let dialog = NodeRef::<Dialog>::new();
    let field = NodeRef::<Input>::new();
    let text = RwSignal::new(String::new());
    // The present connection stays until the one that is asked for here is open.
    let attempt = connection.attempt();

    Effect::new(move || {
        let (open, Some(dialog)) = (app.connection_dialog.get(), dialog.get()) else {
            return;
        };
        if open && !dialog.open() {
            text.set(connection.string().get_untracked());
            // It fails only for a dialog that is open already.
            let _ = dialog.show_modal();
            if let Some(field) = field.get_untracked() {
                field.select();
            }
        } else if !open && dialog.open() {
            dialog.close();
        }
    });
    let error = Memo::new(move |_| {
        attempt.with(|attempt| {
            let error = attempt.as_ref()?.error.as_ref()?;
            Some(error.message.clone())
        })
    });
    let connecting = Memo::new(move |_| {
        attempt.with(|attempt| attempt.as_ref().is_some_and(|attempt| attempt.error.is_none()))
    });
    Effect::watch(
        move || attempt.with(Option::is_none),
        // It is open, or the engine ended; a banner tells of that.
        move |done, before, _| {
            if *done && before == Some(&false) {
                app.connection_dialog.set(false);
            }
        },
        false,
    );

    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if !connecting.get_untracked() {
            connection.change(text.get_untracked().trim().to_owned());
        }
    };
    let state = connection.state();
    let own = Connection::default_string();
    let example = format!("{own};user_id=ann");
    let elsewhere = {
        let own = own.clone();
        Memo::new(move |_| text.with(|text| !text.trim().is_empty() && !endpoint::is_same_host(text, &own)))
    };
    let own_host = endpoint::host(&own).to_owned();
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
            on:close=move |_| {
                connection.give_up();
                app.connection_dialog.set(false);
                // The banner that opened it may be gone.
                app.settle_focus();
            }
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
                        aria-invalid=move || error.with(Option::is_some).then_some("true")
                        prop:value=text
                        on:input=move |event| text.set(event_target_value(&event))
                    />
                </label>
                <p class="help" id="connection-help">
                    "The page may only reach the bridge that serves it, "
                    <Fill text string=own/>
                    ". Change its parameters, for example "
                    <Fill text string=example/>
                    ". For another server, open the page of that server’s own bridge."
                </p>
                <div role="status">{move || elsewhere.get().then(|| view! {
                    <p class="dialog-warning">
                        "This string does not lead to " <code>{own_host.clone()}</code>
                        ", the bridge that serves this page. The browser will refuse to connect."
                    </p>
                })}</div>
                {move || secret.get().then(|| view! {
                    <p class="help">"Tokens and headers stay in this tab's memory: type them again after a reload."</p>
                })}
                <div role="alert">{move || error.get().map(|error| view! { <p class="dialog-error">{error}</p> })}</div>
                {session}
                <div class="dialog-actions">
                    <button type="button" class="button" on:click=move |_| app.connection_dialog.set(false)>"Close"</button>
                    <button type="submit" class="button primary" aria-disabled=move || connecting.get().then_some("true")>
                        {move || if connecting.get() { "Connecting…" } else { "Connect" }}
                    </button>
                </div>
            </form>
        </dialog>
    }
}

/// A connection string that a click puts into the field.
#[component]
fn Fill(text: RwSignal<String>, string: String) -> impl IntoView {
    let shown = string.clone();
    view! {
        <button type="button" class="link" on:click=move |_| text.set(string.clone())><code>{shown}</code></button>
    }
}
