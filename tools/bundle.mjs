// Trunk's hooks (Trunk.toml): what has to happen to the page's JavaScript and CSS before and after Trunk's own work.
//
//   node tools/bundle.mjs before   packs the editor and the styles, each into one minified file, in target/web/
//   node tools/bundle.mjs after    splits the wasm, minifies wasm-bindgen's glue and fills in the service worker, in Trunk's staging folder;
//                                  what is fetched later has a name with a hash, too

import { build, transform } from "esbuild";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, readFile, rename, unlink, writeFile } from "node:fs/promises";
import path from "node:path";
import process from "node:process";
import { chromium } from "./chromium.mjs";
import { reach } from "./reach.mjs";
import { FETCH, split } from "./split.mjs";
import { visited } from "./visit.mjs";
import { read, write } from "./wasm.mjs";

const BUNDLES = "target/web";
/** The page's program as the linker made it. */
const LINKED = path.join(process.env.CARGO_TARGET_DIR ?? "target", "wasm32-unknown-unknown/page/page.wasm");
const LICENCES = `/*! Contains CodeMirror and Lezer (https://codemirror.net), MIT licence, copyright (C) 2018-2026 by Marijn Haverbeke and others */`;
const release = process.env.TRUNK_PROFILE !== "debug";

async function before() {
  await Promise.all([
    build({
      entryPoints: ["static/editor/editor.js"],
      outfile: `${BUNDLES}/editor.js`,
      bundle: true,
      format: "esm",
      target: "es2022",
      minify: true,
      legalComments: "none",
      banner: { js: LICENCES },
      logLevel: "warning",
    }),
    build({
      stdin: { contents: await styles(), resolveDir: "static/css", loader: "css" },
      outfile: `${BUNDLES}/page.css`,
      bundle: true,
      target: "chrome123", // leaves light-dark() and nesting as they are written; all browsers have had them since 2024
      minify: true,
      logLevel: "warning",
    }),
  ]);
}

/** All of static/css in one: base.css first, as it names the layers' order, then the tokens, then the rest. */
async function styles() {
  const rank = (file) => ["base.css", "tokens.css"].indexOf(file) >>> 0; // not found is -1, which becomes the largest
  const files = (await readdir("static/css").catch(() => [])).filter((file) => file.endsWith(".css"));
  files.sort((a, b) => rank(a) - rank(b) || a.localeCompare(b));
  return files.map((file) => `@import "./${file}";`).join("\n");
}

async function after() {
  if (!release) return;
  const folder = process.env.TRUNK_STAGING_DIR;
  await splitProgram(folder);
  await nameEditor(folder);
  const files = (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath ?? entry.path, entry.name)).split(path.sep).join("/"))
    .filter((file) => file !== "service-worker.js" && !file.endsWith(".br"))
    .sort();
  for (const file of files.filter((file) => file.endsWith(".js"))) {
    const source = await readFile(path.join(folder, file), "utf8");
    const { code } = await transform(source, { minify: true, format: "esm", target: "es2022", legalComments: "inline" });
    await writeFile(path.join(folder, file), code);
  }
  await fillServiceWorker(folder, files);
}

/**
 * Makes two files of the program: what a first visit runs, and the rest (tools/split.mjs). Both carry the hash of both, as they fit no others.
 * Without a Chromium to visit the page with, the program stays whole: it does the same, and its first load is larger.
 */
async function splitProgram(folder) {
  const [whole] = (await readdir(folder)).filter((file) => file.endsWith("_bg.wasm"));
  const bytes = await readFile(path.join(folder, whole));
  if (!existsSync(chromium.executablePath)) {
    console.warn(`${chromium.executablePath} is not there, so the page's program is not split: all of it is fetched at once.`);
    return writeFile(path.join(folder, whole), withoutNotes(bytes));
  }
  const { first, rest } = split(bytes, await visited(folder, bytes), reach(await readFile(LINKED), bytes));
  const version = createHash("sha256").update(first).update(rest).digest("hex").slice(0, 16);
  const names = { first: `page-${version}_bg.wasm`, rest: `page-${version}_rest.wasm` };
  await writeFile(path.join(folder, names.first), first);
  await writeFile(path.join(folder, names.rest), rest);
  await unlink(path.join(folder, whole));
  await edit(path.join(folder, "index.html"), [whole, names.first], ['data-rest=""', `data-rest="${names.rest}"`]);
  // The first part asks for the rest where it asks wasm-bindgen's glue for everything else.
  const entry = "const import0 = {\n        __proto__: null,";
  await edit(path.join(folder, whole.replace("_bg.wasm", ".js")), [entry, `${entry}\n        ${FETCH}: () => rest.enter(wasm),`]);
}

/** A program without the linker's notes and other things that do not run. */
const withoutNotes = (bytes) => write(read(bytes).sections);

/** Gives the editor a name that changes when it does: it is fetched by the page itself, so Trunk does not know it for a script. */
async function nameEditor(folder) {
  const bytes = await readFile(path.join(folder, "editor.js"));
  const name = `editor-${createHash("sha256").update(bytes).digest("hex").slice(0, 16)}.js`;
  await rename(path.join(folder, "editor.js"), path.join(folder, name));
  await edit(path.join(folder, "index.html"), ['data-editor="editor.js"', `data-editor="${name}"`]);
}

/** Replaces in a file all of the first by the second, of each pair; they must be there. */
async function edit(file, ...pairs) {
  let text = await readFile(file, "utf8");
  for (const [was, becomes] of pairs) {
    if (!text.includes(was)) throw new Error(`${file} does not say ${was}`);
    text = text.replaceAll(was, () => becomes);
  }
  await writeFile(file, text);
}

/** Gives the service worker the list of files and a version that changes when, and only when, one of them does. */
async function fillServiceWorker(folder, files) {
  const hash = createHash("sha256");
  for (const file of files) hash.update(file).update(await readFile(path.join(folder, file)));
  const version = hash.digest("hex").slice(0, 16);
  const rest = files.filter((file) => file.endsWith("_rest.wasm") || file.startsWith("editor-"));
  const list = files.filter((file) => !rest.includes(file)).map((file) => (file === "index.html" ? "./" : file));
  const worker = (await readFile("static/service-worker.js", "utf8"))
    .replace('"VERSION"', () => JSON.stringify(version))
    .replace('["FILES"]', () => JSON.stringify(list))
    .replace('["REST"]', () => JSON.stringify(rest));
  const { code } = await transform(worker, { minify: true, target: "es2022" });
  await writeFile(path.join(folder, "service-worker.js"), code);
  await edit(path.join(folder, "index.html"), ['data-offline="no"', 'data-offline="yes"']);
}

const steps = { before, after };
await steps[process.argv[2]]();
