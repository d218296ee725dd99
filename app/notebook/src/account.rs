//! Who is signed in at the bridge that the page came from, and the way in.

use leptos::{prelude::*, task::spawn_local};
use serde::Deserialize;

use crate::{app::App, browser};

/// Where the bridge says who is signed in.
const SESSION: &str = "/auth/session";

/// What the bridge says. A bridge that knows nobody by name gives no user.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(crate) struct SignedIn {
    pub(crate) signed_in: bool,
    pub(crate) name: Option<String>,
    pub(crate) user: Option<String>,
    /// Why nobody is signed in.
    pub(crate) reason: Option<String>,
    pub(crate) sign_in: Option<String>,
    pub(crate) sign_out: Option<String>,
}

/// What is known of the person before the page.
#[derive(Clone, Copy)]
pub(crate) struct Account(RwSignal<Option<SignedIn>>);

impl Account {
    /// Nothing is known before the bridge is asked.
    pub(crate) fn new() -> Self {
        Self(RwSignal::new(None))
    }

    /// What the bridge said last.
    pub(crate) fn get(self) -> Option<SignedIn> {
        self.0.get()
    }

    /// Where to sign in, while nobody is.
    fn way_in(self) -> Option<String> {
        self.0.get().filter(|session| !session.signed_in)?.sign_in
    }

    /// Asks the bridge.
    pub(crate) fn refresh(self) {
        spawn_local(async move {
            // Another server than a bridge has no such answer, and nobody to show.
            let session = browser::fetch_json("GET", SESSION).await.ok();
            if self.0.try_get_untracked().is_some_and(|before| before != session) {
                self.0.set(session);
            }
        });
    }
}

/// The way in, while nobody is signed in and somebody could be. The notebook is there again after it.
#[component]
pub(crate) fn SignIn() -> impl IntoView {
    let app = App::get();
    move || {
        app.account
            .way_in()
            .map(|url| view! { <a class="button small" href=url>"Sign in"</a> })
    }
}
