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
      className="relative grid aspect-square w-[clamp(3.75rem,13cqi,9.5rem)] shrink-0 place-items-center rounded-full bg-black/55"
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
          "font-bold text-[clamp(1.3rem,4.9cqi,3.5rem)] tabular-nums leading-none tracking-tight",
          seconds >= 60 && "text-[clamp(1rem,3.6cqi,2.6rem)]",
          last && !moving && "text-wait",
        )}
      >
        {countdown(seconds)}
      </span>
    </div>
  );
}
