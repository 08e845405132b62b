import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { ahead, pump, type Sink } from "./pump";

/** A buffer in which every byte is a second, with room for `room` of them. */
class FakeBuffer extends EventTarget implements Sink {
  updating = false;
  from = 0;
  to = 0;
  removed: [number, number][] = [];
  constructor(
    readonly room = Number.POSITIVE_INFINITY,
    readonly refuses = false,
  ) {
    super();
  }
  get buffered() {
    return {
      length: this.to > this.from ? 1 : 0,
      start: () => this.from,
      end: () => this.to,
    };
  }
  appendBuffer(bytes: Uint8Array) {
    if (this.updating) throw new DOMException("busy", "InvalidStateError");
    if (this.to - this.from + bytes.length > this.room) {
      throw new DOMException("full", "QuotaExceededError");
    }
    this.#later(() => {
      this.to += bytes.length;
    });
  }
  remove(start: number, end: number) {
    this.#later(() => {
      this.removed.push([start, end]);
      this.from = end;
    });
  }
  #later(act: () => void) {
    this.updating = true;
    setTimeout(() => {
      this.updating = false;
      if (this.refuses) this.dispatchEvent(new Event("error"));
      else act();
      this.dispatchEvent(new Event("updateend"));
    }, 1);
  }
}

/** `seconds` chunks of a second, then the end or an error. */
class FakeSource {
  read_ = 0;
  cancelled = false;
  constructor(
    readonly seconds: number,
    readonly error?: Error,
  ) {}
  async read() {
    if (this.read_ === this.seconds) {
      if (this.error) throw this.error;
      return { done: true };
    }
    this.read_ += 1;
    return { done: false, value: new Uint8Array(1) };
  }
  async cancel() {
    this.cancelled = true;
  }
}

let time = 0;
const position = () => time;
const never = new AbortController().signal;

beforeEach(() => {
  vi.useFakeTimers();
  time = 0;
});
afterEach(() => vi.useRealTimers());

it("reads a short stream to its end", async () => {
  const sink = new FakeBuffer();
  const pumped = pump(new FakeSource(12), sink, position, never);
  await vi.advanceTimersByTimeAsync(1000);
  await pumped;
  expect(sink.to).toBe(12);
});

it("stops reading 20 s ahead, and goes on as it is played", async () => {
  const source = new FakeSource(100);
  const sink = new FakeBuffer();
  const pumped = pump(source, sink, position, never);
  await vi.advanceTimersByTimeAsync(5000);
  expect(source.read_).toBe(20);
  time = 7;
  await vi.advanceTimersByTimeAsync(5000);
  expect(source.read_).toBe(27);
  time = 99;
  await vi.advanceTimersByTimeAsync(5000);
  await pumped;
  expect(sink.to).toBe(100);
});

it("reads on to where one has sought, though nothing is there yet", async () => {
  const source = new FakeSource(100);
  time = 50;
  void pump(source, new FakeBuffer(), position, never);
  await vi.advanceTimersByTimeAsync(5000);
  expect(source.read_).toBe(70);
});

it("makes room by what is long played when the browser has none, and loses no byte", async () => {
  const sink = new FakeBuffer(15);
  const pumped = pump(new FakeSource(30), sink, position, never);
  await vi.advanceTimersByTimeAsync(1000);
  expect(sink.to).toBe(15);
  expect(sink.removed).toEqual([]);
  time = 12;
  await vi.advanceTimersByTimeAsync(1000);
  expect(sink.removed[0]).toEqual([0, 2]);
  expect(sink.to).toBe(17);
  time = 25;
  await vi.advanceTimersByTimeAsync(1000);
  await pumped;
  expect(sink.to).toBe(30);
});

it("ends at once when aborted in its wait, and frees the connection", async () => {
  const source = new FakeSource(100);
  const life = new AbortController();
  const pumped = pump(source, new FakeBuffer(), position, life.signal);
  const ended = expect(pumped).rejects.toThrow("closed");
  await vi.advanceTimersByTimeAsync(5000);
  life.abort(new Error("closed"));
  await ended;
  expect(source.cancelled).toBe(true);
});

it("ends when aborted while it waits for room", async () => {
  const life = new AbortController();
  const pumped = pump(new FakeSource(30), new FakeBuffer(5), position, life.signal);
  const ended = expect(pumped).rejects.toThrow("closed");
  await vi.advanceTimersByTimeAsync(1000);
  life.abort(new Error("closed"));
  await ended;
});

it("hands on what breaks the connection, after what came before it", async () => {
  const sink = new FakeBuffer();
  const pumped = pump(new FakeSource(3, new TypeError("network error")), sink, position, never);
  const ended = expect(pumped).rejects.toThrow("network error");
  await vi.advanceTimersByTimeAsync(1000);
  await ended;
  expect(sink.to).toBe(3);
});

it("tells when the browser refuses the bytes", async () => {
  const pumped = pump(new FakeSource(3), new FakeBuffer(100, true), position, never);
  const ended = expect(pumped).rejects.toThrow("refuses");
  await vi.advanceTimersByTimeAsync(1000);
  await ended;
});

it("measures what is ahead only where there is no gap", () => {
  const ranges = {
    length: 2,
    start: (i: number) => [0.02, 30][i] ?? 0,
    end: (i: number) => [10, 40][i] ?? 0,
  };
  expect([0, 4, 10, 20, 35].map((at) => ahead(ranges, at))).toEqual([10, 6, 0, 0, 5]);
});
