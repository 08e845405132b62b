"use client";
import type { Timeline } from "@/api/client";
import { type Clock, useNow } from "../clock";
import { clock as clockText } from "../now";

export function Time({ clock, timeline }: { clock: Clock; timeline: Timeline }) {
  const at = useNow(clock, timeline, ({ frame }) => Math.floor(frame / timeline.fps)) ?? 0;
  return (
    // The slider says it to a screen reader.
    <span
      aria-hidden="true"
      className="whitespace-nowrap px-1.5 font-medium text-[0.8rem] tabular-nums @min-[40rem]/stage:text-sm"
    >
      {clockText(at)}
      <span className="text-white/70 @max-[26rem]/stage:hidden">
        {" "}
        / {clockText(timeline.duration)}
      </span>
    </span>
  );
}
