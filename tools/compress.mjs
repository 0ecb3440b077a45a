// Puts a .br file beside every file of a built page that gains from it: `node tools/compress.mjs dist`.
// Servers that know precompressed files (nginx' brotli_static, Caddy's precompressed, …) send those; others ignore them.

import { readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { brotliCompress, constants } from "node:zlib";

const compress = promisify(brotliCompress);
const folder = process.argv[2] ?? "dist";
const entries = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
const files = entries.map((entry) => path.join(entry.parentPath ?? entry.path, entry.name));

let before = 0;
let after = 0;
for (const file of files) {
  if (file.endsWith(".br")) {
    if (!files.includes(file.slice(0, -3))) await rm(file);
    continue;
  }
  if (!/\.(html|js|css|wasm|svg|json|txt)$/.test(file)) continue;
  before += (await stat(file)).size;
  const packed = `${file}.br`;
  const fresh = await stat(packed).catch(() => null);
  if (!fresh || fresh.mtimeMs < (await stat(file)).mtimeMs) {
    const bytes = await readFile(file);
    const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
    await writeFile(packed, await compress(bytes, { params }));
  }
  after += (await stat(packed)).size;
}
const kB = (bytes) => `${Math.round(bytes / 1000)} kB`;
console.log(`${folder}/ is ready: ${kB(before)}, or ${kB(after)} from the .br files beside them for servers that send those.`);
console.log("Copy the folder anywhere, under any path; it fetches nothing from elsewhere.");
