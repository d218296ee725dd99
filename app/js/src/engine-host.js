// An engine's wasm module in a worker: loads it and carries bytes between it and the page. Commands that arrive while it
// loads wait.

/** Serves the page with an engine: wasm-bindgen's `init` and `Engine`, and the address of the module's code. */
export async function serve(init, Engine, code) {
  const waiting = [];
  let engine = null;

  self.onmessage = ({ data }) => {
    if (engine) engine.receive(data);
    else waiting.push(data);
  };

  const fail = (reason) => postMessage({ error: String(reason?.message ?? reason) });

  // An error in a task is not an error of the worker unless it is passed on.
  addEventListener("unhandledrejection", ({ reason }) => {
    if (reason instanceof WebAssembly.RuntimeError) fail(reason);
  });

  try {
    await init({ module_or_path: code });
    engine = new Engine((bytes) => postMessage(bytes, [bytes.buffer]));
    for (const bytes of waiting.splice(0)) engine.receive(bytes);
  } catch (error) {
    fail(error);
  }
}
