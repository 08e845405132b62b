"use client";
/** The countdown of the interval: whole seconds in a ring that empties. */
import type { Timeline } from "@/api/client";
import { useTexts } from "@/i18n";
import { style } from "@/ui/style";
import { type Clock, useNow } from "../clock";
import { countdown, moves } from "../now";

const RADIUS = 44;
const LENGTH = 2 * Math.PI * RADIUS;

export function TimerCircle({ clock, timeline }: { clock: Clock; timeline: Timeline }) {
  const { player } = useTexts();
  const seconds = useNow(clock, timeline, (now) => now.seconds) ?? 0;
  const left = useNow(clock, timeline, (now) => now.left) ?? 1;
  const moving = useNow(clock, timeline, (now) => moves(now.interval)) ?? false;
  const last = seconds <= 3;
  return (
    <div
      role="timer"
      aria-label={player.secondsLeft(seconds)}
      data-testid="timer"
      // The size is that of the digits: to be read from across a room.
      className="relative grid aspect-square w-[2.2em] shrink-0 place-items-center rounded-full bg-black/60 text-[clamp(1.75rem,5.9cqi,7rem)] below:text-[min(32vw,16svh)]"
    >
      <svg aria-hidden="true" viewBox="0 0 100 100" className="absolute inset-0 -rotate-90">
        <circle cx="50" cy="50" r={RADIUS} className="fill-none stroke-white/20" strokeWidth="7" />
        <circle
          cx="50"
          cy="50"
          r={RADIUS}
          className={style("fill-none", moving ? "stroke-move" : "stroke-wait")}
          strokeWidth="7"
          strokeLinecap="round"
          strokeDasharray={`${left * LENGTH} ${LENGTH}`}
        />
      </svg>
      <span
        aria-hidden="true"
        data-testid="countdown"
        className={style(
          "font-bold tabular-nums leading-none tracking-tight",
          seconds >= 60 && "text-[0.72em]",
          seconds >= 600 && "text-[0.58em]",
          last && !moving && "text-wait",
        )}
      >
        {countdown(seconds)}
      </span>
    </div>
  );
}
