// Writes the brotli and gzip twins of every file of the web root that lacks current ones.

import { readFile, readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

const twins = {
  ".br": (bytes) =>
    promisify(brotliCompress)(bytes, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
        [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
        [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
      },
    }),
  ".gz": (bytes) => promisify(gzip)(bytes, { level: constants.Z_BEST_COMPRESSION }),
};

async function modified(path) {
  return (await stat(path).catch(() => undefined))?.mtimeMs ?? -Infinity;
}

async function compress(path) {
  for (const [extension, twin] of Object.entries(twins)) {
    const output = path + extension;
    if ((await modified(output)) < (await modified(path))) {
      await writeFile(output, await twin(await readFile(path)));
    }
  }
}

const root = process.argv[2];
const files = (await readdir(root, { recursive: true, withFileTypes: true }))
  .filter((entry) => entry.isFile() && !/\.(br|gz)$/.test(entry.name))
  .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
await Promise.all(files.map(compress));
