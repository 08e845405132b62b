/** Which exercises can take another's place in a session. Pure. */
import type { Exercise } from "@/api/client";
import { type Limits, within } from "@/goals/limits";
import type { Item } from "./store";

const GRADES = ["easy", "medium", "hard"];

/**
 * Exercises like one, the most alike first: of its category, with a primary muscle in common, of
 * similar difficulty; none that the session has already or that is outside the limits.
 */
export function alike(
  exercise: Exercise,
  all: readonly Exercise[],
  items: readonly Item[],
  limits: Limits,
): Exercise[] {
  const present = new Set(items.map(({ id }) => id));
  return all
    .filter((it) => it.id !== exercise.id && it.available && !present.has(it.id))
    .filter((it) => it.category === exercise.category && shared(it, exercise, "primary") > 0)
    .filter((it) => apart(it, exercise) <= 1 && within(it, limits))
    .map((it) => ({ it, likeness: likeness(it, exercise) }))
    .sort((a, b) => b.likeness - a.likeness)
    .map(({ it }) => it);
}

/** Muscles weigh more than difficulty, and difficulty more than what is seen first: a jump, a side. */
function likeness(a: Exercise, b: Exercise): number {
  return (
    8 * shared(a, b, "primary") +
    shared(a, b, "secondary") -
    4 * apart(a, b) -
    Number(a.has_jump !== b.has_jump) -
    Number(a.sides !== b.sides)
  );
}

function shared(a: Exercise, b: Exercise, which: "primary" | "secondary"): number {
  const others = b.muscles[which] ?? [];
  return (a.muscles[which] ?? []).filter((muscle) => others.includes(muscle)).length;
}

const apart = (a: Exercise, b: Exercise) =>
  Math.abs(GRADES.indexOf(a.difficulty) - GRADES.indexOf(b.difficulty));
