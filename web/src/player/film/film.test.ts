import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Problem } from "@/api/problem";
import { Film } from "./film";
import { attachMediaSource, canStream } from "./media-source";
import { askForFile, openStream, serverIsThere, untilServerIsThere } from "./server";

vi.mock("./media-source");
vi.mock("./server");

const FILE = "http://coach.example/video.mp4";
const addresses = { file: FILE, stream: "http://coach.example/stream.mp4" };
/** An answer that never comes. */
const never = () => new Promise<never>(() => undefined);
const problem = (status: number) =>
  Problem.of(new Response(JSON.stringify({ type: "x/y", title: "No", detail: "No." }), { status }));

let video: HTMLVideoElement;
let film: Film;

/** What jsdom does not have: a video that is as it is told to be. */
function make(): HTMLVideoElement {
  const made = document.createElement("video");
  const state = { readyState: 0, paused: true, ended: false, buffered: [] as [number, number][] };
  for (const name of ["readyState", "paused", "ended"] as const) {
    Object.defineProperty(made, name, {
      get: () => state[name],
      set: (value) => Object.assign(state, { [name]: value }),
    });
  }
  Object.defineProperty(made, "buffered", {
    get: () => ({
      length: state.buffered.length,
      start: (index: number) => state.buffered[index]?.[0],
      end: (index: number) => state.buffered[index]?.[1],
    }),
    set: (ranges) => Object.assign(state, { buffered: ranges }),
  });
  made.play = vi.fn(async () => {
    state.paused = false;
  });
  made.pause = vi.fn(() => {
    state.paused = true;
  });
  made.load = vi.fn();
  return made;
}

/** Sets what a video only tells, and says that it has changed. */
function becomes(state: Record<string, unknown>, event?: string) {
  Object.assign(video, state);
  if (event) video.dispatchEvent(new Event(event));
}

/** As browsers do when pictures come. */
function pictures() {
  becomes({ readyState: 1 }, "loadedmetadata");
  becomes({ readyState: 4 }, "loadeddata");
  video.dispatchEvent(new Event("playing"));
}

/** Lets everything happen that needs no time, then so much time pass. */
const pass = (milliseconds = 0) => vi.advanceTimersByTimeAsync(milliseconds);

beforeEach(() => {
  vi.clearAllMocks();
  vi.useFakeTimers();
  vi.mocked(canStream).mockReturnValue(true);
  vi.mocked(askForFile).mockResolvedValue({ is: "ready" });
  vi.mocked(attachMediaSource).mockImplementation(async (into) => {
    into.src = "blob:stream";
    return never;
  });
  vi.mocked(openStream).mockImplementation(never);
  vi.mocked(serverIsThere).mockResolvedValue(true);
  vi.mocked(untilServerIsThere).mockResolvedValue();
  video = make();
  film = new Film(video, addresses, () => undefined);
});

afterEach(() => {
  film.close();
  vi.useRealTimers();
});

/** A stream that feeds a video until it breaks with what is given to the function returned. */
function streamed(): (error: unknown) => void {
  let fail: (error: unknown) => void = () => undefined;
  vi.mocked(askForFile).mockResolvedValue({ is: "preparing", after: 2 });
  vi.mocked(openStream).mockImplementation(async () => ({}) as never);
  vi.mocked(attachMediaSource).mockImplementation(async (into) => {
    into.src = "blob:stream";
    return () =>
      new Promise((_, reject) => {
        fail = reject;
      });
  });
  return (error) => fail(error);
}

it("plays the file where the server has it", async () => {
  film.open(true);
  expect(film.state()).toMatchObject({ phase: "asking", playing: true });
  await pass();
  expect(video.src).toBe(FILE);
  expect(video.play).toHaveBeenCalled();
  expect(film.state().phase).toBe("loading");
  pictures();
  expect(film.state()).toMatchObject({ phase: "ready", waiting: false });
});

it("streams nothing before somebody wants to see it", async () => {
  vi.mocked(askForFile).mockResolvedValue({ is: "preparing", after: 2 });
  film.open(false);
  await pass();
  expect(film.state().phase).toBe("idle");
  expect(openStream).not.toHaveBeenCalled();
  film.play();
  await pass();
  expect(openStream).toHaveBeenCalledOnce();
});

