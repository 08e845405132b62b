/** The browser's MediaSource, or ManagedMediaSource where an iPhone has that alone. */
import { pump } from "./pump";
import type { Stream } from "./server";

type MediaSourceKind = typeof MediaSource;

function kind(): MediaSourceKind | null {
  const own = globalThis as { ManagedMediaSource?: MediaSourceKind; MediaSource?: MediaSourceKind };
  return own.MediaSource ?? own.ManagedMediaSource ?? null;
}

export const canStream = (): boolean => kind() !== null;

/**
 * Puts a MediaSource into `video`. What it gives back feeds the stream into it until its end; that
 * throws when the connection breaks, and leaves in the video what has come.
 */
export async function attachMediaSource(
  video: HTMLVideoElement,
  signal: AbortSignal,
): Promise<(stream: Stream) => Promise<void>> {
  const Kind = kind();
  if (Kind === null) throw new Error("no MediaSource");
  const media = new Kind();
  // An iPhone opens no ManagedMediaSource while the picture could go to a television.
  video.disableRemotePlayback = Kind !== globalThis.MediaSource;
  const address = URL.createObjectURL(media);
  video.src = address;
  try {
    await opened(media, signal);
  } finally {
    URL.revokeObjectURL(address);
  }
  return async ({ reader, type, duration }) => {
    if (!Kind.isTypeSupported(type)) {
      await reader.cancel().catch(() => undefined);
      throw new Error(`the browser does not play ${type}`);
    }
    media.duration = duration;
    const buffer = media.addSourceBuffer(type);
    await pump(reader, buffer, () => video.currentTime, signal);
    const { buffered } = buffer;
    const end = buffered.length > 0 ? buffered.end(buffered.length - 1) : 0;
    // Something between us and the server may end a broken answer as if it were whole.
    if (end < duration - 1) throw new TypeError("the stream ended early");
    if (media.readyState === "open") media.endOfStream();
  };
}

function opened(media: MediaSource, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    media.addEventListener("sourceopen", () => resolve(), { once: true });
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
