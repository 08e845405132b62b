/**
 * The workout in the `<video>`: from the file where the server has it, streamed while it does not,
 * and the one after the other without losing the place. The rest of the player sees one film.
 *
 * | source | when | seeking |
 * | --- | --- | --- |
 * | file | its loops are prepared | anywhere |
 * | stream | they are not | in what has come; beyond that it waits, or changes to the file if that is ready by then |
 */
import { Problem } from "@/api/problem";
import { attachMediaSource, canStream } from "./media-source";
import { ahead, pause } from "./pump";
import {
  type Addresses,
  askForFile,
  type FileState,
  openStream,
  serverIsThere,
  untilServerIsThere,
} from "./server";

export interface FilmState {
  /**
   * `asking` which source there is; `preparing` until the file is there, where nothing can be streamed;
   * `idle`: a click starts it; `loading` the first picture; `ready`.
   */
  phase: "asking" | "preparing" | "idle" | "loading" | "ready" | "failed";
  /** Meant to play; it may be waiting for pictures. */
  playing: boolean;
  waiting: boolean;
  /** The server does not answer. What is loaded goes on. */
  lost: boolean;
  ended: boolean;
  problem: Problem | null;
}

const BEGINNING: FilmState = {
  phase: "asking",
  playing: false,
  waiting: false,
  lost: false,
  ended: false,
  problem: null,
};

/** How often in a row the picture may fail without a picture in between. */
const ATTEMPTS = 3;
/** Milliseconds without a picture after which the server is looked for. */
const SUSPICIOUS = 2500;
/** A broken stream is left when no more than so many seconds are ahead. */
const NEARLY_OUT = 0.6;

