"use client";
/** The end: what was done, and what one may want next. */
import { RotateCcw, Share2 } from "lucide-react";
import { useEffect, useRef } from "react";
import { useLocale, useTexts } from "@/i18n";
import { clock } from "../now";

export interface Result {
  /** Really played. */
  seconds: number;
  kcal: number;
  exercises: number;
}

export function Finished(props: { result: Result; onAgain: () => void; onShare: () => void }) {
  const { result, onAgain, onShare } = props;
  const { player } = useTexts();
  const locale = useLocale();
  const again = useRef<HTMLButtonElement>(null);
  // Who played with the keyboard goes on from here; nobody's place on the page is taken.
  useEffect(() => {
    const here = document.activeElement;
    if (here === document.body || again.current?.closest("[data-stage]")?.contains(here)) {
      again.current?.focus({ preventScroll: true });
    }
  }, []);
  const facts = [
    { label: player.doneTime, value: clock(result.seconds) },
    {
      label: player.doneKcal,
      value: player.kcal(
        result.kcal.toLocaleString(locale, { maximumFractionDigits: result.kcal < 10 ? 1 : 0 }),
      ),
    },
    { label: player.doneExercises, value: String(result.exercises) },
  ];
  return (
    <section
      aria-label={player.doneTitle}
      className="absolute inset-0 z-10 grid place-content-center justify-items-center gap-[clamp(0.6rem,3cqi,2rem)] bg-black/75 p-4 text-center"
    >
      <h2 className="font-bold text-[clamp(1.5rem,6cqi,4rem)] leading-none tracking-tight">
        {player.doneTitle}
      </h2>
      <dl className="flex gap-[clamp(1.25rem,5cqi,4rem)]">
        {facts.map(({ label, value }) => (
          <div key={label} className="flex flex-col-reverse">
            <dt className="font-medium text-[clamp(0.72rem,1.6cqi,1rem)] text-white/80">{label}</dt>
            <dd className="whitespace-nowrap font-bold text-[clamp(1.1rem,3.6cqi,2.4rem)] tabular-nums leading-tight">
              {value}
            </dd>
          </div>
        ))}
      </dl>
      <div className="flex gap-2">
        <button
          ref={again}
          type="button"
          onClick={onAgain}
          className="flex h-11 items-center gap-2 rounded-full bg-move px-5 font-semibold text-black hover:brightness-110 focus-visible:outline-white [&_svg]:size-5"
        >
          <RotateCcw aria-hidden="true" />
          {player.again}
        </button>
        <button
          type="button"
          onClick={onShare}
          className="flex h-11 items-center gap-2 rounded-full bg-white/20 px-5 font-semibold hover:bg-white/30 focus-visible:outline-white [&_svg]:size-5"
        >
          <Share2 aria-hidden="true" />
          {player.share}
        </button>
      </div>
    </section>
  );
}
