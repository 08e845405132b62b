/** What a plan of the server's comes to as a list: the exercises of a round, and how many rounds. Pure. */
import type { Plan } from "@/api/client";

export function roundOf(plan: Plan): { ids: string[]; rounds: number } {
  const work = plan.intervals.filter((it) => it.kind === "work");
  const ids: string[] = [];
  for (const { round, position, exercise } of work) {
    // An exercise done one side after the other has two intervals at one position.
    if (round === 1 && exercise !== null && position === ids.length + 1) ids.push(exercise);
  }
  return { ids, rounds: work[0]?.rounds ?? 1 };
}
