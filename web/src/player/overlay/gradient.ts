/** The workout as coloured stretches side by side: a CSS gradient, however many intervals there are. */
import type { Timeline } from "@/api/client";
import { moves } from "../now";

/** Pixels between two stretches; none where they would be all gap. */
const gapFor = (count: number) => (count <= 60 ? 2 : count <= 150 ? 1 : 0);

export function gradientOf(timeline: Timeline): string {
  const { intervals, frames } = timeline;
  const gap = gapFor(intervals.length);
  const stops = intervals.flatMap((interval) => {
    const colour = moves(interval) ? "var(--move)" : "var(--wait)";
    const percent = (frame: number) => `${((frame / frames) * 100).toFixed(3)}%`;
    const from = percent(interval.start_frame);
    const to = percent(interval.start_frame + interval.frames);
    if (gap === 0 || interval.start_frame + interval.frames >= frames) {
      return [`${colour} ${from}`, `${colour} ${to}`];
    }
    const end = `calc(${to} - ${gap}px)`;
    return [`${colour} ${from}`, `${colour} ${end}`, `transparent ${end}`, `transparent ${to}`];
  });
  return `linear-gradient(to right, ${stops.join(", ")})`;
}
