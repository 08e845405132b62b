import { expect, it } from "vitest";
import { textsOf } from "@/i18n/texts";
import { sample } from "./sample";
import { due, script } from "./voice";

const english = script(sample(), textsOf("en"), (_, name) => name);

it("names, halves, counts down and switches sides", () => {
  expect(english.map(({ at, text }) => `${at} ${text}`)).toEqual([
    "0 Next: Push-ups",
    "5 Push-ups",
    "25 Half way",
    "42 Three",
    "43 Two",
    "44 One",
    "45 Next: Side Plank, left",
    "62 Three",
    "63 Two",
    "64 One",
    "65 Side Plank, left",
    "75 Half way",
    "82 Three",
    "83 Two",
    "84 One",
    "85 Switch sides",
    "95 Half way",
    "102 Three",
    "103 Two",
    "104 One",
    "105 Well done",
  ]);
});

it("speaks the page's language", () => {
  const names: Record<string, string> = { "push-ups": "Pompes", "side-plank": "Planche latérale" };
  const french = script(sample(), textsOf("fr"), (id, name) => names[id] ?? name);
  expect(french[1]?.text).toBe("Pompes");
  expect(french[6]?.text).toMatch(/Planche latérale, gauche$/);
  expect(french.map(({ text }) => text)).toContain("Changez de côté");
});

it("says a line once, and none that is stale", () => {
  expect(due(english, 4.9, 5.1)?.text).toBe("Push-ups");
  expect(due(english, 5.1, 5.3)).toBeNull();
  // A hidden tab at double speed: the last of what fell due.
  expect(due(english, 41.8, 43.4)?.text).toBe("Two");
  expect(due(english, 6, 30)).toBeNull();
});
