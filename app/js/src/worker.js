// The worker's entry: loads the engine's wasm module and carries bytes between it and the page. Commands that arrive
// while it loads wait. The bundler resolves "engine-wasm" to wasm-bindgen's output.

import init, { Engine } from "engine-wasm";
import wasm from "engine-wasm.wasm";

const waiting = [];
let engine = null;

onmessage = ({ data }) => {
  if (engine) engine.receive(data);
  else waiting.push(data);
};

const fail = (reason) => postMessage({ error: String(reason?.message ?? reason) });

// An error in a task is not an error of the worker unless it is passed on.
addEventListener("unhandledrejection", ({ reason }) => {
  if (reason instanceof WebAssembly.RuntimeError) fail(reason);
});

try {
  await init({ module_or_path: new URL(wasm, import.meta.url) });
  engine = new Engine((bytes) => postMessage(bytes, [bytes.buffer]));
  for (const bytes of waiting.splice(0)) engine.receive(bytes);
} catch (error) {
  fail(error);
}
