//! Who is signed in at the bridge that the page came from, and the way in and out.

use leptos::{prelude::*, task::spawn_local};
use serde::Deserialize;

use crate::browser;

/// Where the bridge says who is signed in.
const SESSION: &str = "/auth/session";

/// What the bridge says. A bridge that knows nobody by name gives no user.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
struct Session {
    signed_in: bool,
    name: Option<String>,
    user: Option<String>,
    /// Why nobody is signed in.
    reason: Option<String>,
    sign_in: Option<String>,
    sign_out: Option<String>,
}

/// Where to go after signing out.
#[derive(Deserialize)]
struct SignedOut {
    location: String,
}

/// The name of who is signed in, with the control that signs them out; or the one that signs them in.
#[component]
pub(super) fn Account() -> impl IntoView {
    let session = RwSignal::new(None::<Session>);
    spawn_local(async move {
        // Another server than a bridge has no such answer, and nobody to show.
        session.set(browser::fetch_json("GET", SESSION).await.ok());
    });
    move || session.get().and_then(account)
}

fn account(session: Session) -> Option<AnyView> {
    if session.signed_in {
        let user = session.user?;
        let name = session.name.unwrap_or_else(|| user.clone());
        let sign_out = session.sign_out.map(|url| {
            view! { <button type="button" class="button small" on:click=move |_| sign_out(url.clone())>"Sign out"</button> }
        });
        return Some(view! { <span class="account" title=user>{name}</span> {sign_out} }.into_any());
    }
    Some(match session.sign_in {
        Some(url) => view! { <a class="button small" href=url>"Sign in"</a> }.into_any(),
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
