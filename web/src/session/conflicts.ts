/** What the server would refuse in a session, known before it is asked. Pure. */
import type { Exercise } from "@/api/client";
import { type Limits, type Reason, unsuited } from "@/goals/limits";
import type { Session } from "./store";

export interface Conflict {
  kind: Reason | "repeated" | "unavailable" | "unknown";
  /** The exercises it is about, each once. */
  ids: string[];
}

/** A choice of the server's has none: it keeps to the limits. */
export function conflicts(session: Session, all: readonly Exercise[], limits: Limits): Conflict[] {
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
    else for (const reason of unsuited(exercise, limits)) note(reason, id);
    if (session.setup.noRepeat && seen.has(id)) note("repeated", id);
    seen.add(id);
  }
  return [...found].map(([kind, ids]) => ({ kind, ids: [...ids] }));
}
