/** How long a download still takes, from how fast the last seconds of it were. Pure. */
import type { Progress } from "./fetch-file";

/** Milliseconds over which the speed is measured. */
const SPAN = 5000;
/** Too early to tell before this. */
const EARLIEST = 800;

export class Pace {
  #seen: { at: number; received: number }[] = [];

  /** Seconds left, or null while that cannot be told. `at`: milliseconds. */
  left({ received, total }: Progress, at: number): number | null {
    this.#seen.push({ at, received });
    // One that is older than the span stays, so that there is always something to measure by.
    while (this.#seen.length > 2 && at - (this.#seen[1]?.at ?? at) > SPAN) this.#seen.shift();
    const [first] = this.#seen;
    if (first === undefined || at - first.at < EARLIEST || received <= first.received) return null;
    return ((total - received) * (at - first.at)) / 1000 / (received - first.received);
  }
}