it("takes the file for a seek beyond what has come, once it is there", async () => {
  streamed();
  film.open(true);
  await pass();
  expect(video.src).toBe("blob:stream");
  becomes({ buffered: [[0, 30]] });
  pictures();
  film.seek(400);
  expect(video.currentTime).toBe(400);
  video.dispatchEvent(new Event("waiting"));
  expect(film.state().waiting).toBe(true);
  await pass(2000);
  expect(video.src, "the file is not there yet").toBe("blob:stream");
  vi.mocked(askForFile).mockResolvedValue({ is: "ready" });
  await pass(2000);
  expect(video.src).toBe(FILE);
  video.currentTime = 0;
  pictures();
  expect(video.currentTime, "the place is kept").toBe(400);
});

it("stays with the stream while it has what is asked for", async () => {
  streamed();
  film.open(true);
  await pass();
  becomes({ buffered: [[0, 30]] });
  pictures();
  vi.mocked(askForFile).mockResolvedValue({ is: "ready" });
  await pass(10_000);
  film.seek(20);
  await pass();
  expect(video.src).toBe("blob:stream");
});

it("plays on what has come of a broken stream, then goes on from the file", async () => {
  const fail = streamed();
  film.open(true);
  await pass();
  becomes({ buffered: [[0, 30]] });
  pictures();
  film.duration = 60;
  fail(new TypeError("network"));
  await pass();
  expect(video.src).toBe("blob:stream");
  vi.mocked(askForFile).mockResolvedValue({ is: "ready" });
  video.currentTime = 29.8;
  becomes({}, "timeupdate");
  await pass();
  expect(video.src).toBe(FILE);
  expect(film.time).toBe(29.8);
});

it("says that the server is lost, and goes on when it is back", async () => {
  let back: () => void = () => undefined;
  vi.mocked(untilServerIsThere).mockImplementation(() => new Promise((done) => (back = done)));
  vi.mocked(askForFile).mockRejectedValueOnce(Problem.unreachable("refused"));
  film.open(true);
  await pass();
  expect(film.state()).toMatchObject({ lost: true, phase: "asking" });
  back();
  await pass();
  expect(film.state()).toMatchObject({ lost: false });
  expect(video.src).toBe(FILE);
});

it("waits for the file where the browser cannot stream", async () => {
  vi.mocked(canStream).mockReturnValue(false);
  vi.mocked(askForFile).mockResolvedValue({ is: "preparing", after: 3 });
  film.open(true);
  await pass();
  expect(film.state().phase).toBe("preparing");
  vi.mocked(askForFile).mockResolvedValue({ is: "ready" });
  await pass(2999);
  expect(video.src).toBe("");
  await pass(1);
  expect(video.src).toBe(FILE);
});

it("fails with the server's words", async () => {
  vi.mocked(askForFile).mockRejectedValue(await problem(410));
  film.open(true);
  await pass();
  expect(film.state()).toMatchObject({ phase: "failed", playing: false });
  expect(film.state().problem?.message).toBe("No.");
});

it("tries a picture that fails thrice, and not for ever", async () => {
  film.open(true);
  await pass();
  for (const attempt of [1, 2, 3]) {
    expect(askForFile).toHaveBeenCalledTimes(attempt);
    video.dispatchEvent(new Event("error"));
    await pass();
    expect(film.state().phase).toBe("loading");
  }
  video.dispatchEvent(new Event("error"));
  await pass();
  expect(film.state().phase).toBe("failed");
});

it("is paused where the browser plays nothing before a click", async () => {
  vi.mocked(video.play).mockRejectedValue(new DOMException("no", "NotAllowedError"));
  film.open(true);
  await pass();
  expect(film.state()).toMatchObject({ playing: false, phase: "loading" });
});

it("begins anew after its end", async () => {
  film.open(true);
  await pass();
  pictures();
  video.currentTime = 60;
  becomes({ ended: true }, "ended");
  expect(film.state()).toMatchObject({ ended: true, playing: false });
  becomes({ ended: false });
  film.play();
  expect(video.currentTime).toBe(0);
  expect(film.state()).toMatchObject({ ended: false, playing: true });
});

it("lets go of everything when it is closed", async () => {
  streamed();
  film.open(true);
  await pass();
  const signal = vi.mocked(openStream).mock.calls[0]?.[1];
  expect(signal?.aborted).toBe(false);
  film.close();
  expect(signal?.aborted).toBe(true);
  expect(video.hasAttribute("src")).toBe(false);
});
