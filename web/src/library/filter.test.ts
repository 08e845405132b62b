import { expect, it } from "vitest";
import { textsOf } from "@/i18n/texts";
import { exercise } from "./exercise.fixture";
import { type Filters, filtered, loosenings, NO_FILTERS } from "./filter";

const all = [
  exercise("push-ups", {
    name: "Push-ups",
    translations: { fr: { name: "Pompes", description: "" } },
    muscles: { primary: ["chest"], secondary: ["triceps"] },
  }),
  exercise("hip-raise", {
    name: "Hip Raise",
    translations: { fr: { name: "Élévation du bassin", description: "" } },
    muscles: { primary: ["glutes"] },
    difficulty: "easy",
    equipment: ["bands"],
  }),
  exercise("jump", {
    name: "Jump",
    category: "cardio",
    has_jump: true,
    muscles: { primary: ["calves"] },
  }),
];
const english = { locale: "en" as const, texts: textsOf("en") };
const french = { locale: "fr" as const, texts: textsOf("fr") };
const found = (filters: Partial<Filters>, language: typeof english | typeof french = english) =>
  filtered(all, { ...NO_FILTERS, ...filters }, language).map(({ id }) => id);

it("finds names and muscles in the page's language, without accents", () => {
  expect(found({ text: "ELEVATION" }, french)).toEqual(["hip-raise"]);
  expect(found({ text: "mollets" }, french)).toEqual(["jump"]);
  expect(found({ text: "pompes" })).toEqual([]);
  expect(found({ text: "push ups chest" })).toEqual(["push-ups"]);
});

it("asks for all filters at once", () => {
  expect(found({ category: "strength" })).toEqual(["push-ups", "hip-raise"]);
  expect(found({ category: "strength", muscle: "triceps" })).toEqual(["push-ups"]);
  expect(found({ category: "cardio", difficulty: "easy" })).toEqual([]);
});

it("tells what needs nothing from what needs a tool", () => {
  expect(found({ equipment: "none" })).toEqual(["push-ups", "jump"]);
  expect(found({ equipment: "bands" })).toEqual(["hip-raise"]);
});

it("says which single filter to loosen, the one that brings most first", () => {
  const filters: Filters = { ...NO_FILTERS, category: "strength", muscle: "calves" };
  expect(loosenings(all, filters, english)).toEqual([
    { name: "muscle", count: 2 },
    { name: "category", count: 1 },
  ]);
  const two: Filters = { ...NO_FILTERS, category: "cardio", difficulty: "easy" };
  expect(loosenings(all, two, english).map(({ name }) => name)).toEqual(["category", "difficulty"]);
});
