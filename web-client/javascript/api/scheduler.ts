// What the bundler puts in place of the global of that name, for the sake of the module's bindings.

export { runTask as queueMicrotask } from "./module.ts";
