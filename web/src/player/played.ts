/** How much of a workout was really played: what is skipped does not count, nor what is seen twice. */
export class Played {
  /** Disjoint, rising. */
  #ranges: [from: number, to: number][];
  #last: number | null = null;

  /** What of it is in the history already is not noted again. */
  recorded: boolean;

  /** `before`: what was played in another visit. */
  constructor(before: { played: [from: number, to: number][]; recorded: boolean } | null = null) {
    this.#ranges = before?.played ?? [];
    this.recorded = before?.recorded ?? false;
  }

  /** Told of every time that comes up while it plays. */
  tick(time: number): void {
    const last = this.#last;
    this.#last = time;
    // In a hidden tab a second passes between two ticks: two seconds of workout at double speed.
    if (last !== null && time > last && time - last < LONGEST_STEP) this.#add(last, time);
  }

  /** The next tick is not a continuation: it was sought, or paused. */
  jump(): void {
    this.#last = null;
  }

  get ranges(): [from: number, to: number][] {
    return this.#ranges;
  }

  get seconds(): number {
    return this.#ranges.reduce((sum, [from, to]) => sum + to - from, 0);
  }

  #add(from: number, to: number): void {
    const apart = this.#ranges.filter(([start, end]) => end < from || start > to);
    const touched = this.#ranges.filter(([start, end]) => end >= from && start <= to);
    const start = Math.min(from, ...touched.map(([start]) => start));
    const end = Math.max(to, ...touched.map(([, end]) => end));
    this.#ranges = [...apart, [start, end] as [number, number]].sort(([a], [b]) => a - b);
  }
}

const LONGEST_STEP = 3;

/** Of a workout, to count as done. */
export const ENOUGH = 0.9;
