//! The name of who is signed in, and the way in and out.

use leptos::{prelude::*, task::spawn_local};
use serde::Deserialize;

use crate::{
    account::{SignIn, SignedIn},
    app::App,
    browser,
};

/// Where to go after signing out.
#[derive(Deserialize)]
struct SignedOut {
    location: String,
}

/// The name of who is signed in, with the control that signs them out; or the one that signs them in.
#[component]
pub(super) fn Account() -> impl IntoView {
    let app = App::get();
    move || app.account.get().and_then(account)
}

fn account(session: SignedIn) -> Option<AnyView> {
    if session.signed_in {
        let user = session.user?;
        let name = session.name.unwrap_or_else(|| user.clone());
        let sign_out = session.sign_out.map(|url| {
            view! { <button type="button" class="button small" on:click=move |_| sign_out(url.clone())>"Sign out"</button> }
        });
        return Some(view! { <span class="account" title=user>{name}</span> {sign_out} }.into_any());
    }
    Some(match session.sign_in {
        Some(_) => view! { <SignIn/> }.into_any(),
        None => view! { <span class="account bad" role="alert">{session.reason?}</span> }.into_any(),
    })
}

fn sign_out(url: String) {
    spawn_local(async move {
        let location = match browser::fetch_json::<SignedOut>("POST", &url).await {
            Ok(signed_out) => signed_out.location,
            // The page itself says then that someone is still signed in.
            Err(_) => "/".to_owned(),
        };
        let _ = window().location().set_href(&location);
    });
}
