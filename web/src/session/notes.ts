/** The server's notes are English sentences: those that are expected here are said in the page's words. */
import type { Texts } from "@/i18n/types";

const EXPECTED: readonly [RegExp, (words: Texts["session"]["notes"], n: number) => string][] = [
  [/^round rests are ([\d.]+) s longer/, (words, n) => words.longerRoundRests(n)],
  [/^get-ready is ([\d.]+) s longer/, (words, n) => words.longerGetReady(n)],
  [/^no warm-up and no cool-down: there is no room/, (words) => words.noRoomForBoth],
  [/^no warm-up: there is no room/, (words) => words.noRoomForWarmUp],
  [/^no cool-down: there is no room/, (words) => words.noRoomForCoolDown],
  [/^no warm-up: no exercise/, (words) => words.noWarmUp],
  [/^no cool-down: no exercise/, (words) => words.noCoolDown],
];

/** A note in the page's words, or null where it has none for it. */
export function noteInWords(note: string, texts: Texts): string | null {
  for (const [pattern, say] of EXPECTED) {
    const match = pattern.exec(note);
    if (match) return say(texts.session.notes, Math.round(Number(match[1] ?? 0)));
  }
  return null;
}
