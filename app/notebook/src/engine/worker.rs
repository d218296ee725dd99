//! The Web Worker that the engine runs in: bytes out, bytes in, and what becomes of it.

use engine_api::{Command, Event};
use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{ErrorEvent, MessageEvent, Worker, WorkerOptions, WorkerType};

use crate::browser;

/// What comes from the worker.
pub(super) enum FromWorker {
    /// A message of the engine.
    Event(Event),
    /// The engine could not be loaded, or ended.
    Failed(String),
}

/// A worker and the functions that hear it; dropped, it ends.
pub(super) struct WorkerLink {
    worker: Worker,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut(ErrorEvent)>,
}

impl WorkerLink {
    /// Starts the worker of that address.
    pub(super) fn open(url: &str, heard: impl Fn(FromWorker) + Clone + 'static) -> Result<Self, String> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        options.set_name("engine");
        let worker = Worker::new_with_options(url, &options).map_err(|error| browser::reason(&error))?;

        let hear = heard.clone();
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |message: MessageEvent| {
            hear(read(&message.data()));
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        let on_error = Closure::<dyn FnMut(ErrorEvent)>::new(move |error: ErrorEvent| {
            error.prevent_default();
            // A script that cannot be fetched gives an event without a message.
            let message = Reflect::get(&error, &"message".into())
                .ok()
                .and_then(|text| text.as_string());
            let message = message.filter(|text| !text.is_empty());
            heard(FromWorker::Failed(
                message.unwrap_or_else(|| "the engine's files could not be loaded".into()),
            ));
        });
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        Ok(Self {
            worker,
            _on_message: on_message,
            _on_error: on_error,
        })
    }

    /// Sends a command.
    pub(super) fn send(&self, command: &Command) -> Result<(), String> {
        let bytes = engine_api::encode(command).map_err(|error| error.to_string())?;
        browser::post(&self.worker, &bytes).map_err(|error| browser::reason(&error))
    }
}

impl Drop for WorkerLink {
    fn drop(&mut self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.terminate();
    }
}

/// An event as bytes, or an object whose `error` says why the engine is not there.
fn read(data: &JsValue) -> FromWorker {
    if let Some(bytes) = data.dyn_ref::<Uint8Array>() {
        return match engine_api::decode(&bytes.to_vec()) {
            Ok(event) => FromWorker::Event(event),
            Err(malformed) => FromWorker::Failed(malformed.to_string()),
        };
    }
    let error = Reflect::get(data, &"error".into())
        .ok()
        .and_then(|text| text.as_string());
    FromWorker::Failed(error.unwrap_or_else(|| "the engine sent something that is no message".into()))
}
