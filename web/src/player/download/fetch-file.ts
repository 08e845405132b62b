/** A file of the server's as a `Blob`, with word of how far it is. A lost connection is taken up again where it broke. */
import { Problem } from "@/api/problem";
import { pause } from "../film/pump";
import { askForFile, untilServerIsThere } from "../film/server";

export interface Progress {
  received: number;
  /** Bytes in all. */
  total: number;
}

/** Bytes that are held in memory before the browser may put them on its disk. */
const PART = 8 * 1024 * 1024;
/** How often in a row a connection may end without a byte. */
const ATTEMPTS = 5;

/** Waits until the server has the file. */
export async function untilReady(file: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    const state = await askForFile(file, signal);
    if (state.is === "ready") return;
    if (state.is === "never") throw Problem.broken("this workout can only be streamed");
    await pause(state.after * 1000, signal);
  }
}

export async function fetchFile(
  file: string,
  onProgress: (progress: Progress) => void,
  signal: AbortSignal,
): Promise<Blob> {
  let parts: Blob[] = [];
  let received = 0;
  let tag: string | null = null;
  for (let failures = 0; ; ) {
    const before = received;
    try {
      const headers: Record<string, string> =
        received === 0 ? {} : { Range: `bytes=${received}-`, ...(tag ? { "If-Range": tag } : {}) };
      const response = await fetch(file, { headers, signal });
      if (!response.ok || response.body === null) throw await Problem.of(response);
      // Not a continuation: another file by now, or a server without ranges.
      if (response.status !== 206) [parts, received] = [[], 0];
      tag = response.headers.get("etag");
      const total = received + Number(response.headers.get("content-length"));
      let chunks: Uint8Array<ArrayBuffer>[] = [];
      let held = 0;
      const flush = () => {
        parts.push(new Blob(chunks));
        [chunks, held] = [[], 0];
      };
      const reader = response.body.getReader();
      try {
        for (;;) {
          const { done, value } = await reader.read();
          if (done) break;
          chunks.push(value);
          held += value.length;
          received += value.length;
          onProgress({ received, total });
          if (held >= PART) flush();
        }
      } finally {
        flush();
      }
      if (received >= total) return new Blob(parts, { type: "video/mp4" });
      throw new TypeError("the connection ended early");
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof Problem && error.status !== 503) throw error;
      failures = received > before ? 0 : failures + 1;
      if (failures >= ATTEMPTS) throw Problem.from(error);
      await pause(1000, signal);
      await untilServerIsThere(signal);
    }
  }
}
