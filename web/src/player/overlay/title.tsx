"use client";
/** What to do now: the exercise and its side; in a wait, what comes next. */
import type { Timeline } from "@/api/client";
import { useTexts } from "@/i18n";
import { style } from "@/ui/style";
import { type Clock, useNow } from "../clock";
import { moves } from "../now";
import { type NameOf, wordsOf } from "../words";

export function Title(props: { clock: Clock; timeline: Timeline; nameOf: NameOf }) {
  const texts = useTexts();
  const interval = useNow(props.clock, props.timeline, (now) => now.interval);
  if (interval === null) return null;
  const { label, name, side, awaits, next } = wordsOf(interval, texts, props.nameOf);
  const { player } = texts;
  return (
    <div
      data-testid="title"
      className="grid min-w-0 content-end gap-[clamp(0.2rem,0.8cqi,0.6rem)] rounded-[clamp(0.75rem,1.6cqi,1.5rem)] bg-black/70 p-[clamp(0.45rem,1.1cqi,1.1rem)] below:max-w-full below:justify-items-center below:bg-transparent below:text-center"
    >
      <p
        className={style(
          "justify-self-start rounded-full px-[0.8em] py-[0.35em] font-bold text-[clamp(0.68rem,1.55cqi,1rem)] text-black leading-none below:justify-self-center below:text-[clamp(0.9rem,4cqi,1.5rem)]",
          moves(interval) ? "bg-move" : "bg-wait",
        )}
      >
        {label}
      </p>
      <p className="grid min-w-0">
        {awaits && (
          <span className="font-semibold text-[clamp(0.8rem,2cqi,1.4rem)] text-wait leading-tight">
            {player.nextLead}
          </span>
        )}
        <span className="flex min-w-0 items-baseline gap-[0.4em] font-bold text-[clamp(1.15rem,4.4cqi,3.4rem)] leading-[1.12] tracking-tight below:justify-center below:text-[clamp(1.75rem,9cqi,4.5rem)]">
          <span className="line-clamp-2" data-testid="exercise">
            {name}
          </span>
          {side && (
            <span className="shrink-0 rounded-full border-2 border-current px-[0.6em] py-[0.12em] font-semibold text-[0.55em] leading-tight tracking-normal">
              {side}
            </span>
          )}
        </span>
      </p>
      {next && (
        <p className="truncate font-medium text-[clamp(0.75rem,1.8cqi,1.25rem)] text-white/90 leading-tight below:max-w-full below:text-[clamp(1rem,4.6cqi,2rem)]">
          {player.next(next)}
        </p>
      )}
    </div>
  );
}
