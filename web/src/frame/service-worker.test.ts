/** The worker as it is served, in a scope of our own making. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

type Listener = (event: unknown) => void;

const source = readFileSync(join(import.meta.dirname, "../../public/sw.js"), "utf8");
const files = ["", "goals/", "fr/", "goals/index.txt", "icon.svg", "_next/static/chunks/a1.js"];

/** Caches by name, each from address to body. */
let stored: Map<string, Map<string, string>>;
let network: ReturnType<typeof vi.fn<(request: { url: string }) => Promise<Response>>>;

function worker(base: string, version = "v2") {
  const listeners = new Map<string, Listener>();
  const scope = `https://coach.example${base}/`;
  const self = {
    registration: { scope },
    clients: { claim: vi.fn(async () => undefined) },
    addEventListener: (name: string, listener: Listener) => listeners.set(name, listener),
  };
  const caches = {
    keys: async () => [...stored.keys()],
    delete: async (name: string) => stored.delete(name),
    open: async (name: string) => {
      const cache = stored.get(name) ?? new Map<string, string>();
      stored.set(name, cache);
      return {
        match: async (address: string) => {
          const text = cache.get(address);
          return text === undefined ? undefined : new Response(text);
        },
        addAll: async (requests: Request[]) => {
          for (const { url } of requests) cache.set(url, `kept ${url}`);
        },
      };
    },
  };
  const built = source.replace(
    /const BUILD = .*;/,
    `const BUILD = ${JSON.stringify({ version, files })};`,
  );
  expect(built).not.toBe(source);
  new Function("self", "caches", "fetch", built)(self, caches, network);
  const wait = async (name: string) => {
    const waited: Promise<unknown>[] = [];
    listeners.get(name)?.({ waitUntil: (promise: Promise<unknown>) => waited.push(promise) });
    await Promise.all(waited);
  };
  return {
    install: () => wait("install"),
    activate: () => wait("activate"),
    /** The worker's answer, or null where it leaves the request alone. */
    ask(path: string, options: { mode?: string; method?: string; range?: boolean } = {}) {
      const { mode = "cors", method = "GET", range = false } = options;
      let answer: Promise<Response> | null = null;
      const headers = new Headers(range ? { range: "bytes=0-" } : {});
      const request = { url: new URL(path, scope).href, method, mode, headers };
      const respondWith = (response: Promise<Response>) => {
        answer = response;
      };
      listeners.get("fetch")?.({ request, respondWith });
      return answer as Promise<Response> | null;
    },
  };
}

const text = async (answer: Promise<Response> | null) => (await answer)?.text();
const page = { mode: "navigate" };

beforeEach(() => {
  stored = new Map();
  network = vi.fn(async ({ url }: { url: string }) => new Response(`live ${url}`));
});
afterEach(() => {
  vi.useRealTimers();
});

describe.each(["", "/gym"])("the service worker below '%s'", (base) => {
  const at = (path: string) => `https://coach.example${base}/${path}`;

  it("never touches the server's own addresses", async () => {
    const { install, ask } = worker(base);
    await install();
    for (const path of ["api/exercises", "ready", "health", "docs", "problems/capacity"]) {
      expect(ask(at(path))).toBeNull();
      expect(ask(at(path), page)).toBeNull();
    }
    expect(ask(at("icon.svg"), { range: true })).toBeNull();
    expect(ask(at(""), { method: "POST", ...page })).toBeNull();
    expect(ask("https://elsewhere.example/icon.svg")).toBeNull();
    expect(ask("https://coach.example/other/icon.svg")).toBeNull();
    expect(network).not.toHaveBeenCalled();
  });

  it("has pages from the network, and offline those that it kept", async () => {
    const { install, ask } = worker(base);
    await install();
    expect(await text(ask(at("goals/"), page))).toBe(`live ${at("goals/")}`);
    network.mockRejectedValue(new TypeError("offline"));
    expect(await text(ask(at("?workout=abc"), page))).toBe(`kept ${at("")}`);
    expect(await text(ask(at("goals"), page))).toBe(`kept ${at("goals/")}`);
    expect(await text(ask(at("goals/index.txt?_rsc=1x")))).toBe(`kept ${at("goals/index.txt")}`);
  });

  it("does not wait long for a page, nor takes a proxy's word for it", async () => {
    vi.useFakeTimers();
    const { install, ask } = worker(base);
    await install();
    network.mockReturnValue(new Promise(() => undefined));
    const late = text(ask(at(""), page));
    await vi.advanceTimersByTimeAsync(3100);
    expect(await late).toBe(`kept ${at("")}`);
    network.mockResolvedValue(new Response("bad gateway", { status: 502 }));
    expect(await text(ask(at("fr/"), page))).toBe(`kept ${at("fr/")}`);
  });

  it("has hashed files from the cache alone, once it has them", async () => {
    const { install, ask } = worker(base);
    const chunk = at("_next/static/chunks/a1.js");
    expect(await text(ask(chunk))).toBe(`live ${chunk}`);
    await install();
    network.mockClear();
    expect(await text(ask(chunk))).toBe(`kept ${chunk}`);
    expect(network).not.toHaveBeenCalled();
    expect(ask(at("_next/static/chunks/of-another-build.js"))).toBeNull();
  });

  it("fails as the network does where it has kept nothing", async () => {
    network.mockRejectedValue(new TypeError("offline"));
    await expect(worker(base).ask(at(""), page)).rejects.toThrow("offline");
  });
});

it("removes the caches of its own older builds, and no others", async () => {
  await worker("/gym", "v1").install();
  await worker("", "v1").install();
  stored.set("of another app", new Map());
  const { install, activate } = worker("/gym", "v2");
  await install();
  await activate();
  expect([...stored.keys()].sort()).toEqual([
    "of another app",
    "virtual-coach / v1",
    "virtual-coach /gym/ v2",
  ]);
});
