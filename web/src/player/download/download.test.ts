import { afterEach, expect, it, vi } from "vitest";
import { fetchFile } from "./fetch-file";
import { Pace } from "./pace";

vi.mock("../film/server", () => ({ untilServerIsThere: async () => undefined }));
vi.mock("../film/pump", () => ({ pause: async () => undefined }));
afterEach(() => vi.unstubAllGlobals());

const FILE = new Uint8Array(1000).map((_, at) => at % 251);

/** A server that breaks the connection after so many bytes, once for each. */
function server(breaks: number[], ranges = true) {
  const asked: (string | null)[] = [];
  const answer = async (_: string, { headers }: { headers: Record<string, string> }) => {
    const range = headers.Range ?? null;
    asked.push(range);
    const from = range === null || !ranges ? 0 : Number(range.match(/\d+/)?.[0]);
    const until = breaks.shift() ?? FILE.length;
    const body = new ReadableStream({
      start(control) {
        control.enqueue(FILE.slice(from, until));
        if (until === FILE.length) control.close();
      },
      pull(control) {
        control.error(new TypeError("network error"));
      },
    });
    const status = from > 0 ? 206 : 200;
    return new Response(body, {
      status,
      headers: { "content-length": String(FILE.length - from), etag: '"a"' },
    });
  };
  vi.stubGlobal("fetch", answer);
  return asked;
}

const bytes = async (blob: Blob) =>
  new Promise<number[]>((done) => {
    const reader = new FileReader();
    reader.onload = () => done([...new Uint8Array(reader.result as ArrayBuffer)]);
    reader.readAsArrayBuffer(blob);
  });

it("takes a broken download up again where it broke, and tells how far it is", async () => {
  const asked = server([400, 700]);
  const told: number[] = [];
  const blob = await fetchFile(
    "file",
    ({ received, total }) => {
      expect(total).toBe(1000);
      told.push(received);
    },
    new AbortController().signal,
  );
  expect(await bytes(blob)).toEqual([...FILE]);
  expect(asked).toEqual([null, "bytes=400-", "bytes=700-"]);
  expect(told).toEqual([400, 700, 1000]);
});

it("begins anew where the server has another file by now", async () => {
  server([400], false);
  const blob = await fetchFile("file", () => undefined, new AbortController().signal);
  expect(await bytes(blob)).toEqual([...FILE]);
});

it("ends when it is cancelled", async () => {
  server([]);
  const life = new AbortController();
  const cancelled = fetchFile("file", () => life.abort(), life.signal);
  // What has come whole before the word is had: anything else throws.
  life.abort();
  await cancelled.catch((error) => expect(error.name).toBe("AbortError"));
  expect(life.signal.aborted).toBe(true);
});

it("reckons the time left by the last seconds, not by a slow beginning", () => {
  const pace = new Pace();
  expect(pace.left({ received: 0, total: 100_000 }, 0)).toBeNull();
  expect(pace.left({ received: 1000, total: 100_000 }, 10_000)).toBeCloseTo(990);
  for (let at = 10_000; at <= 20_000; at += 500) {
    pace.left({ received: 1000 + (at - 10_000) * 4, total: 100_000 }, at);
  }
  expect(pace.left({ received: 41_000, total: 100_000 }, 20_000)).toBeCloseTo(14.75, 1);
});
