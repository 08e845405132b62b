"use client";
import { useEffect, useMemo } from "react";
import type { Timeline } from "@/api/client";
import { useLocale, useTexts } from "@/i18n";
import type { Clock } from "./clock";
import { due, script } from "./voice";
import type { NameOf } from "./words";

export const canSpeak = (): boolean => typeof window !== "undefined" && "speechSynthesis" in window;

/** Speaks the workout's script while it plays. A jump in time is silent. */
export function useVoice(
  on: boolean,
  clock: Clock,
  timeline: Timeline,
  nameOf: NameOf,
  volume: number,
) {
  const locale = useLocale();
  const texts = useTexts();
  const lines = useMemo(() => script(timeline, texts, nameOf), [timeline, texts, nameOf]);
  useEffect(() => {
    if (!on || !canSpeak()) return;
    // The first line is due at the very beginning.
    let last = clock.time === 0 ? -0.001 : clock.time;
    const hear = () => {
      const line = due(lines, last, clock.time);
      last = clock.time;
      if (line === null) return;
      const said = new SpeechSynthesisUtterance(line.text);
      said.lang = locale;
      said.volume = volume;
      // What is not said yet is late.
      speechSynthesis.cancel();
      speechSynthesis.speak(said);
    };
    const leave = clock.subscribe(hear);
    hear();
    return () => {
      leave();
      speechSynthesis.cancel();
    };
  }, [on, clock, lines, locale, volume]);
}
