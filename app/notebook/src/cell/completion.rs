//! What may stand at a place of a PySpark cell, for the editor: the engine's answer as plain objects.

use engine_api::{Command, Completion, CompletionKind, Event};
use js_sys::{Array, Object, Promise, Reflect};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::future_to_promise;

use crate::app::App;

/// A promise of `{ start, items: [{ name, kind, detail }] }`; of no items where nobody knows.
pub(super) fn ask(app: App, source: String, at: u32) -> Promise {
    let connection = app.connection.id();
    future_to_promise(async move {
        let command = |request| Command::Complete {
            connection,
            request,
            source,
            at,
        };
        let (start, items) = match app.engine.ask(None, command).await {
            Some(Event::Completions { start, items, .. }) => (start, items),
            _ => (at, Vec::new()),
        };
        let items: Array = items.iter().map(option).collect();
        Ok(object([("start", start.into()), ("items", items.into())]))
    })
}

fn option(item: &Completion) -> JsValue {
    let kind = match item.kind {
        CompletionKind::Variable => "variable",
        CompletionKind::Function => "function",
        CompletionKind::Method => "method",
        CompletionKind::Attribute => "property",
        CompletionKind::Class => "class",
        CompletionKind::Module => "namespace",
        CompletionKind::Column => "column",
        CompletionKind::Keyword => "keyword",
    };
    object([
        ("name", item.name.as_str().into()),
        ("kind", kind.into()),
        ("detail", item.detail.as_str().into()),
    ])
}

fn object<const N: usize>(properties: [(&str, JsValue); N]) -> JsValue {
    let object = Object::new();
    for (name, value) in properties {
        // A new plain object takes every property.
        let _ = Reflect::set(&object, &name.into(), &value);
    }
    object.into()
}
