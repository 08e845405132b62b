import { describe, expect, it } from "vitest";
import { textsOf } from "@/i18n/texts";
import { components } from "../../openapi.json";
import type { PlannedWeek, Reason } from "./api";
import { reasonWords, sharedReasons, unsaid } from "./reasons";
import { sampleSession } from "./sample";

/** Every code with the values that the server sends; see `docs/week-plan.md`. */
const all: Record<string, Reason["values"]> = {
  rest_day: {},
  chosen_day: {},
  after_rest: { days: 2 },
  other_muscles: { previous: "monday", muscle_groups: ["upper_body", "core"] },
  after_easy_day: { previous: "sunday" },
  recovery: { previous: "monday" },
  whole_body: { muscle_groups: ["lower_body", "upper_body", "core"] },
  split: { muscle_groups: ["upper_body", "core"] },
  for_goal: { goal: "strength" },
  gentle_moves: {},
  first_week: { work: 31, rest: 30 },
  more_work: { week: 2, work: 36, rest: 25, work_before: 31, rest_before: 30 },
  faster: { intensity: "high_intensity" },
  no_warm_up: { minutes: 5 },
  no_cool_down: { minutes: 5 },
};

const words = (code: string, values: Reason["values"], locale: "en" | "fr") =>
  reasonWords({ code, values, text: "the server's" }, textsOf(locale), locale);

describe("reasons", () => {
  it.each(Object.entries(all))("%s has words in both languages", (code, values) => {
    const [en, fr] = [words(code, values, "en"), words(code, values, "fr")];
    expect(en).toMatch(/^\p{Lu}?.*\.$/u);
    expect([en, fr]).not.toContain("the server's");
    expect(fr).not.toBe(en);
    expect(`${en}${fr}`).not.toMatch(/undefined|NaN/);
  });

  it("are tried with every code that the server has", () => {
    expect(Object.keys(all).sort()).toEqual([...components.schemas.ReasonCode.enum].sort());
  });

  it("name days and muscles", () => {
    expect(words("other_muscles", all.other_muscles ?? {}, "en")).toBe(
      "Monday trained the upper body and the core: those muscles rest today.",
    );
    expect(words("other_muscles", all.other_muscles ?? {}, "fr")).toBe(
      "Lundi, vous avez travaillé le haut du corps et le tronc : ces muscles se reposent aujourd’hui.",
    );
  });

  it("are the server's where its code is new or a value is missing", () => {
    expect(words("full_moon", {}, "fr")).toBe("the server's");
    expect(words("more_work", { work: 36 }, "fr")).toBe("the server's");
  });
});

describe("what a week says once", () => {
  const reason = (code: string, text = code): Reason => ({ code, values: {}, text });
  const week = (...reasons: Reason[][]): PlannedWeek => ({
    week: 2,
    seed: 7,
    sessions: reasons.length,
    duration: 0,
    kcal: 0,
    goal: "fitness",
    notes: [],
    days: [
      { weekday: "tuesday", session: null, reasons: [reason("rest_day")] },
      ...reasons.map((reasons) => ({
        weekday: "monday" as const,
        session: sampleSession(),
        reasons,
      })),
    ],
  });
  const codes = (week: PlannedWeek) => sharedReasons(week).map(({ code }) => code);

  it("is the progress of all its sessions alike", () => {
    const all = [reason("whole_body"), reason("more_work"), reason("faster")];
    expect(codes(week(all, all))).toEqual(["more_work", "faster"]);
    expect(codes(week(all, [reason("more_work")]))).toEqual(["more_work"]);
    expect(codes(week())).toEqual([]);
  });

  it("is not what differs in numbers", () => {
    const other = [reason("more_work", "33 s instead of 30")];
    expect(codes(week([reason("more_work")], other))).toEqual([]);
  });

  it("leaves easy sessions their own words", () => {
    const own = reason("more_work", "33 s instead of 30");
    const mixed = week([reason("more_work")], [own]);
    const easy = mixed.days.at(-1)?.session;
    if (easy) easy.easy = true;
    const said = sharedReasons(mixed);
    expect(said).toEqual([reason("more_work")]);
    expect(unsaid([reason("recovery"), reason("more_work")], said)).toEqual([reason("recovery")]);
    expect(unsaid([own], said)).toEqual([own]);
  });
});
