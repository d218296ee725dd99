// The page's entry: loads the notebook's wasm module and hands it what it cannot reach itself, the editor and the
// workers' addresses. The bundler resolves "notebook-wasm" to wasm-bindgen's output and defines the workers' names.

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
  const [engine, python] = [ENGINE_WORKER, PYTHON_WORKER].map((name) => new URL(name, import.meta.url).href);
  start(engine, python, createEditor, broken);
} catch (error) {
  broken(`The page could not be loaded: ${error.message ?? error}`);
}
