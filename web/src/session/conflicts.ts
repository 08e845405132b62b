/** What the server would refuse in a session, known before it is asked. Pure. */
import type { Exercise } from "@/api/client";
import type { Session, Setup } from "./store";

/** What in the setup speaks against an exercise. */
export type Reason = "jump" | "floor" | "kneeling" | "equipment";

export interface Conflict {
  kind: Reason | "repeated" | "unavailable" | "unknown";
  /** The exercises it is about, each once. */
  ids: string[];
}

/** A choice of the server's has none: it keeps to the setup. */
export function conflicts(session: Session, all: readonly Exercise[]): Conflict[] {
  if (session.chosen !== null) return [];
  const known = new Map(all.map((exercise) => [exercise.id, exercise]));
  const found = new Map<Conflict["kind"], Set<string>>();
  const note = (kind: Conflict["kind"], id: string) =>
    found.set(kind, (found.get(kind) ?? new Set()).add(id));
  const seen = new Set<string>();
  for (const { id } of session.items) {
    const exercise = known.get(id);
    if (exercise === undefined) note("unknown", id);
    else if (!exercise.available) note("unavailable", id);
    else for (const reason of unsuited(exercise, session.setup)) note(reason, id);
    if (session.setup.noRepeat && seen.has(id)) note("repeated", id);
    seen.add(id);
  }
  return [...found].map(([kind, ids]) => ({ kind, ids: [...ids] }));
}

/** Why a setup does not allow an exercise; empty where it does. */
export function unsuited(exercise: Exercise, setup: Setup): Reason[] {
  const reasons: Reason[] = [];
  if (setup.noJump && exercise.has_jump) reasons.push("jump");
  const lowest = exercise.position;
  if (setup.avoid.includes("floor") && lowest !== "standing") reasons.push("floor");
  // Where the catalogue does not say, an exercise is for neither.
  if (setup.avoid.includes("kneeling") && (lowest === "kneeling" || lowest === null)) {
    reasons.push("kneeling");
  }
  // Nothing named is no restriction of what is added by hand; see `toRequest`.
  if (setup.equipment.length > 0 && missing(exercise, setup).length > 0) reasons.push("equipment");
  return reasons;
}

/** What an exercise needs that is not at hand. */
export const missing = (exercise: Exercise, setup: Setup) =>
  exercise.equipment.filter((it) => !setup.equipment.includes(it));
