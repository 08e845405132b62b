/**
 * The words of the page, in English and French. Each language is a tree of sentences, and of
 * functions where a sentence has a number in it; the compiler refuses a language that lacks one.
 */
import { en } from "./en";
import { fr } from "./fr";
import type { Texts } from "./types";

export type Locale = "en" | "fr";

const texts: Record<Locale, Texts> = { en, fr };

export function textsOf(locale: Locale): Texts {
  return texts[locale];
}
