/**
 * From the network into a SourceBuffer, no faster than it is played: what is not read holds the
 * server back. Needs no browser; tests give it a buffer of their own.
 */

/** What of a `SourceBuffer` is used. */
export interface Sink {
  readonly updating: boolean;
  readonly buffered: Ranges;
  appendBuffer(bytes: Uint8Array<ArrayBuffer>): void;
  remove(start: number, end: number): void;
  addEventListener(type: "updateend" | "error", listener: () => void): void;
  removeEventListener(type: "updateend" | "error", listener: () => void): void;
}

/** What of `TimeRanges` is used. */
export interface Ranges {
  readonly length: number;
  start(index: number): number;
  end(index: number): number;
}

interface Source {
  read(): Promise<{ done: boolean; value?: Uint8Array<ArrayBuffer> | undefined }>;
  cancel(reason?: unknown): Promise<void>;
}

/** Seconds ahead of playback at which reading stops. */
export const AHEAD = 20;
/** Seconds behind it that are kept when the browser has no more room. */
const BEHIND = 10;
const PATIENCE = 250;

/** Ends when the source does. Throws what the source throws, or the signal's reason. */
export async function pump(
  source: Source,
  sink: Sink,
  position: () => number,
  signal: AbortSignal,
): Promise<void> {
  try {
    for (;;) {
      while (ahead(sink.buffered, position()) >= AHEAD) await pause(PATIENCE, signal);
      signal.throwIfAborted();
      const { done, value } = await source.read();
      signal.throwIfAborted();
      if (done) return;
      if (value !== undefined) await append(value, sink, position, signal);
    }
  } catch (error) {
    // Frees the connection, and with it the server. It may be gone already.
    await source.cancel(error).catch(() => undefined);
    throw error;
  }
}

/** Seconds that can be played from `time` on without a gap. */
export function ahead(ranges: Ranges, time: number): number {
  for (let index = 0; index < ranges.length; index++) {
    // The first picture may lie a little after 0, and a seek a little before a range.
    if (ranges.start(index) <= time + 0.1 && time < ranges.end(index)) {
      return ranges.end(index) - time;
    }
  }
  return 0;
}

async function append(
  bytes: Uint8Array<ArrayBuffer>,
  sink: Sink,
  position: () => number,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    try {
      return await update(sink, () => sink.appendBuffer(bytes));
    } catch (error) {
      if ((error as { name?: unknown } | null)?.name !== "QuotaExceededError") throw error;
    }
    const start = sink.buffered.length > 0 ? sink.buffered.start(0) : 0;
    const end = position() - BEHIND;
    if (end > start) await update(sink, () => sink.remove(start, end));
    // There is room once more has been played.
    else await pause(PATIENCE, signal);
  }
}

/** One operation on the buffer, until it has happened. */
function update(sink: Sink, operation: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void) => () => {
      sink.removeEventListener("updateend", done);
      sink.removeEventListener("error", failed);
      act();
    };
    const done = settle(resolve);
    const failed = settle(() => reject(new Error("the browser refuses these bytes")));
    sink.addEventListener("updateend", done);
    sink.addEventListener("error", failed);
    try {
      operation();
    } catch (error) {
      settle(() => reject(error))();
    }
  });
}

/** Some time, or until the signal. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    signal.addEventListener("abort", stop, { once: true });
  });
}
