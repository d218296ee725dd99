// Writes main.js with all that it imports, as one script, to standard output.

import { build } from "esbuild";

const result = await build({
  entryPoints: [new URL("main.js", import.meta.url).pathname],
  bundle: true,
  format: "iife",
  logLevel: "warning",
  write: false,
});
process.stdout.write(result.outputFiles[0].text);
