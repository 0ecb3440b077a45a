// Keeps the page usable without a network, once it has been loaded. tools/bundle.mjs fills in the constants.
//
// Files whose names carry a hash never change, so they come from the cache. The page itself is asked for from the
// network first: whoever is online always gets the newest build (`make play` included), and the build's files with it.
// One version's files are cached together or not at all, so a page never meets another build's wasm. The part of the program
// that a first visit does not run follows when the page has fetched it.

const VERSION = "VERSION";
const FILES = ["FILES"];
const REST = ["REST"];

// Several copies may live under different paths of one origin, and an origin shares its caches.
const OURS = `kubeloop ${self.registration.scope} `;
const CACHE = OURS + VERSION;
const PATIENCE_MS = 4000;

self.addEventListener("install", (event) => event.waitUntil(fill(FILES).then(() => self.skipWaiting())));
self.addEventListener("activate", (event) => event.waitUntil(forget().then(() => self.clients.claim())));
self.addEventListener("message", ({ data }) => data === "rest" && fill(REST));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || !request.url.startsWith(self.registration.scope)) return;
  event.respondWith(request.mode === "navigate" ? page(request) : file(request));
});

/** The page has just loaded these files; "force-cache" takes them from the browser's own cache instead of twice over the network. */
async function fill(files) {
  const cache = await caches.open(CACHE);
  await Promise.all(
    files.map(async (name) => {
      const answer = await fetch(name, { cache: HASHED.test(name) ? "force-cache" : "no-cache" });
      if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
      await cache.put(name, answer);
    }),
  );
}

const HASHED = /-[0-9a-f]{12,}[._]/;

async function forget() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(OURS) && name !== CACHE).map((name) => caches.delete(name)));
}

async function page(request) {
  try {
    return await fetch(request, { signal: AbortSignal.timeout(PATIENCE_MS) });
  } catch (error) {
    const kept = await (await caches.open(CACHE)).match("./");
    if (kept) return kept;
    throw error;
  }
}

async function file(request) {
  const cache = await caches.open(CACHE);
  const hashed = HASHED.test(request.url);
  const kept = await cache.match(request, { ignoreSearch: true });
  if (kept && hashed) return kept;
  try {
    return await fetch(request);
  } catch (error) {
    if (kept) return kept;
    throw error;
  }
}
