// The worker of the engine for SQL cells. The bundler resolves "engine-wasm" to wasm-bindgen's output.

import init, { Engine } from "engine-wasm";
import code from "engine-wasm.wasm";
import { serve } from "./engine-host.js";

serve(init, Engine, new URL(code, import.meta.url));
