//! Text that is still to come, on its way to the clipboard.

use std::{cell::RefCell, future::Future, rc::Rc};

use js_sys::{Array, Object, Reflect};
use leptos::prelude::window;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use web_sys::{Blob, BlobPropertyBag, ClipboardItem};

const PLAIN: &str = "text/plain";

/// Puts a text on the clipboard once it is there; an error is a sentence for people.
///
/// Browsers allow this only at once after a key or a click, so they are handed the promise of a text.
pub(crate) async fn write(
    text: impl Future<Output = Result<String, String>> + 'static,
) -> Result<(), String> {
    let clipboard = window().navigator().clipboard();
    if AsRef::<JsValue>::as_ref(&clipboard).is_undefined() {
        return Err(
            "The browser keeps the clipboard from pages that are neither local nor served over HTTPS.".into(),
        );
    }
    let failure = Rc::new(RefCell::new(None));
    let reason = Rc::clone(&failure);
    let promise = future_to_promise(async move {
        let text = text.await.map_err(|message| {
            reason.replace(Some(message));
            JsValue::NULL
        })?;
        let options = BlobPropertyBag::new();
        options.set_type(PLAIN);
        Blob::new_with_str_sequence_and_options(&Array::of1(&text.into()), &options).map(JsValue::from)
    });
    let written = async {
        let record = Object::new();
        Reflect::set(&record, &PLAIN.into(), &promise)?;
        let item = ClipboardItem::new_with_record_from_str_to_blob_promise(&record)?;
        JsFuture::from(clipboard.write(&Array::of1(&item))).await
    };
    match written.await {
        Ok(_) => Ok(()),
        Err(_) => Err(failure
            .take()
            .unwrap_or_else(|| "The browser did not allow the page to write to the clipboard.".into())),
    }
}
