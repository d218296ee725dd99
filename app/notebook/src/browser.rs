//! The few things that the page asks of the browser directly. Each gives a value, or nothing where the browser
//! refuses; none panics.

use js_sys::{Array, Uint8Array};
use leptos::prelude::window;
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;

/// Milliseconds since the page was opened.
pub(crate) fn now_ms() -> f64 {
    window()
        .performance()
        .map_or(0.0, |performance| performance.now())
}

/// Whether nobody sees the page at the moment.
pub(crate) fn is_hidden() -> bool {
    leptos::prelude::document().hidden()
}

/// Whether the user is in a text of this very page.
pub(crate) fn is_typing() -> bool {
    let document = leptos::prelude::document();
    let active = document.active_element();
    document.has_focus() == Ok(true)
        && active.is_some_and(|element| element.matches(".cell-editor, input, textarea") == Ok(true))
}

/// Whether the window is too narrow for the rail to stand beside the cells; the style sheet breaks at the same width.
pub(crate) fn is_narrow() -> bool {
    let query = window().match_media("(max-width: 860px)");
    query.ok().flatten().is_some_and(|query| query.matches())
}

/// Whether the page came over HTTPS, and the host and port that it came from.
pub(crate) fn origin() -> (bool, String) {
    let location = window().location();
    let secure = location.protocol().is_ok_and(|protocol| protocol == "https:");
    (secure, location.host().unwrap_or_default())
}

/// Whether the keyboard is a Mac's, with a Command key.
pub(crate) fn is_mac() -> bool {
    let agent = window().navigator().user_agent().unwrap_or_default();
    agent.contains("Mac OS X") || agent.contains("Macintosh")
}

/// A name that nobody else has: 16 hexadecimal digits.
pub(crate) fn random_name() -> String {
    let half = || (js_sys::Math::random() * f64::from(u32::MAX)) as u32;
    format!("{:08x}{:08x}", half(), half())
}

/// What an error of JavaScript says.
pub(crate) fn reason(error: &JsValue) -> String {
    match error.dyn_ref::<js_sys::Error>() {
        Some(error) => String::from(error.message()),
        None => error.as_string().unwrap_or_else(|| format!("{error:?}")),
    }
}

/// Calls the function before the next paint; at once where no paint will come because nobody sees the page.
pub(crate) fn before_paint(then: impl FnOnce() + 'static) {
    if is_hidden() {
        leptos::task::spawn_local(async move { then() });
    } else {
        leptos::prelude::request_animation_frame(then);
    }
}

/// What the page's own server answers, as JSON says it.
pub(crate) async fn fetch_json<T: DeserializeOwned>(method: &str, path: &str) -> Result<T, JsValue> {
    let init = web_sys::RequestInit::new();
    init.set_method(method);
    let response = JsFuture::from(window().fetch_with_str_and_init(path, &init)).await?;
    let response: web_sys::Response = response.dyn_into()?;
    let text = JsFuture::from(response.text()?).await?.as_string();
    serde_json::from_str(&text.unwrap_or_default()).map_err(|error| error.to_string().into())
}

/// Posts bytes to a worker without copying them again.
pub(crate) fn post(worker: &web_sys::Worker, bytes: &[u8]) -> Result<(), JsValue> {
    let message = Uint8Array::from(bytes);
    worker.post_message_with_transfer(&message, &Array::of1(&message.buffer()))
}

/// Posts a request that outlives the page. Nobody learns how it went.
pub(crate) fn post_last(url: &str, headers: &[(String, String)], body: &[u8]) {
    let init = web_sys::RequestInit::new();
    init.set_method("POST");
    init.set_body(&Uint8Array::from(body));
    let pairs: Array = headers
        .iter()
        .map(|(name, value)| Array::of2(&name.into(), &value.into()))
        .collect();
    init.set_headers(&pairs);
    // web-sys has no setter for it.
    let kept = js_sys::Reflect::set(&init, &"keepalive".into(), &true.into());
    if kept.is_ok() {
        let _ = window().fetch_with_str_and_init(url, &init);
    }
}

/// Calls the function for every event of that name, as long as the page lives.
pub(crate) fn on_event<E: JsCast + 'static>(
    target: &web_sys::EventTarget,
    name: &str,
    handler: impl FnMut(E) + 'static,
) {
    let mut handler = handler;
    let closure = Closure::<dyn FnMut(JsValue)>::new(move |event: JsValue| handler(event.unchecked_into()));
    // It fails only for a detached target, and then there is nothing to hear.
    if target
        .add_event_listener_with_callback(name, closure.as_ref().unchecked_ref())
        .is_ok()
    {
        closure.forget();
    }
}

/// Small settings that outlive the page. What the browser refuses to keep is forgotten with the page.
pub(crate) mod setting {
    use leptos::prelude::window;

    /// The value kept under a name.
    pub(crate) fn get(name: &str) -> Option<String> {
        window()
            .local_storage()
            .ok()
            .flatten()?
            .get_item(name)
            .ok()
            .flatten()
    }

    /// Keeps a value. Tells whether the browser did.
    pub(crate) fn set(name: &str, value: &str) -> bool {
        let storage = window().local_storage().ok().flatten();
        storage.is_some_and(|storage| storage.set_item(name, value).is_ok())
    }

    /// Forgets a value.
    pub(crate) fn remove(name: &str) {
        if let Ok(Some(storage)) = window().local_storage() {
            let _ = storage.remove_item(name);
        }
    }
}
