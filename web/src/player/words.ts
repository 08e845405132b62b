"use client";
/** An interval in the page's language. The timeline is in the workout's, which may be another: names come from the catalogue. */
import { useMemo } from "react";
import type { TimedInterval } from "@/api/client";
import { useExercises } from "@/api/queries";
import { useLocale } from "@/i18n";
import type { Texts } from "@/i18n/types";
import { nameOf } from "@/library/names";
import { moves } from "./now";

/** `told`: the timeline's name, until the catalogue is there. */
export type NameOf = (id: string, told: string) => string;

export function useNames(): NameOf {
  const locale = useLocale();
  const { data } = useExercises();
  return useMemo(() => {
    const names = new Map(data?.map((exercise) => [exercise.id, nameOf(exercise, locale)]));
    return (id, told) => names.get(id) ?? told;
  }, [locale, data]);
}

export interface Words {
  /** What the interval is for. */
  label: string;
  /** Its exercise; in a wait the one that follows, or what stands for it. */
  name: string;
  /** Of that exercise: in words, or `null`. */
  side: string | null;
  /** Whether `name` is still to come. */
  awaits: boolean;
  /** During an exercise: the one that follows, with its side. */
  next: string | null;
}

export function wordsOf(interval: TimedInterval, texts: Texts, nameOf: NameOf): Words {
  const { player, common } = texts;
  const side = (side: "left" | "right" | null) => (side === null ? null : common[side]);
  const { upcoming } = interval;
  const base = { label: player.kinds[interval.kind], side: null, awaits: false, next: null };
  if (interval.kind === "finish") return { ...base, name: player.wellDone };
  if (!moves(interval)) {
    if (upcoming === null) return { ...base, name: player.breathe };
    return {
      ...base,
      name: nameOf(upcoming.exercise, upcoming.name),
      side: side(upcoming.side),
      awaits: true,
    };
  }
  return {
    ...base,
    name: nameOf(interval.exercise ?? "", interval.name),
    side: side(interval.side),
    next:
      upcoming === null
        ? null
        : sided(nameOf(upcoming.exercise, upcoming.name), side(upcoming.side)),
  };
}

/** `Side Plank, left`. */
export const sided = (name: string, side: string | null) => (side ? `${name}, ${side}` : name);

/** One line for a screen reader or a label: `Work: Push-ups`, `Rest. Next: Plank`. */
export function lineOf(interval: TimedInterval, texts: Texts, nameOf: NameOf): string {
  const { label, name, side, awaits } = wordsOf(interval, texts, nameOf);
  if (interval.kind === "finish") return name;
  return awaits
    ? `${label}. ${texts.player.next(sided(name, side))}`
    : `${label}${texts.player.colon}${sided(name, side)}`;
}
