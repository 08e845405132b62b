"use client";
import { useExercises } from "@/api/queries";
import { useTexts } from "@/i18n";
import { Backdrop } from "./backdrop";
import { Screen } from "./screen";

export function Empty() {
  const texts = useTexts();
  const { player } = texts;
  const { error } = useExercises();
  // The library says it too, and offers to try again; but on a phone that is far below.
  const { title, advice } = error?.words(texts) ?? {
    title: player.emptyTitle,
    advice: player.emptyAdvice,
  };
  return (
    <Screen>
      <Backdrop />
      <div className="absolute inset-x-0 bottom-0 grid gap-[0.4em] p-[clamp(1rem,4cqi,3rem)]">
        <h2 className="max-w-[9em] text-balance font-bold text-[clamp(1.35rem,5cqi,3.4rem)] leading-[1.08] tracking-tight">
          {title}
        </h2>
        <p className="max-w-[28ch] text-[clamp(0.85rem,2cqi,1.25rem)] text-white/90 leading-snug">
          {advice}
        </p>
      </div>
    </Screen>
  );
}
