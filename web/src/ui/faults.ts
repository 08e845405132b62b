/** Why the server refuses settings, in the page's words. Pure. */
import type { Fault } from "@/api/problem";
import type { components } from "@/api/schema";
import type { Locale } from "@/i18n/texts";
import type { Texts } from "@/i18n/types";
import { clock } from "@/session/clock";

/** The document leaves the values open; which of them a code brings is in docs/request.md. */
type Values = Partial<Record<keyof Texts["faults"]["ways"], number>> & {
  asked?: number;
  below?: number;
  above?: number;
  no_repeat?: boolean;
  takes?: number;
  intervals?: number;
  most?: number;
  rounds?: number;
  left?: number;
  needed?: number;
  fewer_days?: boolean;
  name?: string;
  avoid?: components["schemas"]["Avoid"];
};
type Say = (values: Values, texts: Texts, locale: Locale) => string | null;

/** A code that the server's document gains has to get words here. */
const SAY: Readonly<Record<components["schemas"]["RefusalCode"], Say>> = {
  no_workout_of_length: noWorkoutOfLength,
  no_exercise_matches: (values, texts, locale) =>
    sentences(texts.faults.no_exercise_matches, would(values, texts, locale)),
  too_few_exercises: tooFew,
  too_long: ({ takes, most, rounds }, { faults }) =>
    takes === undefined || most === undefined
      ? null
      : sentences(faults.too_long(clock(takes), clock(most)), fitting(rounds, faults)),
  too_many_intervals: ({ intervals, most, rounds }, { faults }) =>
    intervals === undefined || most === undefined
      ? null
      : sentences(faults.too_many_intervals(intervals, most), fitting(rounds, faults)),
  rounds_repeat: (_, { faults }) => faults.rounds_repeat,
  unknown_exercise: (values, texts) => ofExercise("unknown", values, texts),
  not_available: (values, texts) => ofExercise("unavailable", values, texts),
  repeated: (values, texts) => ofExercise("repeated", values, texts),
  needs_equipment: (values, texts) => ofExercise("equipment", values, texts),
  avoided: (values, texts) =>
    values.avoid === undefined
      ? null
      : ofExercise(values.avoid === "jumps" ? "jump" : values.avoid, values, texts),
};

/** A fault in the page's words, or null where it has none for it. */
export function faultInWords(fault: Fault, texts: Texts, locale: Locale): string | null {
  const known: Readonly<Record<string, Say>> = SAY;
  const { code, values = {} } = fault;
  const say = code === undefined ? undefined : known[code];
  return say?.(values as Values, texts, locale) ?? null;
}

function noWorkoutOfLength(values: Values, { faults }: Texts): string | null {
  const words = faults.no_workout_of_length;
  if (values.asked === undefined) return null;
  const asked = values.asked % 60 === 0 ? minutes(values.asked / 60) : clock(values.asked);
  // Whole minutes, on the side of what is possible.
  const below = values.below === undefined ? null : minutes(Math.floor(values.below / 60));
  const above = values.above === undefined ? null : minutes(Math.ceil(values.above / 60));
  if (below !== null && above !== null) {
    return sentences(words.between(asked, below, above), words.otherLength);
  }
  if (below !== null) {
    const advice = values.no_repeat === true ? words.shortenOrRepeat : words.shorten;
    return sentences(words.atMost(asked, below), advice);
  }
  const said = above === null ? words.none(asked) : words.atLeast(asked, above);
  return sentences(said, words.shorterTimes);
}

function tooFew(values: Values, texts: Texts, locale: Locale): string | null {
  const words = texts.faults.too_few_exercises;
  const { left, needed } = values;
  if (left === undefined || needed === undefined) return null;
  const said = left === 0 ? words.none : words.few(left, needed);
  const advice = values.fewer_days === true ? words.fewerDays : would(values, texts, locale);
  return sentences(said, advice);
}

/** How many exercises there would be if one setting were looser. */
function would(values: Values, { faults }: Texts, locale: Locale): string | null {
  const { ways } = faults;
  const found = (Object.keys(ways) as (keyof typeof ways)[]).flatMap((way) => {
    const count = values[way];
    return count === undefined ? [] : [ways[way](count)];
  });
  const listed = new Intl.ListFormat(locale, { type: "disjunction" }).format(found);
  return found.length === 0 ? null : faults.would(listed);
}

const fitting = (rounds: number | undefined, faults: Texts["faults"]) =>
  rounds === undefined ? faults.fewer : faults.roundsFit(rounds);

/** As the list says it of an exercise that it knows not to fit, and what to do. */
function ofExercise(
  kind: Exclude<keyof Texts["session"]["conflicts"], "takeOut">,
  { name }: Values,
  { session, faults }: Texts,
): string | null {
  if (name === undefined) return null;
  const allowable = kind !== "unknown" && kind !== "unavailable";
  return sentences(
    session.conflicts[kind](name),
    allowable ? faults.takeOutOrAllow : faults.takeOut,
  );
}

const minutes = (n: number) => `${n} min`;
const sentences = (...all: readonly (string | null)[]) => all.filter((it) => it !== null).join(" ");
