/**
 * Lets the page open offline: the exported pages of both languages and what they are made of are
 * kept when it is installed, all of one build. Nothing of the server itself is ever kept: what is
 * not known here as part of the page goes to the network as if there were no worker.
 *
 * A new build waits until no page of the old one is open, whose chunks would be gone otherwise;
 * meanwhile pages come from the network first, so nobody sees an old one but offline.
 */
"use strict";

/** Paths below the scope; written by `scripts/service-worker.mjs` after every build. */
const BUILD = { version: "unbuilt", files: [] };

/** Below it lies the page; the server may have put it below a base path. */
const SCOPE = new URL(self.registration.scope);
/** Other pages on this origin, below other paths, have caches of their own. */
const OURS = `virtual-coach ${SCOPE.pathname} `;
const CACHE = OURS + BUILD.version;
/** Milliseconds to wait for a page when there is one in the cache. */
const PATIENCE = 3000;

const FILES = new Set(BUILD.files);

/** How a request is answered: "page", "static", "fresh", or null for not at all; and its file. */
function routeOf({ method, url, mode, headers }) {
  const { origin, pathname } = new URL(url);
  const inside = origin === SCOPE.origin && pathname.startsWith(SCOPE.pathname);
  if (method !== "GET" || !inside || headers.has("range")) return null;
  const path = pathname.slice(SCOPE.pathname.length);
  if (mode === "navigate") {
    const page = path === "" || path.endsWith("/") ? path : `${path}/`;
    return FILES.has(page) ? { kind: "page", file: page } : null;
  }
  if (!FILES.has(path)) return null;
  // Their names change with what is in them.
  return { kind: path.startsWith("_next/static/") ? "static" : "fresh", file: path };
}

const addressOf = (file) => new URL(file, SCOPE).href;

/** What was kept, whatever the query: `?workout=` is read by the page, `?_rsc=` by nobody. */
async function kept(file) {
  const cache = await caches.open(CACHE);
  return cache.match(addressOf(file));
}

/** From the network, or from the cache where that fails, is late or is no answer of the server. */
async function fresh(request, file) {
  const answer = fetch(request);
  // It may fail after the cache has answered in its place.
  answer.catch(() => undefined);
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE));
  try {
    const first = await Promise.race([answer, late]);
    // A proxy in front of a server that is down answers, too.
    if (first !== undefined && first.status < 500) return first;
  } catch {
    // Offline.
  }
  return (await kept(file)) ?? answer;
}

async function install() {
  const cache = await caches.open(CACHE);
  // Past the browser's own cache, or a page of the build before could come with chunks of this one.
  await cache.addAll(BUILD.files.map((file) => new Request(addressOf(file), { cache: "no-cache" })));
}

async function activate() {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith(OURS) && name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
  // The first visit, too, is one that can go offline.
  await self.clients.claim();
}

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const route = routeOf(request);
  if (route === null) return;
  const { kind, file } = route;
  event.respondWith(
    kind === "static"
      ? kept(file).then((answer) => answer ?? fetch(request))
      : fresh(request, file),
  );
});
