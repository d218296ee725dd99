//! A message that goes by itself, with a way to take back what it tells of.

use gloo_timers::callback::Timeout;
use leptos::prelude::*;

use crate::app::App;

/// Long enough to read it and to reach its button.
const SHOWN_MS: u32 = 12_000;

/// The place of messages.
#[component]
pub(super) fn Toasts() -> impl IntoView {
    let app = App::get();
    let timer = StoredValue::new_local(None::<Timeout>);
    Effect::new(move || {
        let shown = app.toast.with(Option::is_some);
        // A deleted cell's result is held as long as the deletion can be taken back here.
        app.drop_orphans(
            app.toast
                .with(|toast| toast.as_ref().and_then(|toast| toast.deleted)),
        );
        timer.set_value(shown.then(|| Timeout::new(SHOWN_MS, move || app.toast.set(None))));
    });
    view! {
        <div class="toasts" role="status">
            {move || app.toast.get().map(|toast| view! {
                <div class="toast">
                    <span>{toast.text}</span>
                    {toast.deleted.map(|_| view! {
                        <button type="button" class="link" on:click=move |_| app.undo()>"Undo"</button>
                    })}
                </div>
            })}
        </div>
    }
}
