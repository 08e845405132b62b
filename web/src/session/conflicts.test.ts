import { expect, it } from "vitest";
import type { Limits } from "@/goals/limits";
import { exercise } from "@/library/exercise.fixture";
import { conflicts } from "./conflicts";
import { DEFAULT_SETUP, type Session, type Setup } from "./store";

const all = [
  exercise("plank"),
  exercise("burpee", { has_jump: true }),
  exercise("row", { equipment: ["barbell"] }),
  exercise("broken", { available: false }),
];

function session(ids: string[], setup: Partial<Setup> = {}): Session {
  const items = ids.map((id, i) => ({ key: String(i), id }));
  return { items, setup: { ...DEFAULT_SETUP, ...setup }, chosen: null };
}

const free: Limits = { level: "hard", avoid: [], equipment: [] };
const against = (session: Session, limits: Partial<Limits> = {}, of = all) =>
  conflicts(session, of, { ...free, ...limits });

it("has nothing against a list without demands, whatever it needs", () => {
  expect(against(session(["plank", "plank", "burpee", "row"]))).toEqual([]);
});

it("names each exercise once that the settings refuse", () => {
  const limits: Partial<Limits> = { avoid: ["jumps"], equipment: ["bands"] };
  const list = session(["burpee", "plank", "burpee", "plank", "row"], { noRepeat: true });
  expect(against(list, limits)).toEqual([
    { kind: "jump", ids: ["burpee"] },
    { kind: "repeated", ids: ["burpee", "plank"] },
    { kind: "equipment", ids: ["row"] },
  ]);
});

it("tells what is gone from what cannot be shown", () => {
  expect(against(session(["broken", "lost"]))).toEqual([
    { kind: "unavailable", ids: ["broken"] },
    { kind: "unknown", ids: ["lost"] },
  ]);
});

it("takes an exercise for unfit to avoid the floor where the catalogue does not say", () => {
  const standing = exercise("squat", { position: "standing" });
  const avoid: Limits["avoid"] = ["floor", "kneeling"];
  expect(against(session(["squat", "plank"]), { avoid }, [...all, standing])).toEqual([
    { kind: "floor", ids: ["plank"] },
    { kind: "kneeling", ids: ["plank"] },
  ]);
});

it("leaves a choice of the server to the server", () => {
  const chosen = { ...session(["burpee"]), chosen: { seed: 1 } };
  expect(against(chosen, { avoid: ["jumps"] })).toEqual([]);
});
