"use client";
/** Tells a screen reader of every new interval, once, when it has nothing else to say. */
import type { Timeline } from "@/api/client";
import { useTexts } from "@/i18n";
import { type Clock, useNow } from "./clock";
import { lineOf, type NameOf } from "./words";

export function Announcer(props: { clock: Clock; timeline: Timeline; nameOf: NameOf }) {
  const texts = useTexts();
  const interval = useNow(props.clock, props.timeline, (now) => now.interval);
  return (
    <p aria-live="polite" className="sr-only" data-testid="announcer">
      {interval &&
        `${lineOf(interval, texts, props.nameOf)}. ${texts.player.length(Math.round(interval.duration))}.`}
    </p>
  );
}
