/** Exercises, muscles and equipment in the page's words. Pure. */
import type { Exercise } from "@/api/client";
import type { Locale } from "@/i18n/texts";
import type { Texts } from "@/i18n/types";

export function nameOf(exercise: Exercise, locale: Locale): string {
  return exercise.translations[locale]?.name ?? exercise.name;
}

export function descriptionOf(exercise: Exercise, locale: Locale): string {
  return exercise.translations[locale]?.description ?? exercise.description;
}

/** Its muscles, the primary ones first. */
export function trains({ muscles: { primary, secondary = [] } }: Exercise): string[] {
  return [...primary, ...secondary];
}

/** A catalogue of somebody's own may have names that we have no word for: they stay as they are. */
export function muscleWord(muscle: string, texts: Texts): string {
  const words: Readonly<Record<string, string>> = texts.library.muscles;
  return words[muscle] ?? muscle;
}

export function toolWord(tool: string, texts: Texts): string {
  const words: Readonly<Record<string, string>> = texts.library.tools;
  return words[tool] ?? tool;
}
