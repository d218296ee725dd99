//! The connection in the rail: how it is, where it leads, which Spark answers.

use leptos::prelude::*;
use spark_widgets::{Icon, IconView};

use super::{ConnectionState, endpoint};
use crate::app::App;

/// Shows the connection and opens its dialog.
#[component]
pub(crate) fn ConnectionButton() -> impl IntoView {
    let app = App::get();
    let connection = app.connection;
    let state = connection.state();
    let word = move || {
        state.with(|state| match state {
            ConnectionState::Connecting => "connecting…".to_owned(),
            ConnectionState::Connected(session) => format!("Spark {}", session.spark_version),
            ConnectionState::Interrupted(..) => "interrupted".to_owned(),
            ConnectionState::Failed(_) => "not connected".to_owned(),
        })
    };
    let host = move || {
        connection
            .string()
            .with(|string| endpoint::host(string).to_owned())
    };
    view! {
        <button
            type="button"
            class="connection"
            aria-haspopup="dialog"
            title=host
            on:click=move |_| app.connection_dialog.set(true)
        >
            <i
                class="dot"
                class:ok=move || state.with(|state| matches!(state, ConnectionState::Connected(_)))
                class:busy=move || state.with(|state| *state == ConnectionState::Connecting)
                class:bad=move || state.with(|state| state.error().is_some())
            ></i>
            <span class="connection-host">{host}</span>
            <span class="connection-word">{word}</span>
            <IconView icon=Icon::Chevron/>
        </button>
    }
}
