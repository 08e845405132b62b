/** Which exercises of the library are shown. Pure. */
import type { Difficulty, Exercise } from "@/api/client";
import type { Locale } from "@/i18n/texts";
import type { Texts } from "@/i18n/types";
import { muscleWord, nameOf, trains } from "./names";

export interface Filters {
  text: string;
  category: Exercise["category"] | "";
  difficulty: Difficulty | "";
  muscle: string;
  /** `none` for exercises that need nothing. */
  equipment: string;
}

export const NO_FILTERS: Filters = {
  text: "",
  category: "",
  difficulty: "",
  muscle: "",
  equipment: "",
};

interface Language {
  locale: Locale;
  texts: Texts;
}

export function filtered(all: readonly Exercise[], filters: Filters, language: Language) {
  const words = fold(filters.text).split(/\s+/).filter(Boolean);
  return all.filter((exercise) => {
    const { equipment } = exercise;
    const trained = trains(exercise);
    return (
      (filters.category === "" || exercise.category === filters.category) &&
      (filters.difficulty === "" || exercise.difficulty === filters.difficulty) &&
      (filters.muscle === "" || trained.includes(filters.muscle)) &&
      (filters.equipment === "" ||
        (filters.equipment === "none"
          ? equipment.length === 0
          : equipment.includes(filters.equipment))) &&
      (words.length === 0 || says(exercise, words, language))
    );
  });
}

/** Every word is in its name or in that of a muscle, in the page's language or in English. */
function says(exercise: Exercise, words: readonly string[], { locale, texts }: Language): boolean {
  const muscles = trains(exercise);
  const names = [exercise.name, nameOf(exercise, locale)];
  const all = [...names, ...muscles, ...muscles.map((muscle) => muscleWord(muscle, texts))];
  const text = fold(all.join(" "));
  return words.every((word) => text.includes(word));
}

/** Without letter case and diacritics; hyphens and apostrophes divide words as spaces do. */
export function fold(text: string): string {
  return text
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[-’'\s]+/g, " ")
    .trim();
}

/** The filters that hide everything: without each alone, so many exercises would be there. */
export function loosenings(all: readonly Exercise[], filters: Filters, language: Language) {
  return (Object.keys(NO_FILTERS) as (keyof Filters)[])
    .filter((name) => filters[name] !== NO_FILTERS[name])
    .map((name) => {
      const looser = { ...filters, [name]: NO_FILTERS[name] };
      return { name, count: filtered(all, looser, language).length };
    })
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count);
}

/** How many of the filters that are folded away are set. */
export function countSet({ difficulty, muscle, equipment }: Filters): number {
  return [difficulty, muscle, equipment].filter(Boolean).length;
}
