/**
 * Which sessions of a plan are ticked off. Pure.
 *
 * A session of the plan is done when it was played since the plan was begun, on whatever day: a
 * plan of four weeks has each of its sessions once, and who does Wednesday's on Thursday, or takes
 * ten days for a week, has done it all the same. So ticks stay while one looks back at week 1 from
 * week 2, and go only with the plan: with another one, or when it is begun again.
 */
import type { Weekday } from "@/goals/store";
import type { Done } from "@/history/store";
import type { PlannedWeek } from "./api";

/** How the history names a day of a plan. */
export const plannedAs = (week: number, weekday: Weekday): string => `${week}-${weekday}`;

/** The names of days that were done since the plan was begun. */
export function ticked(history: readonly Done[], since: string): ReadonlySet<string> {
  const begin = Date.parse(since);
  const names = history
    .filter(({ at }) => Date.parse(at) >= begin)
    .map(({ planned }) => planned)
    .filter((name) => name !== undefined);
  return new Set(names);
}

/** How many sessions of a week are ticked off. Days that the goals no longer have do not count. */
export function doneOf(week: PlannedWeek, ticks: ReadonlySet<string>): number {
  return week.days.filter(
    ({ session, weekday }) => session !== null && ticks.has(plannedAs(week.week, weekday)),
  ).length;
}
