//! The engine as the worker's script sees it: bytes in, bytes out.

use std::rc::Rc;

use engine_api::{Event, decode, encode};
use js_sys::Uint8Array;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::core::Core;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = console, js_name = error)]
    fn console_error(text: &str);
}

/// An engine that answers through a function.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Engine {
    core: Rc<Core>,
}

#[wasm_bindgen]
impl Engine {
    /// Starts an engine. `post` is called with the bytes of each event, in a `Uint8Array` of its own, which may be
    /// transferred.
    #[wasm_bindgen(constructor)]
    pub fn new(post: js_sys::Function) -> Engine {
        std::panic::set_hook(Box::new(|panic| console_error(&panic.to_string())));
        let emit = move |event: Event| match encode(&event) {
            Ok(bytes) => {
                // A page that cannot take messages any more is about to go away.
                let _ = post.call1(&wasm_bindgen::JsValue::NULL, &Uint8Array::from(bytes.as_slice()));
            }
            Err(error) => console_error(&error.to_string()),
        };
        Engine {
            core: Core::start(emit),
        }
    }

    /// Takes the bytes of a command.
    pub fn receive(&self, bytes: &[u8]) {
        match decode(bytes) {
            Ok(command) => self.core.receive(command),
            Err(error) => console_error(&error.to_string()),
        }
    }
}
