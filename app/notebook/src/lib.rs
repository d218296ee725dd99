//! The notebook page: cells of SQL, their runs on Spark through the engine's worker, and their results.
//!
//! The page decodes no Arrow, sorts no rows and speaks to no server: it sends the engine's commands and shows what
//! its events say. Its state changes through `model::Command` alone.

#![expect(
    unreachable_pub,
    reason = "leptos's `component` makes `pub` items of functions that are less"
)]

mod account;
mod app;
mod browser;
mod catalog;
mod cell;
mod connection;
mod document;
mod editors;
mod engine;
mod model;
mod page;
mod run;
mod store;

use js_sys::Function;
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

/// Starts the page. `worker` and `python_worker` are the addresses of the engine's workers; `create_editor` makes the editor of a cell
/// (app/js/src/cell-editor.js); `broken` shows, from a text, that the page cannot go on.
#[wasm_bindgen]
pub fn start(worker: String, python_worker: String, create_editor: Function, broken: Function) {
    std::panic::set_hook(Box::new(move |panic| {
        // If even this fails, the error that follows is seen by the script that called us.
        let _ = broken.call1(&JsValue::NULL, &panic.to_string().into());
    }));
    wasm_bindgen_futures::spawn_local(async move {
        let opened = store::open().await;
        page::mount((worker, python_worker), create_editor, opened);
    });
}
