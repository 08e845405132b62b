"use client";
/**
 * What somebody can do and will do: one set for the week's plan and for all of Train, kept with the goals.
 * The pure part knows nothing of the store.
 */
import { useShallow } from "zustand/react/shallow";
import type { Difficulty, Exercise } from "@/api/client";
import { type Goals, useGoals } from "./store";

export type Limits = Pick<Goals, "level" | "avoid" | "equipment">;

const LEVELS: readonly Difficulty[] = ["easy", "medium", "hard"];

/** A level and all that is easier, as the week's plan takes it. */
export const levelsUpTo = (level: Difficulty): Difficulty[] =>
  LEVELS.slice(0, LEVELS.indexOf(level) + 1);

/** Why limits do not allow an exercise. */
export type Reason = "jump" | "floor" | "kneeling" | "equipment";

/** What the server would refuse in a list; empty where it allows it. */
export function unsuited(exercise: Exercise, { avoid, equipment }: Limits): Reason[] {
  const reasons: Reason[] = [];
  if (avoid.includes("jumps") && exercise.has_jump) reasons.push("jump");
  const lowest = exercise.position;
  if (avoid.includes("floor") && lowest !== "standing") reasons.push("floor");
  // Where the catalogue does not say, an exercise is for neither.
  if (avoid.includes("kneeling") && (lowest === "kneeling" || lowest === null)) {
    reasons.push("kneeling");
  }
  // Nothing named is no restriction of what is added by hand; see `toRequest`.
  const missing = exercise.equipment.filter((it) => !equipment.includes(it));
  if (equipment.length > 0 && missing.length > 0) reasons.push("equipment");
  return reasons;
}

/** Whether the exercise is one to offer: the level, too, counts for what is not chosen by hand yet. */
export const within = (exercise: Exercise, limits: Limits): boolean =>
  levelsUpTo(limits.level).includes(exercise.difficulty) && unsuited(exercise, limits).length === 0;

export const useLimits = (): Limits =>
  useGoals(useShallow(({ goals: { level, avoid, equipment } }) => ({ level, avoid, equipment })));
