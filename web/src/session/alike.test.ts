import { expect, it } from "vitest";
import type { Limits } from "@/goals/limits";
import { exercise } from "@/library/exercise.fixture";
import { alike } from "./alike";

const chest = { primary: ["chest"], secondary: ["triceps"] };
const pushUps = exercise("push-ups", { muscles: chest });
const others = [
  exercise("squat", { muscles: { primary: ["quadriceps"], secondary: ["chest"] } }),
  exercise("cardio-push", { category: "cardio", muscles: chest }),
  exercise("broken", { muscles: chest, available: false }),
  exercise("with-bar", { muscles: chest, equipment: ["barbell"] }),
  exercise("hard-one", { muscles: chest, difficulty: "hard" }),
  exercise("jumping", { muscles: chest, has_jump: true }),
  exercise("knee-push-up", { muscles: chest }),
];
const items = [{ key: "k", id: "push-ups" }];
const free: Limits = { level: "hard", avoid: [], equipment: [] };
const all = [pushUps, ...others];
const found = (limits: Partial<Limits> = {}, of = pushUps, list = items) =>
  alike(of, all, list, { ...free, ...limits }).map(({ id }) => id);

it("finds what trains the same, the most alike first", () => {
  expect(found({ equipment: ["bands"] })).toEqual(["knee-push-up", "jumping", "hard-one"]);
});

it("leaves out what the session has already, and what is outside the limits", () => {
  const more = [...items, { key: "l", id: "knee-push-up" }];
  expect(found({}, pushUps, more)).not.toContain("knee-push-up");
  expect(found({ avoid: ["jumps"] })).not.toContain("jumping");
  expect(found()).toContain("hard-one");
  expect(found({ level: "medium" })).not.toContain("hard-one");
});

it("does not offer a hard exercise for an easy one", () => {
  expect(found({}, exercise("easy", { muscles: chest, difficulty: "easy" }))).not.toContain(
    "hard-one",
  );
});
