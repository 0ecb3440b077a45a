// A static file server for the built page: `make play`, the browser tests and the benchmarks.
//
//   node tools/serve.mjs FOLDER [--port N] [--base /some/path/]
//
// It answers on 127.0.0.1 only, and under `base` only, so that tests can prove that the page runs under any path.
// Files with a .br neighbour are sent as that to whoever accepts brotli.

import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer } from "node:http";
import path from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
};
const HASHED = /-[0-9a-f]{12,}[._]/;

/** Serves `folder`; resolves to `{ server, url }` once it listens. Port 0 takes a free one. */
export function serve(folder, { port = 0, base = "/" } = {}) {
  const root = path.resolve(folder);
  const server = createServer((request, response) => {
    answer(root, base, request, response).catch((error) => response.writeHead(500).end(String(error)));
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve({ server, url: `http://127.0.0.1:${server.address().port}${base}` }));
  });
}

async function answer(root, base, request, response) {
  if (!["GET", "HEAD"].includes(request.method)) return response.writeHead(405).end();
  const asked = decodeURIComponent(new URL(request.url, "http://localhost").pathname);
  if (asked + "/" === base) return response.writeHead(301, { location: base }).end();
  if (!asked.startsWith(base)) return response.writeHead(404).end("not found");
  const file = path.join(root, asked.slice(base.length) || "index.html");
  if (path.relative(root, file).startsWith("..")) return response.writeHead(404).end("not found");

  const plain = await found(file);
  const brotli = /\bbr\b/.test(request.headers["accept-encoding"] ?? "") && (await found(`${file}.br`));
  const packed = plain && brotli && brotli.mtimeMs >= plain.mtimeMs; // an older one belongs to an older build
  const length = (packed ? brotli : plain)?.size;
  if (!length) return response.writeHead(404).end("not found");
  response.writeHead(200, {
    "content-type": TYPES[path.extname(file)] ?? "application/octet-stream",
    "content-length": length,
    "cache-control": HASHED.test(file) ? "max-age=31536000, immutable" : "no-cache",
    vary: "accept-encoding",
    ...(packed && { "content-encoding": "br" }),
  });
  if (request.method === "HEAD") return response.end();
  createReadStream(packed ? `${file}.br` : file).on("error", () => response.destroy()).pipe(response);
}

/** What is known of a file; nothing when there is none. */
async function found(file) {
  const facts = await stat(file).catch(() => null);
  return facts?.isFile() ? facts : null;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const [folder = "dist", ...rest] = process.argv.slice(2);
  const option = (name, otherwise) => (rest.includes(name) ? rest[rest.indexOf(name) + 1] : otherwise);
  const port = Number(option("--port", 8080));
  try {
    const { url } = await serve(folder, { port, base: option("--base", "/") });
    console.log(`KubeLoop is at ${url}  (Ctrl+C stops it)`);
  } catch (error) {
    if (error.code !== "EADDRINUSE") throw error;
    console.error(`Port ${port} is taken. Choose another: make play PORT=${port + 1}`);
    process.exitCode = 1;
  }
}
