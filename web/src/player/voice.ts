/** What the voice says in a workout, and when. Pure: who speaks is `use-voice`. */
import type { Timeline } from "@/api/client";
import type { Texts } from "@/i18n/types";
import { moves } from "./now";
import { type NameOf, sided, wordsOf } from "./words";

export interface Line {
  /** Second of the workout. */
  at: number;
  text: string;
}

/** Shorter exercises have no half worth telling. */
const WORTH_HALVING = 20;
/** Below this the count-down would run into the name. */
const WORTH_COUNTING = 8;
/** How late a line may still be said: a hidden tab hears of the time once a second. */
const LATE = 2.5;

export function script(timeline: Timeline, texts: Texts, nameOf: NameOf): Line[] {
  const { player } = texts;
  return timeline.intervals.flatMap((interval) => {
    const { name, side, awaits } = wordsOf(interval, texts, nameOf);
    const { start, duration } = interval;
    const before = timeline.intervals[interval.index - 1];
    const otherSide =
      before !== undefined &&
      interval.side !== null &&
      before.exercise === interval.exercise &&
      before.side !== interval.side;
    const full = sided(name, side);
    const lines: Line[] = [
      { at: start, text: otherSide ? player.switchSides : awaits ? player.next(full) : full },
    ];
    if (moves(interval) && duration >= WORTH_HALVING) {
      lines.push({ at: start + duration / 2, text: player.halfWay });
    }
    if (interval.kind !== "finish" && duration >= WORTH_COUNTING) {
      for (const [index, text] of player.countdown.split(",").entries()) {
        lines.push({ at: start + duration - 3 + index, text: text.trim() });
      }
    }
    return lines;
  });
}

/** What is to be said when the time goes from `from` to `to`: the last line that fell due. */
export function due(lines: readonly Line[], from: number, to: number): Line | null {
  return lines.findLast(({ at }) => at <= to && at > from && to - at < LATE) ?? null;
}