export class Film {
  #state = BEGINNING;
  readonly #listeners = new Set<() => void>();
  readonly #life = new AbortController();
  /** Of the source that is attached. */
  #source: { kind: "file" | "stream"; life: AbortController; broken: boolean } | null = null;
  #fileReady = false;
  /** Where it is, also while a source is changed. */
  #place = 0;
  #failures = 0;
  #recovering = false;
  /** Seconds; known once the timeline or the source is. */
  duration = Number.POSITIVE_INFINITY;
  #suspicion: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly video: HTMLVideoElement,
    private readonly addresses: Addresses,
    /** Called before a source is taken away: what is on the screen should stay on it. */
    private readonly keepPicture: () => void,
  ) {
    const on = (type: keyof HTMLMediaElementEventMap, act: () => void) =>
      video.addEventListener(type, act, { signal: this.#life.signal });
    on("timeupdate", this.#moved);
    on("durationchange", () => {
      if (Number.isFinite(video.duration)) this.duration = video.duration;
    });
    on("loadedmetadata", this.#begin);
    on("loadeddata", () => this.#set({ phase: "ready", waiting: false }));
    on("playing", () => {
      this.#failures = 0;
      this.#calm();
      this.#set({ waiting: false, ended: false });
    });
    on("seeked", () => {
      this.#calm();
      this.#set({ waiting: false });
    });
    on("waiting", () => this.#stuck());
    on("stalled", () => this.#suspect());
    on("error", () => this.#failed());
    // Also from outside: headphones, a call, picture in picture.
    on("play", () => {
      if (!video.paused) this.#set({ playing: true, ended: false });
    });
    on("pause", () => {
      if (video.paused && !video.ended && this.#source !== null && !this.#recovering) {
        this.#set({ playing: false });
      }
    });
    on("ended", () => this.#set({ playing: false, ended: true, waiting: false }));
    window.addEventListener("offline", () => this.#suspect(0), { signal: this.#life.signal });
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
  readonly state = (): FilmState => this.#state;

  /** Finds a source. Without `autoplay` nothing is streamed before someone wants to see it. */
  open(autoplay: boolean, from = 0): void {
    this.#place = from;
    this.#set({ playing: autoplay });
    this.#run(async () => this.#attach(await this.#ask(), this.#place));
  }

  play(): void {
    if (this.#state.ended) this.seek(0);
    this.#set({ playing: true });
    if (this.#state.phase === "idle") {
      this.#run(async () => this.#attach(await this.#ask(), this.#place));
    } else if (this.#source !== null) this.#start();
  }

  pause(): void {
    this.#set({ playing: false });
    this.video.pause();
  }

  seek(time: number): void {
    const { video } = this;
    // The last picture is shown; at the very end there is none.
    const at = Math.min(Math.max(time, 0), Math.max(this.duration - 0.05, 0));
    this.#place = at;
    this.#set({ ended: false });
    if (this.#source === null || video.readyState === 0) return;
    const missing = this.#source.kind === "stream" && ahead(video.buffered, at) === 0;
    const gone = missing && at < video.currentTime;
    if (missing && (this.#fileReady || gone || this.#source.broken)) this.#recover();
    else video.currentTime = at;
  }

  close(): void {
    this.#life.abort(new DOMException("closed", "AbortError"));
    clearTimeout(this.#suspicion);
    this.#detach();
    this.video.removeAttribute("src");
    this.video.load();
  }

  get time(): number {
    return this.#source === null || this.video.readyState === 0
      ? this.#place
      : this.video.currentTime;
  }

  /** What the server has; waits until one answers. */
  async #ask(): Promise<FileState> {
    for (;;) {
      try {
        const answer = await askForFile(this.addresses.file, this.#life.signal);
        this.#fileReady = answer.is === "ready";
        this.#set({ lost: false });
        return answer;
      } catch (error) {
        await this.#forgive(error);
      }
    }
  }

  /** Waits for a server that does not answer; any other error is thrown on. */
  async #forgive(error: unknown): Promise<void> {
    if (!(error instanceof Problem) || error.status !== 0) throw error;
    this.#set({ lost: true });
    await untilServerIsThere(this.#life.signal);
    this.#set({ lost: false });
  }

  async #attach(answer: FileState, at: number): Promise<void> {
    this.#place = at;
    if (answer.is === "ready") return this.#attachFile();
    if (!canStream()) return this.#waitForFile(answer);
    if (!this.#state.playing) {
      this.#set({ phase: "idle", waiting: false });
      return;
    }
    return this.#attachStream(answer);
  }

  /** Where nothing can be streamed. */
  async #waitForFile(answer: FileState): Promise<void> {
    this.#set({ phase: "preparing" });
    for (let state = answer; state.is !== "ready"; state = await this.#ask()) {
      if (state.is === "never") throw new Error("this browser cannot stream");
      await pause(state.after * 1000, this.#life.signal);
    }
    this.#attachFile();
  }

  #attachFile(): void {
    this.#replace("file");
    this.video.preload = this.#state.playing ? "auto" : "metadata";
    this.video.src = this.addresses.file;
    if (this.#state.playing) this.#start();
  }

  async #attachStream(answer: FileState): Promise<void> {
    const source = this.#replace("stream");
    const { signal } = source.life;
    if (answer.is === "preparing") this.#run(() => this.#watchForFile(signal, answer.after));
    // Both at once: neither waits for the other.
    const coming = Promise.all([
      attachMediaSource(this.video, signal),
      openStream(this.addresses.stream, signal),
    ]);
    if (this.#state.playing) this.#start();
    try {
      const [feed, stream] = await coming;
      await feed(stream);
    } catch (error) {
      signal.throwIfAborted();
      source.broken = true;
      if (this.video.readyState === 0) {
        // Nothing has come: a busy server, or one that does not stream.
        await this.#forgive(error).catch((problem) => this.#retryLater(problem));
        return this.#recover();
      }
      // What has come plays on; meanwhile it is said, and the server looked for.
      const state = await this.#ask();
      if (state.is === "ready" || ahead(this.video.buffered, this.video.currentTime) < NEARLY_OUT) {
        this.#moved();
      }
    }
  }

  /** After a refusal, when the server wants to be asked again. */
  async #retryLater(error: unknown): Promise<void> {
    if (++this.#failures > ATTEMPTS) throw error;
    const after = error instanceof Problem ? (error.retryAfter ?? 2) : 1;
    await pause(after * 1000, this.#life.signal);
  }

  /** A seek may need the file: know when it is there, and take it if one waits for it. */
  async #watchForFile(signal: AbortSignal, first: number): Promise<void> {
    for (let after = first; !this.#fileReady; ) {
      await pause(Math.max(after, 2) * 1000, signal);
      const state = await askForFile(this.addresses.file, signal).catch(() => null);
      if (state?.is === "never") return;
      this.#fileReady = state?.is === "ready";
      after = state?.is === "preparing" ? state.after : 3;
    }
    if (ahead(this.video.buffered, this.#place) === 0 && this.video.readyState > 0) this.#recover();
  }

  /** The same place from a source that works. */
  #recover(): void {
    if (this.#recovering) return;
    this.#recovering = true;
    this.#set({ waiting: true });
    this.#run(async () => {
      try {
        const answer = await this.#ask();
        this.#recovering = false;
        await this.#attach(answer, this.#place);
      } finally {
        this.#recovering = false;
      }
    });
  }

  #replace(kind: "file" | "stream") {
    const { video } = this;
    if (video.readyState >= 2) this.keepPicture();
    this.#detach();
    const source = { kind, life: new AbortController(), broken: false };
    this.#life.signal.addEventListener("abort", () => source.life.abort(this.#life.signal.reason), {
      signal: source.life.signal,
    });
    this.#source = source;
    if (this.#state.phase !== "ready") this.#set({ phase: "loading" });
    return source;
  }

  #detach(): void {
    this.#source?.life.abort(new DOMException("replaced", "AbortError"));
    this.#source = null;
  }

  #start(): void {
    this.video.play().catch((error: unknown) => {
      // Browsers let nothing play before a click; a source that was replaced starts anew by itself.
      if (error instanceof DOMException && error.name === "NotAllowedError") {
        this.#set({ playing: false });
      }
    });
  }

  readonly #begin = () => {
    const { video } = this;
    if (Math.abs(video.currentTime - this.#place) > 0.04) video.currentTime = this.#place;
  };

  readonly #moved = () => {
    const { video } = this;
    const source = this.#source;
    if (source === null || video.readyState === 0 || this.#recovering) return;
    if (!video.seeking) this.#place = video.currentTime;
    if (!source.broken || this.#state.lost || video.ended) return;
    const left = this.duration - video.currentTime;
    const loaded = ahead(video.buffered, video.currentTime);
    if (loaded < NEARLY_OUT && left > loaded + 0.1) this.#recover();
  };

  #stuck(): void {
    if (this.#source === null) return;
    this.#set({ waiting: true });
    this.#moved();
    this.#suspect();
  }

  /** No picture, perhaps no server: look for it, and begin again where it was once it is back. */
  #suspect(after = SUSPICIOUS): void {
    clearTimeout(this.#suspicion);
    this.#suspicion = setTimeout(() => {
      this.#run(async () => {
        if (await serverIsThere(this.#life.signal)) return;
        this.#life.signal.throwIfAborted();
        this.#set({ lost: true });
        await untilServerIsThere(this.#life.signal);
        this.#set({ lost: false });
        if (this.#state.waiting && this.video.readyState < 3) this.#recover();
      });
    }, after);
  }

  #calm(): void {
    clearTimeout(this.#suspicion);
  }

  #failed(): void {
    if (this.#source === null || !this.video.hasAttribute("src")) return;
    if (++this.#failures > ATTEMPTS) {
      this.#fail(this.video.error?.message || "the picture failed");
      return;
    }
    this.#recover();
  }

  #fail(error: unknown): void {
    this.#set({
      phase: "failed",
      playing: false,
      waiting: false,
      problem: error instanceof Problem ? error : Problem.broken(error),
    });
  }

  /** Work that ends with the film, or with its source. */
  #run(work: () => Promise<void>): void {
    work().catch((error: unknown) => {
      const ended = error instanceof DOMException && error.name === "AbortError";
      if (!ended && !this.#life.signal.aborted) this.#fail(error);
    });
  }

  #set(change: Partial<FilmState>): void {
    const changed = Object.entries(change).some(
      ([name, value]) => this.#state[name as keyof FilmState] !== value,
    );
    if (!changed || this.#life.signal.aborted) return;
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }
}
