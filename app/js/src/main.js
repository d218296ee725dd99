// The page's entry: loads the notebook's wasm module and hands it what it cannot reach itself, the editor and the
// worker's address. The bundler resolves "notebook-wasm" to wasm-bindgen's output and defines ENGINE_WORKER.

import init, { start } from "notebook-wasm";
import wasm from "notebook-wasm.wasm";
import { createEditor } from "./cell-editor.js";

/** Shows that the page is broken, with the static text of index.html: nothing else can be relied upon. */
function broken(detail) {
  const fault = document.getElementById("fault");
  if (!fault.hidden) return;
  document.getElementById("fault-detail").textContent = detail;
  fault.hidden = false;
  fault.querySelector("a").focus();
}

addEventListener("error", ({ error }) => {
  if (error instanceof WebAssembly.RuntimeError) broken(error.message);
});
addEventListener("unhandledrejection", ({ reason }) => {
  if (reason instanceof WebAssembly.RuntimeError) broken(reason.message);
});

try {
  await init({ module_or_path: new URL(wasm, import.meta.url) });
  start(new URL(ENGINE_WORKER, import.meta.url).href, createEditor, broken);
} catch (error) {
  broken(`The page could not be loaded: ${error.message ?? error}`);
}
