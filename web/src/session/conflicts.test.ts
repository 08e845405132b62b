import { expect, it } from "vitest";
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

it("has nothing against a list without demands, whatever it needs", () => {
  expect(conflicts(session(["plank", "plank", "burpee", "row"]), all)).toEqual([]);
});

it("names each exercise once that the settings refuse", () => {
  const setup = { noJump: true, noRepeat: true, equipment: ["bands"] };
  expect(conflicts(session(["burpee", "plank", "burpee", "plank", "row"], setup), all)).toEqual([
    { kind: "jump", ids: ["burpee"] },
    { kind: "repeated", ids: ["burpee", "plank"] },
    { kind: "equipment", ids: ["row"] },
  ]);
});

it("tells what is gone from what cannot be shown", () => {
  expect(conflicts(session(["broken", "lost"]), all)).toEqual([
    { kind: "unavailable", ids: ["broken"] },
    { kind: "unknown", ids: ["lost"] },
  ]);
});

it("takes an exercise for unfit to avoid the floor where the catalogue does not say", () => {
  const standing = exercise("squat", { position: "standing" });
  const avoid: Setup["avoid"] = ["floor", "kneeling"];
  expect(conflicts(session(["squat", "plank"], { avoid }), [...all, standing])).toEqual([
    { kind: "floor", ids: ["plank"] },
    { kind: "kneeling", ids: ["plank"] },
  ]);
});

it("leaves a choice of the server to the server", () => {
  const chosen = { ...session(["burpee"], { noJump: true }), chosen: { seed: 1 } };
  expect(conflicts(chosen, all)).toEqual([]);
});
