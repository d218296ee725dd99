// Bundles the page's JavaScript and CSS with esbuild into hashed files, and the client and the element for other
// pages into ones of stable names, and writes down their names. The options, one JSON argument, come from xtask.

import { copyFile, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, join, relative } from "node:path";

const { javascript, modules, style, client: sources, element: elementSources, types, webRoot, result } = JSON.parse(process.argv[2]);
const assets = join(webRoot, "assets");
const esbuild = createRequire(join(javascript, "package.json"))("esbuild");

const alias = {};
for (const { name, bindings, code } of modules) {
  alias[name] = bindings;
  alias[`${name}.wasm`] = code;
}
const common = {
  absWorkingDir: javascript,
  outdir: assets,
  bundle: true,
  write: false,
  minify: true,
  format: "esm",
  target: "es2022",
  legalComments: "none",
  metafile: true,
  alias,
  loader: { ".wasm": "file" },
  entryNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  logLevel: "info",
};

/** The output that an entry became: its path and what esbuild says of it. */
function entry({ metafile }) {
  return Object.entries(metafile.outputs).find(([, output]) => output.entryPoint);
}

/** What a browser fetches before the module runs: itself, its static imports, and theirs. */
function loadedWith(metafile, path, found = new Set()) {
  if (!found.has(path)) {
    found.add(path);
    for (const { path: imported, kind } of metafile.outputs[path].imports) {
      if (kind === "import-statement") loadedWith(metafile, imported, found);
    }
  }
  return found;
}

const worker = await esbuild.build({ ...common, entryPoints: { worker: "src/worker.js" } });
const python = await esbuild.build({ ...common, entryPoints: { "python-worker": "src/python-worker.js" } });
const page = await esbuild.build({
  ...common,
  entryPoints: { notebook: "src/main.js" },
  splitting: true,
  define: {
    ENGINE_WORKER: JSON.stringify(basename(entry(worker)[0])),
    PYTHON_WORKER: JSON.stringify(basename(entry(python)[0])),
  },
});
const css = await esbuild.build({ ...common, entryPoints: { notebook: style } });
// Runs before the first paint, so it is a classic script that stands in the page's head.
const theme = await esbuild.build({ ...common, format: "iife", entryPoints: { theme: "src/theme.js" } });

// Others import it by its name, so only its code has a hashed one.
const client = await esbuild.build({
  ...common,
  entryPoints: { "spark-connect": join(sources, "index.ts") },
  inject: [join(sources, "scheduler.ts")],
  outdir: webRoot,
  entryNames: "[name]",
  assetNames: "assets/[name]-[hash]",
});

// The element uses the client that the page itself may use.
const element = await esbuild.build({
  ...common,
  entryPoints: { "spark-query": join(elementSources, "index.ts") },
  external: ["./spark-connect.js"],
  outdir: webRoot,
  entryNames: "[name]",
});

// A hashed name stands for one content: a file that is there stays, and so do its compressed twins.
await mkdir(assets, { recursive: true });
for (const file of types) await copyFile(file, join(webRoot, basename(file)));
const old = new Set(await readdir(assets));
const outputs = [worker, python, page, css, theme, client, element].flatMap(({ outputFiles }) => outputFiles);
const kept = new Set(outputs.map(({ path }) => basename(path)));
for (const { path, contents } of outputs) {
  if (!old.has(basename(path))) await writeFile(path, contents);
}
for (const name of old) {
  if (!kept.has(name.replace(/\.(br|gz)$/, ""))) await rm(join(assets, name));
}

const code = Object.keys(page.metafile.outputs).find((path) => path.endsWith(".wasm"));
if (!code) throw new Error('src/main.js must import the code of its module: import url from "notebook-wasm.wasm"');
const [script] = entry(page);
const [sheet] = entry(css);
const [chooser] = entry(theme);
const names = {
  "notebook.js": basename(script),
  "notebook.css": basename(sheet),
  "notebook.wasm": basename(code),
  "theme.js": basename(chooser),
};
const first = new Set([...loadedWith(page.metafile, script), code, sheet, chooser].map((path) => basename(path)));
const loaded = [client, element].flatMap(({ outputFiles }) => outputFiles).map(({ path }) => relative(webRoot, path));
const later = python.outputFiles.map(({ path }) => basename(path));
await writeFile(result, JSON.stringify({ names, beforeFirstPaint: [...first], python: later, client: loaded }));
