/** What the server decided that the person may not expect, in the page's words. Pure. */
import type { Note } from "@/api/client";
import type { Texts } from "@/i18n/types";

type Words = Texts["session"]["notes"];
type Say = (words: Words, values: Note["values"]) => string | null;

/** Notes on what the page never sends stay the server's own sentences; a new code has to be put here. */
const SAY: Readonly<Record<Note["code"], Say | null>> = {
  ignored_field: null,
  ignored_fields: null,
  duration_not_used: null,
  levels_not_used: null,
  no_exercise_for_warm_up: (words) => words.no_exercise_for_warm_up,
  no_exercise_for_cool_down: (words) => words.no_exercise_for_cool_down,
  no_room_for_warm_up: (words) => words.no_room_for_warm_up,
  no_room_for_cool_down: (words) => words.no_room_for_cool_down,
  no_room_for_both: (words) => words.no_room_for_both,
  longer_round_rests: (words, { longer }) =>
    typeof longer === "number" ? words.longer_round_rests(Math.round(longer)) : null,
  longer_get_ready: (words, { longer }) =>
    typeof longer === "number" ? words.longer_get_ready(Math.round(longer)) : null,
};

/** A note in the page's words, or null where it has none for it. */
export function noteInWords(note: Note, texts: Texts): string | null {
  // A newer server may have codes that this page does not know.
  const known: Readonly<Record<string, Say | null>> = SAY;
  return known[note.code]?.(texts.session.notes, note.values) ?? null;
}
