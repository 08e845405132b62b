import { describe, expect, it } from "vitest";
import { textsOf } from "@/i18n/texts";
import { components } from "../../openapi.json";
import { faultInWords } from "./faults";

type Values = Record<string, unknown>;

/** Every code with values as the server sends them; see docs/request.md. */
const all: Record<string, Values> = {
  no_workout_of_length: { asked: 1800, below: 868, exercises: 2, no_repeat: true },
  no_exercise_matches: { with_any_level: 17, with_jumps: 3 },
  too_long: { takes: 61988, most: 14400, rounds: 11 },
  too_many_intervals: { intervals: 2801, most: 2000 },
  rounds_repeat: { rounds: 3 },
  unknown_exercise: { name: "plonk" },
  not_available: { exercise: "plank", name: "Planche" },
  avoided: { exercise: "burpee", name: "Burpee", avoid: "jumps" },
  repeated: { exercise: "plank", name: "Planche" },
  needs_equipment: { exercise: "row", name: "Rowing", equipment: ["dumbbell"] },
  too_few_exercises: { left: 2, needed: 3, fewer_days: false, with_floor: 5, with_hard: 4 },
};

const words = (code: string, values: Values, locale: "en" | "fr") =>
  faultInWords({ pointer: "", detail: "the server's", code, values }, textsOf(locale), locale);

describe("faults", () => {
  it.each(components.schemas.RefusalCode.enum)("%s has words in both languages", (code) => {
    const values = all[code];
    if (values === undefined) throw new Error("no values to try it with");
    const [en, fr] = [words(code, values, "en"), words(code, values, "fr")];
    expect(en).toMatch(/^\p{Lu}.*\.$/u);
    expect(fr).toMatch(/^\p{Lu}.*\.$/u);
    expect(fr).not.toBe(en);
    expect(`${en}${fr}`).not.toMatch(/undefined|NaN|null|_/);
  });

  it("say which lengths are possible, in whole minutes of the possible side", () => {
    const of = (values: Values) => words("no_workout_of_length", { asked: 1800, ...values }, "fr");
    expect(of({ below: 868, no_repeat: true })).toBe(
      "Aucune séance de 30 min exactement avec ces réglages : au plus 14 min. " +
        "Ajoutez des difficultés, autorisez les répétitions ou raccourcissez la séance.",
    );
    expect(of({ below: 868, no_repeat: false })).not.toContain("répétitions");
    expect(of({ above: 3678 })).toContain("au moins 62 min.");
    expect(of({ below: 1799, above: 3678 })).toContain("au plus 29 min, ou au moins 62 min.");
    expect(of({})).toContain("Aucune séance de 30 min exactement avec ces réglages. ");
    expect(of({ asked: 1815, below: 868 })).toContain("de 30:15 exactement");
  });

  it("say what would help", () => {
    expect(words("no_exercise_matches", all.no_exercise_matches ?? {}, "en")).toBe(
      "No exercise matches these settings. There would be 17 with all difficulties or 3 with jumps.",
    );
    expect(words("no_exercise_matches", {}, "en")).toBe("No exercise matches these settings.");
    expect(words("too_long", all.too_long ?? {}, "fr")).toBe(
      "La séance durerait 17:13:08 ; le maximum est de 4:00:00. 11 tours sont possibles.",
    );
    const week = { left: 0, needed: 3, fewer_days: true };
    expect(words("too_few_exercises", week, "fr")).toBe(
      "Aucun exercice ne correspond à ces objectifs. Choisissez moins de jours, avec du repos entre eux.",
    );
    expect(words("avoided", all.avoided ?? {}, "fr")).toBe(
      "Avec un saut : Burpee. Retirez-le ou changez le réglage.",
    );
  });

  it("are the server's where there is no code, it is new, or a value is missing", () => {
    const bare = { pointer: "/config/speed", detail: "speed must be from 0.5 to 2" };
    expect(faultInWords(bare, textsOf("fr"), "fr")).toBeNull();
    expect(words("full_moon", {}, "fr")).toBeNull();
    for (const code of ["no_workout_of_length", "too_long", "avoided", "not_available"]) {
      expect(words(code, {}, "fr")).toBeNull();
    }
  });
});
