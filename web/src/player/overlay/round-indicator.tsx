"use client";
/** Which round, and which exercise of it. In a wait: those of the exercise that follows. */
import type { TimedInterval, Timeline } from "@/api/client";
import { useTexts } from "@/i18n";
import { style } from "@/ui/style";
import { type Clock, useNow } from "../clock";

/** More exercises than this are told by numbers alone. */
const MOST_DOTS = 12;

export function RoundIndicator({ clock, timeline }: { clock: Clock; timeline: Timeline }) {
  const { player } = useTexts();
  const place = useNow(clock, timeline, ({ interval }) => placeOf(interval, timeline));
  if (place === null) return null;
  const { round, rounds, position, positions } = place;
  if (round === null || rounds === null || position === null || positions === null) return null;
  return (
    <div className="flex items-center gap-[1em] rounded-full bg-black/55 px-[0.9em] py-[0.45em] font-semibold text-[clamp(0.72rem,1.7cqi,1.1rem)] leading-none">
      {rounds > 1 && (
        <span>
          {player.round}{" "}
          <span className="tabular-nums" data-testid="round">
            {round}
            <span className="text-white/70">/{rounds}</span>
          </span>
        </span>
      )}
      {positions <= MOST_DOTS && positions > 1 ? (
        <span className="flex gap-[0.35em]">
          <span className="sr-only">{player.exerciseOf(position, positions)}</span>
          {Array.from({ length: positions }, (_, index) => (
            <span
              // biome-ignore lint/suspicious/noArrayIndexKey: a dot is its place
              key={index}
              aria-hidden="true"
              className={style(
                "h-[0.5em] w-[0.5em] rounded-full bg-white/35",
                index + 1 < position && "bg-move",
                index + 1 === position && "w-[1.3em] bg-white",
              )}
            />
          ))}
        </span>
      ) : (
        <span className="tabular-nums">
          {position}
          <span className="text-white/70">/{positions}</span>
        </span>
      )}
    </div>
  );
}

/** The interval itself, so that the value stays the same object for as long as it is shown. */
function placeOf(interval: TimedInterval, timeline: Timeline): TimedInterval | null {
  if (interval.round !== null) return interval;
  const next = interval.upcoming === null ? undefined : timeline.intervals[interval.upcoming.index];
  return next?.round != null ? next : null;
}
