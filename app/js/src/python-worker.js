// The worker of the engine for PySpark cells. The bundler resolves "python-wasm" to wasm-bindgen's output.

import init, { Engine } from "python-wasm";
import code from "python-wasm.wasm";
import { serve } from "./engine-host.js";

serve(init, Engine, new URL(code, import.meta.url));
