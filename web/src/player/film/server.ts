/** What the film asks the server for: whether it is there, whether a file is, and a stream. */
import { API_BASE } from "@/api/client";
import { Problem } from "@/api/problem";
import { pause } from "./pump";

export interface Addresses {
  file: string;
  stream: string;
}

export type FileState =
  | { is: "ready" }
  /** Its loops are being prepared; ask again after so many seconds. */
  | { is: "preparing"; after: number }
  /** This workout can only be streamed. */
  | { is: "never" };

/** Throws a `Problem`; one of status 0 when no server answered. */
export async function askForFile(file: string, signal: AbortSignal): Promise<FileState> {
  const response = await reach(file, { method: "HEAD", headers: { Prefer: "wait=0" }, signal });
  if (response.ok) return { is: "ready" };
  if (response.status === 422) return { is: "never" };
  const problem = await Problem.of(response);
  if (response.status === 503) return { is: "preparing", after: problem.retryAfter ?? 2 };
  // An answer to HEAD has no words: the same question with GET has them.
  const words = await reach(file, { headers: { Prefer: "wait=0", Range: "bytes=0-0" }, signal });
  throw words.ok ? problem : await Problem.of(words);
}

export interface Stream {
  reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>;
  /** For a SourceBuffer. */
  type: string;
  /** Seconds in all. */
  duration: number;
}

/** The workout from its beginning, while it is made. */
export async function openStream(stream: string, signal: AbortSignal): Promise<Stream> {
  const response = await reach(stream, { cache: "no-store", signal });
  if (!response.ok) throw await Problem.of(response);
  const codecs = response.headers.get("x-workout-codecs");
  const duration = Number(response.headers.get("x-workout-duration"));
  if (response.body === null || codecs === null || !(duration > 0)) {
    throw Problem.broken("this is no stream");
  }
  return { reader: response.body.getReader(), type: `video/mp4; codecs="${codecs}"`, duration };
}

async function reach(address: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(address, init);
  } catch (error) {
    init.signal?.throwIfAborted();
    throw Problem.unreachable(error);
  }
}

/** Whether the server answers at all. */
export async function serverIsThere(signal: AbortSignal): Promise<boolean> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), 4000);
  const stop = () => limit.abort();
  signal.addEventListener("abort", stop, { once: true });
  try {
    return (await fetch(`${API_BASE}/health`, { cache: "no-store", signal: limit.signal })).ok;
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
  }
}

/** Asks ever less often, and at once when the browser says that it is online. */
export async function untilServerIsThere(signal: AbortSignal): Promise<void> {
  for (let wait = 1000; !(await serverIsThere(signal)); wait = Math.min(wait * 1.5, 8000)) {
    signal.throwIfAborted();
    const online = new AbortController();
    const wake = () => online.abort();
    window.addEventListener("online", wake, { once: true });
    await pause(wait, AbortSignal.any([signal, online.signal])).catch(() =>
      signal.throwIfAborted(),
    );
    window.removeEventListener("online", wake);
  }
  signal.throwIfAborted();
}
